//! RSS of all versions: the channel and its items.

use hark_sdk::{html, text};

use super::common;
use super::names::Ns;
use super::tree::Node;
use crate::feed::{Author, Content, Entry, Feed, some};
use crate::link;

/// Reads an element of the channel.
pub fn head(node: &Node, base: Option<&str>, feed: &mut Feed) {
    let words = node.text.trim();
    match (node.ns, node.local.as_str()) {
        (Ns::Plain, "title") if feed.title.is_none() => feed.title = title(words),
        (Ns::Plain, "link") if feed.url.is_none() => feed.url = link::resolve(base, words),
        (Ns::Plain, "language") | (Ns::Dc, "language") if feed.language.is_none() => {
            feed.language = crate::feed::language(words);
        }
        (Ns::Plain, "ttl") => {
            feed.ttl_ms = words
                .parse::<i64>()
                .ok()
                .filter(|minutes| *minutes > 0)
                .map(|minutes| minutes.saturating_mul(60_000));
        }
        _ => {}
    }
}

/// Reads an item.
pub fn item(node: &Node, document: &str, base: Option<&str>, feed: &Feed, pointer: String) -> Entry {
    let base = node.attribute("xml:base").or(base).or(feed.url.as_deref());
    let guid = node.child(Ns::Plain, "guid");
    let mut entry = Entry {
        pointer,
        id: guid.and_then(|guid| some(&guid.text)).or_else(|| node.attribute("rdf:about").map(str::to_owned)),
        title: title_of(node),
        url: url(node, guid, base),
        author: author(node),
        language: node
            .attribute("xml:lang")
            .and_then(crate::feed::language)
            .or_else(|| feed.language.clone()),
        content: content(node, document),
        ..Entry::default()
    };
    dates(node, &mut entry);
    node.all(Ns::Plain, "category").for_each(|category| entry.tag(&category.text));
    node.all(Ns::Plain, "enclosure")
        .for_each(|enclosure| common::enclosure(enclosure, "url", base, &mut entry));
    common::extensions(node, base, &mut entry);
    entry
}

fn title_of(node: &Node) -> Option<String> {
    let words = [Ns::Plain, Ns::Dc, Ns::Media, Ns::Itunes].iter().find_map(|ns| node.words(*ns, "title"));
    words.and_then(title)
}

/// A title is plain text by the standard and HTML in practice.
fn title(words: &str) -> Option<String> {
    let words = match html::has_tags(words) {
        true => html::to_text(words),
        false => html::unescape(words),
    };
    some(&text::line(&words))
}

fn url(node: &Node, guid: Option<&Node>, base: Option<&str>) -> Option<String> {
    let plain = node.words(Ns::Plain, "link").and_then(|words| link::resolve(base, words));
    let of_atom = || {
        let mut links = node.all(Ns::Atom, "link");
        let page = links.find(|link| matches!(link.attribute("rel"), None | Some("alternate")));
        page.and_then(|page| link::resolve(base, page.attribute("href")?))
    };
    let of_guid = || {
        let guid = guid.filter(|guid| guid.attribute("isPermaLink") != Some("false"))?;
        link::resolve(None, &guid.text)
    };
    plain.or_else(of_atom).or_else(of_guid)
}

fn author(node: &Node) -> Option<Author> {
    let words = [(Ns::Dc, "creator"), (Ns::Plain, "author"), (Ns::Itunes, "author")];
    let words = words.iter().find_map(|(ns, local)| node.words(*ns, local));
    match words {
        Some(words) => person(&html::unescape(words)).known(),
        None => node.child(Ns::Atom, "author").and_then(super::atom::person),
    }
}

/// `jo@example.org (Jo)`, `Jo <jo@example.org>`, `Jo`, `jo@example.org`.
fn person(words: &str) -> Author {
    let words = text::line(words);
    let (before, within) = match words.split_once(['(', '<']) {
        Some((before, within)) => (before.trim(), within.trim_end_matches([')', '>']).trim()),
        None => (words.as_str(), ""),
    };
    let mut author = Author::default();
    for part in [before, within] {
        let part = part.trim_start_matches("mailto:");
        match part.contains('@') && !part.contains(' ') {
            true => author.email = Some(part.to_ascii_lowercase()),
            false => author.name = author.name.or_else(|| some(part)),
        }
    }
    author
}

fn content(node: &Node, document: &str) -> Option<Content> {
    let places = [
        (Ns::Content, "encoded"),
        (Ns::Atom, "content"),
        (Ns::Plain, "description"),
        (Ns::Plain, "encoded"),
        (Ns::Dc, "description"),
        (Ns::Atom, "summary"),
        (Ns::Media, "description"),
        (Ns::Itunes, "summary"),
    ];
    let markup = places.iter().find_map(|(ns, local)| {
        let found = node.all(*ns, local).map(|child| child.markup(document).trim());
        found.into_iter().find(|markup| !markup.is_empty())
    })?;
    Some(match html::has_tags(markup) {
        true => Content::Html(markup.to_owned()),
        false => Content::Plain(html::unescape(markup)),
    })
}

fn dates(node: &Node, entry: &mut Entry) {
    for (ns, local) in [
        (Ns::Plain, "pubDate"),
        (Ns::Dc, "date"),
        (Ns::Dc, "created"),
        (Ns::Dc, "issued"),
        (Ns::Atom, "published"),
        (Ns::Plain, "pubdate"),
    ] {
        common::published(entry, node.words(ns, local));
    }
    let updated = node.words(Ns::Atom, "updated").or_else(|| node.words(Ns::Dc, "modified"));
    if let Some(updated) = updated {
        entry.updated = crate::date::parse(updated);
        entry.revision = updated.to_owned();
        common::published(entry, Some(updated));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn authors_of_all_forms_are_read() {
        for (words, name, email) in [
            ("jo@example.org (Jo Fictional)", Some("Jo Fictional"), Some("jo@example.org")),
            ("Jo Fictional <JO@example.org>", Some("Jo Fictional"), Some("jo@example.org")),
            ("mailto:jo@example.org", None, Some("jo@example.org")),
            ("Jo Fictional", Some("Jo Fictional"), None),
            ("", None, None),
        ] {
            let author = person(words);
            assert_eq!((author.name.as_deref(), author.email.as_deref()), (name, email), "{words}");
        }
    }

    #[test]
    fn titles_come_without_markup() {
        for (words, want) in [
            ("AT&T &amp; &lt;b&gt;us&lt;/b&gt;", Some("AT&T & <b>us</b>")),
            ("a <em>new</em>\n start", Some("a new start")),
            ("Vec<u8> leaks", Some("Vec<u8> leaks")),
            ("caf&eacute;", Some("café")),
            ("  ", None),
        ] {
            assert_eq!(title(words).as_deref(), want, "{words}");
        }
    }
}
