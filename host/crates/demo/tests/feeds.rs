//! The feeds, read as any reader would.
#![allow(clippy::unwrap_used, reason = "a test may end at once")]

mod support;

use feed_rs::model::Feed;
use hark_demo::Channel;
use support::Running;

fn parsed(body: &str) -> Feed {
    feed_rs::parser::parse(body.as_bytes()).unwrap()
}

fn header<'a>(head: &'a str, name: &str) -> &'a str {
    let line = head.lines().find(|line| line.to_ascii_lowercase().starts_with(name));
    line.unwrap_or_else(|| panic!("{name} in {head}")).split_once(": ").unwrap().1
}

#[tokio::test]
async fn every_feed_parses_and_is_full() {
    let running = Running::start().await;
    for (path, kind, entries) in
        [("/blog.rss", "application/rss+xml", 8), ("/comments.atom", "application/atom+xml", 76)]
    {
        let (head, body) = running.get(path, "").await;
        assert!(
            head.starts_with("HTTP/1.1 200") && header(&head, "content-type").starts_with(kind),
            "{head}"
        );
        let feed = parsed(&body);
        assert_eq!(feed.entries.len(), entries, "{path}");
        for entry in &feed.entries {
            assert!(entry.id.starts_with("tag:acme-widgets.example,2026:"), "{path}: {}", entry.id);
            assert!(entry.published.is_some() && !entry.authors.is_empty(), "{path}: {}", entry.id);
            assert!(entry.content.is_some(), "{path}: {}", entry.id);
            let titled = entry.title.as_ref().is_some_and(|title| !title.content.is_empty());
            assert_eq!(titled, !path.ends_with(".atom"), "{path}: {}", entry.id);
        }
    }
}

#[tokio::test]
async fn comments_say_what_they_answer() {
    let running = Running::start().await;
    let (_, body) = running.get("/comments.atom", "").await;
    let post = "<thr:in-reply-to ref=\"tag:acme-widgets.example,2026:blog/launch\"";
    assert!(body.contains(post));
    assert!(body.contains("<thr:in-reply-to ref=\"tag:acme-widgets.example,2026:comment/l-15\""));
}

#[tokio::test]
async fn what_has_not_changed_is_not_sent_again() {
    let running = Running::start().await;
    for path in ["/blog.rss", "/comments.atom"] {
        let (head, _) = running.get(path, "").await;
        let (etag, modified) = (header(&head, "etag").to_owned(), header(&head, "last-modified").to_owned());
        for condition in [
            format!("If-None-Match: {etag}\r\n"),
            format!("If-None-Match: \"other\", W/{etag}\r\n"),
            format!("If-Modified-Since: {modified}\r\n"),
        ] {
            let (head, body) = running.get(path, &condition).await;
            assert!(head.starts_with("HTTP/1.1 304") && body.is_empty(), "{path} {condition}: {head}");
            assert_eq!(header(&head, "etag"), etag);
        }
        let stale = format!("If-None-Match: \"old\"\r\nIf-Modified-Since: {modified}\r\n");
        assert!(running.get(path, &stale).await.0.starts_with("HTTP/1.1 200"), "{path}");
        let old = format!("If-None-Match: {etag}\r\n");
        while running.get(path, &old).await.0.starts_with("HTTP/1.1 304") {
            running.demo.advance().unwrap();
        }
        assert!(running.get(path, &old).await.0.starts_with("HTTP/1.1 200"), "{path}");
    }
}

#[tokio::test]
async fn a_post_that_arrives_is_the_first_of_its_feed() {
    let running = Running::start().await;
    let arrival = loop {
        let arrival = running.demo.advance().unwrap();
        if arrival.channel == Channel::Comment {
            break arrival;
        }
    };
    let (_, body) = running.get("/comments.atom", "").await;
    let newest = parsed(&body).entries.remove(0);
    assert_eq!(newest.id, arrival.id);
}

#[tokio::test]
async fn links_out_of_the_feeds_lead_somewhere() {
    let running = Running::start().await;
    let (head, body) = running.get("/blog/launch", "").await;
    assert!(head.starts_with("HTTP/1.1 200") && body.contains("id=\"l-15\""), "{head}");
    assert!(running.get("/blog/nothing", "").await.0.starts_with("HTTP/1.1 404"));
}
