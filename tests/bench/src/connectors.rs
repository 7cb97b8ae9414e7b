//! What each connector makes of a page: items a second through the sandbox, a fresh instance for each page, and
//! against the same code native where there is such a thing.
//!
//! The pages are the doubles': what a platform sends for as many items as it gives at once.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, Result};
use hark_doubles::client::{self, Asked};
use hark_doubles::platforms::{discourse, facebook, mastodon, nodebb, slack, x};
use hark_doubles::{Double, Options};
use hark_kit::connectors::{self, Language};
use hark_model::{Event, Raw};
use hark_runtime::{CallContext, Connector, Runtime, RuntimeOptions};
use hark_sdk::types::Raw as GuestRaw;
use serde_json::{Value, json};

use crate::figure::{Figure, median, middle};

const ROUNDS: u32 = 100;
const PROBES: u32 = 1_000;
const TIMEOUT: Duration = Duration::from_secs(10);
/// Most that the sandbox may cost, against the same code native.
const RATIO_MAX: f64 = 2.5;
/// What the rest of the pipeline is to do in a second: no connector in Rust may be slower.
const RUST_ITEMS_MIN: f64 = 20_000.0;
/// A connector that brings an interpreter must keep up with any platform's limits at least.
const OTHER_ITEMS_MIN: f64 = 1_000.0;

/// What a connector is measured with.
struct Page {
    settings: String,
    raw: Raw,
    items: usize,
}

