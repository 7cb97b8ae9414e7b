//! What there is on the played forum.

use std::collections::BTreeMap;

use super::PAGE;
use crate::Ms;
use crate::sample::{self, Sample};

/// A topic.
#[derive(Debug, Clone)]
pub struct Topic {
    pub tid: u64,
    pub cid: u64,
    pub title: String,
    pub locked: bool,
    pub tags: Vec<String>,
    pub posts: Vec<u64>,
}

/// A post.
#[derive(Debug, Clone)]
pub struct Post {
    pub pid: u64,
    pub tid: u64,
    /// 0 is nobody any more.
    pub uid: u64,
    pub content: String,
    pub to_pid: Option<u64>,
    pub timestamp: Ms,
    pub edited: Ms,
    /// Who deleted it.
    pub deleter: Option<u64>,
    pub upvotes: u64,
    pub downvotes: u64,
}

/// A report.
#[derive(Debug, Clone)]
pub struct Flag {
    pub id: u64,
    pub pid: u64,
    pub uid: u64,
    pub reason: String,
    pub state: String,
    pub at: Ms,
}

/// All of it.
pub struct World {
    pub users: BTreeMap<u64, String>,
    /// Name of each category, and whether every member may read it.
    pub categories: BTreeMap<u64, (String, bool)>,
    pub topics: BTreeMap<u64, Topic>,
    pub posts: BTreeMap<u64, Post>,
    pub flags: BTreeMap<u64, Flag>,
    /// When each post was said, and its id, oldest first: of many thousands a page is found at once.
    order: Vec<(Ms, u64)>,
    /// How many posts answer a post.
    answers: BTreeMap<u64, usize>,
    last_pid: u64,
    last_tid: u64,
}

impl World {
    /// Makes a forum with some people and categories: 2 is for every member, 3 is not.
    pub fn new() -> Self {
        let users = [(1, "admin"), (7, "jofict"), (8, "kimfict")];
        let categories = [(2, "IT &amp; more", true), (3, "Management", false)];
        Self {
            users: users.map(|(uid, name)| (uid, name.to_owned())).into(),
            categories: categories.map(|(cid, name, open)| (cid, (name.to_owned(), open))).into(),
            topics: BTreeMap::new(),
            posts: BTreeMap::new(),
            flags: BTreeMap::new(),
            order: Vec::new(),
            answers: BTreeMap::new(),
            last_pid: 500,
            last_tid: 40,
        }
    }

    /// Returns the user of that name, made if need be.
    pub fn obtain_user(&mut self, name: &str) -> u64 {
        if let Some((uid, _)) = self.users.iter().find(|(_, known)| *known == name) {
            return *uid;
        }
        let uid = 100 + self.users.len() as u64;
        self.users.insert(uid, name.to_owned());
        uid
    }

    /// Opens a topic without posts.
    pub fn open(&mut self, title: &str, cid: u64) -> u64 {
        self.last_tid += 1;
        let tid = self.last_tid;
        let topic =
            Topic { tid, cid, title: title.to_owned(), locked: false, tags: Vec::new(), posts: Vec::new() };
        self.topics.insert(tid, topic);
        tid
    }

    /// Adds a post at the end of a topic.
    pub fn say(&mut self, tid: u64, uid: u64, content: &str, to_pid: Option<u64>, timestamp: Ms) -> u64 {
        self.last_pid += 1;
        self.say_as(self.last_pid, tid, uid, content, to_pid, timestamp)
    }

    /// Adds a post with an id of its own.
    pub fn say_as(
        &mut self,
        pid: u64,
        tid: u64,
        uid: u64,
        content: &str,
        to_pid: Option<u64>,
        timestamp: Ms,
    ) -> u64 {
        self.last_pid = self.last_pid.max(pid);
        let content = content.to_owned();
        let (edited, deleter, upvotes, downvotes) = (0, None, 0, 0);
        let post = Post { pid, tid, uid, content, to_pid, timestamp, edited, deleter, upvotes, downvotes };
        self.purge(pid);
        self.posts.insert(pid, post);
        let place = self.order.partition_point(|known| *known < (timestamp, pid));
        self.order.insert(place, (timestamp, pid));
        if let Some(parent) = to_pid {
            *self.answers.entry(parent).or_default() += 1;
        }
        if let Some(topic) = self.topics.get_mut(&tid) {
            topic.posts.push(pid);
        }
        pid
    }

    /// Takes a post away for good.
    pub fn purge(&mut self, pid: u64) {
        let Some(post) = self.posts.remove(&pid) else { return };
        self.order.retain(|known| known.1 != pid);
        self.forget_answer(post.to_pid);
        if let Some(topic) = self.topics.get_mut(&post.tid) {
            topic.posts.retain(|known| *known != pid);
        }
    }

    /// Makes a post an answer to another.
    pub fn answer(&mut self, pid: u64, parent: u64) {
        let Some(post) = self.posts.get_mut(&pid) else { return };
        let before = post.to_pid.replace(parent);
        self.forget_answer(before);
        *self.answers.entry(parent).or_default() += 1;
    }

    fn forget_answer(&mut self, parent: Option<u64>) {
        if let Some(count) = parent.and_then(|parent| self.answers.get_mut(&parent)) {
            *count -= 1;
        }
    }

    /// Returns how many posts answer a post.
    pub fn answers_to(&self, pid: u64) -> usize {
        self.answers.get(&pid).copied().unwrap_or(0)
    }

    /// Returns a page of the posts since a time, newest first; pages count from 0.
    pub fn page(&self, since: Ms, page: usize) -> impl Iterator<Item = &Post> {
        let first = self.order.partition_point(|(at, _)| *at < since);
        let shown = self.order[first..].iter().rev().skip(page * PAGE).take(PAGE);
        shown.filter_map(|(_, pid)| self.posts.get(pid))
    }

    /// Generates posts in topics of thirty, one a minute.
    pub fn seed(&mut self, seed: u64, count: u64, now: Ms) {
        let mut tid = 0;
        for number in 0..count {
            let sample = Sample::nth(seed, number);
            let at = now - 60_000 * Ms::try_from(count - number).unwrap_or(0);
            let uid = self.obtain_user(&sample::handle(sample.author));
            if number.is_multiple_of(30) {
                tid = self.open(&sample.text, 2);
            }
            let place = number % 30;
            let answered = sample.answers.filter(|back| *back <= place).map(|back| self.last_pid + 1 - back);
            self.say(tid, uid, &sample.text, answered, at);
        }
    }
}
