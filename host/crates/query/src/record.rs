//! What a filter looks at: one item with all that is known of it.

use hark_model::{Direction, ItemKind, ItemUid, Ms, Priority, Sentiment, Visibility, Zone};

use crate::flag::Flags;

/// One item with all that is known of it. What is not known is `None`, or stands in no list: a test about it does not
/// hold, and its denial does.
#[derive(Debug, Clone)]
pub struct Record<'a> {
    /// Its name everywhere.
    pub uid: ItemUid,
    /// The earlier item that it reads nearly like.
    pub near_dup_of: Option<ItemUid>,
    /// Subject or headline.
    pub title: Option<&'a str>,
    /// Plain text. Of an item that is gone there are neither text nor title, as in the index.
    pub text: &'a str,
    /// Where it was said.
    pub zone: Zone,
    /// What sort.
    pub kind: ItemKind,
    /// Who speaks to whom.
    pub direction: Direction,
    /// Who may read it.
    pub visibility: Visibility,
    /// Names of the sources that saw it.
    pub sources: Vec<&'a str>,
    /// Platforms of these sources.
    pub platforms: Vec<&'a str>,
    /// Forum, channel, page, mailbox.
    pub place: Option<&'a str>,
    /// Everything that its author is called: id, handle, shown name, mail addresses.
    pub author: Vec<&'a str>,
    /// Followers of its author.
    pub followers: Option<u64>,
    /// Everything that the accounts are called that it mentions: id, handle, shown name.
    pub mentions: Vec<&'a str>,
    /// Tags of any origin.
    pub tags: Vec<&'a str>,
    /// The newest opinion about its language, else the platform's word (BCP 47).
    pub language: Option<&'a str>,
    /// The newest opinion about how it feels.
    pub sentiment: Sentiment,
    /// The score of that, -1 to 1.
    pub score: Option<f64>,
    /// How sure that is, 0 to 1.
    pub confidence: Option<f64>,
    /// When it was published, at most five minutes ahead of our clock.
    pub feed_at: Ms,
    /// Likes of any sort.
    pub likes: Option<u64>,
    /// Answers.
    pub replies: Option<u64>,
    /// Passed on.
    pub shares: Option<u64>,
    /// Seen.
    pub views: Option<u64>,
    /// State of work on its conversation; `None` when nobody touched it.
    pub status: Option<&'a str>,
    /// Login of who works on its conversation.
    pub assignee: Option<&'a str>,
    /// The team of its conversation, else the team that the rules gave.
    pub team: Option<&'a str>,
    /// The priority of its conversation, else that which the rules gave.
    pub priority: Option<Priority>,
    /// What it has and is.
    pub flags: Flags,
}

impl<'a> Record<'a> {
    /// Returns a record of which nothing but these is known; kind, direction and visibility are those of a post to us
    /// that anybody may read.
    pub fn new(uid: ItemUid, zone: Zone, text: &'a str, feed_at: Ms) -> Self {
        Self {
            uid,
            near_dup_of: None,
            title: None,
            text,
            zone,
            kind: ItemKind::Post,
            direction: Direction::Inbound,
            visibility: Visibility::Public,
            sources: Vec::new(),
            platforms: Vec::new(),
            place: None,
            author: Vec::new(),
            followers: None,
            mentions: Vec::new(),
            tags: Vec::new(),
            language: None,
            sentiment: Sentiment::Unknown,
            score: None,
            confidence: None,
            feed_at,
            likes: None,
            replies: None,
            shares: None,
            views: None,
            status: None,
            assignee: None,
            team: None,
            priority: None,
            flags: Flags::default(),
        }
    }
}

/// What a filter is asked within: the time, and who asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ambient<'a> {
    /// The time that `since:24h` counts from.
    pub now: Ms,
    /// Login of who looks: what `me` means. Rules have nobody.
    pub me: Option<&'a str>,
}
