//! Rules, explanations, dry runs and silences, for people and for programs.

use std::path::Path;

use hark_model::Ms;
use hark_pipeline::{DryRun, Moved};
use hark_query::{Asked, Column, Trace};
use hark_routing::{Explanation, Outcome, Owner, Place, Seen, Silence, Tree};
use hark_store::{ItemDetail, SilenceRow};
use serde_json::{Value, json};

use crate::print::source::when;
use crate::print::{clean, line};

/// Items of a dry run that people are shown; programs get all.
const MOVED_SHOWN_MAX: usize = 50;

/// Says that nothing is wrong with the rules, and which of them are looked at for every item.
pub fn rules_are_good(path: &Path, tree: &Tree, json: bool) {
    let unanchored: Vec<&str> = tree.unanchored().collect();
    if json {
        return line(&json!({
            "file": path, "rules": tree.rules(), "teams": tree.teams().len(), "persons": tree.people().len(),
            "digest": hex::encode(tree.digest()), "looked_at_for_every_item": unanchored,
        }));
    }
    say!(
        "{}: {} rules, {} teams, {} persons, all in order",
        path.display(),
        tree.rules(),
        tree.teams().len(),
        tree.people().len()
    );
    if !unanchored.is_empty() {
        say!(
            "  note: looked at for every item, as nothing must be in it: {}; a word or a tag would make them cheaper",
            unanchored.join(", ")
        );
    }
}

/// Says why an item goes where it goes.
pub fn explanation(detail: &ItemDetail, explained: &Explanation, json: bool) {
    if json {
        return line(&explanation_json(detail, explained));
    }
    let row = &detail.row;
    say!("{}  {}", row.uid, clean::short(row.title.as_deref().unwrap_or(&row.text), 80));
    if row.route_reasons.is_empty() {
        say!("kept: no rule had a say when it came in");
    } else {
        say!("kept: {} (rule {})", clean::line(&kept(detail)), clean::line(&row.route_reasons.join(", ")));
    }
    for text in explained.to_string().lines() {
        say!("{}", clean::line(text));
    }
}

fn kept(detail: &ItemDetail) -> String {
    let row = &detail.row;
    match (&row.person, &row.team) {
        (Some(person), Some(team)) => format!("person {person} of team {team}"),
        (Some(person), None) => format!("person {person}"),
        (None, Some(team)) => format!("queue of team {team}"),
        (None, None) => "queue of the root".to_owned(),
    }
}

fn explanation_json(detail: &ItemDetail, explained: &Explanation) -> Value {
    let (row, decision) = (&detail.row, &explained.decision);
    json!({
        "uid": row.uid.to_string(),
        "kept": { "team": row.team, "person": row.person, "rules": row.route_reasons },
        "rules_digest": hex::encode(explained.digest),
        "owner": owner_json(&decision.owner),
        "named_by": &*decision.named_by,
        "reasons": decision.reasons.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "priority": decision.priority.map(|priority| priority.as_str()),
        "tags": names(&decision.tags),
        "service": decision.service.as_deref(),
        "notices": decision.notices.iter().map(|notice| json!({
            "rule": &*notice.rule,
            "group": notice.group,
            "to": notice.to.iter().map(ToString::to_string).collect::<Vec<_>>(),
            "due_at": notice.due_at,
        })).collect::<Vec<_>>(),
        "came_to": explained.came_to.iter().map(seen_json).collect::<Vec<_>>(),
        "missed": explained.missed.iter().map(seen_json).collect::<Vec<_>>(),
        "others": explained.others,
    })
}

fn names(names: &[hark_routing::Name]) -> Vec<&str> {
    names.iter().map(|name| &**name).collect()
}

fn owner_json(owner: &Owner) -> Value {
    match owner {
        Owner::Person { person, team } => json!({ "person": &**person, "team": team.as_deref() }),
        Owner::Team(team) => json!({ "person": null, "team": &**team }),
        Owner::Root => json!({ "person": null, "team": null }),
    }
}

fn seen_json(seen: &Seen) -> Value {
    let outcome = match &seen.outcome {
        Outcome::Took => "took",
        Outcome::LedOn => "led-on",
        Outcome::Missed => "missed",
        Outcome::StoppedBy(_) => "stopped",
    };
    let stopped_by = match &seen.outcome {
        Outcome::StoppedBy(rule) => Some(&**rule),
        _ => None,
    };
    json!({
        "rule": &*seen.rule, "line": seen.line, "filter": seen.filter, "outcome": outcome, "stopped_by": stopped_by,
        "asked": seen.trace.as_ref().map(trace_json),
        "misses": seen.trace.as_ref().map(Trace::misses),
    })
}

