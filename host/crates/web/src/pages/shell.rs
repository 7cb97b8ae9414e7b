//! What stands around every page.

use axum::http::StatusCode;
use maud::{DOCTYPE, Markup, html};

use crate::assets;

/// Which of the pages is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    Feed,
    Thread,
    Sources,
    Nowhere,
}

/// Puts a page together. `search` is what stands in the search box.
pub(super) fn shell(title: &str, place: Place, search: &Markup, main: &Markup) -> Markup {
    let current = |here: Place| (place == here).then_some("page");
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (title) " · Hark" }
                link rel="icon" href=(assets::ICON.path) type="image/svg+xml";
                link rel="stylesheet" href=(assets::STYLE.path);
                script src=(assets::SCRIPT.path) defer {}
            }
            body {
                a.skip href="#main" { "Skip to the content" }
                header.top {
                    a.brand href="/" { img src=(assets::ICON.path) alt="" width="26" height="26"; "Hark" }
                    (search)
                    nav aria-label="Pages" {
                        a href="/" aria-current=[current(Place::Feed)] { "Feed" }
                        a href="/sources" aria-current=[current(Place::Sources)] { "Sources" }
                    }
                }
                (main)
            }
        }
    }
}

/// Shows why there is no page.
pub(crate) fn failure(status: StatusCode, message: &str) -> Markup {
    let reason = status.canonical_reason().unwrap_or("Error");
    let main = html! {
        main.lonely #main {
            p.code { (status.as_u16()) }
            h1 { (reason) }
            p { (crate::text::line(message, 400)) "." }
            p { a href="/" { "To the feed" } }
        }
    };
    shell(reason, Place::Nowhere, &html! {}, &main)
}
