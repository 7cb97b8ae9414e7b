//! A platform that is simulated: lists the recorded items as its listing says, and more or fewer of them.
//!
//! Holds: every item that was ever listed has a number of its own, and a number is never given twice.
//! Not here: what the connector makes of it.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use hark_cassette::{Blob, Exchange, Format, HttpAnswer, HttpAsked, Listing, Live, Order};
use serde_json::Value;
use url::Url;

/// Times that every platform lists at least this many pages of what it lists by pages.
const PAGES_MIN: usize = 3;

/// What happens between two requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// Two items are added.
    Add,
    /// The newest item that was listed and the oldest that was not are deleted.
    Delete,
}

/// One item of the platform.
#[derive(Debug, Clone)]
struct Entry {
    id: String,
    key: String,
    body: Value,
}

/// A listing that is alive.
#[derive(Clone)]
pub struct Platform(Arc<Inner>);

struct Inner {
    listing: Listing,
    headers: Vec<String>,
    /// The answer around its items.
    frame: Value,
    state: Mutex<State>,
}

struct State {
    /// Oldest first.
    entries: Vec<Entry>,
    /// Keys that were ever given, oldest first: what is deleted still has its place.
    keys: Vec<String>,
    change: Option<Change>,
    requests: usize,
    added: usize,
}

impl Platform {
    /// Makes a platform of what was recorded of `listing`; none where nothing fits.
    pub fn new(listing: &Listing, exchanges: &[Exchange]) -> Option<Self> {
        let mut frame = None;
        let mut headers = Vec::new();
        let mut entries: Vec<Entry> = Vec::new();
        let elements = listing;
        let listing = &as_json(listing);
        for exchange in exchanges {
            let Some((page, answer_headers)) = page_of(elements, exchange) else { continue };
            let list = page.pointer(&listing.items).and_then(Value::as_array)?.clone();
            for entry in list.into_iter().filter_map(|body| Entry::read(listing, body)) {
                if !entries.iter().any(|known| known.id == entry.id) {
                    entries.push(entry);
                }
            }
            if frame.is_none() {
                (frame, headers) = (Some(page), answer_headers);
            }
        }
        if listing.order == Order::NewestFirst {
            entries.reverse();
        }
        sort(&mut entries);
        let keys = entries.iter().map(|entry| entry.key.clone()).collect();
        let state = State { entries, keys, change: None, requests: 0, added: 0 };
        let inner = Inner { listing: listing.clone(), headers, frame: frame?, state: Mutex::new(state) };
        let platform = Self(Arc::new(inner));
        platform.fill()?;
        Some(platform)
    }

    /// Adds items until there are several pages.
    fn fill(&self) -> Option<()> {
        let mut state = self.lock();
        state.entries.last()?;
        let listing = &self.0.listing;
        let wanted = if listing.count_max == 0 { 1 } else { listing.count_max.min(100) * PAGES_MIN + 1 };
        while listing.next.is_none() && state.entries.len() < wanted {
            add(&mut state, listing);
        }
        Some(())
    }

    /// Returns what answers for it.
    pub fn live(&self) -> Live {
        let platform = self.clone();
        Arc::new(move |asked: &HttpAsked| platform.answer(asked))
    }

    /// Lets `change` happen after the first page that is asked for from now on.
    pub fn change_after_first_page(&self, change: Change) {
        let mut state = self.lock();
        (state.change, state.requests) = (Some(change), 0);
    }

    /// Adds an item now and returns its id.
    #[cfg(test)]
    pub fn add(&self) -> Option<String> {
        add(&mut self.lock(), &self.0.listing)
    }

    /// Edits the oldest item and returns its id and its new text.
    pub fn edit(&self) -> Option<(String, String)> {
        let mut state = self.lock();
        let key = next_key(&state);
        let mut entry = (!state.entries.is_empty()).then(|| state.entries.remove(0))?;
        let listing = &self.0.listing;
        let text = entry.body.pointer(&listing.text)?.as_str()?.to_owned() + " (as edited since)";
        *entry.body.pointer_mut(&listing.text)? = Value::String(text.clone());
        if let Some(pointer) = &listing.key {
            set(&mut entry.body, pointer, &key);
            entry.key.clone_from(&key);
            state.keys.push(key);
        }
        let id = entry.id.clone();
        match listing.key {
            Some(_) => state.entries.push(entry),
            None => state.entries.insert(0, entry),
        }
        Some((id, text))
    }

    /// Returns the ids of all items that it has now.
    pub fn ids(&self) -> Vec<String> {
        self.lock().entries.iter().map(|entry| entry.id.clone()).collect()
    }

