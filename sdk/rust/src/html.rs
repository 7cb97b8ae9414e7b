//! HTML to plain text, for search, sentiment and the command line.
//!
//! Holds: every word that a reader sees is there, words of different blocks never melt together, scripts
//! and styles are not words; it takes any tag soup in one pass.
//! Not its business: making HTML safe for a screen; the host does that.

use html5gum::{DefaultEmitter, HtmlString, StartTag, Token, Tokenizer};

use crate::text;

/// Deepest quote that is marked; deeper ones look like this one.
const QUOTE_DEPTH_MAX: usize = 8;

/// Returns the words of `html`: blocks on lines of their own, paragraphs apart by an empty line, `- ` before
/// list entries, `> ` before quotes, pictures by their alternative text.
pub fn to_text(html: &str) -> String {
    let mut emitter = DefaultEmitter::default();
    emitter.naively_switch_states(true);
    let mut writer = Writer::default();
    for token in Tokenizer::new_with_emitter(html, emitter) {
        match token {
            Ok(Token::StartTag(tag)) => writer.start(&tag),
            Ok(Token::EndTag(tag)) => writer.end(&tag.name),
            Ok(Token::String(words)) => writer.words(&String::from_utf8_lossy(&words)),
            Ok(Token::Comment(_) | Token::Doctype(_) | Token::Error(_)) => {}
            Err(never) => match never {},
        }
    }
    text::plain(&writer.out)
}

/// Returns `text` with its character references put in, tags left as they are.
pub fn unescape(text: &str) -> String {
    match text.contains('&') {
        false => text.to_owned(),
        true => unescape_with_tags(text),
    }
}

fn unescape_with_tags(text: &str) -> String {
    // An escaped `<` can start no tag, so the tokenizer sees nothing but words.
    let escaped = text.replace('<', "&lt;");
    let tokens = Tokenizer::new(escaped.as_str()).filter_map(|token| match token {
        Ok(Token::String(words)) => Some(String::from_utf8_lossy(&words).into_owned()),
        _ => None,
    });
    tokens.collect()
}

/// Says whether `text` has something that looks like a tag of HTML that feeds and mails use in text.
pub fn has_tags(text: &str) -> bool {
    let mut rest = text;
    while let Some(at) = rest.find('<') {
        rest = &rest[at + 1..];
        let name = rest.strip_prefix('/').unwrap_or(rest);
        let end = name.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(name.len());
        if is_known(&name[..end].to_ascii_lowercase())
            && name[end..].starts_with(['>', ' ', '/', '\n', '\t', '\r'])
        {
            return true;
        }
    }
    false
}

#[derive(Default)]
struct Writer {
    out: String,
    /// Line ends owed before the next word: 1 ends the line, 2 leave one empty.
    breaks: usize,
    space: bool,
    bullet: bool,
    quotes: usize,
    /// How deep the last line was quoted.
    quoted: usize,
    preformatted: usize,
    /// Name and depth of the element whose content is not for readers.
    hidden: Option<(Vec<u8>, usize)>,
}

impl Writer {
    fn start(&mut self, tag: &StartTag<()>) {
        let name = tag.name.as_slice();
        if let Some((hidden, depth)) = &mut self.hidden {
            *depth += usize::from(hidden == name);
            return;
        }
        if is_hidden(name) && !tag.self_closing {
            self.hidden = Some((name.to_vec(), 1));
            return;
        }
        self.owe(breaks_around(name));
        match name {
            b"li" => self.bullet = true,
            b"blockquote" => self.quotes += 1,
            b"pre" | b"textarea" => self.preformatted += 1,
            b"br" if self.breaks == 0 => self.breaks = 1,
            b"br" => self.breaks = 2,
            b"td" | b"th" => self.space = true,
            b"img" => self.picture(tag),
            _ => {}
        }
    }

    fn end(&mut self, name: &HtmlString) {
        let name = name.as_slice();
        if let Some((hidden, depth)) = &mut self.hidden {
            *depth -= usize::from(hidden == name);
            if *depth == 0 {
                self.hidden = None;
            }
            return;
        }
        self.owe(breaks_around(name));
        match name {
            b"li" => self.bullet = false,
            b"blockquote" => self.quotes = self.quotes.saturating_sub(1),
            b"pre" | b"textarea" => self.preformatted = self.preformatted.saturating_sub(1),
            _ => {}
        }
    }

    fn picture(&mut self, tag: &StartTag<()>) {
        if let Some(alt) = tag.attributes.get(b"alt".as_slice()) {
            self.words(&String::from_utf8_lossy(alt));
        }
    }

    fn words(&mut self, words: &str) {
        if self.hidden.is_some() {
            return;
        }
        if self.preformatted > 0 {
            for line in words.split_inclusive('\n') {
                self.put(line.trim_end_matches(['\n', '\r']));
                if line.ends_with('\n') {
                    self.owe_line();
                }
            }
            return;
        }
        for (at, word) in words.split(char::is_whitespace).enumerate() {
            self.space |= at > 0;
            self.put(word);
        }
    }

    fn put(&mut self, word: &str) {
        if word.is_empty() {
            return;
        }
        if self.out.is_empty() || self.breaks > 0 {
            self.begin_line();
        } else if self.space {
            self.out.push(' ');
        }
        self.space = false;
        self.out.push_str(word);
    }

