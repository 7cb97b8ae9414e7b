//! A server over a store in a temporary folder, and a client that speaks raw HTTP to it.
#![allow(dead_code, reason = "each test file uses its own part")]

use std::net::SocketAddr;
use std::time::Duration;

use hark_lifecycle::{Shutdown, Tasks};
use hark_model::{
    Actor, ActorKind, Annotation, AnnotationKind, ConnectorId, Conversation, Direction, Event, Evidence,
    Item, ItemKind, KeptPayload, Priority, Provenance, Relation, RelationKind, Route, RouteReason,
    SourceName, Via, Visibility, Zone,
};
use hark_store::{
    BatchCommit, CheckpointState, Entry, NewCheckpoint, Quarantined, SourceId, SourceRecord, Store,
    StoreOptions,
};
use hark_web::WebOptions;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

/// Far longer than anything here takes; only a broken test waits for it.
pub const PATIENCE: Duration = Duration::from_secs(30);
/// When the first item of a test was published.
pub const NOON: i64 = 1_790_000_000_000;

pub struct Site {
    pub store: Store,
    pub address: SocketAddr,
    pub tasks: Tasks,
    pub shutdown: Shutdown,
    pub folder: tempfile::TempDir,
}

/// What a test says of an item; the rest is the same for all.
#[derive(Clone)]
pub struct Said {
    pub id: String,
    pub thread: String,
    pub author: String,
    pub title: Option<String>,
    pub text: String,
    pub url: Option<String>,
    pub at: i64,
    pub re: Option<String>,
    pub opinion: Option<Opinion>,
    pub route: Option<(&'static str, Priority, &'static str, &'static [&'static str])>,
    pub automated: bool,
    pub own: bool,
    pub followers: Option<u64>,
    pub language: &'static str,
}

/// Says something with a title and words.
pub fn said(id: &str, title: &str, text: &str) -> Said {
    Said {
        id: id.to_owned(),
        thread: id.to_owned(),
        author: "Jo Fictional".to_owned(),
        title: Some(title.to_owned()),
        text: text.to_owned(),
        url: None,
        at: NOON,
        re: None,
        opinion: None,
        route: None,
        automated: false,
        own: false,
        followers: None,
        language: "en",
    }
}

/// A label, a score, and the words that made it with their weights.
pub type Opinion = (&'static str, f64, Vec<(&'static str, f64)>);

pub struct Answer {
    pub status: u16,
    pub head: String,
    pub body: String,
}

impl Answer {
    pub fn header(&self, name: &str) -> Option<&str> {
        let lines = self.head.lines().filter_map(|line| line.split_once(": "));
        lines.filter(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value).next()
    }
}

impl Site {
    pub async fn start() -> Self {
        Self::listening("127.0.0.1:0".parse().unwrap()).await
    }

    pub async fn listening(listen: SocketAddr) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(&folder.path().join("hark.db"), StoreOptions::default()).unwrap();
        let (mut tasks, shutdown) = Tasks::new();
        let listener = TcpListener::bind(listen).await.unwrap();
        let address = listener.local_addr().unwrap();
        let options = WebOptions {
            names: vec!["hark.corp.example".into()],
            teams: ["payments", "press"].map(str::to_owned).into_iter().collect(),
            shutdown: shutdown.clone(),
        };
        let router = hark_web::router(store.clone(), options);
        let order = shutdown.clone();
        tasks.spawn("web", hark_web::serve(listener, router, order));
        Self { store, address, tasks, shutdown, folder }
    }

    pub async fn source(&self, name: &str, platform: &str, zone: Zone) -> SourceId {
        let record = SourceRecord {
            name: SourceName::parse(name).unwrap(),
            connector: ConnectorId::parse(if platform == "imap" { "email" } else { platform }).unwrap(),
            connector_version: "0.1.0".into(),
            component_sha256: [7; 32],
            platform: platform.into(),
            scope: format!("{platform}:{name}"),
            zone,
            owner_function: Some("Support".into()),
            retention_days: None,
            enabled: true,
            at: NOON,
        };
        self.store.register_source(record).await.unwrap()
    }

    pub async fn say(&self, source: SourceId, items: &[Said]) {
        let entries = items.iter().flat_map(entries).collect();
        self.commit(source, entries, Vec::new(), CheckpointState::Ok).await;
    }

    pub async fn commit(
        &self,
        source: SourceId,
        entries: Vec<Entry>,
        quarantined: Vec<Quarantined>,
        state: CheckpointState,
    ) {
        let payload = KeptPayload {
            id: 1,
            label: "test".into(),
            media_type: "text/plain".into(),
            body: format!("{entries:?}{quarantined:?}").into_bytes(),
            url: None,
            status: None,
            received_at: NOON,
            via: Via::Poll,
        };
        let checkpoint = NewCheckpoint { cursor: None, cursor_version: 1, not_before: None, state };
        let commit = BatchCommit {
            source,
            stream: "inbox".into(),
            target: String::new(),
            observed_at: NOON + 86_400_000,
            payloads: vec![payload],
            entries,
            quarantined,
            keeps_bodies: true,
            along: None,
            checkpoint: Some(checkpoint),
        };
        self.store.commit_batch(commit).await.unwrap();
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.ask("GET", path, &self.address.to_string(), "").await
    }

    pub async fn ask(&self, method: &str, path: &str, host: &str, headers: &str) -> Answer {
        let mut stream = TcpStream::connect(self.address).await.unwrap();
        let request =
            format!("{method} {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n{headers}\r\n");
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = Vec::new();
        tokio::time::timeout(PATIENCE, stream.read_to_end(&mut answer)).await.unwrap().unwrap();
        let answer = String::from_utf8(answer).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        Answer { status, head: head.to_owned(), body: body.to_owned() }
    }

    /// Opens a live stream and waits for its head.
    pub async fn live(&self, query: &str, headers: &str) -> Live {
        let mut stream = BufReader::new(TcpStream::connect(self.address).await.unwrap());
        let request = format!("GET /live?{query} HTTP/1.1\r\nHost: {}\r\n{headers}\r\n", self.address);
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut live = Live { stream };
        assert!(live.line().await.starts_with("HTTP/1.1 200"));
        while !live.line().await.trim().is_empty() {}
        live
    }
}

