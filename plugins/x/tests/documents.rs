//! The documents' own samples and signatures, and every way in which X says no.
#![allow(clippy::unwrap_used, reason = "a test may end at once")]

mod support;

use hark_doubles::{Mac, hmac_sha256};
use hark_plugin_x::{Settings, X};
use hark_sdk::testing;
use hark_sdk::types::{
    AuthWhy, Delivery, DeliveryResult, Direction, Event, Fault, ItemKind, Raw, RelationKind, RemovalReason,
    Visibility,
};
use hark_sdk::{Connector, Digest};
use support::{NOW, SECRET, items, request};

fn document(name: &str) -> Vec<u8> {
    std::fs::read(format!("tests/documents/{name}.json")).unwrap()
}

fn settings() -> Settings {
    hark_sdk::parse_settings(r#"{"query":"acme widget","user_id":"1111111111"}"#).unwrap()
}

fn normalised(label: &str, body: Vec<u8>) -> Vec<Event> {
    let raw = Raw {
        label: label.into(),
        media_type: "application/json".into(),
        body,
        payload: 7,
        received_at: NOW,
    };
    X::normalise(&settings(), raw).unwrap()
}

const SEARCH: &str = "GET https://api.x.com/2/tweets/search/recent";

#[test]
fn a_page_is_read_in_both_vocabularies() {
    let old = normalised(SEARCH, document("search"));
    let new = normalised(SEARCH, document("search-new-names"));
    // Only where things stand differs in nothing.
    assert_eq!(old, new);
    let all = items(&old);
    let [ours, theirs] = all[..] else { panic!("{old:#?}") };
    assert_eq!((ours.id.as_str(), ours.direction), ("1990000000000000001", Direction::Outbound));
    assert_eq!(theirs.id, "1990000000000000010");
    assert_eq!(theirs.conversation, "1990000000000000001");
    assert_eq!(theirs.kind, ItemKind::Comment);
    assert_eq!(theirs.author.as_deref(), Some("2222222222"));
    assert_eq!(
        theirs.text,
        "@acme my widget stopped after the update, second time this month https://x.com/u/status/1/photo/1"
    );
    assert_eq!(theirs.url.as_deref(), Some("https://x.com/jofict/status/1990000000000000010"));
    assert_eq!((theirs.published_at, theirs.language.as_deref()), (NOW, Some("en")));
    let relations: Vec<_> =
        theirs.relations.iter().map(|of| (of.kind, of.target.as_str(), of.target_is_actor)).collect();
    assert_eq!(
        relations,
        [
            (RelationKind::ReplyTo, "1990000000000000001", false),
            (RelationKind::MentionOf, "1111111111", true)
        ]
    );
    let counters = theirs.counters.as_ref().unwrap();
    assert_eq!((counters.likes, counters.replies, counters.shares), (Some(14), Some(2), Some(3)));
    assert_eq!((counters.quotes, counters.views), (Some(1), Some(2210)));
    let [picture] = &theirs.attachments[..] else { panic!("{theirs:#?}") };
    assert_eq!(
        (picture.alt.as_deref(), picture.media_type.as_deref()),
        (Some("error screen"), Some("image/jpeg"))
    );
    assert_eq!((theirs.origin.payload, theirs.origin.pointer.as_str()), (7, "/data/0"));
    let actors: Vec<_> = old
        .iter()
        .filter_map(|event| match event {
            Event::Actor(actor) => Some((actor.handle.as_deref().unwrap(), actor.followers, actor.is_self)),
            _ => None,
        })
        .collect();
    assert_eq!(actors, [("acme", None, true), ("jofict", Some(18_400), false)]);
}

#[test]
fn an_empty_page_has_no_data_at_all() {
    assert_eq!(normalised(SEARCH, br#"{"meta":{"result_count":0}}"#.to_vec()), []);
    assert_eq!(
        normalised(
            SEARCH,
            br#"{"data":null,"includes":null,"errors":null,"meta":{"result_count":0}}"#.to_vec()
        ),
        []
    );
}

#[test]
fn what_is_odd_in_a_post_costs_no_more_than_itself() {
    for (post, want) in [
        (
            r#"{"id":"1990000000000000010","text":"cut…","note_tweet":{"text":"the whole text"}}"#,
            "the whole text",
        ),
        (
            r#"{"id":"1990000000000000010","text":"cut…","note_post":{"text":"the whole text"}}"#,
            "the whole text",
        ),
        (r#"{"id":"1990000000000000010","text":"R&amp;D &lt;3 &amp;amp;"}"#, "R&D <3 &amp;"),
        (r#"{"id":"1990000000000000010","text":"half \ud83d of it"}"#, "half \u{fffd} of it"),
        (r#"{"id":"1990000000000000010","text":null,"entities":null,"attachments":null,"lang":"und"}"#, ""),
        (r#"{"id":"1990000000000000010","text":"new","author_id":"5","colour":{"new":"field"}}"#, "new"),
    ] {
        let page =
            format!(r#"{{"data":[{post},{{"id":17}},{{"text":"no id"}}],"meta":{{"result_count":3}}}}"#);
        let events = normalised(SEARCH, page.into_bytes());
        let all = items(&events);
        assert_eq!(all.iter().map(|item| item.text.as_str()).collect::<Vec<_>>(), [want], "{post}");
        let poison = events.iter().filter(|event| matches!(event, Event::Poison(_))).count();
        assert_eq!(poison, 2, "{post}");
        assert_eq!(all[0].language, None);
    }
}

#[test]
fn an_edit_is_a_revision_of_the_first_version() {
    let page = br#"{"data":[{"id":"1990000000000000030","text":"fixed","created_at":"2026-07-24T21:40:00.000Z",
        "edit_history_tweet_ids":["1990000000000000010","1990000000000000020","1990000000000000030"]}],"meta":{"result_count":1}}"#;
    let events = normalised(SEARCH, page.to_vec());
    let item = items(&events)[0];
    assert_eq!((item.id.as_str(), item.revision.as_str()), ("1990000000000000010", "2"));
    assert_eq!(item.edited_at, Some(1_784_929_200_000));
    assert!(item.published_at < 1_784_929_200_000, "the first version's id tells when it was written");
}

#[test]
fn a_protected_author_makes_a_post_restricted() {
    let page = br#"{"data":[{"id":"1990000000000000030","text":"x","author_id":"5"}],
        "includes":{"users":[{"id":"5","username":"quiet","protected":true}]},"meta":{"result_count":1}}"#;
    let events = normalised(SEARCH, page.to_vec());
    assert_eq!(items(&events)[0].visibility, Visibility::Restricted);
}

#[test]
fn a_look_up_says_what_is_gone_and_only_that() {
    let error = |id: &str, parameter: &str, kind: &str| {
        format!(
            r#"{{"resource_id":"{id}","value":"{id}","resource_type":"tweet","parameter":"{parameter}","type":"https://api.x.com/2/problems/{kind}"}}"#
        )
    };
    let body = format!(
        r#"{{"data":[{{"id":"10","text":"x","public_metrics":{{"like_count":3}}}}],"errors":[{},{},{}]}}"#,
        error("11", "ids", "resource-not-found"),
        error("12", "ids", "not-authorized-for-resource"),
        error("13", "referenced_tweets.id", "resource-not-found"),
    );
    let events = normalised("GET https://api.x.com/2/tweets", body.into_bytes());
    let gone: Vec<_> =
        support::removals(&events).into_iter().map(|gone| (gone.id.as_str(), gone.reason)).collect();
    assert_eq!(gone, [("11", RemovalReason::Unknown), ("12", RemovalReason::NoLongerVisible)]);
    let likes = events.iter().find_map(|event| match event {
        Event::Engagement(engagement) => engagement.counters.likes,
        _ => None,
    });
    assert_eq!((likes, events.len()), (Some(3), 3));
}

fn install_secret() {
    testing::set_now(NOW);
    testing::answer_hmac(|name, digest, message| {
        assert_eq!((name, digest), ("consumer-secret", Digest::Sha256));
        hex::decode(hmac_sha256(SECRET, message, Mac::Hex)).unwrap()
    });
}

fn deliver(body: &[u8], signature: &str) -> Result<DeliveryResult, Fault> {
    install_secret();
    let headers = match signature {
        "" => Vec::new(),
        value => vec![("X-Twitter-Webhooks-Signature".to_owned(), value.to_owned())],
    };
    let delivery = Delivery {
        payload: 3,
        method: "POST".into(),
        path: "/hooks/x".into(),
        query: String::new(),
        headers,
        body: body.to_vec(),
        received_at: NOW,
    };
    X::receive(&settings(), delivery)
}

fn delivered(body: &[u8]) -> Result<DeliveryResult, Fault> {
    deliver(body, &format!("sha256={}", hmac_sha256(SECRET, body, Mac::Base64)))
}

#[test]
fn the_challenge_is_answered_with_the_documents_digest() {
    install_secret();
    let challenge = |query: &str| Delivery {
        payload: 3,
        method: "GET".into(),
        path: "/hooks/x".into(),
        query: query.into(),
        headers: Vec::new(),
        body: Vec::new(),
        received_at: NOW,
    };
    for query in ["crc_token=test-crc-token", "a=b&crc_token=test%2Dcrc%2dtoken"] {
        let answer = X::receive(&settings(), challenge(query)).unwrap();
        let body: serde_json::Value = serde_json::from_slice(&answer.body).unwrap();
        assert_eq!(answer.status, 200);
        assert_eq!(body["response_token"], "sha256=1Fg22hsV/J0MPCeiX/iZqLqDkZ0S28yOOMIljrsAX9M=");
    }
    assert_eq!(X::receive(&settings(), challenge("")).unwrap().status, 400);
    testing::answer_hmac(|_, _, _| Vec::new());
    let fault = X::receive(&settings(), challenge("crc_token=x")).unwrap_err();
    assert!(matches!(fault, Fault::Auth(problem) if problem.why == AuthWhy::Missing));
}

#[test]
fn only_the_right_signature_opens_a_delivery() {
    let body = br#"{"for_user_id":"2244994945"}"#;
    let right = "sha256=rUbmRF3EgLaaLBfCnZ7AIyD/GqNMshsXCjMClsCfiUM=";
    let good = deliver(body, right).unwrap();
    assert_eq!((good.status, good.events.len()), (200, 0));
    let hex = hmac_sha256(SECRET, body, Mac::Hex);
    let other = hmac_sha256("another-secret", body, Mac::Base64);
    for (body, signature, why) in [
        (&br#"{"for_user_id":"2244994944"}"#[..], right.to_owned(), "one bit of the body"),
        (br#"{ "for_user_id": "2244994945" }"#, right.to_owned(), "the body written again"),
        (b"", right.to_owned(), "no body"),
        (body, String::new(), "no signature"),
        (body, format!("sha256={hex}"), "hex where base64 is due"),
        (body, format!("sha256={}", hex.to_uppercase()), "upper-case hex"),
        (body, right.replace("sha256=", "sha1="), "the prefix of another digest"),
        (body, right.replace("sha256=", ""), "no prefix"),
        (body, right.to_lowercase(), "other letters"),
        (body, "sha256=".to_owned(), "an empty digest"),
        (body, format!("sha256={other}"), "another secret"),
    ] {
        let answer = deliver(body, &signature).unwrap();
        assert_eq!((answer.status, answer.events.len()), (401, 0), "{why}");
    }
}

#[test]
fn events_of_both_activity_apis_are_heard() {
    let mention = delivered(&document("mention")).unwrap();
    assert_eq!((mention.status, mention.dedupe_key.as_deref()), (200, Some("2080765813578191303")));
    let item = items(&mention.events)[0];
    assert_eq!(
        (item.id.as_str(), item.text.as_str(), item.language.as_deref()),
        ("2080765813578191303", "hey @acme", None)
    );
    assert_eq!(mention.poll_now, [""; 0]);

    let created = delivered(&document("account-activity")).unwrap();
    let item = items(&created.events)[0];
    assert_eq!(item.id, "1990000000000000010", "the number beside it is rounded");
    assert_eq!((item.author.as_deref(), item.published_at), (Some("2222222222"), NOW));
    assert_eq!(item.relations[0].target, "1990000000000000001");
    assert_eq!(created.poll_now, ["mentions"], "it does not say which conversation it belongs to");
    assert_eq!(created.dedupe_key.as_deref(), Some("1111111111:create:1990000000000000010"));

    for (name, id, at) in [
        ("delete", "2080761269309813134", NOW),
        ("account-activity-delete", "1045405559317569537", 1_432_228_155_593),
    ] {
        let deleted = delivered(&document(name)).unwrap();
        let [gone] = support::removals(&deleted.events)[..] else { panic!("{deleted:#?}") };
        assert_eq!((gone.id.as_str(), gone.reason, gone.at), (id, RemovalReason::DeletedByAuthor, Some(at)));
    }
    let liked = delivered(&document("like")).unwrap();
    assert_eq!((liked.status, liked.events.len(), liked.dedupe_key.as_deref()), (200, 0, Some("77")));
    let nonsense = delivered(b"[1,2").unwrap();
    assert!(
        nonsense.status == 200 && matches!(nonsense.events[..], [Event::Poison(_)]),
        "asked for again it is no better"
    );
}

#[test]
fn access_that_was_taken_away_is_a_fault() {
    for body in
        [&document("revoke")[..], br#"{"user_event":{"revoke":{"date_time":"2026-07-24T09:48:12+00:00"}}}"#]
    {
        let fault = delivered(body).unwrap_err();
        assert!(matches!(&fault, Fault::Auth(problem) if problem.why == AuthWhy::Revoked), "{fault:?}");
    }
}

#[test]
fn a_long_post_of_version_one_has_its_text_elsewhere() {
    let body = br#"{"for_user_id":"1","tweet_create_events":[{"id":1990000000000000000,"id_str":"1990000000000000010",
        "text":"cut\u2026","truncated":true,"extended_tweet":{"full_text":"all of it"},"timestamp_ms":"1784928203000",
        "created_at":"Fri Jul 24 21:23:23 +0000 2026","user":{"id_str":"1","screen_name":"acme"}}]}"#;
    let heard = delivered(body).unwrap();
    let item = items(&heard.events)[0];
    assert_eq!((item.text.as_str(), item.direction), ("all of it", Direction::Outbound));
}

#[test]
fn every_no_of_x_is_the_right_fault() {
    let problem =
        |kind: &str| format!(r#"{{"title":"T","detail":"D","type":"https://api.x.com/2/problems/{kind}"}}"#);
    let about = |parameter: &str| {
        format!(r#"{{"errors":[{{"parameters":{{"{parameter}":["1"]}},"message":"no"}}]}}"#)
    };
    let code_88 = r#"{"errors":[{"code":88,"message":"Rate limit exceeded"}]}"#.to_owned();
    let reset = NOW + 60_000;
    for (status, body, want) in [
        (400, problem("invalid-request"), "Protocol(\"status 400: D; T\")"),
        (400, about("query"), "field: \"query\""),
        (400, about("start_time"), "StaleCursor"),
        (400, about("next_token"), "StaleCursor"),
        (400, about("id"), "field: \"user_id\""),
        (401, String::new(), "why: AuthWhy::Expired"),
        (403, problem("client-forbidden"), "credentials.bearer-token"),
        (403, problem("unsupported-authentication"), "credentials.bearer-token"),
        (403, problem("not-authorized-for-resource"), "NotFound"),
        (
            403,
            r#"{"title":"Forbidden","detail":"You are not permitted to perform this action."}"#.into(),
            "why: AuthWhy::Scope",
        ),
        (403, "<html>".into(), "why: AuthWhy::Forbidden"),
        (404, problem("resource-not-found"), "NotFound"),
        (409, "{}".into(), "Protocol"),
        (429, problem("rate-limit-exceeded"), &format!("RateLimited(Limit {{ until: Some({reset})")),
        (429, code_88, &format!("RateLimited(Limit {{ until: Some({reset})")),
        (429, problem("usage-capped"), "QuotaExhausted(Limit { until: None"),
        (500, String::new(), "Transient"),
        (502, "<html><h1>Bad Gateway</h1>".into(), "Transient"),
        (503, problem("about:blank"), "Transient"),
        (200, "<html>Welcome".into(), "Protocol"),
        (200, String::new(), "Protocol"),
        (200, r#"{"data":[{"id":"1","#.into(), "Protocol"),
    ] {
        testing::set_now(NOW);
        let raw =
            testing::response(status, &[("x-rate-limit-reset", &(reset / 1000).to_string())], body.clone());
        testing::answer_http(move |_| Ok(raw.clone()));
        let fault = X::read(&settings(), request("search", None)).unwrap_err();
        let shown = format!("{fault:?}");
        assert!(shown.contains(want), "status {status} {body}: {shown}");
    }
}

#[test]
fn settings_that_make_no_sense_are_named() {
    for (config, field) in [
        (r#"{"query":" "}"#, "query"),
        (r#"{"user_id":"@acme"}"#, "user_id"),
        (r#"{"query":"a","api":"https://api.x.com/2"}"#, "api"),
        (r#"{"query":"a","api":"ftp://api.x.com"}"#, "api"),
        (r#"{"query":"a","lookback_hours":168}"#, "lookback_hours"),
        ("{}", "query"),
    ] {
        let settings = hark_sdk::parse_settings(config).unwrap();
        let fault = X::read(&settings, request("search", None)).unwrap_err();
        assert!(matches!(&fault, Fault::Config(problem) if problem.field == field), "{config}: {fault:?}");
    }
    assert!(matches!(X::read(&settings(), request("inbox", None)), Err(Fault::Unsupported(_))));
    let stale = request("search", Some(b"junk".to_vec()));
    assert!(matches!(X::read(&settings(), stale), Err(Fault::StaleCursor(_))));
}

#[test]
fn the_manifest_asks_for_the_api_and_nothing_else() {
    let manifest = X::manifest();
    assert_eq!((manifest.hosts, manifest.endpoints), (vec!["{api}".to_owned()], Vec::new()));
    let schema: serde_json::Value = serde_json::from_str(&hark_sdk::schema_of::<Settings>()).unwrap();
    assert_eq!(schema["properties"]["api"]["default"], "https://api.x.com");
    let streams: Vec<_> =
        manifest.streams.iter().map(|stream| (stream.name.as_str(), stream.webhook)).collect();
    assert_eq!(streams, [("search", false), ("mentions", true)]);
}
