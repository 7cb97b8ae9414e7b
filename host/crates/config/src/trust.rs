//! `[trust]` and `[trust.PUBLISHER]`: whose signatures count, and for which connectors.
//!
//! Holds: a publisher signs only what its patterns name; nobody may sign anything by default. Not here:
//! signatures themselves.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hark_model::{ConnectorId, UnknownWord};

use crate::error::{ErrorKind, Sink};
use crate::limits;
use crate::reader::{Section, Value};

/// Which connectors need the signature of a publisher.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Require {
    /// Every one that does not ship with the host, files included.
    All,
    /// Those that are fetched, unless their reference names the digest.
    #[default]
    Remote,
    /// None: the pin alone decides.
    None,
}

impl std::str::FromStr for Require {
    type Err = UnknownWord;

    fn from_str(word: &str) -> Result<Self, UnknownWord> {
        match word {
            "all" => Ok(Self::All),
            "remote" => Ok(Self::Remote),
            "none" => Ok(Self::None),
            _ => Err(UnknownWord { word: word.to_owned(), known: &["all", "remote", "none"] }),
        }
    }
}

/// Names of connectors: one, or all that begin alike.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConnectorPattern {
    text: String,
}

impl ConnectorPattern {
    /// Parses a connector's name, or the start of one with a star behind it.
    fn parse(text: &str) -> Option<Self> {
        let start = text.strip_suffix('*').unwrap_or(text);
        let known = (text == "*") || ConnectorId::parse(start).is_ok();
        known.then(|| Self { text: text.to_owned() })
    }

    /// Tells whether the connector of this name is meant.
    pub fn admits(&self, connector: &str) -> bool {
        match self.text.strip_suffix('*') {
            Some(start) => connector.starts_with(start),
            None => connector == self.text,
        }
    }

    /// Returns the pattern as written.
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

/// Somebody whose signature counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Publisher {
    /// Its name in this file.
    pub name: String,
    /// Its public keys, as minisign writes them; more than one while keys are changed.
    pub keys: Vec<String>,
    /// What it may sign.
    pub connectors: Vec<ConnectorPattern>,
}

/// Whom the operator trusts.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TrustConfig {
    /// Which connectors need a signature.
    pub require: Require,
    /// Whose signatures count, in the order of the file.
    pub publishers: Vec<Publisher>,
}

/// Reads `[trust]`.
pub(crate) fn read(mut section: Section<'_, '_>) -> TrustConfig {
    let require = section.word("require").unwrap_or_default();
    let mut publishers = Vec::new();
    for (name, publisher) in section.subsections() {
        publishers.extend(read_publisher(&name, publisher));
    }
    section.finish("a publisher is a table of its own: [trust.NAME]");
    TrustConfig { require, publishers }
}

fn read_publisher(name: &Value<&str>, mut section: Section<'_, '_>) -> Option<Publisher> {
    let sink = section.sink;
    let before = sink.count();
    if let Err(error) = ConnectorId::parse(name.inner) {
        sink.value(ErrorKind::Name, name, &error.to_string());
    }
    let keys = section.some_strings("key");
    if keys.is_none() && sink.count() == before {
        section.missing("key", "write the line that begins with RW in the publisher's minisign.pub");
    }
    let keys: Vec<String> = keys.unwrap_or_default().iter().filter_map(|key| public_key(key, sink)).collect();
    let named = section.some_strings("connectors");
    if named.is_none() && sink.count() == before {
        section.missing("connectors", "name what this publisher may sign, such as [\"acme-*\"]");
    }
    let connectors = named.unwrap_or_default().iter().filter_map(|text| pattern(text, sink)).collect();
    section.finish("");
    let name = name.inner.to_owned();
    (sink.count() == before).then_some(Publisher { name, keys, connectors })
}

/// Takes a public key if it has the form of one: `Ed`, the key's number, the key.
fn public_key(text: &Value<&str>, sink: &Sink<'_>) -> Option<String> {
    let bytes = STANDARD.decode(text.inner).unwrap_or_default();
    if bytes.len() != limits::PUBLIC_KEY_BYTES || !bytes.starts_with(b"Ed") {
        let why = "it is not a public key of minisign; write the line of 56 characters that begins with RW in minisign.pub";
        sink.value(ErrorKind::Value, text, why);
        return None;
    }
    Some(text.inner.to_owned())
}

fn pattern(text: &Value<&str>, sink: &Sink<'_>) -> Option<ConnectorPattern> {
    let parsed = ConnectorPattern::parse(text.inner);
    if parsed.is_none() {
        let why = format!(
            "{:?} is neither a connector's name nor the start of one and a star, such as \"acme-*\"",
            text.inner
        );
        sink.value(ErrorKind::Pattern, text, &why);
    }
    parsed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_means_a_name_or_its_start() {
        for (pattern, name, want) in [
            ("acme-*", "acme-forum", true),
            ("acme-*", "acme", false),
            ("acme-*", "acmeforum", false),
            ("acme-*", "not-acme-forum", false),
            ("forum", "forum", true),
            ("forum", "forum2", false),
            ("*", "anything", true),
        ] {
            assert_eq!(ConnectorPattern::parse(pattern).unwrap().admits(name), want, "{pattern} {name}");
        }
        for bad in ["", "**", "a*b", "*a", "Acme", "a b"] {
            assert_eq!(ConnectorPattern::parse(bad), None, "{bad}");
        }
    }
}
