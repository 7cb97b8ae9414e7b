//! JSON Feed 1.0 and 1.1.
//!
//! Holds: each entry is read by itself and leniently, as publishers write numbers for ids and strings for
//! lists.

use hark_sdk::text;
use hark_sdk::types::Attachment;
use serde_json::{Map, Value};

use crate::feed::{Author, Content, Entry, Feed, NotAFeed, Part, digest, some};
use crate::{date, limits, link};

/// Parses a document.
pub fn parse(document: &str) -> Result<Feed, NotAFeed> {
    let value: Value = serde_json::from_str(document)
        .map_err(|error| NotAFeed(format!("JSON that breaks off or is broken: {error}")))?;
    let version = words(&value, "version").unwrap_or_default();
    let Some(number) = version.strip_prefix("https://jsonfeed.org/version/") else {
        return Err(NotAFeed("JSON without a version of JSON Feed".to_owned()));
    };
    let url = words(&value, "home_page_url").and_then(|url| link::resolve(None, &url));
    let mut feed = Feed {
        format: format!("JSON Feed {number}"),
        title: words(&value, "title").map(|title| text::line(&title)),
        language: words(&value, "language").and_then(|language| crate::feed::language(&language)),
        author: author(&value),
        url,
        ..Feed::default()
    };
    let items = value.get("items").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    for (at, item) in items.iter().take(limits::ENTRIES_MAX).enumerate() {
        let part = part(item, format!("/items/{at}"), &feed);
        feed.parts.push(part);
    }
    Ok(feed)
}

fn part(item: &Value, pointer: String, feed: &Feed) -> Part {
    let broken = |why: &str, pointer: String| Part::Broken {
        hint: words(item, "id").unwrap_or_else(|| pointer.clone()),
        why: why.to_owned(),
        pointer,
        digest: digest(&[item.to_string().as_bytes()]),
    };
    let Some(object) = item.as_object() else { return broken("the entry is no object", pointer) };
    let entry = entry(object, item, pointer, feed);
    match entry.is_empty() {
        true => broken("the entry has no id, title, link or text", entry.pointer),
        false => Part::Entry(Box::new(entry)),
    }
}

fn entry(object: &Map<String, Value>, item: &Value, pointer: String, feed: &Feed) -> Entry {
    let base = feed.url.as_deref();
    let address = |key: &str| words(item, key).and_then(|url| link::resolve(base, &url));
    let published = words(item, "date_published");
    let modified = words(item, "date_modified");
    let mut entry = Entry {
        pointer,
        id: words(item, "id"),
        title: words(item, "title").and_then(|title| some(&text::line(&title))),
        url: address("url").or_else(|| address("external_url")),
        content: content(item),
        author: author(item).or_else(|| feed.author.clone()),
        published: published.as_deref().and_then(date::parse),
        updated: modified.as_deref().and_then(date::parse),
        language: words(item, "language")
            .and_then(|tag| crate::feed::language(&tag))
            .or_else(|| feed.language.clone()),
        date: published.or_else(|| modified.clone()).unwrap_or_default(),
        revision: modified.unwrap_or_default(),
        ..Entry::default()
    };
    entry.published = entry.published.or(entry.updated);
    list(object.get("tags")).iter().filter_map(|tag| tag.as_str()).for_each(|tag| entry.tag(tag));
    for attached in list(object.get("attachments")) {
        entry.attach(Attachment {
            url: words(attached, "url").and_then(|url| link::resolve(base, &url)),
            media_type: words(attached, "mime_type"),
            name: words(attached, "title"),
            bytes: attached.get("size_in_bytes").and_then(Value::as_u64),
            ..Attachment::default()
        });
    }
    if let Some(url) = address("image") {
        entry.attach(Attachment {
            url: Some(url),
            media_type: Some("image".to_owned()),
            ..Attachment::default()
        });
    }
    entry
}

fn content(item: &Value) -> Option<Content> {
    let html = words(item, "content_html").map(Content::Html);
    html.or_else(|| words(item, "content_text").or_else(|| words(item, "summary")).map(Content::Plain))
}

/// Version 1.0 has one author, 1.1 a list.
fn author(value: &Value) -> Option<Author> {
    let one = value
        .get("authors")
        .and_then(Value::as_array)
        .and_then(|authors| authors.first())
        .or(value.get("author"))?;
    let author = Author {
        name: words(one, "name").or_else(|| one.as_str().and_then(some)).map(|name| text::line(&name)),
        url: words(one, "url").and_then(|url| link::resolve(None, &url)),
        email: words(one, "url").and_then(|url| url.strip_prefix("mailto:").map(str::to_ascii_lowercase)),
        avatar: words(one, "avatar").and_then(|url| link::resolve(None, &url)),
    };
    author.known()
}

/// A string that is not empty, or a number as it is written.
fn words(value: &Value, key: &str) -> Option<String> {
    match value.get(key)? {
        Value::String(text) => some(text),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

fn list(value: Option<&Value>) -> &[Value] {
    match value {
        Some(Value::Array(values)) => values,
        Some(one @ (Value::String(_) | Value::Object(_))) => std::slice::from_ref(one),
        _ => &[],
    }
}
