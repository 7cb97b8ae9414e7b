//! Each format as publishers write it, normalised.
#![allow(clippy::unwrap_used, reason = "a test may end at once")]

use hark_plugin_rss::{Rss, Settings};
use hark_sdk::Connector;
use hark_sdk::types::{Event, Item, ItemKind, Ms, Poison, Raw, RelationKind, Removal, Visibility};

/// 2026-07-24T12:00:00Z
const NOW: Ms = 1_784_894_400_000;
/// 2026-07-24T09:00:00Z
const NINE: Ms = NOW - 3 * 3_600_000;
const MINUTE: Ms = 60_000;

fn normalise(name: &str) -> Vec<Event> {
    let body = std::fs::read(format!("tests/feeds/{name}")).unwrap();
    events(body)
}

fn events(body: Vec<u8>) -> Vec<Event> {
    let settings: Settings = hark_sdk::parse_settings(r#"{"feeds":["https://x.test/feed?key=1"]}"#).unwrap();
    let raw = Raw {
        label: "GET https://x.test/feed".to_owned(),
        media_type: String::new(),
        body,
        payload: 7,
        received_at: NOW,
    };
    let events = Rss::normalise(&settings, raw.clone()).unwrap();
    assert_eq!(events, Rss::normalise(&settings, raw).unwrap(), "normalise is not pure");
    events
}

fn items(events: &[Event]) -> Vec<&Item> {
    events.iter().filter_map(|event| if let Event::Item(item) = event { Some(item) } else { None }).collect()
}

fn poisons(events: &[Event]) -> Vec<&Poison> {
    events
        .iter()
        .filter_map(|event| if let Event::Poison(poison) = event { Some(poison) } else { None })
        .collect()
}

fn item<'e>(events: &'e [Event], url_or_title: &str) -> &'e Item {
    let mut found = items(events).into_iter();
    let matches = |item: &&Item| {
        item.url.as_deref() == Some(url_or_title) || item.title.as_deref() == Some(url_or_title)
    };
    found.find(matches).unwrap_or_else(|| panic!("no item {url_or_title} in {events:#?}"))
}

fn name_of<'e>(events: &'e [Event], item: &Item) -> &'e str {
    let id = item.author.as_deref().unwrap();
    let name = events.iter().find_map(|event| match event {
        Event::Actor(actor) if actor.id == id => actor.display_name.as_deref(),
        _ => None,
    });
    name.unwrap()
}

#[test]
fn rss_0_91_has_neither_ids_nor_dates() {
    let events = normalise("rss-0.91.xml");
    let recall = item(&events, "http://weekly.example.org/recall.html");
    assert_eq!(recall.title.as_deref(), Some("Acme recalls 4.2"));
    assert_eq!(recall.text, "The widget overheats.");
    assert_eq!(recall.language.as_deref(), Some("en-us"));
    assert_eq!((recall.published_at, recall.published_is_estimate), (NOW, true));
    assert!(recall.id.starts_with("sha256:"), "{}", recall.id);
    assert_ne!(recall.id, item(&events, "Letters").id);
    assert_eq!(items(&events).len(), 2);
}

#[test]
fn rss_0_92_has_items_without_titles() {
    let events = normalise("rss-0.92.xml");
    let [words, rattle] = items(&events)[..] else { panic!("{events:#?}") };
    assert_eq!(rattle.text, "The new Acme widget: listen to it rattle.");
    assert!(rattle.html.as_deref().unwrap().contains("<b>Acme</b>"));
    assert_eq!(rattle.tags, ["Hardware/Widgets"]);
    assert_eq!(rattle.attachments[0].bytes, Some(6_182_912));
    assert_eq!(rattle.attachments[0].media_type.as_deref(), Some("audio/mpeg"));
    assert_eq!((words.text.as_str(), &words.title), ("No title, no link — just words.", &None));
}

