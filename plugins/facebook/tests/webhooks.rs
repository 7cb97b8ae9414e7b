//! Deliveries: who sent them, and what each change becomes.
#![allow(clippy::unwrap_used, reason = "a test may end at once")]

mod played;

use hark_plugin_facebook::Facebook;
use hark_sdk::Connector;
use hark_sdk::testing;
use hark_sdk::types::{Delivery, DeliveryResult, Direction, Event, ItemKind, Removal, RemovalReason};
use hmac::{Hmac, Mac};
use played::*;
use serde_json::{Value, json};
use sha2::Sha256;

const SECRET: &str = "test-app-secret";
const SAMPLE: &str = include_str!("samples/delivery.json");

fn sign(key: &str, message: &[u8]) -> Vec<u8> {
    Hmac::<Sha256>::new_from_slice(key.as_bytes())
        .unwrap()
        .chain_update(message)
        .finalize()
        .into_bytes()
        .to_vec()
}

fn deliver(method: &str, query: &str, headers: Vec<(String, String)>, body: &[u8]) -> DeliveryResult {
    let _log = play(|_| panic!("a delivery is answered without asking anybody"));
    testing::answer_hmac(|credential, _, message| match credential {
        "app-secret" => sign(SECRET, message),
        "verify-token" => sign("meatyhamhock", message),
        other => panic!("no key is called {other}"),
    });
    let delivery = Delivery {
        payload: 7,
        method: method.to_owned(),
        path: "/hooks/facebook".to_owned(),
        query: query.to_owned(),
        headers,
        body: body.to_vec(),
        received_at: NOW,
    };
    Facebook::receive(&settings(), delivery).unwrap()
}

fn signed(body: &str) -> DeliveryResult {
    let signature = format!("sha256={}", hex::encode(sign(SECRET, body.as_bytes())));
    deliver("POST", "", vec![("X-Hub-Signature-256".to_owned(), signature)], body.as_bytes())
}

/// One change of our page, one minute before now.
fn change(field: &str, value: Value) -> DeliveryResult {
    let entry = json!({"id": PAGE, "time": NOW / 1000 - 60, "changes": [{"field": field, "value": value}]});
    signed(&json!({"object": "page", "entry": [entry]}).to_string())
}

fn said(verb: &str, more: Value) -> Value {
    let mut value = json!({
        "item": "comment", "verb": verb, "post_id": POST, "comment_id": "122100000000000001_777", "parent_id": POST,
        "from": {"id": "700000000000009", "name": "Jo Fictional"}, "created_time": NOW / 1000 - 600,
    });
    for (name, field) in more.as_object().unwrap() {
        value[name] = field.clone();
    }
    value
}

#[test]
fn the_documents_sample_becomes_a_comment() {
    let result = signed(SAMPLE);
    assert_eq!((result.status, result.poll_now.len()), (200, 0));
    let [item] = items(&result.events)[..] else { panic!("{:#?}", result.events) };
    assert_eq!(
        (item.kind, item.direction, item.text.as_str()),
        (ItemKind::Comment, Direction::Inbound, "Mine stopped after the update!")
    );
    assert_eq!((item.conversation.as_str(), item.published_at), (POST, 1_784_927_402_000));
    assert_eq!((item.origin.payload, item.origin.pointer.as_str()), (7, "/entry/0/changes/0/value"));
    let place = result
        .events
        .iter()
        .find_map(|event| if let Event::Conversation(it) = event { it.place.clone() } else { None });
    assert_eq!(place.as_deref(), Some(PAGE));
    assert_eq!(result.dedupe_key, signed(SAMPLE).dedupe_key);
    assert_ne!(result.dedupe_key, signed(&SAMPLE.replace("update!", "update?")).dedupe_key);
}

#[test]
fn what_is_not_signed_changes_nothing() {
    for (name, value) in
        [("X-Hub-Signature-256", "sha256=00"), ("X-Hub-Signature", "sha1=00"), ("Accept", "*/*")]
    {
        let result = deliver("POST", "", vec![(name.to_owned(), value.to_owned())], SAMPLE.as_bytes());
        assert_eq!(
            (result.status, result.events.len(), result.dedupe_key, result.poll_now.len()),
            (401, 0, None, 0)
        );
    }
    assert_eq!(deliver("PUT", "", Vec::new(), b"").status, 405);
}

