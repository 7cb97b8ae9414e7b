//! What Discourse sends, as far as it is used. All that a version or plugin may leave out is optional.

use serde::Deserialize;
use serde_json::Value;

use crate::lenient::{flag, id, maybe_id, maybe_number};

/// `/posts.json` and `/private-posts.json`.
#[derive(Debug, Deserialize)]
pub struct PostPage {
    #[serde(alias = "private_posts")]
    pub latest_posts: Vec<Value>,
}

/// A post, from a page, a topic or a delivery.
#[derive(Debug, Clone, Deserialize)]
pub struct Post {
    #[serde(deserialize_with = "id")]
    pub id: u64,
    #[serde(deserialize_with = "id")]
    pub topic_id: u64,
    #[serde(default, deserialize_with = "maybe_id")]
    pub post_number: Option<u64>,
    /// 1 regular, 2 moderator action, 3 small action, 4 whisper.
    #[serde(default, deserialize_with = "maybe_id")]
    pub post_type: Option<u64>,
    #[serde(default, deserialize_with = "maybe_id")]
    pub reply_to_post_number: Option<u64>,
    #[serde(default)]
    pub name: Option<String>,
    #[serde(default)]
    pub username: Option<String>,
    #[serde(default)]
    pub avatar_template: Option<String>,
    /// Below zero for the forum's own bots.
    #[serde(default, deserialize_with = "maybe_number")]
    pub user_id: Option<i64>,
    #[serde(default)]
    pub created_at: Option<String>,
    #[serde(default)]
    pub updated_at: Option<String>,
    #[serde(default)]
    pub deleted_at: Option<String>,
    #[serde(default)]
    pub deleted_by: Option<User>,
    #[serde(default, deserialize_with = "flag")]
    pub user_deleted: bool,
    #[serde(default)]
    pub cooked: Option<String>,
    #[serde(default)]
    pub raw: Option<String>,
    #[serde(default, deserialize_with = "maybe_number")]
    pub version: Option<i64>,
    #[serde(default, deserialize_with = "flag")]
    pub hidden: bool,
    /// The words were taken out of `cooked`, too.
    #[serde(default, deserialize_with = "flag")]
    pub cooked_hidden: bool,
    #[serde(default, deserialize_with = "flag")]
    pub yours: bool,
    #[serde(default, deserialize_with = "flag")]
    pub is_auto_generated: bool,
    #[serde(default)]
    pub action_code: Option<String>,
    #[serde(default)]
    pub action_code_who: Option<String>,
    #[serde(default)]
    pub topic_title: Option<String>,
    #[serde(default)]
    pub topic_archetype: Option<String>,
    #[serde(default, deserialize_with = "maybe_id")]
    pub category_id: Option<u64>,
    #[serde(default, deserialize_with = "maybe_id")]
    pub reply_count: Option<u64>,
    #[serde(default, deserialize_with = "maybe_id")]
    pub reads: Option<u64>,
    #[serde(default)]
    pub actions_summary: Option<Vec<ActionSummary>>,
    #[serde(default)]
    pub mentioned_users: Option<Vec<User>>,
}

/// How often something was done to a post; 2 is a like.
#[derive(Debug, Clone, Deserialize)]
pub struct ActionSummary {
    #[serde(default, deserialize_with = "maybe_id")]
    pub id: Option<u64>,
    #[serde(default, deserialize_with = "maybe_id")]
    pub count: Option<u64>,
}

/// A user in short.
#[derive(Debug, Clone, Deserialize)]
pub struct User {
    #[serde(default, deserialize_with = "maybe_number")]
    pub id: Option<i64>,
    #[serde(default)]
    pub username: Option<String>,
    #[serde(default, deserialize_with = "flag")]
    pub admin: bool,
    #[serde(default, deserialize_with = "flag")]
    pub moderator: bool,
}

/// `/t/ID.json`, and a topic in a delivery.
#[derive(Debug, Clone, Deserialize)]
pub struct Topic {
    #[serde(deserialize_with = "id")]
    pub id: u64,
    #[serde(default)]
    pub title: Option<String>,
    #[serde(default)]
    pub archetype: Option<String>,
    #[serde(default, deserialize_with = "maybe_id")]
    pub category_id: Option<u64>,
    /// Missing means yes.
    #[serde(default)]
    pub visible: Option<bool>,
    #[serde(default, deserialize_with = "flag")]
    pub closed: bool,
    #[serde(default, deserialize_with = "flag")]
    pub archived: bool,
    #[serde(default)]
    pub deleted_at: Option<String>,
    #[serde(default)]
    pub tags: Option<Vec<Tag>>,
    #[serde(default)]
    pub post_stream: Option<PostStream>,
}

/// A tag: a name of old, an object since 2026.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
pub enum Tag {
    Name(String),
    Named { name: String },
    Other(serde::de::IgnoredAny),
}

/// The posts of a topic: some whole, all by id.
#[derive(Debug, Clone, Deserialize)]
pub struct PostStream {
    #[serde(default)]
    pub posts: Vec<Value>,
    #[serde(default)]
    pub stream: Vec<u64>,
}

/// `/t/ID/posts.json`.
#[derive(Debug, Deserialize)]
pub struct TopicPosts {
    pub post_stream: PostStream,
}

/// `/site.json`.
#[derive(Debug, Deserialize)]
pub struct Site {
    #[serde(default)]
    pub categories: Vec<Category>,
}

/// `/categories.json`.
#[derive(Debug, Deserialize)]
pub struct CategoryPage {
    pub category_list: CategoryList,
}

