//! What goes in and out of the store about what is unusual: counts, alarms, and up to when was looked.

use hark_model::{Ms, Priority, Route, Sentiment, Zone};

use crate::SourceId;

/// How many items of a kind were published within one bin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BinCount {
    /// When the bin begins.
    pub at: Ms,
    /// Of which source.
    pub source: String,
    /// With which tag of rules; none counts all.
    pub topic: Option<String>,
    /// Feeling like this.
    pub label: Sentiment,
    /// How many.
    pub count: u32,
}

/// An alarm to be kept.
#[derive(Debug, Clone, PartialEq)]
pub struct NewAlarm {
    /// About which tag; none for all items.
    pub topic: Option<String>,
    /// In which source.
    pub source: SourceId,
    /// The share that is negative, instead of a number of items.
    pub is_share: bool,
    /// Of items of one sentiment; none for all.
    pub label: Option<Sentiment>,
    /// When the hour ended in which it was so.
    pub until: Ms,
    /// What is usual in an hour.
    pub expected: f64,
    /// What was in this one.
    pub observed: f64,
    /// How many items there were.
    pub items: u32,
    /// How likely so much or more is by chance, 0 to 1.
    pub tail: f64,
    /// Why, for people.
    pub why: String,
    /// Who should see it.
    pub route: Route,
}

/// An alarm as it is kept.
#[derive(Debug, Clone, PartialEq)]
pub struct AlarmRow {
    /// Its row.
    pub id: i64,
    /// About which tag; none for all items.
    pub topic: Option<String>,
    /// In which source.
    pub source: String,
    /// Zone of the source.
    pub zone: Zone,
    /// "items" or "negative-share".
    pub measured: String,
    /// Of items of one sentiment; none for all.
    pub label: Option<Sentiment>,
    /// When the hour ended in which it was so.
    pub until: Ms,
    /// What is usual in an hour.
    pub expected: f64,
    /// What was in this one.
    pub observed: f64,
    /// How many items there were.
    pub items: u32,
    /// How likely so much or more is by chance, 0 to 1.
    pub tail: f64,
    /// Why, for people.
    pub why: String,
    /// Team that the rules give.
    pub team: Option<String>,
    /// Person that the rules give.
    pub person: Option<String>,
    /// Priority that the rules give.
    pub priority: Option<Priority>,
    /// Tags that the rules give.
    pub tags: Vec<String>,
    /// Names of the rules that matched.
    pub rules: Vec<String>,
    /// When it was told.
    pub at: Ms,
}
