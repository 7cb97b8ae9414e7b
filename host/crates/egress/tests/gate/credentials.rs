//! Credentials: who gets them, where they stand, and that nothing shows them again.

use std::io::Write;
use std::sync::{Arc, Mutex};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hark_egress::{GateError, HmacDenied, HmacDigest, HttpFault, HttpRequest, Secret, SourceGate};
use hark_model::Placement;

use crate::kit::{CANARY, all_here, call, credential, denial, gate, get, get_with, options};
use crate::server::{Server, ok, reply};

#[tokio::test]
async fn each_placement_puts_the_value_where_it_belongs() {
    let server = Server::start(|_| ok("x")).await;
    let basic = format!("Basic {}", STANDARD.encode(format!("jo:{CANARY}")));
    let bearer = format!("Bearer {CANARY}");
    let cases = [
        (Placement::Bearer, "authorization", bearer.as_str()),
        (Placement::Basic("jo".to_owned()), "authorization", &basic),
        (Placement::Header("X-Api-Key".to_owned()), "x-api-key", CANARY),
    ];
    for (placement, header, want) in cases {
        let mut options = options(&[&server.origin()]);
        options.credentials = vec![credential(placement.clone(), &[&server.origin()])];
        let gate = gate(options);
        call(&gate).send(get_with(server.origin(), "key")).await.unwrap();
        assert_eq!(server.last().header(header), Some(want));
        call(&gate).send(get(server.origin())).await.unwrap();
        assert_eq!(server.last().header(header), None, "nobody asked for it");
        let headers = vec![(header.to_owned(), "mine".to_owned())];
        let why = denial(call(&gate).send(HttpRequest { headers, ..get(server.origin()) }).await);
        assert!(why.contains("belongs to the host"), "{why}");
    }
    let mut options = options(&[&server.origin()]);
    options.credentials = vec![credential(Placement::Query("key".to_owned()), &[&server.origin()])];
    let gate = gate(options);
    let mut one = call(&gate);
    one.send(get_with(server.url("/a?b=c"), "key")).await.unwrap();
    assert_eq!(server.last().target, "/a?b=c&key=canary%2F7f%2B3+a%26b%3D9");
    assert_eq!(one.finish().payloads[0].url.as_deref(), Some(server.url("/a?b=c").as_str()));
    let why = denial(call(&gate).send(get(server.url("/?k%65y=mine"))).await);
    assert!(why.contains("query parameter key belongs to the host"), "{why}");
    // What a link to a next page looks like to a guest.
    call(&gate).send(get_with(server.url("/a?key=***&page=2"), "key")).await.unwrap();
    assert_eq!(server.last().target, "/a?page=2&key=canary%2F7f%2B3+a%26b%3D9");
}

#[tokio::test]
async fn a_value_goes_to_its_audience_only() {
    let server = Server::start(|_| ok("x")).await;
    let named = format!("http://api.example.com:{}", server.address.port());
    let mut options = options(&[&server.origin(), &named]);
    options.names = all_here();
    let audience = server.url("/api");
    options.credentials = vec![credential(Placement::Bearer, &[&audience, &named])];
    let gate = gate(options);
    for (url, name, rule) in [
        (server.url("/feed"), "key", "outside the audience of credential key"),
        (server.url("/apis"), "key", "outside the audience of credential key"),
        (server.url("/api"), "other", "credential other is not declared"),
        (named, "key", "goes over TLS or to this machine only"),
    ] {
        let why = denial(call(&gate).send(get_with(&url, name)).await);
        assert!(why.contains(rule), "{url}: {why}");
    }
    assert_eq!(server.connections(), 0);
    call(&gate).send(get_with(server.url("/api/x"), "key")).await.unwrap();
}

#[tokio::test]
async fn placements_without_a_place_in_http_are_refused() {
    let server = Server::start(|_| ok("x")).await;
    for (placement, rule) in
        [(Placement::WebhookKey, "only signs"), (Placement::WireLogin, "HTTP does not take")]
    {
        let mut options = options(&[&server.origin()]);
        options.credentials = vec![credential(placement, &[&server.origin()])];
        let why = denial(call(&gate(options)).send(get_with(server.origin(), "key")).await);
        assert!(why.contains(rule), "{why}");
    }
    let mut unbound = credential(Placement::Bearer, &[&server.origin()]);
    (unbound.info.optional, unbound.secret) = (true, None);
    let mut options = options(&[&server.origin()]);
    options.credentials = vec![unbound];
    let why = denial(call(&gate(options)).send(get_with(server.origin(), "key")).await);
    assert!(why.contains("bind it under [source.test.credentials]"), "{why}");
    assert_eq!(server.connections(), 0);
}

/// "the key is ", the canary, ", said the server", by gzip.
const PACKED: &str = "1f8b08000000000002032bc94855c84ead54c82c56484ecc4b2caad4374fd3365648544bb2b5d451284ecc4c5128012a294e2d2a4b2d0200731ba8f92d000000";

