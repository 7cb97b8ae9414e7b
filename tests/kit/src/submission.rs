//! A real submission server for a test: aiosmtpd on loopback, with authentication and TLS; gone when dropped.
//!
//! Holds: it is ready when `start` returns; what it has taken lies in its folder.
//! Not its business: delivering anything.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};

use tempfile::TempDir;

use crate::python::python_with;

/// The program.
const PROGRAM: &str = include_str!("../python/submission.py");

/// A running submission server.
pub struct SubmissionServer {
    folder: TempDir,
    child: Child,
    // Its end is the order to stop.
    stdin: Option<ChildStdin>,
    tls_port: u16,
    starttls_port: u16,
    plain_port: u16,
}

/// A mail that was taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Taken {
    /// Sender of the envelope.
    pub from: String,
    /// Recipients of the envelope.
    pub to: Vec<String>,
    /// The mail.
    pub raw: Vec<u8>,
}

impl SubmissionServer {
    /// Returns a Python that can run it, or why there is none.
    pub fn installed() -> Result<PathBuf, String> {
        python_with("aiosmtpd.smtp", "aiosmtpd==1.4.6")
    }

    /// Starts one with this certificate, for this user, and waits until it listens.
    pub fn start(certificate: &Path, key: &Path, user: &str, password: &str) -> Self {
        let python = Self::installed().expect("callers ask first whether it is installed");
        let folder = tempfile::tempdir().expect("a folder for mails");
        let mut child = Command::new(python)
            .args(["-c", PROGRAM])
            .args([certificate, key, folder.path()])
            .args([user, password])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("Python starts");
        let mut ports = String::new();
        let stdout = child.stdout.take().expect("its output is ours");
        BufReader::new(stdout).read_line(&mut ports).expect("it says its ports");
        let mut ports = ports.split_whitespace().map(|port| port.parse().expect("a port"));
        let mut port = || ports.next().expect("three ports");
        let (tls_port, starttls_port, plain_port) = (port(), port(), port());
        let stdin = child.stdin.take();
        Self { folder, child, stdin, tls_port, starttls_port, plain_port }
    }

    /// Returns the port that speaks TLS from the first byte.
    pub fn tls_port(&self) -> u16 {
        self.tls_port
    }

    /// Returns the port that wants STARTTLS.
    pub fn starttls_port(&self) -> u16 {
        self.starttls_port
    }

    /// Returns the port that speaks in plain and asks nobody who they are.
    pub fn plain_port(&self) -> u16 {
        self.plain_port
    }

    /// From now on it hangs up after the end of a mail, which it takes all the same.
    pub fn cut_after_mails(&self) {
        fs::write(self.folder.path().join("cut"), "").expect("its folder is ours");
    }

    /// Returns what it has taken, in order.
    pub fn taken(&self) -> Vec<Taken> {
        let part = |number: usize, ending: &str| {
            fs::read(self.folder.path().join(format!("{number}.{ending}"))).ok()
        };
        let mail = |number| {
            let envelope = String::from_utf8(part(number, "envelope")?).expect("addresses are text");
            let mut people = envelope.lines().map(str::to_owned);
            let from = people.next().unwrap_or_default();
            Some(Taken { from, to: people.collect(), raw: part(number, "mail")? })
        };
        (1..).map_while(mail).collect()
    }
}

impl Drop for SubmissionServer {
    fn drop(&mut self) {
        drop(self.stdin.take());
        let _status = self.child.wait();
    }
}
