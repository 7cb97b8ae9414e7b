//! Which part of the feed is asked for.

use std::sync::Arc;

use hark_model::{Ms, Sentiment, Zone};
use hark_query::{Ambient, Filter};

use crate::limits;

/// A place in the feed: newest first by the clamped time, then by row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FeedKey {
    /// The platform's time, but never more than five minutes ahead of ours.
    pub at: Ms,
    /// Row of the item.
    pub row_id: i64,
}

/// A filter of the filter language, and what it is asked within.
#[derive(Debug, Clone, PartialEq)]
pub struct Asked {
    /// The filter. One that asks `is:removed` finds items that are gone, too.
    pub filter: Arc<Filter>,
    /// The time that ages such as `since:24h` count from.
    pub now: Ms,
    /// Login of who looks: what `me` means.
    pub me: Option<String>,
}

impl Asked {
    pub(crate) fn ambient(&self) -> Ambient<'_> {
        Ambient { now: self.now, me: self.me.as_deref() }
    }
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
    /// Let through by this filter.
    pub asked: Option<Asked>,
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
    /// With items that are gone, whatever `asked` asks; their text is not shown.
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
            asked: None,
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