#[tokio::test]
async fn an_echo_comes_back_without_the_value() {
    let packed: Vec<u8> =
        (0..PACKED.len()).step_by(2).map(|at| u8::from_str_radix(&PACKED[at..at + 2], 16).unwrap()).collect();
    let server = Server::start(move |seen| {
        let given = seen.header("authorization").unwrap_or_default().to_owned();
        let value = given.trim_start_matches("Bearer ").to_owned();
        match seen.target.as_str() {
            "/gzip" => reply("200 OK", "content-encoding: gzip\r\n", &packed),
            "/base64" => ok(format!("got {}", STANDARD.encode(format!("jo:{value}")))),
            "/json" => ok(format!("{{\"got\":\"{}\"}}", value.replace('/', "\\/").replace('&', "\\u0026"))),
            "/percent" => ok("got canary%2F7f%2b3%20a%26b%3D9"),
            "/header" => {
                reply("200 OK", &format!("x-echo: <{value}>\r\ncontent-type: text/{value}\r\n"), "got ***")
            }
            _ => ok(format!("got {given}")),
        }
    })
    .await;
    let mut options = options(&[&server.origin()]);
    options.credentials = vec![credential(Placement::Bearer, &[&server.origin()])];
    let gate = gate(options);
    for path in ["/", "/gzip", "/base64", "/json", "/percent", "/header"] {
        let mut call = call(&gate);
        let response = call.send(get_with(server.url(path), "key")).await.unwrap();
        let body = String::from_utf8(response.body.clone()).unwrap();
        assert!(body.contains("***"), "{path}: {body}");
        let payloads = call.finish().payloads;
        assert_eq!(payloads[0].body, response.body);
        let all = format!("{body}{:?}{:?}", response.headers, payloads[0].media_type);
        for part in ["canary", "7f+3", "7f%2", "a&b", "a%26b", &STANDARD.encode(CANARY)[..8]] {
            assert!(!all.contains(part), "{path}: {all}");
        }
    }
    assert_eq!(gate.scrub(&format!("x {CANARY} y")), "x *** y");
}

#[tokio::test]
async fn a_scheme_before_a_header_value_does_not_hide_it() {
    let server = Server::start(|_| ok("your token is bot-canary-1234")).await;
    let mut key = credential(Placement::Header("authorization".to_owned()), &[&server.origin()]);
    key.secret = Some(Secret::from("Bot bot-canary-1234".to_owned()));
    let mut options = options(&[&server.origin()]);
    options.credentials = vec![key];
    let response = call(&gate(options)).send(get_with(server.origin(), "key")).await.unwrap();
    assert_eq!(server.last().header("authorization"), Some("Bot bot-canary-1234"));
    assert_eq!(response.body, b"your token is ***");
}

/// Collects everything that is logged.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn a_proof_goes_beside_its_token_and_comes_back_to_nobody() {
    let server = Server::start(|seen| ok(seen.target.clone())).await;
    let placement = Placement::BearerProved { key: "secret".to_owned(), parameter: "proof".to_owned() };
    let mut key = credential(Placement::WebhookKey, &[]);
    key.info.name = "secret".to_owned();
    key.info.optional = true;
    key.secret = Some(Secret::from("a key that proves".to_owned()));
    let mut options = options(&[&server.origin()]);
    options.credentials = vec![credential(placement, &[&server.origin()]), key.clone()];
    let proof = {
        let mut keyed = options.clone();
        keyed.credentials = vec![key.clone()];
        let digest = call(&gate(keyed)).hmac("secret", HmacDigest::Sha256, CANARY.as_bytes()).unwrap();
        digest.iter().map(|byte| format!("{byte:02x}")).collect::<String>()
    };
    let proved = gate(options.clone());
    let mut one = call(&proved);
    let answer = one.send(get_with(server.url("/a?b=c"), "key")).await.unwrap();
    let last = server.last();
    assert_eq!(last.target, format!("/a?b=c&proof={proof}"));
    assert_eq!(last.header("authorization"), Some(format!("Bearer {CANARY}").as_str()));
    let told = String::from_utf8(answer.body).unwrap();
    assert_eq!(told, "/a?b=c&proof=***", "the server wrote it into its answer");
    // As a link to the next page would: the mask goes, the proof is put in place once.
    one.send(get_with(server.url(&told), "key")).await.unwrap();
    assert_eq!(server.last().target, format!("/a?b=c&proof={proof}"));
    call(&proved).send(get(server.url("/a"))).await.unwrap();
    assert_eq!(server.last().target, "/a", "nobody asked for the token");
    let mine = call(&proved).send(get_with(server.url("/a?proof=mine"), "key")).await;
    assert!(denial(mine).contains("query parameter proof belongs to the host"));
    // Without its key there is none.
    options.credentials[1].secret = None;
    call(&gate(options.clone())).send(get_with(server.url("/a"), "key")).await.unwrap();
    assert_eq!(server.last().target, "/a");
    // A key that is not declared is no key that is not bound.
    options.credentials.truncate(1);
    assert!(matches!(SourceGate::new(options), Err(GateError::Proof { .. })));
}

