//! Where connectors come from, as `hark plugin add`, `pull`, `push`, `sign` and `verify` print it.

use std::io::{IsTerminal, Write as _};
use std::path::Path;
use std::time::Duration;

use hark_config::ConnectorRef;
use hark_supply::{Component, Pulled, Pushed, Statement, SupplyError, Verdict};
use serde_json::{Value, json};

use crate::exit::chain;
use crate::print::{clean, line};

/// Smallest fetch that is worth a line of its own on a terminal.
const SHOWN_BYTES_MIN: u64 = 1 << 20;

/// How far a fetch is, on a terminal.
pub struct Progress {
    name: String,
    shows: bool,
    last: Option<u64>,
}

impl Progress {
    /// Begins one; it is shown to people at a terminal only.
    pub fn of(from: &ConnectorRef, json: bool) -> Self {
        Self { name: from.to_string(), shows: !json && std::io::stderr().is_terminal(), last: None }
    }

    /// Shows that `done` bytes of `all` are here.
    pub fn show(&mut self, done: u64, all: Option<u64>) {
        let step = done / SHOWN_BYTES_MIN;
        if !self.shows || step == 0 || self.last == Some(step) {
            return;
        }
        self.last = Some(step);
        let of = all.map_or_else(String::new, |all| format!(" of {}", all / SHOWN_BYTES_MIN));
        eprint!("\r{}: {step}{of} MiB\x1b[K", clean::line(&self.name));
        // A terminal that takes no more is no reason to stop.
        let _shown = std::io::stderr().flush();
    }

    /// Takes away what was shown.
    pub fn clear(&self) {
        if self.last.is_some() {
            eprint!("\r\x1b[K");
        }
    }
}

/// Says what came of a pull.
pub fn pulled(from: &ConnectorRef, pulled: &Pulled, json: bool) {
    let Pulled { component, before, fetched } = pulled;
    let changed = *before != Some(component.digest);
    if json {
        let mut value = component_json(from, component);
        value["before"] = json!(before.map(|digest| digest.to_string()));
        value["fetched"] = json!(fetched);
        line(&value);
        return;
    }
    let what = match (before, changed) {
        (None, _) => "pinned",
        (Some(_), true) => "pinned anew",
        (Some(_), false) if *fetched => "fetched again",
        (Some(_), false) => "unchanged",
    };
    say!("{from}: {what}");
    if let Some(before) = before.filter(|_| changed) {
        say!("    was {before}");
    }
    component_text(component);
}

/// Says whether a connector would be run.
pub fn verified(from: &ConnectorRef, found: &Result<Component, SupplyError>, json: bool) {
    match found {
        Ok(component) if json => line(&component_json(from, component)),
        Err(error) if json => line(&json!({
            "connector": from.to_string(), "ok": false, "problem": chain(error), "hint": error.remedy(),
        })),
        Ok(component) => {
            say!("{from}: good");
            component_text(component);
        }
        Err(error) => {
            say!("{from}: refused");
            say!("    {}", clean::line(&chain(error)));
            say!("    help: {}", clean::line(&error.remedy()));
        }
    }
}

/// Says what was pushed, and how others name it.
pub fn pushed(reference: &str, pushed: &Pushed, signed: bool, json: bool) {
    let exact = format!("{reference}@{}", pushed.manifest);
    if json {
        line(&json!({
            "reference": reference, "manifest": pushed.manifest.to_string(),
            "sha256": pushed.component.hex(), "exact": exact, "signed": signed,
        }));
        return;
    }
    say!("pushed {reference}{}", if signed { "" } else { ", without a signature" });
    say!("    {}", pushed.component);
    say!("    in hark.toml: connector = \"{reference}\"");
    say!("    exactly this: connector = \"{exact}\"");
}

/// Says what was signed.
pub fn signed(file: &Path, statement: &Statement, key: &str, json: bool) {
    let Statement { connector, version } = statement;
    if json {
        line(&json!({
            "file": file, "connector": connector.as_str(), "version": version, "key": key,
        }));
        return;
    }
    say!("signed {connector} {version}: {}", file.display());
    say!("    minisign -V -P {key} -m FILE verifies it, too");
}

/// Says what those write who trust a new key.
pub fn key(file: &Path, key: &str, json: bool) {
    if json {
        line(&json!({ "file": file, "key": key }));
        return;
    }
    say!("made {}; keep it secret", file.display());
    say!("those who trust it write:\n\n[trust.YOUR-NAME]\nkey = \"{key}\"\nconnectors = [\"YOUR-NAME-*\"]");
}

fn component_json(from: &ConnectorRef, component: &Component) -> Value {
    let signed = match &component.verdict {
        Verdict::Signed { publisher, statement } => json!({
            "publisher": publisher, "connector": statement.connector.as_str(), "version": statement.version,
        }),
        Verdict::Unsigned => Value::Null,
    };
    json!({
        "connector": from.to_string(), "ok": true, "sha256": component.digest.hex(),
        "pinned": component.pinned, "signed": signed,
    })
}

fn component_text(component: &Component) {
    let pinned = if component.pinned { "" } else { ", not pinned" };
    say!("    {}, {} KiB{pinned}", component.digest, component.bytes.len() / 1024);
    match &component.verdict {
        Verdict::Signed { publisher, statement } => {
            let version = clean::line(&statement.version);
            say!("    signed by {publisher} as {} {version}", statement.connector);
        }
        Verdict::Unsigned => say!("    not signed by anybody who is trusted"),
    }
}

/// Says that a connector is ready, and what had to be done for it.
pub fn added(from: &ConnectorRef, fetched: bool, compiled: Option<Duration>, json: bool) {
    if json {
        let compile_ms = compiled.map(|took| took.as_millis());
        line(&json!({ "connector": from.to_string(), "fetched": fetched, "compile_ms": compile_ms }));
        return;
    }
    let fetched = if fetched { "fetched, " } else { "" };
    match compiled {
        Some(took) => say!("{from}: {fetched}compiled in {:.1} s", took.as_secs_f64()),
        None => say!("{from}: {fetched}compiled before"),
    }
}
