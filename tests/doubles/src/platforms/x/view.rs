//! Posts and people as JSON, as far as they were asked for, in either vocabulary.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use crate::platforms::x::post::{Figures, Post, User};
use crate::platforms::x::problem;
use crate::platforms::x::world::World;
use crate::times;

/// Parameters of a request by name.
pub type Parameters = BTreeMap<String, String>;

/// Which names the answers use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Vocabulary {
    /// `referenced_tweets`, as the pages and samples say.
    #[default]
    Tweets,
    /// `referenced_posts`, as the OpenAPI document says.
    Posts,
}

impl Vocabulary {
    fn word<'a>(self, tweets: &'a str, posts: &'a str) -> &'a str {
        if self == Self::Tweets { tweets } else { posts }
    }
}

/// What of posts and people was asked for.
pub struct View<'w> {
    world: &'w World,
    vocabulary: Vocabulary,
    post_fields: BTreeSet<String>,
    user_fields: BTreeSet<String>,
    media_fields: BTreeSet<String>,
    expansions: BTreeSet<String>,
}

impl<'w> View<'w> {
    /// Reads what was asked for from the parameters of a request.
    pub fn new(world: &'w World, vocabulary: Vocabulary, parameters: &Parameters) -> Self {
        let list = |names: &[&str]| {
            let values = names.iter().filter_map(|name| parameters.get(*name));
            values.flat_map(|value| value.split(',')).map(str::to_owned).collect()
        };
        Self {
            world,
            vocabulary,
            post_fields: list(&["tweet.fields", "post.fields"]),
            user_fields: list(&["user.fields"]),
            media_fields: list(&["media.fields"]),
            expansions: list(&["expansions"]),
        }
    }

    /// Returns a view of everything, as webhooks send it.
    pub fn whole(world: &'w World, vocabulary: Vocabulary) -> Self {
        let all = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        let post_fields = all(&[
            "author_id",
            "conversation_id",
            "created_at",
            "lang",
            "reply_settings",
            "possibly_sensitive",
            "edit_controls",
            "entities",
            "public_metrics",
            "in_reply_to_user_id",
            "referenced_tweets",
            "note_tweet",
            "attachments",
        ]);
        let user_fields = all(&["protected", "public_metrics", "verified"]);
        let expansions = all(&["author_id"]);
        Self { world, vocabulary, post_fields, user_fields, media_fields: BTreeSet::new(), expansions }
    }

    /// An expansion brings along the field that it expands.
    fn has(&self, tweets: &str, posts: &str) -> bool {
        let is_expanded = match tweets {
            "referenced_tweets" => self.expands("referenced_tweets.id", "referenced_posts.id"),
            "attachments" => self.expansions.contains("attachments.media_keys"),
            field => self.expansions.contains(field),
        };
        is_expanded || self.post_fields.contains(tweets) || self.post_fields.contains(posts)
    }

    fn expands(&self, tweets: &str, posts: &str) -> bool {
        self.expansions.contains(tweets) || self.expansions.contains(posts)
    }

    /// Returns a post.
    pub fn post(&self, post: &Post) -> Value {
        let word = |tweets, posts| self.vocabulary.word(tweets, posts);
        let mut json = Map::new();
        let (text, is_whole) = post.short_text();
        json.insert("id".into(), json!(post.id.to_string()));
        json.insert("text".into(), json!(escaped(&text)));
        let history: Vec<String> = post.history.iter().map(ToString::to_string).collect();
        json.insert(word("edit_history_tweet_ids", "edit_history_post_ids").into(), json!(history));
        let mut put = |field: &str, name: &str, value: Option<Value>| {
            if let Some(value) = value.filter(|_| self.has(field, name)) {
                json.insert(name.to_owned(), value);
            }
        };
        let author_of = |id: u64| self.world.posts.get(id).and_then(|post| post.author);
        put("author_id", "author_id", post.author.map(|id| json!(id.to_string())));
        put("conversation_id", "conversation_id", Some(json!(post.conversation.to_string())));
        put("created_at", "created_at", Some(json!(times::rfc3339_ms(post.created_at))));
        put("lang", "lang", Some(json!(post.lang)));
        put("reply_settings", "reply_settings", Some(json!("everyone")));
        put("possibly_sensitive", "possibly_sensitive", Some(json!(post.sensitive)));
        put("edit_controls", "edit_controls", Some(edit_controls(post)));
        let replied_to = post.replied_to.and_then(author_of);
        put("in_reply_to_user_id", "in_reply_to_user_id", replied_to.map(|id| json!(id.to_string())));
        put("entities", "entities", self.entities(post));
        put("public_metrics", "public_metrics", Some(self.figures(post.figures)));
        put("referenced_tweets", word("referenced_tweets", "referenced_posts"), references(post));
        put(
            "note_tweet",
            word("note_tweet", "note_post"),
            (!is_whole).then(|| json!({ "text": escaped(&post.text) })),
        );
        put("attachments", "attachments", attachments(post));
        Value::Object(json)
    }

    fn figures(&self, figures: Figures) -> Value {
        let Figures { reposts, replies, likes, quotes, bookmarks, views } = figures;
        json!({
            self.vocabulary.word("retweet_count", "repost_count"): reposts,
            "reply_count": replies,
            "like_count": likes,
            "quote_count": quotes,
            "bookmark_count": bookmarks,
            "impression_count": views,
        })
    }

