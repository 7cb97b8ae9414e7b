//! The nine things that every double can do, shown at the double of X.
#![allow(clippy::unwrap_used, reason = "a test may end at once")]

use std::collections::BTreeSet;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use hark_doubles::client::{self, Answered, Asked, ClientError};
use hark_doubles::platforms::x::{APP_TOKEN, USER_TOKEN};
use hark_doubles::{Double, Mac, Options, SPOILT_ALL, hmac_sha256, violations};
use serde_json::{Value, json};

const SEARCH: &str = "/2/tweets/search/recent?query=acme";

fn x() -> Double {
    Double::start("x", Options::default()).unwrap()
}

fn ask(double: &Double, method: &str, path: &str, token: &str, body: &str) -> Result<Answered, ClientError> {
    let headers = [("authorization", format!("Bearer {token}")), ("user-agent", "points/1".to_owned())];
    let asked = Asked {
        method: method.to_owned(),
        url: format!("{}{path}", double.base_url()),
        headers: headers.map(|(name, value)| (name.to_owned(), value)).to_vec(),
        body: body.into(),
        timeout: Duration::from_secs(30),
    };
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(client::send(asked))
}

fn get(double: &Double, path: &str) -> Answered {
    ask(double, "GET", path, APP_TOKEN, "").unwrap()
}

fn json_of(answered: &Answered) -> Value {
    serde_json::from_slice(&answered.body)
        .unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&answered.body)))
}

fn header<'a>(answered: &'a Answered, name: &str) -> &'a str {
    answered.headers.iter().find(|(have, _)| have == name).map_or("", |(_, value)| value)
}

