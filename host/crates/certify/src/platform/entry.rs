//! One item of a listing: what it is called, where it stands, and what it becomes when it is copied or edited.

use hark_cassette::Listing;
use serde_json::Value;

use super::{keys, word};

/// How much later a copy is than its model, in seconds.
const COPY_SECS: i64 = 1;
/// How much later an edit is, in seconds.
const EDIT_SECS: i64 = 60;

/// One item.
#[derive(Debug, Clone)]
pub struct Entry {
    pub id: String,
    pub key: String,
    pub body: Value,
}

impl Entry {
    /// Reads an item; none if it lacks its id or its key.
    pub fn read(listing: &Listing, body: Value) -> Option<Self> {
        let id = word(body.pointer(&listing.id)?)?;
        let key = match &listing.key {
            Some(pointer) => word(body.pointer(pointer)?)?,
            None => id.clone(),
        };
        Some(Self { id, key, body })
    }

    /// Returns its time in milliseconds since 1970, where the listing says where it stands.
    pub fn time(&self, listing: &Listing) -> Option<i64> {
        keys::moment(&word(self.body.pointer(listing.time.as_ref()?)?)?)
    }

    /// Returns the `nth` copy of it, under `key` and an id that nobody had.
    pub fn copy(&self, listing: &Listing, key: String, nth: usize) -> Self {
        let is_number = keys::number(&self.key).is_some();
        let is_same = listing.key.is_none() || listing.history.is_some() || self.id == self.key;
        let id = if is_same && is_number { key.clone() } else { keys::new_id(&self.id, nth) };
        let key = if listing.key.is_some() { key } else { id.clone() };
        let mut body = rename(self.body.clone(), &self.id, &id);
        if let Some(history) = listing.history.as_ref().and_then(|pointer| body.pointer_mut(pointer)) {
            *history = Value::Array(vec![Value::String(key.clone())]);
        }
        set(&mut body, &listing.id, &id);
        if let Some(pointer) = &listing.key {
            set(&mut body, pointer, &key);
        }
        if let Some(time) = listing.time.as_ref().and_then(|pointer| body.pointer_mut(pointer)) {
            keys::raise(time, COPY_SECS);
        }
        if let Some(text) = body.pointer_mut(&listing.text) {
            *text = Value::String(format!("An item that was added since, number {nth}."));
        }
        Self { id, key, body }
    }

    /// Edits it, under `key` where it has one beside its id, and returns its new text; none if it has no text.
    pub fn edit(&mut self, listing: &Listing, key: String) -> Option<String> {
        let place = self.body.pointer_mut(&listing.text)?;
        let text = place.as_str()?.to_owned() + " (as edited since)";
        *place = Value::String(text.clone());
        if let Some(pointer) = &listing.key {
            set(&mut self.body, pointer, &key);
            if let Some(Value::Array(history)) =
                listing.history.as_ref().and_then(|pointer| self.body.pointer_mut(pointer))
            {
                history.push(Value::String(key.clone()));
            }
            self.key = key;
        }
        for pointer in &listing.edited {
            if let Some(value) = self.body.pointer_mut(pointer) {
                keys::raise(value, EDIT_SECS);
            }
        }
        Some(text)
    }
}

/// Writes `new` wherever `old` stood: ids stand in addresses, too.
fn rename(value: Value, old: &str, new: &str) -> Value {
    match value {
        Value::String(text) if keys::moment(&text).is_some() && text != old => Value::String(text),
        Value::String(text) => Value::String(replaced(&text, old, new)),
        Value::Array(list) => Value::Array(list.into_iter().map(|it| rename(it, old, new)).collect()),
        Value::Object(fields) => {
            Value::Object(fields.into_iter().map(|(name, it)| (name, rename(it, old, new))).collect())
        }
        other => other,
    }
}

/// Replaces `old` where it stands alone, not within a longer word or number.
fn replaced(text: &str, old: &str, new: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut from = 0;
    for (at, _) in text.match_indices(old) {
        let end = at + old.len();
        let neighbours = [text[..at].chars().next_back(), text[end..].chars().next()];
        if at >= from && !old.is_empty() && !neighbours.into_iter().flatten().any(char::is_alphanumeric) {
            out.push_str(&text[from..at]);
            out.push_str(new);
            from = end;
        }
    }
    out + &text[from..]
}

/// Writes `text` where `pointer` points, as a number where a number was.
fn set(body: &mut Value, pointer: &str, text: &str) {
    if let Some(place) = body.pointer_mut(pointer) {
        let number = text.parse::<u64>().ok().filter(|_| place.is_number());
        *place = number.map_or_else(|| Value::String(text.to_owned()), Value::from);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_replaced_where_it_stands_alone() {
        for (text, want) in [
            ("7", "8"),
            ("https://x.example/7/17?post=7", "https://x.example/8/17?post=8"),
            ("17 of 70", "17 of 70"),
        ] {
            assert_eq!(replaced(text, "7", "8"), want);
        }
        let at = Value::from("2026-07-07T07:07:07Z");
        assert_eq!(rename(at.clone(), "07", "8"), at);
    }
}