#[test]
fn rss_1_0_is_read_with_its_modules() {
    let events = normalise("rss-1.0.rdf");
    let thread = item(&events, "https://forum.example.net/t/12");
    assert_eq!(thread.id, "https://forum.example.net/t/12");
    assert_eq!(thread.text, "Seit dem Update flackert die Anzeige.\n\nGrüße");
    assert_eq!(thread.published_at, NINE + 15 * MINUTE);
    assert_eq!((thread.language.as_deref(), name_of(&events, thread)), (Some("de"), "Ann"));
    assert_eq!(thread.tags, ["Anzeige"]);
    assert_eq!(thread.counters.as_ref().unwrap().replies, Some(7));
    assert_eq!(thread.origin.pointer, "/rdf:RDF/item[1]");
    assert_eq!(item(&events, "Danke").published_at, NINE - 33 * 60 * MINUTE);
}

#[test]
fn rss_2_0_is_read_as_publishers_write_it() {
    let events = normalise("rss-2.0.xml");
    let month = item(&events, "https://blog.example.org/?p=9");
    assert_eq!(month.id, "https://blog.example.org/?p=9");
    assert_eq!(month.title.as_deref(), Some("Acme widget, a month later – “meh”"));
    assert_eq!(month.text, "It failed twice.\n\n- once hot\n- once cold");
    assert!(month.html.as_deref().unwrap().contains("<script>"), "markup stays as received");
    assert_eq!((month.published_at, month.published_is_estimate, month.edited_at), (NINE, false, None));
    assert_eq!(month.tags, ["reviews", "widgets & co"]);
    assert_eq!(month.counters.as_ref().unwrap().replies, Some(4));
    assert_eq!((month.kind, month.visibility), (ItemKind::Article, Visibility::Public));
    assert_eq!(name_of(&events, month), "Jo");
    assert_eq!((month.origin.payload, month.origin.pointer.as_str()), (7, "/rss/channel/item[1]"));
    let attached: Vec<_> =
        month.attachments.iter().map(|file| (file.url.as_deref().unwrap(), file.bytes)).collect();
    let picture = "https://blog.example.org/img/widget.jpg";
    assert_eq!(attached, [("https://blog.example.org/widget.mp3", None), (picture, Some(9))]);

    let cafe = item(&events, "https://blog.example.org/cafe");
    assert_eq!(cafe.title.as_deref(), Some("Café opening"));
    assert_eq!(cafe.text, "Tea & cake at nine");
    assert_eq!((cafe.published_at, cafe.published_is_estimate), (NOW, true));
    assert_eq!(cafe.author.as_deref(), Some("ann@example.org"));
    assert_eq!(name_of(&events, cafe), "Ann Fictional");

    let number = item(&events, "https://blog.example.org/relative/page");
    assert!(number.id.ends_with("#4711") && number.id.len() > 10, "{}", number.id);
    assert_eq!(
        items(&events).iter().map(|item| item.published_at).collect::<Vec<_>>(),
        [NINE - 25 * 60 * MINUTE, NINE, NOW]
    );
}

