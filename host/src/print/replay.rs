//! What another build of a connector makes of kept payloads.

use anstyle::AnsiColor;
use hark_pipeline::{Difference, ReplayReport};
use serde_json::json;

use crate::print::{clean, line};

/// Prints one difference.
pub fn difference(difference: &Difference, json: bool) {
    if json {
        return line(&difference_json(difference));
    }
    let (green, yellow, red) =
        (AnsiColor::Green.on_default(), AnsiColor::Yellow.on_default(), AnsiColor::Red.on_default());
    match difference {
        Difference::New { id, text } => {
            say!("{green}new{green:#}      {}  {}", clean::short(id, 80), clean::short(text, 120));
        }
        Difference::Changed { id, changes } => {
            say!("{yellow}changed{yellow:#}  {}", clean::short(id, 80));
            for change in changes {
                say!("  {}", change.field);
                say!("    {red}-{red:#} {}", clean::short(&change.before, 200));
                say!("    {green}+{green:#} {}", clean::short(&change.after, 200));
            }
        }
        Difference::Gone { id, uid } => {
            say!("{red}gone{red:#}     {}  ({uid})", clean::short(id, 80));
        }
    }
}

fn difference_json(difference: &Difference) -> serde_json::Value {
    match difference {
        Difference::New { id, text } => json!({ "event": "new", "id": id, "text": text }),
        Difference::Changed { id, changes } => json!({
            "event": "changed", "id": id,
            "changes": changes.iter().map(|change| json!({
                "field": change.field, "before": change.before, "after": change.after,
            })).collect::<Vec<_>>(),
        }),
        Difference::Gone { id, uid } => json!({ "event": "gone", "id": id, "uid": uid.to_string() }),
    }
}

/// Prints what was read in all.
pub fn replayed(report: &ReplayReport, accepted: bool, json: bool) {
    if json {
        return line(&json!({
            "event": "summary", "payloads": report.payloads, "items": report.items, "new": report.new,
            "changed": report.changed, "gone": report.gone, "refused": report.refused, "failed": report.failed,
            "stored": report.stored, "accepted": accepted, "complete": !report.is_cut,
        }));
    }
    say!(
        "{} payloads, {} items in them: {} new, {} changed, {} gone, {} entries refused, {} payloads failed",
        report.payloads,
        report.items,
        report.new,
        report.changed,
        report.gone,
        report.refused,
        report.failed
    );
    let stopped = if report.is_cut { "stopped before the end; " } else { "" };
    if accepted {
        say!("{stopped}{} items and revisions were stored; what is gone stays", report.stored);
    } else {
        say!("{stopped}nothing was stored; --accept stores new items, and changed ones as a new revision");
    }
}
