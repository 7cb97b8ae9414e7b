//! How far another analyser is with the archive: to standard error for people, a JSON value a line for programs.

use hark_pipeline::ReanalysisEnd;
use hark_store::ReanalysisStatus;
use serde_json::json;

use crate::print::line;

/// Says how far it is.
pub fn reanalysis_line(status: &ReanalysisStatus, dry_run: bool, json: bool) {
    if json {
        return line(&status_json(status, "running", dry_run));
    }
    anstream::eprintln!("{}", text(status, dry_run));
}

/// Says how it ended.
pub fn reanalysis_end(status: &ReanalysisStatus, end: ReanalysisEnd, dry_run: bool, json: bool) {
    let state = match end {
        ReanalysisEnd::Done => "done",
        ReanalysisEnd::Stopped => "stopped",
        ReanalysisEnd::NotOurs => "not-ours",
    };
    if json {
        return line(&status_json(status, state, dry_run));
    }
    let rest = match end {
        ReanalysisEnd::Stopped if dry_run => "; stopped",
        ReanalysisEnd::Stopped => "; stopped, `hark reanalyse` goes on from here",
        ReanalysisEnd::Done | ReanalysisEnd::NotOurs => "",
    };
    say!("{}{rest}", text(status, dry_run));
}

fn status_json(status: &ReanalysisStatus, state: &str, dry_run: bool) -> serde_json::Value {
    json!({
        "event": "reanalysis", "state": state, "dry_run": dry_run, "since": status.since, "items": status.total,
        "seen": status.seen, "passed_over": status.passed_over, "opinions": status.opinions,
        "other_sentiment": status.otherwise, "started_at": status.started_at,
    })
}

fn text(status: &ReanalysisStatus, dry_run: bool) -> String {
    format!(
        "{} of {} items read again, {} had these opinions already; {} opinions {}, {} items feel otherwise",
        status.seen,
        status.total,
        status.passed_over,
        status.opinions,
        if dry_run { "would be added" } else { "added" },
        status.otherwise,
    )
}
