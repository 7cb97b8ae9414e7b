//! The inventory: every source and how it stands.

use hark_model::Ms;
use hark_store::{CheckpointState, SourceStatus, Spending, StreamStatus};
use maud::{Markup, html};

use super::age::age;
use super::shell::{Place, shell};
use super::signs;
use crate::query::FeedQuery;
use crate::text;

/// Shows all sources.
pub(crate) fn page(sources: &[SourceStatus], now: Ms) -> Markup {
    let main = html! {
        main.sources #main {
            h1 { "Sources" }
            @if sources.is_empty() { p.nothing { "No source has been listened to yet." } }
            ul.cards { @for source in sources { (card(source, now)) } }
        }
    };
    shell("Sources", Place::Sources, &html! {}, &main)
}

fn card(source: &SourceStatus, now: Ms) -> Markup {
    let feed = FeedQuery::default().with_source(&source.name).link("/");
    html! {
        li.card.(source.zone.as_str()) {
            header {
                (signs::platform(&source.platform))
                h2 { a href=(feed) { (text::line(&source.name, 64)) } }
                (health(source))
            }
            p.facts {
                span.zone.(source.zone.as_str()) { (source.zone.as_str()) }
                span.fact { (text::line(&source.connector, 64)) " " (text::line(&source.connector_version, 32)) }
                @if let Some(owner) = &source.owner_function { span.fact { "owned by " (text::line(owner, 60)) } }
                span.fact dir="auto" { (text::line(&source.scope, 80)) }
            }
            dl.numbers {
                div { dt { "Items" } dd { a href=(feed) { (source.items) } } }
                div.(alarm(source.quarantined)) { dt { "Quarantined" } dd { (source.quarantined) } }
                div.(alarm(source.gaps)) { dt { "Gaps" } dd { (source.gaps) } }
                @if source.deliveries_waiting + source.deliveries_failed > 0 {
                    div.(alarm(source.deliveries_failed)) {
                        dt { "Deliveries waiting, failed" }
                        dd { (source.deliveries_waiting) ", " (source.deliveries_failed) }
                    }
                }
            }
            @if let Some(held) = &source.quarantine {
                p.fault { strong { "In quarantine" } " since " (age(held.at, now)) ": " (text::line(&held.reason, 400)) }
                p.note { "Let it go: " code { "hark sources release " (text::line(&source.name, 64)) } }
            }
            @if !source.spending.is_empty() { (spending(&source.spending)) }
            @if source.streams.is_empty() {
                p.note { "Not read yet." }
            } @else {
                div.scroll { table {
                    thead { tr {
                        th scope="col" { "Stream" } th scope="col" { "State" } th scope="col" { "Last read well" }
                        th scope="col" { "Next not before" } th scope="col" { "Last fault" }
                    } }
                    tbody { @for stream in &source.streams { (line(stream, now)) } }
                } }
            }
        }
    }
}

/// What one call takes of what it may: the last one, and the one that took most.
fn spending(spending: &[Spending]) -> Markup {
    let share = |each: &Spending, amount: u64| {
        each.percent(amount).map_or_else(|| "–".to_owned(), |it| format!("{it} %"))
    };
    html! {
        dl.numbers.spending {
            @for each in spending {
                div.(alarm(u64::from(each.percent(each.peak).is_some_and(|share| share >= 80)))) {
                    dt { (text::line(&each.resource, 32)) " of a call, most" }
                    dd { (share(each, each.last)) ", " (share(each, each.peak)) }
                }
            }
        }
    }
}

fn line(stream: &StreamStatus, now: Ms) -> Markup {
    html! {
        tr {
            th scope="row" {
                (text::line(&stream.stream, 60))
                @if !stream.target.is_empty() { " · " span dir="auto" { (text::line(&stream.target, 60)) } }
            }
            td { span.state.(mood(stream.state)) { (stream.state.as_str()) } }
            td { @if let Some(at) = stream.last_ok_at { (age(at, now)) } @else { "never" } }
            td { @if let Some(at) = stream.not_before.filter(|at| *at > now) { (wait(at, now)) } @else { "–" } }
            td.fault dir="auto" {
                @if let Some(fault) = &stream.last_fault {
                    @if stream.fault_count > 1 { (stream.fault_count) " times: " }
                    (text::line(fault, 300))
                } @else { "–" }
            }
        }
    }
}

fn wait(at: Ms, now: Ms) -> String {
    match (at - now) / 1_000 {
        secs @ 0..120 => format!("in {secs} s"),
        secs @ 120..7_200 => format!("in {} min", secs / 60),
        secs => format!("in {} h", secs / 3_600),
    }
}

/// Shows the worst of a source's streams in one word.
fn health(source: &SourceStatus) -> Markup {
    let worst = source.streams.iter().map(|stream| mood(stream.state)).max_by_key(|mood| severity(mood));
    let (class, word) = match (source.enabled, worst) {
        (false, _) => ("idle", "off"),
        (true, _) if source.quarantine.is_some() => ("bad", "in quarantine"),
        (true, None) => ("idle", "not read yet"),
        (true, Some("bad")) => ("bad", "needs help"),
        (true, Some("warn")) => ("warn", "trying again"),
        (true, Some(_)) => ("good", "listening"),
    };
    html! { span.state.(class) { (word) } }
}

const fn mood(state: CheckpointState) -> &'static str {
    match state {
        CheckpointState::Ok | CheckpointState::Running => "good",
        CheckpointState::Waiting | CheckpointState::Quota => "warn",
        CheckpointState::Paused => "idle",
        _ => "bad",
    }
}

fn severity(mood: &str) -> usize {
    ["idle", "good", "warn", "bad"].iter().position(|known| *known == mood).unwrap_or(0)
}

const fn alarm(count: u64) -> &'static str {
    if count > 0 { "alarm" } else { "calm" }
}
