//! What a person sees who has got something wrong: a text that says what, where and what to do, the
//! exit code of the table, and nothing lost.

#![allow(clippy::unwrap_used, reason = "a test may end at once")]

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tempfile::TempDir;

struct Folder(TempDir);

impl Folder {
    fn with(config: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let cache = if config.contains("grant") { format!("cache = {CACHE:?}\n") } else { String::new() };
        std::fs::write(folder.path().join("hark.toml"), cache + config).unwrap();
        Self(folder)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn hark(&self, args: &[&str]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_hark"))
            .args(args)
            .current_dir(self.0.path())
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", self.0.path())
            .output()
            .unwrap()
    }

    #[track_caller]
    fn fails(&self, args: &[&str], code: i32, wanted: &[&str]) {
        let output = self.hark(args);
        let said =
            format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert_eq!(output.status.code(), Some(code), "{said}");
        for wanted in wanted {
            assert!(said.contains(wanted), "no {wanted:?} in:\n{said}");
        }
        assert!(
            !said.contains("panicked") && !said.contains("RUST_BACKTRACE"),
            "a panic reached the user:\n{said}"
        );
    }
}

/// Compiling is not what is tried here: one cache serves all.
const CACHE: &str = concat!(env!("CARGO_TARGET_TMPDIR"), "/compiled");

const MAIL: &str = r#"
[source.mail]
connector = "email"
settings = { host = "127.0.0.1", port = 1, user = "listen@example.com" }
credentials = { imap-password = "env:NO_SUCH_VARIABLE_IS_SET" }
grant = { endpoints = ["tls://127.0.0.1:1"], private_addresses = ["127.0.0.1/32"] }
"#;

fn list(connector: &Path) -> String {
    format!(
        r#"
[source.list]
connector = {connector:?}
settings = {{ url = "http://127.0.0.1:9/page", page_items = 1 }}
grant = {{ hosts = ["http://127.0.0.1:9"], private_addresses = ["127.0.0.1/32"] }}
"#
    )
}

#[test]
fn a_typo_in_the_configuration_is_found_with_its_place() {
    let folder =
        Folder::with("listen = \"127.0.0.1:0\"\n\n[source.mail]\nconnector = \"email\"\npol_secs = 60\n");
    folder.fails(&["check"], 3, &["hark.toml:5:1", "pol_secs", "did you mean `poll_secs`?"]);
    folder.fails(&["run", "--once"], 3, &["hark.toml:5:1"]);
}

#[test]
fn a_mistake_in_the_rules_of_signals_is_found_with_its_place() {
    let folder = Folder::with("[analysis]\nsignal = \"signals.toml\"\n");
    folder.fails(&["check"], 3, &["hark.toml:2:1", "did you mean `signals`?"]);
    let folder = Folder::with("[analysis]\nsignals = \"signals.toml\"\n");
    folder.fails(&["check"], 3, &["signals.toml", "No such file"]);
    let rule = "[[rule]]\nname = \"mine\"\nsignal = \"urgncy\"\nweight = 1\nphrases = [\"till\"]\n";
    std::fs::write(folder.path("signals.toml"), rule).unwrap();
    folder.fails(&["check"], 3, &["signals.toml:3:", "urgncy", "urgency", "[analysis] signals"]);
}

#[test]
fn a_second_opinion_that_cannot_be_asked_is_refused() {
    let table = |rest: &str| Folder::with(&format!("[analysis.second_opinion]\n{rest}"));
    let all = "model = \"m.onnx\"\ntokenizer = \"t.json\"\nlabels = [\"negative\", \"positive\"]\n";
    table("model = \"m.onnx\"\n").fails(&["check"], 3, &["hark.toml:1:", "`tokenizer`", "`labels`"]);
    let text = all.replace("\"positive\"", "\"positve\"");
    table(&text).fails(&["check"], 3, &["hark.toml:4:", "did you mean \"positive\"?"]);
    table(&format!("{all}below = -0.1\n")).fails(&["check"], 3, &["hark.toml:5:", "0 to 1"]);
    table(&format!("{all}tokens = 4\n")).fails(&["check"], 3, &["hark.toml:5:", "8 to 4096"]);
    // Whether built with the feature or without: neither the feature nor the files are there by chance.
    table(all).fails(&["check"], 3, &["[analysis.second_opinion]", "m.onnx"]);
}

#[test]
fn a_policy_for_personal_data_that_cannot_be_kept_is_refused() {
    let folder = Folder::with("[zone.socail]\npersonal_data = \"keep\"\n");
    folder.fails(&["check"], 3, &["hark.toml:1:", "did you mean `social`?"]);
    let folder = Folder::with("[zone.social]\npersonal_data = \"mask\"\n");
    folder.fails(&["check"], 3, &["hark.toml:2:", "keep, mask-out, mask-store"]);
    let masks = "[zone.social]\npersonal_data = \"mask-store\"\n";
    let folder = Folder::with(&format!("names_key = \"env:NOBODY_SET_THIS\"\n{masks}"));
    folder.fails(&["check"], 3, &["names_key", "NOBODY_SET_THIS"]);
}

#[test]
fn a_missing_configuration_says_how_to_begin() {
    let folder = Folder::with("");
    folder.fails(&["--config", "nowhere.toml", "run"], 3, &["nowhere.toml", "hark demo"]);
}

#[test]
fn a_missing_secret_is_named_before_anything_is_asked() {
    let folder = Folder::with(MAIL);
    folder.fails(&["check", "--offline"], 4, &["mail", "imap-password", "NO_SUCH_VARIABLE_IS_SET"]);
    let unbound = Folder::with(&MAIL.replace("credentials =", "#"));
    unbound.fails(&["check", "--offline"], 4, &["imap-password", "[source.mail.credentials]"]);
}

#[test]
fn a_source_whose_credential_is_not_set_does_not_start() {
    let server = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    server.set_nonblocking(true).unwrap();
    let port = server.local_addr().unwrap().port().to_string();
    let config = MAIL.replace("port = 1,", &format!("port = {port},")).replace(":1\"", &format!(":{port}\""));
    for (credentials, wanted) in
        [("#", "[source.mail.credentials]"), ("credentials =", "NO_SUCH_VARIABLE_IS_SET")]
    {
        let folder = Folder::with(&config.replace("credentials =", credentials));
        folder.fails(&["run", "--once"], 4, &["source mail", "imap-password", wanted]);
        let asked = server.accept().map(|(_, from)| from);
        assert_eq!(asked.unwrap_err().kind(), std::io::ErrorKind::WouldBlock, "the server was asked first");
    }
}

#[test]
fn a_secret_in_the_configuration_is_refused_and_not_shown() {
    let folder = Folder::with(&MAIL.replace("env:NO_SUCH_VARIABLE_IS_SET", "hunter2-in-clear"));
    let output = folder.hark(&["check"]);
    let said =
        format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert_eq!(output.status.code(), Some(3), "{said}");
    assert!(said.contains("env:") && !said.contains("hunter2"), "{said}");
}

#[test]
fn a_wrong_setting_is_named() {
    let folder = Folder::with(&MAIL.replace("host =", "hots ="));
    folder.fails(&["check", "--offline"], 4, &["[source.mail.settings]", "hots", "did you mean `host`?"]);
}

#[test]
fn what_is_no_component_is_refused_readably() {
    let folder = Folder::with(&list(Path::new("thing.wasm")));
    folder.fails(&["check"], 4, &["thing.wasm"]);
    folder.fails(&["plugin", "inspect", "thing.wasm"], 6, &["thing.wasm", "cannot be read"]);
    std::fs::write(folder.path("thing.wasm"), "#!/bin/sh\necho no\n").unwrap();
    folder.fails(&["plugin", "inspect", "thing.wasm"], 6, &["thing.wasm", "not"]);
    // A core module, as `wasm32-unknown-unknown` makes it.
    std::fs::write(folder.path("thing.wasm"), b"\0asm\x01\0\0\0").unwrap();
    folder.fails(&["plugin", "inspect", "thing.wasm"], 6, &["thing.wasm", "component"]);
}

#[test]
fn a_connector_of_a_newer_contract_is_refused_with_both_versions() {
    let folder = Folder::with("");
    std::fs::write(
        folder.path("newer.wasm"),
        hark_kit::newer_contract(&hark_kit::guest_bytes("good"), "0.9.0"),
    )
    .unwrap();
    let line = "connector newer.wasm: built for hark:connector 0.9.0, this host serves 0.1.0: rebuild it with the SDK for 0.1.0, or take a newer Hark that serves 0.9.0";
    folder.fails(&["plugin", "inspect", "newer.wasm"], 6, &[line]);
}

#[test]
fn a_contract_that_was_never_published_is_not_served() {
    let folder = Folder::with("");
    std::fs::copy(hark_kit::guest("speaks_0_2"), folder.path("next.wasm")).unwrap();
    let line = "connector next.wasm: built for hark:connector 0.2.0, this host serves 0.1.0: ";
    folder.fails(&["plugin", "inspect", "next.wasm"], 6, &[line]);
}

#[test]
fn a_database_of_a_newer_version_is_refused_and_left_alone() {
    let folder = Folder::with(&list(&hark_kit::guest("pages")));
    let file = folder.path("hark.db");
    // Made by Hark itself, and then touched by a later one. (The list's server does not exist.)
    folder.fails(&["run", "--once"], 4, &["list"]);
    let database = rusqlite::Connection::open(&file).unwrap();
    database
        .execute_batch("PRAGMA user_version = 9999; CREATE TABLE later (x); INSERT INTO later VALUES (7);")
        .unwrap();
    drop(database);
    let before = std::fs::read(&file).unwrap();
    folder.fails(&["run", "--once"], 5, &["hark.db", "newer"]);
    assert_eq!(std::fs::read(&file).unwrap(), before);
}

#[test]
fn a_damaged_database_is_refused_and_left_alone() {
    let folder = Folder::with(&list(&hark_kit::guest("pages")));
    let file = folder.path("hark.db");
    std::fs::write(&file, "this is no database, but somebody may need it".repeat(100)).unwrap();
    let before = std::fs::read(&file).unwrap();
    folder.fails(&["run", "--once"], 5, &["hark.db"]);
    assert_eq!(std::fs::read(&file).unwrap(), before);
}

#[test]
fn a_locked_database_is_said() {
    let folder = Folder::with(&list(&hark_kit::guest("pages")));
    let database = rusqlite::Connection::open(folder.path("hark.db")).unwrap();
    database.execute_batch("PRAGMA journal_mode = WAL; BEGIN EXCLUSIVE; CREATE TABLE held (x);").unwrap();
    folder.fails(&["run", "--once"], 5, &["hark.db", "lock"]);
}

#[test]
fn an_address_in_use_is_said_before_anything_else_happens() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let listen = format!("listen = \"{}\"\n{}", taken.local_addr().unwrap(), list(&hark_kit::guest("pages")));
    let folder = Folder::with(&listen);
    folder.fails(&["run"], 7, &["listened on", "--no-web"]);
    assert!(!folder.path("hark.db").exists());
}

#[test]
fn names_that_are_not_there_are_met_with_those_that_are() {
    let folder = Folder::with(&list(&hark_kit::guest("pages")));
    folder.fails(&["check", "lits"], 2, &["lits", "list"]);
    folder.fails(&["plugin", "try", "lits"], 2, &["lits", "list"]);
    folder.fails(&["plugin", "inspect", "emial"], 6, &["emial", "email"]);
    folder.fails(&["feed"], 5, &["hark run"]);
    folder.fails(&["feed", "vpn zon:social"], 2, &["vpn zon:social\n    ^^^\n", "did you mean `zone`?"]);
    folder.fails(&["feed", "@file:brands.txt"], 2, &["there is no file", "brands.txt"]);
    folder.fails(&["feed", "assignee:me"], 2, &["write the login"]);
    folder.fails(&["feed", "program:launch"], 2, &["does not store"]);
    folder.fails(&["plugin", "new", "My Forum"], 2, &["My Forum"]);
}

#[test]
fn json_failures_are_json() {
    let folder = Folder::with("nonsense = 1\n");
    let output = folder.hark(&["check", "--json"]);
    let value: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(
        (output.status.code(), &value["exit_code"], &value["kind"]),
        (Some(3), &3.into(), &"config".into())
    );
}
