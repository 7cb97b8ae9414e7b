//! A store in a temporary folder, and short ways to say what happened.

use hark_model::*;
use hark_query::{Filter, NoLists};
use hark_store::*;
use tempfile::TempDir;

/// A store with three registered sources: two that share a scope, one of another scope.
pub struct Given {
    pub store: Store,
    pub sources: Vec<SourceId>,
    pub folder: TempDir,
    runtime: tokio::runtime::Runtime,
}

/// Scope and zone of each source.
pub const SOURCES: [(&str, Zone); 3] =
    [("forum", Zone::Social), ("forum", Zone::Extranet), ("imap:listen@example.com", Zone::Intranet)];

impl Given {
    pub fn new() -> Self {
        Self::with(StoreOptions::default())
    }

    pub fn with(options: StoreOptions) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let store = Store::open(&folder.path().join("hark.db"), options).unwrap();
        let sources =
            (0..SOURCES.len()).map(|n| runtime.block_on(store.register_source(source(n))).unwrap()).collect();
        Self { store, sources, folder, runtime }
    }

    pub fn path(&self) -> std::path::PathBuf {
        self.folder.path().join("hark.db")
    }

    pub fn run<T>(&self, future: impl Future<Output = T>) -> T {
        self.runtime.block_on(future)
    }

    /// Commits `events` as read by the first source at `observed_at`.
    pub fn says(&self, observed_at: Ms, events: Vec<Event>) -> Committed {
        self.commit(batch(self.sources[0], observed_at, events))
    }

    pub fn commit(&self, commit: BatchCommit) -> Committed {
        self.run(self.store.commit_batch(commit)).unwrap()
    }

    pub fn feed(&self, filter: FeedFilter) -> Vec<FeedRow> {
        self.run(self.store.feed(filter)).unwrap()
    }

    /// Returns the native ids of what the filter lets through, newest first.
    pub fn ids(&self, filter: FeedFilter) -> Vec<String> {
        self.feed(filter).iter().map(|row| self.detail_of(row.uid).native_id).collect()
    }

    pub fn detail(&self, id: &str) -> ItemDetail {
        self.detail_of(ItemUid::derive(SOURCES[0].0, id))
    }

    fn detail_of(&self, uid: ItemUid) -> ItemDetail {
        self.run(self.store.item(uid)).unwrap().expect("the item is known")
    }

    /// Drops the store as a crash would, and opens the file again.
    pub fn reopen(&mut self) {
        self.store = Store::open(&self.path(), StoreOptions::default()).unwrap();
    }

    /// Opens the file beside the store.
    pub fn db(&self) -> rusqlite::Connection {
        rusqlite::Connection::open(self.path()).unwrap()
    }
}

pub fn source(n: usize) -> SourceRecord {
    let (scope, zone) = SOURCES[n];
    SourceRecord {
        name: SourceName::parse(&format!("source-{n}")).unwrap(),
        connector: ConnectorId::parse("test").unwrap(),
        connector_version: "1.0.0".to_owned(),
        component_sha256: [n as u8; 32],
        platform: "test".to_owned(),
        scope: scope.to_owned(),
        zone,
        owner_function: None,
        retention_days: None,
        enabled: true,
        at: 0,
    }
}

pub fn entry(event: Event) -> Entry {
    Entry { event, annotations: Vec::new(), route: None, copy_of: None, cuts: Vec::new() }
}

pub fn payload(id: u64, body: &str) -> KeptPayload {
    KeptPayload {
        id,
        label: "page".to_owned(),
        media_type: "application/json".to_owned(),
        body: body.as_bytes().to_vec(),
        url: None,
        status: Some(200),
        received_at: 0,
        via: Via::Poll,
    }
}

pub fn batch(source: SourceId, observed_at: Ms, events: Vec<Event>) -> BatchCommit {
    BatchCommit {
        source,
        stream: "main".to_owned(),
        target: String::new(),
        observed_at,
        payloads: vec![payload(1, "[]")],
        entries: events.into_iter().map(entry).collect(),
        quarantined: Vec::new(),
        keeps_bodies: true,
        along: None,
        checkpoint: None,
    }
}

pub fn origin() -> Provenance {
    Provenance { payload: 1, pointer: "/0".to_owned() }
}

/// An inbound public comment by nobody in conversation "c", published at 1000.
pub fn item(id: &str, text: &str) -> Item {
    Item {
        id: id.to_owned(),
        revision: String::new(),
        kind: ItemKind::Comment,
        direction: Direction::Inbound,
        conversation: "c".to_owned(),
        author: None,
        text: text.to_owned(),
        html: None,
        title: None,
        url: None,
        language: None,
        published_at: 1_000,
        published_is_estimate: false,
        edited_at: None,
        visibility: Visibility::Public,
        sensitive: false,
        automated: false,
        relations: Vec::new(),
        attachments: Vec::new(),
        tags: Vec::new(),
        counters: None,
        origin: origin(),
    }
}

pub fn removal(id: &str, at: Option<Ms>) -> Event {
    Event::Removal(Removal {
        id: id.to_owned(),
        reason: RemovalReason::DeletedByAuthor,
        at,
        origin: origin(),
    })
}

pub fn actor(id: &str, seen_at: Ms) -> Actor {
    Actor {
        id: id.to_owned(),
        kind: ActorKind::Person,
        handle: None,
        display_name: None,
        profile_url: None,
        avatar_url: None,
        followers: None,
        verified: None,
        is_self: false,
        emails: Vec::new(),
        seen_at,
    }
}

pub fn conversation(id: &str, visibility: Visibility) -> Conversation {
    Conversation { id: id.to_owned(), title: None, url: None, place: None, visibility, locked: false }
}

pub fn reply_to(target: &str) -> Relation {
    Relation { kind: RelationKind::ReplyTo, target: target.to_owned(), target_is_actor: false }
}

pub fn sentiment(label: Sentiment, score: f64) -> Annotation {
    Annotation {
        kind: AnnotationKind::Sentiment,
        value: label.to_string(),
        score: Some(score),
        confidence: Some(0.5),
        evidence: vec![Evidence { start: 0, end: 4, text: "word".to_owned(), weight: score }],
        producer: "lexicon",
        producer_version: "1".into(),
    }
}

/// What a filter of the filter language lets through, when it is a second past 1970.
pub fn asking(filter: &str) -> FeedFilter {
    let filter = Filter::parse(filter, &NoLists).unwrap();
    let asked = Asked { filter: filter.into(), now: 1_000, me: None };
    FeedFilter { asked: Some(asked), ..FeedFilter::default() }
}
