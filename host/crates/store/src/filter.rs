//! Which part of the feed is asked for.

use hark_model::{Ms, Sentiment, Zone};

use crate::limits;

/// A place in the feed: newest first by the clamped time, then by row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FeedKey {
    /// The platform's time, but never more than five minutes ahead of ours.
    pub at: Ms,
    /// Row of the item.
    pub row_id: i64,
}

/// Which part of the feed is asked for; an empty list or `None` asks for all.
#[derive(Debug, Clone, PartialEq)]
pub struct FeedFilter {
    /// In any of these zones.
    pub zones: Vec<Zone>,
    /// Seen by any of these sources.
    pub sources: Vec<String>,
    /// Feeling like any of these; an item without an opinion counts as unknown.
    pub sentiments: Vec<Sentiment>,
    /// For any of these teams.
    pub teams: Vec<String>,
    /// In this language: "en" takes "en-GB" in.
    pub language: Option<String>,
    /// Holding all of these words: `word`, `prefix*`, `"a phrase"`. Nothing else has a meaning.
    pub words: Option<String>,
    /// Not before this time.
    pub since: Option<Ms>,
    /// Before this time.
    pub until: Option<Ms>,
    /// In this conversation.
    pub conversation: Option<i64>,
    /// Behind this place: the key of the last row of the page before.
    pub after: Option<FeedKey>,
    /// Stored later than this row: what came since, for live screens.
    pub newer_than: Option<i64>,
    /// With items that are gone; their text is not shown.
    pub include_removed: bool,
    /// At most so many rows.
    pub limit: u32,
}

impl Default for FeedFilter {
    fn default() -> Self {
        Self {
            zones: Vec::new(),
            sources: Vec::new(),
            sentiments: Vec::new(),
            teams: Vec::new(),
            language: None,
            words: None,
            since: None,
            until: None,
            conversation: None,
            after: None,
            newer_than: None,
            include_removed: false,
            limit: limits::FEED_ROWS,
        }
    }
}
