//! What an expert without an account sees: who asks and why, then the one thread and the form of an answer.
//!
//! Holds: nothing here leads to any other page of Hark; addresses of style and form are relative, so that it can stand
//! behind any name.

use hark_model::Ms;
use hark_notices::Cover;
use hark_store::{ChimeInPage, FeedRow};
use maud::{DOCTYPE, Markup, html};

use super::age::age;
use crate::{limits, text};

/// The style of these pages.
pub(crate) const STYLE: &str = include_str!("../assets/ask.css");

fn shell(title: &str, main: &Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (title) }
                link rel="stylesheet" href="style.css";
            }
            body { main { h1 { (title) } (main) } }
        }
    }
}

/// Says something, and that is all.
pub(crate) fn message(title: &str, words: &str) -> Markup {
    shell(title, &html! { p { (words) } })
}

fn reason(words: &str) -> Markup {
    html! { p { "Why you:" } blockquote dir="auto" { (text::plain(words)) } }
}

/// Shows who asks and why: all that is shown before a button is pressed.
pub(crate) fn cover(cover: &Cover, now: Ms) -> Markup {
    let asker = text::line(&cover.asked_by, limits::LINE_CHARS_MAX);
    let days_left = cover.expires_at.saturating_sub(now) / (24 * 3_600_000);
    let main = html! {
        (reason(&cover.reason))
        form method="post" {
            button name="do" value="see" { "Show the conversation" } " "
            button name="do" value="decline" { "I do not answer" }
        }
        p.quiet {
            "This link is for you alone and takes one answer. It opens for "
            @match days_left { 0 => "less than a day", 1 => "one more day", days => { (days) " more days" } } "."
        }
    };
    shell(&format!("{asker} asks you to chime in"), &main)
}

/// Shows the thread, and takes an answer.
pub(crate) fn thread(page: &ChimeInPage, now: Ms) -> Markup {
    let conversation = &page.thread.conversation;
    let title = text::line(conversation.title.as_deref().unwrap_or("A conversation"), limits::LINE_CHARS_MAX);
    let nodes = &page.thread.nodes;
    let shown = &nodes[nodes.len().saturating_sub(limits::ASK_ITEMS_MAX)..];
    let left_out = nodes.len() - shown.len();
    let main = html! {
        p { (text::line(&page.asked_by, limits::LINE_CHARS_MAX)) " asks you to chime in." }
        (reason(&page.reason))
        @if left_out > 0 { p.quiet { (left_out) " items of the beginning are not shown." } }
        ol aria-label="The conversation" {
            @for node in shown { li { (item(&node.row, now)) } }
        }
        form method="post" {
            label for="text" { "Your answer" }
            textarea #text name="text" required maxlength=(limits::ASK_ANSWER_CHARS_MAX) dir="auto" {}
            fieldset {
                legend.quiet { "What it is for" }
                label { input type="radio" name="as" value="note" checked; " A note for those who asked" }
                br;
                label { input type="radio" name="as" value="reply"; " A reply that they may post" }
            }
            button name="do" value="answer" { "Send" } " "
            button name="do" value="decline" formnovalidate { "I do not answer" }
        }
    };
    shell(&title, &main)
}

fn item(row: &FeedRow, now: Ms) -> Markup {
    let author =
        row.author.as_ref().and_then(|author| author.display_name.as_deref().or(author.handle.as_deref()));
    html! {
        header {
            b dir="auto" { (text::line(author.unwrap_or("Somebody"), limits::LINE_CHARS_MAX)) }
            " · " (age(row.published_at, now))
            @if let Some(url) = text::link(row.url.as_deref()) {
                " · " a href=(url) rel="noopener noreferrer nofollow" { "Original" }
            }
        }
        @if row.removed_at.is_some() {
            p.quiet { "This was removed." }
        } @else {
            div.text dir="auto" { (text::body(&row.text, Vec::new())) }
        }
    }
}
