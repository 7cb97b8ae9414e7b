//! What goes in and out of the store when the archive is read again by another analyser.

use hark_model::{Annotation, ItemUid, Ms, Zone};

use crate::FeedKey;

/// Which archive is to be read again, and by whom.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReanalysisOrder {
    /// Everybody who may speak, each with the version; another list is another run.
    pub makers: String,
    /// Only items of the feed from then on; `None` takes all.
    pub since: Option<Ms>,
    /// Now.
    pub at: Ms,
}

/// How far a run over the archive is: from the newest item to the oldest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReanalysisStatus {
    /// Its row; 0 for one that is not kept.
    pub id: i64,
    /// Only items of the feed from then on.
    pub since: Option<Ms>,
    /// Items of this row and above are done, or came after the run began.
    pub below: i64,
    /// There is no more.
    pub done: bool,
    /// Items there were when it began.
    pub total: u64,
    /// Items so far.
    pub seen: u64,
    /// Of these, how many had opinions of these makers already.
    pub passed_over: u64,
    /// Opinions that were added.
    pub opinions: u64,
    /// Items of which another sentiment is thought than before.
    pub otherwise: u64,
    /// When it began.
    pub started_at: Ms,
}

/// An item as an analyser needs it: what is shown of it, and who has spoken about that.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ArchivedItem {
    /// Its row.
    pub row: i64,
    /// Number of the revision that is shown.
    pub revision: u32,
    /// Subject or headline.
    pub title: Option<String>,
    /// Plain text.
    pub text: String,
    /// The platform's claim.
    pub claimed_language: Option<String>,
    /// The language that it was taken for.
    pub language: Option<String>,
    /// The sentiment that is shown.
    pub sentiment: Option<String>,
    /// Who has spoken about this revision: producer and version.
    pub makers: Vec<(String, String)>,
}

/// An item of the last day, as its text is compared with others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecentItem {
    /// Its place in the feed.
    pub key: FeedKey,
    /// Its name everywhere.
    pub uid: ItemUid,
    /// Subject or headline.
    pub title: Option<String>,
    /// Plain text.
    pub text: String,
    /// The platform's claim.
    pub claimed_language: Option<String>,
    /// Where it stands, seen from the company.
    pub zone: Zone,
    /// When we first saw it.
    pub observed_at: Ms,
    /// It is nearly the same as an earlier one.
    pub is_copy: bool,
}

/// What is thought of a revision now.
#[derive(Debug, Clone, PartialEq)]
pub struct Reopinion {
    /// Row of the item.
    pub row: i64,
    /// Which revision.
    pub revision: u32,
    /// What is added.
    pub annotations: Vec<Annotation>,
}

/// One step of a run.
#[derive(Debug, Clone, PartialEq)]
pub struct ReanalysisStep {
    /// How far the run is with this step. It is refused when the run is not where the step begins.
    pub status: ReanalysisStatus,
    /// Where the step begins.
    pub from: i64,
    /// What is added.
    pub opinions: Vec<Reopinion>,
    /// Now.
    pub at: Ms,
}
