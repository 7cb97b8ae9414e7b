//! What there is on the played Facebook: one page, posts on it and elsewhere, comments, people.

use std::collections::BTreeMap;

use crate::sample::{self, Sample};
use crate::{Ms, Shelf};

/// Id of the page that listens.
pub const PAGE_ID: u64 = 104_000_000_000_001;
/// Id of its administrator.
pub const ADMIN_ID: u64 = 700_000_000_000_001;
/// Ids of generated people begin here.
const PEOPLE: u64 = 700_000_000_001_000;
/// Ids of posts begin here.
const FIRST_POST: u64 = 122_100_000_000_000_010;
const POST_STEP: u64 = 10;
/// Ids of generated comments begin here; those of others far above.
const FIRST_MADE_COMMENT: u64 = 500_000_000_000_000;
const FIRST_COMMENT: u64 = 777_000_000_000_000;
/// Milliseconds between two generated posts.
const STEP_MS: Ms = 60_000;

/// A post.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Post {
    pub id: u64,
    /// Page or person on whose wall it stands: the first half of its id.
    pub owner: u64,
    pub author: Option<u64>,
    pub message: Option<String>,
    pub story: Option<String>,
    pub created_at: Ms,
    pub updated_at: Ms,
    pub status_type: String,
    pub parent: Option<String>,
    pub reactions: BTreeMap<String, u64>,
    pub shares: u64,
    /// Alternative text of a picture.
    pub picture: Option<String>,
    /// It was generated, and its comments with it.
    pub is_made: bool,
}

impl Post {
    /// Returns the id as the Graph API has it.
    pub fn full_id(&self) -> String {
        format!("{}_{}", self.owner, self.id)
    }
}

/// A comment.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Comment {
    pub id: u64,
    pub post: u64,
    /// The comment that it answers.
    pub parent: Option<u64>,
    pub author: Option<u64>,
    pub message: String,
    pub created_at: Ms,
    pub hidden: bool,
    pub private: bool,
    pub likes: u64,
    pub picture: Option<String>,
}

impl Comment {
    /// Returns the id as the Graph API has it.
    pub fn full_id(&self) -> String {
        format!("{}_{}", self.post, self.id)
    }
}

/// What a full id leads to.
#[derive(Debug, Clone, PartialEq)]
pub enum Thing {
    Post(Post),
    Comment(Comment),
}

/// Something that was deleted, with what went along.
#[derive(Debug, Clone)]
pub enum Gone {
    Post(Post, Vec<Comment>),
    Comment(Comment),
}

/// Posts, comments and people.
pub struct World {
    /// On the page.
    pub posts: Shelf<Post>,
    /// Elsewhere, with the page's name in them.
    pub tagged: Shelf<Post>,
    /// Comments in the order in which they came; those of generated posts only when they were changed.
    comments: BTreeMap<u64, Vec<Comment>>,
    people: BTreeMap<u64, String>,
    pub deleted: BTreeMap<String, Gone>,
    /// One of so many generated posts has comments.
    talked_about: u64,
    seed: u64,
    last_post: u64,
    last_comment: u64,
}

impl World {
    /// Makes a page on which nobody has said anything.
    pub fn new(seed: u64) -> Self {
        let people = [(PAGE_ID, "Acme"), (ADMIN_ID, "Ada Fictional"), (700_000_000_000_009, "Jo Fictional")];
        Self {
            posts: Shelf::default(),
            tagged: Shelf::default(),
            comments: BTreeMap::new(),
            people: people.into_iter().map(|(id, name)| (id, name.to_owned())).collect(),
            deleted: BTreeMap::new(),
            talked_about: 1,
            seed,
            last_post: FIRST_POST - POST_STEP,
            last_comment: FIRST_COMMENT,
        }
    }

    /// Generates `count` posts, one each minute, the last one a minute before `now`; of each `talked_about` the
    /// first has up to three comments.
    pub fn generate(&mut self, count: u64, talked_about: u64, now: Ms) {
        self.talked_about = talked_about.max(1);
        let (seed, first) = (self.seed, now - STEP_MS * Ms::try_from(count).unwrap_or(0));
        let of = self.talked_about;
        self.posts.generate(FIRST_POST, POST_STEP, count, move |number| made_post(seed, number, first, of));
    }

    /// Returns an id for a post, greater than all before.
    pub fn next_post_id(&mut self) -> u64 {
        let last = self.posts.last_id().max(self.tagged.last_id());
        self.last_post = last.map_or(FIRST_POST, |last| last + POST_STEP).max(self.last_post + POST_STEP);
        self.last_post
    }

    /// Returns an id for a comment, greater than all before.
    pub fn next_comment_id(&mut self) -> u64 {
        self.last_comment += 1;
        self.last_comment
    }

    /// Returns the comments of a post, in the order in which they came.
    pub fn comments(&self, post: u64) -> Vec<Comment> {
        match self.comments.get(&post) {
            Some(comments) => comments.clone(),
            None => {
                let made = self.posts.get(post).filter(|post| post.is_made);
                made.map_or_else(Vec::new, |post| made_comments(self.seed, &post, self.talked_about))
            }
        }
    }

    /// Changes the comments of a post.
    pub fn change_comments<R>(&mut self, post: u64, change: impl FnOnce(&mut Vec<Comment>) -> R) -> R {
        let now = self.comments(post);
        change(self.comments.entry(post).or_insert(now))
    }

    /// Changes a post, wherever it stands.
    pub fn change_post<R>(&mut self, id: u64, change: impl FnOnce(&mut Post) -> R) -> Option<R> {
        match self.posts.get(id) {
            Some(_) => self.posts.change(id, change),
            None => self.tagged.change(id, change),
        }
    }

