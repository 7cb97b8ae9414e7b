//! Connectors at an address.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use hark_supply::{Digest, Pull, SigningKey, SupplyError, Verdict};

use crate::kit::{Site, chain, component, signed, trust};
use crate::server::{Answer, Authority, Server, announcing, answer, gone, ok, unannounced};

/// A server with a component and its signature, both of which can be changed.
struct Shelf {
    authority: Authority,
    server: Server,
    files: Arc<Mutex<(Vec<u8>, Option<String>)>>,
}

impl Shelf {
    async fn new(component: &[u8], signature: Option<&hark_supply::Signature>) -> Self {
        let authority = Authority::new();
        let files = Arc::new(Mutex::new((component.to_owned(), signature.map(|it| it.as_str().to_owned()))));
        let held = Arc::clone(&files);
        let server = Server::start(&authority, move |seen| {
            let (component, signature) = held.lock().unwrap().clone();
            match (seen.path.as_str(), signature) {
                ("/forum.wasm", _) => ok(component),
                ("/forum.wasm.minisig", Some(text)) => ok(text),
                _ => gone(),
            }
        });
        Self { server: server.await, authority, files }
    }

    fn put(&self, component: &[u8], signature: Option<&hark_supply::Signature>) {
        *self.files.lock().unwrap() = (component.to_owned(), signature.map(|it| it.as_str().to_owned()));
    }

    fn url(&self) -> String {
        format!("https://{}/forum.wasm", self.server.host())
    }

    fn site(&self, trust: &str) -> Site {
        Site::reaching(&self.authority, &self.server, trust)
    }
}

#[tokio::test]
async fn a_signed_connector_is_fetched_once_pinned_and_had_offline() {
    let key = SigningKey::generate().unwrap();
    let bytes = component("forum 1.2.0");
    let shelf = Shelf::new(&bytes, Some(&signed(&key, "acme-forum", "1.2.0", &bytes))).await;
    let site = shelf.site(&trust(&key, "[\"acme-*\"]"));
    let before = site.component(&shelf.url()).unwrap_err();
    assert!(matches!(before, SupplyError::NotPinned { .. }));
    assert!(before.remedy().contains("hark plugin pull"), "{}", before.remedy());
    let mut progress = Vec::new();
    let pulled = site
        .supply()
        .pull(&crate::kit::remote(&shelf.url()), Pull::Missing, &mut |done, all| progress.push((done, all)))
        .await
        .unwrap();
    assert!(pulled.fetched && pulled.before.is_none());
    assert_eq!(progress.last(), Some(&(bytes.len() as u64, Some(bytes.len() as u64))));
    let asked = shelf.server.seen().len();
    let again = site.pull(&shelf.url(), Pull::Missing).await.unwrap();
    assert!(!again.fetched);
    let component = site.component(&shelf.url()).unwrap();
    assert_eq!((component.bytes, component.digest), (bytes.clone(), Digest::of(&bytes)));
    assert!(
        matches!(component.verdict, Verdict::Signed { publisher, statement } if publisher == "acme" && statement.version == "1.2.0")
    );
    assert_eq!(shelf.server.seen().len(), asked, "nobody was asked again");
    assert!(site.lock_text().contains(&Digest::of(&bytes).to_string()));
}

#[tokio::test]
async fn what_nobody_signed_is_fetched_only_by_its_digest() {
    let bytes = component("forum");
    let shelf = Shelf::new(&bytes, None).await;
    let site = shelf.site("");
    let error = site.pull(&shelf.url(), Pull::Missing).await.unwrap_err();
    assert!(chain(&error).contains("is not trusted: it is not signed"), "{}", chain(&error));
    assert!(error.remedy().contains("#sha256=HEX"), "{}", error.remedy());
    site.assert_untouched();
    let by_digest = format!("{}#sha256={}", shelf.url(), Digest::of(&bytes).hex());
    site.pull(&by_digest, Pull::Missing).await.unwrap();
    assert_eq!(site.component(&by_digest).unwrap().verdict, Verdict::Unsigned);
    let elsewhere = shelf.site("");
    let other = format!("{}#sha256={}", shelf.url(), Digest::of(b"other").hex());
    let error = elsewhere.pull(&other, Pull::Missing).await.unwrap_err();
    assert!(matches!(error, SupplyError::OtherPin { pinned, .. } if pinned == Digest::of(&bytes)));
    elsewhere.assert_untouched();
}

