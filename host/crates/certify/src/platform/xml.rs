//! Feeds, taken apart at their items and put together again.
//!
//! Holds: of an item only its id, its text and what its edits change are told apart; all else stays as it was,
//! byte for byte.

use std::ops::Range;

use hark_cassette::Listing;
use serde_json::{Map, Value, json};

/// Stand in the place of what was told apart, which is no more than so many fields: characters that no document has.
const MARKS: [&str; 6] = ["\u{1}", "\u{2}", "\u{3}", "\u{4}", "\u{5}", "\u{6}"];

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
        edited: (0..listing.edited.len()).map(|at| format!("/{}", edited(at))).collect(),
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

fn edited(at: usize) -> String {
    format!("edited-{at}")
}

/// Returns where an item's fields stand, each with its name and its mark.
fn fields(listing: &Listing) -> impl Iterator<Item = (String, &str, &'static str)> {
    let named = [("id".to_owned(), listing.id.as_str()), ("text".to_owned(), listing.text.as_str())];
    let edits = listing.edited.iter().enumerate().map(|(at, place)| (edited(at), place.as_str()));
    named.into_iter().chain(edits).zip(MARKS).map(|((name, place), mark)| (name, place, mark))
}

fn item(text: &str, listing: &Listing) -> Option<Value> {
    let mut item = Map::new();
    let mut shell = text.to_owned();
    for (name, place, mark) in fields(listing) {
        let at = field(&shell, place)?;
        item.insert(name, Value::from(&shell[at.clone()]));
        shell.replace_range(at, mark);
    }
    item.insert("shell".to_owned(), Value::from(shell));
    Some(Value::Object(item))
}

/// A part of the text of an element, as XPath's functions of these names give it.
#[derive(Clone, Copy)]
enum Part<'p> {
    After(&'p str),
    Before(&'p str),
}

/// Reads a place: the name of an element, or `substring-after(PLACE, 'TEXT')`, `substring-before(PLACE, 'TEXT')`.
fn read_place(place: &str) -> (&str, Vec<Part<'_>>) {
    let functions = [("substring-after(", Part::After as fn(_) -> _), ("substring-before(", Part::Before)];
    for (function, part) in functions {
        let arguments = place.strip_prefix(function).and_then(|rest| rest.strip_suffix("')"));
        if let Some((inner, text)) = arguments.and_then(|arguments| arguments.rsplit_once(", '")) {
            let (element, mut parts) = read_place(inner);
            parts.push(part(text));
            return (element, parts);
        }
    }
    (place, Vec::new())
}

/// Returns where a field stands, without the space around it.
fn field(text: &str, place: &str) -> Option<Range<usize>> {
    let (name, parts) = read_place(place);
    let open = find_element(text, &format!("<{name}"))?;
    let mut start = text[open..].find('>')? + open + 1;
    let mut end = text[start..].find(&format!("</{name}>"))? + start;
    for part in parts {
        match part {
            Part::After(mark) => start += text[start..end].find(mark)? + mark.len(),
            Part::Before(mark) => end = start + text[start..end].find(mark)?,
        }
    }
    let words = text[start..end].trim();
    let start = start + text[start..end].find(words)?;
    Some(start..start + words.len())
}

/// Puts a document together.
pub fn write(frame: &Value) -> String {
    let part = |name: &str| frame[name].as_str().unwrap_or_default().to_owned();
    let items = frame["items"].as_array().map(Vec::as_slice).unwrap_or_default();
    let mut text = part("head");
    for item in items {
        let mut whole = item["shell"].as_str().unwrap_or_default().to_owned();
        let edits = (0..MARKS.len()).map(edited);
        for (name, mark) in ["id".to_owned(), "text".to_owned()].into_iter().chain(edits).zip(MARKS) {
            whole = whole.replace(mark, item[&name].as_str().unwrap_or_default());
        }
        text.push_str(&whole);
    }
    text + &part("tail")
}
