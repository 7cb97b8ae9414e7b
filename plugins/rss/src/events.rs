//! From a feed to the events of the contract.
//!
//! Holds: pure and without order: the same document gives the same events, whoever asks; entries that say
//! the same thing have the same mark, whatever the time; parents come before answers.
//! Not its business: which entries are new.

use std::collections::{BTreeMap, BTreeSet};

use hark_sdk::types::{
    Actor, Conversation, Counters, Engagement, Event, Item, ItemKind, Ms, Poison, Provenance, Relation,
    RelationKind, Removal, RemovalReason, Visibility,
};
use hark_sdk::{html, text};

use crate::feed::{Author, Content, Entry, Feed, Part, digest, hex};
use crate::{limits, link};

/// Longest chain of answers that is followed to its root.
const CHAIN_MAX: usize = 64;

/// Where a document came from.
#[derive(Debug, Clone, Copy)]
pub struct Origin<'a> {
    /// Id of the kept payload.
    pub payload: u64,
    pub received_at: Ms,
    /// Address of the feed, as the operator wrote it.
    pub place: &'a str,
    pub visibility: Visibility,
}

/// What is known of a part already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// It was never seen.
    New,
    /// It was seen with other content.
    Edited,
    /// It was seen with other figures only.
    Counted,
}

/// What a part is and says, in few bytes: enough to see that it is new or has changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mark {
    pub id: [u8; 5],
    pub content: [u8; 3],
    pub counters: u8,
}

/// One part, ready to become events.
#[derive(Debug)]
pub struct Draft<'f> {
    pub mark: Mark,
    /// When it was published, where it says so.
    pub published: Option<Ms>,
    /// Bytes of text and markup, about.
    pub size: usize,
    id: String,
    part: &'f Part,
    conversation: String,
    parents: Vec<Relation>,
    actor: Option<Actor>,
}

/// Returns the parts of `feed`, oldest first; parts without a date keep the document's order, which is
/// newest first by custom.
pub fn drafts<'f>(feed: &'f Feed, origin: Origin<'_>) -> Vec<Draft<'f>> {
    let ids = Ids::new(feed);
    let roots = ids.roots();
    let mut drafts: Vec<_> = feed.parts.iter().rev().map(|part| draft(part, &ids, &roots, origin)).collect();
    drafts.sort_by_key(|draft| draft.published.unwrap_or(origin.received_at));
    drafts
}

/// Returns the events of all parts as if none was ever seen.
pub fn all(feed: &Feed, origin: Origin<'_>) -> Vec<Event> {
    let mut known = BTreeSet::new();
    drafts(feed, origin).iter().flat_map(|draft| draft.events(Change::New, origin, &mut known)).collect()
}

fn draft<'f>(
    part: &'f Part,
    ids: &Ids<'f>,
    roots: &BTreeMap<String, String>,
    origin: Origin<'_>,
) -> Draft<'f> {
    match part {
        Part::Entry(entry) => {
            let id = ids.of_entry(entry);
            let parents: Vec<_> =
                entry.parents.iter().map(|parent| reply_to(ids.of_reference(&parent.id))).collect();
            let root = parents.first().map_or(&id, |first| roots.get(&first.target).unwrap_or(&first.target));
            Draft {
                mark: Mark::new(&id, &content_digest(entry), &format!("{:?}", entry.replies)),
                published: entry.published,
                size: size(entry),
                conversation: root.clone(),
                actor: entry.author.as_ref().map(|author| actor(author, ids, origin.received_at)),
                parents,
                part,
                id,
            }
        }
        Part::Removed { id, at, .. } => {
            let id = ids.of_reference(id);
            // Another mark than that of the entry, so that one never hides the other.
            let mark = Mark::new(&format!("removed {id}"), &digest(&[format!("{at:?}").as_bytes()]), "");
            Draft {
                mark,
                published: *at,
                size: 0,
                conversation: String::new(),
                actor: None,
                parents: Vec::new(),
                part,
                id,
            }
        }
        Part::Broken { hint, digest, .. } => {
            let mark = Mark::new(&format!("broken {}", hex(digest)), digest, "");
            Draft {
                mark,
                published: None,
                size: 0,
                conversation: String::new(),
                actor: None,
                parents: Vec::new(),
                part,
                id: hint.clone(),
            }
        }
    }
}

