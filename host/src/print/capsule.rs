//! What came of a call that was made again out of a capsule.

use hark_cassette::Capsule;
use hark_certify::Told;
use serde_json::json;

use crate::print::{clean, line, source::when};

/// Prints what the call came to then and now.
pub fn capsule(capsule: &Capsule, told: &Told, misses: &[String], is_same: bool, json: bool) {
    let now = told.summary();
    let at = capsule.cassette.calls.first().map_or(0, |call| call.at);
    if json {
        return line(&json!({
            "source": capsule.source, "at": at, "then": capsule.error, "now": now, "crashes": told.crash().is_some(),
            "same_build": is_same, "cut": capsule.is_cut, "misses": misses, "backtrace": told.backtrace,
            "limits": capsule.limits, "spent": capsule.spent,
        }));
    }
    say!("{}, {}: {}", clean::line(&capsule.source), when(at), clean::line(&capsule.error));
    let spent: Vec<String> = capsule.spent.iter().map(|(key, value)| format!("{key} {value}")).collect();
    say!("    spent then: {}", clean::line(&spent.join(", ")));
    say!("now, {}: {}", if is_same { "the same build" } else { "another build" }, clean::line(&now));
    let backtrace = if told.backtrace.is_empty() { &capsule.backtrace } else { &told.backtrace };
    for frame in backtrace.lines() {
        say!("    {}", clean::line(frame));
    }
    for miss in misses {
        say!("    note: {}", clean::line(miss));
    }
    if capsule.is_cut {
        say!("    note: the capsule does not hold all that the call heard");
    }
}
