//! Reading over HTTP: what is asked, what is remembered, what happens when a feed misbehaves.
#![allow(clippy::unwrap_used, reason = "a test may end at once")]

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use hark_plugin_rss::{Rss, Settings};
use hark_sdk::Connector;
use hark_sdk::http::HttpFault;
use hark_sdk::testing;
use hark_sdk::types::{AuthWhy, Batch, Budget, Event, Fault, Ms, ReadMode, ReadRequest};

const NOW: Ms = 1_784_894_400_000;

type Headers = Vec<(String, String)>;
type Answer = Result<(u16, Vec<(&'static str, &'static str)>, String), HttpFault>;

/// A web of feeds by address, and what was asked of it.
#[derive(Clone, Default)]
struct Web {
    answers: Rc<RefCell<BTreeMap<String, Answer>>>,
    asked: Rc<RefCell<Vec<(String, Headers)>>>,
}

impl Web {
    fn start() -> Self {
        let web = Self::default();
        let served = web.clone();
        testing::set_now(NOW);
        testing::answer_http(move |request| {
            served.asked.borrow_mut().push((request.url.clone(), request.headers.clone()));
            let answer = served.answers.borrow().get(&request.url).cloned();
            let (status, headers, body) = answer.unwrap_or(Ok((404, Vec::new(), "not here".to_owned())))?;
            Ok(testing::response(status, &headers, body))
        });
        web
    }

    fn put(&self, url: &str, answer: Answer) {
        self.answers.borrow_mut().insert(url.to_owned(), answer);
    }

    fn asked(&self) -> Vec<String> {
        self.asked.borrow_mut().drain(..).map(|(url, _)| url).collect()
    }

    fn headers(&self) -> BTreeMap<String, String> {
        self.asked.borrow_mut().pop().unwrap().1.into_iter().collect()
    }
}

fn feed(entries: &[(u32, &str)]) -> String {
    let items = entries.iter().map(|(id, title)| {
        format!("<item><guid>https://x.test/{id}</guid><title>{title}</title><pubDate>2026-07-{id:02}</pubDate></item>")
    });
    format!("<rss version='2.0'><channel><title>T</title>{}</channel></rss>", items.collect::<String>())
}

fn ok(body: String) -> Answer {
    Ok((200, Vec::new(), body))
}

fn settings(urls: &[&str]) -> Settings {
    let feeds = serde_json::json!({ "feeds": urls }).to_string();
    hark_sdk::parse_settings(&feeds).unwrap()
}

fn request(cursor: Option<Vec<u8>>) -> ReadRequest {
    ReadRequest {
        stream_name: "feed".to_owned(),
        target: None,
        mode: ReadMode::Incremental,
        cursor,
        continuation: None,
        since: None,
        until: None,
        ids: Vec::new(),
        budget: Budget { max_events: 1_000, max_requests: 50, max_cost_microusd: 0, deadline: NOW + 30_000 },
    }
}

fn read(settings: &Settings, cursor: Option<Vec<u8>>) -> Batch {
    Rss::read(settings, request(cursor)).unwrap()
}

fn titles(batch: &Batch) -> Vec<&str> {
    let titles = batch.events.iter().filter_map(|event| match event {
        Event::Item(item) => item.title.as_deref(),
        _ => None,
    });
    titles.collect()
}

const A: &str = "https://a.test/feed";
const B: &str = "https://b.test/feed?key=1";

#[test]
fn only_what_is_new_or_changed_comes_again() {
    let (web, settings) = (Web::start(), settings(&[A]));
    web.put(A, ok(feed(&[(2, "two"), (1, "one")])));
    let first = read(&settings, None);
    assert_eq!(titles(&first), ["one", "two"], "oldest first");
    let again = read(&settings, first.cursor.clone());
    assert_eq!(again.events, [], "the same document has nothing new");
    web.put(A, ok(feed(&[(3, "three"), (2, "two, corrected"), (1, "one")])));
    let third = read(&settings, again.cursor.clone());
    assert_eq!(titles(&third), ["two, corrected", "three"]);
    let edited = third.events.iter().find_map(|event| match event {
        Event::Item(item) if item.id.ends_with("/2") => item.edited_at,
        _ => None,
    });
    assert_eq!(edited, Some(NOW), "RSS has no date of an edit, so it is when we saw it");
    assert_eq!(read(&settings, again.cursor), third, "the same cursor gives the same again");
}

#[test]
fn new_figures_are_an_engagement_only() {
    let (web, settings) = (Web::start(), settings(&[A]));
    let with = |count: u32| {
        ok(feed(&[(1, "one")]).replace("<guid>", &format!("<slash:comments>{count}</slash:comments><guid>")))
    };
    web.put(A, with(1));
    let first = read(&settings, None);
    web.put(A, with(2));
    let second = read(&settings, first.cursor);
    let [Event::Engagement(engagement)] = &second.events[..] else { panic!("{:#?}", second.events) };
    assert_eq!((engagement.id.as_str(), engagement.counters.replies), ("https://x.test/1", Some(2)));
}

