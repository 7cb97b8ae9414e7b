//! What the feed lets through, page by page.

use hark_model::*;
use hark_query::{Filter, NoLists};
use hark_store::*;
use proptest::prelude::*;

use crate::given::{Given, asking, batch, item, removal, sentiment};

fn at(id: &str, text: &str, published_at: Ms) -> Item {
    Item { published_at, ..item(id, text) }
}

fn given() -> Given {
    let given = Given::new();
    let mut first = batch(
        given.sources[0],
        1_000,
        vec![
            Event::Item(at("a", "The payment failed", 10)),
            Event::Item(Item {
                language: Some("en-GB".into()),
                conversation: "d".into(),
                ..at("b", "Payments work", 20)
            }),
        ],
    );
    first.entries[0].annotations = vec![sentiment(Sentiment::Negative, -0.7)];
    let language = Annotation {
        kind: AnnotationKind::Language,
        value: "de".into(),
        ..sentiment(Sentiment::Neutral, 0.0)
    };
    first.entries[0].annotations.push(language);
    given.commit(first);
    given.commit(batch(
        given.sources[1],
        1_000,
        vec![Event::Item(at("c", "Größe: card declined again", 30))],
    ));
    given
}

#[test]
fn each_filter_lets_its_own_through() {
    let given = given();
    let all = FeedFilter::default;
    let conversation = given.detail("b").row.conversation_id;
    let first_row = given.detail("a").row.row_id;
    let cases: Vec<(FeedFilter, &[&str])> = vec![
        (all(), &["c", "b", "a"]),
        (FeedFilter { zones: vec![Zone::Extranet], ..all() }, &["c"]),
        (FeedFilter { zones: vec![Zone::Extranet, Zone::Social], ..all() }, &["c", "b", "a"]),
        (FeedFilter { sources: vec!["source-0".into()], ..all() }, &["b", "a"]),
        (FeedFilter { sources: vec!["nobody".into()], ..all() }, &[]),
        (FeedFilter { sentiments: vec![Sentiment::Negative], ..all() }, &["a"]),
        (FeedFilter { sentiments: vec![Sentiment::Unknown], ..all() }, &["c", "b"]),
        (FeedFilter { language: Some("EN".into()), ..all() }, &["b"]),
        (FeedFilter { language: Some("de".into()), ..all() }, &["a"]),
        (FeedFilter { language: Some("*".into()), ..all() }, &[]),
        (FeedFilter { since: Some(20), ..all() }, &["c", "b"]),
        (FeedFilter { until: Some(20), ..all() }, &["a"]),
        (FeedFilter { conversation: Some(conversation), ..all() }, &["b"]),
        (FeedFilter { newer_than: Some(first_row), ..all() }, &["c", "b"]),
        (FeedFilter { teams: vec!["payments".into()], ..all() }, &[]),
        (FeedFilter { limit: 1, ..all() }, &["c"]),
    ];
    for (filter, want) in cases {
        assert_eq!(given.ids(filter.clone()), want, "{filter:?}");
        let counted = given.run(given.store.count(filter.clone())).unwrap();
        assert!(counted == want.len() as u64 || filter.limit == 1, "{filter:?} counts {counted}");
    }
}

#[test]
fn words_find_what_a_user_means() {
    let given = given();
    for (words, want) in [
        ("payment", &["a"][..]),
        ("pay*", &["b", "a"]),
        ("FAILED payment", &["a"]),
        ("\"failed payment\"", &[]),
        ("\"card declined\"", &["c"]),
        ("\"card decl\"*", &["c"]),
        ("grosse", &[]),
        ("große", &["c"]),
        ("grö*", &["c"]),
        ("gro*", &["c"]),
        ("   ", &["c", "b", "a"]),
        ("payment or card", &["c", "a"]),
        ("-payment", &["c", "b"]),
        ("zone:extranet", &["c"]),
        ("source:source-0 sentiment:negative", &["a"]),
        ("since:1970-01-01T00:00:00.020Z", &["c", "b"]),
    ] {
        let filter = asking(words);
        assert_eq!(given.ids(filter.clone()), want, "words: {words:?}");
        assert_eq!(given.run(given.store.count(filter)).unwrap(), want.len() as u64, "words: {words:?}");
    }
}

#[test]
fn what_is_gone_is_found_by_who_asks_for_it() {
    let given = given();
    given.says(2_000, vec![removal("a", None)]);
    assert_eq!(given.ids(asking("is:removed")), ["a"]);
    assert_eq!(given.ids(asking("not is:removed")), ["c", "b"]);
    assert_eq!(given.ids(asking("is:removed or zone:extranet")), ["c", "a"]);
    assert_eq!(given.ids(asking("zone:social")), ["b"]);
}

#[test]
fn what_is_not_stored_is_refused_and_not_empty() {
    let given = given();
    for filter in ["program:launch", "assignee:me"] {
        let refused = given.run(given.store.feed(asking(filter))).unwrap_err();
        assert!(matches!(refused, StoreError::Unsupported(_)), "{filter}: {refused:?}");
    }
    let mut asks = asking("assignee:me");
    asks.asked.as_mut().unwrap().me = Some("kim".into());
    assert_eq!(given.ids(asks), [""; 0]);
}

#[test]
fn the_row_carries_what_a_screen_shows() {
    let given = given();
    let row = given.detail("a").row;
    assert_eq!((row.platform.as_str(), row.zone, row.kind), ("test", Zone::Social, ItemKind::Comment));
    let sentiment = row.sentiment.unwrap();
    assert_eq!(
        (sentiment.label, sentiment.score, sentiment.evidence[0].text.as_str()),
        (Sentiment::Negative, Some(-0.7), "word")
    );
    assert_eq!((row.language.as_deref(), row.replies_in_thread), (Some("de"), 1));
    assert_eq!(given.detail("b").row.language.as_deref(), Some("en-GB"));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn no_words_break_the_query(words in prop_oneof!["\\PC{0,40}", "[\"*():^+{}\\-a ANDORNOTEAR]{0,30}"]) {
        let Ok(filter) = Filter::parse(&words, &NoLists) else { return Ok(()) };
        let given = given();
        let asked = Asked { filter: filter.into(), now: 1_000, me: None };
        let filter = FeedFilter { asked: Some(asked), ..FeedFilter::default() };
        given.run(given.store.feed(filter.clone())).unwrap();
        given.run(given.store.count(filter)).unwrap();
    }

    #[test]
    fn pages_lose_and_repeat_nothing(times in prop::collection::vec(0..5_i64, 1..40), limit in 1..7_u32) {
        let given = Given::new();
        let items = times.iter().enumerate().map(|(n, time)| Event::Item(at(&n.to_string(), "x", *time)));
        given.says(1_000, items.collect());
        let whole = given.ids(FeedFilter { limit: 1_000, ..FeedFilter::default() });
        prop_assert_eq!(whole.len(), times.len());
        let mut paged = Vec::new();
        let mut after = None;
        loop {
            let filter = FeedFilter { after, limit, ..FeedFilter::default() };
            let Some(last) = given.feed(filter.clone()).last().map(|row| row.key) else { break };
            paged.extend(given.ids(filter));
            after = Some(last);
            prop_assert!(paged.len() <= whole.len(), "pages without end");
            // What comes meanwhile stands before the pages and moves none of them.
            let id = format!("new {}", paged.len());
            given.says(2_000, vec![Event::Item(at(&id, "x", 1_500))]);
        }
        prop_assert_eq!(paged.iter().filter(|id| !id.starts_with("new")).cloned().collect::<Vec<_>>(), whole);
    }
}
