//! What is handed to the store of notices: news of ours for people, on their way to targets that the settings name.
//!
//! Holds: a key names one effect for ever. Not here: what a target is, how often it is tried, what is sent.

use hark_model::Ms;

use crate::ChimeInId;
use crate::beside::states;

/// Names a notice within one database; never used twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct NoticeId(pub(crate) i64);

impl std::fmt::Display for NoticeId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

states! {
    /// How a notice stands.
    NoticeState {
        /// Waits for a digest.
        Held = "held",
        /// Waits for its time.
        Waiting = "waiting",
        /// Somebody sends it: now, or before a crash.
        Sending = "sending",
        /// May have arrived; is tried again when its time comes.
        Uncertain = "uncertain",
        /// The target took it.
        Sent = "sent",
        /// A digest lists it.
        Bundled = "bundled",
        /// Given up until a person says otherwise.
        Dead = "dead",
        /// A person does not want it sent.
        Dropped = "dropped",
    }
}

/// A notice that is to be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewNotice {
    /// Names the effect, 1 to 200 characters; a second notice of the same key is not stored.
    pub key: String,
    /// Name of the target in the settings.
    pub target: String,
    /// Waits neither for a digest nor for the end of quiet hours.
    pub urgent: bool,
    /// Waits for a digest; without meaning for an urgent one.
    pub held: bool,
    /// One line.
    pub subject: String,
    /// Plain text.
    pub body: String,
    /// Where to read on.
    pub link: Option<String>,
    /// Not to be sent before.
    pub due_at: Ms,
    /// Now.
    pub at: Ms,
}

/// What somebody who sends asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoticeClaim {
    /// For which target.
    pub target: String,
    /// Who asks: a random number.
    pub lease: i64,
    /// Now.
    pub at: Ms,
    /// The lease holds until then.
    pub until: Ms,
    /// At most so many.
    pub count: u32,
    /// So many attempts in a minute.
    pub per_minute_max: u32,
    /// Only urgent ones: the hours are quiet.
    pub urgent_only: bool,
    /// What may have arrived is tried again so often.
    pub repeats_max: u32,
    /// When an attempt whose sender died after handing over is tried again.
    pub repeat_at: Ms,
}

/// A notice that its holder may send until the lease ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClaimedNotice {
    /// Its name here.
    pub id: NoticeId,
    /// Names the effect.
    pub key: String,
    /// One line.
    pub subject: String,
    /// Plain text.
    pub body: String,
    /// Where to read on.
    pub link: Option<String>,
    /// The question whose secrets go with it.
    pub chime_in: Option<ChimeInId>,
    /// How often it was tried, this time included.
    pub attempts: u32,
    /// How often it may have arrived.
    pub uncertain_count: u32,
    /// When it was queued.
    pub at: Ms,
}

/// What became of an attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NoticeEnd {
    /// The target took it.
    Sent,
    /// It did not arrive and is tried again.
    Again {
        /// When.
        due_at: Ms,
        /// Why, for people, without secrets.
        fault: String,
    },
    /// It may have arrived and is tried again, under the same key.
    Uncertain {
        /// When.
        due_at: Ms,
        /// Why, for people, without secrets.
        fault: String,
    },
    /// It is given up until a person says otherwise.
    Dead {
        /// Why, for people, without secrets.
        fault: String,
    },
}

/// One notice, for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoticeRow {
    /// Its name here.
    pub id: NoticeId,
    /// Names the effect.
    pub key: String,
    /// Name of the target in the settings.
    pub target: String,
    /// How it stands.
    pub state: NoticeState,
    /// Waits neither for a digest nor for the end of quiet hours.
    pub urgent: bool,
    /// One line.
    pub subject: String,
    /// Plain text.
    pub body: String,
    /// Not to be sent before.
    pub due_at: Ms,
    /// How often it was tried.
    pub attempts: u32,
    /// How often it may have arrived.
    pub uncertain_count: u32,
    /// What went wrong last.
    pub fault: Option<String>,
    /// When it was queued.
    pub at: Ms,
    /// When it was sent, bundled or dropped.
    pub settled_at: Option<Ms>,
}
