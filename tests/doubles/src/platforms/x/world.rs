//! What there is on the played X: posts, people, rights.

use std::collections::BTreeMap;

use crate::platforms::x::post::{Figures, GENERATED_USERS, Post, User, first_id};
use crate::sample::Sample;
use crate::{Ms, Shelf};

/// Id of the account that listens.
pub const OWN_ID: u64 = 1_111_111_111;
/// Milliseconds between two generated posts.
const STEP_MS: Ms = 1_000;

/// Why a post cannot be shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unseen {
    /// It is not there, or no more.
    Missing,
    /// Its author is protected.
    Protected,
}

/// Posts and people.
pub struct World {
    pub posts: Shelf<Post>,
    users: BTreeMap<u64, User>,
    /// Posts that were deleted, with all versions, so that they can come back.
    pub deleted: BTreeMap<u64, Vec<Post>>,
    /// Bodies of replies that were accepted, so that the same one is not taken twice.
    pub accepted: Vec<(u64, String)>,
    last_id: u64,
}

impl World {
    /// Makes an X on which nobody has said anything.
    pub fn new() -> Self {
        let own = User { verified: true, ..User::new(OWN_ID, "acme", "Acme") };
        let jo = User { followers: 18_400, ..User::new(2_222_222_222, "jofict", "Jo Fictional") };
        Self {
            posts: Shelf::default(),
            users: [own, jo].into_iter().map(|user| (user.id, user)).collect(),
            deleted: BTreeMap::new(),
            accepted: Vec::new(),
            last_id: 0,
        }
    }

    /// Generates `count` posts, one each second, the last one second before `now`.
    pub fn seed(&mut self, seed: u64, count: u64, now: Ms) {
        let (first, step) = (first_id(now - STEP_MS * Ms::try_from(count).unwrap_or(0)), first_id_step());
        self.posts.generate(first, step, count, move |number| generated(seed, number, first, step));
    }

    /// Returns an id for a post of `now`, greater than all before.
    pub fn next_id(&mut self, now: Ms) -> u64 {
        self.last_id = first_id(now).max(self.last_id + 1).max(self.posts.last_id().map_or(0, |id| id + 1));
        self.last_id
    }

    /// Returns the account of that id.
    pub fn user(&self, id: u64) -> Option<User> {
        self.users.get(&id).cloned().or_else(|| User::generated(id))
    }

    /// Returns the account of that handle.
    pub fn user_named(&self, username: &str) -> Option<User> {
        let named = self.users.values().find(|user| user.username.eq_ignore_ascii_case(username));
        let generated = || {
            let mut all =
                (0..crate::sample::AUTHORS).filter_map(|number| User::generated(GENERATED_USERS + number));
            all.find(|user| {
                user.username.eq_ignore_ascii_case(username) && !self.users.contains_key(&user.id)
            })
        };
        named.cloned().or_else(generated)
    }

    /// Returns the account of that handle, made if need be.
    pub fn obtain_user(&mut self, username: &str) -> User {
        if let Some(user) = self.user_named(username) {
            return user;
        }
        let id = 3_333_000_000_000_000_000 + self.users.len() as u64;
        let user = User::new(id, username, username);
        self.users.insert(id, user.clone());
        user
    }

    /// Puts an account in the place of the one with its id.
    pub fn put_user(&mut self, user: User) {
        self.users.insert(user.id, user);
    }

    /// Returns a post as anybody but its author sees it.
    pub fn visible(&self, id: u64) -> Result<Post, Unseen> {
        let post = self.posts.get(id).ok_or(Unseen::Missing)?;
        match post.author.and_then(|author| self.user(author)) {
            Some(author) if author.suspended => Err(Unseen::Missing),
            Some(author) if author.protected => Err(Unseen::Protected),
            _ => Ok(post),
        }
    }

    /// Changes the figures of every version of a post.
    pub fn change_figures(&mut self, id: u64, change: impl Fn(&mut Figures)) -> Option<Figures> {
        let history = self.posts.get(id)?.history;
        let changed = history.into_iter().filter_map(|id| {
            self.posts.change(id, |post| {
                change(&mut post.figures);
                post.figures
            })
        });
        changed.last()
    }
}

fn first_id_step() -> u64 {
    u64::try_from(STEP_MS).unwrap_or(1) << 22
}

fn generated(seed: u64, number: u64, first: u64, step: u64) -> Post {
    let sample = Sample::nth(seed, number);
    let id_of = |number: u64| first + number * step;
    let mut post = Post::new(id_of(number), GENERATED_USERS + sample.author, sample.text);
    // Every tenth speaks to the account that listens.
    if number.is_multiple_of(10) {
        post.text = format!("@acme {}", post.text);
    }
    post.replied_to = sample.answers.map(|back| id_of(number - back));
    post.conversation = id_of(root_of(seed, number));
    post.figures = Figures { likes: sample.likes, views: sample.likes * 31, ..Figures::default() };
    post
}

/// Goes back from answer to answer; each goes back at least one, so it ends.
fn root_of(seed: u64, number: u64) -> u64 {
    let back = |number: &u64| Sample::nth(seed, *number).answers.map(|back| number - back);
    std::iter::successors(Some(number), back).last().unwrap_or(number)
}
