//! TOML of operators: the settings, and rules for signals.

use std::path::Path;

use hark_analysis::signals::Signals;
use hark_config::Config;

use crate::{Verdict, speech};

/// What settings are made of.
const WORDS: &[&str] = &[
    "\n[source.",
    "a",
    "b]\n",
    "connector = \"",
    "email",
    "forum",
    "\"\n",
    "file:x.wasm",
    "oci://r.example/a:1",
    "@sha256:",
    "[source.a.settings]\n",
    "[source.a.credentials]\n",
    "key = \"env:KEY\"\n",
    "cmd:",
    "poll_secs = ",
    "60",
    "[source.a.grant]\n",
    "hosts = [",
    "\"https://x.example\"",
    "]\n",
    "[routing]\n",
    "rules = \"rules.toml\"\n",
    "[limits]\n",
    "memory_mib = ",
    "[trust]\n",
    "require = \"",
    "[[trust.publisher]]\n",
    "[registry.\"r.example\"]\n",
    "[web]\n",
    "webhooks = \"127.0.0.1:1\"\n",
    "[process]\nconfine = ",
    "\"require\"\n",
    "data = \"",
    "token_key = ",
    "targets = ",
    "\"\"\"",
    "'''",
    "{",
    "}",
    ", ",
    " = ",
    "[[",
    "]]",
    "\u{fc}",
    "\\u0000",
    "#",
    "1e999",
    "-0",
    "inf",
    "1979-05-27",
    "*",
    "{server}",
];

/// A value that no complaint may repeat.
const SECRET: &str = "hunter2-hunter2";

/// Reads settings. Every complaint names a line of the text, or a key; none repeats a credential.
pub fn config(data: &[u8]) -> Verdict {
    let Some(text) = speech::text(data, WORDS) else { return Verdict::Refused };
    keeps_secrets(&text);
    let path = Path::new("hark.toml");
    let complaints = match Config::parse(&text, path) {
        Ok(config) => {
            assert_eq!(config.path, path);
            assert_eq!(Config::parse(&text, path).ok(), Some(config), "the same text, the same settings");
            return Verdict::Taken;
        }
        Err(complaints) => complaints,
    };
    assert!(!complaints.errors().is_empty());
    assert!(complaints.errors().len() <= hark_config::limits::ERRORS_MAX);
    for error in complaints.errors() {
        lies_within(&text, error.line, error.column);
        assert!(!error.message.is_empty(), "{error:?}");
        let shown = error.to_string();
        assert!(!shown.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\t')), "{shown:?}");
    }
    Verdict::Refused
}

/// Settings that are TOML, with a credential written where only its origin belongs.
fn keeps_secrets(text: &str) {
    let is_toml = |text: &str| match Config::parse(text, Path::new("")) {
        Ok(_) => true,
        Err(errors) => errors.errors().iter().all(|error| !error.message.starts_with("not TOML")),
    };
    if text.contains("hunter2") || !is_toml(text) {
        return;
    }
    let whole =
        format!("{text}\n[source.zz]\nconnector = \"email\"\n[source.zz.credentials]\nkey = \"{SECRET}\"\n");
    let said =
        Config::parse(&whole, Path::new("")).map_or_else(|errors| errors.to_string(), |_| SECRET.to_owned());
    assert!(!said.contains(SECRET), "a credential is repeated, or taken: {said}");
}

/// A place that an editor can go to.
fn lies_within(text: &str, line: usize, column: usize) {
    assert!(line >= 1 && line <= text.split('\n').count(), "line {line} of:\n{text}");
    let chars = text.split('\n').nth(line - 1).map_or(0, |line| line.chars().count());
    assert!(column >= 1 && column <= chars + 1, "column {column} of line {line}, which has {chars}:\n{text}");
}

/// Reads rules for signals. Every complaint names a line and a column of the text.
pub fn signals(data: &[u8]) -> Verdict {
    let Ok(text) = std::str::from_utf8(data) else { return Verdict::Refused };
    let complaints = match Signals::parse(text, Path::new("signals.toml")) {
        Ok(_) => return Verdict::Taken,
        Err(complaints) => complaints,
    };
    assert!(!complaints.errors().is_empty());
    for error in complaints.errors() {
        lies_within(text, error.line, error.column);
        assert!(!error.message.is_empty(), "{error:?}");
    }
    Verdict::Refused
}
