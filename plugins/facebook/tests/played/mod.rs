//! The Graph API, played by a closure: what was asked, what is answered.
#![allow(dead_code, reason = "not every test uses all of it")]

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use hark_plugin_facebook::{Facebook, Settings};
use hark_sdk::Connector;
use hark_sdk::http::HttpFault;
use hark_sdk::testing;
use hark_sdk::types::{Batch, Budget, Event, Fault, Item, Ms, ReadMode, ReadRequest};
use serde_json::{Value, json};

/// 2026-07-24T21:23:23Z.
pub const NOW: Ms = 1_784_928_203_000;
pub const PAGE: &str = "104000000000001";
pub const POST: &str = "104000000000001_122100000000000001";

/// A request as the platform sees it.
#[derive(Debug, Clone)]
pub struct Asked {
    pub method: String,
    pub url: String,
    /// Below the version: `104000000000001/feed`.
    pub path: String,
    pub query: BTreeMap<String, String>,
    pub form: BTreeMap<String, String>,
    pub credential: Option<String>,
}

impl Asked {
    pub fn arg(&self, name: &str) -> &str {
        self.query.get(name).map_or("", String::as_str)
    }
}

/// Status, headers, body.
pub type Answer = Result<(u16, Vec<(&'static str, String)>, String), HttpFault>;

/// What was asked so far.
#[derive(Clone, Default)]
pub struct Log(Rc<RefCell<Vec<Asked>>>);

impl Log {
    pub fn take(&self) -> Vec<Asked> {
        std::mem::take(&mut *self.0.borrow_mut())
    }

    /// Paths that were asked, in order.
    pub fn paths(&self) -> Vec<String> {
        self.take().into_iter().map(|asked| asked.path).collect()
    }
}

/// Answers all requests of this thread by `answer`; every one must name its credential and hide its token.
pub fn play(mut answer: impl FnMut(&Asked) -> Answer + 'static) -> Log {
    let log = Log::default();
    let told = log.clone();
    testing::set_now(NOW);
    testing::answer_http(move |request| {
        let (address, query) = request.url.split_once('?').unwrap_or((&request.url, ""));
        let base = "https://graph.facebook.com/v26.0/";
        let form = request.body.clone().map_or_else(String::new, |body| String::from_utf8(body).unwrap());
        let asked = Asked {
            method: request.method.clone(),
            url: request.url.clone(),
            path: address
                .strip_prefix(base)
                .unwrap_or_else(|| panic!("{} is not of the API", request.url))
                .to_owned(),
            query: pairs(query),
            form: pairs(&form),
            credential: request.credential.clone(),
        };
        assert_eq!(asked.credential.as_deref(), Some("page-token"), "{asked:?}");
        assert!(!request.url.contains("access_token"), "{}", request.url);
        told.0.borrow_mut().push(asked.clone());
        let (status, headers, body) = answer(&asked)?;
        let headers: Vec<(&str, &str)> =
            headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
        Ok(testing::response(status, &headers, body))
    });
    log
}

fn pairs(text: &str) -> BTreeMap<String, String> {
    let pair = |pair: &str| {
        let (name, value) = pair.split_once('=').unwrap();
        (name.to_owned(), decoded(value))
    };
    text.split('&').filter(|pair| !pair.is_empty()).map(pair).collect()
}

fn decoded(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let Some((first, tail)) = rest.split_first() {
        rest = tail;
        match first {
            b'%' => {
                bytes.push(u8::from_str_radix(std::str::from_utf8(&rest[..2]).unwrap(), 16).unwrap());
                rest = &rest[2..];
            }
            other => bytes.push(*other),
        }
    }
    String::from_utf8(bytes).unwrap()
}

pub fn ok(body: Value) -> Answer {
    Ok((200, Vec::new(), body.to_string()))
}

/// An error as Meta sends it, with status 400 whatever it is.
pub fn error(code: i64, subcode: Option<i64>, message: &str) -> Answer {
    let mut error =
        json!({"message": message, "type": "OAuthException", "code": code, "fbtrace_id": "A1b2C3"});
    if let Some(subcode) = subcode {
        error["error_subcode"] = json!(subcode);
    }
    Ok((400, Vec::new(), json!({ "error": error }).to_string()))
}

pub fn settings() -> Settings {
    hark_sdk::parse_settings(&json!({ "page": PAGE }).to_string()).unwrap()
}

pub fn request(stream: &str, mode: ReadMode) -> ReadRequest {
    ReadRequest {
        stream_name: stream.to_owned(),
        target: None,
        mode,
        cursor: None,
        continuation: None,
        since: None,
        until: None,
        ids: Vec::new(),
        budget: Budget { max_events: 2_000, max_requests: 50, max_cost_microusd: 0, deadline: NOW + 30_000 },
    }
}

pub fn feed(cursor: Option<Vec<u8>>) -> ReadRequest {
    ReadRequest { cursor, ..request("feed", ReadMode::Incremental) }
}

pub fn read(cursor: Option<Vec<u8>>) -> Batch {
    Facebook::read(&settings(), feed(cursor)).unwrap()
}

/// Reads until there is no more, as the host does; returns all events and the last cursor.
pub fn drain(mut request: ReadRequest) -> Result<(Vec<Event>, Option<Vec<u8>>), Fault> {
    let mut events = Vec::new();
    for _ in 0..1_000 {
        let batch = Facebook::read(&settings(), request.clone())?;
        let max = usize::try_from(request.budget.max_events).unwrap();
        assert!(batch.events.len() <= max.max(4), "{} events", batch.events.len());
        events.extend(batch.events);
        request.cursor = batch.cursor.or(request.cursor);
        match batch.continuation {
            Some(continuation) => request.continuation = Some(continuation),
            None => return Ok((events, request.cursor)),
        }
    }
    panic!("the reading does not end");
}

pub fn items(events: &[Event]) -> Vec<&Item> {
    events.iter().filter_map(|event| if let Event::Item(item) = event { Some(item) } else { None }).collect()
}

pub fn ids(events: &[Event]) -> Vec<&str> {
    items(events).into_iter().map(|item| item.id.as_str()).collect()
}

pub fn time(secs: i64) -> Value {
    // Days and months do not matter to these tests, the form does.
    let (hours, minutes, seconds) = (secs / 3_600, secs / 60 % 60, secs % 60);
    json!(format!("2026-07-24T{hours:02}:{minutes:02}:{seconds:02}+0000"))
}

/// A post from `secs` after midnight, with so many comments, last changed at `updated`.
pub fn post(id: u64, secs: i64, updated: i64, comments: u64) -> Value {
    json!({
        "id": format!("{PAGE}_{id}"), "message": format!("post {id}"), "created_time": time(secs),
        "updated_time": time(updated), "from": {"id": PAGE, "name": "Acme"},
        "permalink_url": format!("https://www.facebook.com/{PAGE}/posts/{id}"),
        "status_type": "mobile_status_update",
        "comments": {"data": [], "summary": {"order": "chronological", "total_count": comments}},
        "reactions": {"data": [], "summary": {"total_count": 31}},
    })
}

/// A comment on `post` from `secs` after midnight.
pub fn comment(post: u64, id: u64, secs: i64) -> Value {
    json!({
        "id": format!("{post}_{id}"), "message": format!("comment {id}"), "created_time": time(secs),
        "from": {"id": "700000000000009", "name": "Jo Fictional"}, "like_count": 0, "comment_count": 0,
    })
}

/// Cuts `all` into the page that `asked` asks for: `after` is the number of the last one seen.
pub fn page_of(all: &[Value], asked: &Asked) -> Answer {
    let start: usize = asked.query.get("after").map_or(0, |after| after.parse::<usize>().unwrap());
    let limit: usize = asked.arg("limit").parse().unwrap();
    let end = all.len().min(start + limit);
    let data = &all[start.min(end)..end];
    if data.is_empty() {
        return ok(json!({ "data": [] }));
    }
    let mut body =
        json!({"data": data, "paging": {"cursors": {"before": start.to_string(), "after": end.to_string()}}});
    if end < all.len() {
        body["paging"]["next"] = json!(format!(
            "https://graph.facebook.com/v26.0/{}?access_token=EAAB-secret&after={end}",
            asked.path
        ));
    }
    ok(body)
}
