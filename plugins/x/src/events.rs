//! From X's answers to events.
//!
//! Holds: pure; the same answer gives the same events, oldest first; each account and conversation once.

use std::collections::{BTreeMap, BTreeSet};

use hark_sdk::http::Response;
use hark_sdk::prelude::*;
use hark_sdk::types::Raw;
use serde_json::Value;

use crate::model::{Answer, Figures, Includes, Link, Medium, Post, User};
use crate::{ids, limits};

/// Where an answer came from.
#[derive(Debug, Clone, Copy)]
pub struct Origin {
    pub payload: u64,
    pub received_at: Ms,
}

impl Origin {
    /// Points into the answer.
    pub fn at(self, pointer: impl Into<String>) -> Provenance {
        Provenance::new(self.payload, pointer)
    }
}

impl From<&Response> for Origin {
    fn from(response: &Response) -> Self {
        Self { payload: response.payload(), received_at: response.received_at() }
    }
}

impl From<&Raw> for Origin {
    fn from(raw: &Raw) -> Self {
        Self { payload: raw.payload, received_at: raw.received_at }
    }
}

/// What is known around posts: who wrote them, what they show, who we are.
pub struct Around<'a> {
    users: BTreeMap<String, User>,
    media: BTreeMap<String, Medium>,
    /// First words of posts by their ids: a conversation is called by those of its root.
    words: BTreeMap<String, String>,
    own: Option<&'a str>,
    origin: Origin,
}

impl<'a> Around<'a> {
    /// Takes the accounts and pictures of `includes`; `own` is the id of our account.
    pub fn new(includes: &Includes, own: Option<&'a str>, origin: Origin) -> Self {
        let users = includes.users.iter().filter_map(|user| {
            // Deletions by webhook wrap each account once more.
            let user: User = User::deserialize(user.get("data").unwrap_or(user)).ok()?;
            Some((user.id.clone(), user))
        });
        let media = includes.media.iter().filter_map(|medium| {
            let medium = Medium::deserialize(medium).ok()?;
            Some((medium.media_key.clone(), medium))
        });
        let words = includes.tweets.iter().filter_map(|post| {
            let post = Post::deserialize(post).ok()?;
            Some((post.first_id().to_owned(), first_words(&text_of(&post))?))
        });
        let (users, media, words) = (users.collect(), media.collect(), words.collect());
        Self { users, media, words, own, origin }
    }

    /// Adds an account that stands elsewhere.
    pub fn add_user(&mut self, user: User) {
        self.users.insert(user.id.clone(), user);
    }

    fn is_own(&self, id: &str) -> bool {
        self.own == Some(id)
    }

    fn actor(&self, user: &User) -> Actor {
        let kind = match user.verified_type.as_deref() {
            Some("business" | "government") => ActorKind::Organisation,
            Some("blue") => ActorKind::Person,
            _ => ActorKind::Unknown,
        };
        Actor {
            kind,
            handle: user.username.clone(),
            display_name: user.name.clone(),
            profile_url: user.username.as_ref().map(|username| format!("https://x.com/{username}")),
            avatar_url: user.profile_image_url.clone(),
            followers: user.public_metrics.followers_count,
            verified: user.verified,
            is_self: self.is_own(&user.id),
            ..Actor::new(&user.id, self.origin.received_at)
        }
    }

    fn item(&self, post: &Post, pointer: &str) -> Result<Item, String> {
        if !ids::is_id(&post.id) {
            return Err(format!("{:?} is no id", post.id));
        }
        let written_at = post.created_at.as_deref().and_then(read_time);
        let first_at = if post.version() > 0 { ids::time_of(post.first_id()) } else { None };
        let published_at =
            first_at.or(written_at).or_else(|| ids::time_of(&post.id)).ok_or("it has no time")?;
        let author = post.author_id.as_deref();
        let user = author.and_then(|author| self.users.get(author));
        let username = user.and_then(|user| user.username.as_deref()).unwrap_or("i");
        let is_protected = user.is_some_and(|user| user.protected == Some(true));
        let mut item = Item::new(post.first_id(), text_of(post), published_at, self.origin.at(pointer));
        item.revision = post.version().to_string();
        item.edited_at = (post.version() > 0).then_some(written_at).flatten();
        item.conversation = post.conversation_id.clone().unwrap_or_else(|| post.first_id().to_owned());
        item.author = author.map(str::to_owned);
        item.url = Some(format!("https://x.com/{username}/status/{}", post.id));
        item.language = post.lang.as_deref().and_then(language);
        item.sensitive = post.possibly_sensitive;
        item.visibility = if is_protected { Visibility::Restricted } else { Visibility::Public };
        item.direction =
            if author.is_some_and(|id| self.is_own(id)) { Direction::Outbound } else { Direction::Inbound };
        item.relations = relations(post);
        item.kind = kind(&item.relations);
        item.attachments = self.attachments(post);
        item.tags = tags(post);
        item.counters = post.public_metrics.as_ref().map(counters);
        Ok(item)
    }

