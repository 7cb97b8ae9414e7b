//! What there is on the played forum: categories, topics, posts, users, reports.

use std::collections::BTreeMap;

use crate::sample::{self, AUTHORS, Sample};
use crate::{Ms, torture};

/// The forum's own user.
pub const SYSTEM: i64 = -1;
/// First of the generated users.
const GENERATED_USERS: i64 = 1_000;
/// Posts of a generated topic.
const TOPIC_POSTS: u64 = 20;

/// A user.
#[derive(Debug, Clone)]
pub struct User {
    pub id: i64,
    pub username: String,
    pub name: Option<String>,
    pub staff: bool,
    pub groups: Vec<String>,
}

/// A category.
#[derive(Debug, Clone)]
pub struct Category {
    pub id: u64,
    pub name: String,
    pub slug: String,
    pub parent: Option<u64>,
    /// The only groups that may read it; none means everyone.
    pub groups: Vec<String>,
}

/// A topic.
#[derive(Debug, Clone)]
pub struct Topic {
    pub id: u64,
    pub title: String,
    /// None for private messages.
    pub category: Option<u64>,
    /// Who may read a private message.
    pub allowed: Vec<i64>,
    pub listed: bool,
    pub closed: bool,
    pub tags: Vec<String>,
    pub created_at: Ms,
    pub posts: Vec<u64>,
}

/// What a post is, as its number on the wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Regular = 1,
    Moderator = 2,
    SmallAction = 3,
    Whisper = 4,
}

/// A post.
#[derive(Debug, Clone)]
pub struct Post {
    pub id: u64,
    pub topic: u64,
    pub number: u64,
    pub user: Option<i64>,
    pub raw: String,
    pub kind: Kind,
    pub action_code: Option<String>,
    pub reply_to: Option<u64>,
    pub created_at: Ms,
    pub updated_at: Ms,
    pub version: u32,
    pub edit_reason: Option<String>,
    pub deleted: Option<(Ms, i64)>,
    /// The author has taken it back.
    pub user_deleted: bool,
    pub hidden: bool,
    pub likes: u64,
    pub reads: u64,
}

/// A report in the review queue.
#[derive(Debug, Clone)]
pub struct Report {
    pub id: u64,
    pub post: u64,
    pub by: i64,
    /// 3 off-topic, 4 inappropriate, 6 to the user, 7 to moderators, 8 spam.
    pub kind: u64,
    /// 0 pending, 1 agreed with, 2 rejected, 3 ignored.
    pub status: u64,
    pub at: Ms,
}

/// All of it.
pub struct World {
    pub users: BTreeMap<i64, User>,
    pub categories: BTreeMap<u64, Category>,
    pub topics: BTreeMap<u64, Topic>,
    pub posts: BTreeMap<u64, Post>,
    pub reports: BTreeMap<u64, Report>,
    last_post: u64,
    last_topic: u64,
}

impl World {
    /// Makes a forum with some people and categories: 4 is for everyone, 5 below it, 6 for the staff.
    pub fn new() -> Self {
        let user = |id, username: &str, name: &str, staff| User {
            id,
            username: username.to_owned(),
            name: Some(name.to_owned()).filter(|name| !name.is_empty()),
            staff,
            groups: if staff { vec!["staff".to_owned()] } else { Vec::new() },
        };
        let users = [
            user(SYSTEM, "system", "system", true),
            user(7, "jofict", "Jo Fictional", false),
            user(8, "kimfict", "", false),
            user(9, "itlead", "Lee Lead", true),
            user(10, "acme", "Acme", false),
        ];
        let category = |id, name: &str, slug: &str, parent, groups: &[&str]| Category {
            id,
            name: name.to_owned(),
            slug: slug.to_owned(),
            parent,
            groups: groups.iter().map(|group| (*group).to_owned()).collect(),
        };
        let categories = [
            category(4, "IT", "it", None, &[]),
            category(5, "Printers & more", "printers", Some(4), &[]),
            category(6, "Staff", "staff", None, &["staff"]),
        ];
        Self {
            users: users.into_iter().map(|user| (user.id, user)).collect(),
            categories: categories.into_iter().map(|category| (category.id, category)).collect(),
            topics: BTreeMap::new(),
            posts: BTreeMap::new(),
            reports: BTreeMap::new(),
            last_post: 500,
            last_topic: 118,
        }
    }

    /// Returns the user of that name.
    pub fn user_named(&self, username: &str) -> Option<&User> {
        self.users.values().find(|user| user.username.eq_ignore_ascii_case(username))
    }

