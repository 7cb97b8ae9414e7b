//! Atom 1.0 and 0.3: the feed, its entries and its tombstones.

use hark_sdk::{html, text};

use super::common;
use super::names::Ns;
use super::tree::Node;
use crate::feed::{Author, Content, Entry, Feed, Part, some};
use crate::link;

/// Reads an element of the feed itself.
pub fn head(node: &Node, base: Option<&str>, feed: &mut Feed) {
    match (node.ns, node.local.as_str()) {
        (Ns::Atom, "id") => feed.id = some(&node.text),
        (Ns::Atom, "title") if feed.title.is_none() => feed.title = line(node, ""),
        (Ns::Atom, "author") if feed.author.is_none() => feed.author = person(node),
        (Ns::Atom, "link") if feed.url.is_none() && is_page(node) => {
            feed.url = node.attribute("href").and_then(|href| link::resolve(base, href));
        }
        _ => {}
    }
}

/// Reads an entry.
pub fn entry(node: &Node, document: &str, base: Option<&str>, feed: &Feed, pointer: String) -> Entry {
    let own_base = node.attribute("xml:base").and_then(|own| link::resolve(base, own));
    let base = own_base.as_deref().or(base).or(feed.url.as_deref());
    let author =
        node.child(Ns::Atom, "author").or_else(|| node.child(Ns::Atom, "source")?.child(Ns::Atom, "author"));
    let of_dc = || node.words(Ns::Dc, "creator").map(|name| Author { name: some(name), ..Author::default() });
    let mut entry = Entry {
        pointer,
        id: node.words(Ns::Atom, "id").map(str::to_owned),
        title: node.child(Ns::Atom, "title").and_then(|title| line(title, document)),
        url: page(node, base),
        author: author.and_then(person).or_else(of_dc).or_else(|| feed.author.clone()),
        language: node
            .attribute("xml:lang")
            .and_then(crate::feed::language)
            .or_else(|| feed.language.clone()),
        content: content(node, document),
        ..Entry::default()
    };
    dates(node, &mut entry);
    for category in node.all(Ns::Atom, "category") {
        entry.tag(category.attribute("label").or(category.attribute("term")).unwrap_or_default());
    }
    for link in node.all(Ns::Atom, "link") {
        match link.attribute("rel") {
            Some("enclosure") => common::enclosure(link, "href", base, &mut entry),
            Some("replies") => {
                let count = link.attributes.iter().find(|(name, _)| name.ends_with(":count"));
                entry.replies = entry.replies.or_else(|| count?.1.trim().parse().ok());
            }
            _ => {}
        }
    }
    common::extensions(node, base, &mut entry);
    entry
}

/// Reads a tombstone (RFC 6721).
pub fn deleted(node: &Node, pointer: String) -> Option<Part> {
    let id = node.attribute("ref")?.to_owned();
    Some(Part::Removed { id, at: node.attribute("when").and_then(crate::date::parse), pointer })
}

/// Reads a person construct.
pub fn person(node: &Node) -> Option<Author> {
    let words = |local: &str| node.words(Ns::Atom, local).or_else(|| node.words(Ns::Plain, local));
    let author = Author {
        name: words("name").map(text::line),
        url: words("uri").or_else(|| words("url")).and_then(|uri| link::resolve(None, uri)),
        email: words("email").map(|email| email.trim_start_matches("mailto:").to_ascii_lowercase()),
        avatar: None,
    };
    author.known()
}

fn is_page(link: &Node) -> bool {
    matches!(link.attribute("rel"), None | Some("alternate")) && link.attribute("href").is_some()
}

/// Of several pages the one in HTML.
fn page(node: &Node, base: Option<&str>) -> Option<String> {
    let links = || node.all(Ns::Atom, "link").filter(|link| is_page(link));
    let html = links()
        .find(|link| matches!(link.attribute("type"), None | Some("text/html" | "application/xhtml+xml")));
    link::resolve(base, html.or_else(|| links().next())?.attribute("href")?)
}

/// A text construct on one line.
fn line(node: &Node, document: &str) -> Option<String> {
    let words = match construct(node, document)? {
        Content::Html(markup) => html::to_text(&markup),
        Content::Plain(words) => words,
    };
    some(&text::line(&words))
}

fn content(node: &Node, document: &str) -> Option<Content> {
    let inline = node.all(Ns::Atom, "content").chain(node.all(Ns::Atom, "summary"));
    inline
        .filter(|content| content.attribute("src").is_none())
        .find_map(|content| construct(content, document))
}

/// A text construct by its type; 0.3 wrote media types.
fn construct(node: &Node, document: &str) -> Option<Content> {
    let kind = node.attribute("type").unwrap_or("text").to_ascii_lowercase();
    let is_html = kind.contains("html") || !node.children.is_empty();
    if !is_html && !kind.starts_with("text") {
        return None;
    }
    let markup = node.markup(document).trim();
    if markup.is_empty() {
        return None;
    }
    Some(match is_html {
        true => Content::Html(markup.to_owned()),
        false => Content::Plain(markup.to_owned()),
    })
}

fn dates(node: &Node, entry: &mut Entry) {
    for local in ["published", "issued", "created"] {
        common::published(entry, node.words(Ns::Atom, local));
    }
    common::published(entry, node.words(Ns::Dc, "date"));
    let updated = node.words(Ns::Atom, "updated").or_else(|| node.words(Ns::Atom, "modified"));
    if let Some(updated) = updated {
        entry.updated = crate::date::parse(updated);
        entry.revision = updated.to_owned();
        common::published(entry, Some(updated));
    }
}
