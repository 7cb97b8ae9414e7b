//! Facebook, X, Mastodon and Slack, read by time.

use hark_doubles::platforms::{facebook, mastodon, slack, x};
use hark_doubles::{Double, Options};
use hark_kit::connectors::{self, Language};
use serde_json::json;

use crate::source::Source;
use crate::trial::Host;
use crate::weather::{self, Spoilt};
use crate::{held, items};

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

/// Reads all that is on the double, in bad weather, and judges what the host says. Items are `span_ms` apart;
/// `requests` is how many there will be, more or less.
pub fn read_past(name: &str, double: &Double, source: &Source, stream: &str, span_ms: i64, requests: u64) {
    weather::spoil(double, requests);
    let until = double.clock().now();
    let since = until - (items() as i64 + MARGIN) * span_ms;
    let host = Host::backfill(source, stream, since, until);
    let report = host.done(|time| double.clock().set(time));
    let spoilt = Spoilt::of(double);
    report.judge(name, &format!("{} of {} went wrong", spoilt.faults, spoilt.requests));
    spoilt.assert_one_in_ten();
}

pub fn facebook() {
    let double = double("facebook");
    // The window is an hour long: what is left of it is told in percent, and the connector slows down.
    lift(&double, &["pages"]);
    let posts = items() * 93 / 100;
    double.control(json!({ "op": "seed", "items": posts, "talked_about": TALKED_ABOUT }));
    let settings = json!({ "page": facebook::PAGE_ID.to_string(), "api": double.base_url() });
    let source = Source::of_double("facebook", &double.base_url(), settings)
        .credential("page-token", facebook::PAGE_TOKEN);
    read_past("facebook", &double, &source, "feed", MINUTE, posts / 100 + posts / TALKED_ABOUT * 3 / 4);
    held::assert_same(&source.store(), ids(&double));
}

/// With X's allowance as it is: the host waits for its end four times, without X's token of the next page.
pub fn x() {
    let double = double("x");
    // The newest seconds cannot be searched yet: they are for live reading.
    let now = double.clock().now();
    double.clock().set(now - FRESH_MS);
    double.control(json!({ "op": "seed", "items": items() }));
    double.clock().set(now);
    let settings = json!({ "api": double.base_url(), "query": "acme" });
    let source =
        Source::of_double("x", &double.base_url(), settings).credential("bearer-token", x::APP_TOKEN);
    read_past("x", &double, &source, "search", SECOND, items() / 100);
    held::assert_same(&source.store(), ids(&double));
}

/// With the instance's allowance as it is; without threads, each of which costs a request of its own.
pub fn mastodon() {
    let double = double("mastodon");
    double.control(json!({ "op": "seed", "items": items() }));
    let settings = json!({ "instance": double.base_url(), "threads": false });
    let file = built("mastodon", Language::Python);
    let source =
        Source::of_double(file, &double.base_url(), settings).credential("token", mastodon::USER_TOKEN);
    read_past("mastodon", &double, &source, "home", SECOND, items() / 40);
    held::assert_same(&source.store(), ids(&double));
}

/// Three of ten messages stand in threads.
pub fn slack() {
    let double = double("slack");
    lift(&double, &["conversations.history", "conversations.replies"]);
    double.control(json!({ "op": "seed", "items": items(), "threads": true }));
    let settings = json!({
        "team": slack::TEAM, "channels": [slack::CHANNEL], "bot_user": slack::OWN_USER,
        "api": format!("{}/api", double.base_url()),
    });
    let file = built("slack", Language::JavaScript);
    let source = Source::of_double(file, &double.base_url(), settings).credential("token", slack::BOT_TOKEN);
    read_past("slack", &double, &source, "messages", SECOND, items() / 200 + items() / 10);
    let native = |ts: String| format!("{}/{}/{ts}", slack::TEAM, slack::CHANNEL);
    held::assert_same(&source.store(), ids(&double).into_iter().map(native));
}

/// Builds a connector of this repository that is not in Rust and returns its file.
fn built(name: &str, language: Language) -> String {
    let file = connectors::component(env!("CARGO_BIN_EXE_hark").as_ref(), name, language);
    file.to_str().unwrap().to_owned()
}
