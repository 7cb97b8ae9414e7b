//! The fields of the language: one table, of which parser, errors, help and reference are made.
//!
//! Holds: a field that is not in the table does not exist; one that the store has no column for yet says so there.

use hark_model::{Direction, ItemKind, Priority, Sentiment, Visibility, Zone};

use crate::flag::{FlagInfo, HAS, IS};
use crate::words::Column;

/// What can be asked of an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Field {
    /// `title:`
    Title,
    /// `text:`
    Text,
    /// `tag:`, also `#name`
    Tag,
    /// `mention:`, also `@name`
    Mention,
    /// `zone:`
    Zone,
    /// `source:`
    Source,
    /// `platform:`
    Platform,
    /// `place:`
    Place,
    /// `author:`
    Author,
    /// `kind:`
    Kind,
    /// `direction:`
    Direction,
    /// `visibility:`
    Visibility,
    /// `lang:`
    Lang,
    /// `sentiment:`
    Sentiment,
    /// `confidence:`
    Confidence,
    /// `reach:`
    Reach,
    /// `likes:`
    Likes,
    /// `replies:`
    Replies,
    /// `shares:`
    Shares,
    /// `views:`
    Views,
    /// `since:`
    Since,
    /// `before:`
    Before,
    /// `status:`
    Status,
    /// `assignee:`
    Assignee,
    /// `team:`
    Team,
    /// `priority:`
    Priority,
    /// `program:`
    Program,
    /// `near:`
    Near,
    /// `has:`
    Has,
    /// `is:`
    Is,
}

/// What values a field takes, and so which operators.
#[derive(Debug, Clone, Copy)]
pub enum Values {
    /// Words of one part of an item.
    Words(Column),
    /// Names; `none` and `me` where the lists say so.
    Names {
        /// `none` asks for items without one.
        none: bool,
        /// `me` asks for who looks.
        me: bool,
    },
    /// One word of a list.
    Choice(&'static [&'static str]),
    /// One flag of a table.
    Flags(&'static [FlagInfo]),
    /// A count, from 0.
    Count,
    /// A fraction between two ends; `or` words may stand instead.
    Fraction {
        /// Least value.
        low: f64,
        /// Greatest value.
        high: f64,
        /// Words that may stand in the place of a number.
        or: &'static [&'static str],
    },
    /// A time.
    Time,
    /// A language code.
    Language,
    /// The uid of an item.
    Item,
}

/// What stands in the table for one field.
#[derive(Debug, Clone, Copy)]
pub struct FieldInfo {
    /// Which field.
    pub field: Field,
    /// Its name, before the colon.
    pub name: &'static str,
    /// What it takes.
    pub values: Values,
    /// What it means, with the unit of its numbers.
    pub meaning: &'static str,
    /// How it is used.
    pub example: &'static str,
    /// Whether the store has what it asks for.
    pub is_stored: bool,
}

/// The states of work on a conversation, as the schema has them.
pub static STATUSES: &[&str] = &["new", "open", "waiting", "snoozed", "done", "ignored"];

const NAMES: Values = Values::Names { none: false, me: false };

macro_rules! info {
    ($field:ident, $name:literal, $values:expr, $meaning:literal, $example:literal) => {
        info!($field, $name, $values, $meaning, $example, true)
    };
    ($field:ident, $name:literal, $values:expr, $meaning:literal, $example:literal, $is_stored:literal) => {
        FieldInfo {
            field: Field::$field,
            name: $name,
            values: $values,
            meaning: $meaning,
            example: $example,
            is_stored: $is_stored,
        }
    };
}

/// Every field, in the order of the reference.
#[rustfmt::skip]
pub static FIELDS: &[FieldInfo] = &[
    info!(Title, "title", Values::Words(Column::Title), "words of the title: subject or headline", "title:outage"),
    info!(Text, "text", Values::Words(Column::Text), "words of the text, not of the title", "text:\"card declined\""),
    info!(Tag, "tag", NAMES, "tags of the platform, of rules or of people; short: `#outage`", "#outage"),
    info!(Mention, "mention", NAMES, "accounts that the platform says are mentioned, by id, handle or shown name; short: `@acme`", "@acme"),
    info!(Zone, "zone", Values::Choice(Zone::WORDS), "where it was said, seen from the company", "zone:social"),
    info!(Source, "source", NAMES, "a source that saw it, as the settings name it", "source:support-mail"),
    info!(Platform, "platform", NAMES, "the platform of a source that saw it", "platform:forum"),
    info!(Place, "place", NAMES, "forum, channel, page or mailbox", "place:it-forum"),
    info!(Author, "author", NAMES, "who said it, by handle, shown name, mail address or id", "author:*@example.org"),
    info!(Kind, "kind", Values::Choice(ItemKind::WORDS), "what sort of utterance it is", "kind:review"),
    info!(Direction, "direction", Values::Choice(Direction::WORDS), "who speaks to whom, seen from us", "direction:inbound"),
    info!(Visibility, "visibility", Values::Choice(Visibility::WORDS), "who may read it on its platform", "visibility:public"),
    info!(Lang, "lang", Values::Language, "its language (BCP 47); `en` takes `en-GB` in", "lang:en"),
    info!(Sentiment, "sentiment", Values::Fraction { low: -1.0, high: 1.0, or: Sentiment::WORDS }, "how it feels: a label, or a score from -1 (displeased) to 1 (pleased)", "sentiment:<-0.3"),
    info!(Confidence, "confidence", Values::Fraction { low: 0.0, high: 1.0, or: &[] }, "how sure the sentiment is: 0 (not at all) to 1 (fully)", "confidence:>=0.8"),
    info!(Reach, "reach", Values::Count, "followers of its author, in accounts", "reach:>1000"),
    info!(Likes, "likes", Values::Count, "likes and other reactions, counted", "likes:>=10"),
    info!(Replies, "replies", Values::Count, "answers, counted by the platform", "replies:0"),
    info!(Shares, "shares", Values::Count, "how often it was passed on, counted by the platform", "shares:>5"),
    info!(Views, "views", Values::Count, "how often it was seen, counted by the platform", "views:>10k"),
    info!(Since, "since", Values::Time, "published at this time or later (UTC; never more than 5 minutes ahead of our clock)", "since:24h"),
    info!(Before, "before", Values::Time, "published earlier than this time (UTC)", "before:2026-11-20"),
    info!(Status, "status", Values::Choice(STATUSES), "the state of work on its conversation; one that nobody touched is `new`", "status:open"),
    info!(Assignee, "assignee", Values::Names { none: true, me: true }, "login of who works on its conversation; `me`, `none`", "assignee:me"),
    info!(Team, "team", Values::Names { none: true, me: false }, "the team of its conversation, else the team that the rules gave; `none`", "team:payments"),
    info!(Priority, "priority", Values::Choice(Priority::WORDS), "how soon somebody should look: of its conversation, else as the rules gave it", "priority:urgent"),
    info!(Program, "program", NAMES, "the program it belongs to", "program:launch", false),
    info!(Near, "near", Values::Item, "the item with this uid (32 hexadecimal digits), and those that read nearly like it", "near:00112233445566778899aabbccddeeff"),
    info!(Has, "has", Values::Flags(HAS), "what comes with it", "has:report"),
    info!(Is, "is", Values::Flags(IS), "what it is", "is:reply"),
];