    /// Returns the full ids of all that stands on the page.
    pub fn ids(&self) -> Vec<String> {
        let posts = self.posts.oldest_first(None).map(|(_, post)| post);
        posts
            .flat_map(|post| {
                let comments = self.comments(post.id);
                std::iter::once(post.full_id())
                    .chain(comments.iter().map(Comment::full_id).collect::<Vec<_>>())
            })
            .collect()
    }

    /// Returns what the full id leads to.
    pub fn find(&self, id: &str) -> Option<Thing> {
        let (owner, inner) = id.split_once('_')?;
        let (owner, inner) = (owner.parse::<u64>().ok()?, inner.parse::<u64>().ok()?);
        let post =
            self.posts.get(inner).or_else(|| self.tagged.get(inner)).filter(|post| post.owner == owner);
        let comment = || self.comments(owner).into_iter().find(|comment| comment.id == inner);
        post.map(Thing::Post).or_else(|| comment().map(Thing::Comment))
    }

    /// Changes a comment.
    pub fn change_comment<R>(
        &mut self,
        post: u64,
        id: u64,
        change: impl FnOnce(&mut Comment) -> R,
    ) -> Option<R> {
        self.change_comments(post, |all| all.iter_mut().find(|comment| comment.id == id).map(change))
    }

    /// Takes what the full id leads to away.
    pub fn remove(&mut self, id: &str) -> Option<Thing> {
        let thing = self.find(id)?;
        let gone = match &thing {
            Thing::Post(post) => {
                _ = self.posts.remove(post.id);
                _ = self.tagged.remove(post.id);
                Gone::Post(post.clone(), self.comments.remove(&post.id).unwrap_or_default())
            }
            Thing::Comment(comment) => {
                self.change_comments(comment.post, |all| all.retain(|other| other.id != comment.id));
                Gone::Comment(comment.clone())
            }
        };
        self.deleted.insert(id.to_owned(), gone);
        Some(thing)
    }

    /// Puts back what was taken away.
    pub fn restore(&mut self, id: &str) -> Option<Thing> {
        Some(match self.deleted.remove(id)? {
            Gone::Post(post, comments) => {
                self.comments.insert(post.id, comments);
                let shelf = if post.owner == PAGE_ID { &mut self.posts } else { &mut self.tagged };
                shelf.put(post.id, post.clone());
                Thing::Post(post)
            }
            Gone::Comment(comment) => {
                self.change_comments(comment.post, |all| {
                    all.push(comment.clone());
                    all.sort_by_key(|comment| comment.id);
                });
                Thing::Comment(comment)
            }
        })
    }

    /// Returns the name of somebody who is there.
    pub fn name(&self, id: u64) -> Option<String> {
        let generated =
            || id.checked_sub(PEOPLE).filter(|number| *number < sample::AUTHORS).map(sample::name);
        match self.people.get(&id) {
            Some(name) => Some(name.clone()).filter(|name| !name.is_empty()),
            None => generated(),
        }
    }

    /// Gives somebody a name; an empty one takes the account away.
    pub fn set_name(&mut self, id: u64, name: &str) {
        self.people.insert(id, name.to_owned());
    }

    /// Returns the id of somebody of that name or id, made if need be.
    pub fn obtain_person(&mut self, name: &str) -> u64 {
        let known = self.people.iter().find(|(id, known)| *known == name || id.to_string() == name);
        if let Some((id, _)) = known {
            return *id;
        }
        let id = 700_000_000_000_100 + self.people.len() as u64;
        self.people.insert(id, name.to_owned());
        id
    }
}

fn made_post(seed: u64, number: u64, first: Ms, talked_about: u64) -> Post {
    let sample = Sample::nth(seed, number);
    let created_at = first + STEP_MS * Ms::try_from(number).unwrap_or(0);
    // Every fourth is the page's own.
    let author = if number.is_multiple_of(4) { PAGE_ID } else { PEOPLE + sample.author };
    let mut post = Post {
        id: FIRST_POST + number * POST_STEP,
        owner: PAGE_ID,
        author: Some(author),
        message: Some(sample.text),
        created_at,
        updated_at: created_at,
        status_type: "mobile_status_update".to_owned(),
        is_made: true,
        reactions: BTreeMap::from([
            ("LIKE".to_owned(), sample.likes),
            ("ANGRY".to_owned(), sample.likes % 7),
        ]),
        ..Post::default()
    };
    if let Some(last) = made_comments(seed, &post, talked_about).last() {
        post.updated_at = last.created_at;
    }
    post
}

fn made_comments(seed: u64, post: &Post, talked_about: u64) -> Vec<Comment> {
    let number = post.id.saturating_sub(FIRST_POST) / POST_STEP;
    if !number.is_multiple_of(talked_about) {
        return Vec::new();
    }
    let made = |place: u64| {
        let sample = Sample::nth(seed.wrapping_add(1), number * 4 + place);
        let id = FIRST_MADE_COMMENT + number * 4 + place;
        Comment {
            id,
            post: post.id,
            // Every second one answers the one before.
            parent: (place % 2 == 1).then(|| id - 1),
            author: Some(PEOPLE + sample.author),
            message: sample.text,
            created_at: post.created_at + 10_000 * (Ms::try_from(place).unwrap_or(0) + 1),
            likes: sample.likes % 10,
            ..Comment::default()
        }
    };
    (0..Sample::nth(seed, number).likes % 4).map(made).collect()
}
