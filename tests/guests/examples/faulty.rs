//! A small forum's connector that is right, and two dozen ways in which it is not: a setting chooses one.
//!
//! The list is newest first; a post that is edited gets a new place at its top. So the cursor is given at
//! the end of a run only, and is the place of the newest post that the run began with.

use std::hash::BuildHasher;

use hark_guests::faulty::{Post, Posts, hex, posts_of};
use hark_sdk::prelude::*;
use hark_sdk::{Digest, hmac_equal};

const CURSOR_VERSION: u32 = 1;
const STREAM: &str = "posts";
/// Posts that one page may hold.
const PAGE_POSTS: u32 = 3;

#[derive(Deserialize, JsonSchema)]
struct Settings {
    /// An option, so that its lack is a fault of our own.
    #[schemars(required)]
    url: Option<String>,
    /// Which of the forum's lists is read. It stands in no place of the manifest, so that the host does not see
    /// its lack before the connector.
    #[schemars(required)]
    list: Option<String>,
    /// What is to be wrong; nothing by default.
    #[serde(default)]
    #[schemars(length(max = 40))]
    fault: String,
}

impl Settings {
    fn has(&self, fault: &str) -> bool {
        self.fault == fault
    }

    fn url(&self) -> Result<&str, Fault> {
        self.url.as_deref().ok_or_else(|| Fault::config("url", "it is missing"))
    }

    /// Returns the address of the list.
    fn list(&self) -> Result<String, Fault> {
        let guessed = self.has("guesses-settings").then_some(STREAM);
        let name = self.list.as_deref().or(guessed);
        let name = name.ok_or_else(|| Fault::config("list", "it is missing"))?;
        Ok(format!("{}/{name}", self.url()?))
    }
}

/// Where the last run ended.
#[derive(Default, Serialize, Deserialize)]
struct Cursor {
    seq: u64,
    /// The highest id that was seen.
    id: u64,
}

/// Where this run goes on.
#[derive(Serialize, Deserialize)]
struct Continuation {
    /// Where the run began.
    since: u64,
    page: String,
    offset: u64,
    newest: u64,
    id: u64,
}

struct Faulty;

impl Connector for Faulty {
    type Settings = Settings;

    fn manifest() -> Manifest {
        let token = CredentialInfo::new("token", Placement::Bearer).audience("{url}");
        let hook = CredentialInfo::new("hook", Placement::WebhookKey);
        let stream = StreamInfo {
            webhook: true,
            ..StreamInfo::new(STREAM).visibility_floor(Visibility::Community).sees_edits()
        };
        let action = ActionInfo {
            name: "reply".to_owned(),
            // Its type is written over in one of the tests.
            schema: r#"{"title":"a reply","type":"object"}"#.to_owned(),
            max_chars: None,
            needs_summon: false,
        };
        let manifest = Manifest::new("faulty", "1.0.0").host("{url}").credential(token).credential(hook);
        manifest.stream(stream).action(action)
    }

    fn check(settings: &Settings) -> Result<CheckReport, Fault> {
        settings.list()?;
        let times = if settings.has("chatty-check") { 5 } else { 1 };
        for _ in 0..times {
            http::get(format!("{}/me", settings.url()?)).credential("token").send()?.ok()?;
        }
        Ok(CheckReport { account: Some("me".to_owned()), ..CheckReport::default() })
    }

    fn read(settings: &Settings, request: ReadRequest) -> Result<Batch, Fault> {
        if request.stream_name != STREAM {
            return Err(Fault::unsupported(request.stream_name));
        }
        let mut run = Run::new(settings, request)?;
        while run.may_ask() {
            if !run.page()? {
                break;
            }
        }
        run.batch()
    }

    fn receive(settings: &Settings, delivery: Delivery) -> Result<DeliveryResult, Fault> {
        if settings.has("asks-while-receiving") {
            let _ = http::get(settings.url()?).send();
        }
        let header = delivery.headers.iter().find(|(name, _)| name == "x-signature");
        let claimed = header.and_then(|(_, value)| hex(value.strip_prefix("sha256=")?)).unwrap_or_default();
        let right = hmac_equal("hook", Digest::Sha256, &delivery.body, &claimed);
        if !right && !settings.has("any-signature") {
            return Ok(answer(401, None, Vec::new()));
        }
        let posts = serde_json::from_slice::<Posts>(&delivery.body).unwrap_or_default();
        let make = |(at, post): (usize, &Post)| {
            settings.item(post, Provenance::new(delivery.payload, format!("/posts/{at}")))
        };
        let events = posts.posts.iter().enumerate().map(make).map(Event::from).collect();
        Ok(answer(200, Some(String::from_utf8_lossy(&claimed).escape_unicode().to_string()), events))
    }

