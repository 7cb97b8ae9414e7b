//! OAuth 2.0 by the host: tokens that are renewed, replaced, kept sealed, refused; and OAuth 1.0a's signatures.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use hark_egress::{
    GateError, GateOptions, HttpFault, HttpRequest, Secret, Shared, Shelf, ShelfError, SourceGate, Vault,
    VaultKey,
};
use hark_model::{Oauth1Ref, Oauth2Ref, Placement, SecretRef};
use tempfile::TempDir;

use crate::kit::{all_here, call, credential, gate, get_with, options};
use crate::server::{Reply, Seen, Server, ok, redirect, reply};

/// A file for each secret, as operators keep them.
pub struct Files(TempDir);

impl Files {
    pub fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub fn put(&self, name: &str, value: &str) -> SecretRef {
        use std::os::unix::fs::PermissionsExt;
        let path = self.0.path().join(name);
        std::fs::write(&path, value).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
        SecretRef::File(path)
    }

    pub async fn client(&self, token_url: &str, refresh: Option<&str>) -> Secret {
        let client = Oauth2Ref {
            token_url: token_url.to_owned(),
            client_id: "hark".to_owned(),
            client_secret: Some(self.put("client-secret", "canary-client-secret")),
            refresh_token: refresh.map(|token| self.put("refresh-token", token)),
            scope: None,
            client_in_form: false,
        };
        Secret::resolve(&SecretRef::Oauth2(Box::new(client))).await.unwrap()
    }

    pub async fn key(&self) -> VaultKey {
        VaultKey::resolve(&self.put("key", &"5c".repeat(32))).await.unwrap()
    }
}

/// A shelf in memory that can be told to fail.
#[derive(Clone, Default)]
pub struct Memory {
    rows: Arc<Mutex<BTreeMap<String, Vec<u8>>>>,
    is_broken: Arc<AtomicBool>,
    saves: Arc<AtomicUsize>,
}

impl Memory {
    pub fn shelf(&self) -> Shelf {
        let (reading, writing) = (self.clone(), self.clone());
        Shelf {
            load: Arc::new(move |name| {
                let found = reading.rows.lock().unwrap().get(&name).cloned();
                Box::pin(async move { Ok(found) })
            }),
            save: Arc::new(move |name, sealed| {
                let memory = writing.clone();
                Box::pin(async move {
                    if memory.is_broken.load(Ordering::SeqCst) {
                        return Err(ShelfError("the disk is full".into()));
                    }
                    memory.rows.lock().unwrap().insert(name, sealed);
                    memory.saves.fetch_add(1, Ordering::SeqCst);
                    Ok(())
                })
            }),
        }
    }

    pub fn rows(&self) -> Vec<(String, Vec<u8>)> {
        self.rows.lock().unwrap().clone().into_iter().collect()
    }

    async fn shared(&self, files: &Files) -> Shared {
        Shared::with_vault(Vault::new(files.key().await, self.shelf()))
    }
}

/// A platform with its token endpoint: it believes the newest access token only, and replaces the refresh token
/// each time.
#[derive(Clone)]
struct Platform {
    state: Arc<Mutex<State>>,
}

struct State {
    /// Number of the access token that is believed.
    issued: usize,
    /// Number of the newest refresh token; the first is the operator's.
    refresh: usize,
    is_revoked: bool,
    life: u64,
}

impl Platform {
    fn new() -> Self {
        Self { state: Arc::new(Mutex::new(State { issued: 0, refresh: 1, is_revoked: false, life: 3_600 })) }
    }

    async fn start(&self) -> Server {
        let platform = self.clone();
        Server::start(move |seen| platform.answer(seen)).await
    }

    fn answer(&self, seen: &Seen) -> Reply {
        let mut state = self.state.lock().unwrap();
        if seen.target == "/token" {
            return token(&mut state, &String::from_utf8_lossy(&seen.body));
        }
        let right = format!("Bearer canary-access-{}", state.issued);
        match seen.header("authorization") == Some(&right) {
            true => ok("fine"),
            false => reply("401 No", "", "who are you?"),
        }
    }

    /// Makes every access token that was given worthless.
    fn forget(&self) {
        self.state.lock().unwrap().issued += 1;
    }
}

