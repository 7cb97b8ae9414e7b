//! Sources as `hark sources` and `hark check` print them.

use hark_config::Config;
use hark_model::Ms;
use hark_store::{GapRow, SourceStatus, Spending};
use serde_json::json;

use crate::commands::check::SourceFinding;
use crate::print::backfill::{backfill_json, backfill_text};
use crate::print::{clean, line};

/// Prints what was found about one source.
pub fn finding(finding: &SourceFinding, json: bool) {
    if json {
        line(&json!(finding));
        return;
    }
    let good = anstyle::AnsiColor::Green.on_default();
    let bad = anstyle::AnsiColor::Red.on_default().bold();
    let (style, sign) = if finding.ok { (good, "ok") } else { (bad, "wrong") };
    let account =
        finding.account.as_ref().map_or_else(String::new, |account| format!(" {}", clean::line(account)));
    say!("{style}{sign:>5}{style:#}  {}{account}", finding.source);
    for problem in &finding.problems {
        say!("       {}", clean::line(problem));
    }
    for warning in &finding.warnings {
        say!("       note: {}", clean::line(warning));
    }
}

/// Says that nothing is wrong.
pub fn config_is_good(config: &Config, rules: usize, json: bool) {
    if !json {
        say!("{}: {} sources, {} rules, all in order", config.path.display(), config.sources.len(), rules);
    }
}

/// Prints every source of the configuration with what the database knows of it.
pub fn sources(config: &Config, known: &[SourceStatus], json: bool) {
    for source in &config.sources {
        let status = known.iter().find(|status| status.name == source.name.as_str());
        if json {
            line(&source_json(source, status));
        } else {
            source_text(source, status);
        }
    }
}

fn source_json(source: &hark_config::SourceConfig, status: Option<&SourceStatus>) -> serde_json::Value {
    let streams: Vec<_> = status.iter().flat_map(|status| &status.streams).map(|stream| {
        json!({
            "stream": stream.stream, "target": stream.target, "state": stream.state.as_str(), "last_ok_at": stream.last_ok_at,
            "not_before": stream.not_before, "last_fault": stream.last_fault, "fault_count": stream.fault_count,
        })
    }).collect();
    json!({
        "source": source.name.as_str(), "connector": source.connector.to_string(), "enabled": source.enabled,
        "zone": status.map(|status| status.zone.as_str()), "items": status.map_or(0, |status| status.items),
        "quarantined": status.map_or(0, |status| status.quarantined), "gaps": status.map_or(0, |status| status.gaps),
        "gaps_shown": status.iter().flat_map(|status| &status.gaps_shown).map(gap_json).collect::<Vec<_>>(),
        "deliveries_waiting": status.map_or(0, |status| status.deliveries_waiting),
        "deliveries_failed": status.map_or(0, |status| status.deliveries_failed),
        "backfills": status.iter().flat_map(|status| &status.backfills)
            .map(|backfill| backfill_json(source.name.as_str(), backfill)).collect::<Vec<_>>(),
        "quarantine": status.and_then(|status| status.quarantine.as_ref())
            .map(|held| json!({ "at": held.at, "reason": held.reason })),
        "calls": status.iter().flat_map(|status| &status.spending).map(spending_json).collect::<Vec<_>>(),
        "capsules": status.iter().flat_map(|status| &status.capsules).map(|capsule| {
            json!({ "id": capsule.id, "at": capsule.at, "call": capsule.line, "error": capsule.error })
        }).collect::<Vec<_>>(),
        "streams": streams,
    })
}

/// What one call takes of what it may, in whole percent.
fn spending_json(spending: &Spending) -> serde_json::Value {
    json!({
        "resource": spending.resource, "last": spending.last, "last_at": spending.last_at,
        "last_percent": spending.percent(spending.last), "peak": spending.peak, "peak_at": spending.peak_at,
        "peak_percent": spending.percent(spending.peak), "limit": spending.most,
    })
}

/// Says whether a source was let out of quarantine.
pub fn released(source: &str, released: bool, json: bool) {
    if json {
        return line(&json!({ "source": source, "released": released }));
    }
    match released {
        true => say!("{source}: out of quarantine; a Hark that runs calls it again within seconds"),
        false => say!("{source}: was not in quarantine"),
    }
}

fn source_text(source: &hark_config::SourceConfig, status: Option<&SourceStatus>) {
    let bold = anstyle::Style::new().bold();
    let off = if source.enabled { "" } else { " (not enabled)" };
    let Some(status) = status else {
        say!("{bold}{}{bold:#}  {}{off}: not listened to yet", source.name, source.connector);
        return;
    };
    say!(
        "{bold}{}{bold:#}  {} {}, {}{off}: {} items, {} in quarantine, {} gaps",
        source.name,
        status.connector,
        status.connector_version,
        status.zone,
        status.items,
        status.quarantined,
        status.gaps
    );
    if let Some(held) = &status.quarantine {
        let bad = anstyle::AnsiColor::Red.on_default().bold();
        say!(
            "    {bad}in quarantine{bad:#} since {}: {}; hark sources release {}",
            when(held.at),
            clean::short(&held.reason, 400),
            source.name
        );
    }
    if !status.spending.is_empty() {
        let share =
            |each: &Spending| each.percent(each.peak).map(|most| format!("{most} % of {}", each.resource));
        let most: Vec<String> = status.spending.iter().filter_map(share).collect();
        say!("    a call takes at most {}", clean::short(&most.join(", "), 300));
    }
    for stream in &status.streams {
        let fault = stream
            .last_fault
            .as_ref()
            .map_or_else(String::new, |fault| format!(": {}", clean::short(fault, 300)));
        let last =
            stream.last_ok_at.map_or_else(|| "never read".to_owned(), |at| format!("last read {}", when(at)));
        let target = if stream.target.is_empty() { "" } else { "/" };
        let name = format!("{}{target}{}", stream.stream, clean::short(&stream.target, 60));
        say!("    {name} {}, {last}{fault}", stream.state.as_str());
    }
    beside_text(status);
}

/// What is read by time, what was missed, and what was delivered and not handled.
fn beside_text(status: &SourceStatus) {
    for backfill in &status.backfills {
        say!("    {}", backfill_text(backfill));
    }
    for gap in &status.gaps_shown {
        say!("    gap {}", gap_text(gap));
    }
    if status.gaps > status.gaps_shown.len() as u64 {
        say!("    and {} gaps more", status.gaps - status.gaps_shown.len() as u64);
    }
    if status.deliveries_waiting + status.deliveries_failed > 0 {
        say!(
            "    {} deliveries wait to be handled, {} could not be",
            status.deliveries_waiting,
            status.deliveries_failed
        );
    }
}

fn gap_text(gap: &GapRow) -> String {
    let end = |at: Option<Ms>| at.map_or_else(|| "?".to_owned(), when);
    let stream = clean::short(&gap.stream, 40);
    format!("{stream} {} to {}: {}", end(gap.since), end(gap.until), clean::short(&gap.why, 200))
}

fn gap_json(gap: &GapRow) -> serde_json::Value {
    json!({ "stream": gap.stream, "since": gap.since, "until": gap.until, "why": gap.why, "at": gap.at })
}

/// Returns a time in the zone of the machine, to the second.
pub fn when(at: Ms) -> String {
    let zone = jiff::tz::TimeZone::system();
    jiff::Timestamp::from_millisecond(at)
        .map_or_else(|_| at.to_string(), |at| at.to_zoned(zone).strftime("%Y-%m-%d %H:%M:%S").to_string())
}