impl Mark {
    fn new(id: &str, content: &[u8; 32], counters: &str) -> Self {
        let id = digest(&[id.as_bytes()]);
        let counters = digest(&[counters.as_bytes()]);
        Self {
            id: [id[0], id[1], id[2], id[3], id[4]],
            content: [content[0], content[1], content[2]],
            counters: counters[0],
        }
    }
}

impl Draft<'_> {
    /// Returns its events; `known` holds the actors that this batch has already.
    pub fn events(&self, change: Change, origin: Origin<'_>, known: &mut BTreeSet<String>) -> Vec<Event> {
        let place = |pointer: &str| Provenance::new(origin.payload, pointer);
        match self.part {
            Part::Entry(entry) if change == Change::Counted => vec![Event::Engagement(Engagement {
                id: self.id.clone(),
                counters: counters(entry).unwrap_or_default(),
                at: origin.received_at,
                origin: place(&entry.pointer),
            })],
            Part::Entry(entry) => {
                let actor = self.actor.clone().filter(|actor| known.insert(actor.id.clone()));
                let mut events: Vec<_> = actor.map(Event::from).into_iter().collect();
                events.push(self.conversation(entry, origin).into());
                events.push(self.item(entry, change, origin, place(&entry.pointer)).into());
                events
            }
            Part::Removed { at, pointer, .. } => {
                vec![Removal::new(&self.id, RemovalReason::Unknown, *at, place(pointer)).into()]
            }
            Part::Broken { why, pointer, .. } => vec![Poison::new(&self.id, why, place(pointer)).into()],
        }
    }

    fn conversation(&self, entry: &Entry, origin: Origin<'_>) -> Conversation {
        let is_root = self.conversation == self.id;
        let parent = || entry.parents.first().and_then(|parent| parent.url.clone());
        Conversation {
            // Only the root knows what the conversation is called.
            title: entry.title.clone().filter(|_| is_root),
            url: if is_root { entry.url.clone() } else { parent() },
            place: Some(origin.place.to_owned()),
            visibility: origin.visibility,
            ..Conversation::new(&self.conversation)
        }
    }

    fn item(&self, entry: &Entry, change: Change, origin: Origin<'_>, place: Provenance) -> Item {
        let published = entry.published.unwrap_or(origin.received_at);
        let (words, markup) = match &entry.content {
            Some(Content::Html(markup)) => (html::to_text(markup), Some(markup.clone())),
            Some(Content::Plain(words)) => (text::plain(words), None),
            None => (String::new(), None),
        };
        let edited = entry.updated.filter(|updated| *updated > published);
        Item {
            revision: entry.revision.clone(),
            kind: if self.parents.is_empty() { ItemKind::Article } else { ItemKind::Comment },
            conversation: self.conversation.clone(),
            author: self.actor.as_ref().map(|actor| actor.id.clone()),
            html: markup,
            title: entry.title.clone(),
            url: entry.url.clone(),
            language: entry.language.clone(),
            published_is_estimate: entry.published.is_none(),
            // RSS has no date of an edit; that we see another text now is the best that can be said.
            edited_at: edited.or_else(|| (change == Change::Edited).then_some(origin.received_at)),
            visibility: origin.visibility,
            relations: self.parents.clone(),
            attachments: entry.attachments.clone(),
            tags: entry.tags.clone(),
            counters: counters(entry),
            ..Item::new(&self.id, words, published, place)
        }
    }
}

fn counters(entry: &Entry) -> Option<Counters> {
    entry.replies.map(|replies| Counters { replies: Some(replies), ..Counters::default() })
}

fn reply_to(target: String) -> Relation {
    Relation { kind: RelationKind::ReplyTo, target, target_is_actor: false }
}