#[test]
fn validators_are_sent_back_and_304_is_nothing_new() {
    let (web, settings) = (Web::start(), settings(&[A]));
    let validators = vec![
        ("ETag", "\"v1\""),
        ("Last-Modified", "Fri, 24 Jul 2026 09:00:00 GMT"),
        ("Cache-Control", "public, max-age=600"),
    ];
    web.put(A, Ok((200, validators, feed(&[(1, "one")]))));
    let first = read(&settings, None);
    assert!(!web.headers().contains_key("if-none-match"));
    assert_eq!(first.not_before, Some(NOW + 600_000));
    assert_eq!(read(&settings, first.cursor.clone()).events, []);
    assert_eq!(web.asked(), Vec::<String>::new(), "a feed that is not due is not asked");
    testing::set_now(NOW + 600_000);
    web.put(A, Ok((304, vec![("Cache-Control", "max-age=60")], String::new())));
    let mut later = request(first.cursor);
    later.budget.deadline += 600_000;
    let second = Rss::read(&settings, later).unwrap();
    let sent = web.headers();
    assert_eq!(
        (sent["if-none-match"].as_str(), sent["if-modified-since"].as_str()),
        ("\"v1\"", "Fri, 24 Jul 2026 09:00:00 GMT")
    );
    assert_eq!((second.events.len(), second.not_before), (0, Some(NOW + 660_000)));
}

#[test]
fn the_publisher_says_when_to_come_back() {
    for (headers, ttl, want) in [
        (vec![], "", None),
        (vec![], "<ttl>30</ttl>", Some(30 * 60_000)),
        (vec![("cache-control", "max-age=3600")], "<ttl>30</ttl>", Some(3_600_000)),
        (vec![("cache-control", "max-age=99999999")], "", Some(6 * 3_600_000)),
        (vec![("cache-control", "no-cache")], "<ttl>soon</ttl>", None),
    ] {
        let (web, settings) = (Web::start(), settings(&[A]));
        web.put(
            A,
            Ok((
                200,
                headers.clone(),
                feed(&[]).replace("<title>T</title>", &format!("<title>T</title>{ttl}")),
            )),
        );
        let first = read(&settings, None);
        assert_eq!(first.not_before, want.map(|ms| NOW + ms), "{headers:?} {ttl}");
        // A 304 says it again without the document.
        let later = NOW + want.unwrap_or(0);
        testing::set_now(later);
        web.put(A, Ok((304, headers.clone(), String::new())));
        let mut next = request(first.cursor);
        next.budget.deadline = later + 30_000;
        let second = Rss::read(&settings, next).unwrap();
        assert_eq!(second.not_before, want.map(|ms| later + ms), "{headers:?} {ttl}");
    }
}

#[test]
fn one_feed_that_fails_never_stops_the_others() {
    let page = "<!DOCTYPE html><html><head><title>Please sign in</title></head></html>";
    for (answer, words) in [
        (Ok((500, vec![], String::new())), "status 500"),
        (Ok((410, vec![], String::new())), "gone for good"),
        (
            Ok((301, vec![("location", "https://new.test/feed?t=1")], String::new())),
            "moved for good (301) to https://new.test/feed",
        ),
        (
            Ok((200, vec![("content-type", "text/html")], page.to_owned())),
            "is no feed: got an HTML page titled",
        ),
        (Err(HttpFault::Timeout), "timed out"),
    ] {
        let (web, settings) = (Web::start(), settings(&[B, A]));
        web.put(B, answer.clone());
        web.put(A, ok(feed(&[(1, "one")])));
        let first = read(&settings, None);
        assert_eq!(titles(&first), ["one"], "{answer:?}");
        let log: String = testing::take_log().into_iter().map(|(_, line)| line).collect();
        assert!(log.contains(words) && log.contains("b.test"), "{log}");
        web.asked();
        read(&settings, first.cursor);
        assert_eq!(web.asked(), [A], "a feed that failed rests a while");
    }
}

#[test]
fn when_all_feeds_fail_the_first_says_why() {
    for (answer, want) in [
        (Ok((500, vec![], String::new())), "Transient"),
        (Ok((503, vec![("retry-after", "120")], String::new())), "after-ms: Some(120000)"),
        (
            Ok((429, vec![("retry-after", "Fri, 24 Jul 2026 12:05:00 GMT")], String::new())),
            "until: Some(1784894700000)",
        ),
        (Ok((410, vec![], String::new())), "NotFound(\"https://a.test/feed is gone for good"),
        (Ok((404, vec![], String::new())), "NotFound"),
        (
            Ok((200, vec![], "<html>".to_owned())),
            "Protocol(\"https://a.test/feed is no feed: got an HTML page",
        ),
        (Err(HttpFault::Denied("not granted".to_owned())), "field: \"grant.hosts\""),
    ] {
        let (web, settings) = (Web::start(), settings(&[A, B]));
        web.put(A, answer.clone());
        web.put(B, Err(HttpFault::Connect("refused".to_owned())));
        let fault = format!("{:?}", Rss::read(&settings, request(None)).unwrap_err());
        assert!(fault.contains(want), "{answer:?}: {fault}");
    }
    let (web, settings) = (Web::start(), settings(&[A]));
    web.put(A, Ok((401, vec![], String::new())));
    let fault = Rss::read(&settings, request(None)).unwrap_err();
    assert!(matches!(fault, Fault::Auth(ref problem) if problem.why == AuthWhy::Expired), "{fault:?}");
}

