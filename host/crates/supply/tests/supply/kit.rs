//! A configuration in a folder of its own, keys, and components that are none.

use std::path::Path;

use hark_config::{Config, ConnectorRef, RemoteRef};
use hark_model::ConnectorId;
use hark_supply::{Component, Pull, Pulled, Signature, SigningKey, Statement, Supply, SupplyError};

use crate::server::{Authority, Server};

/// Something that begins as a component does, and says what it is.
pub fn component(text: &str) -> Vec<u8> {
    [b"\0asm\x0d\0\x01\0", text.as_bytes()].concat()
}

pub fn statement(connector: &str, version: &str) -> Statement {
    Statement { connector: ConnectorId::parse(connector).unwrap(), version: version.to_owned() }
}

pub fn signed(key: &SigningKey, connector: &str, version: &str, component: &[u8]) -> Signature {
    key.sign(component, &statement(connector, version), 1_700_000_000).unwrap()
}

/// A configuration whose lock and components lie in a folder that goes with it.
pub struct Site {
    pub folder: tempfile::TempDir,
    pub config: Config,
}

impl Site {
    /// Reads `text` as the configuration.
    pub fn new(text: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let config = Config::parse(text, &folder.path().join("hark.toml")).unwrap();
        Self { folder, config }
    }

    /// The way to `server`, and whom to trust.
    pub fn reaching(authority: &Authority, server: &Server, trust: &str) -> Self {
        Self::new(&format!(
            "{trust}\n[registry.\"{}\"]\nca_file = {:?}\nprivate_addresses = [\"127.0.0.0/8\"]\n",
            server.host(),
            authority.file()
        ))
    }

    /// The same folder under another configuration.
    pub fn with(&mut self, text: &str) {
        self.config = Config::parse(text, &self.folder.path().join("hark.toml")).unwrap();
    }

    pub fn supply(&self) -> Supply {
        Supply::open(&self.config).unwrap()
    }

    pub async fn pull(&self, reference: &str, pull: Pull) -> Result<Pulled, SupplyError> {
        self.supply().pull(&remote(reference), pull, &mut |_, _| {}).await
    }

    /// What would be run, without a network.
    pub fn component(&self, reference: &str) -> Result<Component, SupplyError> {
        self.supply().component(&remote(reference))
    }

    pub fn lock_text(&self) -> String {
        std::fs::read_to_string(self.config.lock()).unwrap_or_default()
    }

    /// Nothing is pinned and nothing is kept.
    #[track_caller]
    pub fn assert_untouched(&self) {
        assert_eq!(self.lock_text(), "", "nothing is pinned");
        assert!(!self.config.components.exists(), "nothing is kept");
    }

    pub fn forget_components(&self) {
        std::fs::remove_dir_all(&self.config.components).unwrap();
    }
}

/// Trust in one key.
pub fn trust(key: &SigningKey, connectors: &str) -> String {
    format!("[trust.acme]\nkey = {:?}\nconnectors = {connectors}\n", key.public_line())
}

pub fn remote(text: &str) -> RemoteRef {
    RemoteRef::parse(text).unwrap()
}

pub fn file(path: &Path) -> ConnectorRef {
    ConnectorRef::File(path.to_owned())
}

/// The whole chain of an error, on one line.
pub fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    text
}
