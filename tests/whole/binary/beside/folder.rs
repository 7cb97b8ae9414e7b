//! A folder with a configuration and a database, and the binary at work in it.

use std::io::{BufRead, BufReader};
use std::process::{Child, ChildStdout, Command, Output, Stdio};
use std::time::Duration;

use serde_json::Value;
use tempfile::TempDir;

/// Far longer than anything here takes on a busy machine; only a broken test waits for it.
pub const PATIENCE: Duration = Duration::from_secs(180);
/// The value of the webhook key.
pub const KEY: &str = "the-webhook-key-of-the-test";
/// How often a condition is looked at.
const LOOK: Duration = Duration::from_millis(20);

pub struct Folder(TempDir);

impl Folder {
    /// Makes one with a source `plat` that listens to the platform at `port`; `more` goes into its table.
    pub fn new(port: u16, more: &str, settings: &str) -> Self {
        let folder = Self(tempfile::tempdir().unwrap());
        folder.configure(port, more, settings);
        folder
    }

    pub fn configure(&self, port: u16, more: &str, settings: &str) {
        let comma = if settings.is_empty() { "" } else { ", " };
        let table = format!(
            r#"{more}
settings = {{ url = "http://127.0.0.1:{port}"{comma}{settings} }}
credentials = {{ hook-key = "env:TEST_HOOK_KEY" }}"#
        );
        self.listen_with("platform", &table, port);
    }

    /// Makes `guest` the connector of the source, with `table` in its table.
    pub fn listen_with(&self, guest: &str, table: &str, port: u16) {
        let connector = hark_kit::guest(guest);
        let cache = concat!(env!("CARGO_TARGET_TMPDIR"), "/compiled");
        let text = format!(
            r#"
cache = {cache:?}
listen = "127.0.0.1:0"
[web]
webhooks = "127.0.0.1:0"
[source.plat]
connector = {connector:?}
poll_secs = 600
{table}
grant = {{ hosts = ["http://127.0.0.1:{port}"], private_addresses = ["127.0.0.1/32"] }}
"#
        );
        std::fs::write(self.0.path().join("hark.toml"), text).unwrap();
    }

    /// Takes the webhook key out of the configuration.
    pub fn unbind_key(&self) {
        let file = self.path("hark.toml");
        let text = std::fs::read_to_string(&file).unwrap();
        std::fs::write(file, text.replace("credentials =", "# credentials =")).unwrap();
    }

    pub fn path(&self, name: &str) -> std::path::PathBuf {
        self.0.path().join(name)
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_hark"));
        command.args(args).current_dir(self.0.path()).env("TEST_HOOK_KEY", KEY).stdin(Stdio::null());
        command
    }

    pub fn hark(&self, args: &[&str]) -> Output {
        self.command(args).output().unwrap()
    }

    /// Runs a command that must do well; returns the JSON values that it printed.
    #[track_caller]
    pub fn json(&self, args: &[&str]) -> Vec<Value> {
        let output = self.hark(&[args, &["--json"]].concat());
        assert!(output.status.success(), "{args:?}: {}", told(&output));
        lines(&output)
    }

    pub fn start(&self, args: &[&str]) -> Running {
        let mut process = self.command(args).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let lines = BufReader::new(process.stdout.take().unwrap());
        Running { process, lines }
    }

    /// Asks the database for one number.
    pub fn number(&self, query: &str) -> i64 {
        let file = self.0.path().join("hark.db");
        let Ok(db) = rusqlite::Connection::open_with_flags(file, rusqlite::OpenFlags::SQLITE_OPEN_READ_ONLY)
        else {
            return -1;
        };
        db.busy_timeout(Duration::from_secs(10)).unwrap();
        // Before the first start there is no table.
        db.query_row(query, [], |row| row.get(0)).unwrap_or(-1)
    }

    /// Changes the database from outside.
    pub fn change(&self, statement: &str) {
        let db = rusqlite::Connection::open(self.0.path().join("hark.db")).unwrap();
        db.busy_timeout(Duration::from_secs(10)).unwrap();
        db.execute_batch(statement).unwrap();
    }

    /// Returns the digest of the build that the source is listened with.
    pub fn digest(&self) -> Vec<u8> {
        let file = self.0.path().join("hark.db");
        let db = rusqlite::Connection::open(file).unwrap();
        db.query_row("SELECT sha256 FROM component JOIN source ON component.id = component_id", [], |row| {
            row.get(0)
        })
        .unwrap()
    }

    /// Waits until the database says `wanted`.
    pub async fn becomes(&self, query: &str, wanted: i64) {
        let begun = tokio::time::Instant::now();
        let mut look = tokio::time::interval(LOOK);
        while self.number(query) != wanted {
            assert!(begun.elapsed() < PATIENCE, "{query}: {}, not {wanted}", self.number(query));
            look.tick().await;
        }
    }
}

pub fn told(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

pub fn lines(output: &Output) -> Vec<Value> {
    let text = String::from_utf8(output.stdout.clone()).unwrap();
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap_or_else(|why| panic!("{why}: {line}")))
        .collect()
}

/// The binary, at work.
pub struct Running {
    pub process: Child,
    lines: BufReader<ChildStdout>,
}

impl Running {
    /// Waits for a line of JSON with this key.
    pub fn says(&mut self, key: &str) -> Value {
        loop {
            let mut line = String::new();
            let read = self.lines.read_line(&mut line).unwrap();
            assert!(read > 0, "it ended before it said {key}");
            let value: Value = serde_json::from_str(&line).unwrap();
            if !value[key].is_null() {
                return value;
            }
        }
    }

    /// Returns the port at which it takes deliveries.
    pub fn door(&mut self) -> u16 {
        let said = self.says("webhooks")["webhooks"].as_str().unwrap().to_owned();
        let port = said.trim_start_matches("http://127.0.0.1:").trim_end_matches("/in/");
        port.parse().unwrap_or_else(|why| panic!("{why}: {said}"))
    }

    pub fn signal(&self, name: &str) {
        let sent = Command::new("kill").args([name, &self.process.id().to_string()]).status().unwrap();
        assert!(sent.success());
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
