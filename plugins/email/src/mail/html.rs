//! Marked-up text to plain text: what a reader would see, line by line.
//!
//! Holds: no markup, script or style comes out; a quotation keeps its `>`; one pass, bounded by the input.
//! Not its business: making markup safe to show, which the host does.

use mail_parser::decoders::html::add_html_token;

use crate::limits;

/// Longest character reference that is understood.
const REFERENCE_BYTES_MAX: usize = 32;
/// Elements whose content is never shown.
const HIDDEN: [&str; 7] = ["head", "script", "style", "template", "title", "object", "svg"];
/// Elements that stand on lines of their own.
const BLOCKS: [&str; 26] = [
    "address", "article", "aside", "body", "center", "dd", "details", "div", "dl", "dt", "fieldset",
    "figure", "footer", "form", "header", "html", "main", "nav", "ol", "section", "summary", "table",
    "tbody", "thead", "tr", "ul",
];
/// Elements with an empty line before and after.
const PARAGRAPHS: [&str; 8] = ["p", "h1", "h2", "h3", "h4", "h5", "h6", "pre"];

/// Returns the text of `html`.
pub fn to_text(html: &str) -> String {
    let mut page = Page::default();
    let mut rest = html;
    while !rest.is_empty() {
        rest = match rest.find('<') {
            Some(0) => page.take_tag(rest),
            Some(at) => {
                page.words(&rest[..at]);
                &rest[at..]
            }
            None => {
                page.words(rest);
                ""
            }
        };
    }
    page.finish()
}

#[derive(Default)]
struct Page {
    out: String,
    /// Line feeds that are due before the next word.
    breaks: usize,
    /// A blank is due before the next word.
    blank: bool,
    quotes: usize,
    preformatted: usize,
    /// A head was seen that never ends; looking again for the end of each would take for ever.
    endless_head: bool,
}

impl Page {
    /// Takes the tag, comment or stray `<` that `rest` begins with; returns what follows.
    fn take_tag<'a>(&mut self, rest: &'a str) -> &'a str {
        if let Some(comment) = rest.strip_prefix("<!--") {
            return after(comment, "-->");
        }
        let inner = &rest[1..];
        let starts_tag = inner.starts_with(|c: char| c.is_ascii_alphabetic() || matches!(c, '/' | '!' | '?'));
        if !starts_tag {
            self.words("<");
            return inner;
        }
        let end = tag_end(inner);
        let (tag, following) = (&inner[..end], inner.get(end + 1..).unwrap_or(""));
        let closes = tag.starts_with('/');
        let body = tag.trim_start_matches('/');
        let name_end = body.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(body.len());
        let name = body[..name_end].to_ascii_lowercase();
        if !closes && HIDDEN.contains(&name.as_str()) && !tag.ends_with('/') {
            return self.skip_hidden(following, &name);
        }
        self.element(&name, closes, body);
        following
    }

    /// Returns what follows the end of the hidden element `name`.
    fn skip_hidden<'a>(&mut self, rest: &'a str, name: &str) -> &'a str {
        if name == "head" && self.endless_head {
            return rest;
        }
        match (after_closing(rest, name), name) {
            (Some(following), _) => following,
            // It must not swallow the mail; a script without an end holds nothing to read.
            (None, "head") => {
                self.endless_head = true;
                rest
            }
            (None, _) => "",
        }
    }

    fn element(&mut self, name: &str, closes: bool, tag: &str) {
        match name {
            "br" => self.breaks += 1,
            "hr" => self.break_lines(2),
            "li" if !closes => {
                self.break_lines(1);
                self.words("- ");
            }
            "td" | "th" if closes => self.blank = true,
            "blockquote" if !closes => {
                self.break_lines(1);
                self.flush_breaks();
                self.quotes = (self.quotes + 1).min(limits::QUOTE_DEPTH_MAX);
            }
            "blockquote" => {
                self.break_lines(1);
                self.flush_breaks();
                self.quotes = self.quotes.saturating_sub(1);
            }
            "img" => {
                if let Some(alt) = attribute(tag, "alt") {
                    self.words(&format!(" {alt} "));
                }
            }
            _ if PARAGRAPHS.contains(&name) => self.paragraph(name, closes),
            _ if BLOCKS.contains(&name) => self.break_lines(1),
            _ => {}
        }
    }

    fn paragraph(&mut self, name: &str, closes: bool) {
        self.break_lines(2);
        match (name, closes) {
            ("pre", false) => self.preformatted += 1,
            ("pre", true) => self.preformatted = self.preformatted.saturating_sub(1),
            _ => {}
        }
    }

    /// Makes sure that at least `count` line feeds stand before the next word.
    fn break_lines(&mut self, count: usize) {
        self.breaks = self.breaks.max(count);
    }

    fn flush_breaks(&mut self) {
        if self.out.is_empty() || self.out.ends_with('\n') {
            self.breaks = self.breaks.saturating_sub(1);
        }
        if !self.out.is_empty() {
            self.out.extend(std::iter::repeat_n('\n', self.breaks.min(2)));
        }
        (self.breaks, self.blank) = (0, false);
    }

    fn words(&mut self, text: &str) {
        let mut rest = text;
        while let Some(first) = rest.chars().next() {
            let took = match first {
                '&' => self.reference(rest),
                '\n' if self.preformatted > 0 => {
                    self.breaks += 1;
                    1
                }
                ' ' | '\t' | '\r' | '\n' | '\u{c}' => {
                    self.blank = true;
                    1
                }
                _ => {
                    let end = rest.find(['&', ' ', '\t', '\r', '\n', '\u{c}']).unwrap_or(rest.len());
                    self.put(&rest[..end]);
                    end
                }
            };
            rest = &rest[took..];
        }
    }

    /// Takes the character reference that `rest` begins with; returns how many bytes it had.
    fn reference(&mut self, rest: &str) -> usize {
        let name_end = rest[1..].find(|c: char| !c.is_ascii_alphanumeric() && c != '#').map(|at| at + 1);
        match name_end {
            Some(end) if end > 1 && end < REFERENCE_BYTES_MAX && rest[end..].starts_with(';') => {
                let mut word = String::new();
                add_html_token(&mut word, &rest.as_bytes()[..=end], false);
                match word.as_str() {
                    "\u{a0}" => self.blank = true,
                    _ => self.put(&word),
                }
                end + 1
            }
            _ => {
                self.put("&");
                1
            }
        }
    }

    fn put(&mut self, word: &str) {
        let blank = self.blank;
        if self.breaks > 0 {
            self.flush_breaks();
        }
        if self.out.is_empty() || self.out.ends_with('\n') {
            self.out.extend(std::iter::repeat_n("> ", self.quotes));
        } else if blank {
            self.out.push(' ');
        }
        self.blank = false;
        self.out.push_str(word);
    }

    fn finish(self) -> String {
        let mut out = self.out;
        out.truncate(out.trim_end().len());
        out
    }
}

