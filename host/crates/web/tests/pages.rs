//! The pages: what they show, what they refuse, and that nothing heard becomes markup.
#![allow(clippy::unwrap_used, reason = "a test may end at once")]

mod support;

use hark_model::{Priority, Zone};
use hark_store::{CheckpointState, Crash, Quarantined, Spent, StateUpdate};
use support::{NOON, Said, Site, said};

fn titles(body: &str) -> Vec<String> {
    let links = body.split("<a class=\"open\"").skip(1);
    links.map(|link| link.split_once('>').unwrap().1.split_once("</a>").unwrap().0.to_owned()).collect()
}

#[tokio::test]
async fn the_feed_shows_items_newest_first_with_their_reasons() {
    let site = Site::start().await;
    assert!(site.get("/").await.body.contains("Nothing has been heard yet"));
    let mail = site.source("support-mail", "imap", Zone::Extranet).await;
    let bad = Said {
        opinion: Some(("negative", -0.62, vec![("awful", -0.5), ("late", -0.12)])),
        route: Some(("payments", Priority::High, "payment-outage", &["outage"])),
        followers: Some(12_345),
        at: NOON + 1_000,
        ..said("2", "Charged twice", "This is awful and late")
    };
    site.say(mail, &[said("1", "Hello", "A question"), bad]).await;
    let body = site.get("/").await.body;
    assert_eq!(titles(&body), ["Charged twice", "Hello"]);
    for part in [
        "class=\"row extranet\"",
        "aria-label=\"E-mail\"",
        "Jo Fictional",
        "12.3k followers",
        "<details class=\"chip negative\">",
        "\u{2212}0.62",
        "<td dir=\"auto\">awful</td><td class=\"num negative\">\u{2212}0.50</td>",
        "Confidence 80 %",
        "Said by test 1",
        "<details class=\"chip route high\">",
        "<code>payment-outage</code>",
        "<span class=\"tag\" dir=\"auto\">outage</span>",
        "<strong id=\"total\">2</strong> items",
        "INBOX",
        "data-live=\"/live\"",
    ] {
        assert!(body.contains(part), "{part} in {body}");
    }
}

#[tokio::test]
async fn filters_narrow_the_feed_and_stand_in_the_address() {
    let site = Site::start().await;
    let mail = site.source("support-mail", "imap", Zone::Extranet).await;
    let forum = site.source("forum", "rss", Zone::Intranet).await;
    let angry = Said {
        opinion: Some(("negative", -0.5, vec![("bad", -0.5)])),
        route: Some(("payments", Priority::High, "r", &[])),
        ..said("1", "Angry", "bad refund")
    };
    site.say(mail, &[angry, said("2", "Calm", "a refunded order")]).await;
    site.say(forum, &[said("3", "Inside", "lunch")]).await;
    for (path, want) in [
        ("/?zone=intranet", vec!["Inside"]),
        ("/?zone=extranet&zone=intranet&q=refund", vec!["Angry"]),
        ("/?sentiment=negative", vec!["Angry"]),
        ("/?source=forum", vec!["Inside"]),
        ("/?team=payments", vec!["Angry"]),
        ("/?q=refund", vec!["Angry"]),
        ("/?q=nothing+like+it", vec![]),
        ("/?q=refund+or+zone%3Aintranet", vec!["Inside", "Angry"]),
        ("/?q=not+refund+-zone%3Aintranet", vec!["Calm"]),
        ("/?q=&zone=", vec!["Inside", "Calm", "Angry"]),
    ] {
        let answer = site.get(path).await;
        assert_eq!(
            (answer.status, titles(&answer.body)),
            (200, want.iter().map(|t| (*t).to_owned()).collect()),
            "{path}"
        );
    }
    let body = site.get("/?zone=extranet&q=refund*").await.body;
    assert!(
        body.contains("value=\"refund*\"") && body.contains("bad <mark class=\"hit\">refund</mark>"),
        "{body}"
    );
    assert!(body.contains("a <mark class=\"hit\">refunded</mark> order"));
    assert!(body.contains("<input type=\"hidden\" name=\"zone\" value=\"extranet\">"));
    assert!(body.contains("data-live=\"/live?q=refund*&amp;zone=extranet\""), "{body}");
    assert!(body.contains("href=\"/?q=refund*\" aria-current=\"true\""), "the way out of a filter");
}