#[test]
fn comments_are_threads_and_tombstones_are_removals() {
    let events = normalise("comments.atom");
    let ann = item(&events, "https://blog.example.org/?p=9#c77");
    let jo = item(&events, "https://blog.example.org/?p=9#c78");
    for (comment, parent) in [(ann, "tag:blog.example.org,2026:9"), (jo, "tag:blog.example.org,2026:c77")] {
        assert_eq!(comment.relations.len(), 1);
        assert_eq!(
            (comment.relations[0].kind, comment.relations[0].target.as_str()),
            (RelationKind::ReplyTo, parent)
        );
        assert_eq!(comment.conversation, "tag:blog.example.org,2026:9", "both belong under the article");
        assert_eq!(comment.kind, ItemKind::Comment);
    }
    assert_eq!(ann.text, "Mine works");
    assert_eq!((ann.published_at, ann.edited_at), (NINE + 15 * MINUTE, Some(NINE + 19 * MINUTE)));
    assert_eq!(ann.revision, "2026-07-24T09:19:00Z");
    assert_eq!((jo.text.as_str(), jo.published_at, jo.edited_at), ("Lucky you <3", NINE + 20 * MINUTE, None));
    assert_eq!(
        (ann.author.as_deref(), jo.author.as_deref()),
        (Some("https://ann.example/"), Some("jo@example.org"))
    );
    let removals: Vec<&Removal> = events
        .iter()
        .filter_map(|event| if let Event::Removal(removal) = event { Some(removal) } else { None })
        .collect();
    assert_eq!(removals.len(), 1);
    assert_eq!(
        (removals[0].id.as_str(), removals[0].at),
        ("tag:blog.example.org,2026:c76", Some(NINE + 18 * MINUTE))
    );
    for event in &events {
        if let Event::Conversation(conversation) = event {
            assert_eq!(conversation.title, None, "an answer does not name the conversation");
            assert_eq!(conversation.place.as_deref(), Some("https://x.test/feed?key=1"));
        }
    }
}

#[test]
fn atom_1_0_is_read_with_bases_and_xhtml() {
    let events = normalise("atom-1.0.xml");
    let release = item(&events, "https://news.example.com/2026/widget-4.2");
    assert_eq!(release.title.as_deref(), Some("Widget 4.2 is out"));
    assert_eq!(release.text, "It is out &\nready.\n\n> Finally");
    assert_eq!(release.published_at, NINE - 120 * MINUTE + 250);
    assert_eq!(release.edited_at, Some(NINE - 60 * MINUTE));
    assert_eq!(release.tags, ["Releases", "widget"]);
    assert_eq!(release.counters.as_ref().unwrap().replies, Some(12));
    let file = &release.attachments[0];
    assert_eq!((file.url.as_deref(), file.bytes), (Some("https://news.example.com/2026/w.png"), Some(1337)));
    assert_eq!(name_of(&events, release), "Acme Press");
    let film = item(&events, "Less < more");
    assert_eq!((film.text.as_str(), &film.url), ("A film.", &None));
}

#[test]
fn old_and_bare_atom_are_read() {
    let events = normalise("atom-0.3.xml");
    let old = item(&events, "http://old.example.org/2003/12/13/acme");
    assert_eq!((old.title.as_deref(), old.text.as_str()), (Some("Acme & I"), "We met."));
    assert_eq!((old.published_at, old.edited_at), (1_071_318_569_000, Some(1_071_340_202_000)));
    assert_eq!(name_of(&events, old), "Mark");
    assert_eq!(item(&normalise("no-namespace.atom"), "One").text, "Words");
}

#[test]
fn json_feeds_of_both_versions_are_read() {
    let events = normalise("feed-1.1.json");
    let slow = item(&events, "https://status.example.com/incidents/9");
    assert_eq!((slow.title.as_deref(), slow.text.as_str()), (Some("Checkout slow"), "We look into it."));
    assert_eq!((slow.published_at, slow.edited_at), (NINE, Some(NINE + 30 * MINUTE)));
    assert_eq!((name_of(&events, slow), slow.tags.len()), ("Acme Operations", 2));
    assert_eq!((slow.attachments[0].bytes, slow.origin.pointer.as_str()), (Some(2048), "/items/0"));
    let lines = item(&events, "https://elsewhere.example/x");
    assert_eq!(lines.text, "Line one\nline two");
    assert!(lines.id.ends_with("#17") && lines.published_is_estimate, "{lines:?}");
    let broken: Vec<_> = poisons(&events).iter().map(|poison| poison.origin.pointer.as_str()).collect();
    assert_eq!(broken, ["/items/3", "/items/1"]);
    let events = normalise("feed-1.0.json");
    assert_eq!(item(&events, "https://jo.example/1").text, "Hello 👋");
    assert_eq!(name_of(&events, item(&events, "https://jo.example/1")), "Jo Fictional");
}

