//! What is written reads back as the same.

use hark_query::Filter;
use proptest::prelude::*;

use crate::random::{Files, filter};

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]
    #[test]
    fn a_filter_that_is_written_reads_back_as_itself(filter in filter(|_| true)) {
        let text = filter.to_string();
        let read = Filter::parse(&text, &Files);
        prop_assert_eq!(read.as_ref().map_err(|error| error.show(&text)), Ok(&filter), "{}", text);
        prop_assert_eq!(read.unwrap().to_string(), text);
    }
}
