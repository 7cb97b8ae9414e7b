//! A registry that does what a registry must not.

use std::sync::{Arc, Mutex};

use hark_config::RemoteRef;
use hark_supply::{Digest, Manifest, Pull, Push, Signature, SigningKey, SupplyError};
use serde_json::{Value, json};

use crate::kit::{Site, chain, component, remote, signed, trust};
use crate::server::{Answer, Authority, Seen, Server, answer, gone, ok};

/// The manifest of a component.
fn manifest(component: &[u8], signature: Option<&Signature>) -> Vec<u8> {
    let annotations = match signature {
        Some(signature) => json!({ hark_supply::signature_annotation(): signature.as_str() }),
        None => json!({}),
    };
    let manifest = json!({
        "schemaVersion": 2, "mediaType": "application/vnd.oci.image.manifest.v1+json",
        "config": { "mediaType": hark_supply::config_type(), "digest": Digest::of(b"{}").to_string(), "size": 2 },
        "layers": [{
            "mediaType": hark_supply::layer_type(), "digest": Digest::of(component).to_string(),
            "size": component.len(), "annotations": annotations,
        }],
    });
    manifest.to_string().into_bytes()
}

/// What a registry holds: by path, what it says.
type Files = Arc<Mutex<Vec<(String, Vec<u8>)>>>;

struct Registry {
    authority: Authority,
    server: Server,
    files: Files,
}

impl Registry {
    async fn new() -> Self {
        let authority = Authority::new();
        let files = Files::default();
        let held = Arc::clone(&files);
        let find = move |seen: &Seen| {
            let files = held.lock().unwrap();
            let found = files.iter().rev().find(|(path, _)| *path == seen.path);
            found.map_or_else(gone, |(_, bytes)| ok(bytes))
        };
        Self { server: Server::start(&authority, find).await, authority, files }
    }

    fn say(&self, path: &str, bytes: &[u8]) {
        self.files.lock().unwrap().push((format!("/v2/acme/forum/{path}"), bytes.to_owned()));
    }

    /// Holds a component as a registry does; returns the digest of its manifest.
    fn put(&self, tag: &str, component: &[u8], signature: Option<&Signature>) -> Digest {
        let manifest = manifest(component, signature);
        let digest = Digest::of(&manifest);
        self.say(&format!("manifests/{tag}"), &manifest);
        self.say(&format!("manifests/{digest}"), &manifest);
        self.say(&format!("blobs/{}", Digest::of(component)), component);
        digest
    }

    fn reference(&self, rest: &str) -> String {
        format!("oci://{}/acme/forum{rest}", self.server.host())
    }

    fn site(&self, trust: &str) -> Site {
        Site::reaching(&self.authority, &self.server, trust)
    }
}

#[tokio::test]
async fn a_tag_that_moves_moves_nothing_that_is_pinned() {
    let key = SigningKey::generate().unwrap();
    let (old, new) = (component("one"), component("two"));
    let registry = Registry::new().await;
    let pinned = registry.put("1", &old, Some(&signed(&key, "acme-forum", "1.0.0", &old)));
    let site = registry.site(&trust(&key, "[\"acme-*\"]"));
    let tag = registry.reference(":1");
    site.pull(&tag, Pull::Missing).await.unwrap();
    assert!(site.lock_text().contains(&pinned.to_string()));
    let moved = registry.put("1", &new, Some(&signed(&key, "acme-forum", "1.1.0", &new)));
    site.forget_components();
    let again = site.pull(&tag, Pull::Missing).await.unwrap();
    assert!(again.fetched && again.component.bytes == old, "the pinned manifest is asked for by its digest");
    assert_eq!(site.component(&tag).unwrap().bytes, old);
    let updated = site.pull(&tag, Pull::Update).await.unwrap();
    assert_eq!((updated.before, updated.component.bytes), (Some(Digest::of(&old)), new));
    assert!(site.lock_text().contains(&moved.to_string()) && !site.lock_text().contains(&pinned.to_string()));
}

#[tokio::test]
async fn a_registry_that_gives_other_bytes_is_told_so() {
    let bytes = component("forum");
    let evil = component("evil");
    let registry = Registry::new().await;
    let digest = registry.put("1", &bytes, None);
    let by_digest = registry.reference(&format!(":1@{digest}"));
    let site = registry.site("");
    // The layer is swapped.
    registry.say(&format!("blobs/{}", Digest::of(&bytes)), &[&evil[..], &bytes[evil.len()..]].concat());
    let error = site.pull(&by_digest, Pull::Missing).await.unwrap_err();
    assert!(chain(&error).contains("other bytes than were asked for"), "{}", chain(&error));
    assert!(error.remedy().contains("nothing was kept"), "{}", error.remedy());
    site.assert_untouched();
    // The manifest is swapped, with everything that it names.
    let registry = Registry::new().await;
    let digest = registry.put("1", &bytes, None);
    registry.put("1", &evil, None);
    registry.say(&format!("manifests/{digest}"), &manifest(&evil, None));
    let site = registry.site("");
    let error = site.pull(&registry.reference(&format!("@{digest}")), Pull::Missing).await.unwrap_err();
    assert!(chain(&error).contains("other bytes than were asked for"), "{}", chain(&error));
    site.assert_untouched();
}