#[test]
fn the_handshake_gives_the_challenge_back_to_who_knows_the_token() {
    let ask = |query: &str| {
        let result = deliver("GET", query, Vec::new(), b"");
        (result.status, String::from_utf8(result.body).unwrap())
    };
    let right = "hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token=meatyhamhock";
    assert_eq!(ask(right), (200, "1158201444".to_owned()));
    assert_eq!(ask(&right.replace("hub.", "hub%2E")), (200, "1158201444".to_owned()));
    for (query, status) in [
        (right.replace("meaty", "beefy"), 403),
        (right.replace("&hub.verify_token=meatyhamhock", ""), 403),
        (right.replace("subscribe", "unsubscribe"), 403),
        (right.replace("1158201444", "%3Cscript%3E"), 400),
        (right.replace("hub.challenge=1158201444&", ""), 400),
        (String::new(), 403),
    ] {
        assert_eq!(ask(&query).0, status, "{query}");
    }
}

#[test]
fn each_verb_does_what_it_says() {
    for (verb, words, kinds, edited) in [
        ("add", true, ["actor", "conversation", "item"].as_slice(), false),
        ("edited", true, &["actor", "conversation", "item"], true),
        ("edit", true, &["actor", "conversation", "item"], true),
        ("update", true, &["actor", "conversation", "item"], true),
        ("unhide", true, &["actor", "conversation", "item"], true),
        ("remove", false, &["removal"], false),
        ("delete", false, &["removal"], false),
        ("hide", true, &["removal"], false),
        ("hide", false, &["removal"], false),
        ("add", false, &[], false),
        ("unhide", false, &[], false),
        ("block", false, &[], false),
        ("mute", true, &[], false),
        ("follow", false, &[], false),
    ] {
        let more = if words { json!({"message": "hi"}) } else { json!({}) };
        let result = change("feed", said(verb, more));
        let told: Vec<&str> = result
            .events
            .iter()
            .map(|event| match event {
                Event::Actor(_) => "actor",
                Event::Conversation(_) => "conversation",
                Event::Item(_) => "item",
                Event::Removal(_) => "removal",
                other => panic!("{other:?}"),
            })
            .collect();
        assert_eq!(told, kinds, "{verb}, words: {words}");
        let at = Some(NOW / 1000 * 1000 - 60_000);
        for item in items(&result.events) {
            assert_eq!(item.edited_at, at.filter(|_| edited), "{verb}");
        }
        if let [Event::Removal(Removal { id, reason, at: when, .. })] = &result.events[..] {
            let want =
                if verb == "hide" { RemovalReason::RemovedByModerator } else { RemovalReason::Unknown };
            assert_eq!((id.as_str(), *reason, *when), ("122100000000000001_777", want, at), "{verb}");
        }
        // Words that a change should have brought are fetched by a poll.
        let polls = !words && matches!(verb, "add" | "unhide");
        assert_eq!(result.poll_now, if polls { vec!["feed"] } else { vec![] }, "{verb}, words: {words}");
    }
}