#[tokio::test]
async fn what_was_changed_on_its_way_is_not_taken() {
    let (key, stranger) = (SigningKey::generate().unwrap(), SigningKey::generate().unwrap());
    let (bytes, evil) = (component("forum"), component("evil"));
    let good = signed(&key, "acme-forum", "1.0.0", &bytes);
    for (what, component, signature, want) in [
        ("another component", &evil, Some(good.clone()), "does not hold"),
        (
            "signed by a stranger",
            &evil,
            Some(signed(&stranger, "acme-forum", "1.0.0", &evil)),
            "no [trust.PUBLISHER] has",
        ),
        ("signed as another connector", &bytes, Some(signed(&key, "email", "1.0.0", &bytes)), "do not name"),
        ("without its signature", &bytes, None, "not signed"),
    ] {
        let shelf = Shelf::new(component, signature.as_ref()).await;
        let site = shelf.site(&trust(&key, "[\"acme-*\"]"));
        let error = site.pull(&shelf.url(), Pull::Missing).await.unwrap_err();
        assert!(
            matches!(error, SupplyError::Trust { .. }) && chain(&error).contains(want),
            "{what}: {}",
            chain(&error)
        );
        site.assert_untouched();
    }
}

#[tokio::test]
async fn a_pin_does_not_change_by_itself_and_not_to_an_older_version() {
    let key = SigningKey::generate().unwrap();
    let (v1, v2, v3) = (component("one"), component("two"), component("three"));
    let sign = |version: &str, bytes: &[u8]| signed(&key, "acme-forum", version, bytes);
    let shelf = Shelf::new(&v2, Some(&sign("1.10.0", &v2))).await;
    let site = shelf.site(&trust(&key, "[\"acme-*\"]"));
    site.pull(&shelf.url(), Pull::Missing).await.unwrap();
    let lock = site.lock_text();
    // Signed as it is, it is not what was pinned.
    shelf.put(&v3, Some(&sign("1.11.0", &v3)));
    assert!(!site.pull(&shelf.url(), Pull::Missing).await.unwrap().fetched);
    site.forget_components();
    let missing = site.component(&shelf.url()).unwrap_err();
    assert!(matches!(missing, SupplyError::NotKept { .. }));
    let changed = site.pull(&shelf.url(), Pull::Missing).await.unwrap_err();
    assert!(
        matches!(changed, SupplyError::Changed { pinned, found, .. } if pinned == Digest::of(&v2) && found == Digest::of(&v3))
    );
    assert!(changed.remedy().contains("--update"), "{}", changed.remedy());
    assert_eq!(site.lock_text(), lock);
    shelf.put(&v2, None);
    assert!(site.pull(&shelf.url(), Pull::Missing).await.unwrap().fetched, "its signature is in the lock");
    shelf.put(&v1, Some(&sign("1.2.0", &v1)));
    let older = site.pull(&shelf.url(), Pull::Update).await.unwrap_err();
    assert!(
        matches!(&older, SupplyError::Older { pinned, offered, .. } if pinned == "1.10.0" && offered == "1.2.0")
    );
    assert_eq!(site.lock_text(), lock);
    shelf.put(&v3, Some(&sign("1.11.0", &v3)));
    let updated = site.pull(&shelf.url(), Pull::Update).await.unwrap();
    assert_eq!((updated.before, updated.component.digest), (Some(Digest::of(&v2)), Digest::of(&v3)));
    shelf.put(&v1, Some(&sign("1.2.0", &v1)));
    site.pull(&shelf.url(), Pull::UpdateToAny).await.unwrap();
    assert_eq!(site.component(&shelf.url()).unwrap().digest, Digest::of(&v1));
}