    /// Returns the user of that name, made if need be.
    pub fn obtain_user(&mut self, username: &str) -> i64 {
        if let Some(user) = self.user_named(username) {
            return user.id;
        }
        let id = 100 + i64::try_from(self.users.len()).unwrap_or(0);
        let user = User {
            id,
            username: username.to_owned(),
            name: Some(username.to_owned()),
            staff: false,
            groups: Vec::new(),
        };
        self.users.insert(id, user);
        id
    }

    /// Opens a topic without posts.
    pub fn open(&mut self, title: &str, category: Option<u64>, at: Ms) -> u64 {
        self.last_topic += 1;
        let topic = Topic {
            id: self.last_topic,
            title: title.to_owned(),
            category,
            allowed: Vec::new(),
            listed: true,
            closed: false,
            tags: Vec::new(),
            created_at: at,
            posts: Vec::new(),
        };
        self.topics.insert(topic.id, topic);
        self.last_topic
    }

    /// Adds a post at the end of a topic.
    pub fn say(&mut self, topic: u64, user: Option<i64>, raw: &str, at: Ms) -> u64 {
        self.last_post += 1;
        let id = self.last_post;
        self.say_as(id, topic, user, raw, at);
        id
    }

    /// Adds a post with an id of its own.
    pub fn say_as(&mut self, id: u64, topic: u64, user: Option<i64>, raw: &str, at: Ms) {
        self.last_post = self.last_post.max(id);
        let number = self.next_number(topic);
        let post = Post {
            id,
            topic,
            number,
            user,
            raw: raw.to_owned(),
            kind: Kind::Regular,
            action_code: None,
            reply_to: None,
            created_at: at,
            updated_at: at,
            version: 1,
            edit_reason: None,
            deleted: None,
            user_deleted: false,
            hidden: false,
            likes: 0,
            reads: 1,
        };
        self.posts.insert(id, post);
        if let Some(topic) = self.topics.get_mut(&topic) {
            topic.posts.push(id);
        }
    }

    /// Returns the number that the next post of a topic has: numbers are not used twice.
    pub fn next_number(&self, topic: u64) -> u64 {
        let posts = self.topics.get(&topic).map(|topic| topic.posts.as_slice()).unwrap_or_default();
        posts.iter().filter_map(|id| self.posts.get(id)).map(|post| post.number).max().unwrap_or(0) + 1
    }

    /// Returns the post of that number.
    pub fn at(&self, topic: u64, number: u64) -> Option<&Post> {
        let topic = self.topics.get(&topic)?;
        topic.posts.iter().filter_map(|id| self.posts.get(id)).find(|post| post.number == number)
    }

    /// Returns how many answers a post has.
    pub fn answers(&self, post: &Post) -> u64 {
        let of_topic = self.topics.get(&post.topic).map(|topic| topic.posts.as_slice()).unwrap_or_default();
        let answers = of_topic.iter().filter_map(|id| self.posts.get(id));
        answers.filter(|answer| answer.reply_to == Some(post.number) && answer.deleted.is_none()).count()
            as u64
    }

    /// Generates `count` posts in topics of twenty, one a minute, the last a minute before `now`.
    pub fn seed(&mut self, seed: u64, count: u64, now: Ms) {
        let mut topic = 0;
        for number in 0..count {
            let sample = Sample::nth(seed, number);
            let at = now - 60_000 * Ms::try_from(count - number).unwrap_or(0);
            let user = self.generated_user(sample.author);
            if number.is_multiple_of(TOPIC_POSTS) {
                let category = if number.is_multiple_of(3 * TOPIC_POSTS) { 5 } else { 4 };
                topic = self.open(&format!("{} and more", sample.text), Some(category), at);
            }
            let id = self.say(topic, Some(user), &sample.text, at);
            let in_topic = number % TOPIC_POSTS;
            let answered = sample.answers.filter(|back| *back <= in_topic).map(|back| in_topic + 1 - back);
            if let Some(post) = self.posts.get_mut(&id) {
                (post.likes, post.reads) = (sample.likes, sample.likes * 3 + 1);
                post.reply_to = answered;
            }
        }
    }

    fn generated_user(&mut self, number: u64) -> i64 {
        let id = GENERATED_USERS + i64::try_from(number % AUTHORS).unwrap_or(0);
        self.users.entry(id).or_insert_with(|| User {
            id,
            username: sample::handle(number),
            name: Some(sample::name(number)),
            staff: false,
            groups: Vec::new(),
        });
        id
    }

    /// Returns an id that a double-precision float cannot hold.
    pub fn big_id(&self) -> u64 {
        torture::BEYOND_FLOAT.max(self.last_post + 1)
    }

    /// Returns the greatest id of a post.
    pub fn last_post(&self) -> u64 {
        self.posts.keys().next_back().copied().unwrap_or(0)
    }
}