    fn attachments(&self, post: &Post) -> Vec<Attachment> {
        let media = post.attachments.media_keys.iter().filter_map(|key| self.media.get(key));
        let attachment = |medium: &Medium| {
            let url = medium.url.clone().or_else(|| medium.preview_image_url.clone());
            Attachment {
                media_type: url.as_deref().and_then(media_type).map(str::to_owned),
                url,
                alt: medium.alt_text.clone(),
                width: medium.width,
                height: medium.height,
                ..Attachment::default()
            }
        };
        media.map(attachment).take(limits::LIST_MAX).collect()
    }
}

/// Returns the events of `posts`, oldest first: accounts, conversations, items; what cannot be read is poison.
pub fn of_posts(posts: &[(String, Value)], around: &Around<'_>) -> Vec<Event> {
    let mut read: Vec<(Post, Item)> = Vec::new();
    let mut events = Vec::new();
    for (pointer, entry) in posts {
        let post = Post::deserialize(entry).map_err(|error| error.to_string());
        match post.and_then(|post| around.item(&post, pointer).map(|item| (post, item))) {
            Ok(pair) => read.push(pair),
            Err(why) => {
                let hint = entry.get("id").and_then(Value::as_str).unwrap_or("a post");
                events.push(Poison::new(hint, why, around.origin.at(pointer)).into());
            }
        }
    }
    read.sort_by(|(a, _), (b, _)| ids::compare(&a.id, &b.id));
    let of_page = read.iter().filter_map(|(_, item)| Some((item.id.clone(), first_words(&item.text)?)));
    let words: BTreeMap<String, String> = of_page.collect();
    let title = |root: &str| words.get(root).or_else(|| around.words.get(root)).cloned();
    let (mut authors, mut conversations) = (BTreeSet::new(), BTreeSet::new());
    for (post, item) in read {
        let user = post.author_id.as_ref().and_then(|author| around.users.get(author));
        if let Some(user) = user.filter(|user| authors.insert(user.id.clone())) {
            events.push(around.actor(user).into());
        }
        if conversations.insert(item.conversation.clone()) {
            events.push(conversation(&item, title(&item.conversation)).into());
        }
        events.push(item.into());
    }
    events
}

/// Returns the events of a page: its posts, and of the posts that they refer to those that are ours.
pub fn of_page(answer: &Answer, own: Option<&str>, origin: Origin) -> Vec<Event> {
    of_newest(answer, own, origin, usize::MAX)
}

/// Returns the events of the `count` newest posts of a page and of what these refer to.
pub fn of_newest(answer: &Answer, own: Option<&str>, origin: Origin, count: usize) -> Vec<Event> {
    let around = Around::new(&answer.includes, own, origin);
    let known: BTreeSet<&str> = answer.data.entries().iter().map(id_of).collect();
    let is_part = count < answer.data.entries().len();
    let mut posts = entries("/data", answer.data.entries());
    if is_part {
        posts.sort_by(|(_, a), (_, b)| ids::compare(id_of(b), id_of(a)));
        posts.truncate(count);
    }
    let referred: BTreeSet<String> = posts.iter().flat_map(|(_, entry)| references(entry)).collect();
    let is_wanted = |entry: &Value| {
        let author = entry.get("author_id").and_then(Value::as_str);
        let is_ours = own.is_some() && own == author && !known.contains(id_of(entry));
        is_ours && (!is_part || referred.contains(id_of(entry)))
    };
    // Others' posts that are only referred to were not searched for; ours are the thread's other half.
    let beside = entries("/includes/tweets", &answer.includes.tweets);
    posts.extend(beside.into_iter().filter(|(_, entry)| is_wanted(entry)));
    of_posts(&posts, &around)
}

fn id_of(entry: &Value) -> &str {
    entry.get("id").and_then(Value::as_str).unwrap_or_default()
}

fn references(entry: &Value) -> Vec<String> {
    let post = Post::deserialize(entry).ok();
    post.into_iter().flat_map(|post| post.referenced_tweets).map(|reference| reference.id).collect()
}

/// Returns the beginning of a text for a title: X's posts have none.
fn first_words(text: &str) -> Option<String> {
    let line = text::line(text);
    let end = line.char_indices().nth(limits::TITLE_CHARS_MAX).map(|(at, _)| at);
    let title = match end {
        None => line,
        Some(end) => {
            let cut = &line[..end];
            let whole = cut.rsplit_once(' ').map_or(cut, |(words, _)| words);
            format!("{whole}\u{2026}")
        }
    };
    (!title.is_empty()).then_some(title)
}

