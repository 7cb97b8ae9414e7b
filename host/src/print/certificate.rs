//! What came of a trial, law by law, and what was recorded.

use std::path::Path;

use anstyle::AnsiColor;
use hark_cassette::Cassette;
use hark_certify::Ruling;
use hark_runtime::Connector;
use serde_json::json;

use crate::print::{clean, line};

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
    let why = ruling.why.as_deref().map(|why| clean::short(why, 90)).unwrap_or_default();
    anstream::println!("{:<18} {style}{word:<10}{style:#} {why}", ruling.law);
    if ruling.is_broken() {
        println!("    {}", ruling.sentence);
    }
    for breach in &ruling.breaches {
        println!("    in       {}", clean::line(&breach.place));
        println!("    expected {}", clean::line(&breach.expected));
        println!("    came     {}", clean::line(&breach.came));
    }
}

/// Prints the sum.
pub fn certificate(connector: &Connector, rulings: &[Ruling], json: bool) {
    let count = |word: &str| rulings.iter().filter(|ruling| ruling.verdict == word).count();
    let manifest = connector.manifest();
    if json {
        line(&json!({
            "event": "certificate", "connector": manifest.id.as_str(), "version": manifest.version,
            "sha256": hex::encode(connector.digest()), "held": count("held"), "broken": count("broken"),
            "not_tried": count("not-tried"),
        }));
        return;
    }
    println!(
        "{} {}: {} laws held, {} broken, {} not tried",
        manifest.id,
        clean::line(&manifest.version),
        count("held"),
        count("broken"),
        count("not-tried")
    );
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
    println!("{}: {calls} calls, {exchanges} exchanges, {events} events, {faults} faults", output.display());
    println!("    look through it before you share it: secrets are taken out, what people wrote is not");
}