impl Field {
    /// Returns the field of this name, in upper or lower case.
    pub fn by_name(name: &str) -> Option<Self> {
        FIELDS.iter().find(|info| info.name.eq_ignore_ascii_case(name)).map(|info| info.field)
    }

    /// Returns what stands in the table for this field.
    pub fn info(self) -> &'static FieldInfo {
        &FIELDS[self as usize]
    }

    /// Returns the name before the colon.
    pub fn name(self) -> &'static str {
        self.info().name
    }
}

impl FieldInfo {
    /// Says what may stand behind the colon.
    pub fn takes(&self) -> String {
        match self.values {
            Values::Words(_) => "a word, a prefix such as `pay*`, or a phrase in double quotes".to_owned(),
            Values::Names { none, me } => {
                let mut text = "a name, `start*` or `*end`".to_owned();
                if me {
                    text += ", `me`";
                }
                if none {
                    text += ", `none`";
                }
                text
            }
            Values::Choice(words) => one_of(words.iter().copied()),
            Values::Flags(flags) => one_of(flags.iter().map(|flag| flag.word)),
            Values::Count => "a count such as `1000`, `>1k`, `<=2m` or `10..20`".to_owned(),
            Values::Fraction { low, high, or } => {
                let number = format!("a number from {low} to {high} such as `<{}` or `{low}..0.5`", low / 2.0 + 0.2);
                if or.is_empty() { number } else { format!("{}; or {number}", one_of(or.iter().copied())) }
            }
            Values::Time => {
                "an age such as `30m`, `24h`, `7d`, `2w`; `today`, `yesterday`; or a time such as `2026-11-20` or \
                 `2026-11-20T08:00Z`"
                    .to_owned()
            }
            Values::Language => "a language code such as `en` or `pt-BR`".to_owned(),
            Values::Item => "the uid of an item, 32 hexadecimal digits".to_owned(),
        }
    }

    /// Returns the operators that may stand before a value.
    pub fn operators(&self) -> &'static [&'static str] {
        match self.values {
            Values::Count | Values::Fraction { .. } => &["<", "<=", ">", ">=", ".."],
            Values::Names { .. } | Values::Words(_) => &["*"],
            _ => &[],
        }
    }

    /// Tells whether several values may stand behind one colon, with commas between; any of them is enough.
    pub fn takes_many(&self) -> bool {
        !matches!(self.values, Values::Time)
    }

    /// Returns the words that are understood as a value, for completion and for errors.
    pub fn words(&self) -> Vec<&'static str> {
        match self.values {
            Values::Choice(words) | Values::Fraction { or: words, .. } => words.to_vec(),
            Values::Flags(flags) => flags.iter().map(|flag| flag.word).collect(),
            Values::Names { none, me } => {
                [("none", none), ("me", me)].iter().filter(|(_, is)| *is).map(|(word, _)| *word).collect()
            }
            Values::Time => vec!["today", "yesterday"],
            _ => Vec::new(),
        }
    }
}

fn one_of<'a>(words: impl Iterator<Item = &'a str>) -> String {
    let words: Vec<String> = words.map(|word| format!("`{word}`")).collect();
    format!("one of {}", words.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_field_stands_at_its_place_once() {
        for (at, info) in FIELDS.iter().enumerate() {
            assert_eq!(info.field as usize, at, "{}", info.name);
            assert_eq!(Field::by_name(&info.name.to_uppercase()), Some(info.field));
            assert!(info.name.bytes().all(|byte| byte.is_ascii_lowercase()), "{}", info.name);
        }
        assert_eq!(FIELDS.len(), Field::Is as usize + 1, "a new field gets a line");
    }

    #[test]
    fn the_states_of_work_are_those_of_the_schema() {
        let schema = std::fs::read_to_string("../store/migrations/0001_start.sql").unwrap();
        let work = schema.lines().find(|line| line.starts_with("CREATE TABLE work")).unwrap();
        let check = STATUSES.iter().map(|word| format!("status='{word}'")).collect::<Vec<_>>().join(" OR ");
        assert!(work.contains(&format!("CHECK ({check})")), "{check}");
    }
}