    fn normalise(settings: &Settings, raw: Raw) -> Result<Vec<Event>, Fault> {
        let posts = posts_of(&raw.body)?;
        let make = |(at, post): (usize, &Post)| {
            let mut item = settings.item(post, Provenance::new(raw.payload, format!("/posts/{at}")));
            if settings.has("impure-normalise") {
                item.published_at = Clock::now();
            }
            Event::from(item)
        };
        Ok(posts.posts.iter().enumerate().map(make).collect())
    }
}

fn answer(status: u16, dedupe_key: Option<String>, events: Vec<Event>) -> DeliveryResult {
    DeliveryResult {
        status,
        headers: Vec::new(),
        body: Vec::new(),
        dedupe_key,
        events,
        poll_now: Vec::new(),
        stream_name: None,
    }
}

impl Settings {
    fn item(&self, post: &Post, origin: Provenance) -> Item {
        let at = if self.has("seconds") { post.at / 1_000 } else { post.at };
        let id = if self.has("empty-ids") { "" } else { &post.id };
        let visibility = if self.has("below-floor") { Visibility::Public } else { Visibility::Community };
        let text = text::plain(&post.text);
        let title = match self.has("slices-text") {
            true => text[..text.len().min(9)].to_owned(),
            false => text.chars().take(9).collect(),
        };
        Item { revision: post.seq.to_string(), ..Item::new(id, text, at, origin) }
            .visibility(visibility)
            .title(if self.has("never-the-same") { chance() } else { title })
    }
}

/// Returns what is never the same twice: the key of a hasher is made of random bytes.
fn chance() -> String {
    std::hash::RandomState::new().hash_one(0).to_string()
}

struct Run<'s> {
    settings: &'s Settings,
    request: ReadRequest,
    since: Cursor,
    next: Option<Continuation>,
    requests: u32,
    events: Vec<Event>,
    early: bool,
    ended: bool,
}

impl<'s> Run<'s> {
    fn new(settings: &'s Settings, request: ReadRequest) -> Result<Self, Fault> {
        let since = match cursor::read(CURSOR_VERSION, request.cursor.as_deref()) {
            Err(_) if settings.has("forgiving-cursor") => None,
            read => read?,
        };
        let next: Option<Continuation> = cursor::read(CURSOR_VERSION, request.continuation.as_deref())?;
        let mut since: Cursor = since.unwrap_or_default();
        since.seq = next.as_ref().map_or(since.seq, |next| next.since);
        Ok(Self {
            settings,
            request,
            since,
            next,
            requests: 0,
            events: Vec::new(),
            early: false,
            ended: false,
        })
    }

    fn may_ask(&self) -> bool {
        let budget = &self.request.budget;
        let requests = self.requests < budget.max_requests || self.settings.has("greedy-requests");
        requests && !self.ended && (self.room() > 0 || self.settings.has("greedy-events"))
    }

    fn room(&self) -> u32 {
        self.request.budget.max_events.saturating_sub(u32::try_from(self.events.len()).unwrap_or(u32::MAX))
    }

    /// Reads one page and returns whether there are more.
    fn page(&mut self) -> Result<bool, Fault> {
        let count = if self.settings.has("greedy-events") { PAGE_POSTS } else { PAGE_POSTS.min(self.room()) };
        let since = self.since.seq;
        let mut request = http::get(self.settings.list()?)
            .credential("token")
            .query("since", since.to_string())
            .query("count", count.to_string());
        if self.settings.has("asks-anew") {
            request = request.query("fresh", "1");
        }
        if self.settings.has("browser") {
            request = request.header("user-agent", "Mozilla/5.0 (X11; Linux x86_64)");
        }
        match &self.next {
            Some(next) if self.settings.has("counts-posts") => {
                request = request.query("offset", next.offset.to_string());
            }
            Some(next) => request = request.query("page", &next.page),
            None => {}
        }
        if self.settings.has("wanders") && self.requests == 0 {
            let _ = http::get("https://elsewhere.example/").send();
        }
        self.requests += 1;
        let Some(response) = self.send(request)? else { return Ok(false) };
        let Some(posts) = self.understood(&response)? else { return Ok(false) };
        Ok(self.take(posts, &response))
    }

