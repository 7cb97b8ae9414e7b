//! Speaks version 0.1 of the contract; `speaks_0_2` says the same in version 0.2.
//!
//! Its platform answers with lines: `ID TEXT`, where the text of a poll begins with `?` and that of what is pinned
//! with `!`; `-ID` for what is gone; `more` if there is more.

use hark_guests::Settings;
use hark_sdk::prelude::*;

struct Speaks;

fn item(id: &str, text: &str, origin: Provenance) -> Item {
    let (text, tags) = match text.strip_prefix('!') {
        Some(text) => (text, vec!["lamp".to_owned(), "pinned".to_owned()]),
        None => (text, vec!["lamp".to_owned()]),
    };
    Item {
        visibility: Visibility::Community,
        published_is_estimate: true,
        tags,
        ..Item::new(id, text, 1_700_000_000_000, origin).conversation("wall").author("keeper")
    }
}

fn events(body: &[u8], payload: u64) -> Vec<Event> {
    let text = String::from_utf8_lossy(body).into_owned();
    let event = |(at, line): (usize, &str)| {
        let origin = Provenance::new(payload, format!("/{at}"));
        if let Some(id) = line.strip_prefix('-') {
            return Some(Removal::new(id, RemovalReason::Unknown, None, origin).into());
        }
        let (id, text) = line.split_once(' ')?;
        Some(item(id, text, origin).into())
    };
    text.lines().enumerate().filter_map(event).collect()
}

impl Connector for Speaks {
    type Settings = Settings;

    fn manifest() -> Manifest {
        let wall = StreamInfo::new("wall").visibility_floor(Visibility::Community).min_poll_ms(1_000);
        let reply =
            ActionInfo { name: "reply".into(), schema: "{}".into(), max_chars: None, needs_summon: false };
        let manifest = Manifest::new("speaks", "1.0.0").title("Speaks").platform("lamps");
        Manifest { config_schema: r#"{"type":"object"}"#.into(), cursor_version: 3, ..manifest }
            .host("http://127.0.0.1")
            .stream(StreamInfo { webhook: true, ..wall })
            .action(reply)
    }

    fn check(_: &Settings) -> Result<CheckReport, Fault> {
        Ok(CheckReport {
            account: Some("keeper".into()),
            warnings: vec!["it is dark".into()],
            ..Default::default()
        })
    }

    fn read(_: &Settings, request: ReadRequest) -> Result<Batch, Fault> {
        info!("reads {}", request.stream_name);
        match request.stream_name.as_str() {
            "wall" => {
                let page = http::get(String::from_utf8_lossy(&request.cursor.unwrap_or_default())).send()?;
                let mut events = events(page.body(), page.payload());
                events.truncate(request.budget.max_events as usize);
                let more = page.text().lines().any(|line| line == "more");
                Ok(Batch { continuation: more.then(Vec::new), ..Batch::new(events).cursor(b"read".to_vec()) })
            }
            "quiet" => Ok(Batch { not_before: Some(77), ..Batch::new(Vec::<Event>::new()) }),
            "closed" => Err(Fault::Transient(Retry {
                after_ms: Some(5_000),
                detail: "maintenance: the lamp is cleaned".into(),
            })),
            other => Err(Fault::NotFound(other.to_owned())),
        }
    }

    fn receive(_: &Settings, delivery: Delivery) -> Result<DeliveryResult, Fault> {
        let key = delivery.headers.into_iter().find(|(name, _)| name == "x-key").map(|(_, value)| value);
        Ok(DeliveryResult {
            status: 200,
            headers: Vec::new(),
            body: Vec::new(),
            dedupe_key: key,
            events: events(&delivery.body, delivery.payload),
            poll_now: Vec::new(),
            stream_name: Some("wall".into()),
        })
    }

    fn act(_: &Settings, action: Action) -> Result<Outcome, Fault> {
        if action.idempotency_key.is_empty() {
            return Ok(Outcome::Uncertain("no key".into()));
        }
        let made = item(&action.idempotency_key, &action.arguments, Provenance::new(0, ""));
        Ok(Outcome::Done(vec![Item { direction: Direction::Outbound, ..made }.into()]))
    }

    fn normalise(_: &Settings, raw: Raw) -> Result<Vec<Event>, Fault> {
        Ok(events(&raw.body, raw.payload))
    }

    fn migrate_cursor(from_version: u32, cursor: Vec<u8>) -> Result<Vec<u8>, Fault> {
        match from_version {
            2 => Ok([b"2:", &cursor[..]].concat()),
            _ => Err(Fault::Unsupported("migrate-cursor".into())),
        }
    }
}

hark_sdk::export!(Speaks);