#[tokio::test]
async fn neither_errors_nor_logs_at_trace_level_hold_the_value() {
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_writer(move || writer.clone())
        .finish();
    let guard = tracing_subscriber::util::SubscriberInitExt::set_default(subscriber);
    let server = Server::start(|seen| match seen.target.split('?').next() {
        Some("/cut") => crate::server::Reply::Raw(b"HTTP/1.1 200 OK\r\ncontent-length: x\r\n\r\n".to_vec()),
        _ => ok("x"),
    })
    .await;
    let gone = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let gone = format!("http://{gone}");
    let mut texts = String::new();
    for placement in [Placement::Query("key".to_owned()), Placement::Bearer] {
        let mut options = options(&[&server.origin(), &gone]);
        options.credentials = vec![credential(placement, &[&server.origin(), &gone])];
        texts += &format!("{options:?}");
        let gate = gate(options);
        call(&gate).send(get_with(server.url("/ok"), "key")).await.unwrap();
        for url in [server.url("/cut"), gone.clone()] {
            let fault = call(&gate).send(get_with(url, "key")).await.unwrap_err();
            assert!(matches!(fault, HttpFault::Connect(_)), "{fault:?}");
            texts += &format!("{fault} {fault:?}");
        }
    }
    drop(guard);
    let logged = String::from_utf8_lossy(&log.0.lock().unwrap()).into_owned();
    assert!(logged.contains("no response"), "the log is at work");
    for text in [&logged, &texts] {
        for part in ["canary", "7f%2B3", &STANDARD.encode(CANARY)[..8]] {
            assert!(!text.contains(part), "{part} in {text}");
        }
    }
}

#[test]
fn a_gate_that_cannot_work_says_why() {
    let build = |change: &dyn Fn(&mut hark_egress::BoundCredential)| {
        let mut options = options(&[]);
        let mut key = credential(Placement::Bearer, &[]);
        change(&mut key);
        options.credentials = vec![key];
        SourceGate::new(options).err()
    };
    let unbound = build(&|key| key.secret = None).unwrap();
    assert_eq!(
        unbound.to_string(),
        "credential key has no value: bind it under [source.test.credentials], for example key = \"env:NAME\""
    );
    for header in ["host", "Content-Length", "no header", "proxy-authorization"] {
        let error = build(&|key| key.info.placement = Placement::Header(header.to_owned()));
        assert!(matches!(error, Some(GateError::Header { .. })), "{header}: {error:?}");
    }
    let broken = build(&|key| key.secret = Some(Secret::from("canary\r\nx: y".to_owned()))).unwrap();
    assert!(matches!(broken, GateError::Value { .. }) && !format!("{broken} {broken:?}").contains("canary"));
    assert!(build(&|_| ()).is_none());
    let mut twice = options(&[]);
    twice.credentials = vec![credential(Placement::Bearer, &[]), credential(Placement::Oauth1, &[])];
    assert!(matches!(SourceGate::new(twice), Err(GateError::Twice { .. })));
    let mut astray = options(&[]);
    astray.grant.ca_file = Some("/no/such/ca.pem".into());
    assert!(matches!(SourceGate::new(astray), Err(GateError::Trust(_))));
}

#[test]
fn only_webhook_keys_sign() {
    let mut options = options(&[]);
    options.credentials = vec![credential(Placement::WebhookKey, &[])];
    let keyed = call(&gate(options.clone()));
    let signature = keyed.hmac("key", HmacDigest::Sha256, b"message").unwrap();
    assert_eq!(keyed.hmac_equal("key", HmacDigest::Sha256, b"message", &signature), Ok(true));
    assert_eq!(keyed.hmac_equal("key", HmacDigest::Sha256, b"massage", &signature), Ok(false));
    assert!(keyed.hmac("other", HmacDigest::Sha1, b"").unwrap_err().to_string().contains("not declared"));
    options.credentials = vec![credential(Placement::Bearer, &[])];
    let other = call(&gate(options));
    assert!(other.hmac("key", HmacDigest::Sha1, b"").unwrap_err().to_string().contains("not a webhook key"));
    assert!(other.hmac_equal("key", HmacDigest::Sha1, b"", b"").is_err());
}

#[test]
fn a_key_without_a_value_is_told_apart_from_a_rule() {
    let mut options = options(&[]);
    let mut key = credential(Placement::WebhookKey, &[]);
    (key.info.optional, key.secret) = (true, None);
    options.credentials = vec![key];
    let call = call(&gate(options));
    for denied in [
        call.hmac("key", HmacDigest::Sha1, b"").unwrap_err(),
        call.hmac_equal("key", HmacDigest::Sha1, b"", b"").unwrap_err(),
    ] {
        assert!(matches!(denied, HmacDenied::Unbound { .. }), "{denied:?}");
        assert_eq!(
            denied.to_string(),
            "credential `key` has no value: set `key = \"env:...\"` (or file:, cmd:) under [source.test.credentials]"
        );
    }
}
