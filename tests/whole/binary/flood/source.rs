//! The source that a trial listens to: its folder, and its part of `hark.toml`.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use tempfile::TempDir;

/// Name of every source of these trials.
const NAME: &str = "flood";
/// How long one request may take: so long does one that hangs.
const REQUEST_SECS: u64 = 3;
/// More requests than the host makes in a minute: its pace towards a platform is not what is tried here.
const REQUESTS_PER_MIN: u64 = 1_000_000;

/// What is listened to.
pub struct Source {
    folder: TempDir,
    /// The connector's name, or its file.
    pub connector: String,
    pub settings: Value,
    /// Name and value of each credential.
    pub credentials: Vec<(&'static str, String)>,
    /// What may be reached: `hosts` or `endpoints`.
    pub grant: Value,
}

impl Source {
    /// Sets a source up that reaches the double at `url`.
    pub fn of_double(connector: impl Into<String>, url: &str, settings: Value) -> Self {
        let grant = json!({ "hosts": [url], "private_addresses": ["127.0.0.1/32"] });
        Self::new(connector, settings, grant)
    }

    /// Sets a source up.
    pub fn new(connector: impl Into<String>, settings: Value, grant: Value) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (connector, credentials) = (connector.into(), Vec::new());
        Self { folder, connector, settings, credentials, grant }
    }

    /// Gives it a credential.
    pub fn credential(mut self, name: &'static str, value: &str) -> Self {
        self.credentials.push((name, value.to_owned()));
        self
    }

    /// Returns the file of its store.
    pub fn store(&self) -> PathBuf {
        self.path().join("hark.db")
    }

    /// Returns its folder.
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Writes `hark.toml` and the files of its credentials; returns the former.
    pub fn configure(&self) -> PathBuf {
        let secrets = self.credentials.iter().map(|(name, value)| {
            std::fs::write(self.path().join(name), value).unwrap();
            (name.to_string(), json!(format!("file:{name}")))
        });
        let secrets: serde_json::Map<String, Value> = secrets.collect();
        let text = format!(
            "[source.{NAME}]\nconnector = {:?}\nzone = \"social\"\nsettings = {}\ncredentials = {}\ngrant = {}\n\
             limits = {{ request_secs = {REQUEST_SECS}, requests_per_min = {REQUESTS_PER_MIN} }}\n",
            self.connector,
            inline(&self.settings),
            inline(&Value::Object(secrets)),
            inline(&self.grant),
        );
        let file = self.path().join("hark.toml");
        std::fs::write(&file, text).unwrap();
        file
    }
}

/// Writes JSON as TOML on one line.
fn inline(value: &Value) -> String {
    match value {
        Value::Object(fields) => {
            let fields: Vec<_> =
                fields.iter().map(|(name, value)| format!("{name} = {}", inline(value))).collect();
            format!("{{ {} }}", fields.join(", "))
        }
        Value::Array(list) => format!("[{}]", list.iter().map(inline).collect::<Vec<_>>().join(", ")),
        plain => plain.to_string(),
    }
}
