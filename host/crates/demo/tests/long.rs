//! The demo left alone for a long time, and its files.
#![allow(clippy::unwrap_used, reason = "a test may end at once")]

mod support;

use std::collections::HashSet;

use hark_demo::{Channel, Deed, limits};
use support::Running;

#[tokio::test]
async fn it_goes_on_for_ever_within_its_bounds() {
    let running = Running::start().await;
    let mut imap = running.signed_in().await;
    imap.ask("EXAMINE INBOX").await;
    let mut ids = HashSet::new();
    let mut mails = 85;
    while mails < limits::MAILS_MAX + 50 {
        let arrival = running.demo.advance().unwrap();
        mails += usize::from(arrival.channel == Channel::Mail);
        assert!(!arrival.title.contains(['{', '}']) && !arrival.title.is_empty(), "{arrival:?}");
        let is_first = ids.insert(arrival.id.clone());
        let is_said = matches!(arrival.deed, Deed::Say | Deed::Whisper);
        assert!(is_first || !is_said, "{} twice", arrival.id);
    }
    let news = imap.ask("NOOP").await;
    assert_eq!(news.matches("* 1 EXPUNGE\r\n").count(), 50);
    assert!(news.contains(&format!("* {} EXISTS\r\n", limits::MAILS_MAX)));
    let text = imap.ask("UID FETCH 1900:2000 BODY.PEEK[TEXT]").await;
    assert!(text.contains("FETCH"));
    for slot in ["{name}", "{thing}", "{place}", "{sender}"] {
        assert!(!text.contains(slot), "{slot} was not filled");
    }
    let (_, body) = running.get("/comments.atom", "").await;
    assert_eq!(feed_rs::parser::parse(body.as_bytes()).unwrap().entries.len(), limits::FEED_ENTRIES_MAX);
    for channel in Channel::PLAYED {
        assert!(running.heard(channel).await.iter().all(|said| !said.text.contains('{')), "{channel:?}");
    }
}

#[tokio::test]
async fn the_same_seed_tells_the_same_story() {
    let (one, other) = (Running::start().await, Running::start().await);
    for _ in 0..200 {
        let (one, other) = (one.demo.advance().unwrap(), other.demo.advance().unwrap());
        assert_eq!((one.channel, one.title), (other.channel, other.title));
    }
}

#[cfg(unix)]
#[tokio::test]
async fn the_password_is_for_its_owner_alone() {
    use std::os::unix::fs::PermissionsExt;
    let running = Running::start().await;
    let mode = std::fs::metadata(running.demo.password_file()).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    assert_eq!(running.password().len(), 32);
    assert_ne!(running.password(), Running::start().await.password());
    for name in ["x-token", "facebook-token", "forum-key"] {
        let mode = std::fs::metadata(running.folder.path().join(name)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{name}");
    }
}

#[tokio::test]
async fn the_settings_name_the_servers_that_run() {
    let running = Running::start().await;
    let text = running.demo.config("127.0.0.1:7070".parse().unwrap());
    let config = hark_config::Config::parse(&text, &running.folder.path().join("hark.toml")).unwrap();
    let names: Vec<&str> = config.sources.iter().map(|source| source.name.as_str()).collect();
    assert_eq!(names, ["support-mail", "blog", "comments", "x", "facebook", "forum"]);
    assert_eq!(config.rules, Some(running.folder.path().join("rules.toml")));
    assert!(text.contains(&running.demo.http().to_string()) && text.contains("127.0.0.1:7070"), "{text}");
    assert!(text.contains(&format!("tls://{}", running.demo.imap())), "{text}");
}