#[test]
fn a_read_keeps_its_budget_and_goes_on_where_it_stopped() {
    let (web, settings) = (Web::start(), settings(&[A, B]));
    web.put(
        A,
        Ok((
            200,
            vec![("etag", "\"a\"")],
            feed(&[(5, "five"), (4, "four"), (3, "three"), (2, "two"), (1, "one")]),
        )),
    );
    web.put(B, ok(feed(&[(9, "nine")])));
    let mut next = request(None);
    // An article and its conversation are two events.
    next.budget.max_events = 4;
    let mut seen = Vec::new();
    let mut rounds = 0;
    loop {
        let batch = Rss::read(&settings, next.clone()).unwrap();
        assert!(batch.events.len() <= 4, "{:#?}", batch.events);
        seen.extend(titles(&batch).into_iter().map(str::to_owned));
        rounds += 1;
        (next.cursor, next.continuation) = (batch.cursor, batch.continuation);
        if next.continuation.is_none() {
            break;
        }
    }
    assert_eq!(seen, ["one", "two", "three", "four", "five", "nine"]);
    assert_eq!(rounds, 3);

    let mut one = request(None);
    one.budget.max_requests = 1;
    let batch = Rss::read(&settings, one.clone()).unwrap();
    assert_eq!((titles(&batch).len(), batch.continuation.is_some()), (5, true));
    (one.cursor, one.continuation) = (batch.cursor, batch.continuation);
    let rest = Rss::read(&settings, one).unwrap();
    assert_eq!((titles(&rest), &rest.continuation), (vec!["nine"], &None));

    let mut late = request(None);
    late.budget.deadline = NOW + 1_000;
    assert!(Rss::read(&settings, late).unwrap().continuation.is_some());
}

#[test]
fn older_than_asked_for_is_left_out() {
    let (web, settings) = (Web::start(), settings(&[A]));
    web.put(A, ok(feed(&[(24, "new"), (1, "old")])));
    let mut since = request(None);
    since.since = Some(NOW - 7 * 86_400_000);
    assert_eq!(titles(&Rss::read(&settings, since).unwrap()), ["new"]);
}

#[test]
fn settings_and_requests_that_make_no_sense_are_named() {
    Web::start();
    for (urls, field) in [
        (&[][..], "feeds"),
        (&["https://a.test/", "ftp://b.test/"], "feeds[1]"),
        (&["feed.xml"], "feeds[0]"),
        (&[" https://a.test/"], "feeds[0]"),
    ] {
        let fault = Rss::read(&settings(urls), request(None)).unwrap_err();
        assert!(matches!(&fault, Fault::Config(problem) if problem.field == field), "{urls:?}: {fault:?}");
    }
    let mut other = request(None);
    other.stream_name = "inbox".to_owned();
    assert!(matches!(Rss::read(&settings(&[A]), other), Err(Fault::Unsupported(_))));
    let mut backfill = request(None);
    backfill.mode = ReadMode::Backfill;
    assert!(matches!(Rss::read(&settings(&[A]), backfill), Err(Fault::Unsupported(_))));
    assert!(matches!(
        Rss::read(&settings(&[A]), request(Some(b"junk".to_vec()))),
        Err(Fault::StaleCursor(_))
    ));
}

#[test]
fn check_names_the_feed_that_is_none() {
    let (web, settings) = (Web::start(), settings(&[A, B, "https://c.test/", "https://d.test/"]));
    web.put(A, ok(feed(&[])));
    web.put(B, ok("<html><title>Sign in</title>".to_owned()));
    web.put("https://c.test/", ok(feed(&[])));
    let report = Rss::check(&settings).unwrap();
    assert_eq!(web.asked().len(), 3);
    assert_eq!(
        report.warnings,
        [
            "feeds[1] https://b.test/feed: https://b.test/feed is no feed: got an HTML page titled \"Sign in\"",
            "only the first 3 of 4 feeds were tried",
        ]
    );
}

#[test]
fn a_target_is_one_of_the_feeds() {
    let (web, settings) = (Web::start(), settings(&[A, B]));
    web.put(B, ok(feed(&[(1, "one")])));
    let targets = Rss::discover(&settings).unwrap();
    assert_eq!(targets.iter().map(|target| target.id.as_str()).collect::<Vec<_>>(), [A, B]);
    let mut one = request(None);
    one.target = Some(B.to_owned());
    assert_eq!(titles(&Rss::read(&settings, one.clone()).unwrap()), ["one"]);
    assert_eq!(web.asked(), [B]);
    one.target = Some("https://evil.test/".to_owned());
    assert!(matches!(Rss::read(&settings, one), Err(Fault::NotFound(_))));
}
