//! How far a backfill is: to standard error for people, a JSON value a line for programs.

use hark_store::BackfillStatus;
use serde_json::json;

use crate::print::{clean, line, source::when};

/// Says how far a backfill is.
pub fn backfill_line(source: &str, status: &BackfillStatus, json: bool) {
    if json {
        return line(&backfill_json(source, status));
    }
    anstream::eprintln!("{source}/{}", backfill_text(status));
}

/// Says something about a backfill that is no fact.
pub fn backfill_note(words: &str, json: bool) {
    if !json {
        anstream::eprintln!("{words}");
    }
}

/// Returns a backfill as JSON.
pub fn backfill_json(source: &str, status: &BackfillStatus) -> serde_json::Value {
    json!({
        "event": "backfill", "source": source, "stream": status.stream, "target": status.target,
        "state": status.state.as_str(), "since": status.since, "until": status.until, "batches": status.batches,
        "items": status.items, "new_items": status.new_items, "reached_at": status.reached_at,
        "not_before": status.not_before, "fault": status.fault, "done_at": status.done_at,
    })
}

/// Returns a backfill in words, beginning with its stream.
pub fn backfill_text(status: &BackfillStatus) -> String {
    let target = if status.target.is_empty() {
        String::new()
    } else {
        format!("/{}", clean::short(&status.target, 60))
    };
    let back = status.reached_at.map_or_else(String::new, |at| format!(", back to {}", when(at)));
    let fault =
        status.fault.as_ref().map_or_else(String::new, |fault| format!(": {}", clean::short(fault, 300)));
    format!(
        "{}{target} backfill {} to {}, {}: {} batches, {} items ({} new){back}{fault}",
        status.stream,
        when(status.since),
        when(status.until),
        status.state.as_str(),
        status.batches,
        status.items,
        status.new_items,
    )
}