#[tokio::test]
async fn what_a_manifest_may_not_say_is_refused_before_a_byte_of_it_is_fetched() {
    let bytes = component("forum");
    let text = String::from_utf8(manifest(&bytes, None)).unwrap();
    let sha512 = format!("sha512:{}", "0".repeat(128));
    let long = format!("{{\"layers\":\"{}\"}}", "x".repeat(1 << 20));
    for (what, text, want) in [
        ("another algorithm", text.replace(&Digest::of(&bytes).to_string(), &sha512), "no other is taken"),
        ("a path", text.replace(&Digest::of(&bytes).to_string(), "../../../secret"), "no other is taken"),
        (
            "a component without end",
            text.replace(&format!("\"size\":{}", bytes.len()), "\"size\":99999999999"),
            "more than 67108864",
        ),
        (
            "a container",
            text.replace("vnd.wasm.config.v0", "vnd.oci.image.config.v1"),
            "no WebAssembly component",
        ),
        ("a manifest without end", long, "larger than 1048576 bytes"),
    ] {
        let registry = Registry::new().await;
        registry.put("1", &bytes, None);
        registry.say("manifests/1", text.as_bytes());
        let site = registry.site("trust.require = \"none\"");
        let error = site.pull(&registry.reference(":1"), Pull::Missing).await.unwrap_err();
        assert!(chain(&error).contains(want), "{what}: {}", chain(&error));
        assert_eq!(registry.server.seen().len(), 1, "{what}: only the manifest was asked for");
        site.assert_untouched();
    }
    // A layer that is longer than its manifest says is cut off.
    let registry = Registry::new().await;
    registry.put("1", &bytes, None);
    registry.say(&format!("blobs/{}", Digest::of(&bytes)), &[&bytes[..], &[0]].concat());
    let site = registry.site("trust.require = \"none\"");
    let error = site.pull(&registry.reference(":1"), Pull::Missing).await.unwrap_err();
    assert!(chain(&error).contains("is larger than"), "{}", chain(&error));
}

#[tokio::test]
async fn what_nobody_signed_is_not_taken_by_its_tag() {
    let key = SigningKey::generate().unwrap();
    let bytes = component("forum");
    let registry = Registry::new().await;
    let digest = registry.put("1", &bytes, None);
    let site = registry.site(&trust(&key, "[\"acme-*\"]"));
    let error = site.pull(&registry.reference(":1"), Pull::Missing).await.unwrap_err();
    assert!(
        chain(&error).contains("not signed") && error.remedy().contains("@sha256:HEX"),
        "{}",
        error.remedy()
    );
    let strange = SigningKey::generate().unwrap();
    registry.put("1", &bytes, Some(&signed(&strange, "acme-forum", "1.0.0", &bytes)));
    let error = site.pull(&registry.reference(":1"), Pull::Missing).await.unwrap_err();
    assert!(chain(&error).contains("which no [trust.PUBLISHER] has"), "{}", chain(&error));
    site.assert_untouched();
    assert!(site.pull(&registry.reference(&format!("@{digest}")), Pull::Missing).await.is_ok());
}

#[tokio::test]
async fn a_lock_and_its_manifest_must_mean_the_same() {
    let (good, evil) = (component("good"), component("evil"));
    let registry = Registry::new().await;
    let digest = registry.put("1", &good, None);
    let by_digest = registry.reference(&format!("@{digest}"));
    let site = registry.site("");
    site.pull(&by_digest, Pull::Missing).await.unwrap();
    std::fs::write(site.config.components.join(format!("{}.wasm", Digest::of(&evil).hex())), &evil).unwrap();
    let lock = site.lock_text();
    std::fs::write(site.config.lock(), lock.replace(&Digest::of(&good).hex(), &Digest::of(&evil).hex()))
        .unwrap();
    let error = site.component(&by_digest).unwrap_err();
    assert!(
        matches!(error, SupplyError::Contradiction { named, .. } if named == Digest::of(&good)),
        "{}",
        chain(&error)
    );
    std::fs::write(
        site.config.lock(),
        lock.replace(&digest.hex(), &Digest::of(&evil).hex()).replacen(
            &Digest::of(&evil).hex(),
            &digest.hex(),
            1,
        ),
    )
    .unwrap();
    let error = site.component(&by_digest).unwrap_err();
    assert!(matches!(error, SupplyError::OtherPin { .. }), "{}", chain(&error));
}

