//! Loading: what is no connector of this host is told apart, and compiled code is kept and guarded.

#![allow(clippy::unwrap_used, reason = "a test may end at once")]

mod house;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use hark_kit::{guest_bytes, newer_contract};
use hark_model::SourceLimits;
use hark_runtime::{Compiler, Connector, LoadError, LoadNote, Precompiler, Runtime, RuntimeOptions};
use house::{House, context, options, request};

/// Returns why `component` is not loaded.
async fn refusal(component: &[u8]) -> LoadError {
    let runtime = Runtime::new(RuntimeOptions { cache_dir: None, ..options(1) }).unwrap();
    runtime.load(component).await.unwrap_err()
}

#[tokio::test]
async fn what_is_no_connector_is_told_apart() {
    let good = guest_bytes("good");
    let mut damaged = good.clone();
    let middle = good.len() / 2;
    damaged[middle..middle + 64].fill(0xff);
    let cases: [(&str, Vec<u8>, &str); 6] = [
        ("nothing", Vec::new(), "the file is empty"),
        (
            "text",
            b"id = \"good\"".to_vec(),
            "this is not a WebAssembly file (it starts with \"id = \\\"good\\\"\")",
        ),
        (
            "core module",
            b"\0asm\x01\0\0\0".to_vec(),
            "this is a core WebAssembly module, not a component: build",
        ),
        ("cut", good[..good.len() / 2].to_vec(), "the component ends in the middle: the file is cut off at"),
        (
            "newer contract",
            newer_contract(&good, "0.9.0"),
            "built for hark:connector 0.9.0, this host serves 0.1.0: ",
        ),
        (
            "empty component",
            b"\0asm\x0d\0\x01\0".to_vec(),
            "the component does not export hark:connector/connector, so it is no connector; this host serves 0.1.0",
        ),
    ];
    for (what, component, want) in cases {
        let error = refusal(&component).await;
        assert!(error.to_string().starts_with(want), "{what}: {error}");
    }
    let error = refusal(&damaged).await;
    assert!(matches!(error, LoadError::Damaged { .. } | LoadError::Compile { .. }), "{error}");
}

#[tokio::test]
async fn who_never_compiles_loads_what_was_compiled_ahead() {
    let cache = tempfile::tempdir().unwrap();
    let ahead = RuntimeOptions { cache_dir: Some(cache.path().to_owned()), ..options(1) };
    let never = Runtime::new(RuntimeOptions { compiler: Compiler::Never, ..ahead.clone() }).unwrap();
    let good = guest_bytes("good");
    let refused = never.load(&good).await.unwrap_err();
    assert!(matches!(refused, LoadError::NotCompiled), "{refused}");
    let precompiler = Precompiler::new(&ahead).unwrap();
    assert!(precompiler.prepare(&good).unwrap().is_some());
    assert!(precompiler.prepare(&good).unwrap().is_none(), "it is compiled once");
    let loaded = never.load(&good).await.unwrap();
    assert!(matches!(loaded.load_note(), LoadNote::Cached { .. }), "{:?}", loaded.load_note());
    assert!(precompiler.prepare(b"no component").is_err(), "it is looked at first");
}

#[tokio::test]
async fn an_import_that_nobody_offers_is_named() {
    let mut component = guest_bytes("good");
    // The same number of letters, so that the file stays whole.
    let (from, to) = (b"hark:connector/http@", b"dark:connector/http@");
    let places: Vec<_> =
        (0..component.len() - from.len()).filter(|at| component[*at..].starts_with(from)).collect();
    for at in places {
        component[at..at + to.len()].copy_from_slice(to);
    }
    let error = refusal(&component).await;
    assert_eq!(
        error.to_string(),
        "the component imports dark:connector/http@0.1.0, which this host does not offer to connectors"
    );
}

#[tokio::test]
async fn a_loaded_connector_says_what_it_is() {
    let house = House::new().await;
    let manifest = house.good.manifest();
    assert_eq!((manifest.id.as_str(), manifest.version.as_str()), ("good", "1.0.0"));
    assert_eq!(manifest.streams.iter().map(|it| it.name.as_str()).collect::<Vec<_>>(), ["items", "page"]);
    assert_eq!(manifest.hosts, ["http://127.0.0.1:1"]);
    assert_eq!(house.good.size(), guest_bytes("good").len());
    let imports = house.good.imports();
    assert!(imports.iter().any(|name| name == "hark:connector/http@0.1.0"), "{imports:?}");
    assert!(!imports.iter().any(|name| name.contains("wire")), "{imports:?}");
    let sleeper = house.load("sleeps_in_host_call").await;
    assert!(sleeper.imports().iter().any(|name| name == "hark:connector/wire@0.1.0"));
}

