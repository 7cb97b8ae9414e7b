//! The stage: everything that has been said so far, and a bell for what is new in the mailbox.
//!
//! Holds: what is said gets an id that no earlier run gave, unless it belongs to the mails or posts of the day,
//! whose ids are the same in every run; nothing grows without bound. Not here: protocols.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use tokio::sync::watch;

use crate::limits;
use crate::mailbox::Mailbox;
use crate::message::{self, Envelope};
use crate::played::{Played, PlayedError};
use crate::story::{Deed, Scene};

/// Where something is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Channel {
    /// The support mailbox.
    Mail,
    /// The company's blog.
    Blog,
    /// Comments below the blog.
    Comment,
    /// The staff forum.
    Forum,
    /// X.
    X,
    /// The company's page on Facebook.
    Facebook,
}

impl Channel {
    /// Every channel.
    pub const ALL: [Self; 6] = [Self::Mail, Self::Blog, Self::Comment, Self::Forum, Self::X, Self::Facebook];
    /// Those that doubles of platforms play.
    pub const PLAYED: [Self; 3] = [Self::Forum, Self::X, Self::Facebook];

    /// Returns its name in the story files.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Mail => "mail",
            Self::Blog => "blog",
            Self::Comment => "comment",
            Self::Forum => "forum",
            Self::X => "x",
            Self::Facebook => "facebook",
        }
    }

    pub(crate) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|channel| channel.as_str() == name)
    }
}

/// Something that has just been said or done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Arrival {
    /// Where.
    pub channel: Channel,
    /// What was done.
    pub deed: Deed,
    /// The id that its channel gives to what was said or changed: a Message-ID, a guid, an Atom id, a number.
    pub id: String,
    /// Its subject, its headline, or its first words.
    pub title: String,
    /// When, in milliseconds since 1970.
    pub at_ms: i64,
}

/// One entry of a feed.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    pub key: String,
    pub id: String,
    pub url: String,
    pub title: String,
    pub author: String,
    pub html: String,
    pub tag: Option<String>,
    pub at_ms: i64,
    pub parent: Option<Parent>,
}

impl Entry {
    pub fn key(&self) -> &str {
        &self.key
    }
}

/// What an entry answers, and where its thread began.
#[derive(Debug, Clone)]
pub(crate) struct Parent {
    pub id: String,
    pub url: String,
    pub root_id: String,
    pub root_url: String,
    pub root_title: String,
}

/// Entries of one feed, oldest first.
#[derive(Debug, Default)]
pub(crate) struct Board {
    pub entries: VecDeque<Entry>,
    /// When the last one was added.
    pub changed_at_ms: i64,
}

impl Board {
    fn push(&mut self, entry: Entry) {
        self.changed_at_ms = self.changed_at_ms.max(entry.at_ms);
        if self.entries.len() == limits::FEED_ENTRIES_MAX {
            self.entries.pop_front();
        }
        self.entries.push_back(entry);
    }

    pub fn find(&self, key: &str) -> Option<&Entry> {
        self.entries.iter().rev().find(|entry| entry.key == key)
    }
}

/// What has been said, channel by channel.
#[derive(Debug)]
pub(crate) struct Boards {
    pub mailbox: Mailbox,
    pub blog: Board,
    pub comments: Board,
}

/// Everything that has been said so far.
#[derive(Debug)]
pub(crate) struct Stage {
    boards: Mutex<Boards>,
    played: Played,
    bell: watch::Sender<u64>,
    origin: String,
    account: String,
    run: String,
}

impl Stage {
    /// Makes an empty stage; `origin` is where the pages are served, `run` names this run.
    pub fn new(played: Played, origin: String, account: String, run: String, uid_validity: u32) -> Self {
        let boards = Boards {
            mailbox: Mailbox::new(uid_validity),
            blog: Board::default(),
            comments: Board::default(),
        };
        Self { boards: Mutex::new(boards), played, bell: watch::channel(0).0, origin, account, run }
    }

    /// Returns what has been said; hold it only to copy from it.
    pub fn boards(&self) -> MutexGuard<'_, Boards> {
        // What is inside is valid after every step, so a panic elsewhere does not spoil it.
        self.boards.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns the bell that rings after each arrival.
    pub fn bell(&self) -> watch::Receiver<u64> {
        self.bell.subscribe()
    }

    /// Returns where the pages are served.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// Returns the platforms that doubles play.
    pub const fn played(&self) -> &Played {
        &self.played
    }

