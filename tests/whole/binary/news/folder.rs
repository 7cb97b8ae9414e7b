//! A folder with a configuration and a database, and the binary at work in it.

use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, ChildStdout, Command, Output, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::TempDir;

/// Far longer than anything here takes on a busy machine; only a broken test waits for it.
pub const PATIENCE: Duration = Duration::from_secs(240);

pub struct Folder(TempDir);

impl Folder {
    /// Makes one whose configuration ends with `tables`.
    pub fn new(tables: &str) -> Self {
        let folder = Self(tempfile::tempdir().unwrap());
        let cache = concat!(env!("CARGO_TARGET_TMPDIR"), "/compiled");
        folder.write("hark.toml", &format!("cache = {cache:?}\nlisten = \"127.0.0.1:0\"\n{tables}"));
        folder
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub fn write(&self, name: &str, text: &str) {
        std::fs::write(self.path(name), text).unwrap();
    }

    pub fn hark(&self, args: &[&str]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_hark"));
        command.args(args).current_dir(self.0.path()).stdin(Stdio::null()).output().unwrap()
    }

    /// Runs a command that must do well; returns the JSON values that it printed.
    #[track_caller]
    pub fn json(&self, args: &[&str]) -> Vec<Value> {
        let output = self.hark(&[args, &["--json"]].concat());
        assert!(output.status.success(), "{args:?}: {}", told(&output));
        let text = String::from_utf8(output.stdout).unwrap();
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    /// Runs a command that must end with `code`; returns what it said.
    #[track_caller]
    pub fn fails(&self, code: i32, args: &[&str]) -> String {
        let output = self.hark(args);
        assert_eq!(output.status.code(), Some(code), "{args:?}: {}", told(&output));
        told(&output)
    }

    /// Starts the binary; what it logs is added to the file `log`.
    pub fn start(&self) -> Running {
        let log = std::fs::File::options().create(true).append(true).open(self.path("log")).unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_hark"));
        command.args(["run", "--json"]).current_dir(self.0.path()).stdin(Stdio::null());
        let mut process = command.stdout(Stdio::piped()).stderr(log).spawn().unwrap();
        let lines = BufReader::new(process.stdout.take().unwrap());
        Running { process, lines }
    }

    fn db(&self) -> rusqlite::Connection {
        let db = rusqlite::Connection::open(self.path("hark.db")).unwrap();
        db.busy_timeout(Duration::from_secs(30)).unwrap();
        db
    }

    /// Asks the database for one number.
    pub fn number(&self, query: &str) -> i64 {
        self.db().query_row(query, [], |row| row.get(0)).unwrap()
    }

    /// Asks the database for one text.
    pub fn text(&self, query: &str) -> String {
        self.db().query_row(query, [], |row| row.get(0)).unwrap()
    }

    /// Changes the database from outside.
    pub fn change(&self, statement: &str) {
        self.db().execute_batch(statement).unwrap();
    }

    /// Waits until `holds`, which is told in `what`.
    #[track_caller]
    pub fn until(&self, what: &str, mut holds: impl FnMut() -> bool) {
        let begun = Instant::now();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        let mut look = runtime.block_on(async { tokio::time::interval(Duration::from_millis(50)) });
        while !holds() {
            if begun.elapsed() > PATIENCE {
                let log = std::fs::read_to_string(self.path("log")).unwrap_or_default();
                panic!("not within {PATIENCE:?}: {what}\n{log}");
            }
            runtime.block_on(look.tick());
        }
    }
}

pub fn told(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

/// The binary, at work.
pub struct Running {
    process: Child,
    lines: BufReader<ChildStdout>,
}

impl Running {
    /// Returns the address of its pages.
    pub fn address(&mut self) -> String {
        loop {
            let mut line = String::new();
            assert!(self.lines.read_line(&mut line).unwrap() > 0, "it ended before it listened");
            let value: Value = serde_json::from_str(&line).unwrap();
            if let Some(address) = value["listening"].as_str() {
                return address.to_owned();
            }
        }
    }

    /// Kills it with SIGKILL.
    pub fn kill(mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }

    /// Asks it to stop, and waits until it has.
    pub fn stop(mut self) -> Option<i32> {
        let sent = Command::new("kill").args(["-TERM", &self.process.id().to_string()]).status().unwrap();
        assert!(sent.success());
        self.process.wait().unwrap().code()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