/// Returns the entries of a list with the place of each.
pub fn entries(place: &str, list: &[Value]) -> Vec<(String, Value)> {
    list.iter().enumerate().map(|(at, entry)| (format!("{place}/{at}"), entry.clone())).collect()
}

/// Returns the figures of a post as an event of their own.
pub fn engagement(post: &Post, origin: Origin, pointer: &str) -> Option<Engagement> {
    let counters = counters(post.public_metrics.as_ref()?);
    Some(Engagement {
        id: post.first_id().to_owned(),
        counters,
        at: origin.received_at,
        origin: origin.at(pointer),
    })
}

fn conversation(item: &Item, title: Option<String>) -> Conversation {
    Conversation {
        title,
        url: Some(format!("https://x.com/i/status/{}", item.conversation)),
        visibility: item.visibility,
        ..Conversation::new(&item.conversation)
    }
}

fn kind(relations: &[Relation]) -> ItemKind {
    let has = |kind| relations.iter().any(|relation| relation.kind == kind);
    match () {
        () if has(RelationKind::ShareOf) => ItemKind::Share,
        () if has(RelationKind::ReplyTo) => ItemKind::Comment,
        () => ItemKind::Post,
    }
}

fn relations(post: &Post) -> Vec<Relation> {
    let of_reference = |kind: &str| match kind {
        "replied_to" => Some(RelationKind::ReplyTo),
        "quoted" => Some(RelationKind::QuoteOf),
        "retweeted" | "reposted" => Some(RelationKind::ShareOf),
        _ => None,
    };
    let posts =
        post.referenced_tweets.iter().filter(|reference| ids::is_id(&reference.id)).filter_map(|reference| {
            let kind = of_reference(&reference.kind)?;
            Some(Relation { kind, target: reference.id.clone(), target_is_actor: false })
        });
    let mut people = BTreeSet::new();
    let mentioned = entities(post, |entities| &entities.mentions).filter_map(|mention| mention.id.clone());
    let mentioned = mentioned.filter(|id| ids::is_id(id) && people.insert(id.clone()));
    let mentioned =
        mentioned.map(|target| Relation { kind: RelationKind::MentionOf, target, target_is_actor: true });
    posts.chain(mentioned).take(limits::LIST_MAX).collect()
}

/// A long post has what is behind the cut in its note.
fn entities<'p, T: 'p>(
    post: &'p Post,
    of: impl Fn(&'p crate::model::Entities) -> &'p Vec<T> + 'p,
) -> impl Iterator<Item = &'p T> {
    let note = post.note_tweet.as_ref().map(|note| &note.entities);
    std::iter::once(&post.entities).chain(note).flat_map(of)
}

fn tags(post: &Post) -> Vec<String> {
    let tags: BTreeSet<String> = entities(post, |entities| &entities.hashtags)
        .map(|tag| tag.tag.clone())
        .filter(|tag| !tag.is_empty())
        .collect();
    tags.into_iter().take(limits::LIST_MAX).collect()
}

/// The whole text, short links opened and X's three character references put in.
pub fn text_of(post: &Post) -> String {
    let note = post.note_tweet.as_ref().filter(|note| !note.text.is_empty());
    let mut text = note.map_or(&post.text, |note| &note.text).clone();
    for Link { url, expanded_url } in entities(post, |entities| &entities.urls) {
        if let Some(expanded) = expanded_url.as_ref().filter(|_| url.starts_with("https://t.co/")) {
            text = text.replace(url.as_str(), expanded);
        }
    }
    text::plain(&text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&"))
}

/// X's own codes beside BCP 47 say that there are no words; two are of an older standard.
fn language(lang: &str) -> Option<String> {
    match lang {
        "" | "und" | "zxx" | "art" => None,
        "in" => Some("id".to_owned()),
        "iw" => Some("he".to_owned()),
        lang if lang.starts_with('q') && lang.len() == 3 => None,
        lang => Some(lang.to_owned()),
    }
}

fn counters(figures: &Figures) -> Counters {
    Counters {
        likes: figures.like_count,
        replies: figures.reply_count,
        shares: figures.retweet_count,
        quotes: figures.quote_count,
        views: figures.impression_count,
        ..Counters::default()
    }
}

fn media_type(url: &str) -> Option<&'static str> {
    let path = url.split(['?', '#']).next().unwrap_or_default();
    match path.rsplit('.').next() {
        Some("jpg" | "jpeg") => Some("image/jpeg"),
        Some("png") => Some("image/png"),
        Some("gif") => Some("image/gif"),
        Some("mp4") => Some("video/mp4"),
        _ => None,
    }
}

/// Version 2 writes RFC 3339, version 1.1 `Fri Jul 24 21:23:23 +0000 2026`.
pub fn read_time(text: &str) -> Option<Ms> {
    time::parse_rfc3339(text).or_else(|| time::parse_utc_as("%a %b %d %H:%M:%S +0000 %Y", text))
}
