//! Statuses and accounts, as the instance keeps them.

use crate::Ms;
use crate::sample;

/// Ids of generated accounts begin here.
pub const GENERATED_ACCOUNTS: u64 = 109_000_000_000_000_000;
/// Bits of an id under its time.
const SEQUENCE_BITS: u32 = 16;

/// Returns the first id of the millisecond `at`.
pub fn first_id(at: Ms) -> u64 {
    u64::try_from(at).unwrap_or(0) << SEQUENCE_BITS
}

/// Who may read a status.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Visibility {
    /// Everybody, and it is shown in timelines.
    Public,
    /// Everybody who finds it.
    Unlisted,
    /// Followers.
    Private,
    /// Those who are mentioned.
    Direct,
}

impl Visibility {
    /// Returns it as the API writes it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::Unlisted => "unlisted",
            Self::Private => "private",
            Self::Direct => "direct",
        }
    }
}

/// A status.
#[derive(Debug, Clone, PartialEq)]
pub struct Status {
    /// Id on this instance.
    pub id: u64,
    /// Whose it is.
    pub author: u64,
    /// What was written, as plain text with mentions and hashtags; HTML is made of it.
    pub text: String,
    /// Goes out as HTML as it is, in the place of what would be made of the text.
    pub html: Option<String>,
    pub spoiler: String,
    pub sensitive: bool,
    pub visibility: Visibility,
    pub language: Option<String>,
    pub created_at: Ms,
    /// When it was edited, and what it said before.
    pub edits: Vec<(Ms, String)>,
    pub in_reply_to: Option<u64>,
    pub reblog: Option<u64>,
    /// Alternative texts of its pictures.
    pub pictures: Vec<String>,
    pub favourites: u64,
    pub reblogs: u64,
    pub replies: u64,
}

impl Status {
    /// Starts a public status in English that answers nothing.
    pub fn new(id: u64, author: u64, text: impl Into<String>) -> Self {
        Self {
            id,
            author,
            text: text.into(),
            html: None,
            spoiler: String::new(),
            sensitive: false,
            visibility: Visibility::Public,
            language: Some("en".to_owned()),
            created_at: Ms::try_from(id >> SEQUENCE_BITS).unwrap_or(0),
            edits: Vec::new(),
            in_reply_to: None,
            reblog: None,
            pictures: Vec::new(),
            favourites: 0,
            reblogs: 0,
            replies: 0,
        }
    }

    /// Returns the words of the text that begin with `mark`, without it.
    pub fn marked(&self, mark: char) -> impl Iterator<Item = &str> {
        let is_end =
            move |c: char| !(c.is_alphanumeric() || c == '_' || mark == '@' && matches!(c, '@' | '.' | '-'));
        let words = self.text.split_whitespace().filter_map(move |word| word.strip_prefix(mark));
        let cut = words.map(move |word| word.split(is_end).next().unwrap_or(""));
        cut.map(|word| word.trim_end_matches('.'))
            .filter(move |word| mark == '@' && !word.is_empty() || is_tag(word))
    }
}

/// Tells whether `name` can be a hashtag: a number alone is none.
pub fn is_tag(name: &str) -> bool {
    name.chars().any(|c| !c.is_numeric())
}

/// An account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// Id on this instance.
    pub id: u64,
    pub username: String,
    /// Its instance; none for this one.
    pub domain: Option<String>,
    pub display_name: String,
    pub bot: bool,
    pub followers: u64,
    pub suspended: bool,
}

impl Account {
    /// Makes an account of `acct`: `jo`, or `jo@other.example`.
    pub fn new(id: u64, acct: &str, display_name: &str) -> Self {
        let (username, domain) = match acct.split_once('@') {
            Some((username, domain)) => (username, Some(domain.to_owned())),
            None => (acct, None),
        };
        Self {
            id,
            username: username.to_owned(),
            domain,
            display_name: display_name.to_owned(),
            bot: false,
            followers: 820,
            suspended: false,
        }
    }

    /// Returns the generated account with that id.
    pub fn generated(id: u64) -> Option<Self> {
        let number = id.checked_sub(GENERATED_ACCOUNTS).filter(|number| *number < sample::AUTHORS)?;
        let acct = format!("{}@other.example", sample::handle(number));
        Some(Self::new(id, &acct, &sample::name(number)))
    }

    /// Returns its name for this instance: without a domain where it is one of its own.
    pub fn acct(&self) -> String {
        match &self.domain {
            Some(domain) => format!("{}@{domain}", self.username),
            None => self.username.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mentions_and_hashtags_are_found() {
        let status = Status::new(1 << 40, 1, "@acme and @jo@other.example: #acme! a@b #späti # #14");
        assert_eq!(status.marked('@').collect::<Vec<_>>(), ["acme", "jo@other.example"]);
        assert_eq!(status.marked('#').collect::<Vec<_>>(), ["acme", "späti"]);
    }

    #[test]
    fn an_id_carries_its_time() {
        let status = Status::new(first_id(1_784_928_203_000) + 7, 1, "x");
        assert_eq!(status.created_at, 1_784_928_203_000);
        assert!(status.id > 1 << 53);
    }
}