    fn answer(&self, asked: &HttpAsked) -> Option<HttpAnswer> {
        let listing = &self.0.listing;
        let url = Url::parse(&asked.url).ok()?;
        if asked.method != "GET" || url.path() != listing.path {
            return None;
        }
        let parameter = |name: &Option<String>| -> Option<String> {
            let name = name.as_ref()?;
            url.query_pairs().find(|(have, _)| have == name).map(|(_, value)| value.into_owned())
        };
        let mut state = self.lock();
        let since = parameter(&listing.since).map(|key| place(&state, &key));
        let token = parameter(&listing.page).map(|key| place(&state, &key));
        let before = parameter(&listing.before).map(|key| place(&state, &key));
        let (above, below) = match listing.order {
            Order::NewestFirst => (since, [before, token].into_iter().flatten().min()),
            Order::OldestFirst => ([since, token].into_iter().flatten().max(), before),
        };
        let inside = |entry: &&Entry| {
            let at = place(&state, &entry.key);
            above.is_none_or(|above| at > above) && below.is_none_or(|below| at < below)
        };
        let mut found: Vec<Entry> = state.entries.iter().filter(inside).cloned().collect();
        if listing.order == Order::NewestFirst {
            found.reverse();
        }
        let offset = parameter(&listing.offset).and_then(|text| text.parse().ok()).unwrap_or(0);
        let asked_for = parameter(&listing.count).and_then(|text| text.parse().ok());
        let size = self.page_size(asked_for, state.entries.len());
        let rest: Vec<Entry> = found.into_iter().skip(offset).collect();
        let more = rest.len() > size;
        let page: Vec<Entry> = rest.into_iter().take(size).collect();
        let body = self.body(&page, more);
        state.requests += 1;
        change(&mut state, listing, &page);
        drop(state);
        Some(HttpAnswer::Response { status: 200, headers: self.0.headers.clone(), body })
    }

    /// A platform that names its next page may give less than it was asked for.
    fn page_size(&self, asked: Option<usize>, all: usize) -> usize {
        let listing = &self.0.listing;
        if listing.count_max == 0 {
            return usize::MAX;
        }
        let most = asked.unwrap_or(listing.count_max).clamp(1, listing.count_max);
        match listing.next {
            Some(_) => most.min(all.div_ceil(PAGES_MIN).max(1)),
            None => most,
        }
    }

