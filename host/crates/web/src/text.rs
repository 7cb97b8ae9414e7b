//! Heard text at the edge of the screen: made harmless, cut, and marked.
//!
//! Holds: no control character and no override of the writing direction reaches a page; offsets that
//! do not fit the text mark nothing. Not here: HTML escapes, which the templates do.

use std::borrow::Cow;
use std::ops::Range;

use maud::{Markup, html};
use url::Url;

use crate::limits;
use crate::query::FeedQuery;

/// Makes text harmless: what cannot be seen but changes what is seen becomes a visible mark.
pub(crate) fn plain(text: &str) -> Cow<'_, str> {
    if text.chars().any(|c| tame(c) != Some(c)) {
        text.chars().filter_map(tame).collect::<String>().into()
    } else {
        Cow::Borrowed(text)
    }
}

/// Returns what stands for a character on a page; `None` where nothing does.
fn tame(c: char) -> Option<char> {
    match c {
        '\n' | '\t' => Some(c),
        '\r' => None,
        '\u{2028}' | '\u{2029}' => Some('\n'),
        // Embeddings, overrides and isolates of direction: they can reorder what stands around them.
        '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => Some('\u{fffd}'),
        // Old ways to the same end, and what no font shows.
        '\u{206a}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' => Some('\u{fffd}'),
        c if c.is_control() => Some('\u{fffd}'),
        c => Some(c),
    }
}

/// Makes text harmless, on one line, and cuts it.
pub(crate) fn line(text: &str, chars_max: usize) -> String {
    let flat = plain(text).split_whitespace().collect::<Vec<_>>().join(" ");
    cut(&flat, chars_max).into_owned()
}

fn cut(text: &str, chars_max: usize) -> Cow<'_, str> {
    match text.char_indices().nth(chars_max) {
        Some((at, _)) => format!("{}…", text[..at].trim_end()).into(),
        None => Cow::Borrowed(text),
    }
}

/// Returns an address that may be linked to: `http` or `https`, nothing that runs.
pub(crate) fn link(url: Option<&str>) -> Option<String> {
    let url = Url::parse(url?).ok()?;
    (matches!(url.scheme(), "http" | "https") && url.has_host()).then(|| url.to_string())
}

/// The words of a search, as far as they can be marked in a text.
#[derive(Debug, Default)]
pub(crate) struct Hits(Vec<(String, bool)>);

impl Hits {
    /// Takes the words that a search wants, and none that it wants away; the last word of a prefix marks what begins
    /// with it.
    pub fn of(state: &FeedQuery) -> Self {
        let phrases = state.search.iter().flat_map(|search| search.filter.wanted_phrases());
        let words = phrases.flat_map(|phrase| {
            let text = phrase.text().to_lowercase();
            let words: Vec<String> = runs(&text).map(|run| text[run].to_owned()).collect();
            let last = words.len().saturating_sub(1);
            let is_prefix = phrase.is_prefix();
            words.into_iter().enumerate().map(move |(at, word)| (word, is_prefix && at == last))
        });
        Self(words.collect())
    }

    /// Returns where the words stand in `text`.
    fn find(&self, text: &str) -> Vec<Span> {
        if self.0.is_empty() {
            return Vec::new();
        }
        let hits = runs(text).filter(|run| self.holds(&text[run.clone()]));
        hits.map(|range| Span { range, class: HIT }).collect()
    }

    fn holds(&self, word: &str) -> bool {
        let word = word.to_lowercase();
        self.0.iter().any(|(known, open)| if *open { word.starts_with(known) } else { word == *known })
    }
}

/// Returns the runs of letters and digits in `text`.
fn runs(text: &str) -> impl Iterator<Item = Range<usize>> {
    let mut rest = text.char_indices().peekable();
    std::iter::from_fn(move || {
        let (start, _) = rest.by_ref().find(|(_, c)| c.is_alphanumeric())?;
        let mut end = text.len();
        while let Some((at, c)) = rest.peek() {
            if !c.is_alphanumeric() {
                end = *at;
                break;
            }
            rest.next();
        }
        Some(start..end)
    })
}

/// A part of a text that is marked, and how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Span {
    /// Where, in bytes of the text.
    pub range: Range<usize>,
    /// The class of its mark.
    pub class: &'static str,
}

/// The class of a word that was searched for.
const HIT: &str = "hit";

/// Shows the beginning of a text, or what stands around the first hit, with the hits marked.
pub(crate) fn excerpt(text: &str, hits: &Hits) -> Markup {
    let flat = plain(text).split_whitespace().collect::<Vec<_>>().join(" ");
    let first = hits.find(&flat).first().map_or(0, |hit| flat[..hit.range.start].chars().count());
    let skipped = match first {
        first if first > limits::EXCERPT_CHARS - limits::EXCERPT_CHARS_BEFORE_HIT => {
            first - limits::EXCERPT_CHARS_BEFORE_HIT
        }
        _ => 0,
    };
    let from = flat.char_indices().nth(skipped).map_or(flat.len(), |(at, _)| at);
    let shown = cut(&flat[from..], limits::EXCERPT_CHARS);
    html! {
        @if skipped > 0 { "…" }
        (marked(&shown, 0..shown.len(), &hits.find(&shown)))
    }
}

/// Shows a line with the hits marked.
pub(crate) fn headline(text: &str, hits: &Hits) -> Markup {
    let shown = line(text, limits::LINE_CHARS_MAX);
    marked(&shown, 0..shown.len(), &hits.find(&shown))
}