fn trace_json(trace: &Trace) -> Value {
    let parts = |parts: &[Trace]| parts.iter().map(trace_json).collect::<Vec<_>>();
    match &trace.asked {
        Asked::All(all) => json!({ "holds": trace.holds, "all": parts(all) }),
        Asked::Any(any) => json!({ "holds": trace.holds, "any": parts(any) }),
        Asked::Not(part) => json!({ "holds": trace.holds, "not": trace_json(part) }),
        Asked::Test { test, spots, value } => json!({
            "holds": trace.holds, "test": test, "value": value,
            "words": spots.iter().map(|spot| json!({
                "in": if spot.column == Column::Title { "title" } else { "text" },
                "start": spot.span.start, "end": spot.span.end, "text": spot.text,
            })).collect::<Vec<_>>(),
        }),
    }
}

/// Says how many items a dry run has read.
pub fn tried(read: usize, json: bool) {
    if json {
        return line(&json!({ "event": "dry-run", "state": "running", "read": read }));
    }
    anstream::eprintln!("{read} items read");
}

/// Says what other rules would have done.
pub fn dry_run(run: &DryRun, json: bool) {
    if json {
        for moved in &run.moved {
            line(&json!({
                "event": "moved", "uid": moved.uid.to_string(), "old": place_json(&moved.old), "new": place_json(&moved.new),
            }));
        }
        let ways: Vec<Value> = run
            .ways
            .iter()
            .map(|(old, new, count)| json!({ "old": old, "new": new, "items": count }))
            .collect();
        return line(&json!({
            "event": "dry-run", "state": "done", "items": run.items, "moved": run.moved.len(), "cut": run.is_cut,
            "owners": ways,
        }));
    }
    say!("{} of {} items would be routed otherwise", run.moved.len(), run.items);
    if run.is_cut {
        say!("  older items were left out: there are too many");
    }
    for (old, new, count) in &run.ways {
        say!("{count:>8}  {old} -> {new}");
    }
    for moved in run.moved.iter().take(MOVED_SHOWN_MAX) {
        moved_text(moved);
    }
    let more = run.moved.len().saturating_sub(MOVED_SHOWN_MAX);
    if more > 0 {
        say!("and {more} more; --json tells all");
    }
}

fn moved_text(Moved { uid, text, old, new }: &Moved) {
    say!("{uid}  {}", clean::short(text, 60));
    let sides = [("-", old), ("+", new)];
    for (sign, place) in sides {
        say!("  {sign} {}", clean::line(&place_text(place)));
    }
}

fn place_text(place: &Place) -> String {
    let mut text = format!("{} (rule {})", place.owner, names(&place.rules).join(", "));
    if let Some(priority) = place.priority {
        text = format!("{text}, {priority}");
    }
    for tag in &place.tags {
        text = format!("{text} #{tag}");
    }
    if let Some(service) = &place.service {
        text = format!("{text}, service {service}");
    }
    if !place.told.is_empty() {
        let told: Vec<String> = place.told.iter().map(ToString::to_string).collect();
        text = format!("{text}, tells {}", told.join(", "));
    }
    text
}

fn place_json(place: &Place) -> Value {
    json!({
        "owner": owner_json(&place.owner), "rules": names(&place.rules),
        "priority": place.priority.map(|priority| priority.as_str()), "tags": names(&place.tags),
        "service": place.service.as_deref(),
        "told": place.told.iter().map(ToString::to_string).collect::<Vec<_>>(),
    })
}

/// Says what became of a silence.
pub fn silence_changed(name: &str, what: &str, json: bool) {
    if json {
        return line(&json!({ "silence": name, "state": what }));
    }
    say!("silence {name} is {what}");
}

/// Lists the silences of the file of rules, and those made by hand.
pub fn silences(of_file: &[Silence], made: &[SilenceRow], now: Ms, json: bool) {
    let of_file = of_file.iter().map(|own| SilenceRow {
        name: own.name.to_string(),
        filter: own.when.to_string(),
        rules: own.rules.iter().map(ToString::to_string).collect(),
        from: own.from,
        until: own.until,
        author: own.author.to_string(),
        reason: own.reason.to_string(),
        ended_at: None,
    });
    let all = of_file.map(|row| (row, "file")).chain(made.iter().map(|row| (row.clone(), "made")));
    for (row, origin) in all {
        silence(&row, origin, now, json);
    }
}

fn silence(row: &SilenceRow, origin: &str, now: Ms, json: bool) {
    let state = match row.ended_at {
        Some(_) => "ended",
        None if row.until <= now => "over",
        None if row.from > now => "to come",
        None => "on",
    };
    if json {
        return line(&json!({
            "silence": row.name, "state": state, "origin": origin, "when": row.filter, "rules": row.rules,
            "from": (row.from > Ms::MIN).then_some(row.from), "until": row.until, "author": row.author,
            "reason": row.reason, "ended_at": row.ended_at,
        }));
    }
    let rules = if row.rules.is_empty() { "all rules".to_owned() } else { row.rules.join(", ") };
    say!(
        "{:<8} {}  until {}  by {}: {}\n         {} of {rules}",
        state,
        row.name,
        when(row.until),
        clean::line(&row.author),
        clean::line(&row.reason),
        clean::line(&row.filter),
    );
}