#[test]
fn posts_reviews_mentions_and_reactions_are_heard() {
    let person = json!({"id": "700000000000009", "name": "Jo"});
    for item in ["status", "photo", "video", "link", "share", "post"] {
        let result = change(
            "feed",
            json!({"item": item, "verb": "add", "post_id": POST, "message": "hi", "from": person, "created_time": 1}),
        );
        let want = if item == "share" { ItemKind::Share } else { ItemKind::Post };
        assert_eq!(items(&result.events)[0].kind, want, "{item}");
        let gone = change("feed", json!({"item": item, "verb": "remove", "post_id": POST}));
        assert!(matches!(&gone.events[..], [Event::Removal(it)] if it.id == POST), "{item}");
    }
    let photos = change(
        "feed",
        json!({"item": "photo", "verb": "add", "post_id": POST, "photos": ["https://scontent.example/1.jpg", "javascript:x"]}),
    );
    assert_eq!(items(&photos.events)[0].attachments.len(), 1, "a photo without words is heard, too");

    let review = json!({"item": "rating", "verb": "add", "open_graph_story_id": 98_765_432_198_765_i64, "review_text": "Fine",
        "recommendation_type": "positive", "reviewer_id": 1_234_567_890_123_i64, "reviewer_name": "Jo", "created_time": 1});
    let result = change("ratings", review);
    let item = items(&result.events)[0].clone();
    assert_eq!(
        (item.kind, item.id.as_str(), item.text.as_str()),
        (ItemKind::Review, "98765432198765", "Fine")
    );
    assert_eq!(
        (item.author.as_deref(), item.tags),
        (Some("1234567890123"), vec!["recommendation:positive".to_owned()])
    );

    let mention = json!({"item": "post", "verb": "add", "post_id": "900_1", "message": "I love Acme", "sender_id": "900", "sender_name": "Kim", "created_time": 1});
    let item = items(&change("mention", mention).events)[0].clone();
    assert!(item.relations.iter().any(|it| it.target == PAGE && it.target_is_actor), "{item:#?}");
    let silent =
        change("mention", json!({"item": "post", "verb": "add", "post_id": "900_1", "sender_id": "900"}));
    assert_eq!((silent.events, silent.poll_now), (vec![], vec!["mentions".to_owned()]));

    for verb in ["add", "edit", "remove"] {
        let result = change(
            "feed",
            json!({"item": "reaction", "verb": verb, "reaction_type": "anger", "post_id": POST}),
        );
        assert_eq!((result.events, result.poll_now), (vec![], vec!["feed".to_owned()]), "{verb}");
    }
    for (field, value) in
        [("leadgen", json!({"leadgen_id": 1})), ("feed", json!({"item": "event", "verb": "block"}))]
    {
        let result = change(field, value.clone());
        assert_eq!(result.status, 200, "{field} {value}");
    }
}

#[test]
fn our_own_replies_are_outbound_and_hidden_authors_are_none() {
    let own = change("feed", said("add", json!({"message": "hi", "from": {"id": PAGE, "name": "Acme"}})));
    assert_eq!(items(&own.events)[0].direction, Direction::Outbound);
    let nobody = change("feed", said("add", json!({"message": "hi", "from": null})));
    assert_eq!(
        (items(&nobody.events)[0].author.as_deref(), items(&nobody.events)[0].direction),
        (None, Direction::Inbound)
    );
    let undated = change("feed", said("add", json!({"message": "hi", "created_time": null})));
    let item = items(&undated.events)[0].clone();
    assert_eq!((item.published_at, item.published_is_estimate), (NOW / 1000 * 1000 - 60_000, true));
}

#[test]
fn a_thousand_changes_come_in_one_delivery_and_a_bad_one_hides_none() {
    let entry = |n: usize| {
        let value = match n % 100 {
            0 => json!({"item": "comment", "verb": "add"}),
            _ => said("add", json!({"comment_id": format!("1_{n}"), "message": format!("\u{e4} {n}")})),
        };
        json!({"id": PAGE, "time": 1, "changes": [{"field": "feed", "value": value}]})
    };
    let entries: Vec<Value> = (0..1_000).map(entry).collect();
    let result = signed(&json!({"object": "page", "entry": entries}).to_string());
    let poison: Vec<&str> = result
        .events
        .iter()
        .filter_map(
            |event| if let Event::Poison(it) = event { Some(it.origin.pointer.as_str()) } else { None },
        )
        .collect();
    assert_eq!((items(&result.events).len(), poison.len()), (990, 10));
    assert_eq!(poison[1], "/entry/100/changes/0");
}

#[test]
fn deliveries_for_others_and_nonsense_are_taken_and_left_alone() {
    let other_page = json!({"object": "page", "entry": [{"id": "9", "time": 1, "changes": [{"field": "feed", "value": said("add", json!({"message": "x"}))}]}]});
    for (body, events) in [
        (other_page.to_string(), 0),
        (json!({"object": "user", "entry": []}).to_string(), 0),
        (json!({"object": "page", "entry": [{"id": PAGE, "time": 1, "messaging": [{}]}]}).to_string(), 0),
        (json!({"object": "page", "entry": [{"id": PAGE, "changes": [7]}]}).to_string(), 1),
        ("no json".to_owned(), 1),
        (String::new(), 1),
    ] {
        let result = signed(&body);
        assert_eq!((result.status, result.events.len()), (200, events), "{body}");
    }
}
