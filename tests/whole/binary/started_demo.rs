//! A demo that was started as a newcomer starts it.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde_json::Value;

/// Compiling the connectors takes some seconds on a busy machine.
pub const PATIENCE: Duration = Duration::from_secs(120);

/// The process; it ends with this.
pub struct Demo {
    pub process: Child,
    /// Where the page is.
    pub address: String,
    /// The configuration file.
    pub config: String,
}

impl Demo {
    /// Starts the demo and waits until it says where the page is.
    pub fn start() -> Self {
        let mut process = Command::new(env!("CARGO_BIN_EXE_hark"))
            .args(["demo", "--listen", "127.0.0.1:0", "--every", "1", "--json"])
            .env("XDG_CACHE_HOME", env!("CARGO_TARGET_TMPDIR"))
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let mut said = |key: &str| {
            let line: Value = serde_json::from_str(&lines.next().unwrap().unwrap()).unwrap();
            line[key].as_str().unwrap_or_else(|| panic!("no {key} in {line}")).to_owned()
        };
        let config = said("config");
        let address = said("listening");
        Self { process, address, config }
    }
}

impl Drop for Demo {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
