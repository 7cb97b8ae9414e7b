//! Facebook, X, Mastodon and Slack, read by time.

use hark_doubles::platforms::{facebook, mastodon, slack, x};
use hark_doubles::{Double, Options};
use hark_kit::connectors::{self, Language};
use serde_json::json;

use crate::source::Source;
use crate::trial::Host;
use crate::weather::{self, Spoilt};
use crate::{held, items, items_slow};

/// More requests than any trial makes.
const LIMITLESS: u32 = u32::MAX;
/// Of Facebook's posts one in so many has comments: each costs a request of its own.
const TALKED_ABOUT: u64 = 20;
/// Items that the span which is read is longer than it need be.
const MARGIN: i64 = 100;
/// Age that a post on X has when a backfill finds it.
const FRESH_MS: i64 = 20_000;
const SECOND: i64 = 1_000;
/// As far apart are what is generated on Facebook and in forums.
pub const MINUTE: i64 = 60_000;

/// Starts a double whose clock shows the host's time.
pub fn double(platform: &str) -> Double {
    let now_ms = hark_pipeline::now();
    Double::start(platform, Options { now_ms, control: false, ..Options::default() }).unwrap()
}

/// Lifts allowances that begin anew within a minute: a host waits such a time out, which is no use here.
pub fn lift(double: &Double, buckets: &[&str]) {
    for bucket in buckets {
        double.control(json!({ "op": "limit", "bucket": bucket, "limit": LIMITLESS }));
    }
}

/// Ids of all that there is on a double.
pub fn ids(double: &Double) -> Vec<String> {
    let ids = double.control(json!({ "op": "ids" }));
    ids.as_array().unwrap().iter().map(|id| id.as_str().unwrap().to_owned()).collect()
}

/// What there is to read.
pub struct Past<'a> {
    pub stream: &'a str,
    pub items: u64,
    /// Time between two items.
    pub step_ms: i64,
    /// How many requests there will be, more or less.
    pub requests: u64,
}

/// Reads all that is on the double, in bad weather, and judges what the host says.
pub fn read_past(name: &str, double: &Double, source: &Source, past: &Past<'_>) {
    weather::spoil(double, past.requests);
    let until = double.clock().now();
    let since = until - (past.items as i64 + MARGIN) * past.step_ms;
    let host = Host::backfill(source, past.stream, since, until);
    // Told in whole seconds: the window may end a part of one later, and the double's clock stands still.
    let report = host.done(|time| double.clock().set(time + SECOND));
    let spoilt = Spoilt::of(double);
    report.judge(name, &format!("{} of {} went wrong", spoilt.faults, spoilt.requests));
    spoilt.assert_one_in_ten();
}

pub fn facebook() {
    let items = items();
    let double = double("facebook");
    // The window is an hour long: what is left of it is told in percent, and the connector slows down.
    lift(&double, &["pages"]);
    let posts = items * 93 / 100;
    double.control(json!({ "op": "seed", "items": posts, "talked_about": TALKED_ABOUT }));
    let settings = json!({ "page": facebook::PAGE_ID.to_string(), "api": double.base_url() });
    let source = Source::of_double("facebook", &double.base_url(), settings)
        .credential("page-token", facebook::PAGE_TOKEN);
    let past =
        Past { stream: "feed", items, step_ms: MINUTE, requests: posts / 100 + posts / TALKED_ABOUT * 3 / 4 };
    read_past("facebook", &double, &source, &past);
    held::assert_same(&source.store(), ids(&double));
}

/// With X's allowance as it is: the host waits for its end four times, without X's token of the next page.
pub fn x() {
    let items = items();
    let double = double("x");
    // The newest seconds cannot be searched yet: they are for live reading.
    let now = double.clock().now();
    double.clock().set(now - FRESH_MS);
    double.control(json!({ "op": "seed", "items": items }));
    double.clock().set(now);
    let settings = json!({ "api": double.base_url(), "query": "acme" });
    let source =
        Source::of_double("x", &double.base_url(), settings).credential("bearer-token", x::APP_TOKEN);
    let past = Past { stream: "search", items, step_ms: SECOND, requests: items / 100 };
    read_past("x", &double, &source, &past);
    held::assert_same(&source.store(), ids(&double));
}

/// With the instance's allowance as it is; without threads, each of which costs a request of its own.
pub fn mastodon() {
    let items = items_slow();
    let double = double("mastodon");
    double.control(json!({ "op": "seed", "items": items }));
    let settings = json!({ "instance": double.base_url(), "threads": false });
    let file = built("mastodon", Language::Python);
    let source =
        Source::of_double(file, &double.base_url(), settings).credential("token", mastodon::USER_TOKEN);
    let past = Past { stream: "home", items, step_ms: SECOND, requests: items / 40 };
    read_past("mastodon", &double, &source, &past);
    held::assert_same(&source.store(), ids(&double));
}

/// Three of ten messages stand in threads.
pub fn slack() {
    let items = items_slow();
    let double = double("slack");
    lift(&double, &["conversations.history", "conversations.replies"]);
    double.control(json!({ "op": "seed", "items": items, "threads": true }));
    let settings = json!({
        "team": slack::TEAM, "channels": [slack::CHANNEL], "bot_user": slack::OWN_USER,
        "api": format!("{}/api", double.base_url()),
    });
    let file = built("slack", Language::JavaScript);
    let source = Source::of_double(file, &double.base_url(), settings).credential("token", slack::BOT_TOKEN);
    let past = Past { stream: "messages", items, step_ms: SECOND, requests: items / 200 + items / 10 };
    read_past("slack", &double, &source, &past);
    let native = |ts: String| format!("{}/{}/{ts}", slack::TEAM, slack::CHANNEL);
    held::assert_same(&source.store(), ids(&double).into_iter().map(native));
}

/// Builds a connector of this repository that is not in Rust and returns its file.
fn built(name: &str, language: Language) -> String {
    let file = connectors::component(env!("CARGO_BIN_EXE_hark").as_ref(), name, language);
    file.to_str().unwrap().to_owned()
}