    fn send(&mut self, request: http::Request) -> Result<Option<http::Response>, Fault> {
        use http::HttpFault::{Budget, Connect, Timeout, TooLarge};
        let has = |fault| self.settings.has(fault);
        let sent = match request.clone().send() {
            Ok(response) if response.status() == 401 && has("tries-401-again") => request.send(),
            Err(Connect(_)) if has("reset-is-the-end") => return Ok(self.end()),
            Err(Timeout) if has("silence-is-the-end") => return Ok(self.end()),
            Err(TooLarge(_)) if has("panics-on-large") => panic!("nobody writes that much"),
            Err(Budget) if has("panics-on-limits") => panic!("there was always one more request"),
            sent => sent,
        }?;
        match sent.status() {
            403 if has("forbidden-is-empty") => Ok(self.end()),
            429 if has("ignores-retry-after") => Err(Fault::rate_limited(None, "posts", "slow down")),
            500 if has("error-is-the-end") => Ok(self.end()),
            _ => sent.ok().map(Some),
        }
    }

    fn understood(&mut self, response: &http::Response) -> Result<Option<Posts>, Fault> {
        let has = |fault| self.settings.has(fault);
        match posts_of(response.body()) {
            Err(fault) if response.media_type() == "text/html" && has("panics-on-html") => {
                panic!("{fault:?}")
            }
            Err(_) if response.body().is_empty() && has("empty-is-the-end") => Ok(self.end()),
            Err(_) if !response.body().is_empty() && has("cut-is-the-end") => Ok(self.end()),
            posts => posts.map(Some),
        }
    }

    fn end<T>(&mut self) -> Option<T> {
        self.ended = true;
        None
    }

    fn take(&mut self, posts: Posts, response: &http::Response) -> bool {
        let next = self.next.take();
        let first = posts.posts.first();
        let newest = next.as_ref().map_or_else(|| first.map_or(0, |post| post.seq), |next| next.newest);
        let highest = posts.posts.iter().filter_map(|post| post.id.parse().ok()).max().unwrap_or(0);
        let id = next.as_ref().map_or(0, |next| next.id).max(highest);
        let offset = next.as_ref().map_or(0, |next| next.offset) + posts.posts.len() as u64;
        for (at, post) in posts.posts.iter().enumerate() {
            let known = post.id.parse::<u64>().is_ok_and(|id| id <= self.since.id);
            if known && self.settings.has("loses-edits") {
                continue;
            }
            let at = if self.settings.has("invents-origins") { 99 } else { at };
            self.events.push(self.settings.item(post, response.origin(format!("/posts/{at}"))).into());
        }
        self.early |= next.is_none() && self.settings.has("cursor-early");
        let lost = self.settings.has("loses-a-page") && next.is_some();
        self.ended = posts.next.is_none() || lost;
        let page = posts.next.unwrap_or_default();
        self.next = Some(Continuation { since: self.since.seq, page, offset, newest, id });
        !self.ended
    }

    fn batch(self) -> Result<Batch, Fault> {
        let batch = Batch::new(self.events);
        let (newest, id) = self.next.as_ref().map_or((0, 0), |next| (next.newest, next.id));
        let back = u64::from(self.settings.has("cursor-back"));
        let seq = self.since.seq.max(newest.saturating_sub(back));
        let cursor = cursor::write(CURSOR_VERSION, &Cursor { seq, id: self.since.id.max(id) })?;
        let pause_ms = if self.settings.has("sleeps-a-year") { 31_536_000_000 } else { 60_000 };
        let not_before = self.ended.then(|| Clock::now() + pause_ms);
        let batch = Batch { not_before, ..batch };
        match self.next {
            Some(next) if !self.ended => {
                let batch = if self.early { batch.cursor(cursor) } else { batch };
                Ok(Batch { continuation: Some(cursor::write(CURSOR_VERSION, &next)?), ..batch })
            }
            None if !self.ended => Ok(Batch { continuation: self.request.continuation, ..batch }),
            _ => Ok(batch.cursor(cursor)),
        }
    }
}

hark_sdk::export!(Faulty);
