//! A board's feed, read by the connector that knows boards and by the one that knows feeds.
//!
//! A feed has the newest entries and no more, so there is no past to read by time. What can be asked of a reader is
//! that it misses nothing of what flows by while it reads often enough: each wave is shorter than the feed.

use std::time::Duration;

use hark_doubles::Double;
use serde_json::{Value, json};

use crate::forums::native;
use crate::social::{double, ids};
use crate::source::Source;
use crate::trial::Host;
use crate::weather::{self, Spoilt};
use crate::{held, items};

/// Entries of the feed.
const FEED_ITEMS: u64 = 500;
/// Posts between two polls that go well.
const WAVE: u64 = 400;
/// Polls of one wave; with one in ten that fails, so many in a row never do.
const TRIES_MAX: u32 = 20;
/// A board that is busy is so for a second, in which nobody gets through.
const AFTER_TROUBLE: Duration = Duration::from_millis(100);

pub fn phpbb() {
    flow("phpbb", "forum", |url| json!({ "software": "phpbb", "url": url }), native);
}

pub fn rss() {
    let settings = |url: &str| json!({ "feeds": [format!("{url}/app.php/feed")] });
    // A feed's ids are addresses: those that the board knows itself by.
    let address = |id: String| format!("https://forum.example.com/viewtopic.php?p={id}#p{id}");
    flow("rss", "rss", settings, address);
}

fn flow(name: &str, connector: &str, settings: impl Fn(&str) -> Value, native: impl Fn(String) -> String) {
    let board = double("phpbb");
    board.control(json!({ "op": "feed-items", "items": FEED_ITEMS }));
    let source = Source::of_double(connector, &board.base_url(), settings(&board.base_url()));
    let waves = items().div_ceil(WAVE);
    weather::spoil(&board, waves);
    let mut host = Host::polled(&source);
    for _ in 0..waves {
        board.control(json!({ "op": "seed", "items": WAVE }));
        take_in(&board, &mut host);
    }
    let report = host.ends();
    let spoilt = Spoilt::of(&board);
    report.judge(name, &format!("{} of {} went wrong", spoilt.faults, spoilt.requests));
    spoilt.assert_one_in_ten();
    held::assert_same(&source.store(), ids(&board).into_iter().map(native));
}

/// Polls until the wave is in; of a feed that is cut off a part is.
fn take_in(board: &Double, host: &mut Host) {
    let (mut came, mut troubles) = (0, Vec::new());
    for _ in 0..TRIES_MAX {
        match host.polls() {
            Ok(new_items) => came += new_items,
            Err(trouble) => {
                troubles.push(trouble);
                // Nothing tells when a busy board is free again.
                std::thread::park_timeout(AFTER_TROUBLE);
            }
        }
        if came == WAVE {
            return;
        }
    }
    panic!("{} posts are on the board, {came} of the last {WAVE} came in: {troubles:?}", ids(board).len());
}
