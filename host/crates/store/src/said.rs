//! What goes out of the store when it is looked who wrote what.

use hark_model::{ItemUid, Zone};

use crate::FeedKey;

/// An item of one author.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SaidItem {
    /// Its place in the feed.
    pub key: FeedKey,
    /// Its name everywhere.
    pub uid: ItemUid,
    /// Where it stands, seen from the company.
    pub zone: Zone,
    /// Subject or headline.
    pub title: Option<String>,
    /// Plain text.
    pub text: String,
}