/// A registry that wants a token, and the server that gives it.
async fn locked(realm_elsewhere: bool) -> (Registry, Server) {
    let authority = Authority::new();
    let tokens = Server::start(&authority, |_| ok(r#"{"token":"elsewhere"}"#)).await;
    let files = Files::default();
    let (held, elsewhere) = (Arc::clone(&files), tokens.host());
    let own = Arc::new(Mutex::new(String::new()));
    let realm = Arc::clone(&own);
    let server = Server::start(&authority, move |seen| {
        if seen.path.starts_with("/token?") {
            assert!(seen.path.contains("scope=repository%3Aacme%2Fforum%3Apull"), "{}", seen.path);
            return ok(r#"{"access_token":"a-token"}"#);
        }
        if seen.authorization.as_deref() == Some("Bearer a-token") {
            let files = held.lock().unwrap();
            return files
                .iter()
                .find(|(path, _)| *path == seen.path)
                .map_or_else(gone, |(_, bytes)| ok(bytes));
        }
        let host = if realm_elsewhere {
            format!("localhost:{}", elsewhere.rsplit(':').next().unwrap())
        } else {
            realm.lock().unwrap().clone()
        };
        let scope = "repository:acme/forum:pull";
        answer(
            401,
            &format!(
                "www-authenticate: Bearer realm=\"https://{host}/token\",service=\"s\",scope=\"{scope}\"\r\n"
            ),
            "",
        )
    });
    let server = server.await;
    *own.lock().unwrap() = server.host();
    (Registry { authority, server, files }, tokens)
}

fn signing_in(registry: &Registry, more: &str) -> Site {
    let mut site = Site::new("");
    let secret = site.folder.path().join("password");
    std::fs::write(&secret, "correct horse").unwrap();
    site.with(&format!(
        "{more}[registry.\"{}\"]\nca_file = {:?}\nprivate_addresses = [\"127.0.0.0/8\"]\nuser = \"hark\"\npassword = \"file:{}\"\n",
        registry.server.host(),
        registry.authority.file(),
        secret.display()
    ));
    site
}

#[tokio::test]
async fn a_token_is_fetched_with_the_password_and_used_in_its_place() {
    let (registry, _tokens) = locked(false).await;
    let bytes = component("forum");
    let digest = registry.put("1", &bytes, None);
    let site = signing_in(&registry, "");
    let pulled = site.pull(&registry.reference(&format!("@{digest}")), Pull::Missing).await;
    assert_eq!(pulled.unwrap().component.bytes, bytes);
    let seen = registry.server.seen();
    let with = |start: &str| {
        seen.iter().filter(|seen| seen.authorization.as_ref().is_some_and(|it| it.starts_with(start))).count()
    };
    assert_eq!((with("Basic "), with("Bearer ")), (1, 2), "{seen:?}");
    assert!(seen.iter().all(|seen| !seen.authorization.as_ref().is_some_and(|it| it.starts_with("Basic"))
        || seen.path.starts_with("/token?")));
}

#[tokio::test]
async fn a_registry_cannot_have_its_password_sent_elsewhere() {
    let (registry, tokens) = locked(true).await;
    let digest = registry.put("1", &component("forum"), None);
    let site = signing_in(&registry, "");
    let error = site.pull(&registry.reference(&format!("@{digest}")), Pull::Missing).await.unwrap_err();
    assert!(chain(&error).contains("would have its password sent to localhost"), "{}", chain(&error));
    assert!(error.remedy().contains("sign_in = \"localhost\""), "{}", error.remedy());
    assert!(!chain(&error).contains("correct horse"));
    assert_eq!(tokens.seen().len(), 0);
}

#[tokio::test]
async fn an_upload_that_is_led_elsewhere_tells_nobody_who_we_are() {
    let authority = Authority::new();
    let elsewhere = Server::start(&authority, |_| answer(201, "", "")).await;
    let to = elsewhere.host();
    let server = Server::start(&authority, move |seen: &Seen| -> Answer {
        match (seen.method.as_str(), seen.authorization.is_some()) {
            (_, false) => answer(401, "www-authenticate: Basic realm=\"x\"\r\n", ""),
            ("HEAD", _) => gone(),
            ("POST", _) => answer(202, &format!("location: https://{to}/upload?part=1\r\n"), ""),
            _ => answer(201, "", ""),
        }
    });
    let registry = Registry { server: server.await, authority, files: Files::default() };
    let site = signing_in(&registry, "");
    let RemoteRef::Oci(of) = remote(&registry.reference(":1")) else { panic!("a registry") };
    let bytes = component("forum");
    let push = Push {
        component: &bytes,
        connector: "forum",
        version: "1.0.0",
        imports: &[],
        exports: &[],
        signature: None,
    };
    let pushed = site.supply().fetcher().push(&of, "1", push).await.unwrap();
    assert_eq!(pushed.component, Digest::of(&bytes));
    let seen = elsewhere.seen();
    assert_eq!(seen.len(), 2, "the component and its config");
    assert!(
        seen.iter().all(|seen| seen.authorization.is_none() && seen.path.contains("part=1&digest=sha256%3A")),
        "{seen:?}"
    );
}

#[test]
fn a_manifest_is_json_of_one_form() {
    let bytes = component("forum");
    let read = Manifest::parse(&manifest(&bytes, None)).unwrap();
    assert_eq!((read.component, read.bytes), (Digest::of(&bytes), bytes.len() as u64));
    let text: Value = serde_json::from_slice(&manifest(&bytes, None)).unwrap();
    assert_eq!(text["layers"][0]["mediaType"], "application/wasm");
}