    fn entities(&self, post: &Post) -> Option<Value> {
        let mentions: Vec<Value> = mentions(&post.text)
            .map(|(start, end, username)| {
                let mut mention = json!({ "start": start, "end": end, "username": username });
                if let Some(user) = self.world.user_named(username) {
                    mention["id"] = json!(user.id.to_string());
                }
                mention
            })
            .collect();
        (!mentions.is_empty()).then(|| json!({ "mentions": mentions }))
    }

    /// Returns an account.
    pub fn user(&self, user: &User) -> Value {
        let mut json = Map::new();
        json.insert("id".into(), json!(user.id.to_string()));
        json.insert("name".into(), json!(user.name));
        json.insert("username".into(), json!(user.username));
        let mut put = |name: &str, value: Value| {
            if self.user_fields.contains(name) {
                json.insert(name.to_owned(), value);
            }
        };
        put("verified", json!(user.verified));
        put("verified_type", json!(if user.verified { "business" } else { "none" }));
        put("protected", json!(user.protected));
        put(
            "profile_image_url",
            json!(format!("https://pbs.twimg.com/profile_images/{}/a_normal.jpg", user.id)),
        );
        put("created_at", json!("2015-03-02T10:00:00.000Z"));
        let posts = self.vocabulary.word("tweet_count", "post_count");
        let figures = json!({ "followers_count": user.followers, "following_count": 310, posts: 50, "listed_count": 4 });
        put("public_metrics", figures);
        Value::Object(json)
    }

    /// Returns `includes` and `errors` of `posts`, as far as expansions were asked for.
    pub fn around(&self, posts: &[Post]) -> (Option<Value>, Vec<Value>) {
        let mut errors = Vec::new();
        let mut referenced: BTreeMap<u64, Post> = BTreeMap::new();
        if self.expands("referenced_tweets.id", "referenced_posts.id") {
            for id in posts.iter().flat_map(referenced_ids) {
                match self.world.visible(id) {
                    Ok(post) => _ = referenced.insert(id, post),
                    Err(why) => {
                        errors.push(problem::unseen("tweet", "referenced_tweets.id", &id.to_string(), why));
                    }
                }
            }
        }
        let mut users: BTreeSet<u64> = BTreeSet::new();
        if self.expansions.contains("author_id") {
            users.extend(posts.iter().filter_map(|post| post.author));
        }
        if self.expands("referenced_tweets.id.author_id", "referenced_posts.id.author_id") {
            users.extend(referenced.values().filter_map(|post| post.author));
        }
        if self.expansions.contains("in_reply_to_user_id") {
            let parents = posts.iter().filter_map(|post| self.world.posts.get(post.replied_to?)?.author);
            users.extend(parents);
        }
        let mut includes = Map::new();
        let mut put = |name: &str, list: Vec<Value>| {
            if !list.is_empty() {
                includes.insert(name.to_owned(), Value::Array(list));
            }
        };
        put("users", users.iter().filter_map(|id| Some(self.user(&self.world.user(*id)?))).collect());
        put(
            self.vocabulary.word("tweets", "posts"),
            referenced.values().map(|post| self.post(post)).collect(),
        );
        if self.expansions.contains("attachments.media_keys") {
            put(
                "media",
                posts.iter().flat_map(|post| &post.media).map(|medium| self.medium(medium)).collect(),
            );
        }
        ((!includes.is_empty()).then_some(Value::Object(includes)), errors)
    }

    fn medium(&self, medium: &super::post::Medium) -> Value {
        let mut json = json!({ "media_key": medium.key, "type": "photo" });
        let mut put = |name: &str, value: Value| {
            if self.media_fields.contains(name) && !value.is_null() {
                json[name] = value;
            }
        };
        put("url", json!(format!("https://pbs.twimg.com/media/{}.jpg", medium.key)));
        put("alt_text", json!(medium.alt));
        put("width", json!(1200));
        put("height", json!(800));
        json
    }
}

/// X escapes three characters in every text, as if it were HTML.
pub fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// The mentions of a text: start and end in code points, handle without `@`.
pub fn mentions(text: &str) -> impl Iterator<Item = (usize, usize, &str)> {
    text.match_indices('@').filter_map(|(at, _)| {
        let rest = &text[at + 1..];
        let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(rest.len());
        let start = text[..at].chars().count();
        (end > 0).then(|| (start, start + 1 + end, &rest[..end]))
    })
}

fn referenced_ids(post: &Post) -> impl Iterator<Item = u64> {
    [post.replied_to, post.quoted, post.reposted].into_iter().flatten()
}

fn references(post: &Post) -> Option<Value> {
    let kinds = [("replied_to", post.replied_to), ("quoted", post.quoted), ("retweeted", post.reposted)];
    let list: Vec<Value> = kinds
        .iter()
        .filter_map(|(kind, id)| Some(json!({ "type": kind, "id": (*id)?.to_string() })))
        .collect();
    (!list.is_empty()).then_some(Value::Array(list))
}

fn attachments(post: &Post) -> Option<Value> {
    let keys: Vec<&str> = post.media.iter().map(|medium| medium.key.as_str()).collect();
    (!keys.is_empty()).then(|| json!({ "media_keys": keys }))
}

fn edit_controls(post: &Post) -> Value {
    const EDITS_MAX: usize = 5;
    const EDITABLE_MS: i64 = 3_600_000;
    let until = super::post::written_at(post.first()) + EDITABLE_MS;
    let left = EDITS_MAX.saturating_sub(post.history.len() - 1);
    json!({ "edits_remaining": left, "is_edit_eligible": true, "editable_until": times::rfc3339_ms(until) })
}
