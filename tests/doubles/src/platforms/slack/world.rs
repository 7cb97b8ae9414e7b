//! What there is in the played workspace: channels, people, messages.

use std::collections::BTreeMap;

use crate::platforms::slack::message::{Message, first_id};
use crate::sample::{self, AUTHORS, Sample};
use crate::{Ms, Shelf};

/// Id of the workspace.
pub const TEAM: &str = "T061EG9R6";
/// Id of the app's user.
pub const OWN_USER: &str = "U0APP";
/// Id of the channel that is there from the start.
pub const CHANNEL: &str = "C024BE91L";
/// Milliseconds between two generated messages.
const STEP_MS: Ms = 1_000;
/// Generated messages of which one can have a thread.
const TEN: u64 = 10;
/// How many of them answer it.
const IN_THREAD: u64 = 3;

/// Who can read a channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// Everybody in the workspace.
    Channel,
    /// Its members.
    Group,
    /// Two people.
    Im,
}

impl Kind {
    /// Returns it as events write it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Channel => "channel",
            Self::Group => "group",
            Self::Im => "im",
        }
    }
}

/// A channel.
pub struct Channel {
    pub name: String,
    pub kind: Kind,
    /// The app is in it.
    pub is_member: bool,
    pub messages: Shelf<Message>,
    /// How far behind a generated message its last generated reply can be.
    pub reach: u64,
}

/// Somebody in the workspace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    pub id: String,
    pub name: String,
    pub real_name: String,
    pub is_bot: bool,
    pub deleted: bool,
}

/// Channels, people, messages.
pub struct World {
    pub channels: BTreeMap<String, Channel>,
    /// Messages that were deleted, so that they can come back.
    pub deleted: BTreeMap<(String, u64), Message>,
    /// The app is one of those that get little of the history.
    pub restricted: bool,
    /// Events so far.
    pub events: u64,
    users: BTreeMap<String, User>,
    last_id: u64,
}

impl World {
    /// Makes a workspace in which nobody has said anything.
    pub fn new() -> Self {
        let user = |id: &str, name: &str, real_name: &str, is_bot| User {
            id: id.to_owned(),
            name: name.to_owned(),
            real_name: real_name.to_owned(),
            is_bot,
            deleted: false,
        };
        let users =
            [user(OWN_USER, "hark", "Hark", true), user("U2147483697", "jofict", "Jo Fictional", false)];
        let mut world = Self {
            channels: BTreeMap::new(),
            deleted: BTreeMap::new(),
            restricted: false,
            events: 0,
            users: users.into_iter().map(|user| (user.id.clone(), user)).collect(),
            last_id: 0,
        };
        world.open(CHANNEL, "it-support", Kind::Channel);
        world
    }

    /// Opens a channel that the app is in.
    pub fn open(&mut self, id: &str, name: &str, kind: Kind) {
        let channel =
            Channel { name: name.to_owned(), kind, is_member: true, messages: Shelf::default(), reach: 0 };
        self.channels.insert(id.to_owned(), channel);
    }

    /// Generates `count` messages in the first channel, one each second, the last one second before `now`; with
    /// `threads` the last three of each ten answer the first.
    pub fn seed(&mut self, seed: u64, count: u64, now: Ms, threads: bool) {
        let first = first_id(now - STEP_MS * Ms::try_from(count).unwrap_or(0));
        let step = first_id(STEP_MS);
        if let Some(channel) = self.channels.get_mut(CHANNEL) {
            channel.reach = if threads { TEN * step } else { 0 };
            channel.messages.generate(first, step, count, move |number| {
                let mut message = generated(seed, number, first, step);
                if threads && number % TEN >= TEN - IN_THREAD {
                    message.thread = Some(first + (number - number % TEN) * step);
                }
                message
            });
        }
    }

    /// Returns a number for a message of `now`, greater than all before.
    pub fn next_id(&mut self, now: Ms) -> u64 {
        let newest =
            self.channels.values().filter_map(|channel| channel.messages.last_id()).max().unwrap_or(0);
        self.last_id = (first_id(now) + 100).max(self.last_id + 100).max(newest + 100);
        self.last_id
    }

    /// Returns somebody by id.
    pub fn user(&self, id: &str) -> Option<User> {
        self.users.get(id).cloned().or_else(|| {
            let number = id.strip_prefix("U0GEN").and_then(|number| number.parse().ok())?;
            (number < AUTHORS).then(|| User {
                id: id.to_owned(),
                name: sample::handle(number),
                real_name: sample::name(number),
                is_bot: false,
                deleted: false,
            })
        })
    }

    /// Returns somebody by name, made if need be.
    pub fn obtain_user(&mut self, name: &str) -> User {
        if let Some(user) = self.users.values().find(|user| user.name == name) {
            return user.clone();
        }
        let id = format!("U0NEW{:04}", self.users.len());
        let user =
            User { id, name: name.to_owned(), real_name: name.to_owned(), is_bot: false, deleted: false };
        self.put_user(user.clone());
        user
    }

    /// Puts somebody in the place of the one with that id.
    pub fn put_user(&mut self, user: User) {
        self.users.insert(user.id.clone(), user);
    }

    /// Returns all who were put there.
    pub fn users(&self) -> impl Iterator<Item = &User> {
        self.users.values()
    }
}

fn generated(seed: u64, number: u64, first: u64, step: u64) -> Message {
    let sample = Sample::nth(seed, number);
    let mut message = Message::new(first + number * step, &format!("U0GEN{:03}", sample.author), sample.text);
    // Every tenth speaks to the app.
    if number.is_multiple_of(10) {
        message.text = format!("<@{OWN_USER}> {}", message.text);
    }
    message
}