    fn body(&self, page: &[Entry], more: bool) -> Blob {
        let listing = &self.0.listing;
        let mut frame = self.0.frame.clone();
        let bodies = page.iter().map(|entry| entry.body.clone()).collect();
        if let Some(list) = frame.pointer_mut(&listing.items) {
            *list = Value::Array(bodies);
        }
        if let Some(next) = &listing.next {
            let last = page.last().filter(|_| more).map(|entry| entry.key.clone());
            put(&mut frame, next, last.map(Value::String));
        }
        match listing.format {
            Format::Json => Blob(frame.to_string().into_bytes()),
            Format::Xml => Blob(xml_text(&frame).into_bytes()),
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // Every step leaves it whole.
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Entry {
    fn read(listing: &Listing, body: Value) -> Option<Self> {
        let id = word(body.pointer(&listing.id)?)?;
        let key = match &listing.key {
            Some(pointer) => word(body.pointer(pointer)?)?,
            None => id.clone(),
        };
        Some(Self { id, key, body })
    }
}

fn change(state: &mut State, listing: &Listing, page: &[Entry]) {
    if state.requests != 1 {
        return;
    }
    match state.change.take() {
        Some(Change::Add) => {
            add(state, listing);
            add(state, listing);
        }
        Some(Change::Delete) => {
            let listed = |entry: &Entry| page.iter().any(|on| on.id == entry.id);
            if let Some(at) = state.entries.iter().rposition(listed) {
                state.entries.remove(at);
            }
            if let Some(at) = state.entries.iter().position(|entry| !listed(entry)) {
                state.entries.remove(at);
            }
        }
        None => {}
    }
}

/// Adds a copy of the newest item under an id that nobody had.
fn add(state: &mut State, listing: &Listing) -> Option<String> {
    let model = state.entries.last()?.clone();
    state.added += 1;
    let key = next_key(state);
    let id = match (&listing.key, model.id.parse::<u128>()) {
        (None, Ok(_)) => key.clone(),
        (_, Ok(number)) => (number + 1_000_000 + state.added as u128).to_string(),
        (_, Err(_)) => format!("{}added{}", first_id(state), state.added),
    };
    let mut body = rename(model.body, &model.id, &id);
    set(&mut body, &listing.id, &id);
    let key = match &listing.key {
        Some(pointer) => {
            set(&mut body, pointer, &key);
            key
        }
        None => id.clone(),
    };
    let text = format!("An item that was added since, number {}.", state.added);
    if let Some(place) = body.pointer_mut(&listing.text) {
        *place = Value::String(text);
    }
    state.keys.push(key.clone());
    state.entries.push(Entry { id: id.clone(), key, body });
    Some(id)
}

fn first_id(state: &State) -> &str {
    state.entries.first().map_or("", |entry| entry.id.as_str())
}

/// A key above all that were ever given.
fn next_key(state: &State) -> String {
    let most = state.keys.iter().filter_map(|key| key.parse::<u128>().ok()).max();
    most.map_or_else(|| format!("key-{}", state.keys.len()), |most| (most + 1).to_string())
}

/// Where a key stands among all that were ever given; a number that never was, where it would stand.
fn place(state: &State, key: &str) -> usize {
    let known = state.keys.iter().rposition(|known| known == key);
    let number = || {
        let number = key.parse::<u128>().ok()?;
        let below = |known: &&String| known.parse::<u128>().is_ok_and(|known| known <= number);
        Some(state.keys.iter().filter(below).count())
    };
    known.map(|at| at + 1).or_else(number).unwrap_or(0)
}

fn sort(entries: &mut [Entry]) {
    if entries.iter().all(|entry| entry.key.parse::<u128>().is_ok()) {
        entries.sort_by_key(|entry| entry.key.parse::<u128>().unwrap_or(0));
    }
}

/// Writes `new` wherever `old` stood: ids stand in addresses, too.
fn rename(value: Value, old: &str, new: &str) -> Value {
    match value {
        Value::String(text) => Value::String(text.replace(old, new)),
        Value::Array(list) => Value::Array(list.into_iter().map(|it| rename(it, old, new)).collect()),
        Value::Object(fields) => {
            Value::Object(fields.into_iter().map(|(name, it)| (name, rename(it, old, new))).collect())
        }
        other => other,
    }
}

/// Writes `text` where `pointer` points, as a number where a number was.
fn set(body: &mut Value, pointer: &str, text: &str) {
    if let Some(place) = body.pointer_mut(pointer) {
        let number = text.parse::<u64>().ok().filter(|_| place.is_number());
        *place = number.map_or_else(|| Value::String(text.to_owned()), Value::from);
    }
}

/// Puts `value` where `pointer` points, making the last field; or takes the field away.
fn put(frame: &mut Value, pointer: &str, value: Option<Value>) {
    let Some((parent, name)) = pointer.rsplit_once('/') else { return };
    let Some(Value::Object(fields)) = frame.pointer_mut(parent) else { return };
    match value {
        Some(value) => fields.insert(name.to_owned(), value),
        None => fields.remove(name),
    };
}

fn word(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

fn page_of(listing: &Listing, exchange: &Exchange) -> Option<(Value, Vec<String>)> {
    let Exchange::Http(http) = exchange else { return None };
    let url = Url::parse(http.request.strip_prefix("GET ")?).ok()?;
    let HttpAnswer::Response { status: 200, headers, body } = &http.answer else { return None };
    if url.path() != listing.path {
        return None;
    }
    let page = match listing.format {
        Format::Json => serde_json::from_slice(&body.0).ok()?,
        Format::Xml => xml_page(std::str::from_utf8(&body.0).ok()?, listing)?,
    };
    // Validators would make an unchanged platform of one that has changed.
    let kept = |line: &&String| {
        let name = line.split(':').next().unwrap_or_default();
        !["etag", "last-modified", "cache-control", "expires"].contains(&name)
    };
    Some((page, headers.iter().filter(kept).cloned().collect()))
}

/// Elements are taken apart into JSON of our own, whose places are these.
fn as_json(listing: &Listing) -> Listing {
    match listing.format {
        Format::Json => listing.clone(),
        Format::Xml => Listing {
            items: "/items".to_owned(),
            id: "/id".to_owned(),
            text: "/text".to_owned(),
            key: None,
            next: None,
            ..listing.clone()
        },
    }
}

/// Takes a document apart at its items: what stands before, the items, what stands behind. Of an item only
/// its id and its text are told apart.
fn xml_page(text: &str, listing: &Listing) -> Option<Value> {
    let (open, close) = (format!("<{}", listing.items), format!("</{}>", listing.items));
    let first = find_element(text, &open)?;
    let last = text.rfind(&close)? + close.len();
    let mut items = Vec::new();
    let mut rest = &text[first..last];
    while let Some(start) = find_element(rest, &open) {
        let end = rest[start..].find(&close)? + start + close.len();
        items.push(xml_item(&rest[start..end], listing)?);
        rest = &rest[end..];
    }
    Some(serde_json::json!({ "head": text[..first], "items": items, "tail": text[last..] }))
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

fn xml_item(text: &str, listing: &Listing) -> Option<Value> {
    let (before_id, id, after_id) = xml_field(text, &listing.id)?;
    let marked = format!("{before_id}\u{1}{after_id}");
    let (before_text, words, after_text) = xml_field(&marked, &listing.text)?;
    let shell = format!("{before_text}\u{2}{after_text}");
    Some(serde_json::json!({ "id": id, "text": words, "shell": shell }))
}

fn xml_field<'a>(text: &'a str, name: &str) -> Option<(&'a str, &'a str, &'a str)> {
    let open = find_element(text, &format!("<{name}"))?;
    let start = text[open..].find('>')? + open + 1;
    let end = text[start..].find(&format!("</{name}>"))? + start;
    Some((&text[..start], &text[start..end], &text[end..]))
}

fn xml_text(frame: &Value) -> String {
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

#[cfg(test)]
mod tests {
    use super::*;
    use hark_cassette::HttpExchange;

    fn exchange(request: &str, body: &str) -> Exchange {
        Exchange::Http(HttpExchange {
            request: request.to_owned(),
            headers: Vec::new(),
            credential: None,
            body: None,
            after_ms: 0,
            answer: HttpAnswer::Response { status: 200, headers: Vec::new(), body: Blob::from(body) },
        })
    }

    fn posts() -> Listing {
        let listing = r#"{"stream":"posts","path":"/posts","format":"json","items":"/posts","id":"/id","text":"/text",
            "key":"/seq","count":"count","count_max":2,"since":"since","page":"page","next":"/next"}"#;
        serde_json::from_str(listing).unwrap()
    }

    fn ask(platform: &Platform, query: &str) -> Value {
        let url = format!("https://x.example/posts?{query}");
        let asked = HttpAsked { method: "GET".to_owned(), url, ..HttpAsked::default() };
        let answer = platform.answer(&asked).unwrap();
        serde_json::from_slice(answer.parts().unwrap().2).unwrap()
    }

    fn ids(page: &Value) -> Vec<&str> {
        page["posts"].as_array().unwrap().iter().map(|post| post["id"].as_str().unwrap()).collect()
    }

    fn platform() -> Platform {
        let page = r#"{"posts":[{"id":"c","seq":3,"text":"3"},{"id":"b","seq":2,"text":"2"},{"id":"a","seq":1,"text":"1"}],"next":"x"}"#;
        Platform::new(&posts(), &[exchange("GET https://x.example/posts", page)]).unwrap()
    }

    #[test]
    fn pages_follow_each_other_and_know_where_they_end() {
        let platform = platform();
        let first = ask(&platform, "");
        assert_eq!((ids(&first), &first["next"]), (vec!["c"], &Value::from("3")));
        assert_eq!(ids(&ask(&platform, "page=3")), ["b"]);
        let last = ask(&platform, "page=2&since=0");
        assert_eq!((ids(&last), last.get("next")), (vec!["a"], None));
        assert_eq!(ids(&ask(&platform, "since=3")), [""; 0]);
    }

    #[test]
    fn it_changes_between_two_pages() {
        let adds = platform();
        adds.change_after_first_page(Change::Add);
        assert_eq!(ids(&ask(&adds, "")), ["c"]);
        assert_eq!((adds.ids().len(), ids(&ask(&adds, "page=3"))), (5, vec!["b", "a"]));
        assert_eq!(ids(&ask(&adds, "since=3")).len(), 2);
        let deletes = platform();
        deletes.change_after_first_page(Change::Delete);
        ask(&deletes, "");
        assert_eq!(deletes.ids(), ["b"]);
        let (id, text) = deletes.edit().unwrap();
        assert_eq!((id.as_str(), text.as_str()), ("b", "2 (as edited since)"));
        assert_eq!(ids(&ask(&deletes, "since=3")), ["b"]);
    }

    #[test]
    fn feeds_are_taken_apart_at_their_items() {
        let listing =
            r#"{"stream":"feed","path":"/f","format":"xml","items":"item","id":"guid","text":"title"}"#;
        let listing: Listing = serde_json::from_str(listing).unwrap();
        let feed = "<rss><items/><item><title>T1</title><guid x='y'>g1</guid></item> <item><guid>g2</guid><title>T2</title></item></rss>";
        let platform = Platform::new(&listing, &[exchange("GET https://x.example/f", feed)]).unwrap();
        assert_eq!(platform.ids(), ["g2", "g1"]);
        let get = HttpAsked {
            method: "GET".to_owned(),
            url: "https://x.example/f".to_owned(),
            ..HttpAsked::default()
        };
        let text = |platform: &Platform| {
            String::from_utf8(platform.answer(&get).unwrap().parts().unwrap().2.to_vec()).unwrap()
        };
        assert_eq!(text(&platform), feed.replace("</item> <item>", "</item><item>"));
        let id = platform.add().unwrap();
        platform.edit().unwrap();
        let text = text(&platform);
        assert!(
            text.contains(&format!("<guid x='y'>{id}</guid>")) && text.contains("T2 (as edited since)"),
            "{text}"
        );
    }
}
