//! A folder in which the program works, and everything that comes out of it.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

use tempfile::TempDir;

use crate::marks::{KEPT, KEY, PLANT, SENT, leak, mark};

/// Where the operator keeps secrets: not looked at.
const SECRETS: &str = "secrets";

pub struct Stage {
    folder: TempDir,
    port: u16,
    /// All that was shown, each with where.
    shown: BTreeMap<String, Vec<u8>>,
}

impl Stage {
    pub fn new(port: u16) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let stage = Self { folder, port, shown: BTreeMap::new() };
        std::fs::create_dir(stage.path(SECRETS)).unwrap();
        for name in SENT.iter().chain(&KEPT) {
            stage.secret(name, &mark(name));
        }
        stage.secret("key", KEY);
        stage
    }

    fn secret(&self, name: &str, value: &str) {
        let file = self.path(SECRETS).join(name);
        std::fs::write(&file, value).unwrap();
        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o600)).unwrap();
    }

    pub fn path(&self, name: &str) -> std::path::PathBuf {
        self.folder.path().join(name)
    }

    /// Writes the configuration: these streams are read.
    pub fn configure(&self, streams: &str) {
        let connector = hark_kit::guest("hunts");
        let cache = concat!(env!("CARGO_TARGET_TMPDIR"), "/compiled");
        let (port, server) = (self.port, format!("http://127.0.0.1:{}", self.port));
        let text = format!(
            r#"
cache = {cache:?}
listen = "127.0.0.1:0"
token_key = "file:secrets/key"
[web]
webhooks = "127.0.0.1:0"
[source.plat]
connector = {connector:?}
poll_secs = 600
streams = [{streams}]
settings = {{ url = "{server}", plant = "{PLANT}" }}
grant = {{ hosts = ["http://127.0.0.1:{port}"], private_addresses = ["127.0.0.1/32"] }}
limits = {{ requests = 300, host_call_kib = 4096, log_line_bytes = 65536 }}
[source.plat.credentials]
bearer = "env:TEST_BEARER"
basic = "file:secrets/basic"
header = "cmd:cat secrets/header"
query = "env:TEST_QUERY"
hook = "cmd:cat secrets/hook"
[source.plat.credentials.oauth1]
kind = "oauth1"
consumer_key = "file:secrets/oauth1-consumer-key"
consumer_secret = "cmd:cat secrets/oauth1-consumer-secret"
token = "env:TEST_OAUTH1_TOKEN"
token_secret = "file:secrets/oauth1-token-secret"
[source.plat.credentials.renewed]
kind = "oauth2"
token_url = "{server}/token"
client_id = "hark"
client_secret = "env:TEST_CLIENT_SECRET"
refresh_token = "file:secrets/first-refresh"
[source.plat.credentials.refused]
kind = "oauth2"
token_url = "{server}/no-token"
client_id = "hark"
client_secret = "cmd:cat secrets/refused-secret"
refresh_token = "file:secrets/refused-refresh"
client_in_form = true
"#
        );
        std::fs::write(self.path("hark.toml"), text).unwrap();
    }

    fn command(&self, args: &[&str]) -> Command {
        // A shell that lets dumps of any size be made.
        let mut command = Command::new("sh");
        command.args(["-c", "ulimit -c \"$(ulimit -Hc)\"; exec \"$0\" \"$@\"", env!("CARGO_BIN_EXE_hark")]);
        command.args(args).current_dir(self.folder.path()).stdin(Stdio::null()).env("HARK_LOG", "trace");
        let variables = [
            ("TEST_BEARER", "bearer"),
            ("TEST_QUERY", "query"),
            ("TEST_OAUTH1_TOKEN", "oauth1-token"),
            ("TEST_CLIENT_SECRET", "client-secret"),
        ];
        command.envs(variables.map(|(variable, name)| (variable, mark(name))));
        command
    }

    /// Runs a command, which ends with `code`; what it says is kept.
    #[track_caller]
    pub fn hark(&mut self, args: &[&str], code: i32) -> String {
        let Output { status, stdout, stderr } = self.command(args).output().unwrap();
        let said = format!("{}{}", String::from_utf8_lossy(&stdout), String::from_utf8_lossy(&stderr));
        let end: String = said.chars().rev().take(2_000).collect::<Vec<_>>().into_iter().rev().collect();
        assert_eq!(status.code(), Some(code), "{args:?}: {end}");
        self.shows(&format!("{args:?}, output"), &stdout);
        self.shows(&format!("{args:?}, log"), &stderr);
        String::from_utf8_lossy(&stdout).into_owned()
    }

    pub fn start(&self) -> Running {
        let mut command = self.command(&["run", "--json"]);
        let mut process = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let errors = drain(process.stderr.take().unwrap());
        let lines = BufReader::new(process.stdout.take().unwrap());
        Running { process, lines, said: Vec::new(), errors: Some(errors) }
    }

    pub fn shows(&mut self, place: &str, bytes: &[u8]) {
        self.shown.entry(place.to_owned()).or_default().extend(bytes);
    }

    /// Takes in every file of the folder, but not the operator's secrets.
    pub fn keep_files(&mut self, when: &str) {
        let mut folders = vec![self.folder.path().to_owned()];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).unwrap().map(Result::unwrap) {
                let path = entry.path();
                let name = path.strip_prefix(self.folder.path()).unwrap().display().to_string();
                match entry.file_type().unwrap().is_dir() {
                    true if name == SECRETS => {}
                    true => folders.push(path),
                    false => self.shows(&format!("{when}, file {name}"), &std::fs::read(path).unwrap()),
                }
            }
        }
    }

    /// Takes in what the database holds, packed or not.
    pub fn keep_rows(&mut self) {
        let db = rusqlite::Connection::open(self.path("hark.db")).unwrap();
        // What a virtual table holds lies in tables beside it.
        let tables = "SELECT name FROM sqlite_schema WHERE type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL%'";
        let mut tables = db.prepare(tables).unwrap();
        let names = tables.query_map([], |row| row.get::<_, String>(0)).unwrap();
        for name in names.map(Result::unwrap) {
            let mut select = db.prepare(&format!("SELECT * FROM \"{name}\"")).unwrap();
            let columns = select.column_count();
            let mut rows = select.query([]).unwrap();
            while let Some(row) = rows.next().unwrap() {
                for column in 0..columns {
                    self.shows(&format!("table {name}"), &value(row.get_ref(column).unwrap()));
                }
            }
        }
    }

    /// Returns all that was shown at a place whose name holds `part`.
    pub fn at(&self, part: &str) -> Vec<u8> {
        let found: Vec<_> = self.shown.iter().filter(|(place, _)| place.contains(part)).collect();
        assert!(!found.is_empty(), "nothing was shown at {part}: {:?}", self.shown.keys());
        found.into_iter().flat_map(|(_, bytes)| bytes.clone()).collect()
    }

    /// Returns every place at which a part of a secret was shown.
    pub fn leaks(&self) -> Vec<String> {
        let leaks = self.shown.iter().filter_map(|(place, bytes)| Some(format!("{place} {}", leak(bytes)?)));
        leaks.collect()
    }

    pub fn places(&self) -> usize {
        self.shown.len()
    }
}

