//! What came of a trial, law by law, and what was recorded.

use std::path::{Path, PathBuf};

use anstyle::AnsiColor;
use hark_cassette::Cassette;
use hark_certify::Ruling;
use hark_runtime::Connector;
use serde_json::json;

use crate::print::{clean, line};

/// Longest sentence or reason that stands in a line of the table.
const WORDS_MAX: usize = 110;

/// Prints what is tried on what, and the head of the table.
pub fn trial(connector: &Connector, cassettes: &[PathBuf], json: bool) {
    if json {
        return;
    }
    let manifest = connector.manifest();
    say!("connector {} {}, played against", manifest.id, clean::line(&manifest.version));
    for cassette in cassettes {
        say!("    {}", cassette.display());
    }
    say!("\n{:<18} {:<9} {:>6}  what it says, or why it was not tried", "law", "verdict", "trials");
}

/// Prints one line of the table, with the reasons where the law is broken.
pub fn ruling(ruling: &Ruling, json: bool) {
    if json {
        line(&json!(ruling));
        return;
    }
    let (color, word) = match ruling.verdict {
        "held" => (AnsiColor::Green, "held"),
        "broken" => (AnsiColor::Red, "BROKEN"),
        _ => (AnsiColor::BrightBlack, "not tried"),
    };
    let style = color.on_default();
    let trials = if ruling.verdict == "held" { ruling.held.to_string() } else { "-".to_owned() };
    let words = match (&ruling.why, ruling.is_broken()) {
        (Some(why), _) => format!("({})", clean::short(why, WORDS_MAX)),
        // What a broken law says stands there whole: it is read.
        (None, true) => clean::line(ruling.sentence),
        (None, false) => clean::short(ruling.sentence, WORDS_MAX),
    };
    say!("{:<18} {style}{word:<9}{style:#} {trials:>6}  {words}", ruling.law);
    for breach in &ruling.breaches {
        say!("    in       {}", clean::line(&breach.place));
        say!("    expected {}", clean::line(&breach.expected));
        say!("    came     {}", clean::line(&breach.came));
    }
}

/// Counts of laws by what came of them.
pub fn counts(rulings: &[Ruling]) -> serde_json::Value {
    let count = |word: &str| rulings.iter().filter(|ruling| ruling.verdict == word).count();
    json!({ "held": count("held"), "broken": count("broken"), "not_tried": count("not-tried") })
}

/// Prints the sum.
pub fn certificate(connector: &Connector, rulings: &[Ruling], json: bool) {
    let (manifest, counts) = (connector.manifest(), counts(rulings));
    let (held, broken, not_tried) = (&counts["held"], &counts["broken"], &counts["not_tried"]);
    if json {
        line(&json!({
            "event": "certificate", "connector": manifest.id.as_str(), "version": manifest.version,
            "sha256": hex::encode(connector.digest()), "held": held, "broken": broken, "not_tried": not_tried,
        }));
        return;
    }
    let version = clean::line(&manifest.version);
    say!("\n{} {version}: {held} laws held, {broken} broken, {not_tried} not tried", manifest.id);
}

/// Prints what was recorded.
pub fn recorded(cassette: &Cassette, output: &Path, json: bool) {
    let events: usize = cassette.calls.iter().map(|call| call.answer.events.len()).sum();
    let exchanges: usize = cassette.calls.iter().map(|call| call.exchanges.len()).sum();
    let calls = cassette.calls.len();
    let faults = cassette.calls.iter().filter(|call| call.answer.fault.is_some()).count();
    if json {
        line(&json!({
            "event": "recorded", "cassette": output, "calls": calls, "exchanges": exchanges,
            "events": events, "faults": faults,
        }));
        return;
    }
    say!("{}: {calls} calls, {exchanges} exchanges, {events} events, {faults} faults", output.display());
    say!("    look through it before you share it: secrets are taken out, what people wrote is not");
}
