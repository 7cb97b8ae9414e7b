//! Feeds, taken apart at their items and put together again.
//!
//! Holds: of an item only its id and its text are told apart; all else stays as it was, byte for byte.

use hark_cassette::Listing;
use serde_json::{Value, json};

/// Takes a document apart: what stands before its items, the items, what stands behind.
pub fn parse(text: &str, listing: &Listing) -> Option<Value> {
    let (open, close) = (format!("<{}", listing.items), format!("</{}>", listing.items));
    let first = find_element(text, &open)?;
    let last = text.rfind(&close)? + close.len();
    let mut items = Vec::new();
    let mut rest = &text[first..last];
    while let Some(start) = find_element(rest, &open) {
        let end = rest[start..].find(&close)? + start + close.len();
        items.push(item(&rest[start..end], listing)?);
        rest = &rest[end..];
    }
    Some(json!({ "head": text[..first], "items": items, "tail": text[last..] }))
}

/// Returns where the parts stand that [`parse`] made.
pub fn places(listing: &Listing) -> Listing {
    Listing {
        items: "/items".to_owned(),
        id: "/id".to_owned(),
        text: "/text".to_owned(),
        key: None,
        time: None,
        history: None,
        edited: Vec::new(),
        tells: Default::default(),
        ..listing.clone()
    }
}

/// Finds an element by its opening, not one whose name only begins so.
fn find_element(text: &str, open: &str) -> Option<usize> {
    let mut from = 0;
    while let Some(at) = text[from..].find(open).map(|at| at + from) {
        let next = text[at + open.len()..].chars().next();
        if next.is_some_and(|c| c == '>' || c.is_whitespace()) {
            return Some(at);
        }
        from = at + open.len();
    }
    None
}

fn item(text: &str, listing: &Listing) -> Option<Value> {
    let (before_id, id, after_id) = field(text, &listing.id)?;
    let marked = format!("{before_id}\u{1}{after_id}");
    let (before_text, words, after_text) = field(&marked, &listing.text)?;
    let shell = format!("{before_text}\u{2}{after_text}");
    Some(json!({ "id": id, "text": words, "shell": shell }))
}

fn field<'a>(text: &'a str, name: &str) -> Option<(&'a str, &'a str, &'a str)> {
    let open = find_element(text, &format!("<{name}"))?;
    let start = text[open..].find('>')? + open + 1;
    let end = text[start..].find(&format!("</{name}>"))? + start;
    Some((&text[..start], &text[start..end], &text[end..]))
}

/// Puts a document together.
pub fn write(frame: &Value) -> String {
    let part = |name: &str| frame[name].as_str().unwrap_or_default().to_owned();
    let items = frame["items"].as_array().map(Vec::as_slice).unwrap_or_default();
    let mut text = part("head");
    for item in items {
        let shell = item["shell"].as_str().unwrap_or_default();
        let fields = [("\u{1}", "id"), ("\u{2}", "text")].into_iter();
        text.push_str(&fields.fold(shell.to_owned(), |shell, (mark, name)| {
            shell.replace(mark, item[name].as_str().unwrap_or_default())
        }));
    }
    text + &part("tail")
}
