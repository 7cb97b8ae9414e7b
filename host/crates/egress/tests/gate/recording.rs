//! What is recorded holds no secret, and what is played is let through by the same rules.

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use hark_cassette::{Exchange, HttpAnswer, HttpExchange, Player, Secret as Spoken, Tape, WireStep};
use hark_egress::{GateError, GateOptions, HttpFault, HttpRequest, Secret, SecretEncoding, SourceGate};
use hark_model::Placement;

use crate::kit::{Authority, CANARY, call, credential, denial, gate, get, get_with, options};
use crate::server::{Server, ok, redirect, reply};
use crate::wire::{echo, secured};

fn recording(options: GateOptions) -> (Arc<SourceGate>, Tape) {
    let tape = Tape::default();
    (Arc::new(SourceGate::recording(options, tape.clone()).unwrap()), tape)
}

/// Fails if the canary stands in `exchanges` as it is or as anything that it is usually written as.
#[track_caller]
fn is_clean(exchanges: &[Exchange]) {
    let text = serde_json::to_string_pretty(exchanges).unwrap();
    let percent: String = CANARY.bytes().map(|byte| format!("%{byte:02X}")).collect();
    let form = CANARY
        .replace('/', "%2F")
        .replace('+', "%2B")
        .replace(' ', "+")
        .replace('&', "%26")
        .replace('=', "%3D");
    let spellings = [
        CANARY.to_owned(),
        form,
        percent,
        STANDARD.encode(CANARY),
        URL_SAFE_NO_PAD.encode(CANARY),
        CANARY.replace('&', "&amp;"),
        CANARY.replace('/', "\\/"),
        "canary".to_owned(),
        STANDARD.encode(CANARY)[..12].to_owned(),
    ];
    for spelling in spellings {
        assert!(!text.contains(&spelling), "{spelling:?} is recorded:\n{text}");
    }
}

#[tokio::test]
async fn every_call_has_a_transcript_without_secrets_and_within_bounds() {
    let server = Server::start(|_| ok(format!("you said {CANARY}"))).await;
    let mut options = options(&[&server.origin()]);
    options.credentials = vec![credential(Placement::Bearer, &[&server.origin()])];
    let mut one = call(&gate(options.clone()));
    one.send(get_with(server.url("/a"), "key")).await.unwrap();
    let transcript = one.finish().transcript;
    assert!(!transcript.is_cut);
    let shown = format!("{:?}", transcript.exchanges);
    let [Exchange::Http(http)] = &transcript.exchanges[..] else { panic!("{shown}") };
    assert_eq!(http.request, format!("GET {}", server.url("/a")));
    assert!(!shown.contains(CANARY) && shown.contains("key"), "{shown}");
    // A value that is too short to be found could stand in it.
    options.credentials[0].secret = Some(Secret::from("short".to_owned()));
    let mut one = call(&gate(options));
    one.send(get_with(server.url("/a"), "key")).await.unwrap();
    let transcript = one.finish().transcript;
    assert!(transcript.is_cut && transcript.exchanges.is_empty());
}

#[tokio::test]
async fn no_spelling_of_a_secret_reaches_the_tape() {
    let basic = STANDARD.encode(format!("jo:{CANARY}"));
    let body = format!(
        "{{\"plain\":\"{CANARY}\",\"slashed\":\"{}\",\"basic\":\"{basic}\",\"url\":\"{}\",\"html\":\"{}\"}}",
        CANARY.replace('/', "\\/"),
        "canary%2F7f%2B3+a%26b%3D9",
        CANARY.replace('&', "&amp;")
    );
    let server = Server::start(move |seen| match seen.target.as_str() {
        "/moved?key=canary%2F7f%2B3+a%26b%3D9" => redirect(302, "/api?echo=canary%2F7f%2B3%20a%26b%3D9"),
        _ => reply("200 OK", &format!("x-echo: {CANARY}\r\nset-cookie: id={CANARY}\r\n"), &body),
    })
    .await;
    for placement in [
        Placement::Bearer,
        Placement::Basic("jo".to_owned()),
        Placement::Header("X-Api-Key".to_owned()),
        Placement::Query("key".to_owned()),
    ] {
        let mut options = options(&[&server.origin()]);
        options.credentials = vec![credential(placement, &[&server.origin()])];
        let (gate, tape) = recording(options);
        let mut call = call(&gate);
        call.send(get_with(server.url("/api"), "key")).await.unwrap();
        call.send(get_with(server.url("/moved"), "key")).await.unwrap();
        let echoed = HttpRequest { body: Some(CANARY.into()), ..get(server.url("/api")) };
        call.send(HttpRequest { method: "POST".to_owned(), ..echoed }).await.unwrap();
        let exchanges = tape.take();
        assert!(exchanges.len() >= 3, "{exchanges:?}");
        is_clean(&exchanges);
        let text = serde_json::to_string(&exchanges).unwrap();
        assert!(text.contains("***") && text.contains("x-echo") && !text.contains("set-cookie"), "{text}");
    }
}

