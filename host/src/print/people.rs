//! News for people, questions to experts and reports of abuse, as the commands print them.

use hark_model::Ms;
use hark_store::{ChimeInId, ChimeInRow, NoticeRow, NoticeState, ReportRow, ReportStepRow};
use serde_json::{Value, json};

use crate::print::source::when;
use crate::print::{clean, line};

/// Prints notices, and how many there are in each state.
pub fn notices(rows: &[NoticeRow], counts: &[(NoticeState, u64)], json: bool) {
    for row in rows {
        notice(row, json);
    }
    if json {
        let counts: serde_json::Map<String, Value> =
            counts.iter().map(|(state, count)| (state.as_str().to_owned(), json!(count))).collect();
        return line(&json!({ "counts": counts }));
    }
    let counts: Vec<String> =
        counts.iter().map(|(state, count)| format!("{count} {}", state.as_str())).collect();
    say!("{}", if counts.is_empty() { "no notices".to_owned() } else { counts.join(", ") });
}

/// Prints one notice.
pub fn notice(row: &NoticeRow, json: bool) {
    if json {
        return line(&json!({
            "key": row.key, "target": row.target, "state": row.state.as_str(), "urgent": row.urgent,
            "subject": row.subject, "due_at": row.due_at, "attempts": row.attempts,
            "uncertain_count": row.uncertain_count, "fault": row.fault, "at": row.at, "settled_at": row.settled_at,
        }));
    }
    let style = match row.state {
        NoticeState::Dead | NoticeState::Uncertain => anstyle::AnsiColor::Red.on_default(),
        NoticeState::Sent => anstyle::AnsiColor::Green.on_default(),
        _ => anstyle::Style::new(),
    };
    let urgent = if row.urgent { " urgent" } else { "" };
    say!(
        "{style}{:<9}{style:#} {}  {}{urgent}  {}  {}",
        row.state.as_str(),
        when(row.at),
        clean::short(&row.target, 64),
        clean::short(&row.key, 200),
        clean::short(&row.subject, 80)
    );
    if let Some(fault) = &row.fault {
        let next = match row.state {
            NoticeState::Waiting | NoticeState::Uncertain => format!("; again at {}", when(row.due_at)),
            _ => String::new(),
        };
        say!("          tried {} times: {}{next}", row.attempts, clean::short(fault, 300));
    }
}

/// Prints what was found about a target or the table of questions.
pub fn news_finding(what: &str, problem: Option<&str>, json: bool) {
    if json {
        return line(&json!({ "table": what, "ok": problem.is_none(), "problem": problem }));
    }
    let (style, sign) = match problem {
        None => (anstyle::AnsiColor::Green.on_default(), "ok"),
        Some(_) => (anstyle::AnsiColor::Red.on_default().bold(), "wrong"),
    };
    say!("{style}{sign:>5}{style:#}  [{what}]");
    if let Some(problem) = problem {
        say!("       {}", clean::line(problem));
    }
}

/// Says that a question is on its way, or was before.
pub fn asked(id: ChimeInId, is_new: bool, json: bool) {
    if json {
        return line(&json!({ "question": id.to_string(), "new": is_new }));
    }
    match is_new {
        true => say!("question {id} is asked; `hark run` sends it, `hark asks` shows what came of it"),
        false => say!("question {id} was asked before and is open still; it is not asked twice"),
    }
}

/// Prints questions to experts.
pub fn asks(rows: &[ChimeInRow], json: bool) {
    for row in rows {
        if json { line(&ask_json(row)) } else { ask_text(row) }
    }
    if rows.is_empty() && !json {
        say!("no questions");
    }
}

fn ask_json(row: &ChimeInRow) -> Value {
    json!({
        "question": row.id.to_string(), "state": row.state.as_str(), "conversation": row.conversation,
        "title": row.title, "asked_by": row.asked_by, "person": row.expert, "name": row.expert_name,
        "reason": row.reason, "target": row.channel, "may_see": row.may_see.as_str(), "zone": row.zone.as_str(),
        "asked_at": row.asked_at, "expires_at": row.expires_at, "seen_at": row.seen_at,
        "answered_at": row.answered_at, "declined_at": row.declined_at, "undeliverable_at": row.undeliverable_at,
        "answer": row.answer, "answer_as": row.answer_as.map(hark_store::AnswerAs::as_str),
        "answer_via": row.answer_via.map(hark_store::AnswerVia::as_str), "note": row.note, "draft": row.draft,
    })
}

