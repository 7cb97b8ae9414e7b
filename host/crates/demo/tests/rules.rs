//! The demo's rules over the demo's words: what matters goes where somebody can act on it.
#![allow(clippy::unwrap_used, reason = "a test may end at once")]

mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use hark_analysis::Analyser;
use hark_demo::Channel;
use hark_model::{ItemUid, Priority, Route, Sentiment, Zone};
use hark_query::{NoLists, Record, WordCounts};
use hark_routing::{Context, Item, NoExperts, RouteScratch, State, Surroundings, Tree};
use mail_parser::MessageParser;
use support::{Running, Said};

/// What was said, as a connector would read it.
struct Heard {
    source: &'static str,
    zone: Zone,
    id: String,
    author: String,
    title: Option<String>,
    text: String,
}

async fn heard(running: &Running) -> Vec<Heard> {
    let mut all = Vec::new();
    for (path, source, zone) in
        [("/blog.rss", "blog", Zone::Social), ("/comments.atom", "comments", Zone::Social)]
    {
        let (_, body) = running.get(path, "").await;
        for entry in feed_rs::parser::parse(body.as_bytes()).unwrap().entries {
            let html = entry.content.and_then(|content| content.body).unwrap_or_default();
            let text = mail_parser::decoders::html::html_to_text(&html);
            let title = entry.title.map(|title| title.content).filter(|title| !title.is_empty());
            let id = entry.id.rsplit('/').next().unwrap().to_owned();
            let author = String::new();
            all.push(Heard { source, zone, id, author, title, text });
        }
    }
    for (channel, source, zone) in [
        (Channel::X, "x", Zone::Social),
        (Channel::Facebook, "facebook", Zone::Social),
        (Channel::Forum, "forum", Zone::Intranet),
    ] {
        for Said { author, title, text } in running.heard(channel).await {
            let text = mail_parser::decoders::html::html_to_text(&text);
            let id = format!("{source}: {}", text.chars().take(40).collect::<String>());
            all.push(Heard { source, zone, id, author, title, text });
        }
    }
    let mut imap = running.signed_in().await;
    imap.ask("EXAMINE INBOX").await;
    for uid in 1..=85 {
        let answer = imap.ask(&format!("UID FETCH {uid} BODY.PEEK[]")).await;
        let (head, rest) = answer.split_once("}\r\n").unwrap();
        // Bytes that are no UTF-8 were replaced by longer ones, so the size is only a lower bound.
        let size: usize = head.rsplit('{').next().unwrap().parse().unwrap();
        let mail = MessageParser::default().parse(&rest.as_bytes()[..size]).unwrap();
        let author = mail.from().unwrap().first().unwrap().address().unwrap().to_owned();
        let id = mail.message_id().unwrap().split('@').next().unwrap().to_owned();
        let title = mail.subject().map(str::to_owned);
        let text = mail.body_text(0).unwrap().into_owned();
        all.push(Heard { source: "support-mail", zone: Zone::Extranet, id, author, title, text });
    }
    all
}

fn routed(heard: &Heard, analyser: &Analyser, tree: &Tree) -> Route {
    let analysis = analyser.analyse(&heard.text, heard.title.as_deref(), None);
    let record = Record {
        sources: vec![heard.source],
        author: vec![&heard.author],
        title: heard.title.as_deref(),
        language: analysis.language.as_ref().map(|language| language.value.as_str()),
        sentiment: analysis.sentiment.value.parse().unwrap_or(Sentiment::Unknown),
        score: analysis.sentiment.score,
        confidence: analysis.sentiment.confidence,
        ..Record::new(ItemUid::derive(heard.source, &heard.id), heard.zone, &heard.text, 0)
    };
    let item = Item { record, conversation: &heard.id, author: None };
    let context = Context { now: 0, experts: &NoExperts, silences: None };
    let decision = tree.route(&item, &context, &State::default(), &mut RouteScratch::default());
    tree.shown(&decision, &item, true)
}

#[tokio::test]
async fn what_matters_goes_where_somebody_can_act_on_it() {
    use Priority::{High, Low, Urgent};
    let running = Running::start().await;
    let counts = WordCounts::default();
    let around = Surroundings { lists: &NoLists, counts: &counts };
    let tree = Tree::parse(&running.demo.rules(), Path::new("rules.toml"), &around).unwrap();
    let analyser = Analyser::new();
    let heard = heard(&running).await;
    let routes: BTreeMap<&str, Route> =
        heard.iter().map(|heard| (heard.id.as_str(), routed(heard, &analyser, &tree))).collect();
    for (id, team, priority) in [
        // The answer to everything stands in a comment that is calm and technical.
        ("l-15", Some("engineering"), None),
        ("lindqvist-ferry", Some("engineering"), None),
        ("okonkwo-fridge", Some("engineering"), Some(Urgent)),
        ("kamau-warm", Some("safety"), Some(Urgent)),
        ("s2-6", Some("safety"), Some(Urgent)),
        ("s1-8", Some("moderation"), Some(Urgent)),
        ("raman-threat", Some("moderation"), Some(Urgent)),
        ("seo-offer", Some("moderation"), Some(Low)),
        ("park-ledger", Some("press-office"), Some(High)),
        ("avocat-solicitors", Some("legal"), Some(High)),
        ("schwarz-dsgvo", Some("legal"), Some(High)),
        ("whitlock-twice", Some("payments"), Some(High)),
        ("brandt-gaertank", Some("support"), Some(High)),
        ("l-19", Some("support"), Some(High)),
        ("order-jura", Some("sales"), None),
        ("l-1", Some("community"), Some(Low)),
        ("x: @acme_widgets_inc rev C has 10k pull-ups", Some("engineering"), None),
        ("x: @acme_widgets_inc the one in the nursery", Some("safety"), Some(Urgent)),
        ("x: @acme_widgets_inc bad press? 10k followe", Some("moderation"), Some(Low)),
        ("x: @acme_widgets_inc I'm a reporter writing", Some("press-office"), Some(High)),
        ("facebook: Which register holds the sampling interv", Some("engineering"), None),
        ("facebook: Und wer zahlt meine Ware? Ich will Schad", Some("legal"), Some(High)),
        ("facebook: It is eleven, as promised. 4.2 is paused", None, None),
        ("forum: Found it. Or rather: a customer called N", Some("incident"), Some(High)),
        ("okonkwo-fridge-1", None, None),
        ("hotfix", None, None),
    ] {
        let route = routes.get(id).unwrap_or_else(|| panic!("{id} is not among {:?}", routes.keys()));
        assert_eq!((route.team.as_deref(), route.priority), (team, priority), "{id}: {route:?}");
    }
    let used: BTreeSet<&str> =
        routes.values().flat_map(|route| &route.reasons).map(|reason| reason.rule.as_str()).collect();
    let idle: Vec<&str> = tree.rule_names().filter(|name| !used.contains(name)).collect();
    assert!(idle.is_empty(), "rules that nothing fits: {idle:?}");
}
