//! The answer around its items: what was recorded, and what it tells of its page.

use hark_cassette::{Blob, Exchange, Format, HttpAnswer, HttpAsked, Listing, Order, Tell};
use serde_json::{Map, Value, json};

use super::asked::Asked;
use super::entry::Entry;
use super::xml;

/// Headers that would make an unchanged platform of one that has changed.
const VALIDATORS: [&str; 4] = ["etag", "last-modified", "cache-control", "expires"];

/// What surrounds the items of a listing.
#[derive(Debug, Clone, Default)]
pub struct Frame {
    headers: Vec<String>,
    body: Value,
}

/// A page that is given.
pub struct Page<'p> {
    pub entries: &'p [Entry],
    /// There are more behind it.
    pub more: bool,
    /// How many it could have held.
    pub size: usize,
}

impl Frame {
    /// Takes the recorded pages of `listing` out of `exchanges`; returns what surrounds their items, and these.
    pub fn of(listing: &Listing, exchanges: &[Exchange]) -> Option<(Self, Vec<Value>)> {
        let places = if listing.format == Format::Xml { xml::places(listing) } else { listing.clone() };
        let mut frame: Option<Self> = None;
        let mut items = Vec::new();
        for (mut body, headers) in exchanges.iter().filter_map(|exchange| recorded(listing, exchange)) {
            if let Some(list) = body.pointer_mut(&places.items) {
                items.extend(list.as_array_mut().map(std::mem::take).unwrap_or_default());
            }
            match &mut frame {
                Some(frame) => join(&mut frame.body, body),
                None => frame = Some(Self { headers, body }),
            }
        }
        frame.map(|frame| (frame, items))
    }

    /// Writes an answer to `asked`.
    pub fn answer(&self, listing: &Listing, asked: &Asked, page: &Page<'_>) -> HttpAnswer {
        let mut body = self.body.clone();
        let bodies = page.entries.iter().map(|entry| entry.body.clone()).collect();
        put(&mut body, &listing.items, Some(Value::Array(bodies)));
        for (pointer, tell) in &listing.tells {
            put(&mut body, pointer, told(*tell, listing, asked, page));
        }
        let mut headers = self.headers.clone();
        if let Some(address) = next_address(listing, asked, page).filter(|_| listing.link) {
            headers.push(format!("link: <{address}>; rel=\"next\""));
        }
        let text = match listing.format {
            Format::Json => body.to_string(),
            Format::Xml => xml::write(&body),
        };
        HttpAnswer::Response { status: 200, headers, body: Blob(text.into_bytes()) }
    }
}

fn recorded(listing: &Listing, exchange: &Exchange) -> Option<(Value, Vec<String>)> {
    let Exchange::Http(http) = exchange else { return None };
    let (method, url) = http.request.split_once(' ')?;
    let asked = HttpAsked {
        method: method.to_owned(),
        url: url.to_owned(),
        body: http.body.clone().map(|body| body.0),
        ..HttpAsked::default()
    };
    Asked::read(listing, &asked)?;
    let HttpAnswer::Response { status: 200, headers, body } = &http.answer else { return None };
    let page = match listing.format {
        Format::Json => serde_json::from_slice(&body.0).ok()?,
        Format::Xml => xml::parse(std::str::from_utf8(&body.0).ok()?, listing)?,
    };
    let kept = |line: &&String| {
        let name = line.split(':').next().unwrap_or_default();
        !(VALIDATORS.contains(&name) || listing.link && name == "link")
    };
    Some((page, headers.iter().filter(kept).cloned().collect()))
}

/// Adds what `page` has beside its items: people and pictures of other pages are still referred to.
fn join(frame: &mut Value, page: Value) {
    match (frame, page) {
        (Value::Object(have), Value::Object(more)) => {
            for (name, value) in more {
                match have.get_mut(&name) {
                    Some(known) => join(known, value),
                    None => _ = have.insert(name, value),
                }
            }
        }
        (Value::Array(have), Value::Array(more)) => {
            for value in more {
                if !have.contains(&value) {
                    have.push(value);
                }
            }
        }
        _ => {}
    }
}

fn told(tell: Tell, listing: &Listing, asked: &Asked, page: &Page<'_>) -> Option<Value> {
    let (first, last) = (page.entries.first(), page.entries.last());
    let (newest, oldest) = match listing.order {
        Order::NewestFirst => (first, last),
        Order::OldestFirst => (last, first),
    };
    let key = |entry: Option<&Entry>| entry.map(|entry| Value::String(entry.key.clone()));
    match tell {
        Tell::Next => key(last.filter(|_| page.more)),
        Tell::NextAddress => next_address(listing, asked, page).map(Value::String),
        Tell::More => Some(Value::Bool(page.more)),
        Tell::Count => Some(json!(page.entries.len())),
        Tell::Newest => key(newest),
        Tell::Oldest => key(oldest),
    }
}

/// The way a listing pages: by token, by number, by offset, or by key.
fn next_address(listing: &Listing, asked: &Asked, page: &Page<'_>) -> Option<String> {
    let last = page.entries.last().filter(|_| page.more)?;
    let (name, value) = match (&listing.page, &listing.number, &listing.offset, &listing.before) {
        (Some(name), ..) => (name, last.key.clone()),
        (None, Some(name), ..) => (name, (asked.number(Some(name)).unwrap_or(1) + 1).to_string()),
        (None, None, Some(name), _) => {
            (name, (asked.number(Some(name)).unwrap_or(0) + page.size).to_string())
        }
        (None, None, None, Some(name)) => (name, last.key.clone()),
        (None, None, None, None) => return None,
    };
    Some(asked.address_with(name, &value))
}

/// Puts `value` where `pointer` points, making what leads there; or takes the last field away.
fn put(body: &mut Value, pointer: &str, value: Option<Value>) {
    let Some((parent, name)) = pointer.rsplit_once('/') else {
        *body = value.unwrap_or_default();
        return;
    };
    let mut place = body;
    for step in parent.split('/').skip(1) {
        if !place.get(step).is_some_and(Value::is_object) {
            let (Some(fields), Some(_)) = (place.as_object_mut(), &value) else { return };
            fields.insert(step.to_owned(), Value::Object(Map::new()));
        }
        let Some(next) = place.get_mut(step) else { return };
        place = next;
    }
    if let Value::Object(fields) = place {
        match value {
            Some(value) => fields.insert(name.to_owned(), value),
            None => fields.remove(name),
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_put_and_taken_away() {
        let mut body = json!({ "a": { "b": 1 }, "list": [1] });
        put(&mut body, "/paging/cursors/after", Some(json!("x")));
        put(&mut body, "/a/b", None);
        put(&mut body, "/none/here", None);
        put(&mut body, "/list", Some(json!([])));
        assert_eq!(body, json!({ "a": {}, "list": [], "paging": { "cursors": { "after": "x" } } }));
        put(&mut body, "", Some(json!([2])));
        assert_eq!(body, json!([2]));
    }

    #[test]
    fn what_is_referred_to_is_kept_of_all_pages() {
        let mut frame = json!({ "includes": { "users": [{ "id": 1 }] }, "meta": { "count": 2 } });
        join(
            &mut frame,
            json!({ "includes": { "users": [{ "id": 1 }, { "id": 2 }] }, "meta": { "count": 9 } }),
        );
        assert_eq!(
            frame,
            json!({ "includes": { "users": [{ "id": 1 }, { "id": 2 }] }, "meta": { "count": 2 } })
        );
    }
}