#[tokio::test]
async fn older_pages_follow_each_other_without_gap_or_overlap() {
    let site = Site::start().await;
    let mail = site.source("support-mail", "imap", Zone::Extranet).await;
    // Many at the very same time: the row has to tell them apart.
    let items: Vec<Said> = (0..100)
        .map(|n| Said { at: NOON + n / 30, ..said(&n.to_string(), &format!("Item {n}"), "x") })
        .collect();
    site.say(mail, &items).await;
    let (mut path, mut seen) = ("/".to_owned(), Vec::new());
    loop {
        let body = site.get(&path).await.body;
        assert!(body.contains("<strong id=\"total\">100</strong>"));
        assert_eq!(path == "/", body.contains("data-live"), "only the first page is live");
        seen.extend(titles(&body));
        let Some((_, behind)) = body.split_once("id=\"older\" href=\"") else { break };
        path = behind.split_once('"').unwrap().0.replace("&amp;", "&");
    }
    let want: Vec<String> = (0..100).rev().map(|n| format!("Item {n}")).collect();
    assert_eq!(seen, want);
}

#[tokio::test]
async fn what_is_heard_stays_text() {
    let site = Site::start().await;
    let mail = site.source("support-mail", "imap", Zone::Extranet).await;
    let evil = "<script>alert(1)</script><img src=x onerror=alert(1)> \" ' & \u{202e}gpj.exe\u{0}\u{7}";
    let hostile = Said {
        author: evil.to_owned(),
        url: Some("javascript:alert(1)".into()),
        opinion: Some(("negative", -0.1, vec![("<script>", -0.1)])),
        ..said("1", evil, evil)
    };
    site.say(mail, &[hostile]).await;
    let mut pages = vec![site.get("/").await, site.get("/conversation/1").await];
    pages.push(site.get("/?q=%3Cscript%3Ealert").await);
    pages.push(site.get("/?zone=%3Cscript%3E").await);
    pages.push(site.get("/%3Cscript%3E").await);
    for page in pages {
        let body = page.body.replace("<script src=\"/assets/hark.js\" defer></script>", "");
        for bad in
            ["<script", "<img src=x", "javascript:", "\u{202e}", "\u{0}", "\u{7}", " onerror=alert(1)&gt; \""]
        {
            assert!(!body.contains(bad), "{bad:?} in {body}");
        }
        assert!(
            !body.contains(" style=") && !body.contains("http://") && !body.contains("https://"),
            "{body}"
        );
    }
}

#[tokio::test]
async fn a_thread_is_a_tree_with_its_evidence_marked() {
    let site = Site::start().await;
    let mail = site.source("support-mail", "imap", Zone::Extranet).await;
    let answer = |id: &str, re: &str, text: &str, at: i64| Said {
        re: Some(re.into()),
        thread: "root".into(),
        at: NOON + at,
        ..said(id, "Re: Loop", text)
    };
    let root = Said {
        url: Some("https://mail.example/1?a=1&b=2".into()),
        opinion: Some(("negative", -0.5, vec![("bad", -0.5)])),
        ..said("root", "Loop", "It is bad.\n\nReally.\n> quoted")
    };
    site.say(
        mail,
        &[root, answer("a", "root", "one", 1), answer("b", "a", "two", 2), answer("c", "root", "three", 3)],
    )
    .await;
    let body = site.get("/conversation/1").await.body;
    assert!(body.contains("<p dir=\"auto\">It is <mark class=\"negative\">bad</mark>.</p>"), "{body}");
    assert!(body.contains("<blockquote dir=\"auto\">&gt; quoted</blockquote>"));
    assert!(body.contains(
        "href=\"https://mail.example/1?a=1&amp;b=2\" target=\"_blank\" rel=\"noopener noreferrer nofollow\""
    ));
    let order: Vec<usize> =
        ["one", "two", "three"].iter().map(|word| body.find(&format!(">{word}<")).unwrap()).collect();
    assert!(order.is_sorted(), "{order:?}");
    assert_eq!(body.matches("<ol class=\"branch\">").count(), 3, "root, answers to it, the answer to one");
    assert_eq!(body.matches("class=\"node\"").count(), 4);
    let missing = site.get("/conversation/999").await;
    assert!(missing.status == 404 && missing.body.contains("no such conversation"));
    assert_eq!(site.get("/conversation/x").await.status, 404);
}

