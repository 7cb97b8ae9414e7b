//! The order in which a conversation is read.

use hark_model::*;
use hark_store::*;

use crate::given::{Given, item, removal, reply_to};

fn said(id: usize, parent: Option<usize>) -> Event {
    let relations = parent.map(|parent| reply_to(&parent.to_string())).into_iter().collect();
    Event::Item(Item { published_at: id as i64, relations, ..item(&id.to_string(), "words") })
}

fn thread(given: &Given) -> Vec<(String, u32)> {
    let conversation = given.detail("0").row.conversation_id;
    let thread = given.run(given.store.thread(conversation)).unwrap().unwrap();
    assert_eq!(thread.left_out, 0);
    let row_ids: std::collections::HashSet<i64> = thread.nodes.iter().map(|node| node.row.row_id).collect();
    assert_eq!(row_ids.len(), thread.nodes.len(), "each item once");
    thread.nodes.iter().map(|node| (node.row.published_at.to_string(), node.depth)).collect()
}

fn nodes(expected: &[(&str, u32)]) -> Vec<(String, u32)> {
    expected.iter().map(|(id, depth)| ((*id).to_owned(), *depth)).collect()
}

#[test]
fn answers_stand_behind_what_they_answer() {
    let given = Given::new();
    // 3 answers 0, 2 answers 1, 4 answers 3; 5 answers what never came; children come before parents.
    given.says(10, vec![said(4, Some(3)), said(3, Some(0)), said(2, Some(1)), said(5, Some(77))]);
    given.says(20, vec![said(0, None), said(1, None)]);
    assert_eq!(thread(&given), nodes(&[("0", 0), ("3", 1), ("4", 2), ("1", 0), ("2", 1), ("5", 0)]));
    given.says(30, vec![removal("3", Some(99))]);
    assert_eq!(thread(&given).len(), 6, "what is gone keeps its place");
}

#[test]
fn a_circle_is_walked_once() {
    let given = Given::new();
    given.says(
        10,
        vec![said(0, Some(2)), said(1, Some(0)), said(2, Some(1)), said(3, Some(3)), said(4, Some(2))],
    );
    assert_eq!(thread(&given), nodes(&[("3", 0), ("0", 0), ("1", 1), ("2", 2), ("4", 3)]));
}

#[test]
fn depth_has_an_end_in_view_and_none_in_store() {
    let given = Given::new();
    given.says(10, (0..100).map(|id| said(id, id.checked_sub(1))).collect());
    let thread = thread(&given);
    assert_eq!(
        thread.iter().map(|(_, depth)| *depth).max(),
        Some(hark_model::limits::THREAD_DEPTH_MAX as u32)
    );
    assert_eq!(thread.last().unwrap().0, "99");
    assert_eq!(given.detail("99").relations[0].target_uid, Some(given.detail("98").row.uid));
}

#[test]
fn no_such_conversation_is_no_error() {
    let given = Given::new();
    assert_eq!(given.run(given.store.thread(4_711)).unwrap(), None);
    assert_eq!(given.run(given.store.item(ItemUid::from_bytes([0; 16]))).unwrap(), None);
}

#[test]
fn of_a_conversation_without_end_the_newest_are_shown() {
    let given = Given::new();
    let many = hark_store::limits::THREAD_ITEMS_MAX as usize + 3;
    given.says(10, (0..many).map(|id| said(id, None)).collect());
    let conversation = given.detail("0").row.conversation_id;
    let thread: Thread = given.run(given.store.thread(conversation)).unwrap().unwrap();
    assert_eq!((thread.left_out, thread.nodes.len()), (3, many - 3));
    assert_eq!(thread.nodes[0].row.published_at, 3);
}
