//! Small drawings: which platform, which kind. Each has a name for those who do not see it.

use maud::{Markup, PreEscaped, html};

/// Draws the sign of a platform.
pub(super) fn platform(name: &str) -> Markup {
    let (label, path) = match name {
        "imap" | "email" => ("E-mail", MAIL),
        "rss" | "atom" => ("Feed", WAVES),
        _ => (name, BUBBLE),
    };
    let label = crate::text::line(label, 40);
    html! {
        span.sign role="img" aria-label=(label) title=(label) {
            svg viewBox="0 0 24 24" aria-hidden="true" focusable="false" { (PreEscaped(path)) }
        }
    }
}

/// Draws a small mark before a count.
pub(super) fn mark(path: &'static str) -> Markup {
    html! { svg.mark viewBox="0 0 24 24" aria-hidden="true" focusable="false" { (PreEscaped(path)) } }
}

const MAIL: &str = r#"<rect x="3" y="5" width="18" height="14" rx="2"/><path d="M3.5 7l8.5 6 8.5-6"/>"#;
const WAVES: &str =
    r#"<circle cx="6" cy="18" r="1.6" class="dot"/><path d="M5 11a8 8 0 0 1 8 8M5 5a14 14 0 0 1 14 14"/>"#;
/// A speech bubble.
pub(super) const BUBBLE: &str = r#"<path d="M4 5h16v11H10l-4 4v-4H4z"/>"#;
/// A paper clip.
pub(super) const CLIP: &str = r#"<path d="M8 12l6-6a3 3 0 0 1 4.5 4.5l-8 8a5 5 0 0 1-7-7l7-7"/>"#;
