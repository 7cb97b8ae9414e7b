//! Standing rules find what a plain loop over the filters finds.

use hark_query::{Ambient, Field, Filter, Scratch, Standing, WordCounts, Words};
use proptest::prelude::*;

use crate::random::filter;
use crate::same_answer::{Item, NOW, item};

/// Numbers of the filters that let the item through, one by one.
fn plain(filters: &[Filter], item: &Item) -> Vec<u32> {
    let record = item.record(0);
    let words = Words::of(record.title, record.text);
    let ambient = Ambient { now: NOW, me: None };
    let found =
        filters.iter().zip(0..).filter(|(filter, _)| filter.matches(&record, &words, ambient).unwrap());
    found.map(|(_, number)| number).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]
    #[test]
    fn standing_rules_find_what_a_plain_loop_finds(
        filters in prop::collection::vec(filter(|field| field != Field::Program), 1..60),
        items in prop::collection::vec(item(), 8),
        is_counted in any::<bool>(),
    ) {
        let ambient = Ambient { now: NOW, me: None };
        let filters: Vec<Filter> = filters.into_iter().filter(|filter| filter.check(ambient).is_ok()).collect();
        let counts = if is_counted {
            WordCounts::of(items.iter().map(|item| item.record(0).text.to_owned()).collect::<Vec<_>>().iter().map(String::as_str))
        } else {
            WordCounts::default()
        };
        let rules = filters.iter().map(|filter| (filter.to_string(), filter.clone()));
        let standing = Standing::new(rules, &counts).unwrap();
        let mut scratch = Scratch::default();
        for item in &items {
            let found = standing.matches(&item.record(0), NOW, &mut scratch).to_vec();
            let names: Vec<&str> = found.iter().map(|number| standing.name(*number)).collect();
            prop_assert_eq!(&found, &plain(&filters, item), "{:?}", names);
        }
    }
}