#[tokio::test]
async fn what_is_cut_or_too_large_or_no_component_is_not_taken() {
    let whole = component("forum");
    type Spoil = fn(&[u8]) -> Answer;
    let answers: [(&str, Spoil, &str); 5] = [
        ("cut", |whole| announcing(200, "", whole.len() as u64 + 1, whole), "connection"),
        (
            "announced too large",
            |whole| announcing(200, "", (64 << 20) + 1, whole),
            "larger than 67108864 bytes",
        ),
        ("a page", |_| ok("<!doctype html><title>Sign in</title>"), "is not WebAssembly"),
        ("an error", |_| answer(500, "", "\u{1b}[31mno"), "answers 500"),
        ("nothing", |_| ok(""), "is not WebAssembly"),
    ];
    for (what, respond, want) in answers {
        let authority = Authority::new();
        let body = whole.clone();
        let server = Server::start(&authority, move |_| respond(&body)).await;
        let site = Site::reaching(&authority, &server, "trust.require = \"none\"");
        let error = site.pull(&format!("https://{}/a.wasm", server.host()), Pull::Missing).await.unwrap_err();
        assert!(chain(&error).contains(want), "{what}: {}", chain(&error));
        assert!(!chain(&error).contains('\u{1b}'), "{what}");
        site.assert_untouched();
    }
}

#[tokio::test]
async fn a_signature_without_end_is_not_read_to_its_end() {
    let authority = Authority::new();
    let server = Server::start(&authority, |seen| match seen.path.as_str() {
        "/a.wasm" => ok(component("forum")),
        _ => unannounced(&vec![b'x'; 1 << 20]),
    });
    let server = server.await;
    let site = Site::reaching(&authority, &server, "");
    let error = site.pull(&format!("https://{}/a.wasm", server.host()), Pull::Missing).await.unwrap_err();
    assert!(chain(&error).contains("larger than 4096 bytes"), "{}", chain(&error));
    site.assert_untouched();
}

#[tokio::test]
async fn redirects_lead_nowhere_that_the_first_address_could_not() {
    let authority = Authority::new();
    let plain = Server::plain(|_| ok(component("plain"))).await;
    let target = Arc::new(Mutex::new(String::new()));
    let held = Arc::clone(&target);
    let server = Server::start(&authority, move |seen| match seen.path.as_str() {
        "/a.wasm" => answer(302, &format!("location: {}\r\n", held.lock().unwrap()), ""),
        "/there.wasm" => ok(component("forum")),
        "/round" => answer(302, "location: /round\r\n", ""),
        _ => gone(),
    });
    let server = server.await;
    let url = format!("https://{}/a.wasm", server.host());
    for (to, want) in [
        (format!("http://{}/a.wasm", plain.host()), "https"),
        ("http://example.com/a.wasm".to_owned(), "https"),
        ("https://169.254.169.254/latest".to_owned(), "a cloud's metadata service"),
        ("https://10.0.0.1/a.wasm".to_owned(), "which is private"),
        ("file:///etc/passwd".to_owned(), "not an absolute"),
        ("/round".to_owned(), "more than 5"),
    ] {
        *target.lock().unwrap() = to.clone();
        let site = Site::reaching(&authority, &server, "trust.require = \"none\"");
        let error = site.pull(&url, Pull::Missing).await.unwrap_err();
        assert!(chain(&error).contains(want), "{to}: {}", chain(&error));
        site.assert_untouched();
    }
    assert_eq!(plain.seen().len(), 0, "nobody spoke without TLS");
    *target.lock().unwrap() = "/there.wasm".to_owned();
    let site = Site::reaching(&authority, &server, "trust.require = \"none\"");
    assert!(site.pull(&url, Pull::Missing).await.is_ok());
}