pub struct Live {
    stream: BufReader<TcpStream>,
}

/// One event of a live stream.
#[derive(Debug, PartialEq, Eq)]
pub struct LiveEvent {
    pub name: String,
    pub id: String,
    pub data: String,
}

impl Live {
    async fn line(&mut self) -> String {
        let mut line = String::new();
        tokio::time::timeout(PATIENCE, self.stream.read_line(&mut line)).await.unwrap().unwrap();
        line
    }

    /// Returns the next event; `None` when the stream ends.
    pub async fn next(&mut self) -> Option<LiveEvent> {
        let mut event = LiveEvent { name: String::new(), id: String::new(), data: String::new() };
        loop {
            let line = self.line().await;
            let done = line.is_empty();
            let line = line.trim_end();
            if let Some(name) = line.strip_prefix("event: ") {
                event.name = name.to_owned();
            } else if let Some(id) = line.strip_prefix("id: ") {
                event.id = id.to_owned();
            } else if let Some(data) = line.strip_prefix("data: ") {
                event.data.push_str(data);
            } else if line.is_empty() && !event.name.is_empty() {
                return Some(event);
            }
            if done {
                return None;
            }
        }
    }
}

fn entries(said: &Said) -> Vec<Entry> {
    let plain =
        |event| Entry { event, annotations: Vec::new(), copy_of: None, route: None, cuts: Vec::new() };
    let actor = Actor {
        id: said.author.clone(),
        kind: ActorKind::Person,
        handle: None,
        display_name: Some(said.author.clone()),
        profile_url: None,
        avatar_url: None,
        followers: said.followers,
        verified: None,
        is_self: said.own,
        emails: Vec::new(),
        seen_at: said.at,
    };
    let conversation = Conversation {
        id: said.thread.clone(),
        title: if said.re.is_none() { said.title.clone() } else { None },
        url: said.url.clone(),
        place: Some("INBOX".into()),
        visibility: Visibility::Direct,
        locked: false,
    };
    let relations = said.re.iter().map(|target| Relation {
        kind: RelationKind::ReplyTo,
        target: target.clone(),
        target_is_actor: false,
    });
    let item = Item {
        id: said.id.clone(),
        revision: String::new(),
        kind: ItemKind::Email,
        direction: if said.own { Direction::Outbound } else { Direction::Inbound },
        conversation: said.thread.clone(),
        author: Some(said.author.clone()),
        text: said.text.clone(),
        html: None,
        title: said.title.clone(),
        url: said.url.clone(),
        language: Some(said.language.into()),
        published_at: said.at,
        published_is_estimate: false,
        edited_at: None,
        visibility: Visibility::Direct,
        sensitive: false,
        automated: said.automated,
        relations: relations.collect(),
        attachments: Vec::new(),
        tags: Vec::new(),
        counters: None,
        origin: Provenance { payload: 1, pointer: said.id.clone() },
    };
    let entry = Entry {
        event: Event::Item(item),
        annotations: said.opinion.iter().map(|opinion| annotation(said, opinion)).collect(),
        copy_of: None,
        route: said.route.map(|(team, priority, rule, tags)| Route {
            team: Some(team.into()),
            person: None,
            priority: Some(priority),
            tags: tags.iter().map(|tag| (*tag).to_owned()).collect(),
            reasons: vec![RouteReason { rule: rule.into(), evidence: Vec::new() }],
        }),
        cuts: Vec::new(),
    };
    vec![plain(Event::Actor(actor)), plain(Event::Conversation(conversation)), entry]
}

fn annotation(
    said: &Said,
    (label, score, words): &(&'static str, f64, Vec<(&'static str, f64)>),
) -> Annotation {
    let evidence = words.iter().map(|(word, weight)| {
        let start = said.text.find(word).unwrap();
        Evidence { start, end: start + word.len(), text: (*word).to_owned(), weight: *weight }
    });
    Annotation {
        kind: AnnotationKind::Sentiment,
        value: (*label).to_owned(),
        score: Some(*score),
        confidence: Some(0.8),
        evidence: evidence.collect(),
        producer: "test",
        producer_version: "1".into(),
    }
}
