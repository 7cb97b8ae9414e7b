//! Marked secrets everywhere, and servers that say them back: found nowhere.
//!
//! Looked through: logs at trace level, texts and `Debug` of errors and options, what a guest gets, what is kept,
//! tapes, and what is handed over to be stored. Not here: the memory of a guest, which this crate has none of, and
//! the files of the database, which holds what is kept and what is handed over.

use std::io::Write;
use std::sync::{Arc, Mutex};

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use hark_cassette::Tape;
use hark_egress::{GateOptions, HttpRequest, Secret, SecretEncoding, Shared, SourceGate, Vault};
use hark_model::{Oauth1Ref, Placement, SecretRef};

use crate::kit::{Authority, all_here, call, credential, endpoints, get, get_with, options};
use crate::server::{Reply, Seen, Server, redirect, reply};
use crate::tokens::{Files, Memory};
use crate::wire::echo;

/// What every secret holds; long enough for its base64 to be looked for at any offset.
const MARK: &str = "canary+mark/of a&secret";

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

/// Every way in which the mark is usually written.
fn spellings() -> Vec<Vec<u8>> {
    let mut all = vec!["canary".to_owned(), MARK.to_owned()];
    let percent: String = MARK.bytes().map(|byte| format!("%{byte:02X}")).collect();
    all.push(MARK.bytes().map(|byte| format!("{byte:02x}")).collect());
    all.push(percent.to_lowercase());
    all.push(percent);
    for before in 0..3 {
        let padded = format!("{}{MARK}", "x".repeat(before));
        // Without the characters that what stands beside it decides.
        all.push(STANDARD.encode(&padded)[4..24].to_owned());
        all.push(URL_SAFE_NO_PAD.encode(&padded)[4..24].to_owned());
    }
    all.into_iter().map(String::into_bytes).collect()
}

/// Fails if the mark stands in `bytes` in any spelling.
#[track_caller]
fn is_clean(what: &str, bytes: &[u8]) {
    for spelling in spellings() {
        let found = bytes.windows(spelling.len()).position(|window| window == spelling);
        if let Some(at) = found {
            let around = &bytes[at.saturating_sub(80)..(at + 80).min(bytes.len())];
            panic!(
                "{what} holds {:?}: {:?}",
                String::from_utf8_lossy(&spelling),
                String::from_utf8_lossy(around)
            );
        }
    }
}

#[test]
fn the_mark_would_be_found() {
    for text in [
        format!("a {MARK} b"),
        format!("user=jo&key={}", MARK.bytes().map(|byte| format!("%{byte:02x}")).collect::<String>()),
        STANDARD.encode(format!("jo:{MARK}x")),
        URL_SAFE_NO_PAD.encode(format!("\0jo\0{MARK}")),
    ] {
        let looked = std::panic::catch_unwind(|| is_clean("a text", text.as_bytes()));
        assert!(looked.is_err(), "{text}");
    }
    is_clean("a text", b"nothing of the kind");
}