/// The list within [`CategoryPage`].
#[derive(Debug, Deserialize)]
pub struct CategoryList {
    #[serde(default)]
    pub categories: Vec<Category>,
}

/// A category.
#[derive(Debug, Clone, Deserialize)]
pub struct Category {
    #[serde(deserialize_with = "id")]
    pub id: u64,
    #[serde(default)]
    pub name: Option<String>,
    #[serde(default)]
    pub slug: Option<String>,
    #[serde(default, deserialize_with = "maybe_id")]
    pub parent_category_id: Option<u64>,
    #[serde(default, deserialize_with = "flag")]
    pub read_restricted: bool,
    #[serde(default)]
    pub subcategory_list: Option<Vec<Category>>,
    #[serde(default)]
    pub topics: Option<Vec<ListedTopic>>,
    #[serde(default)]
    pub group_permissions: Option<Vec<GroupPermission>>,
}

/// A topic in a list.
#[derive(Debug, Clone, Deserialize)]
pub struct ListedTopic {
    #[serde(default)]
    pub last_posted_at: Option<String>,
    #[serde(default)]
    pub bumped_at: Option<String>,
}

/// Which group may do what in a category.
#[derive(Debug, Clone, Deserialize)]
pub struct GroupPermission {
    #[serde(default)]
    pub group_name: Option<String>,
}

/// `/c/ID/show.json`.
#[derive(Debug, Deserialize)]
pub struct CategoryShown {
    pub category: Category,
}

/// `/latest.json` and its like.
#[derive(Debug, Deserialize)]
pub struct TopicPage {
    pub topic_list: TopicList,
}

/// The list within [`TopicPage`].
#[derive(Debug, Deserialize)]
pub struct TopicList {
    #[serde(default)]
    pub topics: Vec<ListedTopic>,
}

/// `/groups.json`.
#[derive(Debug, Deserialize)]
pub struct GroupPage {
    #[serde(default)]
    pub groups: Vec<Group>,
}

/// A group.
#[derive(Debug, Deserialize)]
pub struct Group {
    #[serde(default)]
    pub name: Option<String>,
    #[serde(default, deserialize_with = "maybe_id")]
    pub user_count: Option<u64>,
}

/// `/about.json`.
#[derive(Debug, Deserialize)]
pub struct About {
    pub about: AboutForum,
}

/// The forum within [`About`].
#[derive(Debug, Deserialize)]
pub struct AboutForum {
    #[serde(default)]
    pub stats: Option<Stats>,
}

/// Figures of the forum.
#[derive(Debug, Deserialize)]
pub struct Stats {
    /// `user_count` of old.
    #[serde(default, alias = "user_count", deserialize_with = "maybe_id")]
    pub users_count: Option<u64>,
}

/// `/session/current.json`.
#[derive(Debug, Deserialize)]
pub struct Session {
    pub current_user: User,
}

/// What Discourse answers instead: `errors` with words, and a type.
#[derive(Debug, Default, Deserialize)]
pub struct Refusal {
    #[serde(default)]
    pub errors: Option<Vec<String>>,
    #[serde(default)]
    pub error_type: Option<String>,
    #[serde(default)]
    pub extras: Option<Extras>,
}

/// More about a refusal.
#[derive(Debug, Default, Deserialize)]
pub struct Extras {
    #[serde(default, deserialize_with = "maybe_number")]
    pub wait_seconds: Option<i64>,
}

/// `/review.json`, with what it refers to beside it.
#[derive(Debug, Deserialize)]
pub struct ReviewPage {
    #[serde(default)]
    pub reviewables: Vec<Value>,
    #[serde(default)]
    pub reviewable_scores: Vec<Score>,
    #[serde(default, alias = "reviewable_score_types")]
    pub score_types: Vec<ScoreType>,
}

/// Something for the moderators to look at.
#[derive(Debug, Deserialize)]
pub struct Reviewable {
    #[serde(deserialize_with = "id")]
    pub id: u64,
    #[serde(default, rename = "type")]
    pub kind: Option<String>,
    /// 0 to 4, or a word.
    #[serde(default)]
    pub status: Option<Value>,
    #[serde(default)]
    pub created_at: Option<String>,
    #[serde(default, deserialize_with = "maybe_id")]
    pub post_id: Option<u64>,
    #[serde(default, deserialize_with = "maybe_number")]
    pub created_by_id: Option<i64>,
    #[serde(default)]
    pub created_by: Option<User>,
    /// Ids in a page, objects in a delivery.
    #[serde(default, alias = "reviewable_score_ids")]
    pub reviewable_scores: Option<Vec<ScoreOrId>>,
}

/// A score, whole or by id.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub enum ScoreOrId {
    Id(u64),
    Score(Score),
    Other(serde::de::IgnoredAny),
}

/// One member's report.
#[derive(Debug, Clone, Deserialize)]
pub struct Score {
    #[serde(deserialize_with = "id")]
    pub id: u64,
    #[serde(default)]
    pub reason: Option<String>,
    #[serde(default)]
    pub score_type: Option<ScoreType>,
    #[serde(default, alias = "reviewable_score_type", deserialize_with = "maybe_id")]
    pub score_type_id: Option<u64>,
}

/// What a report says.
#[derive(Debug, Clone, Deserialize)]
pub struct ScoreType {
    #[serde(default, deserialize_with = "maybe_id")]
    pub id: Option<u64>,
    #[serde(default)]
    pub title: Option<String>,
}

/// The answer to a new post that waits for a moderator, or was refused.
#[derive(Debug, Deserialize)]
pub struct Queued {
    #[serde(default)]
    pub action: Option<String>,
}