#[test]
fn a_broken_entry_never_hides_the_others() {
    let events = normalise("broken.xml");
    let titles: Vec<_> = items(&events).iter().filter_map(|item| item.title.as_deref()).collect();
    assert_eq!(titles, ["Good & last", "Good & first", "Café &bogus; AT&T"]);
    assert_eq!(item(&events, "Good & first").text, "undeclared prefix");
    assert_eq!(item(&events, "https://hand.example/3").text, "R&D rocks");
    let hints: Vec<_> = poisons(&events)
        .iter()
        .map(|poison| (poison.hint.as_str(), poison.origin.pointer.as_str()))
        .collect();
    assert_eq!(hints.len(), 4, "{hints:#?}");
    assert!(hints.contains(&("https://hand.example/2", "/rss/channel/item[2]")), "{hints:#?}");
    let why: Vec<_> = poisons(&events).iter().map(|poison| poison.why.as_str()).collect();
    assert!(why.iter().all(|why| why.contains("broken markup") || why.contains("no id, title")), "{why:#?}");

    let events = normalise("cut.xml");
    assert_eq!(items(&events).len(), 1);
    assert_eq!(poisons(&events)[0].why, "the document ends in the middle of it");
}

#[test]
fn a_feed_may_be_cut_off_at_any_byte() {
    for name in ["rss-2.0.xml", "atom-1.0.xml", "rss-1.0.rdf"] {
        let whole = std::fs::read(format!("tests/feeds/{name}")).unwrap();
        let all = items(&events(whole.clone())).len();
        let mut fewer = 0;
        // Before the first entry there may be too little to know a feed by.
        let first = whole.windows(5).position(|at| at == b"<item" || at == b"entry").unwrap();
        for cut in first..whole.len() {
            let events = events(whole[..cut].to_vec());
            let why: Vec<_> = poisons(&events).iter().map(|poison| poison.why.as_str()).collect();
            assert!(why.len() <= 1, "{name} cut at {cut}: {why:?}");
            assert!(
                why.iter().all(|why| *why == "the document ends in the middle of it"),
                "{name} cut at {cut}, after {:?}: {why:?}",
                String::from_utf8_lossy(&whole[cut.saturating_sub(40)..cut])
            );
            fewer += usize::from(items(&events).len() < all);
        }
        assert!(fewer > 0, "{name} has entries");
    }
}

#[test]
fn an_id_that_all_entries_share_is_none() {
    let events = normalise("one-guid.xml");
    let [a, b] = items(&events)[..] else { panic!("{events:#?}") };
    assert_ne!(a.id, b.id);
}

#[test]
fn old_charsets_are_read() {
    assert_eq!(items(&normalise("windows-1252.xml"))[0].title.as_deref(), Some("Schöne „Grüße“ für 5 €"));
}

