//! The filter language: read, written, explained, as SQL, in memory and as a standing rule.

use hark_model::{ItemUid, Zone};
use hark_query::{
    Ambient, Filter, FilterError, ListError, Lists, Param, Record, Scratch, Standing, Unsupported,
    WordCounts, Words,
};

use crate::{Verdict, speech};

/// What a filter is made of.
const WORDS: &[&str] = &[
    " or ",
    " and ",
    " not ",
    " -",
    "(",
    ")",
    "\"",
    "*",
    ":",
    ",",
    "..",
    ">",
    "<=",
    "=",
    " NEAR/3 ",
    "near/",
    "#",
    "@",
    "@file:own.txt",
    "author:",
    "me",
    "none",
    "since:",
    "24h",
    "yesterday",
    "2026-11-22T11:59",
    "is:",
    "has:",
    "reply",
    "attachment",
    "title:",
    "text:",
    "tag:",
    "mention:",
    "language:",
    "en-gb",
    "zone:",
    "social",
    "kind:",
    "post",
    "sentiment:",
    "negative",
    "score:",
    "-0.5",
    "reach:",
    "likes:",
    "1e15",
    "0",
    "item:",
    "priority:",
    "urgent",
    "status:",
    "team:",
    "assignee:",
    "source:",
    "platform:",
    "place:",
    "visibility:",
    "direction:",
    "card",
    "declined",
    "\u{fc}ber",
    "\u{4e0d}",
    "\u{301}",
    "e-mail",
    "\\",
    "%",
    "_",
    "program:",
];

/// The one list that filters may name.
struct Own<'t>(&'t str);

impl Lists for Own<'_> {
    fn read(&self, name: &str) -> Result<String, ListError> {
        if name == "own.txt" { Ok(self.0.to_owned()) } else { Err(ListError::Missing(name.to_owned())) }
    }
}

const NOW: i64 = 1_795_348_800_000;

/// Reads a filter, and the list `own.txt` behind a line of `---`. What is read is written and read back as itself, means
/// the same in memory before and after, and is a condition with as many parameters as it has values.
pub fn filter(data: &[u8]) -> Verdict {
    let Some(text) = speech::text(data, WORDS) else { return Verdict::Refused };
    let (text, list) = text.split_once("\n---\n").unwrap_or((&text, "card\n#outage\n@acme\n"));
    let lists = Own(list);
    let filter = match Filter::parse(text, &lists) {
        Ok(filter) => filter,
        Err(error) => return refused(&error, text),
    };
    let written = filter.to_string();
    // A list is written as its name, everything else with its values: what is longer than a filter may be is refused.
    let again = match Filter::parse(&written, &lists) {
        Ok(again) => again,
        Err(error) => panic!("what was written is not read: {}", error.show(&written)),
    };
    assert_eq!(filter, again, "what was written reads back as another filter: {written}");
    assert_eq!(written, again.to_string(), "it is written in two ways");
    assert_eq!(filter.explain(), again.explain());
    assert!(!filter.explain().is_empty(), "everything is explained");
    for me in [None, Some("jo")] {
        let ambient = Ambient { now: NOW, me };
        is_whole(&filter, ambient);
        means_the_same(&filter, &again, text, ambient);
    }
    Verdict::Taken
}

/// The place of an error lies in the text, and it can be shown.
fn refused(error: &FilterError, text: &str) -> Verdict {
    assert!(error.span.start <= error.span.end && error.span.end <= text.len(), "{error:?}");
    assert!(text.is_char_boundary(error.span.start) && text.is_char_boundary(error.span.end), "{error:?}");
    let shown = error.show(text);
    assert!(shown.lines().count() >= 3 && shown.ends_with(&error.to_string()), "{shown}");
    Verdict::Refused
}

/// Every value is a parameter, each named in the text, from the number that was asked for on.
fn is_whole(filter: &Filter, ambient: Ambient<'_>) {
    const FIRST: usize = 3;
    let Ok(condition) = filter.sql(ambient, FIRST) else { return };
    let mut named = std::collections::BTreeSet::new();
    for behind in condition.sql.split('?').skip(1) {
        let digits: String = behind.chars().take_while(char::is_ascii_digit).collect();
        named.insert(digits.parse::<usize>().expect("a parameter has a number"));
    }
    let wanted = (FIRST..FIRST + condition.params.len()).collect();
    assert_eq!(named, wanted, "{}", condition.sql);
    for param in &condition.params {
        if let Param::Real(number) = param {
            assert!(number.is_finite(), "{number}: {}", condition.sql);
        }
    }
    let depth = condition.sql.chars().try_fold(0_i64, |depth, c| match c {
        '(' => Some(depth + 1),
        ')' => Some(depth - 1).filter(|depth| *depth >= 0),
        _ => Some(depth),
    });
    assert_eq!(depth, Some(0), "brackets of {}", condition.sql);
}

/// Items that the filter may let through: one that says what it asks for, and others.
fn items(text: &str) -> Vec<Record<'_>> {
    let record = |text, at| Record::new(ItemUid::from_bytes([7; 16]), Zone::Social, text, at);
    let told = Record {
        title: Some("Card declined"),
        sources: vec!["jo"],
        platforms: vec!["acme"],
        place: Some("acme"),
        author: vec!["jo", "Jo Doe", "jo@example.org"],
        followers: Some(1_000),
        mentions: vec!["acme"],
        tags: vec!["outage", text],
        language: Some("en-GB"),
        score: Some(-0.5),
        confidence: Some(1.0),
        likes: Some(0),
        replies: Some(1),
        shares: Some(u64::MAX),
        views: Some(5),
        status: Some("open"),
        assignee: Some("jo"),
        team: Some("support"),
        ..record(text, NOW - 1)
    };
    vec![record("", 0), record(text, NOW), told, record("the card was declined, \u{fc}ber e-mail", i64::MAX)]
}

/// Twins give the same answers, refusals too; so does the same filter as a standing rule.
fn means_the_same(filter: &Filter, again: &Filter, text: &str, ambient: Ambient<'_>) {
    let standing = ambient.me.is_none().then(|| {
        let rules = [("it".to_owned(), filter.clone()), ("all".to_owned(), Filter::everything())];
        Standing::new(rules, &WordCounts::default()).map_err(|refused| refused.why)
    });
    let mut scratch = Scratch::default();
    for record in items(text) {
        let words = Words::of(record.title, record.text);
        let found = filter.matches(&record, &words, ambient);
        let alike = |other: &Result<bool, Unsupported>| match (&found, other) {
            (Ok(one), Ok(other)) => one == other,
            (Err(one), Err(other)) => std::mem::discriminant(one) == std::mem::discriminant(other),
            _ => false,
        };
        let other = again.matches(&record, &words, ambient);
        assert!(alike(&other), "{filter}: {found:?}, read again {other:?}");
        let sql = filter.sql(ambient, 1).map(|_| ());
        assert_eq!(found.as_ref().err(), sql.as_ref().err(), "{filter}: refused alike");
        match &standing {
            Some(Ok(standing)) => {
                let holds = standing.matches(&record, ambient.now, &mut scratch).contains(&0);
                assert_eq!(found, Ok(holds), "{filter}: as a standing rule");
            }
            Some(Err(why)) => assert_eq!(found.as_ref().err(), Some(why), "{filter}: as a standing rule"),
            None => {}
        }
    }
}
