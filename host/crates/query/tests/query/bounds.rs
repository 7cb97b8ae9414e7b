//! The largest filters that can be read get an answer from the database, too.

use hark_query::{Ambient, Filter, ListError, Lists, limits};

use crate::same_answer::{NOW, by_sql, stored};

/// Lists as long as they may be.
struct Long;

impl Lists for Long {
    fn read(&self, name: &str) -> Result<String, ListError> {
        let line = |n: usize| match name {
            "words.txt" => format!("word{n}\n"),
            "mixed.txt" => format!("{}word{n}\n", ["", "#", "@", "two "][n % 4]),
            _ => {
                format!("{}name{n}{}\n", if n % 3 == 1 { "*" } else { "" }, if n % 3 == 2 { "*" } else { "" })
            }
        };
        Ok((0..limits::LIST_ENTRIES_MAX).map(line).collect())
    }
}

#[test]
fn the_largest_filters_are_answered() {
    let db = stored(&[]);
    let times = |piece: &str, between: &str| vec![piece; limits::TERMS_MAX].join(between);
    let nested = |open: &str, close: &str| {
        format!("{}#a{}", open.repeat(limits::DEPTH_MAX), close.repeat(limits::DEPTH_MAX))
    };
    for text in [
        times("ab", " "),
        times("ab", " or "),
        times("-ab", " "),
        times("-#a", " or "),
        vec!["#a b1"; limits::TERMS_MAX / 2].join(" or "),
        format!("author:{}", times("a", ",")),
        format!("reach:{}", times(">1", ",")),
        nested("(#b or ", ")"),
        format!("{}#a{}", "(c1 -".repeat(limits::DEPTH_MAX / 2), ")".repeat(limits::DEPTH_MAX / 2)),
        "@file:words.txt".to_owned(),
        "@file:mixed.txt".to_owned(),
        "-author:@file:names.txt".to_owned(),
        "title:@file:words.txt".to_owned(),
    ] {
        let filter = match Filter::parse(&text, &Long) {
            Ok(filter) => filter,
            Err(error) => panic!("{error}: {}", &text[..60.min(text.len())]),
        };
        let found = by_sql(&db, &filter, Ambient { now: NOW, me: None });
        assert_eq!(found, Ok(Vec::new()), "{}", &text[..60.min(text.len())]);
    }
}
