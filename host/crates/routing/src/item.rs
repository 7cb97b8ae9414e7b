//! One item that is to be routed, and a copy of it that can be kept.

use hark_query::Record;

/// One item with all that is known of it when it is routed. What people make of it (status, assignee, team, priority) is
/// not known then, and rules cannot ask for it.
#[derive(Debug, Clone)]
pub struct Item<'a> {
    /// What filters look at.
    pub record: Record<'a>,
    /// The conversation it belongs to: work is done on conversations.
    pub conversation: &'a str,
    /// The one name of its author: whose person is remembered.
    pub author: Option<&'a str>,
}

/// A copy of an item, to be routed again later.
#[derive(Debug, Clone)]
pub struct Snapshot {
    /// Everything that is not borrowed.
    plain: Record<'static>,
    title: Option<String>,
    text: String,
    sources: Vec<String>,
    platforms: Vec<String>,
    place: Option<String>,
    names: Vec<String>,
    mentions: Vec<String>,
    tags: Vec<String>,
    language: Option<String>,
    conversation: String,
    author: Option<String>,
}

impl Snapshot {
    /// Copies an item.
    pub fn of(item: &Item<'_>) -> Self {
        let record = &item.record;
        let all = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        let plain = Record {
            near_dup_of: record.near_dup_of,
            kind: record.kind,
            direction: record.direction,
            visibility: record.visibility,
            followers: record.followers,
            sentiment: record.sentiment,
            score: record.score,
            confidence: record.confidence,
            likes: record.likes,
            replies: record.replies,
            shares: record.shares,
            views: record.views,
            flags: record.flags,
            ..Record::new(record.uid, record.zone, "", record.feed_at)
        };
        Self {
            plain,
            title: record.title.map(str::to_owned),
            text: record.text.to_owned(),
            sources: all(&record.sources),
            platforms: all(&record.platforms),
            place: record.place.map(str::to_owned),
            names: all(&record.author),
            mentions: all(&record.mentions),
            tags: all(&record.tags),
            language: record.language.map(str::to_owned),
            conversation: item.conversation.to_owned(),
            author: item.author.map(str::to_owned),
        }
    }

    /// Returns the item.
    pub fn item(&self) -> Item<'_> {
        fn all(names: &[String]) -> Vec<&str> {
            names.iter().map(String::as_str).collect()
        }
        let record = Record {
            title: self.title.as_deref(),
            text: &self.text,
            sources: all(&self.sources),
            platforms: all(&self.platforms),
            place: self.place.as_deref(),
            author: all(&self.names),
            mentions: all(&self.mentions),
            tags: all(&self.tags),
            language: self.language.as_deref(),
            ..self.plain.clone()
        };
        Item { record, conversation: &self.conversation, author: self.author.as_deref() }
    }
}
