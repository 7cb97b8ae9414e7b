//! Bounds of the connector.

/// Longest time that one request may take.
pub const REQUEST_MS_MAX: i64 = 20_000;
/// With less time than this left, no further request is sent.
pub const SPARE_MS: i64 = 1_500;
/// Shortest pause between two reads of posts or messages. Discourse lets an API key ask 60 times a minute by
/// default; a read without news costs one request and, once a minute, one for the categories, so that all streams
/// together leave more than half of that. NodeBB and phpBB have no such limit.
pub const POLL_MS_MIN: u64 = 10_000;
/// Shortest pause between two reads of reports, each of which may be several pages.
pub const FLAGS_POLL_MS_MIN: u64 = 30_000;
/// One day.
pub const DAY_MS: i64 = 24 * 60 * 60 * 1_000;
/// How long a stream that is switched off asks not to be read.
pub const OFF_MS: i64 = DAY_MS;
/// Longest native id that the contract allows.
pub const ID_BYTES_MAX: usize = 512;
/// Longest markup that is passed on; the contract's bound.
pub const HTML_BYTES_MAX: usize = 4 << 20;
/// Longest line that is passed on: titles, names.
pub const LINE_BYTES_MAX: usize = 1_000;
/// Bytes of markup that one batch carries; the first post always fits.
pub const BATCH_BYTES_MAX: usize = 6 << 20;
/// Most events that one post gives: author, conversation, post.
pub const POST_EVENTS_MAX: u32 = 3;

/// Posts that a page of Discourse holds.
pub const PAGE_POSTS: u64 = 50;
/// Posts that Discourse gives by id in one request.
pub const CHUNK_POSTS: usize = 20;
/// Stretches of posts that a cursor remembers as not read yet.
pub const HOLES_MAX: usize = 8;
/// Empty pages in a row after which a forum that does not count by windows is at its end.
pub const EMPTY_PAGES_MAX: u32 = 3;
/// Posts whose state the cursor remembers, to see edits and removals.
pub const RECENT_MAX: usize = 100;
/// Posts that vanished from the newest page and are asked for one by one in one read.
pub const VANISHED_MAX: usize = 5;
/// Posts that no page shows and that are asked for one by one in one read, to find whispers.
pub const UNLISTED_MAX: usize = 5;
/// Most ids without a post on a page that are looked at for whispers.
pub const UNLISTED_SPAN_MAX: u64 = 1_000;
/// Most of them that a cursor remembers.
pub const UNLISTED_KEPT_MAX: usize = 250;
/// Topics that are asked for in one read, to find what is answered.
pub const TOPICS_MAX: usize = 8;
/// Pages of the review queue in one read.
pub const REVIEW_PAGES_MAX: usize = 5;
/// Reports whose state the cursor remembers.
pub const REPORTS_MAX: usize = 500;
/// Categories whose last post or members are asked for one by one.
pub const DETAILS_MAX: usize = 15;
/// Longest answer that is sent, in characters: the default of Discourse.
pub const REPLY_CHARS_MAX: u32 = 32_000;

/// Pages of new posts that one read of NodeBB follows.
pub const NODEBB_PAGES_MAX: u32 = 50;
/// Pages of the list of all posts that a backfill of NodeBB follows: two million posts.
pub const NODEBB_LIST_PAGES_MAX: u32 = 100_000;
/// Pages in a row without a post for us after which that list is at its end.
pub const NODEBB_EMPTY_PAGES_MAX: u32 = 10;
/// Topics that the cursor of a backfill of NodeBB remembers as read.
pub const NODEBB_TOPICS_MAX: usize = 6_000;
/// How long it counts for a backfill who may read a category.
pub const RIGHTS_MS: i64 = 10 * 60 * 1_000;
/// Pages of one topic that one read of NodeBB follows.
pub const TOPIC_PAGES_MAX: u32 = 5;

/// Bytes of a phpBB feed that is read: reading takes several times as much memory.
pub const FEED_BYTES_MAX: usize = 4 << 20;
/// Entries of a phpBB feed that are looked at.
pub const ENTRIES_MAX: usize = 1_000;
/// Entries that the cursor of phpBB remembers.
pub const SEEN_MAX: usize = 2_000;