fn actor(author: &Author, ids: &Ids<'_>, seen_at: Ms) -> Actor {
    let name = author.name.as_deref().unwrap_or_default();
    let id = author.url.clone().or_else(|| author.email.clone()).unwrap_or_else(|| ids.of_reference(name));
    Actor {
        display_name: author.name.clone(),
        profile_url: author.url.clone(),
        avatar_url: author.avatar.clone(),
        emails: author.email.iter().cloned().collect(),
        ..Actor::new(short(id), seen_at)
    }
}

fn content_digest(entry: &Entry) -> [u8; 32] {
    let words = match &entry.content {
        Some(Content::Html(words) | Content::Plain(words)) => words.as_str(),
        None => "",
    };
    let attachments = entry.attachments.iter().filter_map(|attachment| attachment.url.as_deref());
    let lists = [entry.tags.join("\n"), attachments.collect::<Vec<_>>().join("\n")];
    let lines = [&entry.title, &entry.url].map(|line| line.as_deref().unwrap_or_default());
    digest(&[lines[0], lines[1], words, &entry.revision, &lists[0], &lists[1]].map(str::as_bytes))
}

fn size(entry: &Entry) -> usize {
    match &entry.content {
        Some(Content::Html(markup)) => 2 * markup.len(),
        Some(Content::Plain(words)) => words.len(),
        None => 0,
    }
}

/// Ids of the entries of one feed.
struct Ids<'f> {
    feed: &'f Feed,
    /// Stands before ids that mean something in this feed only.
    prefix: String,
    /// Ids that different entries of this document share, and so are none.
    shared: BTreeSet<&'f str>,
}

impl<'f> Ids<'f> {
    fn new(feed: &'f Feed) -> Self {
        let names = [&feed.id, &feed.url, &feed.title];
        let name = names.iter().find_map(|name| name.as_deref()).unwrap_or_default();
        let mut urls: BTreeMap<&str, Option<&str>> = BTreeMap::new();
        let mut shared = BTreeSet::new();
        for entry in entries(feed) {
            if let Some(id) = entry.id.as_deref() {
                let url = entry.url.as_deref();
                if *urls.entry(id).or_insert(url) != url {
                    shared.insert(id);
                }
            }
        }
        Self { feed, prefix: hex(&digest(&[name.as_bytes()])[..6]), shared }
    }

    fn of_entry(&self, entry: &Entry) -> String {
        match entry.id.as_deref().filter(|id| !self.shared.contains(id)) {
            Some(id) => self.of_reference(id),
            None => {
                let lines = [&entry.url, &entry.title].map(|line| line.as_deref().unwrap_or_default());
                // Without an address the feed itself must tell it from others.
                let base = if lines[0].is_empty() { self.prefix.as_str() } else { lines[0] };
                format!("sha256:{}", hex(&digest(&[base, lines[1], &entry.date].map(str::as_bytes))[..20]))
            }
        }
    }

    fn of_reference(&self, id: &str) -> String {
        short(if link::is_global(id) { id.to_owned() } else { format!("{}#{id}", self.prefix) })
    }

    /// Returns for each answer in the document the root of its conversation, as far as the document tells.
    fn roots(&self) -> BTreeMap<String, String> {
        let with_parent = entries(self.feed).filter(|entry| !entry.parents.is_empty());
        let parents: BTreeMap<_, _> = with_parent
            .map(|entry| (self.of_entry(entry), self.of_reference(&entry.parents[0].id)))
            .collect();
        let root = |id: &String| {
            let chain = std::iter::successors(Some(id), |id| parents.get(*id));
            chain.take(CHAIN_MAX).last().unwrap_or(id).clone()
        };
        parents.keys().map(|id| (id.clone(), root(id))).collect()
    }
}

fn entries(feed: &Feed) -> impl Iterator<Item = &Entry> {
    feed.parts.iter().filter_map(|part| match part {
        Part::Entry(entry) => Some(entry.as_ref()),
        Part::Removed { .. } | Part::Broken { .. } => None,
    })
}

/// An id longer than the contract allows is replaced by its hash.
fn short(id: String) -> String {
    match id.len() {
        0..=limits::NATIVE_ID_BYTES_MAX => id,
        _ => format!("sha256:{}", hex(&digest(&[id.as_bytes()])[..20])),
    }
}
