//! Chips: what a machine thinks of an item, each with its reasons one click away, script or not.

use hark_model::{Priority, Sentiment};
use hark_store::{FeedRow, SentimentSummary};
use maud::{Markup, html};

use crate::{limits, text};

/// Shows how an item feels; opening it lists the words that made the score.
pub(super) fn sentiment(summary: &SentimentSummary) -> Markup {
    let label = summary.label.as_str();
    html! {
        details.chip.(label) {
            summary {
                span.dot aria-hidden="true" {}
                (label)
                @if let (Some(score), true) = (summary.score, summary.label != Sentiment::Unknown) {
                    " " span.score { (signed(score)) }
                }
            }
            div.why {
                p.head { "Why " (label) "?" }
                @if summary.evidence.is_empty() {
                    p { (no_evidence(summary.label)) }
                } @else {
                    table {
                        thead { tr { th scope="col" { "Word" } th.num scope="col" { "Weight" } } }
                        tbody {
                            @for piece in summary.evidence.iter().take(limits::EVIDENCE_MAX) {
                                tr {
                                    td dir="auto" { (text::line(&piece.text, 60)) }
                                    td.num.(side(piece.weight)) { (signed(piece.weight)) }
                                }
                            }
                        }
                    }
                    @let more = summary.evidence.len().saturating_sub(limits::EVIDENCE_MAX);
                    @if more > 0 { p.note { "and " (more) " more" } }
                }
                @if let Some(confidence) = summary.confidence {
                    p.note { "Confidence " (percent(confidence)) }
                }
                p.note { "Said by " (text::line(&summary.producer, 60)) " " (text::line(&summary.producer_version, 40)) }
            }
        }
    }
}

const fn no_evidence(label: Sentiment) -> &'static str {
    match label {
        Sentiment::Unknown => "There is no model for the language of this text.",
        _ => "No word in it says how it feels.",
    }
}

/// Shows who should see an item; opening it names the rules.
pub(super) fn route(row: &FeedRow) -> Markup {
    let routed = row.team.is_some() || row.person.is_some() || row.priority.is_some();
    if !routed {
        // A rule may say just this: that nobody needs to see it.
        return html! {};
    }
    let priority = row.priority.unwrap_or(Priority::Normal);
    let shown = row.team.as_deref().or(row.person.as_deref()).unwrap_or("no team");
    html! {
        details.chip.route.(priority.as_str()) {
            summary {
                span dir="auto" { (text::line(shown, 40)) }
                @if priority != Priority::Normal { " " span.priority { (priority.as_str()) } }
            }
            div.why {
                p.head { "Why here?" }
                @if row.route_reasons.is_empty() {
                    p { "No rule matched this item: it goes where its conversation went." }
                } @else {
                    p { "Because of the " (if row.route_reasons.len() == 1 { "rule" } else { "rules" }) }
                    ul { @for rule in &row.route_reasons { li { code { (text::line(rule, 64)) } } } }
                }
                dl {
                    @if let Some(team) = &row.team { dt { "Team" } dd dir="auto" { (text::line(team, 60)) } }
                    @if let Some(person) = &row.person { dt { "Person" } dd dir="auto" { (text::line(person, 60)) } }
                    dt { "Priority" } dd { (priority.as_str()) }
                }
            }
        }
    }
}

/// Shows how often nearly the same was said.
pub(super) fn copies(row: &FeedRow) -> Markup {
    html! {
        @if row.copies > 0 {
            span.tag title="other items that are nearly the same" {
                "+" (row.copies) (if row.copies == 1 { " copy" } else { " copies" })
            }
        }
        @if row.copy_of.is_some() {
            span.tag title="nearly the same as an earlier item" { "copy" }
        }
    }
}

/// Shows the tags of the platform and of the rules.
pub(super) fn tags(row: &FeedRow) -> Markup {
    html! {
        @for tag in row.tags.iter().take(limits::TAGS_MAX) {
            span.tag dir="auto" { (text::line(tag, 32)) }
        }
    }
}

fn side(weight: f64) -> &'static str {
    if weight < 0.0 { "negative" } else { "positive" }
}

/// Writes a number with two places and a true minus.
fn signed(number: f64) -> String {
    match number {
        number if !number.is_finite() => "?".to_owned(),
        number if number.abs() < 0.005 => "0.00".to_owned(),
        number if number < 0.0 => format!("\u{2212}{:.2}", number.abs()),
        number => format!("+{number:.2}"),
    }
}

fn percent(part: f64) -> String {
    if part.is_finite() { format!("{:.0} %", part.clamp(0.0, 1.0) * 100.0) } else { "?".to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_for_people() {
        assert_eq!(
            (signed(-0.625), signed(0.5), signed(f64::NAN)),
            ("\u{2212}0.62".into(), "+0.50".into(), "?".into())
        );
        assert_eq!((signed(-0.001), signed(0.0)), ("0.00".into(), "0.00".into()));
        assert_eq!((percent(0.714), percent(7.0)), ("71 %".into(), "100 %".into()));
    }
}