/// Returns the bytes of a value, unpacked if they are packed.
fn value(value: rusqlite::types::ValueRef<'_>) -> Vec<u8> {
    use rusqlite::types::ValueRef;
    let bytes = match value {
        ValueRef::Text(bytes) | ValueRef::Blob(bytes) => bytes,
        ValueRef::Null | ValueRef::Integer(_) | ValueRef::Real(_) => return Vec::new(),
    };
    let packed = bytes.starts_with(&[0x28, 0xb5, 0x2f, 0xfd]);
    if packed { zstd::stream::decode_all(bytes).unwrap() } else { [bytes, b"\n"].concat() }
}

fn drain(mut from: impl Read + Send + 'static) -> std::thread::JoinHandle<Vec<u8>> {
    std::thread::spawn(move || {
        let mut all = Vec::new();
        from.read_to_end(&mut all).unwrap();
        all
    })
}

/// The program as it listens.
pub struct Running {
    pub process: Child,
    lines: BufReader<std::process::ChildStdout>,
    said: Vec<u8>,
    errors: Option<std::thread::JoinHandle<Vec<u8>>>,
}

impl Running {
    /// Waits for a line of JSON with this key; returns its value.
    pub fn says(&mut self, key: &str) -> String {
        loop {
            let mut line = String::new();
            let read = self.lines.read_line(&mut line).unwrap();
            assert!(read > 0, "it ended before it said {key}");
            self.said.extend(line.bytes());
            let value: serde_json::Value = serde_json::from_str(&line).unwrap();
            if let Some(value) = value[key].as_str() {
                return value.to_owned();
            }
        }
    }

    /// Returns the most bytes of a dump that it may make, as the kernel says.
    pub fn dump_bytes_max(&self) -> String {
        let limits = Path::new("/proc").join(self.process.id().to_string()).join("limits");
        let limits = std::fs::read_to_string(limits).unwrap();
        let line = limits.lines().find(|line| line.starts_with("Max core file size")).unwrap();
        line.split_whitespace().nth(5).unwrap().to_owned()
    }

    /// Ends it by `signal`; returns how it ended, what it printed and what it logged.
    pub fn end(mut self, signal: &str) -> (std::process::ExitStatus, Vec<u8>, Vec<u8>) {
        let sent = Command::new("kill").args([signal, &self.process.id().to_string()]).status().unwrap();
        assert!(sent.success());
        self.lines.read_to_end(&mut self.said).unwrap();
        let errors = self.errors.take().unwrap().join().unwrap();
        (self.process.wait().unwrap(), std::mem::take(&mut self.said), errors)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
