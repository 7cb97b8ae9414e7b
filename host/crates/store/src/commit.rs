//! What is handed to the store, and what it answers.

use hark_model::{Annotation, ConnectorId, Event, ItemUid, KeptPayload, Ms, Route, SourceName, Zone};

use crate::{Along, CopyOf};

/// Names a registered source within one database.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SourceId(pub(crate) i64);

impl std::fmt::Display for SourceId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

/// What is kept of a source: one line of the inventory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceRecord {
    /// Key in the TOML.
    pub name: SourceName,
    /// Which connector reads it.
    pub connector: ConnectorId,
    /// Which version of it.
    pub connector_version: String,
    /// SHA-256 of the component.
    pub component_sha256: [u8; 32],
    /// "x", "imap", "rss".
    pub platform: String,
    /// Space in which the platform's ids are unique.
    pub scope: String,
    /// Where it stands, seen from the company.
    pub zone: Zone,
    /// Who owns it: HR, Finance, Support.
    pub owner_function: Option<String>,
    /// How long raw payloads are kept.
    pub retention_days: Option<u32>,
    /// It is listened to.
    pub enabled: bool,
    /// Now.
    pub at: Ms,
}

/// What one read gave: stored whole, with the cursor behind it, or not at all.
#[derive(Debug, Clone, PartialEq)]
pub struct BatchCommit {
    /// From which source.
    pub source: SourceId,
    /// From which stream.
    pub stream: String,
    /// From which target; "" where the stream has one only.
    pub target: String,
    /// When we saw it.
    pub observed_at: Ms,
    /// What the platform really sent; every payload that an entry or a quarantined one refers to.
    pub payloads: Vec<KeptPayload>,
    /// What happened.
    pub entries: Vec<Entry>,
    /// What could not be understood.
    pub quarantined: Vec<Quarantined>,
    /// Where to go on from; `None` leaves the checkpoint as it is.
    pub checkpoint: Option<NewCheckpoint>,
    /// Whether the bodies of payloads are kept; without, they are as good as erased.
    pub keeps_bodies: bool,
    /// What else is stored in the same transaction.
    pub along: Option<Along>,
}

/// One event with what we think of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// What happened.
    pub event: Event,
    /// Machine opinion on it; only an item's is kept.
    pub annotations: Vec<Annotation>,
    /// Who should see it; only an item's is kept.
    pub route: Option<Route>,
    /// The earlier item that it is nearly the same as; only an item's is kept.
    pub copy_of: Option<CopyOf>,
    /// What was cut from it, and why; only an item's is kept.
    pub cuts: Vec<String>,
}

/// One entry that could not be understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quarantined {
    /// Id of the payload within the commit.
    pub payload: u64,
    /// Where in it.
    pub pointer: String,
    /// What it might have been.
    pub hint: String,
    /// Why it was not understood.
    pub why: String,
}

/// Where to go on from after a batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewCheckpoint {
    /// The new cursor; `None` keeps the old one and its version.
    pub cursor: Option<Vec<u8>>,
    /// Version of the new cursor.
    pub cursor_version: u32,
    /// Do not read before.
    pub not_before: Option<Ms>,
    /// How the stream stands now.
    pub state: CheckpointState,
}

/// How a stream stands, without any event. The cursor stays.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StateUpdate {
    /// Which source.
    pub source: SourceId,
    /// Which stream.
    pub stream: String,
    /// Which target; "" where the stream has one only.
    pub target: String,
    /// How it stands.
    pub state: CheckpointState,
    /// Do not read before.
    pub not_before: Option<Ms>,
    /// What went wrong, for people; `None` wipes it.
    pub fault: Option<String>,
    /// Faults in a row.
    pub fault_count: u32,
    /// Version of the connector's cursors, for a stream that has none yet.
    pub cursor_version: u32,
    /// Now.
    pub at: Ms,
}

macro_rules! states {
    ($($(#[$doc:meta])* $variant:ident = $word:literal),+ $(,)?) => {
        /// How a stream stands.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum CheckpointState { $($(#[$doc])* $variant),+ }

        impl CheckpointState {
            /// Every value.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// Returns the one spelling of this value.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }
        }
    };
}
states! {
    /// Read to its end.
    Ok = "ok",
    /// Being read.
    Running = "running",
    /// Will be tried again.
    Waiting = "waiting",
    /// Stopped until an operator mends a credential.
    NeedsAuth = "needs-auth",
    /// Stopped until an operator mends a setting.
    NeedsConfig = "needs-config",
    /// Its allowance is used up.
    Quota = "quota",
    /// Stopped by a fault.
    Failed = "failed",
    /// Stopped by an operator.
    Paused = "paused",
}

/// Where a stream stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    /// The connector's position.
    pub cursor: Option<Vec<u8>>,
    /// Version of the cursor.
    pub cursor_version: u32,
    /// How the stream stands.
    pub state: CheckpointState,
    /// Do not read before.
    pub not_before: Option<Ms>,
    /// When a read last did well.
    pub last_ok_at: Option<Ms>,
    /// What went wrong since.
    pub last_fault: Option<String>,
    /// Faults in a row.
    pub fault_count: u32,
}

/// What a batch changed. New items, new revisions and duplicates together are the items it held.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Committed {
    /// Items that were not known.
    pub new_items: u32,
    /// Contents of known items that were not known.
    pub new_revisions: u32,
    /// Items whose content was known.
    pub duplicates: u32,
    /// Items that went away.
    pub removed: u32,
    /// Items that had gone away and are back.
    pub restored: u32,
    /// Entries that are new in quarantine.
    pub quarantined: u32,
    /// It was a delivery that had been handled before: nothing was changed.
    pub repeated: bool,
    /// Items that a screen should read again, each once.
    pub item_uids_changed: Vec<ItemUid>,
}
