//! Who decides how an item feels: of machines the last that was asked, of people the newest label, which stands beside
//! the machine's opinion; nothing is overwritten.

use hark_model::*;
use hark_store::*;

use crate::given::{Given, SOURCES, asking, batch, item, removal, sentiment};

fn say(given: &Given, id: &str, label: Sentiment, at: Ms) -> Option<LabelKept> {
    let uid = ItemUid::derive(SOURCES[0].0, id);
    given.run(given.store.keep_label(NewLabel { uid, label, who: "ada".to_owned(), at })).unwrap()
}

fn labels(given: &Given, since: Ms) -> Vec<(String, Sentiment, Option<Sentiment>)> {
    let rows = given.run(given.store.labels(since, 0)).unwrap();
    rows.into_iter().map(|row| (row.text, row.label, row.machine)).collect()
}

#[test]
fn of_two_opinions_the_one_that_decided_is_shown_and_both_are_kept() {
    let given = Given::new();
    let mut commit = batch(given.sources[0], 10, vec![Event::Item(item("1", "so so"))]);
    let first = Annotation { producer: "a-first", ..sentiment(Sentiment::Neutral, 0.1) };
    let second = Annotation { producer: "z-second", ..sentiment(Sentiment::Negative, -0.7) };
    commit.entries[0].annotations = vec![first, second];
    given.commit(commit);
    let shown = given.detail("1").row.sentiment.unwrap();
    assert_eq!((shown.label, shown.producer.as_str()), (Sentiment::Negative, "z-second"));
    for (filter, count) in [("sentiment:negative", 1), ("sentiment:neutral", 0)] {
        assert_eq!(given.run(given.store.count(asking(filter))).unwrap(), count, "{filter}");
    }
    let decided =
        "SELECT group_concat(producer || decided) FROM (SELECT * FROM annotation ORDER BY producer)";
    let decided: String = given.db().query_row(decided, [], |row| row.get(0)).unwrap();
    assert_eq!(decided, "a-first0,z-second1");
}

#[test]
fn the_newest_label_of_a_revision_counts_and_none_is_lost() {
    let given = Given::new();
    let mut commit = batch(given.sources[0], 10, vec![Event::Item(item("1", "so so"))]);
    commit.entries[0].annotations = vec![sentiment(Sentiment::Positive, 0.5)];
    given.commit(commit);
    given.says(11, vec![Event::Item(item("2", "gone soon"))]);
    let kept = LabelKept { revision: 1, machine: Some(Sentiment::Positive) };
    assert_eq!(say(&given, "1", Sentiment::Negative, 20), Some(kept.clone()));
    assert_eq!(say(&given, "1", Sentiment::Neutral, 21), Some(kept));
    assert_eq!(say(&given, "2", Sentiment::Neutral, 22), Some(LabelKept { revision: 1, machine: None }));
    assert_eq!(say(&given, "3", Sentiment::Neutral, 23), None, "nobody knows it");
    let so_so = ("so so".to_owned(), Sentiment::Neutral, Some(Sentiment::Positive));
    assert_eq!(labels(&given, 0), [so_so.clone(), ("gone soon".to_owned(), Sentiment::Neutral, None)]);
    assert_eq!(labels(&given, 22).len(), 1);
    let all: u32 = given.db().query_row("SELECT count(*) FROM label", [], |row| row.get(0)).unwrap();
    assert_eq!(all, 3, "what was said before stays");
    let shown = given.detail("1").row.sentiment.unwrap().label;
    assert_eq!(shown, Sentiment::Positive, "the machine's opinion is its own");
    given.says(9_000_000, vec![removal("2", Some(9_000_000))]);
    assert_eq!(labels(&given, 0), [so_so]);
    assert_eq!(say(&given, "2", Sentiment::Neutral, 31), None, "it is gone");
}
