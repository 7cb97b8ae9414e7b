//! A connector with every ability of the contract, for a platform that a test plays over HTTP.

use hark_sdk::prelude::*;
use hark_sdk::{Digest, hmac_equal};

const KEY: &str = "hook-key";
const STREAM: &str = "posts";
/// What only deliveries bring, and nobody else may see.
const LETTERS: &str = "letters";
const CURSOR_VERSION: u32 = 1;

#[derive(Deserialize, JsonSchema)]
struct Platform {
    url: String,
    /// Put before each text: plays another build of the connector.
    #[serde(default)]
    prefix: String,
}

#[derive(Deserialize)]
struct Page {
    #[serde(default)]
    items: Vec<Post>,
    #[serde(default)]
    gone: Vec<String>,
    #[serde(default)]
    next: u64,
    #[serde(default)]
    more: bool,
}

#[derive(Deserialize)]
struct Post {
    id: String,
    text: String,
    at: Ms,
    edited: Option<Ms>,
    likes: Option<u64>,
    #[serde(default)]
    direct: bool,
}

#[derive(Deserialize)]
struct Push {
    event: Option<String>,
    challenge: Option<String>,
    #[serde(default)]
    items: Vec<Post>,
    #[serde(default)]
    poll: bool,
    /// Which stream it is of: that of posts unless it says another, "" where it does not say.
    stream: Option<String>,
}

impl Platform {
    fn item(&self, post: Post, origin: Provenance) -> Item {
        let counters = post.likes.map(|likes| Counters { likes: Some(likes), ..Counters::default() });
        let text = format!("{}{}", self.prefix, post.text);
        let item = Item::new(post.id, text, post.at, origin).author("somebody");
        let item = if post.direct { item.visibility(Visibility::Direct) } else { item };
        Item { edited_at: post.edited, counters, ..item }
    }

    fn events(&self, posts: Vec<Post>, payload: u64) -> Vec<Event> {
        let item = |(at, post)| self.item(post, Provenance::new(payload, format!("/items/{at}"))).into();
        posts.into_iter().enumerate().map(item).collect()
    }

    fn ask(&self, request: &ReadRequest) -> http::Request {
        let target = request.target.clone().unwrap_or_default();
        let time = |at: Option<Ms>| at.map_or_else(String::new, |at| at.to_string());
        match request.mode {
            ReadMode::Incremental => http::get(format!("{}/new", self.url)),
            ReadMode::Backfill => http::get(format!("{}/old", self.url))
                .query("since", time(request.since))
                .query("until", time(request.until)),
            ReadMode::Recheck => http::get(format!("{}/look", self.url)).query("ids", request.ids.join(",")),
        }
        .query("target", target)
    }
}

impl Connector for Platform {
    type Settings = Self;

    fn manifest() -> Manifest {
        let key = CredentialInfo::new(KEY, Placement::WebhookKey).optional();
        let stream =
            StreamInfo::new(STREAM).mode(ReadMode::Backfill).mode(ReadMode::Recheck).min_poll_ms(1_000);
        let reply = ActionInfo {
            name: "reply".into(),
            schema: r#"{"type":"object","properties":{"text":{"type":"string"}},"required":["text"]}"#.into(),
            max_chars: Some(100),
            needs_summon: false,
        };
        Manifest::new("platform", "1.0.0")
            .host("{url}")
            .credential(key)
            .stream(StreamInfo { webhook: true, ..stream })
            .stream(StreamInfo {
                webhook: true,
                modes: vec![ReadMode::Recheck],
                ..StreamInfo::new(LETTERS).visibility_floor(Visibility::Direct)
            })
            .action(reply)
    }

    fn read(settings: &Self, request: ReadRequest) -> Result<Batch, Fault> {
        let from: u64 = cursor::read(CURSOR_VERSION, request.cursor.as_deref())?.unwrap_or(0);
        let response = settings.ask(&request).query("from", from.to_string()).send()?.ok()?;
        let page: Page = response.json()?;
        let mut events = settings.events(page.items, response.payload());
        let removal = |(at, id): (usize, String)| {
            let origin = response.origin(format!("/gone/{at}"));
            Removal::new(id, RemovalReason::DeletedByAuthor, None, origin).into()
        };
        events.extend(page.gone.into_iter().enumerate().map(removal));
        let batch = Batch::new(events).cursor(cursor::write(CURSOR_VERSION, &page.next)?);
        Ok(Batch { continuation: page.more.then(Vec::new), ..batch })
    }

