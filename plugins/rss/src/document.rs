//! From bytes to a feed: which charset, which format, and what it is if it is no feed.

use std::borrow::Cow;

use encoding_rs::{Encoding, UTF_8};
use hark_sdk::text;

use crate::feed::{Feed, NotAFeed};
use crate::{json, xml};

/// How far into a document an XML declaration or a page's title is looked for.
const HEAD_BYTES: usize = 4 << 10;

/// Parses a document of any format; `content_type` may be empty.
pub fn parse(body: &[u8], content_type: &str) -> Result<Feed, NotAFeed> {
    let document = decode(body, content_type);
    // White space before an XML declaration is an error that many publishers make.
    let document = document.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{feff}' || c == '\0');
    match document.as_bytes().first() {
        None => Err(NotAFeed("an empty document".to_owned())),
        Some(b'{') => json::parse(document),
        Some(b'<') if is_page(document) => Err(NotAFeed(page(document))),
        Some(b'<') => xml::parse(document),
        Some(_) => Err(NotAFeed(format!("text beginning {:?}", beginning(document)))),
    }
}

/// By byte order mark, then by what the transport says, then by what the document says, then UTF-8.
fn decode<'a>(body: &'a [u8], content_type: &str) -> Cow<'a, str> {
    let of_transport = content_type.split(';').skip(1).find_map(|parameter| {
        let (name, value) = parameter.split_once('=')?;
        let value = value.trim().trim_matches(['"', '\'']);
        name.trim().eq_ignore_ascii_case("charset").then(|| Encoding::for_label(value.as_bytes())).flatten()
    });
    let of_document = declared(body);
    let encoding = of_transport.or(of_document).unwrap_or(UTF_8);
    let (decoded, _, broken) = encoding.decode(body);
    // Servers often claim UTF-8 for all they have; then the document knows better.
    match of_document.filter(|other| broken && *other != encoding) {
        Some(other) => other.decode(body).0,
        None => decoded,
    }
}

fn declared(body: &[u8]) -> Option<&'static Encoding> {
    let head = String::from_utf8_lossy(&body[..body.len().min(HEAD_BYTES)]);
    let head = head.trim_start();
    let declaration = &head[..head.starts_with("<?xml").then(|| head.find("?>"))??];
    let value = declaration[declaration.find("encoding")? + "encoding".len()..].trim_start();
    let value = value.strip_prefix('=')?.trim_start();
    let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    Encoding::for_label(value[1..].split(quote).next()?.as_bytes())
}

fn head_of(document: &str) -> String {
    document.chars().take(HEAD_BYTES).collect::<String>().to_ascii_lowercase()
}

fn is_page(document: &str) -> bool {
    let head = head_of(document);
    let mut rest = head.as_str();
    // Past declarations and comments the first tag decides.
    loop {
        rest = rest.trim_start();
        let end = match rest {
            _ if rest.starts_with("<!doctype html") || rest.starts_with("<html") => return true,
            _ if rest.starts_with("<!--") => rest.find("-->"),
            _ if rest.starts_with("<?") || rest.starts_with("<!") => rest.find('>'),
            _ => {
                return ["<head", "<body", "<h1", "<p>", "<title", "<center"]
                    .iter()
                    .any(|tag| rest.starts_with(tag));
            }
        };
        let Some(end) = end else { return false };
        rest = &rest[end..];
        rest = &rest[rest.find('>').map_or(rest.len(), |at| at + 1)..];
    }
}

fn page(document: &str) -> String {
    let head = head_of(document);
    let title = head.find("<title").and_then(|at| {
        let start = at + head[at..].find('>')? + 1;
        let end = start + head[start..].find("</title")?;
        // Lower case of ASCII only keeps all places, so they hold in the document as well.
        document.get(start..end)
    });
    match title.map(|title| text::line(&hark_sdk::html::unescape(title))).filter(|title| !title.is_empty()) {
        Some(title) => format!("an HTML page titled {title:?}"),
        None => "an HTML page".to_owned(),
    }
}

/// Returns the first words of a document.
pub fn beginning(document: &str) -> String {
    text::line(&document.chars().take(80).collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_feed_is_named() {
        for (body, want) in [
            ("", "an empty document"),
            ("  \n", "an empty document"),
            (
                "<!DOCTYPE html><html><head><title>Sign in &amp; go</title>",
                "an HTML page titled \"Sign in & go\"",
            ),
            ("<!-- x --><HTML><body>hi", "an HTML page"),
            ("<h1>502 Bad Gateway</h1>", "an HTML page"),
            ("Not found.", "text beginning \"Not found.\""),
            ("{\"error\":\"no\"}", "JSON without a version of JSON Feed"),
            (
                "{\"version\":\"https://jsonfeed.org/version/1\",",
                "JSON that breaks off or is broken: EOF while parsing a value",
            ),
            ("<opml version=\"2.0\"><body/></opml>", "XML of another kind: <opml>"),
            ("<", "XML that cannot be read"),
        ] {
            let NotAFeed(what) = parse(body.as_bytes(), "").unwrap_err();
            assert!(what.starts_with(want), "{body}: {what}");
        }
    }

    #[test]
    fn the_charset_is_found() {
        let feed = |encoding: &str, title: &[u8]| {
            let declaration = if encoding.is_empty() {
                String::new()
            } else {
                format!("<?xml version='1.0' encoding='{encoding}'?>")
            };
            [declaration.as_bytes(), b"<rss><channel><title>", title, b"</title></channel></rss>"].concat()
        };
        let utf16: Vec<u8> = "\u{feff}<rss><channel><title>caf\u{e9}</title></channel></rss>"
            .encode_utf16()
            .flat_map(u16::to_le_bytes)
            .collect();
        for (body, content_type) in [
            (feed("", "café".as_bytes()), ""),
            (feed("iso-8859-1", b"caf\xe9"), "application/rss+xml"),
            (feed("utf-8", b"caf\xe9"), "text/xml; charset=\"windows-1252\""),
            (feed("iso-8859-1", b"caf\xe9"), "text/xml; charset=utf-8"),
            (feed("utf-8", "\u{feff}café".as_bytes()), ""),
            (utf16, "text/xml"),
        ] {
            let title = parse(&body, content_type).unwrap().title.unwrap();
            assert_eq!(title.trim_start_matches('\u{feff}'), "café", "{content_type}");
        }
    }
}