#[test]
fn hostile_documents_are_only_strange() {
    let entity = "<!DOCTYPE rss [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;\">]>\
                  <rss><channel><item><title>&b; &b;</title></item></channel></rss>";
    assert_eq!(items(&events(entity.into()))[0].title.as_deref(), Some("&b; &b;"));
    let deep = format!(
        "<rss><channel><item><title>t</title><description>{}x{}</description></item></channel></rss>",
        "<b>".repeat(500),
        "</b>".repeat(500)
    );
    assert_eq!(items(&events(deep.into()))[0].text, "x");
    let wide = format!(
        "<rss><channel><item><title>t</title>{}</item><item><title>u</title></item></channel></rss>",
        "<x/>".repeat(30_000)
    );
    let events_of_wide = events(wide.into());
    assert_eq!((items(&events_of_wide).len(), poisons(&events_of_wide).len()), (1, 1));
    let long =
        format!("<rss><channel><item><guid>https://x/{}</guid></item></channel></rss>", "i".repeat(9_000));
    assert!(items(&events(long.into()))[0].id.len() <= 512);
    let cycle = "<feed xmlns='http://www.w3.org/2005/Atom' xmlns:thr='http://purl.org/syndication/thread/1.0'>\
        <entry><id>tag:a</id><thr:in-reply-to ref='tag:b'/></entry><entry><id>tag:b</id><thr:in-reply-to ref='tag:a'/></entry></feed>";
    assert_eq!(items(&events(cycle.into())).len(), 2);
    for cut in 0..4_000 {
        let mut whole = std::fs::read("tests/feeds/rss-2.0.xml").unwrap();
        whole.truncate(cut);
        let settings: Settings = hark_sdk::parse_settings(r#"{"feeds":["https://x.test/f"]}"#).unwrap();
        let raw = Raw {
            label: String::new(),
            media_type: String::new(),
            body: whole,
            payload: 1,
            received_at: NOW,
        };
        let _ = Rss::normalise(&settings, raw);
    }
}

#[test]
fn no_damage_is_a_panic() {
    let settings: Settings = hark_sdk::parse_settings(r#"{"feeds":["https://x.test/f"]}"#).unwrap();
    // The same numbers each time: Knuth's generator.
    let mut state = 1_u64;
    let mut random = move |below: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(state >> 33).unwrap() % below.max(1)
    };
    for entry in std::fs::read_dir("tests/feeds").unwrap() {
        let whole = std::fs::read(entry.unwrap().path()).unwrap();
        for _ in 0..500 {
            let mut body = whole.clone();
            for _ in 0..=random(4) {
                let (at, other) = (random(body.len()), random(body.len()));
                match random(4) {
                    0 => body[at] = b"<>&\"'/]\0 \xff\xc3"[random(11)],
                    1 => drop(body.drain(at.min(other)..at.max(other))),
                    2 => body.truncate(at.max(1)),
                    _ => body.extend_from_within(at.min(other)..at.max(other)),
                }
                if body.is_empty() {
                    break;
                }
            }
            let raw =
                Raw { label: String::new(), media_type: String::new(), body, payload: 1, received_at: NOW };
            // A feed or none: both are fine, and both are the same each time.
            let first = Rss::normalise(&settings, raw.clone());
            assert_eq!(first, Rss::normalise(&settings, raw));
        }
    }
}

/// Another reader finds the same in the feeds that are not broken.
#[test]
fn another_reader_agrees() {
    for name in ["rss-2.0.xml", "rss-1.0.rdf", "atom-1.0.xml", "comments.atom", "feed-1.0.json"] {
        let body = std::fs::read(format!("tests/feeds/{name}")).unwrap();
        let theirs = feed_rs::parser::parse(body.trim_ascii_start()).unwrap();
        let ours = normalise(name);
        assert_eq!(items(&ours).len(), theirs.entries.len(), "{name}");
        for entry in &theirs.entries {
            // Theirs makes ids of its own where it finds none.
            let link = entry.links.first().map(|link| link.href.as_str());
            let is_same = |item: &&Item| item.id.ends_with(&entry.id) || item.id == link.unwrap_or_default();
            let Some(same) = items(&ours).into_iter().find(is_same) else {
                panic!("{name}: no item {}", entry.id);
            };
            if let Some(published) = entry.published {
                assert_eq!(published.timestamp_millis(), same.published_at, "{name}: {}", entry.id);
            }
            let link =
                entry.links.iter().find(|link| link.rel.as_deref().unwrap_or("alternate") == "alternate");
            if let Some(link) =
                link.filter(|link| link.href.starts_with("http") && !link.href.ends_with(".pdf"))
            {
                assert_eq!(Some(&link.href), same.url.as_ref(), "{name}: {}", entry.id);
            }
        }
    }
}