#[tokio::test]
async fn a_login_is_recorded_without_its_secret() {
    let authority = Authority::new();
    let address = echo(authority.acceptor("mail.example.com")).await;
    let endpoint = format!("tls://mail.example.com:{}", address.port());
    let (gate, tape) = recording(secured(&authority, &endpoint));
    let mut wire = call(&gate).connect(&endpoint).await.unwrap();
    wire.write_secret(b"a1 LOGIN jo ", "key", "jo", SecretEncoding::ImapQuoted, b"\r\n").await.unwrap();
    let mut heard = Vec::new();
    while !heard.ends_with(b"***\r\n") && !heard.ends_with(b"\"\r\n") {
        heard.extend(wire.read(4096, 10_000).await.unwrap());
    }
    let exchanges = tape.take();
    is_clean(&exchanges);
    let [Exchange::Wire(session)] = &exchanges[..] else { panic!("{exchanges:?}") };
    let login = session.steps.iter().find_map(|step| match step {
        WireStep::Secret(Spoken { credential, user, .. }) => Some((credential.as_str(), user.as_str())),
        _ => None,
    });
    assert_eq!(login, Some(("key", "jo")));
}

#[test]
fn a_secret_too_short_to_be_found_is_not_recorded() {
    let mut options = options(&["https://api.example.com"]);
    let mut short = credential(Placement::Bearer, &["https://api.example.com"]);
    short.secret = Some(Secret::from("hunter2".to_owned()));
    options.credentials = vec![short];
    let refused = SourceGate::recording(options, Tape::default()).err().unwrap();
    assert!(matches!(refused, GateError::Short { .. }) && !refused.to_string().contains("hunter2"));
}

fn exchange(url: &str, body: &str) -> Exchange {
    let answer = HttpAnswer::Response { status: 200, headers: Vec::new(), body: body.into() };
    Exchange::Http(HttpExchange {
        request: format!("GET {url}"),
        headers: Vec::new(),
        credential: None,
        body: None,
        after_ms: 7,
        answer,
    })
}

#[tokio::test]
async fn what_is_played_passes_the_same_rules() {
    let inside = "https://api.example.com/a";
    let outside = "https://other.example.com/a";
    let exchanges = [exchange(inside, "hello"), exchange(outside, "hello")];
    let player = Arc::new(Player::new(exchanges, 1_000));
    let mut options = options(&["https://api.example.com"]);
    options.limits.body_mib = 0;
    let strict = Arc::new(SourceGate::played(options.clone(), Arc::clone(&player)).unwrap());
    options.limits.body_mib = 1;
    let gate = Arc::new(SourceGate::played(options, Arc::clone(&player)).unwrap());

    let answer = call(&gate).send(get(inside)).await.unwrap();
    assert_eq!((answer.body.as_slice(), answer.received_at), (&b"hello"[..], 1_007));
    assert_eq!(call(&strict).send(get(inside)).await, Err(HttpFault::TooLarge(0)));
    let why = denial(call(&gate).send(get(outside)).await);
    assert!(why.contains("other.example.com"), "{why}");
    let Err(HttpFault::Connect(why)) = call(&gate).send(get("https://api.example.com/b")).await else {
        panic!("there is no answer to that");
    };
    assert!(
        why.contains("the cassette has no answer for GET https://api.example.com/b; nearest is"),
        "{why}"
    );
    // Any value stands for keys that would sign.
    let mut signing = crate::kit::options(&["https://api.example.com"]);
    signing.credentials = vec![credential(Placement::Oauth1, &["https://api.example.com"])];
    let player_of = Arc::new(Player::new([exchange(inside, "hello")], 1_000));
    let signing = Arc::new(SourceGate::played(signing, player_of).unwrap());
    assert_eq!(call(&signing).send(get_with(inside, "key")).await.unwrap().body, b"hello");
    let heard = player.heard();
    assert_eq!((heard.http.len(), heard.denied.len(), heard.misses.len()), (3, 1, 1));
}
