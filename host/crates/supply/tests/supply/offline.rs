//! What is told from the lock and the folder of components alone, and what of them can be changed.

use hark_supply::{Digest, Pull, SigningKey, Supply, SupplyError, Verdict};

use crate::kit::{Site, chain, component, file, signed, trust};
use crate::server::{Authority, Server, gone, ok};

/// A site with one signed connector that was pulled from a server that is gone.
async fn pulled(key: &SigningKey) -> (Site, String, Vec<u8>) {
    let bytes = component("forum");
    let signature = signed(key, "acme-forum", "1.0.0", &bytes).as_str().to_owned();
    let (authority, held) = (Authority::new(), bytes.clone());
    let server = Server::start(&authority, move |seen| match seen.path.as_str() {
        "/a.wasm" => ok(&held),
        "/a.wasm.minisig" => ok(&signature),
        _ => gone(),
    });
    let server = server.await;
    let site = Site::reaching(&authority, &server, &trust(key, "[\"acme-*\"]"));
    let url = format!("https://{}/a.wasm", server.host());
    site.pull(&url, Pull::Missing).await.unwrap();
    (site, url, bytes)
}

#[tokio::test]
async fn bytes_that_were_changed_on_the_disk_are_not_run() {
    let key = SigningKey::generate().unwrap();
    let (site, url, bytes) = pulled(&key).await;
    let kept = site.config.components.join(format!("{}.wasm", Digest::of(&bytes).hex()));
    std::fs::write(&kept, component("evil")).unwrap();
    let error = site.component(&url).unwrap_err();
    assert!(
        error.to_string().contains("was changed") && error.remedy().contains("delete that file"),
        "{error}"
    );
    std::fs::remove_file(&kept).unwrap();
    assert!(matches!(site.component(&url), Err(SupplyError::NotKept { .. })));
}

#[tokio::test]
async fn a_lock_that_was_changed_is_not_believed() {
    let key = SigningKey::generate().unwrap();
    let (site, url, bytes) = pulled(&key).await;
    let lock = site.lock_text();
    let evil = component("evil");
    std::fs::write(site.config.components.join(format!("{}.wasm", Digest::of(&evil).hex())), &evil).unwrap();
    for (what, text, want) in [
        (
            "another component",
            lock.replace(&Digest::of(&bytes).hex(), &Digest::of(&evil).hex()),
            "does not hold",
        ),
        ("no signature", lock.split("signature").next().unwrap().to_owned(), "not signed"),
        ("a version that was not signed", lock.replace("version:1.0.0", "version:2.0.0"), "does not hold"),
        ("nothing", String::new(), "version"),
    ] {
        std::fs::write(site.config.lock(), text).unwrap();
        let error = Supply::open(&site.config).and_then(|supply| supply.component(&crate::kit::remote(&url)));
        let error = error.unwrap_err();
        assert!(chain(&error).contains(want), "{what}: {}", chain(&error));
    }
}

#[tokio::test]
async fn trust_that_was_taken_back_holds_for_what_is_already_here() {
    let key = SigningKey::generate().unwrap();
    let (mut site, url, _) = pulled(&key).await;
    for (text, want) in [
        (String::new(), "which no [trust.PUBLISHER] has"),
        (trust(&key, "[\"acme-mail\"]"), "do not name"),
        (trust(&SigningKey::generate().unwrap(), "[\"acme-*\"]"), "which no [trust.PUBLISHER] has"),
    ] {
        site.with(&text);
        let error = site.component(&url).unwrap_err();
        assert!(chain(&error).contains(want), "{}", chain(&error));
    }
    site.with(&format!("trust.require = \"all\"\n{}", trust(&key, "\"*\"")));
    assert!(matches!(site.component(&url).unwrap().verdict, Verdict::Signed { .. }));
}

#[test]
fn a_file_is_run_as_it_is_until_it_is_pinned() {
    let mut site = Site::new("");
    let path = site.folder.path().join("mine.wasm");
    assert!(matches!(site.supply().file(&path), Err(SupplyError::File { .. })));
    std::fs::write(&path, component("one")).unwrap();
    let loose = site.supply().file(&path).unwrap();
    assert!(!loose.pinned && loose.verdict == Verdict::Unsigned);
    std::fs::write(&path, component("two")).unwrap();
    assert_eq!(site.supply().file(&path).unwrap().bytes, component("two"));
    site.supply().pin_file(&path, Pull::Missing).unwrap();
    assert_eq!(site.supply().name(&file(&path)).as_deref(), Some("mine.wasm"));
    assert!(site.supply().file(&path).unwrap().pinned);
    std::fs::write(&path, component("three")).unwrap();
    let error = site.supply().file(&path).unwrap_err();
    assert!(matches!(error, SupplyError::Changed { pinned, .. } if pinned == Digest::of(&component("two"))));
    assert!(site.supply().pin_file(&path, Pull::Missing).is_err(), "a pin does not change by itself");
    let before = site.supply().pin_file(&path, Pull::Update).unwrap().before;
    assert_eq!(before, Some(Digest::of(&component("two"))));
    // Where everything is to be signed, so are files.
    let key = SigningKey::generate().unwrap();
    site.with(&format!("trust.require = \"all\"\n{}", trust(&key, "[\"mine\"]")));
    assert!(chain(&site.supply().file(&path).unwrap_err()).contains("not signed"));
    let beside = site.folder.path().join("mine.wasm.minisig");
    std::fs::write(&beside, signed(&key, "mine", "0.1.0", &component("three")).as_str()).unwrap();
    assert!(matches!(site.supply().file(&path).unwrap().verdict, Verdict::Signed { .. }));
    std::fs::write(&path, "no component").unwrap();
    assert!(matches!(site.supply().pin_file(&path, Pull::Update), Err(SupplyError::NotWasm { .. })));
}

#[tokio::test]
async fn two_who_pin_at_once_lose_nothing_of_each_other() {
    let site = Site::new("");
    let paths = ["a.wasm", "b.wasm"].map(|name| site.folder.path().join(name));
    paths.iter().for_each(|path| std::fs::write(path, component("x")).unwrap());
    let (mut first, mut second) = (site.supply(), site.supply());
    first.pin_file(&paths[0], Pull::Missing).unwrap();
    second.pin_file(&paths[1], Pull::Missing).unwrap();
    let supply = site.supply();
    let pins: Vec<_> = supply.lock().pins().iter().map(|pin| pin.reference.as_str()).collect();
    assert_eq!(pins, ["a.wasm", "b.wasm"]);
}
