//! Connectors become code ahead of time, in a process apart that a hostile component cannot take along.

#![allow(clippy::unwrap_used, reason = "a test may end at once")]

use std::io::Read;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use serde_json::Value;
use tempfile::TempDir;

/// A body that the compiler makes much of: `x = (x * x) ^ x`, again and again.
const STEP: &[u8] = b"\x20\x00\x7e\x20\x00\x85";

fn leb(mut number: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    while number > 0x7f {
        bytes.push((number & 0x7f) as u8 | 0x80);
        number >>= 7;
    }
    bytes.push(number as u8);
    bytes
}

fn sized(bytes: Vec<u8>) -> Vec<u8> {
    [leb(bytes.len()), bytes].concat()
}

fn section(id: u8, bytes: Vec<u8>) -> Vec<u8> {
    [vec![id], sized(bytes)].concat()
}

/// Returns a good connector with a module in it that nothing calls, of `functions` functions of `steps` steps.
fn heavy(functions: usize, steps: usize) -> Vec<u8> {
    let body = sized([b"\x00\x20\x00".to_vec(), STEP.repeat(steps), b"\x0b".to_vec()].concat());
    let module = [
        b"\0asm\x01\0\0\0".to_vec(),
        section(1, b"\x01\x60\x01\x7e\x01\x7e".to_vec()),
        section(3, [leb(functions), vec![0; functions]].concat()),
        section(10, [leb(functions), body.repeat(functions)].concat()),
    ];
    let connector = std::fs::read(hark_kit::guest("good")).unwrap();
    [connector, section(1, module.concat())].concat()
}

fn folder(config: &str) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("hark.toml"), config).unwrap();
    folder
}

fn hark(folder: &Path, args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_hark")).args(args).current_dir(folder).output().unwrap()
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[track_caller]
fn refused(limits: &str, component: &[u8], why: &[&str]) {
    let folder = folder(&format!("[compile]\n{limits}\n"));
    std::fs::write(folder.path().join("heavy.wasm"), component).unwrap();
    let output = hark(folder.path(), &["plugin", "add", "heavy.wasm"]);
    let said = said(&output);
    assert_eq!(output.status.code(), Some(6), "{said}");
    assert!(said.contains("connector heavy.wasm: the component makes the compiler run away"), "{said}");
    assert!(why.iter().any(|why| said.contains(why)), "{said}");
    assert!(said.contains("[compile]"), "{said}");
    let kept = std::fs::read_dir(folder.path().join(".hark-cache")).unwrap().count();
    assert_eq!(kept, 1, "nothing is kept but the key");
}

#[test]
fn a_component_that_takes_the_compilers_time_is_refused() {
    // On a busy machine it is waited for long before so much was computed.
    refused("secs = 1", &heavy(200, 20_000), &["more computing than 1 s", "not done after 4 s"]);
}

#[test]
fn a_component_that_takes_the_compilers_memory_is_refused() {
    refused("memory_mib = 512", &heavy(1, 1_270_000), &["more memory than 512 MiB"]);
}

const NEWS: &str = r#"
[source.news]
connector = "rss"
settings = { feeds = ["http://127.0.0.1:1/feed.xml"] }
grant = { hosts = ["http://127.0.0.1:1"], private_addresses = ["127.0.0.1/32"] }
"#;

fn added(output: &Output) -> Value {
    assert!(output.status.success(), "{}", said(output));
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn what_was_added_is_only_loaded_and_what_was_not_is_compiled_first_and_said() {
    let folder = folder(NEWS);
    let run = || said(&hark(folder.path(), &["run", "--once"]));
    let compiles = "connector rss: compiled first";
    assert!(run().contains(compiles), "it was never added");
    assert!(!run().contains(compiles), "it was compiled at the last start");
    std::fs::remove_dir_all(folder.path().join(".hark-cache")).unwrap();
    let first = added(&hark(folder.path(), &["--json", "plugin", "add"]));
    assert!(first["connector"] == "rss" && first["compile_ms"].is_u64(), "{first}");
    assert!(!run().contains(compiles), "it was added");
    assert!(added(&hark(folder.path(), &["--json", "plugin", "add"]))["compile_ms"].is_null());
}

#[test]
fn compiled_code_that_was_touched_is_not_loaded() {
    let folder = folder(NEWS);
    added(&hark(folder.path(), &["--json", "plugin", "add"]));
    let cache = std::fs::read_dir(folder.path().join(".hark-cache")).unwrap();
    let code = cache.map(|entry| entry.unwrap().path()).find(|path| path.extension().is_some()).unwrap();
    let mut bytes = std::fs::read(&code).unwrap();
    bytes[5_000] ^= 1;
    std::fs::write(&code, bytes).unwrap();
    let run = said(&hark(folder.path(), &["run", "--once"]));
    assert!(run.contains("was touched by somebody else") && run.contains("compiled first"), "{run}");
    assert!(!said(&hark(folder.path(), &["run", "--once"])).contains("touched"), "it is whole again");
}

#[test]
fn who_reads_only_the_beginning_is_no_trouble() {
    let folder = folder("");
    let mut hark = Command::new(env!("CARGO_BIN_EXE_hark"))
        .args(["plugin", "inspect", "rss"])
        .current_dir(folder.path())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(hark.stdout.take());
    let mut said = String::new();
    hark.stderr.take().unwrap().read_to_string(&mut said).unwrap();
    assert!(hark.wait().unwrap().success() && said.is_empty(), "{said}");
}
