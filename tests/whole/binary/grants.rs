//! What a connector may do: what it asks for, what the table of its source grants, and a yes to every build that asks
//! for more than the one before.

#![allow(clippy::unwrap_used, reason = "a test may end at once")]

use std::path::Path;
use std::process::{Command, Output, Stdio};

use serde_json::{Value, json};
use tempfile::TempDir;

const PLACE: &[u8] = b"http://127.0.0.1:1";
const OTHER_PLACE: &[u8] = b"http://127.0.0.1:2";
const MORE: &str = "requests to http://127.0.0.1:2";

/// The grant covers all that any build asks for: the second key is beside it.
const CONFIG: &str = r#"
[source.plat]
connector = "plat.wasm"
streams = ["items"]
settings = {}
grant = { hosts = ["http://127.0.0.1:1", "http://127.0.0.1:2"], private_addresses = ["127.0.0.1/32"] }
"#;

/// Returns a build that differs in nothing but a section that nobody reads.
fn rebuilt(build: &[u8]) -> Vec<u8> {
    [build, b"\0\x05\x04note"].concat()
}

/// Returns a build that asks for another place.
fn wider(build: &[u8]) -> Vec<u8> {
    let mut wider = build.to_vec();
    let places: Vec<usize> =
        (0..wider.len() - PLACE.len()).filter(|at| wider[*at..].starts_with(PLACE)).collect();
    assert!(!places.is_empty());
    for at in places {
        wider[at..at + PLACE.len()].copy_from_slice(OTHER_PLACE);
    }
    wider
}

struct Folder(TempDir);

impl Folder {
    fn new(config: &str) -> Self {
        let folder = Self(tempfile::tempdir().unwrap());
        std::fs::write(folder.path().join("hark.toml"), config).unwrap();
        folder
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn install(&self, name: &str, build: &[u8]) {
        std::fs::write(self.path().join(name), build).unwrap();
    }

    fn hark(&self, args: &[&str]) -> Output {
        let mut hark = Command::new(env!("CARGO_BIN_EXE_hark"));
        hark.args(args).current_dir(self.path()).stdin(Stdio::null()).output().unwrap()
    }

    #[track_caller]
    fn runs(&self, args: &[&str]) -> Vec<Value> {
        let output = self.hark(args);
        assert!(output.status.success(), "{args:?}: {}", told(&output));
        let text = String::from_utf8(output.stdout).unwrap();
        text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect()
    }

    /// Runs a command that must be refused because the build asks for more.
    #[track_caller]
    fn waits(&self, args: &[&str]) -> String {
        let output = self.hark(args);
        let told = told(&output);
        assert_eq!(output.status.code(), Some(4), "{args:?}: {told}");
        assert!(told.contains("asks for more than") && told.contains(MORE), "{args:?}: {told}");
        told
    }

    /// Returns the digest of the build that was granted last.
    fn granted(&self) -> Vec<u8> {
        let db = rusqlite::Connection::open(self.path().join("hark.db")).unwrap();
        db.query_row("SELECT component_sha256 FROM source_grant", [], |row| row.get(0)).unwrap()
    }
}

fn told(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

#[test]
fn a_build_that_asks_for_more_waits_for_a_yes() {
    let folder = Folder::new(CONFIG);
    let good = std::fs::read(hark_kit::guest("good")).unwrap();
    folder.install("plat.wasm", &good);
    folder.runs(&["run", "--once"]);
    let first = folder.granted();
    folder.install("plat.wasm", &rebuilt(&good));
    folder.runs(&["run", "--once"]);
    let second = folder.granted();
    assert_ne!(first, second, "who asks for no more is not asked about");

    folder.install("plat.wasm", &wider(&good));
    let told = folder.waits(&["run", "--once"]);
    assert!(told.contains("hark grant plat"), "{told}");
    folder.waits(&["check", "--offline"]);
    folder.waits(&["plugin", "try", "plat"]);
    folder.waits(&["backfill", "plat"]);
    let unasked = folder.hark(&["grant", "plat"]);
    assert_eq!(unasked.status.code(), Some(2), "nobody could say yes: {}", self::told(&unasked));
    folder.waits(&["run", "--once"]);
    assert_eq!(folder.granted(), second);
    let granted = folder.runs(&["--json", "grant", "plat", "--yes"]);
    assert_eq!(granted[0]["more"], json!([MORE]));
    folder.runs(&["run", "--once"]);
    assert_ne!(folder.granted(), second);
    assert!(folder.runs(&["--json", "grant", "plat"])[0]["more"] == json!([]), "there is nothing to ask");
}

#[test]
fn two_builds_are_compared_by_what_they_ask_for() {
    let folder = Folder::new("");
    let good = std::fs::read(hark_kit::guest("good")).unwrap();
    folder.install("one.wasm", &good);
    folder.install("two.wasm", &wider(&good));
    folder.install("same.wasm", &rebuilt(&good));
    let both = folder.runs(&["--json", "plugin", "inspect", "--diff", "one.wasm", "two.wasm"]);
    assert_eq!(both[0]["more"], json!([MORE]));
    assert_eq!(both[0]["less"], json!(["requests to http://127.0.0.1:1"]));
    assert_eq!(both[0]["waits_for_grant"], true);
    let text = told(&folder.hark(&["plugin", "inspect", "--diff", "one.wasm", "two.wasm"]));
    assert!(text.contains(&format!("  + {MORE}\n")) && text.contains("hark grant"), "{text}");
    let same = folder.runs(&["--json", "plugin", "inspect", "--diff", "one.wasm", "same.wasm"]);
    assert_eq!((&same[0]["more"], &same[0]["waits_for_grant"]), (&json!([]), &json!(false)));
    assert_ne!(same[0]["old"]["sha256"], same[0]["new"]["sha256"]);
}

#[test]
fn an_import_that_nothing_is_granted_for_is_not_linked() {
    let config = |grant: &str| {
        format!(
            r#"
[source.mail]
connector = "email"
settings = {{ host = "127.0.0.1", port = 1, user = "listen@example.com" }}
credentials = {{ imap-password = "env:PATH" }}
grant = {{ {grant} private_addresses = ["127.0.0.1/32"] }}
"#
        )
    };
    let folder = Folder::new(&config(""));
    let output = folder.hark(&["run", "--once"]);
    let text = told(&output);
    assert_eq!(output.status.code(), Some(4), "{text}");
    assert!(text.contains("hark:connector/wire") && text.contains("endpoints = [...]"), "{text}");
    std::fs::write(folder.path().join("hark.toml"), config(r#"endpoints = ["tls://127.0.0.1:1"],"#)).unwrap();
    let text = told(&folder.hark(&["run", "--once"]));
    assert!(!text.contains("hark:connector/wire"), "with a grant it goes on to the server: {text}");
}
