//! A trace gives the answer that the filter gives, and says by what.

use hark_model::{ItemUid, Sentiment, Zone};
use hark_query::{Ambient, Asked, Column, Field, Filter, Record, Words};
use proptest::prelude::*;

use crate::random::filter;
use crate::same_answer::{NOW, item};

const AMBIENT: Ambient<'_> = Ambient { now: NOW, me: None };

proptest! {
    #[test]
    fn a_trace_answers_as_the_filter_does(filter in filter(|field| field != Field::Program), item in item()) {
        prop_assume!(filter.check(AMBIENT).is_ok());
        let record = item.record(0);
        let words = Words::of(record.title, record.text);
        let trace = filter.trace(&record, AMBIENT).unwrap();
        let holds = trace.as_ref().is_none_or(|trace| trace.holds);
        prop_assert_eq!(holds, filter.matches(&record, &words, AMBIENT).unwrap());
        if let Some(trace) = &trace {
            prop_assert_eq!(trace.misses().is_empty(), trace.holds, "{}", trace);
            for spot in trace.spots() {
                let part = if spot.column == Column::Title { record.title.unwrap() } else { record.text };
                prop_assert_eq!(&part[spot.span.clone()], &spot.text);
            }
        }
    }
}

#[test]
fn it_says_which_words_and_which_values() {
    let mut record = Record::new(ItemUid::from_bytes([0; 16]), Zone::Social, "Card was declined, card!", NOW);
    record.title = Some("Über card");
    (record.sentiment, record.score) = (Sentiment::Negative, Some(-0.5));
    let filter: Filter =
        "card NEAR/1 declined sentiment:<-0.3 -lang:de (title:uber or outage)".parse().unwrap();
    let trace = filter.trace(&record, AMBIENT).unwrap().unwrap();
    assert!(trace.holds);
    let spots: Vec<_> =
        trace.spots().iter().map(|spot| (spot.column, spot.span.clone(), &*spot.text)).collect();
    assert_eq!(
        spots,
        [
            (Column::Text, 0..4, "Card"),
            (Column::Text, 9..17, "declined"),
            (Column::Text, 19..23, "card"),
            (Column::Title, 0..5, "Über"),
            (Column::Title, 6..10, "card"),
        ]
    );
    let Asked::All(parts) = &trace.asked else { panic!("{trace}") };
    let Asked::Test { value: Some(value), .. } = &parts[1].asked else { panic!("{trace}") };
    assert_eq!(value, "negative, score -0.5");
    let filter: Filter = "card lang:de -declined (outage or #x)".parse().unwrap();
    let trace = filter.trace(&record, AMBIENT).unwrap().unwrap();
    assert_eq!(
        trace.misses(),
        ["lang:de (it has none)", "-(declined [\"declined\" at text 9..17])", "outage", "#x (it has none)",]
    );
}