    fn begin_line(&mut self) {
        let depth = self.quotes.min(QUOTE_DEPTH_MAX);
        let quote = "> ".repeat(depth);
        if !self.out.is_empty() {
            self.out.push('\n');
            if self.breaks > 1 {
                self.out.push_str("> ".repeat(depth.min(self.quoted)).trim_end());
                self.out.push('\n');
            }
        }
        (self.breaks, self.quoted) = (0, depth);
        self.out.push_str(&quote);
        if std::mem::take(&mut self.bullet) {
            self.out.push_str("- ");
        }
    }

    fn owe(&mut self, breaks: usize) {
        self.breaks = self.breaks.max(breaks);
        if breaks > 0 {
            self.space = false;
        }
    }

    fn owe_line(&mut self) {
        self.breaks = (self.breaks + 1).min(2);
        self.space = false;
    }
}

fn is_hidden(name: &[u8]) -> bool {
    // Not `head` itself: its end tag may be left out, and then nothing would ever be seen again. What it
    // holds beside these are elements without words.
    matches!(
        name,
        b"script"
            | b"style"
            | b"title"
            | b"template"
            | b"noscript"
            | b"iframe"
            | b"object"
            | b"svg"
            | b"math"
            | b"select"
    )
}

fn breaks_around(name: &[u8]) -> usize {
    match name {
        b"p" | b"h1" | b"h2" | b"h3" | b"h4" | b"h5" | b"h6" | b"blockquote" | b"pre" | b"ul" | b"ol"
        | b"table" | b"hr" | b"dl" | b"figure" => 2,
        b"div" | b"li" | b"tr" | b"section" | b"article" | b"header" | b"footer" | b"main" | b"nav"
        | b"aside" | b"address" | b"dt" | b"dd" | b"figcaption" | b"form" | b"fieldset" | b"details"
        | b"summary" | b"caption" | b"head" | b"body" | b"html" | b"center" => 1,
        _ => 0,
    }
}

fn is_known(name: &str) -> bool {
    let inline = [
        "a", "abbr", "b", "big", "br", "cite", "code", "del", "em", "font", "i", "img", "ins", "kbd", "mark",
        "q", "s", "samp", "small", "span", "strike", "strong", "sub", "sup", "td", "th", "time", "tt", "u",
        "var", "video", "audio",
    ];
    inline.contains(&name) || breaks_around(name.as_bytes()) > 0 || is_hidden(name.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn readers_words_come_out() {
        for (html, want) in [
            ("<p>It failed <b>twice</b>.</p><p>Sad.</p>", "It failed twice.\n\nSad."),
            ("<div>one</div><div>two</div>three", "one\ntwo\nthree"),
            ("a<br>b<br/><br>c", "a\nb\n\nc"),
            ("<ul><li>x</li><li>y <i>z</i></ul>end", "- x\n- y z\n\nend"),
            ("<table><tr><td>a<td>b</tr><tr><td>c</table>", "a b\nc"),
            (
                "Fish &amp; chips &lt;now&gt; &#8364;5&nbsp;only &bogus; AT&T",
                "Fish & chips <now> €5 only &bogus; AT&T",
            ),
            ("<script>if (a < b) alert('x')</script>seen<style>p{}</style>", "seen"),
            ("<html><head><meta charset=utf-8><title>T</title><style>p{}</style><p>seen</p>", "seen"),
            ("<head><title>a < b</title><script>x()</script></head><body>seen</body>", "seen"),
            ("<svg><svg><text>no</text></svg>no</svg>yes", "yes"),
            ("<!-- <p>no</p> -->yes<!-->-->", "yes-->"),
            ("<img src=x onerror=alert(1) alt='a cat'> sat", "a cat sat"),
            (
                "<blockquote><p>you said</p><p>this</p></blockquote><p>I say</p>",
                "> you said\n>\n> this\n\nI say",
            ),
            ("so<blockquote>yes</blockquote>no", "so\n\n> yes\n\nno"),
            ("<pre>a\n  b</pre>c", "a\n  b\n\nc"),
            ("  one \n two\t three ", "one two three"),
            ("1 < 2 and 3 > 2", "1 < 2 and 3 > 2"),
            ("<p>unclosed <b>bold <a href=\"x>y\">link", "unclosed bold link"),
            ("caf&eacute; e\u{301}", "café é"),
            ("", ""),
        ] {
            assert_eq!(to_text(html), want, "{html}");
        }
    }

    #[test]
    fn depth_costs_nothing() {
        let deep = format!("{}x{}", "<blockquote>".repeat(50_000), "</div>".repeat(50_000));
        assert_eq!(to_text(&deep), "> ".repeat(QUOTE_DEPTH_MAX) + "x");
    }

    #[test]
    fn only_known_tags_count_and_references_are_put_in() {
        for (text, tags, words) in [
            ("Vec<u8> &amp; Co", false, "Vec<u8> & Co"),
            ("a <b>bold</b> move", true, "a <b>bold</b> move"),
            ("x <br/> y", true, "x <br/> y"),
            ("a < b and b<c", false, "a < b and b<c"),
            ("&lt;b&gt; is a tag", false, "<b> is a tag"),
        ] {
            assert_eq!(has_tags(text), tags, "{text}");
            assert_eq!(unescape(text), words, "{text}");
        }
    }
}