fn ids(page: &Value) -> Vec<String> {
    let list = page["data"].as_array().map(Vec::as_slice).unwrap_or_default();
    list.iter().map(|post| post["id"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn pages_go_on_while_things_come_and_go() {
    let double = x();
    double.control(json!({"op": "seed", "items": 35}));
    let first = json_of(&get(&double, SEARCH));
    let under_cursor = ids(&first)[9].clone();
    double.control(json!([
        {"op": "after", "path": "/2/tweets/search", "do": [{"op": "insert", "text": "acme, new"}, {"op": "delete", "id": under_cursor}]},
    ]));
    let mut seen: Vec<String> = Vec::new();
    let mut path = SEARCH.to_owned();
    loop {
        let page = json_of(&get(&double, &path));
        seen.extend(ids(&page));
        let Some(token) = page["meta"]["next_token"].as_str() else { break };
        path = format!("{SEARCH}&next_token={token}");
    }
    assert_eq!(seen.len(), 35, "the new one is on a page that was read already");
    assert_eq!(seen.iter().collect::<BTreeSet<_>>().len(), 35);
    let again = ids(&json_of(&get(&double, SEARCH)));
    assert!(again[0] > seen[0] && !again.contains(&seen[9]));
    assert!(seen.iter().all(|id| id.parse::<u64>().unwrap() > 1 << 53));
}

#[test]
fn real_requests_are_counted_until_none_is_left() {
    let double = x();
    double.control(json!({"op": "limit", "bucket": "search/app", "limit": 2}));
    let left: Vec<String> =
        (0..2).map(|_| header(&get(&double, SEARCH), "x-rate-limit-remaining").to_owned()).collect();
    assert_eq!(left, ["1", "0"]);
    let over = get(&double, SEARCH);
    assert_eq!((over.status, header(&over, "x-rate-limit-limit")), (429, "2"));
    let reset: i64 = header(&over, "x-rate-limit-reset").parse().unwrap();
    double.control(json!({"op": "now", "ms": reset * 1000 + 1000}));
    assert_eq!(get(&double, SEARCH).status, 200);
    let said = violations(&double.log(), &["GET /2/tweets/search/recent"]);
    assert_eq!(said.len(), 1, "{said:?}");
}

#[test]
fn tokens_expire_and_lack_rights_in_the_middle_of_a_run() {
    let double = x();
    double.control(json!({"op": "after", "do": {"op": "token", "value": APP_TOKEN, "state": "expired"}}));
    assert_eq!((get(&double, SEARCH).status, get(&double, SEARCH).status), (200, 401));
    double.control(json!({"op": "token", "value": APP_TOKEN, "state": "valid"}));
    for (fault, status, words) in [
        ("expired", 401, "Unauthorized"),
        ("revoked", 401, "Unauthorized"),
        ("scope", 403, "not permitted"),
        ("forbidden", 403, "client-forbidden"),
        ("quota", 429, "usage-capped"),
        ("rate-limit", 429, "Too Many Requests"),
        ("server-error", 503, "Service Unavailable"),
    ] {
        double.control(json!({"op": "fault", "fault": fault, "on": "next"}));
        let answered = get(&double, SEARCH);
        let body = json_of(&answered).to_string();
        assert!(answered.status == status && body.contains(words), "{fault}: {} {body}", answered.status);
        assert_eq!(get(&double, SEARCH).status, 200, "only the next one");
    }
    double.control(json!({"op": "token", "value": USER_TOKEN, "scopes": ["tweet.read"]}));
    assert_eq!(ask(&double, "GET", "/2/users/me", USER_TOKEN, "").unwrap().status, 403);
    assert_eq!(ask(&double, "GET", SEARCH, "who", "").unwrap().status, 401);
}

#[test]
fn answers_that_are_no_answers() {
    let double = x();
    double.control(json!({"op": "seed", "items": 10}));
    let whole = get(&double, SEARCH).body;
    let with = |fault: Value| {
        double.control(json!([{"op": "clear-faults"}, fault]));
        ask(&double, "GET", SEARCH, APP_TOKEN, "")
    };
    let on_next = |fault: &str| with(json!({"op": "fault", "fault": fault}));
    let page = on_next("html-502").unwrap();
    assert!(page.status == 502 && page.body.starts_with(b"<html>"));
    assert_eq!(on_next("html-200").unwrap().status, 200);
    assert_eq!(on_next("truncated").unwrap().body, whole[..whole.len() / 2]);
    assert!(matches!(on_next("cut"), Err(ClientError::Broken(_))));
    assert!(matches!(on_next("reset"), Err(ClientError::Broken(_))));
    assert_eq!(on_next("empty-200").unwrap().body, b"");
    let zipped = on_next("gzip").unwrap();
    assert_eq!(header(&zipped, "content-encoding"), "gzip");
    let mut plain = Vec::new();
    flate2::read::GzDecoder::new(&*zipped.body).read_to_end(&mut plain).unwrap();
    assert_eq!(plain, whole);
    assert_eq!(header(&on_next("gzip-unsaid").unwrap(), "content-encoding"), "");
    let dripped = with(json!({"op": "fault", "fault": "drip", "chunk": 3})).unwrap();
    assert_eq!(
        (dripped.body, header(&get(&double, SEARCH), "date")),
        (whole, "Fri, 24 Jul 2026 21:23:23 GMT")
    );
}

#[test]
fn an_answer_that_is_lost_was_obeyed() {
    let double = x();
    double.control(json!({"op": "fault", "fault": "lost-answer", "on": {"path": "/2/tweets", "method": "POST", "times": 1}}));
    let post = || ask(&double, "POST", "/2/tweets", USER_TOKEN, r#"{"text":"we are sorry"}"#);
    assert!(matches!(post(), Err(ClientError::Broken(_))));
    assert_eq!(post().unwrap().status, 403, "the first one was taken");
    assert_eq!(double.log()[0].status, None);
}

#[test]
fn a_connection_that_hangs_does_not_keep_the_double_alive() {
    let double = x();
    double.control(json!([{"op": "seed", "items": 10}, {"op": "fault", "fault": "hang"}]));
    let mut line = TcpStream::connect(double.base_url().trim_start_matches("http://")).unwrap();
    write!(line, "GET {SEARCH} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {APP_TOKEN}\r\n\r\n").unwrap();
    let mut start = [0; 12];
    line.read_exact(&mut start).unwrap();
    assert_eq!(&start, b"HTTP/1.1 200");
    drop(double);
    let mut rest = Vec::new();
    _ = line.read_to_end(&mut rest);
}

#[test]
fn posts_change_go_and_come_back() {
    let double = x();
    let id = double.control(json!({"op": "insert", "text": "acme one"}))["id"].as_str().unwrap().to_owned();
    let path = format!("/2/tweets?tweet.fields=public_metrics&ids={id}");
    let new = double.control(json!({"op": "edit", "id": id, "text": "acme two"}));
    let found = json_of(&get(&double, SEARCH));
    assert_eq!(
        (ids(&found), &found["data"][0]["text"]),
        (vec![new["id"].as_str().unwrap().to_owned()], &json!("acme two"))
    );
    assert_eq!(found["data"][0]["edit_history_tweet_ids"], json!([id, new["id"]]));
    double.control(json!({"op": "react", "id": id, "likes": 500}));
    assert_eq!(json_of(&get(&double, &path))["data"][0]["public_metrics"]["like_count"], 500);
    double.control(json!({"op": "delete", "id": id}));
    assert_eq!(json_of(&get(&double, &path))["errors"][0]["title"], "Not Found Error");
    double.control(json!([{"op": "restore", "id": id}, {"op": "protect-author", "author": "jofict"}]));
    assert_eq!(json_of(&get(&double, &path))["errors"][0]["title"], "Authorization Error");
    double.control(json!([
        {"op": "protect-author", "author": "jofict", "protected": false},
        {"op": "rename-author", "author": "jofict", "username": "jo2", "name": "Jo Two"},
    ]));
    let user = json_of(&get(&double, "/2/users/by/username/jo2"));
    assert_eq!(user["data"]["name"], "Jo Two");
    double.control(json!({"op": "remove-author", "author": "jo2"}));
    assert_eq!(ids(&json_of(&get(&double, SEARCH))).len(), 0);
    assert!(double.try_control(json!({"op": "move", "id": id})).is_err(), "X moves nothing");
}

#[test]
fn webhook_events_are_signed_spoilt_doubled_and_reordered() {
    let double = x();
    double.control(json!({"op": "hook", "secret": "s"}));
    let insert = |text: &str| double.control(json!({"op": "insert", "text": text}));
    for text in ["@acme one", "nothing to us", "@acme two", "@acme three"] {
        insert(text);
    }
    let sent = double.deliver(json!({"take": 1}));
    let [one] = &sent[..] else { panic!("{sent:?}") };
    let digest = hmac_sha256("s", &one.body, Mac::Base64);
    let (_, signature) = one.headers.iter().find(|(name, _)| name == "x-twitter-webhooks-signature").unwrap();
    assert_eq!(*signature, format!("sha256={digest}"));
    let text = |sent: &hark_doubles::Sent| {
        let body: Value = serde_json::from_slice(&sent.body).unwrap();
        body["data"]["payload"]["text"].as_str().unwrap().to_owned()
    };
    let before = one.at;
    let sent = double.deliver(json!({"order": "reversed", "times": 2, "late_ms": 3_600_000}));
    assert_eq!(
        sent.iter().map(text).collect::<Vec<_>>(),
        ["@acme three", "@acme three", "@acme two", "@acme two"]
    );
    assert_eq!(sent[0].at, before + 3_600_000);
    for how in SPOILT_ALL {
        insert("@acme again");
        let spoilt = &double.deliver(json!({"spoilt": format!("{how:?}").to_lowercase()}))[0];
        let right = format!("sha256={}", hmac_sha256("s", &spoilt.body, Mac::Base64));
        assert!(!spoilt.headers.iter().any(|(_, value)| *value == right), "{how:?}");
    }
}

#[test]
fn a_webhook_is_made_sure_of_and_failed_deliveries_come_again() {
    let double = x();
    let other = x();
    // Nothing there takes a webhook: each delivery fails.
    double.control(json!({"op": "hook", "url": format!("{}/hooks/x", other.base_url()), "secret": "s"}));
    let shaken = double.control(json!({"op": "handshake"}));
    assert_eq!(
        (&shaken["ok"], &shaken["sent"]["query"]),
        (&json!(false), &json!("crc_token=test-crc-token"))
    );
    double.control(
        json!([{"op": "insert", "text": "@acme"}, {"op": "deliver"}, {"op": "advance", "ms": 119_999}]),
    );
    let attempts = |double: &Double| double.control(json!({"op": "deliveries"}));
    assert_eq!(attempts(&double).as_array().unwrap().len(), 1);
    double.control(json!([{"op": "advance", "ms": 1}, {"op": "advance", "ms": 180_000}, {"op": "advance", "ms": 999_999}]));
    let attempts = attempts(&double);
    let of_all =
        |name: &str| attempts.as_array().unwrap().iter().map(|one| one[name].clone()).collect::<Vec<_>>();
    assert_eq!(of_all("attempt"), [1, 2, 3]);
    assert_eq!(of_all("status"), [404, 404, 404]);
    assert_eq!(of_all("again_at")[2], Value::Null, "given up");
    assert_eq!(other.log().len(), 4);
}

#[test]
fn every_torture_can_be_read_back() {
    let double = x();
    let made = double.control(json!({"op": "torture"}));
    let long = double.control(json!({"op": "torture", "case": "ten-megabytes"}));
    let count = made.as_array().unwrap().len() + long.as_array().unwrap().len();
    assert_eq!(count, hark_doubles::torture::NAMES.len());
    let path = format!(
        "/2/tweets?tweet.fields=note_tweet,author_id,created_at&ids={}",
        long[0]["id"].as_str().unwrap()
    );
    assert!(get(&double, &path).body.len() > 10 << 20);
    for made in made.as_array().unwrap() {
        let body = get(&double, &format!("/2/tweets?ids={}", made["id"].as_str().unwrap())).body;
        assert!(body.starts_with(b"{\"data\""), "{}", String::from_utf8_lossy(&body));
    }
}

#[test]
fn the_log_says_what_no_decent_client_does() {
    let double = x();
    get(&double, SEARCH);
    get(&double, &format!("{SEARCH}&access_token={APP_TOKEN}"));
    ask(&double, "POST", "/2/tweets", USER_TOKEN, "{}").unwrap();
    let said = double.control(json!({"op": "check-log", "allowed": ["GET *"]}));
    let said: Vec<&str> = said.as_array().unwrap().iter().filter_map(Value::as_str).collect();
    assert_eq!(said.len(), 2, "{said:?}");
    assert!(said[0].contains("secret") && said[1].contains("POST /2/tweets is not allowed"));
    let log = double.control(json!({"op": "log"})).to_string();
    assert!(!log.contains(APP_TOKEN) && log.contains("Bearer"), "{log}");
}

/// Everything that a script makes a double say, byte for byte.
fn recorded(seed: u64) -> Vec<u8> {
    let double = Double::start("x", Options { seed, ..Options::default() }).unwrap();
    double.control(json!([
        {"op": "seed", "items": 100_000},
        {"op": "hook", "secret": "s"},
        {"op": "torture"},
        {"op": "fault", "fault": "truncated", "on": {"every": 5}},
    ]));
    let mut all = Vec::new();
    for page in 0..7 {
        double.control(
            json!([{"op": "insert", "text": format!("@acme {page}")}, {"op": "advance", "ms": 1_000}]),
        );
        let mut line = TcpStream::connect(double.base_url().trim_start_matches("http://")).unwrap();
        let path = format!("{SEARCH}&max_results=100&expansions=author_id&tweet.fields=public_metrics");
        write!(
            line,
            "GET {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\nauthorization: Bearer {APP_TOKEN}\r\n\r\n"
        )
        .unwrap();
        line.read_to_end(&mut all).unwrap();
    }
    for sent in double.deliver(json!({"order": "shuffled"})) {
        all.extend(format!("{sent:?}").into_bytes());
    }
    all.extend(double.control(json!({"op": "log"})).to_string().into_bytes());
    all
}

#[test]
fn the_same_script_gives_the_same_bytes() {
    let first = recorded(7);
    assert!(first.len() > 100_000);
    assert!(first == recorded(7), "two runs differ");
    assert!(first != recorded(8), "the seed changes nothing");
}

#[test]
fn without_control_nobody_commands_over_http() {
    let double = Double::start("x", Options { control: false, ..Options::default() }).unwrap();
    let refused =
        ask(&double, "POST", "/_control", APP_TOKEN, r#"{"op":"insert","text":"acme forged"}"#).unwrap();
    assert_ne!(refused.status, 200, "{refused:?}");
    assert_ne!(ask(&double, "GET", "/_control", APP_TOKEN, "").unwrap().status, 200);
    double.control(json!({"op": "insert", "text": "acme said in the process"}));
    let found = json_of(&get(&double, SEARCH));
    assert_eq!(found["meta"]["result_count"], 1, "{found}");
}
