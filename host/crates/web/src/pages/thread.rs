//! One conversation: a tree of what was said, answers below what they answer.
//!
//! Holds: each item is shown once; the depth is bounded, whatever the store says.

use std::collections::HashMap;

use hark_model::{Attachment, Evidence, Ms, limits as model_limits};
use hark_store::{FeedRow, Thread, ThreadNode};
use maud::{Markup, html};

use super::age::age;
use super::row::{author, counters, marks};
use super::shell::{Place, shell};
use super::{chips, signs};
use crate::query::FeedQuery;
use crate::text::Span;
use crate::{limits, text};

/// Files by the row of their item.
pub(crate) type Files = HashMap<i64, Vec<Attachment>>;

/// What the items of a page have in common.
struct Shown<'a> {
    title: &'a str,
    files: &'a Files,
    now: Ms,
}

/// Shows a conversation.
pub(crate) fn page(thread: &Thread, files: &Files, now: Ms) -> Markup {
    let conversation = &thread.conversation;
    let title = conversation.title.as_deref().or_else(|| thread.nodes.first()?.row.title.as_deref());
    let title = text::line(title.unwrap_or("Without a title"), limits::LINE_CHARS_MAX);
    let original = text::link(conversation.url.as_deref());
    let main = html! {
        main.thread.(conversation.zone.as_str()) #main {
            p.back { a #back href="/" { "← Feed" } }
            header {
                h1 dir="auto" { (title) }
                p.facts {
                    span.zone.(conversation.zone.as_str()) { (conversation.zone.as_str()) }
                    span.fact { (conversation.visibility.as_str()) }
                    @if let Some(place) = conversation.place.as_deref().filter(|place| text::link(Some(place)).is_none()) {
                        span.fact dir="auto" { (text::line(place, 80)) }
                    }
                    span.fact { (conversation.item_count) (if conversation.item_count == 1 { " item" } else { " items" }) }
                    @if let Some(last) = conversation.last_item_at { span.fact { "last " (age(last, now)) } }
                    @if conversation.locked { span.fact { "locked" } }
                    @if let Some(original) = &original { (outside(original, "Open on the platform")) }
                }
            }
            @if thread.left_out > 0 {
                p.note { (thread.left_out) " older items of this conversation are not shown." }
            }
            (branch(&thread.nodes, 0, &Shown { title: &title, files, now }))
        }
    };
    shell(&title, Place::Thread, &search(), &main)
}

fn search() -> Markup {
    html! {
        form.search role="search" action="/" method="get" {
            label.unseen for="q" { "Search words" }
            input #q type="search" name="q" maxlength=(limits::FILTER_BYTES_MAX) placeholder="Search the feed"
                autocomplete="off" dir="auto" aria-keyshortcuts="/";
            button type="submit" { "Search" }
        }
    }
}

/// Shows nodes in their order; what is deeper than its forerunner goes below it.
fn branch(nodes: &[ThreadNode], depth: usize, shown: &Shown<'_>) -> Markup {
    let mut rest = nodes;
    html! {
        ol.branch {
            @while let Some((node, behind)) = rest.split_first() {
                // Beyond the bound everything stands on one level, so that this ends.
                @let below = if depth < model_limits::THREAD_DEPTH_MAX {
                    behind.iter().take_while(|other| other.depth > node.depth).count()
                } else { 0 };
                li.node #{ "i" (node.row.row_id) } data-row=(node.row.row_id) {
                    (item(&node.row, shown))
                    @if below > 0 { (branch(&behind[..below], depth + 1, shown)) }
                }
                @let () = rest = &behind[below..];
            }
        }
    }
}

fn item(row: &FeedRow, shown: &Shown<'_>) -> Markup {
    let now = shown.now;
    let title = row.title.as_deref().map(|title| text::line(title, limits::LINE_CHARS_MAX));
    // Most mails of a thread repeat its subject: only another one says something.
    let title = title.filter(|title| base(title) != base(shown.title));
    html! {
        article.item.(row.direction.as_str()) tabindex="-1" {
            header {
                (signs::platform(&row.platform))
                (author(row.author.as_ref()))
                (marks(row))
                span.when { (age(row.published_at, now)) @if row.published_is_estimate { " (about)" } }
            }
            @if let Some(at) = row.removed_at {
                p.gone { s { "This was removed" } " " (age(at, now)) }
            } @else {
                @if let Some(title) = &title { h2 dir="auto" { (title) } }
                div.text { (text::body(&row.text, evidence(row))) }
                @if let Some(files) = shown.files.get(&row.row_id) { (file_list(files)) }
            }
            footer {
                @if let Some(sentiment) = &row.sentiment { (chips::sentiment(sentiment)) }
                @if !row.route_reasons.is_empty() { (chips::route(row)) }
                (chips::tags(row))
                (chips::copies(row))
                span.facts {
                    (counters(row))
                    @for source in row.sources.iter().take(3) {
                        a.fact.source href=(FeedQuery::default().with_source(source).link("/")) { (text::line(source, 40)) }
                    }
                    @if let Some(url) = text::link(row.url.as_deref()) { (outside(&url, "Original")) }
                }
            }
        }
    }
}

/// Takes the marks of answers off a title.
fn base(title: &str) -> &str {
    let mut rest = title.trim();
    while let Some((mark, behind)) = rest.split_once(':') {
        let known = ["re", "aw", "fwd", "fw", "wg", "tr", "rv", "sv"];
        if !known.iter().any(|word| mark.eq_ignore_ascii_case(word)) {
            break;
        }
        rest = behind.trim_start();
    }
    rest
}

/// Returns the spans that made the sentiment, where they are what they say they are.
fn evidence(row: &FeedRow) -> Vec<Span> {
    let pieces = row.sentiment.iter().flat_map(|sentiment| &sentiment.evidence);
    let fits = |piece: &&Evidence| {
        let found = row.text.get(piece.start..piece.end);
        found.is_some_and(|found| found.to_lowercase() == piece.text.to_lowercase())
    };
    let class = |weight: f64| if weight < 0.0 { "negative" } else { "positive" };
    pieces
        .filter(fits)
        .map(|piece| Span { range: piece.start..piece.end, class: class(piece.weight) })
        .collect()
}

fn file_list(files: &[Attachment]) -> Markup {
    html! {
        ul.files aria-label="Files" {
            @for file in files {
                li {
                    (signs::mark(signs::CLIP))
                    span dir="auto" { (text::line(file.name.as_deref().or(file.alt.as_deref()).unwrap_or("a file"), 80)) }
                    @if let Some(kind) = &file.media_type { span.note { (text::line(kind, 60)) } }
                    @if let Some(bytes) = file.bytes { span.note { (size(bytes)) } }
                    @if let Some(url) = text::link(file.url.as_deref()) { (outside(&url, "Open")) }
                }
            }
        }
    }
}

fn size(bytes: u64) -> String {
    match bytes {
        0..1_024 => format!("{bytes} bytes"),
        1_024..1_048_576 => format!("{} KiB", bytes / 1_024),
        _ => format!("{} MiB", bytes / 1_048_576),
    }
}

/// A link that leaves Hark: it says nothing of where it came from.
fn outside(url: &str, name: &str) -> Markup {
    html! { a.fact href=(url) target="_blank" rel="noopener noreferrer nofollow" { (name) " ↗" } }
}