#[tokio::test]
async fn threads_without_end_are_shown_to_their_bound() {
    let site = Site::start().await;
    let mail = site.source("support-mail", "imap", Zone::Extranet).await;
    let chain = |n: i64, re: i64| Said {
        re: Some(re.to_string()),
        thread: "t".into(),
        at: NOON + n,
        ..said(&n.to_string(), "deep", &format!("level {n}."))
    };
    let mut items: Vec<Said> = (0..200).map(|n| chain(n, n - 1)).collect();
    items.extend([chain(900, 901), chain(901, 900)]);
    site.say(mail, &items).await;
    let body = site.get("/conversation/1").await.body;
    assert_eq!(body.matches("class=\"node\"").count(), 202, "each item once, cycles, too");
    assert!(body.matches("<ol class=\"branch\">").count() <= 66);
}

#[tokio::test]
async fn the_sources_page_tells_how_each_stands() {
    let site = Site::start().await;
    let mail = site.source("support-mail", "imap", Zone::Extranet).await;
    let bad = Quarantined { payload: 1, pointer: "p".into(), hint: "h".into(), why: "w".into() };
    site.commit(mail, Vec::new(), vec![bad], CheckpointState::Ok).await;
    let fault = StateUpdate {
        source: mail,
        stream: "inbox".into(),
        target: String::new(),
        state: CheckpointState::NeedsAuth,
        not_before: None,
        fault: Some("sign-in refused: <b>Invalid</b> credentials".into()),
        fault_count: 3,
        cursor_version: 1,
        at: NOON,
    };
    site.store.record_state(fault).await.unwrap();
    let spent = |resource, amount, most| Spent { resource, amount, most };
    let calls = [vec![spent("memory", 27, 64), spent("requests", 45, 50)], vec![spent("memory", 10, 64)]];
    for spent in calls {
        site.store.note_spending(mail, spent, NOON).await.unwrap();
    }
    let body = site.get("/sources").await.body;
    for part in [
        "needs help",
        "<div class=\"calm\"><dt>memory of a call, most</dt><dd>16 %, 43 %</dd>",
        "<div class=\"alarm\"><dt>requests of a call, most</dt><dd>90 %, 90 %</dd>",
        "needs-auth",
        "3 times: sign-in refused: &lt;b&gt;Invalid&lt;/b&gt; credentials",
        "<div class=\"alarm\"><dt>Quarantined</dt><dd>1</dd>",
        "owned by Support",
        "href=\"/?source=support-mail\"",
    ] {
        assert!(body.contains(part), "{part} in {body}");
    }
    let crash = Crash {
        source: mail,
        line: "read inbox".into(),
        error: "connector panicked: <b>no</b>".into(),
        capsule: None,
        quarantine_at: Some(1),
        component_sha256: [0; 32],
        at: NOON,
    };
    assert!(site.store.note_crash(crash).await.unwrap().is_quarantined);
    let body = site.get("/sources").await.body;
    for part in
        ["in quarantine", "connector panicked: &lt;b&gt;no&lt;/b&gt;", "hark sources release support-mail"]
    {
        assert!(body.contains(part), "{part} in {body}");
    }
}