/// Returns where the tag whose inside starts here ends: at the `>` outside quotes.
fn tag_end(inner: &str) -> usize {
    let mut quote = None;
    for (at, byte) in inner.bytes().enumerate() {
        match (quote, byte) {
            (None, b'>') => return at,
            // A quote opens a value only behind a `=`; elsewhere it is a stray mark that must not eat the page.
            (None, b'"' | b'\'') if inner[..at].trim_end().ends_with('=') => quote = Some(byte),
            (Some(open), byte) if byte == open => quote = None,
            _ => {}
        }
    }
    match inner.find('>') {
        Some(at) => at,
        None => inner.len(),
    }
}

fn after<'a>(text: &'a str, mark: &str) -> &'a str {
    text.find(mark).map_or("", |at| &text[at + mark.len()..])
}

/// Returns what follows the end tag of `name`.
fn after_closing<'a>(rest: &'a str, name: &str) -> Option<&'a str> {
    let mut from = 0;
    while let Some(at) = rest[from..].find("</") {
        let at = from + at;
        let candidate = rest.as_bytes().get(at + 2..at + 2 + name.len()).unwrap_or_default();
        if candidate.eq_ignore_ascii_case(name.as_bytes()) {
            return Some(after(&rest[at..], ">"));
        }
        from = at + 2;
    }
    None
}

fn attribute<'a>(tag: &'a str, name: &str) -> Option<&'a str> {
    let start = tag.match_indices(name).find(|(at, _)| {
        tag[..*at].ends_with(char::is_whitespace) && tag[at + name.len()..].trim_start().starts_with('=')
    })?;
    let value = tag[start.0 + name.len()..].trim_start().strip_prefix('=')?.trim_start();
    let value = match value.chars().next()? {
        quote @ ('"' | '\'') => value[1..].split(quote).next()?,
        _ => value.split(|c: char| c.is_whitespace()).next()?,
    };
    Some(value.trim()).filter(|value| !value.is_empty())
}

#[cfg(test)]
mod tests {
    use super::to_text;

    #[test]
    fn a_page_reads_as_it_looks() {
        for (html, want) in [
            ("<div>one</div><div>two</div>", "one\ntwo"),
            ("<p>one</p>\n<p>two<br>three</p>", "one\n\ntwo\nthree"),
            ("a <b>bold</b>  word", "a bold word"),
            (
                "Kaffee &amp; Kuchen &#8364;5 &eacute;t&eacute; &nope; R&D",
                "Kaffee & Kuchen €5 été &nope; R&D",
            ),
            ("<ul><li>eins<li>zwei</ul>danach", "- eins\n- zwei\ndanach"),
            ("<p>neu</p><blockquote>alt<br>älter</blockquote>Gruß", "neu\n\n> alt\n> älter\nGruß"),
            ("<head><title>t</title></head><style>p{}</style>hi<script>alert('<p>')</script>!", "hi!"),
            ("<!-- <p>hidden</p> -->shown", "shown"),
            ("5 < 6 and 7 > 6", "5 < 6 and 7 > 6"),
            ("<a href=\"x>y\">link</a>", "link"),
            ("<img src=x alt=\"a cat\">", "a cat"),
            ("<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>", "a b\nc"),
            ("<pre>x\n  y</pre>", "x\ny"),
            ("", ""),
            ("<", "<"),
            ("<p", ""),
            ("&nbsp;<br/>&nbsp;", ""),
            ("<p>it's \"quoted</p> and goes on", "it's \"quoted\n\nand goes on"),
            ("<head><p>no end", "no end"),
            ("a&#0;b&#xD800;c", "a\u{0}b\u{fffd}c"),
        ] {
            assert_eq!(to_text(html), want, "html: {html}");
        }
    }

    #[test]
    fn no_page_is_too_deep_or_too_broken() {
        let deep =
            format!("{}core{}", "<blockquote><div>".repeat(50_000), "</div></blockquote>".repeat(50_000));
        assert!(to_text(&deep).ends_with("core"));
        let broken = "<a b='".repeat(20_000);
        assert!(to_text(&broken).len() <= broken.len());
        let unclosed = "<script>".repeat(20_000);
        assert_eq!(to_text(&unclosed), "");
        assert_eq!(to_text(&"<head></x>".repeat(80_000)), "");
    }
}
