//! A store with a source in it, for tests.

use hark_model::{
    Actor, ActorKind, ConnectorId, Direction, Event, Item, ItemKind, KeptPayload, Ms, Provenance, SourceName,
    Via, Visibility, Zone,
};
use hark_store::{BatchCommit, Entry, SourceId, SourceRecord, Store, StoreOptions};
use tempfile::TempDir;

/// Opens a store in a folder that goes with the test.
pub(crate) fn store() -> (TempDir, Store) {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(&folder.path().join("hark.db"), StoreOptions::default()).unwrap();
    (folder, store)
}

/// Registers the source `forum`.
pub(crate) async fn source(store: &Store) -> SourceId {
    let record = SourceRecord {
        name: SourceName::parse("forum").unwrap(),
        connector: ConnectorId::parse("test").unwrap(),
        connector_version: "1.0.0".to_owned(),
        component_sha256: [0; 32],
        platform: "test".to_owned(),
        scope: "forum".to_owned(),
        zone: Zone::Social,
        owner_function: None,
        retention_days: None,
        enabled: true,
        at: 0,
    };
    store.register_source(record).await.unwrap()
}

pub(crate) fn item(id: &str, text: &str, published_at: Ms) -> Item {
    Item {
        id: id.to_owned(),
        revision: String::new(),
        kind: ItemKind::Post,
        direction: Direction::Inbound,
        conversation: "c".to_owned(),
        author: None,
        text: text.to_owned(),
        html: None,
        title: None,
        url: None,
        language: None,
        published_at,
        published_is_estimate: false,
        edited_at: None,
        visibility: Visibility::Public,
        sensitive: false,
        automated: false,
        relations: Vec::new(),
        attachments: Vec::new(),
        tags: Vec::new(),
        counters: None,
        origin: Provenance { payload: 1, pointer: String::new() },
    }
}

pub(crate) fn actor(id: &str, handle: &str, email: &str) -> Actor {
    Actor {
        id: id.to_owned(),
        kind: ActorKind::Person,
        handle: Some(handle.to_owned()),
        display_name: None,
        profile_url: None,
        avatar_url: None,
        followers: None,
        verified: None,
        is_self: false,
        emails: vec![email.to_owned()],
        seen_at: 0,
    }
}

/// Stores events as they are, seen at `observed_at`.
pub(crate) async fn commit(store: &Store, source: SourceId, observed_at: Ms, events: Vec<Event>) {
    let payload = KeptPayload {
        id: 1,
        label: "page".to_owned(),
        media_type: "text/plain".to_owned(),
        body: b"x".to_vec(),
        url: None,
        status: None,
        received_at: 0,
        via: Via::Poll,
    };
    let entry =
        |event| Entry { event, annotations: Vec::new(), route: None, copy_of: None, cuts: Vec::new() };
    let commit = BatchCommit {
        source,
        stream: "main".to_owned(),
        target: String::new(),
        observed_at,
        payloads: vec![payload],
        entries: events.into_iter().map(entry).collect(),
        quarantined: Vec::new(),
        keeps_bodies: true,
        along: None,
        checkpoint: None,
    };
    store.commit_batch(commit).await.unwrap();
}
