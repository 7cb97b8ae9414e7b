//! What RSS and Atom entries share: threads, media, and dates of Dublin Core.

use hark_sdk::types::Attachment;

use super::names::Ns;
use super::tree::Node;
use crate::feed::{Entry, Parent, some};
use crate::link;

/// Reads the elements of other vocabularies.
pub fn extensions(node: &Node, base: Option<&str>, entry: &mut Entry) {
    for child in &node.children {
        match (child.ns, child.local.as_str()) {
            (Ns::Thread, "in-reply-to") => parent(child, base, entry),
            (Ns::Thread, "total") | (Ns::Slash, "comments") => {
                entry.replies = entry.replies.or_else(|| child.text.trim().parse().ok());
            }
            (Ns::Dc, "subject") => entry.tag(&child.text),
            (Ns::Dc, "language") => entry.language = crate::feed::language(&child.text),
            (Ns::Media, "group") => child.children.iter().for_each(|inner| media(inner, base, entry)),
            (Ns::Media, _) => media(child, base, entry),
            _ => {}
        }
    }
}

fn parent(node: &Node, base: Option<&str>, entry: &mut Entry) {
    let url = node.attribute("href").and_then(|href| link::resolve(base, href));
    if let Some(id) = node.attribute("ref").map(str::to_owned).or_else(|| url.clone()) {
        entry.parents.push(Parent { id, url });
    }
}

fn media(node: &Node, base: Option<&str>, entry: &mut Entry) {
    if node.local != "content" {
        return;
    }
    let words = |local: &str| node.words(Ns::Media, local).map(hark_sdk::text::line);
    entry.attach(Attachment {
        url: node.attribute("url").and_then(|url| link::resolve(base, url)),
        media_type: node.attribute("type").or(node.attribute("medium")).map(str::to_owned),
        name: words("title"),
        alt: words("description").or_else(|| words("text")),
        bytes: node.attribute("fileSize").and_then(|size| size.parse().ok()),
        width: node.attribute("width").and_then(|width| width.parse().ok()),
        height: node.attribute("height").and_then(|height| height.parse().ok()),
    });
}

/// Reads an enclosure: address, length, type.
pub fn enclosure(node: &Node, address: &str, base: Option<&str>, entry: &mut Entry) {
    entry.attach(Attachment {
        url: node.attribute(address).and_then(|url| link::resolve(base, url)),
        media_type: node.attribute("type").map(str::to_owned),
        name: node.attribute("title").map(str::to_owned),
        bytes: node.attribute("length").and_then(|size| size.parse().ok()).filter(|size| *size > 0),
        ..Attachment::default()
    });
}

/// Sets when the entry was published, keeping the words in which that is said.
pub fn published(entry: &mut Entry, words: Option<&str>) {
    if let Some(words) = words.and_then(some).filter(|_| entry.published.is_none()) {
        entry.published = crate::date::parse(&words);
        if entry.date.is_empty() {
            entry.date = words;
        }
    }
}
