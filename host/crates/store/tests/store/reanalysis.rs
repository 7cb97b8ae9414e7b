//! Another analyser over the archive: it adds, it goes on where it was, and two at once count nothing twice.

use hark_model::*;
use hark_store::*;

use crate::given::{Given, batch, item, removal, sentiment};

fn order(given: &Given, since: Option<Ms>) -> ReanalysisStatus {
    let order = ReanalysisOrder { makers: "lexicon 2".to_owned(), since, at: 50 };
    given.run(given.store.order_reanalysis(order)).unwrap()
}

fn archive(given: &Given, below: i64) -> Vec<ArchivedItem> {
    given.run(given.store.archive(below, None)).unwrap()
}

/// Takes the opinion "positive" of version 2 on every item of one piece.
fn step(from: &ReanalysisStatus, items: &[ArchivedItem]) -> ReanalysisStep {
    let below = items.last().map_or(from.below, |item| item.row);
    let seen = from.seen + items.len() as u64;
    let opinions = items.iter().map(|item| Reopinion {
        row: item.row,
        revision: item.revision,
        annotations: vec![Annotation { producer_version: "2".into(), ..sentiment(Sentiment::Positive, 0.5) }],
    });
    let status = ReanalysisStatus { below, seen, done: items.is_empty(), ..from.clone() };
    ReanalysisStep { status, from: from.below, opinions: opinions.collect(), at: 60 }
}

fn with_items(count: usize) -> Given {
    let given = Given::new();
    let events = (0..count).map(|n| Event::Item(item(&format!("i{n}"), &format!("text {n}")))).collect();
    let mut commit = batch(given.sources[0], 10, events);
    commit.entries.iter_mut().for_each(|entry| {
        entry.annotations = vec![sentiment(Sentiment::Negative, -0.5)];
    });
    given.commit(commit);
    given
}

#[test]
fn opinions_are_added_and_the_newest_is_shown_with_its_maker() {
    let given = with_items(3);
    given.says(3_000, vec![removal("i1", Some(2_000))]);
    let run = order(&given, None);
    assert_eq!((run.total, run.seen, run.done), (2, 0, false));
    let items = archive(&given, run.below);
    assert_eq!(items.iter().map(|item| item.text.as_str()).collect::<Vec<_>>(), ["text 2", "text 0"]);
    assert_eq!(items[0].makers, [("lexicon".to_owned(), "1".to_owned())]);
    assert_eq!(items[0].sentiment.as_deref(), Some("negative"));
    let before = given.detail("i0");
    assert_eq!(given.run(given.store.step_reanalysis(step(&run, &items))).unwrap(), Some(2));
    let after = given.detail("i0");
    assert_eq!(after.opinions.len(), before.opinions.len() + 1);
    assert_eq!((&after.revisions, after.row.revision), (&before.revisions, before.row.revision));
    let shown = after.row.sentiment.unwrap();
    assert_eq!(
        (shown.label, shown.producer.as_str(), shown.producer_version.as_str()),
        (Sentiment::Positive, "lexicon", "2")
    );
    assert_eq!(given.detail("i1").opinions.len(), 1, "what is gone is not read again");
}

#[test]
fn a_run_goes_on_where_it_was_and_nobody_counts_twice() {
    let mut given = with_items(5);
    let run = order(&given, None);
    let first = &archive(&given, run.below)[..2];
    assert_eq!(given.run(given.store.step_reanalysis(step(&run, first))).unwrap(), Some(2));
    assert_eq!(
        given.run(given.store.step_reanalysis(step(&run, first))).unwrap(),
        None,
        "it is moved already"
    );

    given.reopen();
    let later = order(&given, None);
    assert_eq!((later.id, later.below, later.seen, later.opinions), (run.id, first[1].row, 2, 2));
    let rest = archive(&given, later.below);
    assert_eq!(rest.len(), 3);
    assert_eq!(given.run(given.store.step_reanalysis(step(&later, &rest))).unwrap(), Some(3));
    let end = order(&given, None);
    let none = archive(&given, end.below);
    assert_eq!(given.run(given.store.step_reanalysis(step(&end, &none))).unwrap(), Some(0));
    assert_ne!(order(&given, None).id, run.id, "one that is done begins anew");
    assert_ne!(order(&given, Some(5)).id, order(&given, None).id, "another span is another run");
}
