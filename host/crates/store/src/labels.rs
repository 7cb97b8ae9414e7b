//! What people say of how an item feels.

use hark_model::{ItemUid, Ms, Sentiment, Zone};

/// A label that somebody gives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewLabel {
    /// To which item: the revision that is shown.
    pub uid: ItemUid,
    /// How it feels; never unknown.
    pub label: Sentiment,
    /// Who says so.
    pub who: String,
    /// Now.
    pub at: Ms,
}

/// What a label was given to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LabelKept {
    /// Which revision.
    pub revision: u32,
    /// What the machine thinks of it.
    pub machine: Option<Sentiment>,
}

/// The newest label of a revision, with its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LabelRow {
    /// Its row.
    pub id: i64,
    /// Of which item.
    pub uid: ItemUid,
    /// Zone of the item.
    pub zone: Zone,
    /// Subject or headline.
    pub title: Option<String>,
    /// Plain text.
    pub text: String,
    /// Our opinion, else the platform's claim.
    pub language: Option<String>,
    /// How it feels.
    pub label: Sentiment,
    /// What the machine thinks.
    pub machine: Option<Sentiment>,
    /// Who says so.
    pub who: String,
    /// When.
    pub at: Ms,
}