    /// Says what is in the script of the day.
    pub fn play_past(&self, scene: &Scene, at_ms: i64) -> Result<Arrival, PlayedError> {
        self.play(scene, scene.key.clone(), at_ms)
    }

    /// Says something now, under an id of this run.
    pub fn play_now(&self, scene: &Scene, at_ms: i64) -> Result<Arrival, PlayedError> {
        self.play(scene, format!("{}.{}", scene.key, self.run), at_ms)
    }

    fn play(&self, scene: &Scene, id: String, at_ms: i64) -> Result<Arrival, PlayedError> {
        let arrival = match scene.channel {
            Channel::Mail => self.deliver(scene, &id, at_ms),
            Channel::Blog | Channel::Comment => self.post(scene, &id, at_ms),
            Channel::Forum | Channel::X | Channel::Facebook => self.played.play(scene, at_ms)?,
        };
        self.bell.send_modify(|count| *count += 1);
        Ok(arrival)
    }

    fn deliver(&self, scene: &Scene, id: &str, at_ms: i64) -> Arrival {
        let mut boards = self.boards();
        let parent = scene.re.as_deref().and_then(|key| boards.mailbox.find(key));
        let envelope = Envelope::new(scene, id, &self.account, at_ms, parent.map(|mail| &*mail.envelope));
        let raw = message::compose(scene, &envelope);
        let arrival = Arrival {
            channel: Channel::Mail,
            deed: Deed::Say,
            id: envelope.message_id.clone(),
            title: envelope.subject.clone(),
            at_ms,
        };
        boards.mailbox.append(envelope, raw, at_ms);
        arrival
    }

    fn post(&self, scene: &Scene, id: &str, at_ms: i64) -> Arrival {
        let mut boards = self.boards();
        let parent = scene.re.as_deref().and_then(|key| boards.parent(key));
        let title = match &parent {
            Some(parent) if scene.title.is_empty() => format!("Re: {}", parent.root_title),
            _ => scene.title.clone(),
        };
        let entry = Entry {
            key: scene.key.clone(),
            id: format!("tag:acme-widgets.example,2026:{}/{id}", scene.channel.as_str()),
            url: self.url(&scene.key, parent.as_ref()),
            title: title.clone(),
            author: scene.name.clone(),
            html: paragraphs(&scene.body),
            tag: scene.tag.clone(),
            at_ms,
            parent,
        };
        let arrival = Arrival { channel: scene.channel, deed: Deed::Say, id: entry.id.clone(), title, at_ms };
        boards.board_mut(scene.channel).push(entry);
        arrival
    }

    fn url(&self, key: &str, parent: Option<&Parent>) -> String {
        match parent {
            Some(parent) => format!("{}#{key}", parent.root_url),
            None => format!("{}/blog/{key}", self.origin),
        }
    }
}

impl Boards {
    fn board_mut(&mut self, channel: Channel) -> &mut Board {
        if channel == Channel::Blog { &mut self.blog } else { &mut self.comments }
    }

    /// Finds what `key` names for a comment, which may answer a post of the blog.
    fn parent(&self, key: &str) -> Option<Parent> {
        let entry = self.comments.find(key).or_else(|| self.blog.find(key))?;
        let (id, url) = (entry.id.clone(), entry.url.clone());
        Some(match &entry.parent {
            Some(above) => Parent { id, url, ..above.clone() },
            None => Parent {
                root_id: id.clone(),
                root_url: url.clone(),
                root_title: entry.title.clone(),
                id,
                url,
            },
        })
    }
}

/// Turns plain words into paragraphs, and lines that open with `- ` into a list.
fn paragraphs(body: &str) -> String {
    let mut html = String::new();
    for block in body.split("\n\n").map(str::trim).filter(|block| !block.is_empty()) {
        if block.lines().all(|line| line.starts_with("- ")) {
            let points = block.lines().map(|line| format!("<li>{}</li>", escape(&line[2..])));
            html.push_str(&format!("<ul>{}</ul>\n", points.collect::<String>()));
        } else {
            html.push_str(&format!("<p>{}</p>\n", escape(block).replace('\n', "<br>\n")));
        }
    }
    html
}

/// Returns the time, in milliseconds since 1970.
pub(crate) fn now_ms() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

/// Makes text safe between tags and in quoted attributes, in HTML and XML.
pub(crate) fn escape(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            c => safe.push(c),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_become_paragraphs_and_lists() {
        assert_eq!(
            paragraphs("a <b>\nc\n\n- x\n- y"),
            "<p>a &lt;b&gt;<br>\nc</p>\n<ul><li>x</li><li>y</li></ul>\n"
        );
    }
}