fn ask_text(row: &ChimeInRow) {
    let bold = anstyle::Style::new().bold();
    let person = row.expert_name.clone().unwrap_or_else(|| format!("person {}", row.expert));
    say!(
        "{bold}{:>5} {:<13}{bold:#} {}  {} to {} on conversation {}  {}",
        row.id.to_string(),
        row.state.as_str(),
        when(row.asked_at),
        clean::short(&row.asked_by, 40),
        clean::short(&person, 60),
        row.conversation,
        clean::short(row.title.as_deref().unwrap_or_default(), 80)
    );
    say!("      why: {}", clean::short(&row.reason, 200));
    let Some(answer) = &row.answer else { return };
    let kind = match (row.draft, row.note) {
        (Some(draft), _) => format!("proposed reply (draft {draft})"),
        (None, Some(note)) => format!("note {note}"),
        (None, None) => "answer".to_owned(),
    };
    let via = row.answer_via.map_or("", hark_store::AnswerVia::as_str);
    say!("      {kind}, by {via}: {}", clean::short(answer, 400));
}

/// Prints reports of abuse; `now` gives their age.
pub fn reports(rows: &[ReportRow], now: Ms, json: bool) {
    for row in rows {
        if json { line(&report_json(row, now)) } else { report_text(row, now) }
    }
    if rows.is_empty() && !json {
        say!("no reports");
    }
}

fn report_json(row: &ReportRow, now: Ms) -> Value {
    json!({
        "report": row.id, "source": row.source, "about": row.about,
        "uid": row.item.map(|uid| hex::encode(uid.as_bytes())), "text": row.text, "author": row.author,
        "reporter": row.reporter, "reason": row.reason, "platform_status": row.platform_status, "at": row.at,
        "age_secs": (now - row.at).max(0) / 1_000,
        "status": row.standing.as_ref().map_or("new", |standing| standing.status.as_str()),
        "outcome": row.standing.as_ref().and_then(|standing| standing.outcome.as_deref()),
        "status_at": row.standing_at,
    })
}

fn report_text(row: &ReportRow, now: Ms) {
    let bold = anstyle::Style::new().bold();
    let status = row.standing.as_ref().map_or_else(
        || "new".to_owned(),
        |standing| match &standing.outcome {
            Some(outcome) => format!("{}: {outcome}", standing.status),
            None => standing.status.clone(),
        },
    );
    say!(
        "{bold}{:>5} {status}{bold:#}  {} old  {}  by {}: {}  (there: {})",
        row.id,
        age(now - row.at),
        clean::short(&row.source, 64),
        clean::short(row.reporter.as_deref().unwrap_or("somebody"), 40),
        clean::short(&row.reason, 120),
        clean::short(&row.platform_status, 40)
    );
    let author = clean::short(row.author.as_deref().unwrap_or("?"), 40);
    match &row.text {
        Some(text) => say!("      {author}: {}", clean::short(text, 280)),
        None => say!("      about {}, which is not here", clean::short(&row.about, 120)),
    }
}

fn age(ms: Ms) -> String {
    match ms.max(0) / 60_000 {
        minutes @ 0..60 => format!("{minutes} min"),
        minutes @ 60..2_880 => format!("{} h", minutes / 60),
        minutes => format!("{} d", minutes / 1_440),
    }
}

/// Prints what was done with a report.
pub fn report_steps(steps: &[ReportStepRow], json: bool) {
    for step in steps {
        if json {
            line(&json!({
                "step": step.step, "status": step.standing.status, "outcome": step.standing.outcome,
                "who": step.who, "why": step.why, "at": step.at,
            }));
            continue;
        }
        let outcome =
            step.standing.outcome.as_ref().map_or_else(String::new, |outcome| format!(": {outcome}"));
        let why =
            if step.why.is_empty() { String::new() } else { format!("  ({})", clean::short(&step.why, 200)) };
        say!(
            "      {}  {} by {}, {}{outcome}{why}",
            when(step.at),
            clean::short(&step.step, 60),
            clean::short(&step.who, 60),
            step.standing.status
        );
    }
}
