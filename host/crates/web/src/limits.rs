//! Bounds of the pages.

use std::time::Duration;

/// Longest path and query of a request.
pub const URI_BYTES_MAX: usize = 8 << 10;
/// Longest filter of a search: what an address can hold, with its letters encoded.
pub const FILTER_BYTES_MAX: usize = 2 << 10;
/// Longest name of a source, team or language in a query.
pub const NAME_BYTES_MAX: usize = 256;
/// Most values of one key in a query.
pub const VALUES_MAX: usize = 16;
/// Rows of a page.
pub const PAGE_ROWS: u32 = 40;
/// Most rows that the JSON feed gives at once.
pub const API_ROWS_MAX: u32 = 500;
/// Characters of an item's text in a row of the feed.
pub const EXCERPT_CHARS: usize = 280;
/// Characters before the first hit of a search, when the text has to be cut.
pub const EXCERPT_CHARS_BEFORE_HIT: usize = 60;
/// Characters of an item's text on its thread's page.
pub const TEXT_CHARS_MAX: usize = 20_000;
/// Characters of a title, name or place.
pub const LINE_CHARS_MAX: usize = 160;
/// Words that the reason of a sentiment lists.
pub const EVIDENCE_MAX: usize = 12;
/// Tags that a row shows.
pub const TAGS_MAX: usize = 8;
/// Items of one thread whose files are listed.
pub const FILE_LISTS_MAX: usize = 32;
/// Sources, or teams, that the side bar lists.
pub const SIDE_ENTRIES_MAX: usize = 50;
/// Live streams at a time; more are turned away with 503.
pub const LIVE_STREAMS_MAX: usize = 64;
/// Rows of one live step; when there are more, the page is told to load anew.
pub const LIVE_ROWS_MAX: u32 = 100;
/// Least time between two looks of one live stream.
pub const LIVE_PAUSE: Duration = Duration::from_millis(200);
/// Longest silence on a live stream.
pub const LIVE_KEEP_ALIVE: Duration = Duration::from_secs(15);
/// Looks for the newest row before the search for it is given up.
pub const NEWEST_LOOKS_MAX: usize = 64;
/// Connections at a time, live streams among them; more wait in the system's queue.
pub const CONNECTIONS_MAX: usize = 512;
/// Time for the head of a request, and so the longest rest of a connection that is kept.
pub const HEAD_WAIT: Duration = Duration::from_secs(10);
/// How long a browser or platform may take nothing of what it is sent.
pub const WRITE_WAIT: Duration = Duration::from_secs(20);
/// Bytes of one connection that are held, the head of a request among them.
pub const CONNECTION_BUFFER_BYTES_MAX: usize = 64 << 10;
/// Pause after a connection could not be taken for want of something of ours.
pub const ACCEPT_PAUSE: Duration = Duration::from_secs(1);
/// Largest delivery.
pub const DELIVERY_BYTES_MAX: usize = 4 << 20;
/// Deliveries at a time, and so bodies in memory; more wait a moment.
pub const DELIVERIES_AT_ONCE: usize = 16;
/// Deliveries at a time with those that wait; more are turned away with 503.
pub const DELIVERIES_IN_LINE: usize = 256;
/// Longest wait of a delivery for its place; it is turned away with 503 then.
pub const DELIVERY_PLACE_WAIT: Duration = Duration::from_secs(1);
/// Longest wait for the body of a delivery.
pub const DELIVERY_BODY_WAIT: Duration = Duration::from_secs(10);
/// After how many seconds a delivery that was turned away may come again.
pub const DELIVERY_RETRY_SECS: u64 = 5;
/// Headers of a connector's answer that are sent.
pub const DELIVERY_HEADERS_MAX: usize = 32;
/// Requests for pages of experts in a minute, a tenth of them at once; more are turned away with 429.
pub const ASKS_PER_MIN: u32 = 600;
/// Requests for pages of experts that are answered at a time; more are turned away with 503.
pub const ASKS_AT_ONCE: usize = 16;
/// Characters of an expert's answer.
pub const ASK_ANSWER_CHARS_MAX: usize = 16_000;
/// Bytes of a form: an answer of the longest sort, each byte of it as three.
pub const ASK_FORM_BYTES_MAX: usize = 4 * 4 * ASK_ANSWER_CHARS_MAX;
/// Longest wait for a form.
pub const ASK_FORM_WAIT: Duration = Duration::from_secs(10);
/// Items of a thread that an expert is shown; the newest are.
pub const ASK_ITEMS_MAX: usize = 500;
