//! The connector of the README: it is what the README shows, short, works, and asks for no more than it uses.
#![allow(clippy::unwrap_used, reason = "a test may end at once")]

use std::path::Path;
use std::process::Command;

use hark_sdk::Connector;
use hark_sdk::testing;
use hark_sdk::types::{Budget, Event, Fault, ReadMode, ReadRequest};
use wasmparser::{Parser, Payload};

#[path = "../examples/hello.rs"]
mod hello;

const LINES_MAX: usize = 25;

#[test]
fn the_readme_shows_the_connector_that_is_tested() {
    let folder = Path::new(".");
    let source = std::fs::read_to_string(folder.join("examples/hello.rs")).unwrap();
    let readme = std::fs::read_to_string(folder.join("README.md")).unwrap();
    let shown = readme.split("```rust\n").nth(1).unwrap().split("```").next().unwrap();
    assert_eq!(shown, source);
    assert!(source.lines().count() <= LINES_MAX);
}

fn request() -> ReadRequest {
    ReadRequest {
        stream_name: "posts".to_owned(),
        target: None,
        mode: ReadMode::Incremental,
        cursor: None,
        continuation: None,
        since: None,
        until: None,
        ids: Vec::new(),
        budget: Budget { max_events: 100, max_requests: 5, max_cost_microusd: 0, deadline: i64::MAX },
    }
}

#[test]
fn it_reads_posts() {
    let settings = hark_sdk::parse_settings(r#"{"url":"https://x.test/posts.json"}"#).unwrap();
    testing::answer_http(|request| {
        assert_eq!((request.method.as_str(), request.url.as_str()), ("GET", "https://x.test/posts.json"));
        Ok(testing::response(200, &[], r#"[{"id":"1","text":"Hello","at":1700000000000}]"#))
    });
    let batch = hello::Hello::read(&settings, request()).unwrap();
    let [Event::Item(item)] = &batch.events[..] else { panic!("{batch:?}") };
    assert_eq!((item.id.as_str(), item.text.as_str(), item.published_at), ("1", "Hello", 1_700_000_000_000));
    testing::answer_http(|_| Ok(testing::response(200, &[], "<html>")));
    assert!(matches!(hello::Hello::read(&settings, request()), Err(Fault::Protocol(_))));
}

#[test]
fn as_a_component_it_imports_only_what_it_uses() {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap().join("connectors");
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args([
        "build",
        "--release",
        "--locked",
        "-p",
        "hark-sdk",
        "--example",
        "hello",
        "--target",
        "wasm32-wasip2",
    ]);
    cargo.arg("--target-dir").arg(&target);
    for foreign in ["RUSTFLAGS", "CARGO_ENCODED_RUSTFLAGS", "RUSTC_WRAPPER", "RUSTC_WORKSPACE_WRAPPER"] {
        cargo.env_remove(foreign);
    }
    let built = cargo.output().unwrap();
    assert!(built.status.success(), "{}", String::from_utf8_lossy(&built.stderr));
    let component = std::fs::read(target.join("wasm32-wasip2/release/examples/hello.wasm")).unwrap();
    let imports = imports(&component);
    let of_hark: Vec<_> = imports.iter().filter(|name| name.starts_with("hark:")).collect();
    assert_eq!(
        of_hark,
        ["hark:connector/host@0.1.0", "hark:connector/http@0.1.0", "hark:connector/types@0.1.0"]
    );
    for beyond in ["wire", "filesystem", "sockets", "clocks", "random"] {
        assert!(!imports.iter().any(|name| name.contains(beyond)), "{beyond}: {imports:?}");
    }
}

fn imports(component: &[u8]) -> Vec<String> {
    let mut names = Vec::new();
    let mut depth = 0;
    for payload in Parser::new(0).parse_all(component) {
        match payload.unwrap() {
            Payload::ModuleSection { .. } | Payload::ComponentSection { .. } => depth += 1,
            Payload::End(_) => depth -= 1,
            Payload::ComponentImportSection(section) if depth == 0 => {
                names.extend(section.into_iter().map(|import| import.unwrap().name.name.to_owned()));
            }
            _ => {}
        }
    }
    names.sort();
    names
}
