//! What is handed to the store beside the batches of live reading: deliveries, backfills, rechecks, actions.
//!
//! Holds: what belongs to a batch is stored with it, in one transaction, as its [`Along`].

use hark_model::{Ms, SourceName};

use crate::SourceId;

/// Names a delivery that waits in the inbox; never used twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct DeliveryId(pub(crate) i64);

impl std::fmt::Display for DeliveryId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

/// What is stored along with a batch: all of it or nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Along {
    /// The batch is what a delivery said: the delivery leaves the inbox. One that has left it, or whose key was
    /// seen before, changes nothing.
    Delivery {
        /// Which delivery.
        id: DeliveryId,
        /// The platform's name for it, the same when it is delivered again.
        key: Option<String>,
    },
    /// The batch was read by time: the backfill's own cursor moves.
    Backfill(BackfillStep),
    /// The batch answers for these items, by their native ids: each is looked at again when its age says so.
    Recheck {
        /// What was asked for, whether or not there was an answer.
        ids: Vec<String>,
    },
    /// The batch is what an action made.
    Action(ActionEnd),
    /// The batch was read again from kept payloads: its content is shown in the place of what another build of
    /// the connector made of the same edit.
    Replay {
        /// The build that read it.
        component_sha256: [u8; 32],
    },
}

/// A delivery as it came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewDelivery {
    /// For which source.
    pub source: SourceId,
    /// HTTP method.
    pub method: String,
    /// Path.
    pub path: String,
    /// Query, without `?`.
    pub query: String,
    /// Headers in order.
    pub headers: Vec<(String, String)>,
    /// Untouched bytes.
    pub body: Vec<u8>,
    /// When it came.
    pub received_at: Ms,
}

/// A delivery that has not been handled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PendingDelivery {
    /// Its name.
    pub id: DeliveryId,
    /// As it came.
    pub delivery: NewDelivery,
    /// How often it was tried.
    pub attempts: u32,
}

/// What becomes of a delivery that said nothing that is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DeliveryEnd {
    /// It leaves the inbox: refused by the connector, or a handshake.
    Dropped,
    /// It could not be handled and is tried again.
    Again {
        /// When.
        due_at: Ms,
        /// Why, for people.
        fault: String,
    },
    /// It is kept for people to look at, and not tried again.
    Failed {
        /// Why, for people.
        fault: String,
    },
}

/// Which backfill.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct BackfillKey {
    /// Of which source.
    pub source: SourceId,
    /// Of which stream.
    pub stream: String,
    /// Of which target; "" where the stream has one only.
    pub target: String,
}

/// A backfill that is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BackfillOrder {
    /// Which.
    pub key: BackfillKey,
    /// From when; `None` leaves a backfill that is under way as it is.
    pub since: Option<Ms>,
    /// From when, for a backfill that is not under way and of which no more is said.
    pub since_default: Ms,
    /// Until when; `None` means now.
    pub until: Option<Ms>,
    /// Only if there never was one: the wish of a configuration, not of a person.
    pub once: bool,
    /// Now.
    pub at: Ms,
}

macro_rules! states {
    ($(#[$of:meta])* $name:ident { $($(#[$doc:meta])* $variant:ident = $word:literal),+ $(,)? }) => {
        $(#[$of])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum $name { $($(#[$doc])* $variant),+ }

        impl $name {
            /// Every value.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// Returns the one spelling of this value.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }
        }
    };
}
pub(crate) use states;
states! {
    /// How a backfill stands.
    BackfillState {
        /// There is more to read; whoever has time may go on.
        Waiting = "waiting",
        /// Stopped by a person, who can start it again.
        Paused = "paused",
        /// Stopped by a fault that only an operator can mend.
        Failed = "failed",
        /// Read to its end.
        Done = "done",
    }
}
states! {
    /// What became of an action.
    ActionState {
        /// The connector was called and has not answered: now, or before a crash.
        Sending = "sending",
        /// Done.
        Done = "done",
        /// Was done before, under the same key.
        AlreadyDone = "already-done",
        /// May have been done.
        Uncertain = "uncertain",
        /// Was not done.
        Failed = "failed",
    }
}

/// A backfill with all that is known of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BackfillStatus {
    /// Its stream.
    pub stream: String,
    /// Its target; "" where the stream has one only.
    pub target: String,
    /// From when.
    pub since: Ms,
    /// Until when.
    pub until: Ms,
    /// The connector's position.
    pub cursor: Option<Vec<u8>>,
    /// Version of the cursor.
    pub cursor_version: u32,
    /// How it stands.
    pub state: BackfillState,
    /// Will not be read before.
    pub not_before: Option<Ms>,
    /// What went wrong last.
    pub fault: Option<String>,
    /// Faults in a row.
    pub fault_count: u32,
    /// Batches so far.
    pub batches: u64,
    /// Items so far.
    pub items: u64,
    /// Of these, how many were not known.
    pub new_items: u64,
    /// Oldest time of an item so far.
    pub reached_at: Option<Ms>,
    /// Somebody reads it, until then at least.
    pub leased_until: Option<Ms>,
    /// When it began.
    pub started_at: Ms,
    /// When it ended.
    pub done_at: Option<Ms>,
}

/// How far a backfill has come with a batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BackfillStep {
    /// Who reads; refused when it is somebody else by now.
    pub lease: i64,
    /// How long the lease goes on.
    pub leased_until: Ms,
    /// The new cursor; `None` keeps the old one.
    pub cursor: Option<Vec<u8>>,
    /// Version of the cursor.
    pub cursor_version: u32,
    /// Items of the batch.
    pub items: u32,
    /// Oldest time of an item of the batch.
    pub reached_at: Option<Ms>,
    /// There is no more: the holes within its span that were known before it began are filled.
    pub done: bool,
}

