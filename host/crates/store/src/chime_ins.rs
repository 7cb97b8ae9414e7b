//! What is handed to the store of questions to experts, and what it shows of them.
//!
//! Holds: a question shows one thread to one person; once it was answered it opens no more. Not here: how secrets
//! are made and compared, what a mail says.

use hark_model::{Ms, Visibility, Zone};

use crate::beside::states;
use crate::{ConversationKey, Thread};

/// Names a question; never used twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ChimeInId(pub(crate) i64);

impl ChimeInId {
    /// Reads the number that a link carries; whether there is such a question is another matter.
    pub fn parse(text: &str) -> Option<Self> {
        let canonical =
            !text.is_empty() && !text.starts_with('0') && text.bytes().all(|b| b.is_ascii_digit());
        canonical.then(|| text.parse().ok().map(Self)).flatten()
    }
}

impl std::fmt::Display for ChimeInId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

states! {
    /// How a question stands.
    ChimeInState {
        /// It was asked; whether it has arrived is not known.
        Asked = "asked",
        /// The person pressed a button.
        Seen = "seen",
        /// The person answered.
        Answered = "answered",
        /// The person does not want to answer.
        Declined = "declined",
        /// Its time is over.
        Expired = "expired",
        /// The mail came back. An answer counts all the same: a copy may have arrived.
        Undeliverable = "undeliverable",
        /// Who asked took it back.
        Withdrawn = "withdrawn",
    }
}
states! {
    /// What an answer is for.
    AnswerAs {
        /// For us.
        Note = "note",
        /// Proposed for the thread.
        Reply = "reply",
    }
}
states! {
    /// Which way an answer came.
    AnswerVia {
        /// Through the link.
        Link = "link",
        /// By mail.
        Mail = "mail",
    }
}

/// A question that is to be asked, with the notice that asks it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewChimeIn {
    /// About which thread.
    pub conversation: ConversationKey,
    /// Row of the user who asks.
    pub asked_by: i64,
    /// Row of the person who is asked.
    pub expert: i64,
    /// Why this person.
    pub reason: String,
    /// Name of the notice target.
    pub channel: String,
    /// Mail address of the person; none for chat.
    pub address: Option<String>,
    /// The most private visibility that the person may see.
    pub may_see: Visibility,
    /// Random; gives the secrets again to who has the key.
    pub seed: [u8; 32],
    /// SHA-256 of the secret in the link.
    pub link_sha256: [u8; 32],
    /// SHA-256 of the secret in the address for answers.
    pub reply_sha256: [u8; 32],
    /// Opens no more from then on.
    pub expires_at: Ms,
    /// One line of the notice.
    pub subject: String,
    /// Text of the notice, without secrets.
    pub body: String,
    /// Now.
    pub at: Ms,
}

/// What came of asking.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChimeInAsked {
    /// It is asked, and its notice is queued.
    New(ChimeInId),
    /// This person has an open question about this thread.
    Already(ChimeInId),
    /// There is no such thread, or it has become part of another.
    NoThread,
    /// The thread is more private than this person may see.
    TooPrivate,
}

/// Whether a question opens, and if not, why.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChimeInStanding {
    /// It opens.
    Open,
    /// It was answered.
    Answered,
    /// It was declined.
    Declined,
    /// Its time is over.
    Expired,
    /// It was taken back.
    Withdrawn,
    /// The thread is more private by now than the person may see, or has become part of another.
    Closed,
    /// There is no such question.
    Unknown,
}

/// What an expert says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewAnswer {
    /// The person's own words.
    pub text: String,
    /// What they are for.
    pub kind: AnswerAs,
    /// Which way they came.
    pub via: AnswerVia,
    /// Now.
    pub at: Ms,
}

/// What opens a question, as digests; and what gives it again to who has the key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChimeInSecrets {
    /// Random.
    pub seed: [u8; 32],
    /// SHA-256 of the secret in the link.
    pub link_sha256: [u8; 32],
    /// SHA-256 of the secret in the address for answers.
    pub reply_sha256: [u8; 32],
    /// Mail address of the person; none for chat, and none once the question is closed.
    pub address: Option<String>,
}

/// One question, for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChimeInRow {
    /// Its name.
    pub id: ChimeInId,
    /// About which thread.
    pub conversation: ConversationKey,
    /// Name of the user who asks.
    pub asked_by: String,
    /// Title of that thread, where it has one.
    pub title: Option<String>,
    /// Row of the person who is asked.
    pub expert: i64,
    /// Their name, where one is known.
    pub expert_name: Option<String>,
    /// Why this person.
    pub reason: String,
    /// Name of the notice target.
    pub channel: String,
    /// How it stands; one whose time is over may say so only after the next sweep.
    pub state: ChimeInState,
    /// When it was asked.
    pub asked_at: Ms,
    /// Opens no more from then on.
    pub expires_at: Ms,
    /// When the person first pressed a button.
    pub seen_at: Option<Ms>,
    /// When it was answered.
    pub answered_at: Option<Ms>,
    /// When it was declined.
    pub declined_at: Option<Ms>,
    /// When the mail came back.
    pub undeliverable_at: Option<Ms>,
    /// Zone of the thread when it was asked.
    pub zone: Zone,
    /// The most private visibility that the person may see.
    pub may_see: Visibility,
    /// The person's words.
    pub answer: Option<String>,
    /// What they are for.
    pub answer_as: Option<AnswerAs>,
    /// Which way they came.
    pub answer_via: Option<AnswerVia>,
    /// Row of the note that the answer became.
    pub note: Option<i64>,
    /// Row of the draft that proposes it as a reply.
    pub draft: Option<i64>,
}

/// What an open question shows: its thread, as far as the person may see it.
#[derive(Debug, Clone, PartialEq)]
pub struct ChimeInPage {
    /// Why this person.
    pub reason: String,
    /// Name of the user who asks.
    pub asked_by: String,
    /// The thread; items that are more private than the person may see are left out.
    pub thread: Thread,
}
