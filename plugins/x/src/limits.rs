//! Bounds of the connector, and those of X that it keeps to.

use hark_sdk::types::Ms;

/// Longest search that X takes from anybody; those who serve themselves may have 512.
pub const QUERY_CHARS_MAX: usize = 4096;
/// Most posts of a page, and most ids of a look-up.
pub const PAGE_MAX: u64 = 100;
/// Fewest posts of a page of search results.
pub const SEARCH_PAGE_MIN: u64 = 10;
/// Fewest posts of a page of mentions.
pub const MENTIONS_PAGE_MIN: u64 = 5;
/// How far back recent search reaches: seven days, less a minute for the way of the request.
pub const SEARCH_REACH_MS: Ms = 7 * 24 * 3_600_000 - 60_000;
/// Most mentions that X shows, the newest ones.
pub const MENTIONS_REACH: u64 = 800;
/// How long before now a range may end at the latest: X wants ten seconds.
pub const END_MS_MIN: Ms = 15_000;
/// How long a run reads a backlog before it looks again for what is new.
pub const LOOK_MS: Ms = 60_000;
/// Most holes of a stream at one time; a further one is not made before one is closed.
pub const HOLES_MAX: usize = 16;
/// After this time a post is found, if it is found at all.
pub const SETTLED_MS: Ms = 3_600_000;
/// Longest first read, in hours: within what search reaches.
pub const LOOKBACK_HOURS_MAX: u32 = 167;
/// Most events that one post becomes: author, conversation, itself.
pub const EVENTS_PER_POST: usize = 3;
/// Time that must be left for another request.
pub const SPARE_MS: Ms = 2_000;
/// Longest time that one request may take.
pub const REQUEST_MS_MAX: u32 = 15_000;
/// Longest pause that a limit of X may ask for.
pub const LIMIT_MS_MAX: Ms = 24 * 3_600_000;
/// Own posts that are looked through for a reply that may have arrived.
pub const OWN_POSTS: u64 = 20;
/// Longest title that is made of the first words of a post.
pub const TITLE_CHARS_MAX: usize = 80;
/// Most relations and most attachments and tags of an item, as far as a post goes.
pub const LIST_MAX: usize = 256;