/// How a backfill stands when its reader lets go of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BackfillRest {
    /// Who read.
    pub lease: i64,
    /// How it stands.
    pub state: BackfillState,
    /// Not to be read before.
    pub not_before: Option<Ms>,
    /// What went wrong, for people; `None` wipes it.
    pub fault: Option<String>,
    /// Faults in a row.
    pub fault_count: u32,
}

/// What of a stream is to be looked at again.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RecheckPlan {
    /// Native ids that are due, the longest overdue first.
    pub ids: Vec<String>,
    /// When the next one is due, if none is now.
    pub next_at: Option<Ms>,
}

/// An action that is about to be tried.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewAction {
    /// Through which source.
    pub source: SourceId,
    /// "reply".
    pub action: String,
    /// On which item: the platform's id.
    pub on: Option<String>,
    /// JSON.
    pub arguments: String,
    /// Same key, same effect.
    pub key: String,
    /// Now.
    pub at: Ms,
}

/// What the outbox knew of an action before it was tried.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ActionBegun {
    /// Nothing: it is noted now.
    New,
    /// An attempt under this key may have happened; the same key makes a new one safe.
    Again {
        /// The key to use: that of the earlier attempt.
        key: String,
        /// How the earlier attempt stands.
        state: ActionState,
    },
    /// It was done; there is nothing to do.
    Done {
        /// The platform's id of what it made.
        made: Option<String>,
    },
}

/// What became of an action.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActionEnd {
    /// Its key.
    pub key: String,
    /// How it stands.
    pub state: ActionState,
    /// In words for people.
    pub detail: Option<String>,
    /// The platform's id of what it made.
    pub made: Option<String>,
}

/// One action of the outbox.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutboxRow {
    /// Through which source.
    pub source: String,
    /// "reply".
    pub action: String,
    /// On which item: the platform's id.
    pub on: Option<String>,
    /// Its key.
    pub key: String,
    /// How it stands.
    pub state: ActionState,
    /// In words for people.
    pub detail: Option<String>,
    /// The platform's id of what it made.
    pub made: Option<String>,
    /// How often it was tried.
    pub attempts: u32,
    /// When it was tried first.
    pub at: Ms,
}

/// A hole in what was heard.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GapRow {
    /// Of which stream.
    pub stream: String,
    /// From when.
    pub since: Option<Ms>,
    /// Until when.
    pub until: Option<Ms>,
    /// Why.
    pub why: String,
    /// When it was noted.
    pub at: Ms,
}

/// A kept payload, to be read again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptRaw {
    /// Its row.
    pub row: i64,
    /// The payload; its id is 0.
    pub payload: hark_model::KeptPayload,
    /// SHA-256 of its body.
    pub sha256: [u8; 32],
}

/// A revision that was read from a payload.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadFrom {
    /// Its row.
    pub row: i64,
    /// Row of the payload.
    pub raw: i64,
    /// The item.
    pub uid: hark_model::ItemUid,
    /// The platform's id.
    pub native_id: String,
    /// Which revision.
    pub revision: u32,
}

/// Where an item can be answered: the sources that saw it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Whereabouts {
    /// Its name everywhere.
    pub uid: hark_model::ItemUid,
    /// The platform's id.
    pub native_id: String,
    /// Who saw it, sorted by name.
    pub sources: Vec<SourceName>,
}