#[tokio::test]
async fn errors_are_pages_with_the_right_status() {
    let site = Site::start().await;
    let long = format!("/?q={}", "x".repeat(9_000));
    for (path, status, part) in [
        ("/nothing", 404, "no such page"),
        ("/?zone=moon", 400, "intranet, extranet, social"),
        ("/?colour=red", 400, "known are"),
        ("/?q=vpn+zon%3Asocial", 400, "vpn zon:social\n    ^^^</pre><p>there is no field `zon`"),
        ("/?q=zon%3Asocial", 400, "did you mean `zone`?"),
        ("/?q=program%3Alaunch", 400, "does not store"),
        (long.as_str(), 414, "too long"),
        ("/api/feed?limit=0", 400, "1 to 500"),
        ("/live?after=x", 400, "whole number"),
    ] {
        let answer = site.get(path).await;
        assert_eq!(answer.status, status, "{path}");
        assert!(
            answer.body.starts_with("<!DOCTYPE html>") && answer.body.contains(part),
            "{path}: {}",
            answer.body
        );
    }
    let host = site.address.to_string();
    let posted = site.ask("POST", "/", &host, "Content-Length: 0\r\n").await;
    assert_eq!((posted.status, posted.header("allow")), (405, Some("GET, HEAD")));
    site.store.close().unwrap();
    let closed = site.get("/").await;
    assert!(closed.status == 503 && closed.body.contains("the store is closed"), "{}", closed.body);
    assert_eq!(site.get("/healthz").await.status, 503);
}

#[tokio::test]
async fn every_answer_carries_the_policy_and_no_other_name_is_answered() {
    let site = Site::start().await;
    for path in ["/", "/sources", "/nothing", "/assets/hark.js", "/api/feed", "/healthz"] {
        let answer = site.get(path).await;
        let policy = answer.header("content-security-policy").unwrap();
        assert!(
            policy.starts_with("default-src 'none'") && policy.contains("frame-ancestors 'none'"),
            "{path}"
        );
        assert!(!policy.contains("unsafe") && !policy.contains('*'), "{policy}");
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"), "{path}");
        assert_eq!(answer.header("referrer-policy"), Some("no-referrer"), "{path}");
    }
    for (host, status) in
        [("localhost:7070", 200), ("hark.corp.example", 200), ("evil.example", 421), ("", 421)]
    {
        let answer = site.ask("GET", "/api/feed", host, "").await;
        assert_eq!(answer.status, status, "{host}");
        assert!(answer.header("content-security-policy").is_some());
    }
    assert_eq!(site.get("/").await.header("cache-control"), Some("no-store"));
}

#[tokio::test]
async fn assets_are_ours_and_sent_once() {
    let site = Site::start().await;
    let host = site.address.to_string();
    for (path, kind) in [
        ("/assets/hark.css", "text/css; charset=utf-8"),
        ("/assets/hark.js", "text/javascript; charset=utf-8"),
        ("/assets/hark.svg", "image/svg+xml"),
    ] {
        let answer = site.get(path).await;
        assert_eq!((answer.status, answer.header("content-type")), (200, Some(kind)));
        assert!(!answer.body.contains("://") || path.ends_with(".svg"), "{path} asks nobody else");
        let known = format!("If-None-Match: {}\r\n", answer.header("etag").unwrap());
        let again = site.ask("GET", path, &host, &known).await;
        assert!(again.status == 304 && again.body.is_empty());
    }
    let head = site.ask("HEAD", "/", &host, "").await;
    assert!(head.status == 200 && head.body.is_empty());
    let health = site.get("/healthz").await;
    assert_eq!((health.status, health.body.as_str()), (200, "ok\n"));
}
