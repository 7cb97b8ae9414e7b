//! One row of the feed: the same on the page and on the live stream.

use hark_model::{Direction, Ms};
use hark_store::{ActorSummary, FeedRow};
use maud::{Markup, html};

use super::age::age;
use super::{chips, signs};
use crate::query::FeedQuery;
use crate::text::{self, Hits};

/// Shows a row; `hits` are the words of the search.
pub(crate) fn row(row: &FeedRow, hits: &Hits, now: Ms) -> Markup {
    let thread = format!("/conversation/{}#i{}", row.conversation_id, row.row_id);
    let title = row.title.as_deref().or(row.conversation_title.as_deref());
    html! {
        li.row.(row.zone.as_str()) #{ "i" (row.row_id) } data-row=(row.row_id) data-at=(row.key.at) {
            div.stripe title=(row.zone.as_str()) {}
            article aria-labelledby={ "t" (row.row_id) } {
                header {
                    (signs::platform(&row.platform))
                    (author(row.author.as_ref()))
                    (marks(row))
                    span.when { (age(row.published_at, now)) @if row.published_is_estimate { " (about)" } }
                }
                h2 #{ "t" (row.row_id) } dir="auto" {
                    a.open href=(thread) {
                        @if row.removed_at.is_some() {
                            s { "Removed" }
                        } @else if let Some(title) = title {
                            (text::headline(title, hits))
                        } @else {
                            "Without a title"
                        }
                    }
                }
                @if row.removed_at.is_none() && !row.text.is_empty() {
                    p.excerpt dir="auto" { (text::excerpt(&row.text, hits)) }
                }
                footer {
                    @if let Some(sentiment) = &row.sentiment { (chips::sentiment(sentiment)) }
                    (chips::route(row))
                    (chips::tags(row))
                    (chips::copies(row))
                    (facts(row, &thread))
                }
            }
        }
    }
}

/// Shows who speaks, and how many listen.
pub(super) fn author(author: Option<&ActorSummary>) -> Markup {
    let Some(author) = author else { return html! { span.author.unknown { "Somebody" } } };
    let name = author.display_name.as_deref().or(author.handle.as_deref()).unwrap_or(&author.native_id);
    let handle = author.handle.as_deref().filter(|handle| *handle != name);
    html! {
        span.author dir="auto" { (text::line(name, 60)) }
        @if author.verified == Some(true) { span.badge title="verified by the platform" { "verified" } }
        @if author.is_self { span.badge.ours { "us" } }
        @if let Some(handle) = handle { span.handle dir="auto" { (text::line(handle, 60)) } }
        @if let Some(followers) = author.followers { span.reach { (short(followers)) " followers" } }
    }
}

/// Shows what is special about an item.
pub(super) fn marks(row: &FeedRow) -> Markup {
    html! {
        @if row.automated { span.badge { "automatic" } }
        @if row.direction == Direction::Outbound && !is_self(row) { span.badge.ours { "us" } }
        @if row.sensitive { span.badge { "sensitive" } }
        @if row.revisions > 1 { span.badge { "edited " (row.revisions - 1) "×" } }
    }
}

fn is_self(row: &FeedRow) -> bool {
    row.author.as_ref().is_some_and(|author| author.is_self)
}

fn facts(row: &FeedRow, thread: &str) -> Markup {
    html! {
        span.facts {
            @if row.replies_in_thread > 0 {
                a.fact href=(thread) title="others in this conversation" {
                    (signs::mark(signs::BUBBLE)) (row.replies_in_thread) " more"
                }
            }
            @if row.attachments > 0 {
                span.fact { (signs::mark(signs::CLIP)) (row.attachments) (if row.attachments == 1 { " file" } else { " files" }) }
            }
            (counters(row))
            @for source in row.sources.iter().take(3) {
                a.fact.source href=(FeedQuery::default().with_source(source).link("/")) { (text::line(source, 40)) }
            }
            // An address as a place is the feed's own: the source's name says it better.
            @if let Some(place) = row.place.as_deref().filter(|place| text::link(Some(place)).is_none()) {
                span.fact.place dir="auto" { (text::line(place, 60)) }
            }
        }
    }
}

/// Shows engagement, where the platform tells it.
pub(super) fn counters(row: &FeedRow) -> Markup {
    let Some(counters) = &row.counters else { return html! {} };
    let shown = [
        (counters.likes, "likes"),
        (counters.replies, "replies"),
        (counters.shares, "shares"),
        (counters.quotes, "quotes"),
        (counters.views, "views"),
    ];
    html! {
        @for (count, name) in shown {
            @if let Some(count) = count.filter(|count| *count > 0) {
                span.fact { (short(count)) " " (name) }
            }
        }
    }
}

/// Writes a large number short.
fn short(number: u64) -> String {
    match number {
        0..1_000 => number.to_string(),
        1_000..1_000_000 => format!("{}.{}k", number / 1_000, number % 1_000 / 100),
        _ => format!("{}.{}M", number / 1_000_000, number % 1_000_000 / 100_000),
    }
}
