//! Posts and the people who write them.

use crate::{Ms, sample};

/// When X began to count its ids, in milliseconds since 1970.
const IDS_EPOCH_MS: Ms = 1_288_834_974_657;

/// Returns the first id of the millisecond `at`; X's ids hold their time, and are above 2^53 since 2014.
pub fn first_id(at: Ms) -> u64 {
    u64::try_from(at - IDS_EPOCH_MS).unwrap_or(0) << 22
}

/// Returns when a post with that id was written.
pub fn written_at(id: u64) -> Ms {
    Ms::try_from(id >> 22).unwrap_or(0) + IDS_EPOCH_MS
}

/// One version of a post.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Post {
    pub id: u64,
    pub text: String,
    /// None where the author is missing.
    pub author: Option<u64>,
    pub conversation: u64,
    pub replied_to: Option<u64>,
    pub quoted: Option<u64>,
    pub reposted: Option<u64>,
    pub created_at: Ms,
    pub lang: String,
    pub sensitive: bool,
    /// Ids of all versions, oldest first; this one's among them.
    pub history: Vec<u64>,
    pub figures: Figures,
    /// Hidden under the post that it answers.
    pub hidden: bool,
    /// Keys of pictures.
    pub media: Vec<Medium>,
}

/// A picture of a post.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Medium {
    pub key: String,
    pub alt: Option<String>,
}

/// Public figures of a post.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Figures {
    pub reposts: u64,
    pub replies: u64,
    pub likes: u64,
    pub quotes: u64,
    pub bookmarks: u64,
    pub views: u64,
}

/// An account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    pub id: u64,
    pub username: String,
    pub name: String,
    pub followers: u64,
    pub verified: bool,
    pub protected: bool,
    pub suspended: bool,
}

/// Longest text that fits into `text`; more stands in the note only.
pub const TEXT_CHARS_MAX: usize = 280;
/// First id of generated accounts.
pub const GENERATED_USERS: u64 = 2_222_000_000_000_000_000;

impl Post {
    /// Starts a post that opens a conversation.
    pub fn new(id: u64, author: u64, text: impl Into<String>) -> Self {
        Self {
            id,
            text: text.into(),
            author: Some(author),
            conversation: id,
            replied_to: None,
            quoted: None,
            reposted: None,
            created_at: written_at(id),
            lang: "en".to_owned(),
            sensitive: false,
            history: vec![id],
            figures: Figures::default(),
            hidden: false,
            media: Vec::new(),
        }
    }

    /// Returns the id that stays when it is edited.
    pub fn first(&self) -> u64 {
        self.history.first().copied().unwrap_or(self.id)
    }

    /// Returns the id of the version that counts.
    pub fn latest(&self) -> u64 {
        self.history.last().copied().unwrap_or(self.id)
    }

    /// Returns `text` as far as it goes, and whether that is all of it.
    pub fn short_text(&self) -> (String, bool) {
        match self.text.char_indices().nth(TEXT_CHARS_MAX) {
            Some((end, _)) => (format!("{}…", &self.text[..end]), false),
            None => (self.text.clone(), true),
        }
    }
}

impl User {
    /// Makes an ordinary account.
    pub fn new(id: u64, username: impl Into<String>, name: impl Into<String>) -> Self {
        Self {
            id,
            username: username.into(),
            name: name.into(),
            followers: 10 + id % 10_000,
            verified: false,
            protected: false,
            suspended: false,
        }
    }

    /// Returns the generated account of that id.
    pub fn generated(id: u64) -> Option<Self> {
        let number = id.checked_sub(GENERATED_USERS).filter(|number| *number < sample::AUTHORS)?;
        Some(Self::new(id, sample::handle(number), sample::name(number)))
    }
}
