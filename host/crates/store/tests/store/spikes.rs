//! Counts by bins, and alarms: each is kept once, and what was looked at stays so.

use hark_model::*;
use hark_store::*;

use crate::given::{Given, batch, item, removal, sentiment};

const BIN: Ms = 300_000;

fn counted(given: &Given, since: Ms, until: Ms) -> Vec<(Ms, String, Option<String>, Sentiment, u32)> {
    let counts = given.run(given.store.bin_counts(since, until, BIN)).unwrap();
    counts.into_iter().map(|it| (it.at, it.source, it.topic, it.label, it.count)).collect()
}

#[test]
fn items_are_counted_by_bin_source_tag_and_label() {
    let given = Given::new();
    let at = |n: Ms| 10 * BIN + n;
    let said = |id: &str, published_at: Ms| Item { published_at, ..item(id, "text") };
    let items = [said("1", at(0)), said("2", at(BIN - 1)), said("3", at(BIN)), said("gone", at(5))];
    let ours = Item { direction: Direction::Outbound, ..said("ours", at(1)) };
    let events = items.into_iter().chain([ours]).map(Event::Item).collect();
    let mut commit = batch(given.sources[0], 20 * BIN, events);
    let tagged = Route { tags: vec!["outage".to_owned()], ..Route::default() };
    commit.entries[0].route = Some(tagged);
    commit.entries[0].annotations = vec![sentiment(Sentiment::Negative, -0.5)];
    given.commit(commit);
    given.says(20 * BIN, vec![removal("gone", Some(20 * BIN))]);
    // Another source of the same scope sees one of them, too.
    given.commit(batch(given.sources[1], 20 * BIN, vec![Event::Item(said("3", at(BIN)))]));

    let one = |at, source: &str, topic: Option<&str>, label, count| {
        (at, source.to_owned(), topic.map(str::to_owned), label, count)
    };
    assert_eq!(
        counted(&given, at(0), at(2 * BIN)),
        [
            one(at(0), "source-0", None, Sentiment::Negative, 1),
            one(at(0), "source-0", None, Sentiment::Unknown, 1),
            one(at(0), "source-0", Some("outage"), Sentiment::Negative, 1),
            one(at(BIN), "source-0", None, Sentiment::Unknown, 1),
            one(at(BIN), "source-1", None, Sentiment::Unknown, 1),
        ]
    );
    assert_eq!(counted(&given, at(0), at(BIN)).len(), 3);
    assert!(counted(&given, at(2 * BIN), at(9 * BIN)).is_empty());
}

#[test]
fn an_alarm_is_kept_once_and_the_watch_never_goes_back() {
    let mut given = Given::new();
    let alarm = NewAlarm {
        topic: Some("outage".to_owned()),
        source: given.sources[0],
        is_share: false,
        label: Some(Sentiment::Negative),
        until: 7_000,
        expected: 3.5,
        observed: 44.0,
        items: 44,
        tail: 1e-6,
        why: "44 negative items".to_owned(),
        route: Route {
            team: Some("payments".to_owned()),
            tags: vec!["spike".to_owned()],
            reasons: vec![RouteReason { rule: "outage".to_owned(), evidence: Vec::new() }],
            ..Route::default()
        },
    };
    assert_eq!(given.run(given.store.spikes_judged_until()).unwrap(), None);
    let later = NewAlarm { until: 9_000, topic: None, label: None, ..alarm.clone() };
    let keep = |given: &Given, alarms: &[NewAlarm], until| {
        given.run(given.store.keep_alarms(alarms.to_vec(), until, 50)).unwrap()
    };
    assert_eq!(keep(&given, &[alarm.clone(), later], 9_000), 2);
    assert_eq!(keep(&given, &[alarm], 8_000), 0);
    given.reopen();
    assert_eq!(given.run(given.store.spikes_judged_until()).unwrap(), Some(9_000));
    let alarms = given.run(given.store.alarms(0, 10)).unwrap();
    assert_eq!(alarms.iter().map(|alarm| alarm.until).collect::<Vec<_>>(), [9_000, 7_000]);
    let kept = &alarms[1];
    assert_eq!((kept.topic.as_deref(), kept.label), (Some("outage"), Some(Sentiment::Negative)));
    assert_eq!(
        (kept.source.as_str(), kept.zone, kept.measured.as_str()),
        ("source-0", Zone::Social, "items")
    );
    assert_eq!(
        (kept.team.as_deref(), &kept.tags, &kept.rules),
        (Some("payments"), &vec!["spike".to_owned()], &vec!["outage".to_owned()])
    );
    assert_eq!(given.run(given.store.alarms(8_000, 10)).unwrap().len(), 1);
}