#[tokio::test]
async fn an_address_that_is_not_public_is_refused_unless_it_is_granted() {
    let authority = Authority::new();
    let server = Server::start(&authority, |_| ok(component("forum"))).await;
    let url = format!("https://{}/a.wasm", server.host());
    let site = Site::new(&format!("[registry.\"{}\"]\nca_file = {:?}\n", server.host(), authority.file()));
    let error = site.pull(&url, Pull::Missing).await.unwrap_err();
    assert!(chain(&error).contains("which is loopback"), "{}", chain(&error));
    let site = Site::new(&format!("[registry.\"{}\"]\nprivate_addresses = [\"127.0.0.1\"]\n", server.host()));
    let error = site.pull(&url, Pull::Missing).await.unwrap_err();
    assert!(chain(&error).contains("tls failed"), "{}", chain(&error));
    assert_eq!(server.seen().len(), 0);
}

#[tokio::test]
async fn http_on_loopback_is_taken_where_the_reference_says_so() {
    let bytes = component("forum");
    let held = bytes.clone();
    let server = Server::plain(move |_| ok(&held)).await;
    let site = Site::new("");
    let url = format!("http://{}/a.wasm#sha256={}", server.host(), Digest::of(&bytes).hex());
    // The signature that this server gives is none; the digest in the reference does not need one.
    let error = site.pull(&url, Pull::Missing).await.unwrap_err();
    assert!(matches!(error, SupplyError::Signature { .. }), "{}", chain(&error));
    let held = bytes.clone();
    let server = Server::plain(move |seen| if seen.path == "/a.wasm" { ok(&held) } else { gone() }).await;
    let url = format!("http://{}/a.wasm#sha256={}", server.host(), Digest::of(&bytes).hex());
    assert_eq!(site.pull(&url, Pull::Missing).await.unwrap().component.bytes, bytes);
}

#[tokio::test]
async fn a_password_goes_to_its_host_and_nowhere_else() {
    let authority = Authority::new();
    let bytes = component("forum");
    let held = bytes.clone();
    let other =
        Server::start(&authority, move |seen| if seen.path == "/b.wasm" { ok(&held) } else { gone() }).await;
    let to = other.host();
    let count = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&count);
    let server = Server::start(&authority, move |seen| match seen.authorization.as_deref() {
        _ if seen.path.ends_with(".minisig") => gone(),
        // hark:two words
        Some("Basic aGFyazp0d28gd29yZHM=") => {
            counted.fetch_add(1, Ordering::SeqCst);
            answer(307, &format!("location: https://{to}/b.wasm\r\n"), "")
        }
        _ => answer(401, "", ""),
    });
    let server = server.await;
    let url = format!("https://{}/a.wasm#sha256={}", server.host(), Digest::of(&bytes).hex());
    let mut site = Site::reaching(&authority, &server, "");
    let error = site.pull(&url, Pull::Missing).await.unwrap_err();
    assert!(
        chain(&error).contains("answers 401") && error.remedy().contains("[registry."),
        "{}",
        chain(&error)
    );
    let secret = site.folder.path().join("password");
    std::fs::write(&secret, "two words\n").unwrap();
    site.with(&format!(
        "[registry.\"{}\"]\nca_file = {:?}\nprivate_addresses = [\"127.0.0.0/8\"]\nuser = \"hark\"\npassword = \"file:{}\"\n",
        server.host(),
        authority.file(),
        secret.display()
    ));
    let pulled = site.pull(&url, Pull::Missing).await.unwrap();
    assert_eq!(pulled.component.bytes, bytes);
    assert_eq!((count.load(Ordering::SeqCst), other.seen().len()), (1, 1));
    assert!(other.seen().iter().all(|seen| seen.authorization.is_none()));
}