fn token(state: &mut State, form: &str) -> Reply {
    let asked: Option<usize> = form
        .split('&')
        .find_map(|pair| pair.strip_prefix("refresh_token=canary-refresh-"))
        .and_then(|number| number.parse().ok());
    let refused =
        reply("400 No", "", r#"{"error":"invalid_grant","error_description":"canary-refresh is revoked"}"#);
    let Some(_) = asked.filter(|_| !state.is_revoked) else { return refused };
    state.issued += 1;
    state.refresh += 1;
    let number = state.issued;
    let body = format!(
        r#"{{"access_token":"canary-access-{number}","token_type":"bearer","expires_in":{},"refresh_token":"canary-refresh-{}"}}"#,
        state.life, state.refresh
    );
    reply("200 OK", "content-type: application/json\r\n", body)
}

async fn tokened(server: &Server, files: &Files, shared: &Shared) -> GateOptions {
    let mut options = options(&[&server.origin()]);
    let mut key = credential(Placement::Bearer, &[&server.origin()]);
    key.secret = Some(files.client(&server.url("/token"), Some("canary-refresh-1")).await);
    options.credentials = vec![key];
    options.shared = shared.clone();
    options
}

/// The refresh tokens that the endpoint was asked with.
fn asked_with(server: &Server) -> Vec<String> {
    let asked = server.seen().into_iter().filter(|seen| seen.target == "/token");
    let forms = asked.map(|seen| String::from_utf8(seen.body).unwrap());
    forms.map(|form| form.split("refresh_token=").nth(1).unwrap_or("none").to_owned()).collect()
}

#[tokio::test]
async fn a_token_is_fetched_used_and_replaced_when_it_is_not_believed() {
    let (platform, files, memory) = (Platform::new(), Files::new(), Memory::default());
    let server = platform.start().await;
    let shared = memory.shared(&files).await;
    let gate = gate(tokened(&server, &files, &shared).await);
    for _ in 0..3 {
        assert_eq!(call(&gate).send(get_with(server.url("/a"), "key")).await.unwrap().status, 200);
    }
    assert_eq!(asked_with(&server), ["canary-refresh-1"], "one token serves many requests");
    let asked = server.seen().into_iter().find(|seen| seen.target == "/token").unwrap();
    assert_eq!(asked.header("authorization"), Some("Basic aGFyazpjYW5hcnktY2xpZW50LXNlY3JldA=="));

    platform.forget();
    let mut call = call(&gate);
    assert_eq!(call.send(get_with(server.url("/b"), "key")).await.unwrap().body, b"fine");
    assert_eq!(call.finish().requests, 2, "the second try is counted");
    assert_eq!(asked_with(&server), ["canary-refresh-1", "canary-refresh-2"]);

    // Not believed again so soon: it is not the token's age, and the guest is told.
    platform.forget();
    assert_eq!(crate::kit::call(&gate).send(get_with(server.url("/c"), "key")).await.unwrap().status, 401);
    assert_eq!(asked_with(&server).len(), 2);
    assert_eq!(memory.saves.load(Ordering::SeqCst), 2, "each new refresh token was kept");
}

#[tokio::test]
async fn what_is_kept_is_sealed_and_goes_before_what_the_operator_gave() {
    let (platform, files, memory) = (Platform::new(), Files::new(), Memory::default());
    let server = platform.start().await;
    let first = gate(tokened(&server, &files, &memory.shared(&files).await).await);
    call(&first).send(get_with(server.url("/a"), "key")).await.unwrap();
    let rows = memory.rows();
    assert_eq!(rows.len(), 1);
    let spilt = |bytes: &[u8]| bytes.windows(6).any(|window| window == b"canary");
    assert!(!spilt(rows[0].0.as_bytes()) && !spilt(&rows[0].1));
    drop(first);
    // The program starts again.
    let second = gate(tokened(&server, &files, &memory.shared(&files).await).await);
    call(&second).send(get_with(server.url("/a"), "key")).await.unwrap();
    assert_eq!(asked_with(&server), ["canary-refresh-1", "canary-refresh-2"]);
    // With another key, what is kept is no use, and the gate does not fall back to what may be spent.
    let other = VaultKey::resolve(&files.put("other-key", &"6d".repeat(32))).await.unwrap();
    // Its name is made with the key as well, so nothing is found, and the operator's own is asked with.
    let third = gate(tokened(&server, &files, &Shared::with_vault(Vault::new(other, memory.shelf()))).await);
    call(&third).send(get_with(server.url("/a"), "key")).await.unwrap();
    assert_eq!(asked_with(&server).last().unwrap(), "canary-refresh-1");
}

#[tokio::test]
async fn a_kept_token_that_was_changed_is_not_used() {
    let (platform, files, memory) = (Platform::new(), Files::new(), Memory::default());
    let server = platform.start().await;
    let first = gate(tokened(&server, &files, &memory.shared(&files).await).await);
    call(&first).send(get_with(server.url("/a"), "key")).await.unwrap();
    memory.rows.lock().unwrap().values_mut().for_each(|sealed| sealed[20] ^= 1);
    let second = gate(tokened(&server, &files, &memory.shared(&files).await).await);
    let fault = call(&second).send(get_with(server.url("/a"), "key")).await.unwrap_err();
    assert!(matches!(&fault, HttpFault::Connect(why) if why.contains("token that was kept")), "{fault:?}");
    assert_eq!(asked_with(&server).len(), 1);
}

#[tokio::test]
async fn many_who_need_a_token_at_once_ask_once() {
    let (platform, files, memory) = (Platform::new(), Files::new(), Memory::default());
    let server = platform.start().await;
    let shared = memory.shared(&files).await;
    // Two sources with the same credential.
    let gates =
        [gate(tokened(&server, &files, &shared).await), gate(tokened(&server, &files, &shared).await)];
    let asking = (0..20).map(|at| {
        let (mut call, url) = (call(&gates[at % 2]), server.url("/a"));
        async move { call.send(get_with(url, "key")).await.map(|answer| answer.status) }
    });
    let answers = futures_util::future::join_all(asking).await;
    assert!(answers.iter().all(|answer| *answer == Ok(200)), "{answers:?}");
    assert_eq!(asked_with(&server), ["canary-refresh-1"]);
}

#[tokio::test]
async fn a_token_at_its_end_is_renewed_before_it_is_used() {
    let (platform, files, memory) = (Platform::new(), Files::new(), Memory::default());
    platform.state.lock().unwrap().life = 0;
    let server = platform.start().await;
    let gate = gate(tokened(&server, &files, &memory.shared(&files).await).await);
    for _ in 0..3 {
        assert_eq!(call(&gate).send(get_with(server.url("/a"), "key")).await.unwrap().status, 200);
    }
    assert_eq!(asked_with(&server), ["canary-refresh-1", "canary-refresh-2", "canary-refresh-3"]);
}

#[tokio::test]
async fn a_refused_token_is_told_as_401_and_not_asked_for_again() {
    let (platform, files, memory) = (Platform::new(), Files::new(), Memory::default());
    platform.state.lock().unwrap().is_revoked = true;
    let server = platform.start().await;
    let gate = gate(tokened(&server, &files, &memory.shared(&files).await).await);
    for _ in 0..3 {
        let answer = call(&gate).send(get_with(server.url("/a"), "key")).await.unwrap();
        let told = String::from_utf8(answer.body).unwrap();
        assert_eq!(answer.status, 401);
        assert_eq!(
            told,
            "rule credential-refused: credential key gives no access token: invalid_grant; give it a new one"
        );
    }
    assert_eq!(asked_with(&server), ["canary-refresh-1"]);
    assert!(server.seen().iter().all(|seen| seen.target == "/token"), "the platform was not asked");
}

#[tokio::test]
async fn the_old_token_stays_until_the_new_one_is_kept() {
    let (platform, files, memory) = (Platform::new(), Files::new(), Memory::default());
    platform.state.lock().unwrap().life = 0;
    let server = platform.start().await;
    let gate = gate(tokened(&server, &files, &memory.shared(&files).await).await);
    let send = || async { call(&gate).send(get_with(server.url("/a"), "key")).await.unwrap().status };
    assert_eq!(send().await, 200);
    let before = memory.rows();
    memory.is_broken.store(true, Ordering::SeqCst);
    // A new token cannot be kept: it works all the same, and what was kept before is still there.
    assert_eq!(send().await, 200);
    assert_eq!(memory.rows(), before);
    memory.is_broken.store(false, Ordering::SeqCst);
    assert_eq!(send().await, 200);
    assert_ne!(memory.rows(), before);
    // A crash after that finds the newest.
    let again = crate::kit::gate(tokened(&server, &files, &memory.shared(&files).await).await);
    call(&again).send(get_with(server.url("/a"), "key")).await.unwrap();
    let want: Vec<String> = (1..=4).map(|number| format!("canary-refresh-{number}")).collect();
    assert_eq!(asked_with(&server), want);
}

#[tokio::test]
async fn an_answer_on_its_way_is_kept_though_nobody_waits_for_it_any_more() {
    let (files, memory) = (Files::new(), Memory::default());
    let go = Arc::new(tokio::sync::Semaphore::new(0));
    let waiting = Arc::clone(&go);
    let address = crate::wire::serve(move |mut tcp| {
        let waiting = Arc::clone(&waiting);
        async move {
            use tokio::io::{AsyncReadExt, AsyncWriteExt};
            let _ = tcp.read(&mut [0; 4096]).await;
            let _held = waiting.acquire().await;
            let body = r#"{"access_token":"canary-access","refresh_token":"canary-refresh-2"}"#;
            let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{body}", body.len());
            let _ = tcp.write_all(head.as_bytes()).await;
        }
    })
    .await;
    let origin = format!("http://{address}");
    let mut options = options(&[&origin]);
    let mut key = credential(Placement::Bearer, &[&origin]);
    key.secret = Some(files.client(&format!("{origin}/token"), Some("canary-refresh-1")).await);
    options.credentials = vec![key];
    options.shared = memory.shared(&files).await;
    let gate = gate(options);
    let request = HttpRequest { timeout_ms: 200, ..get_with(&origin, "key") };
    assert_eq!(call(&gate).send(request).await, Err(HttpFault::Timeout));
    assert!(memory.rows().is_empty());
    go.add_permits(1);
    while memory.saves.load(Ordering::SeqCst) == 0 {
        tokio::task::yield_now().await;
    }
    assert_eq!(memory.rows().len(), 1);
}

#[tokio::test]
async fn a_client_asks_for_itself_without_a_refresh_token() {
    let files = Files::new();
    let server = Server::start(|seen| match (seen.target.as_str(), seen.body.as_slice()) {
        ("/token", b"grant_type=client_credentials") => {
            reply("200 OK", "", r#"{"access_token":"canary-access","expires_in":60}"#)
        }
        ("/token", _) => reply("400 No", "", r#"{"error":"invalid_request"}"#),
        _ => ok(seen.header("authorization").unwrap_or_default()),
    })
    .await;
    let mut options = options(&[&server.origin()]);
    let mut key = credential(Placement::Header("x-token".to_owned()), &[&server.origin()]);
    key.secret = Some(files.client(&server.url("/token"), None).await);
    options.credentials = vec![key];
    let gate = gate(options);
    call(&gate).send(get_with(server.url("/a"), "key")).await.unwrap();
    assert_eq!(server.last().header("x-token"), Some("canary-access"));
}

#[tokio::test]
async fn an_endpoint_passes_the_rules_of_every_address() {
    let (files, memory) = (Files::new(), Memory::default());
    let trap = Server::start(|_| reply("200 OK", "", r#"{"access_token":"canary-access"}"#)).await;
    let away = trap.url("/token");
    let server = Server::start(move |seen| match seen.target.as_str() {
        "/redirect" => redirect(307, &away),
        "/page" => reply("200 OK", "content-type: text/html\r\n", "<html>log in</html>"),
        "/long" => reply("200 OK", "", format!("{{\"access_token\":\"{}\"}}", "x".repeat(1 << 20))),
        _ => reply("503 Later", "", "x"),
    })
    .await;
    let build = |url: String| {
        let (files, memory, origin) = (&files, &memory, server.origin());
        async move {
            let mut options = options(&[&origin]);
            options.names = hark_egress::Names::Table(Arc::new(|_| vec!["10.0.0.1".parse().unwrap()]));
            let mut key = credential(Placement::Bearer, &[&origin]);
            key.secret = Some(files.client(&url, Some("canary-refresh-1")).await);
            options.credentials = vec![key];
            options.shared = memory.shared(files).await;
            SourceGate::new(options).map(Arc::new)
        }
    };
    for (url, rule) in [
        ("https://10.0.0.1/token", "rule address:"),
        ("https://[64:ff9b::7f00:1]/token", "rule address:"),
        ("http://id.example.com/token", "rule credential-plain:"),
        ("https://jo:pw@id.example.com/token", "rule url-user:"),
        ("https://0x7f.1/token", "rule url-host:"),
        ("https://id.example.com/token#x", "rule url-fragment:"),
        ("file:///etc/passwd", "rule url-form:"),
    ] {
        let refused = build(url.to_owned()).await.err().unwrap();
        assert!(
            matches!(&refused, GateError::TokenUrl { why, .. } if why.starts_with(rule)),
            "{url}: {refused}"
        );
    }
    for (url, words) in [
        (server.url("/redirect"), "status 307"),
        (server.url("/page"), "holds no token"),
        (server.url("/long"), "too long"),
        (server.url("/later"), "status 503"),
        ("https://id.example.com/token".to_owned(), "rule address: id.example.com is at 10.0.0.1"),
    ] {
        let gate = build(url.clone()).await.unwrap();
        let fault = call(&gate).send(get_with(server.url("/a"), "key")).await.unwrap_err();
        assert!(matches!(&fault, HttpFault::Connect(why) if why.contains(words)), "{url}: {fault:?}");
    }
    assert_eq!(trap.connections(), 0);
    assert!(server.seen().iter().all(|seen| seen.target != "/a"), "no request went out without its token");
}

#[tokio::test]
async fn a_credential_that_cannot_work_stops_its_source_before_the_first_call() {
    let files = Files::new();
    let words = |from: &SecretRef| from.clone();
    let part = files.put("part", "canary-part");
    let keys = Oauth1Ref {
        consumer_key: words(&part),
        consumer_secret: words(&part),
        token: words(&part),
        token_secret: words(&part),
    };
    let signing = Secret::resolve(&SecretRef::Oauth1(Box::new(keys.clone()))).await.unwrap();
    let client = files.client("https://id.example.com/token", Some("canary-refresh-1")).await;
    let build = |placement: Placement, secret: &Secret| {
        let mut options = options(&[]);
        let mut key = credential(placement, &[]);
        key.secret = Some(secret.clone());
        options.credentials = vec![key];
        SourceGate::new(options).err()
    };
    let plain = Secret::from("canary-plain".to_owned());
    for (placement, secret) in [
        (Placement::Oauth1, &plain),
        (Placement::Oauth1, &client),
        (Placement::Bearer, &signing),
        (Placement::WireLogin, &signing),
        (Placement::WebhookKey, &client),
        (Placement::Basic("jo".to_owned()), &client),
    ] {
        let refused = build(placement.clone(), secret);
        assert!(matches!(refused, Some(GateError::Misfit { .. })), "{placement:?}: {refused:?}");
    }
    let no_key = build(Placement::Bearer, &client).unwrap();
    assert!(
        matches!(no_key, GateError::NoVault { .. }) && no_key.to_string().contains("token_key"),
        "{no_key}"
    );
    assert!(build(Placement::Oauth1, &signing).is_none());
    let missing = Oauth1Ref { token: SecretRef::File("/no/such/file".into()), ..keys };
    assert!(Secret::resolve(&SecretRef::Oauth1(Box::new(missing))).await.is_err());
    assert!(!format!("{signing:?}{client:?}").contains("canary"));
}

#[tokio::test]
async fn a_signature_is_made_for_one_request_and_shows_no_key() {
    let files = Files::new();
    let keys = Oauth1Ref {
        consumer_key: files.put("a", "canary-consumer-key"),
        consumer_secret: files.put("b", "canary-consumer-secret"),
        token: files.put("c", "canary-token"),
        token_secret: files.put("d", "canary-token-secret"),
    };
    let server = Server::start(|seen| ok(seen.header("authorization").unwrap_or_default())).await;
    let mut options = options(&[&server.origin()]);
    options.names = all_here();
    let mut key = credential(Placement::Oauth1, &[&server.origin()]);
    key.secret = Some(Secret::resolve(&SecretRef::Oauth1(Box::new(keys))).await.unwrap());
    options.credentials = vec![key];
    let gate = gate(options);
    let mut signatures = Vec::new();
    for _ in 0..2 {
        let answer = call(&gate).send(get_with(server.url("/a?b=c"), "key")).await.unwrap();
        let echoed = String::from_utf8(answer.body).unwrap();
        assert!(!echoed.contains("canary") && echoed.contains("oauth_token=\"***\""), "{echoed}");
        let sent = server.last().header("authorization").unwrap().to_owned();
        assert!(
            sent.starts_with("OAuth oauth_consumer_key=\"canary-consumer-key\", oauth_nonce=\""),
            "{sent}"
        );
        assert!(sent.contains("oauth_signature_method=\"HMAC-SHA1\"") && !sent.contains("secret"), "{sent}");
        signatures.push(sent.split("oauth_signature=").nth(1).unwrap().to_owned());
    }
    assert_ne!(signatures[0], signatures[1]);
    let headers = vec![("authorization".to_owned(), "OAuth mine".to_owned())];
    let why = crate::kit::denial(
        call(&gate).send(HttpRequest { headers, ..get_with(server.url("/a"), "key") }).await,
    );
    assert!(why.contains("header-reserved"), "{why}");
}