/// Loads `guest` with a runtime of its own.
async fn load(cache: &Path, guest: &str) -> Connector {
    let options = RuntimeOptions { cache_dir: Some(cache.to_owned()), ..options(1) };
    let connector = Runtime::new(options).unwrap().load(&guest_bytes(guest)).await.unwrap();
    let report = connector.migrate_cursor(context(SourceLimits::STRICT), 1, b"kept".to_vec()).await;
    assert_eq!(report.result.unwrap(), b"kept", "a loaded connector works");
    connector
}

fn compiled_files(cache: &Path) -> Vec<PathBuf> {
    let files = fs::read_dir(cache).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<_> =
        files.filter(|path| path.extension().is_some_and(|it| it == "compiled")).collect();
    files.sort();
    files
}

fn was_cached(connector: &Connector) -> bool {
    matches!(connector.load_note(), LoadNote::Cached { .. })
}

#[tokio::test]
async fn a_component_is_compiled_once() {
    let cache = tempfile::tempdir().unwrap();
    assert!(!was_cached(&load(cache.path(), "good").await));
    assert!(was_cached(&load(cache.path(), "good").await));
    assert!(!was_cached(&load(cache.path(), "panics").await), "another component");
    assert_eq!(compiled_files(cache.path()).len(), 2);
}

#[tokio::test]
async fn touched_code_is_compiled_anew_and_never_loaded() {
    let cache = tempfile::tempdir().unwrap();
    load(cache.path(), "good").await;
    let [file] = &compiled_files(cache.path())[..] else { panic!("one file") };
    let whole = fs::read(file).unwrap();
    for at in [0, whole.len() / 2, whole.len() - 1] {
        let mut touched = whole.clone();
        touched[at] ^= 1;
        fs::write(file, &touched).unwrap();
        assert!(!was_cached(&load(cache.path(), "good").await), "byte {at} touched");
        assert_eq!(fs::read(file).unwrap(), whole, "byte {at}: the file is whole again");
    }
    fs::write(cache.path().join("key"), [0; 32]).unwrap();
    assert!(!was_cached(&load(cache.path(), "good").await), "sealed with another key");
}

#[tokio::test]
async fn code_of_another_engine_is_left_alone() {
    let cache = tempfile::tempdir().unwrap();
    load(cache.path(), "good").await;
    let [file] = &compiled_files(cache.path())[..] else { panic!("one file") };
    let name = file.file_name().unwrap().to_str().unwrap();
    let (component, _) = name.split_once('-').unwrap();
    let other = file.with_file_name(format!("{component}-0123456789abcdef.compiled"));
    fs::rename(file, &other).unwrap();
    assert!(!was_cached(&load(cache.path(), "good").await));
    assert!(other.exists() && file.exists());
    // Under the name that this engine looks for, its seal does not fit.
    fs::rename(&other, file).unwrap();
    assert!(was_cached(&load(cache.path(), "good").await), "the very same file under its own name");
}

#[tokio::test]
async fn hosts_that_start_at_once_share_a_cache() {
    let cache = tempfile::tempdir().unwrap();
    let loads: Vec<_> = (0..4)
        .map(|_| {
            let folder = cache.path().to_owned();
            tokio::spawn(async move { load(&folder, "good").await })
        })
        .collect();
    for load in loads {
        load.await.unwrap();
    }
    assert!(was_cached(&load(cache.path(), "good").await));
    assert_eq!(compiled_files(cache.path()).len(), 1);
}

#[tokio::test]
async fn a_cache_that_cannot_be_made_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    fs::write(&file, "in the way").unwrap();
    let error =
        Runtime::new(RuntimeOptions { cache_dir: Some(file.join("cache")), ..options(1) }).unwrap_err();
    let told = std::error::Error::source(&error).unwrap().to_string();
    assert!(told.starts_with("cannot use the folder"), "{told}");
}

#[tokio::test]
async fn the_engine_ends_with_its_last_connector() {
    let runtime = Runtime::new(options(1)).unwrap();
    let weak = Arc::downgrade(&runtime);
    let connector = runtime.load(&guest_bytes("good")).await.unwrap();
    drop(runtime);
    assert!(connector.read(context(SourceLimits::STRICT), "{}", request("items")).await.result.is_ok());
    drop(connector);
    assert!(weak.upgrade().is_none());
}