/// Shows a whole text in paragraphs, with `spans` marked and quoted lines set apart.
pub(crate) fn body(text: &str, spans: Vec<Span>) -> Markup {
    let end = text.char_indices().nth(limits::TEXT_CHARS_MAX).map_or(text.len(), |(at, _)| at);
    let spans = sorted(spans, text);
    html! {
        @for block in blocks(&text[..end]) {
            @if block.quoted {
                blockquote dir="auto" { (marked(text, block.range, &spans)) }
            } @else {
                p dir="auto" { (marked(text, block.range, &spans)) }
            }
        }
        @if end < text.len() {
            p.note { "The rest of this text is not shown: it is longer than a page can bear." }
        }
    }
}

/// Keeps what lies within the text at borders of characters, in order, without overlaps.
fn sorted(mut spans: Vec<Span>, text: &str) -> Vec<Span> {
    spans.retain(|span| !span.range.is_empty() && text.get(span.range.clone()).is_some());
    spans.sort_by_key(|span| (span.range.start, span.range.end));
    let mut end = 0;
    spans.retain(|span| {
        let free = span.range.start >= end;
        if free {
            end = span.range.end;
        }
        free
    });
    spans
}

struct Block {
    range: Range<usize>,
    quoted: bool,
}

/// Cuts a text at empty lines, and where quoting begins or ends.
fn blocks(text: &str) -> Vec<Block> {
    let mut blocks: Vec<Block> = Vec::new();
    let mut open = false;
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let (start, end) = (at, at + line.trim_end().len());
        at += line.len();
        let quoted = line.starts_with('>');
        if line.trim().is_empty() {
            open = false;
            continue;
        }
        match blocks.last_mut() {
            Some(last) if open && last.quoted == quoted => last.range.end = end,
            _ => blocks.push(Block { range: start..end, quoted }),
        }
        open = true;
    }
    blocks
}

/// Shows `range` of `text` with what of `spans` lies in it marked, made harmless piece by piece.
fn marked(text: &str, range: Range<usize>, spans: &[Span]) -> Markup {
    let inside = spans.iter().filter(|span| span.range.start >= range.start && span.range.end <= range.end);
    let mut pieces: Vec<(&str, Option<&str>)> = Vec::new();
    let mut at = range.start;
    for span in inside {
        pieces.push((&text[at..span.range.start], None));
        pieces.push((&text[span.range.clone()], Some(span.class)));
        at = span.range.end;
    }
    pieces.push((&text[at..range.end], None));
    html! {
        @for (piece, class) in pieces {
            @if let Some(class) = class { mark.(class) { (plain(piece)) } } @else { (plain(piece)) }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hits(filter: &str) -> Hits {
        let query = url::form_urlencoded::Serializer::new(String::new()).append_pair("q", filter).finish();
        Hits::of(&FeedQuery::parse(&query, crate::query::Extra::None).unwrap().0)
    }

    #[test]
    fn what_cannot_be_seen_does_not_get_through() {
        assert_eq!(plain("a\u{202e}b\u{0}c\r\n\u{1b}[31m"), "a\u{fffd}b\u{fffd}c\n\u{fffd}[31m");
        assert_eq!(plain("שלום 👩\u{200d}🔬 a\u{200f}b"), "שלום 👩\u{200d}🔬 a\u{200f}b");
        assert_eq!(line(" a\n b\u{2067} ", 10), "a b\u{fffd}");
        assert_eq!(line("äöüäöü", 3), "äöü…");
    }

    #[test]
    fn only_addresses_of_the_web_are_linked() {
        assert_eq!(link(Some("https://a.example/ü")).as_deref(), Some("https://a.example/%C3%BC"));
        for bad in [
            "javascript:alert(1)",
            "data:text/html,x",
            "//a.example",
            "/x",
            "file:///etc/passwd",
            "",
            "\u{1}javascript:x",
        ] {
            assert_eq!(link(Some(bad)), None, "{bad:?}");
        }
        assert_eq!(link(None), None);
    }

    #[test]
    fn hits_are_marked_whole_and_by_their_beginning() {
        let found = hits("\"card declined\" refund* über -not lang:en");
        let shown = headline("The CARD was declined, refunds Über cardboard", &found).into_string();
        assert_eq!(
            shown.replace("<mark class=\"hit\">", "[").replace("</mark>", "]"),
            "The [CARD] was [declined], [refunds] [Über] cardboard"
        );
        assert_eq!(excerpt("<b>", &Hits::default()).into_string(), "&lt;b&gt;");
        let far = excerpt(&format!("{}needle", "hay ".repeat(200)), &hits("needle")).into_string();
        assert!(far.starts_with('…') && far.ends_with("needle</mark>"), "{far}");
    }

    #[test]
    fn evidence_is_marked_where_it_stands_and_nowhere_else() {
        let text = "Grüße, das ist bad\n\n> bad quote\nend <i>";
        let span = |range| Span { range, class: "negative" };
        let (first, last) = (text.find("bad").unwrap(), text.rfind("bad").unwrap());
        // Within a character, empty, behind the end, over another, over the border of a paragraph.
        let broken = [2..3, 9..9, 500..600, first + 1..first + 3, first + 2..last + 1];
        let good = [first..first + 3, last..last + 3];
        let shown = body(text, good.into_iter().chain(broken).map(span).collect()).into_string();
        assert_eq!(
            shown.replace("<mark class=\"negative\">", "[").replace("</mark>", "]"),
            "<p dir=\"auto\">Grüße, das ist [bad]</p><blockquote dir=\"auto\">&gt; [bad] quote\
             </blockquote><p dir=\"auto\">end &lt;i&gt;</p>"
        );
    }

    #[test]
    fn a_text_that_is_too_long_is_cut_and_said() {
        let shown = body(&"x".repeat(limits::TEXT_CHARS_MAX + 1), Vec::new()).into_string();
        assert!(shown.contains("not shown") && shown.len() < limits::TEXT_CHARS_MAX + 300);
    }
}
