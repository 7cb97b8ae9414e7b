//! The JSON feed and the live stream.
#![allow(clippy::unwrap_used, reason = "a test may end at once")]

mod support;

use std::time::Duration;

use hark_model::{Priority, Zone};
use serde_json::Value;
use support::{NOON, Said, Site, said};

async fn json(site: &Site, path: &str) -> Value {
    let answer = site.get(path).await;
    assert_eq!((answer.status, answer.header("content-type")), (200, Some("application/json")), "{path}");
    serde_json::from_str(&answer.body).unwrap()
}

#[tokio::test]
async fn the_json_feed_says_what_the_page_says() {
    let site = Site::start().await;
    let mail = site.source("support-mail", "imap", Zone::Extranet).await;
    let items: Vec<Said> = (0..5)
        .map(|n| Said {
            at: NOON + n,
            opinion: Some(("negative", -0.5, vec![("bad", -0.5)])),
            route: Some(("payments", Priority::High, "r", &["t"])),
            ..said(&n.to_string(), &format!("Item {n}"), "bad \u{202e}")
        })
        .collect();
    site.say(mail, &items).await;
    let first = json(&site, "/api/feed?limit=3&zone=extranet").await;
    assert_eq!((first["total"].as_u64(), first["items"].as_array().unwrap().len()), (Some(5), 3));
    let item = &first["items"][0];
    assert_eq!(item["title"], "Item 4");
    assert_eq!(item["text"], "bad \u{202e}", "a program gets what was heard");
    assert_eq!(item["sentiment"]["evidence"][0]["text"], "bad");
    assert_eq!(item["route"]["team"], "payments");
    assert_eq!(item["route"]["rules"][0], "r");
    assert_eq!(item["sources"][0], "support-mail");
    let next = format!("/api/feed?limit=3&zone=extranet&before={}", first["before"].as_str().unwrap());
    let second = json(&site, &next).await;
    assert_eq!((second["items"].as_array().unwrap().len(), &second["before"]), (2, &Value::Null));
    assert_eq!(second["items"][1]["title"], "Item 0");
}

#[tokio::test]
async fn a_new_row_comes_by_itself_if_it_fits() {
    let site = Site::start().await;
    let mail = site.source("support-mail", "imap", Zone::Extranet).await;
    let forum = site.source("forum", "rss", Zone::Intranet).await;
    site.say(mail, &[said("old", "Old", "x")]).await;
    let page = site.get("/?zone=extranet").await.body;
    assert!(page.contains("data-after=\"1\""), "{page}");
    let mut live = site.live("zone=extranet&after=1", "").await;
    site.say(forum, &[said("f", "Elsewhere", "x")]).await;
    // It was published long before the first: what counts is that it is new to us.
    site.say(mail, &[Said { at: NOON - 86_400_000, ..said("new", "New <b>", "x") }]).await;
    let event = live.next().await.unwrap();
    assert_eq!((event.name.as_str(), event.id.as_str()), ("row", "3"));
    assert!(
        event.data.starts_with("<li class=\"row extranet\" id=\"i3\"")
            && event.data.contains("New &lt;b&gt;")
    );
}

#[tokio::test]
async fn a_reader_who_comes_back_misses_nothing() {
    let site = Site::start().await;
    let mail = site.source("support-mail", "imap", Zone::Extranet).await;
    site.say(mail, &[said("1", "One", "x")]).await;
    let mut live = site.live("after=1", "").await;
    site.say(mail, &[said("2", "Two", "x")]).await;
    let seen = live.next().await.unwrap().id;
    drop(live);
    site.say(mail, &[said("3", "Three", "x"), said("4", "Four", "x")]).await;
    // The address still names the old row: what the browser remembers goes before it.
    let mut live = site.live("after=1", &format!("Last-Event-ID: {seen}\r\n")).await;
    let ids = [live.next().await.unwrap().id, live.next().await.unwrap().id];
    assert_eq!(ids, ["3", "4"]);
}

#[tokio::test]
async fn a_flood_tells_the_page_to_load_anew_and_goes_on() {
    let site = Site::start().await;
    let mail = site.source("support-mail", "imap", Zone::Extranet).await;
    let flood: Vec<Said> = (0..150).map(|n| said(&n.to_string(), "x", "x")).collect();
    site.say(mail, &flood).await;
    let mut live = site.live("after=0", "").await;
    let event = live.next().await.unwrap();
    assert_eq!((event.name.as_str(), event.id.as_str()), ("many", "150"));
    site.say(mail, &[said("one more", "x", "x")]).await;
    assert_eq!(live.next().await.unwrap().id, "151");
}

#[tokio::test]
async fn streams_are_bounded_and_end_with_the_server() {
    let site = Site::start().await;
    let mut open = Vec::new();
    for _ in 0..hark_web::limits::LIVE_STREAMS_MAX {
        open.push(site.live("after=0", "").await);
    }
    let refused = site.get("/live?after=0").await;
    assert_eq!((refused.status, refused.header("retry-after")), (503, Some("2")));
    let Site { tasks, .. } = site;
    let report = tasks.stop(Duration::from_secs(30)).await;
    assert!(report.aborted.is_empty() && report.panicked.is_empty(), "{report:?}");
    assert_eq!(open[0].next().await, None);
}