/// Says back whatever it was told, in body, headers and redirects; and is a token endpoint.
fn parrot(seen: &Seen) -> Reply {
    let heard = format!(
        "{} {} {}",
        seen.target,
        seen.header("authorization").unwrap_or_default(),
        seen.header("x-api-key").unwrap_or_default()
    );
    match seen.target.split('?').next().unwrap_or_default() {
        "/token" => reply(
            "200 OK",
            "",
            format!(r#"{{"access_token":"access {MARK}","expires_in":0,"refresh_token":"next {MARK}"}}"#),
        ),
        "/no-token" => {
            reply("400 No", "", format!(r#"{{"error":"invalid_grant","error_description":"{MARK}"}}"#))
        }
        "/moved" => redirect(302, &format!("/echo?{}", seen.target.split('?').nth(1).unwrap_or_default())),
        "/away" => redirect(302, &format!("http://{MARK}.example/{heard}")),
        "/cut" => Reply::Last(
            format!("HTTP/1.1 200 OK\r\ncontent-length: 999\r\nx-heard: {heard}\r\n\r\n{heard}").into(),
        ),
        "/odd" => Reply::Last(format!("HTTP/1.1 2OO {heard}\r\n\r\n").into()),
        _ => reply("200 OK", &format!("x-heard: {heard}\r\ncontent-type: text/plain; x={heard}\r\n"), heard),
    }
}

/// What became visible to anybody.
#[derive(Default)]
struct Shown {
    texts: Vec<(String, Vec<u8>)>,
    /// Payloads that a database would get.
    kept: usize,
}

impl Shown {
    fn add(&mut self, what: &str, text: impl AsRef<[u8]>) {
        self.texts.push((what.to_owned(), text.as_ref().to_vec()));
    }
}

/// Sends what there is to send with the credential `key`, well and badly.
async fn speak(options: GateOptions, server: &Server, shown: &mut Shown) {
    shown.add("options", format!("{options:?} {options:#?}"));
    let tape = Tape::default();
    let gate = Arc::new(SourceGate::recording(options, tape.clone()).unwrap());
    let mut call = call(&gate);
    for path in ["/echo", "/moved", "/away", "/cut", "/odd", "/echo?token=***"] {
        match call.send(get_with(server.url(path), "key")).await {
            Ok(answer) => shown.add(path, format!("{answer:?} {}", String::from_utf8_lossy(&answer.body))),
            Err(fault) => shown.add(path, format!("{fault} {fault:?}")),
        }
    }
    // A guest that has got hold of a secret by some other way does not get it out either.
    let body = Some(MARK.as_bytes().to_vec());
    let smuggled = HttpRequest { method: "POST".to_owned(), body, ..get(server.url("/echo")) };
    shown.add("smuggled", format!("{:?}", call.send(smuggled).await));
    call.keep(MARK, MARK, MARK.as_bytes().to_vec(), 7);
    shown.add("gate's scrubber", gate.scrub(&format!("x {MARK} y")));
    shown.add("tape", serde_json::to_string(&tape.take()).unwrap());
    let report = call.finish();
    shown.add("report", format!("{report:?}"));
    for kept in &report.payloads {
        shown.add("kept payload", &kept.body);
        shown.add("kept payload's name", format!("{} {} {:?}", kept.label, kept.media_type, kept.url));
    }
    shown.kept += report.payloads.len();
}

/// Logs in on a wire that echoes.
async fn log_in(shared: &Shared, shown: &mut Shown) {
    let authority = Authority::new();
    let address = echo(authority.acceptor("mail.example.com")).await;
    let endpoint = format!("tls://mail.example.com:{}", address.port());
    for encoding in [SecretEncoding::ImapQuoted, SecretEncoding::SaslPlain, SecretEncoding::SaslXoauth2] {
        let mut options = options(&[]);
        options.endpoints = endpoints(&[&endpoint]);
        options.grant.endpoints = endpoints(&[&endpoint]);
        options.names = all_here();
        options.grant.ca_file = Some(authority.file());
        options.credentials = vec![marked(Placement::WireLogin, &endpoint, Secret::from(MARK.to_owned()))];
        options.shared = shared.clone();
        let tape = Tape::default();
        let gate = Arc::new(SourceGate::recording(options, tape.clone()).unwrap());
        let mut wire = call(&gate).connect(&endpoint).await.unwrap();
        wire.write_secret(b"a1 AUTHENTICATE X ", "key", "jo", encoding, b"\r\n").await.unwrap();
        let mut heard = Vec::new();
        while !(heard.ends_with(b"\r\n") && heard.windows(4).any(|window| window == b"got ")) {
            heard.extend(wire.read(4096, 10_000).await.unwrap());
        }
        shown.add("wire", heard);
        shown.add("tape of a wire", serde_json::to_string(&tape.take()).unwrap());
    }
}

fn marked(placement: Placement, audience: &str, secret: Secret) -> hark_egress::BoundCredential {
    let mut key = credential(placement, &[audience]);
    key.secret = Some(secret);
    key
}

async fn secrets(files: &Files, server: &Server) -> Vec<(Placement, Secret)> {
    let plain = || Secret::from(MARK.to_owned());
    let word = |name: &str| files.put(name, &format!("{name} {MARK}"));
    let keys = Oauth1Ref {
        consumer_key: word("consumer-key"),
        consumer_secret: word("consumer-secret"),
        token: word("token"),
        token_secret: word("token-secret"),
    };
    let signing = Secret::resolve(&SecretRef::Oauth1(Box::new(keys))).await.unwrap();
    let renewed = files.client(&server.url("/token"), Some(&format!("first {MARK}"))).await;
    let refused = files.client(&server.url("/no-token"), Some(&format!("refused {MARK}"))).await;
    vec![
        (Placement::Bearer, plain()),
        (Placement::Basic("jo".to_owned()), plain()),
        (Placement::Header("x-api-key".to_owned()), plain()),
        (Placement::Query("token".to_owned()), plain()),
        (Placement::Oauth1, signing),
        (Placement::Bearer, renewed),
        (Placement::Bearer, refused),
    ]
}

#[tokio::test]
async fn a_marked_secret_is_found_nowhere() {
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_ansi(false)
        .with_writer(move || writer.clone())
        .finish();
    // This way also what is logged by the other facade is heard, which the HTTP client uses.
    let guard = tracing_subscriber::util::SubscriberInitExt::set_default(subscriber);
    let memory = Memory::default();
    let files = Files::new();
    let server = Server::start(parrot).await;
    let shared = Shared::with_vault(Vault::new(files.key().await, memory.shelf()));
    let mut shown = Shown::default();
    for (placement, secret) in secrets(&files, &server).await {
        let mut options = options(&[&server.origin()]);
        // All of a source is scrubbed together, so that what a guest says of itself is found, too.
        options.credentials = vec![marked(placement, &server.origin(), secret)];
        let mut other = marked(Placement::WebhookKey, &server.origin(), Secret::from(MARK.to_owned()));
        "hook".clone_into(&mut other.info.name);
        options.credentials.push(other);
        options.shared = shared.clone();
        speak(options, &server, &mut shown).await;
    }
    log_in(&shared, &mut shown).await;
    shown.add("shared", format!("{shared:?}"));
    // The secrets were really there.
    let heard: Vec<String> = server
        .seen()
        .iter()
        .map(|seen| format!("{} {:?} {}", seen.target, seen.headers, String::from_utf8_lossy(&seen.body)))
        .collect();
    let told = |part: &str| heard.iter().any(|heard| heard.contains(part));
    assert!(heard.iter().filter(|heard| heard.contains("canary")).count() > 10, "{heard:?}");
    assert!(
        told("Bearer access canary") && told("refresh_token=next+canary"),
        "tokens were renewed: {heard:?}"
    );

    assert!(shown.kept > 20, "{} payloads", shown.kept);
    let rows = memory.rows();
    assert!(!rows.is_empty(), "a new refresh token was handed over to be stored");
    for (name, sealed) in rows {
        shown.add("name of a stored token", name);
        shown.add("stored token", sealed);
    }
    drop(guard);
    let logged = log.0.lock().unwrap().clone();
    let text = String::from_utf8_lossy(&logged);
    assert!(text.contains("TRACE") && text.contains("no response"), "the log is at work");
    assert!(text.contains("reqwest") || text.contains("hyper"), "and so is that of the HTTP client");
    shown.add("log", &logged);
    for (what, bytes) in &shown.texts {
        is_clean(what, bytes);
    }
}
