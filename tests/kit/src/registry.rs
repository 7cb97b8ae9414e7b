//! A real OCI registry for a test: Docker's own, on loopback, with its own folder; gone when dropped.
//!
//! Holds: it listens when `start` returns, without TLS. Not its business: what is put into it.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use tempfile::TempDir;

/// Where Debian and its like put it.
const PROGRAMS: [&str; 3] = ["/usr/bin/docker-registry", "/usr/local/bin/registry", "/usr/bin/registry"];
/// How long it may take to listen.
const START_MAX: Duration = Duration::from_secs(30);
/// The password in the form of htpasswd.
const USERS: &str = "pusher:$2b$05$abcdefghijklmnopqrstuupM9ZtRsaZlqrk5PPs3ummR7yP8eNAR.\n";

/// A running registry.
pub struct DockerRegistry {
    folder: TempDir,
    child: Child,
    host: String,
}

impl DockerRegistry {
    /// Name to sign in with, where it asks for that.
    pub const USER: &str = "pusher";
    /// Password to sign in with.
    pub const PASSWORD: &str = "registry-password-7";

    /// Returns the program, or why there is none.
    pub fn installed() -> Result<PathBuf, String> {
        let found = PROGRAMS.iter().map(PathBuf::from).find(|path| path.is_file());
        found.ok_or_else(|| "no registry is installed (Debian: apt-get install docker-registry)".to_owned())
    }

    /// Starts one that lets everybody in, and waits until it listens.
    pub fn start() -> Self {
        Self::start_with("")
    }

    /// Starts one that wants a name and a password.
    pub fn start_locked() -> Self {
        Self::start_with("auth: {htpasswd: {realm: test, path: users}}\n")
    }

    fn start_with(auth: &str) -> Self {
        let program = Self::installed().expect("callers ask first whether it is installed");
        let folder = tempfile::tempdir().expect("a folder for the registry");
        let settings = format!(
            "version: 0.1\nlog: {{accesslog: {{disabled: true}}}}\n\
             storage: {{filesystem: {{rootdirectory: {}}}}}\nhttp: {{addr: '127.0.0.1:0', secret: test}}\n{auth}",
            folder.path().join("data").display()
        );
        fs::write(folder.path().join("users"), USERS).expect("the folder is ours");
        fs::write(folder.path().join("config.yml"), settings).expect("the folder is ours");
        let mut child = Command::new(program)
            .args(["serve", "config.yml"])
            .current_dir(folder.path())
            .env_remove("REGISTRY_HTTP_ADDR")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the registry starts");
        let host = listening(&mut child);
        Self { folder, child, host }
    }

    /// Returns its host and port.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// Returns where it keeps a blob with these 64 hex digits.
    pub fn blob(&self, hex: &str) -> PathBuf {
        let blobs = Path::new("data/docker/registry/v2/blobs/sha256");
        self.folder.path().join(blobs).join(&hex[..2]).join(hex).join("data")
    }
}

impl Drop for DockerRegistry {
    fn drop(&mut self) {
        let _gone = self.child.kill();
        let _status = self.child.wait();
    }
}

/// Reads the log until it says where it listens, and on to its end, so that it never fills its pipe.
fn listening(child: &mut Child) -> String {
    let log = child.stderr.take().expect("its log is ours");
    let (said, heard) = mpsc::channel();
    std::thread::spawn(move || {
        for line in BufReader::new(log).lines().map_while(Result::ok) {
            let _unheard = said.send(line);
        }
    });
    let mut log = Vec::new();
    while let Ok(line) = heard.recv_timeout(START_MAX) {
        let found = line.split("listening on ").nth(1).and_then(|rest| rest.split(['"', ',', ' ']).next());
        if let Some(host) = found {
            return host.to_owned();
        }
        log.push(line);
    }
    let _gone = child.kill();
    let _status = child.wait();
    panic!("the registry does not start:\n{}", log.join("\n"));
}