    fn discover(settings: &Self) -> Result<Vec<Target>, Fault> {
        let names: Vec<String> = http::get(format!("{}/targets", settings.url)).send()?.ok()?.json()?;
        let target = |name: String| Target {
            title: format!("The {name}"),
            id: name,
            stream_name: STREAM.to_owned(),
            url: None,
            visibility: Visibility::Public,
            members: Some(7),
            last_active: None,
            ours: false,
        };
        Ok(names.into_iter().map(target).collect())
    }

    fn receive(settings: &Self, delivery: Delivery) -> Result<DeliveryResult, Fault> {
        let answer = |status: u16, body: &str| DeliveryResult {
            status,
            headers: vec![("content-type".into(), "text/html".into())],
            body: body.as_bytes().to_vec(),
            dedupe_key: None,
            events: Vec::new(),
            poll_now: Vec::new(),
            stream_name: None,
        };
        if delivery.method == "GET" {
            return Ok(match delivery.query.strip_prefix("token=right&challenge=") {
                Some(challenge) => answer(200, challenge),
                None => answer(403, "no"),
            });
        }
        if delivery.body == b"panic" {
            panic!("on purpose");
        }
        let sent = delivery.headers.iter().find(|(name, _)| name == "x-signature");
        let claimed = sent.map(|(_, value)| unhex(value)).unwrap_or_default();
        if !hmac_equal(KEY, Digest::Sha256, &delivery.body, &claimed) {
            return Ok(answer(401, "no"));
        }
        let Ok(push) = serde_json::from_slice::<Push>(&delivery.body) else { return Ok(answer(200, "odd")) };
        if let Some(challenge) = push.challenge {
            return Ok(answer(200, &challenge));
        }
        let stream = push.stream.unwrap_or_else(|| STREAM.to_owned());
        Ok(DeliveryResult {
            stream_name: Some(stream).filter(|name| !name.is_empty()),
            dedupe_key: push.event,
            events: settings.events(push.items, delivery.payload),
            poll_now: if push.poll { vec![STREAM.to_owned()] } else { Vec::new() },
            ..answer(200, "")
        })
    }

    fn act(settings: &Self, action: Action) -> Result<Outcome, Fault> {
        let sent = http::post(format!("{}/reply", settings.url))
            .header("x-key", action.idempotency_key)
            .header("x-on", action.on.unwrap_or_default())
            .body("application/json", action.arguments)
            .send();
        let response = match sent {
            Ok(response) => response,
            Err(http::HttpFault::Timeout) => return Ok(Outcome::Uncertain("no answer in time".into())),
            Err(fault) => return Err(fault.into()),
        };
        match response.status() {
            504 => return Ok(Outcome::Uncertain("the platform does not say".into())),
            403 => return Err(Fault::Refused("the thread is closed".into())),
            _ => {}
        }
        let again = response.status() == 208;
        let response = response.ok()?;
        let post: Post = response.json()?;
        let item = Item { direction: Direction::Outbound, ..settings.item(post, response.origin("")) };
        let made = vec![item.into()];
        Ok(if again { Outcome::AlreadyDone(made) } else { Outcome::Done(made) })
    }

    fn normalise(settings: &Self, raw: Raw) -> Result<Vec<Event>, Fault> {
        let page: Page = serde_json::from_slice(&raw.body).map_err(|why| Fault::Protocol(why.to_string()))?;
        Ok(settings.events(page.items, raw.payload))
    }
}

fn unhex(text: &str) -> Vec<u8> {
    let digit = |byte: u8| char::from(byte).to_digit(16).unwrap_or(0) as u8;
    text.as_bytes()
        .chunks(2)
        .map(|pair| digit(pair[0]) << 4 | pair.get(1).map_or(0, |low| digit(*low)))
        .collect()
}

hark_sdk::export!(Platform);