/// A connector in Rust, with the names of its figures.
struct InRust {
    names: [&'static str; 2],
    id: &'static str,
    page: Page,
    native: fn(&Page) -> Result<usize>,
}

/// Measures all of them.
pub async fn measure() -> Result<Vec<Figure>> {
    let runtime = Runtime::new(RuntimeOptions::default())?;
    let mut figures = Vec::new();
    for of in in_rust().await? {
        let component = hark_bundled::component(of.id).context("the connector is bundled")?;
        let connector = runtime.load(component).await?;
        let inside = median(ROUNDS, async || inside(&connector, &of.page).await).await?;
        let outside = median(ROUNDS, async || all_of(&of.page, (of.native)(&of.page)?)).await?;
        let [speed, ratio] = of.names;
        figures.push(Figure::at_least(speed, rate(&of.page, inside), RUST_ITEMS_MIN, "items/s"));
        let against = inside.as_secs_f64() / outside.as_secs_f64();
        figures.push(Figure::at_most(ratio, against, RATIO_MAX, "times"));
    }
    figures.extend(other(&runtime, Language::Python).await?);
    figures.extend(other(&runtime, Language::JavaScript).await?);
    Ok(figures)
}

fn rate(page: &Page, took: Duration) -> f64 {
    page.items as f64 / took.as_secs_f64()
}

fn all_of(page: &Page, items: usize) -> Result<()> {
    anyhow::ensure!(items == page.items, "{items} of {} items of {}", page.items, page.raw.label);
    Ok(())
}

async fn inside(connector: &Connector, page: &Page) -> Result<()> {
    let context = CallContext { source: "bench".to_owned(), ..CallContext::default() };
    let events = connector.normalise(context, &page.settings, page.raw.clone()).await.result?;
    all_of(page, events.iter().filter(|event| matches!(event, Event::Item(_))).count())
}

fn native<C: hark_sdk::Connector>(page: &Page) -> Result<usize> {
    let said = |fault: hark_sdk::types::Fault| anyhow::anyhow!("{fault:?}");
    let settings = hark_sdk::parse_settings(&page.settings).map_err(said)?;
    let Raw { label, media_type, body, payload, received_at } = page.raw.clone();
    let raw = GuestRaw { label, media_type, body, payload, received_at };
    let events = C::normalise(&settings, raw).map_err(said)?;
    Ok(events.iter().filter(|event| matches!(event, hark_sdk::types::Event::Item(_))).count())
}

/// Measures the connector of this repository in that language, where it can be built.
async fn other(runtime: &std::sync::Arc<Runtime>, language: Language) -> Result<Vec<Figure>> {
    if let Some(why) = language.missing() {
        eprintln!("no figures of a connector in {language:?}: {why}");
        return Ok(Vec::new());
    }
    let (name, start, speed, page) = match language {
        Language::Python => (
            "mastodon",
            "instantiate a connector in Python (mastodon), median",
            "normalise 40 statuses of mastodon, in Python",
            mastodon().await?,
        ),
        Language::JavaScript => (
            "slack",
            "instantiate a connector in JavaScript (slack), median",
            "normalise 200 messages of slack, in JavaScript",
            slack().await?,
        ),
    };
    let file = connectors::component(&hark()?, name, language);
    let connector = runtime.load(&std::fs::read(file)?).await?;
    let mut instantiate = connector.probe(PROBES).await?.instantiate;
    let inside = median(ROUNDS, async || inside(&connector, &page).await).await?;
    let started = middle(&mut instantiate).as_secs_f64() * 1e6;
    Ok(vec![
        Figure::at_most(start, started, if language == Language::Python { 1_000.0 } else { 100.0 }, "us"),
        Figure::at_least(speed, rate(&page, inside), OTHER_ITEMS_MIN, "items/s"),
    ])
}

/// The `hark` binary beside this one.
fn hark() -> Result<PathBuf> {
    let binary = std::env::current_exe()?.with_file_name("hark");
    anyhow::ensure!(binary.exists(), "{} is not built: cargo build", binary.display());
    Ok(binary)
}

async fn in_rust() -> Result<Vec<InRust>> {
    Ok(vec![
        InRust {
            names: ["normalise 100 posts of x", "normalise 100 posts of x, against native"],
            id: "x",
            page: x_posts().await?,
            native: native::<hark_plugin_x::X>,
        },
        InRust {
            names: ["normalise 100 posts of facebook", "normalise 100 posts of facebook, against native"],
            id: "facebook",
            page: facebook_posts().await?,
            native: native::<hark_plugin_facebook::Facebook>,
        },
        InRust {
            names: ["normalise 50 posts of discourse", "normalise 50 posts of discourse, against native"],
            id: "forum",
            page: discourse_posts().await?,
            native: native::<hark_plugin_forum::Forum>,
        },
        InRust {
            names: ["normalise 20 posts of nodebb", "normalise 20 posts of nodebb, against native"],
            id: "forum",
            page: nodebb_topic().await?,
            native: native::<hark_plugin_forum::Forum>,
        },
        InRust {
            names: ["normalise 100 posts of phpbb", "normalise 100 posts of phpbb, against native"],
            id: "forum",
            page: phpbb_feed("software", "phpbb").await?,
            native: native::<hark_plugin_forum::Forum>,
        },
        InRust {
            names: ["normalise 100 entries by rss", "normalise 100 entries by rss, against native"],
            id: "rss",
            page: phpbb_feed("feeds", "").await?,
            native: native::<hark_plugin_rss::Rss>,
        },
        InRust {
            names: ["normalise a mail of 3 KiB", "normalise a mail of 3 KiB, against native"],
            id: "email",
            page: mail(),
            native: native::<hark_plugin_email::Email>,
        },
    ])
}

/// Fetches what `double` answers at `path`.
async fn page(
    double: &Double,
    path: &str,
    header: (&str, &str),
    settings: Value,
    items: usize,
) -> Result<Page> {
    let url = format!("{}{path}", double.base_url());
    // Discourse asks in whose name a key is used; the others do not look.
    let headers = [header, ("user-agent", "hark-bench"), ("api-username", "system")];
    let headers = headers.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
    let asked = Asked { method: "GET".to_owned(), url, headers, body: Vec::new(), timeout: TIMEOUT };
    let answered = client::send(asked).await?;
    anyhow::ensure!(answered.status == 200, "{path}: status {}", answered.status);
    let label = format!("GET {}{}", double.base_url(), path.split('?').next().unwrap_or(path));
    let raw = Raw {
        label,
        media_type: "application/json".to_owned(),
        body: answered.body,
        payload: 1,
        received_at: double.clock().now(),
    };
    Ok(Page { settings: settings.to_string(), raw, items })
}

fn seeded(platform: &str, items: usize) -> Result<Double> {
    let double = Double::start(platform, Options { control: false, ..Options::default() })?;
    double.try_control(json!({ "op": "seed", "items": items }))?;
    Ok(double)
}

fn bearer(token: &str) -> String {
    format!("Bearer {token}")
}

async fn x_posts() -> Result<Page> {
    let double = seeded("x", 100)?;
    let fields = "tweet.fields=author_id,conversation_id,created_at,edit_history_tweet_ids,entities,in_reply_to_user_id,lang,\
                  public_metrics,referenced_tweets&expansions=author_id&user.fields=name,public_metrics,username,verified";
    let path = format!("/2/tweets/search/recent?query=acme&max_results=100&{fields}");
    let settings = json!({ "api": double.base_url(), "query": "acme" });
    page(&double, &path, ("authorization", &bearer(x::APP_TOKEN)), settings, 100).await
}

async fn facebook_posts() -> Result<Page> {
    let double = seeded("facebook", 100)?;
    let fields = "id,message,created_time,updated_time,from,permalink_url,status_type,shares,\
                  reactions.limit(0).summary(true),comments.limit(0).summary(true)";
    let path = format!("/v26.0/{}/feed?limit=100&fields={fields}", facebook::PAGE_ID);
    let settings = json!({ "api": double.base_url(), "page": facebook::PAGE_ID.to_string() });
    page(&double, &path, ("authorization", &bearer(facebook::PAGE_TOKEN)), settings, 100).await
}

async fn discourse_posts() -> Result<Page> {
    let double = seeded("discourse", 50)?;
    let settings = json!({ "software": "discourse", "url": double.base_url() });
    page(&double, "/posts.json", ("api-key", discourse::API_KEY), settings, 50).await
}

async fn nodebb_topic() -> Result<Page> {
    let double = seeded("nodebb", 30)?;
    let posts = double.try_control(json!({ "op": "insert", "text": "which topic?" }))?;
    // Topics are numbered; the one before the last has the thirty.
    let topic = posts["topic"].as_u64().context("a topic")? - 1;
    let settings = json!({ "software": "nodebb", "url": double.base_url() });
    let path = format!("/api/topic/{topic}?sort=newest_to_oldest&page=1");
    page(&double, &path, ("authorization", &bearer(nodebb::TOKEN)), settings, 20).await
}

/// A board's feed, for the connector of boards or that of feeds.
async fn phpbb_feed(setting: &str, software: &str) -> Result<Page> {
    let double = seeded("phpbb", 100)?;
    double.try_control(json!({ "op": "feed-items", "items": 100 }))?;
    let settings = match setting {
        "feeds" => json!({ "feeds": [format!("{}/app.php/feed", double.base_url())] }),
        _ => json!({ "software": software, "url": double.base_url() }),
    };
    let mut page = page(&double, "/app.php/feed", ("accept", "*/*"), settings, 100).await?;
    page.raw.media_type = "application/atom+xml".to_owned();
    if setting == "feeds" {
        page.raw.label = format!("{}/app.php/feed", double.base_url());
    }
    Ok(page)
}

async fn mastodon() -> Result<Page> {
    let double = seeded("mastodon", 40)?;
    let settings = json!({ "instance": double.base_url() });
    let token = bearer(mastodon::USER_TOKEN);
    page(&double, "/api/v1/timelines/home?limit=40", ("authorization", &token), settings, 40).await
}

async fn slack() -> Result<Page> {
    let double = seeded("slack", 200)?;
    let settings = json!({
        "team": slack::TEAM, "channels": [slack::CHANNEL], "api": format!("{}/api", double.base_url()),
    });
    let path = format!("/api/conversations.history?channel={}&limit=200", slack::CHANNEL);
    let mut page = page(&double, &path, ("authorization", &bearer(slack::BOT_TOKEN)), settings, 200).await?;
    // Slack's answer does not name the channel, its label does.
    page.raw.label = format!("GET {}{path}", double.base_url());
    Ok(page)
}

/// A mail as a person writes it: text and HTML, with a quoted answer.
fn mail() -> Page {
    let words =
        "My acme widget stopped after the update, and nobody answers the phone. The lamp went red.\r\n";
    let quoted = format!("> {words}").repeat(5);
    let html = format!("<p>{}</p><blockquote>{}</blockquote>", words.repeat(8), words.repeat(4));
    let body = format!(
        "From: Jo Fictional <jo@example.org>\r\nTo: support@example.com\r\nSubject: =?utf-8?q?Widget_l=C3=A4uft_nicht?=\r\n\
         Date: Fri, 24 Jul 2026 09:12:45 +0000\r\nMessage-ID: <a1@example.org>\r\nReferences: <a0@example.org>\r\n\
         MIME-Version: 1.0\r\nContent-Type: multipart/alternative; boundary=b\r\n\r\n\
         --b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{}\r\n{quoted}\r\n\
         --b\r\nContent-Type: text/html; charset=utf-8\r\n\r\n{html}\r\n--b--\r\n",
        words.repeat(8),
    );
    let raw = Raw {
        label: "imap uidvalidity=7 uid=9 received=1784885565000 mailbox=INBOX".to_owned(),
        media_type: "message/rfc822".to_owned(),
        body: body.into_bytes(),
        payload: 1,
        received_at: 1_784_885_565_000,
    };
    let settings = json!({ "host": "imap.example.com", "user": "support@example.com" });
    Page { settings: settings.to_string(), raw, items: 1 }
}
