//! Two desks over one database, as of two processes; and what becomes of a batch that is stored a second time.

use std::path::Path;

use hark_model::{
    ConnectorId, Direction, Event, Item, ItemKind, KeptPayload, Provenance, SourceName, Via, Visibility, Zone,
};
use hark_query::{NoLists, WordCounts};
use hark_routing::Surroundings;
use hark_store::{Entry, SourceId, StoreOptions};

use super::*;

const RULES: &str = r#"
[person.ann]
zones = ["social"]
[person.bob]
zones = ["social"]
[team.cards]
members = ["ann", "bob"]
assign = "round-robin"
[root]
team = "cards"
"#;

struct Given {
    store: Store,
    source: SourceRecord,
    id: SourceId,
    tree: Arc<Tree>,
    _folder: tempfile::TempDir,
}

impl Given {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(&folder.path().join("hark.db"), StoreOptions::default()).unwrap();
        let source = SourceRecord {
            name: SourceName::parse("forum").unwrap(),
            connector: ConnectorId::parse("forum").unwrap(),
            connector_version: "1".to_owned(),
            component_sha256: [0; 32],
            platform: "forum".to_owned(),
            scope: "forum".to_owned(),
            zone: Zone::Social,
            owner_function: None,
            retention_days: None,
            enabled: true,
            at: 0,
        };
        let id = store.register_source(source.clone()).await.unwrap();
        let counts = WordCounts::default();
        let around = Surroundings { lists: &NoLists, counts: &counts };
        let tree = Arc::new(Tree::parse(RULES, Path::new("rules.toml"), &around).unwrap());
        Self { store, source, id, tree, _folder: folder }
    }

    async fn take(&self, desk: &Desk, id: &str) -> Committed {
        let commit = BatchCommit {
            source: self.id,
            stream: "posts".to_owned(),
            target: String::new(),
            observed_at: 0,
            payloads: vec![KeptPayload {
                id: 1,
                label: "page".to_owned(),
                media_type: "application/json".to_owned(),
                body: id.as_bytes().to_vec(),
                url: None,
                status: None,
                received_at: 0,
                via: Via::Poll,
            }],
            entries: vec![Entry {
                event: Event::Item(item(id)),
                annotations: Vec::new(),
                route: None,
                copy_of: None,
                cuts: Vec::new(),
            }],
            quarantined: Vec::new(),
            checkpoint: None,
            keeps_bodies: true,
            along: None,
        };
        let tree = Arc::clone(&self.tree);
        desk.take(&self.store, tree, commit, About::default(), self.source.clone()).await.unwrap()
    }

    /// Returns who has each conversation, in the order of their names.
    async fn owners(&self) -> Vec<String> {
        let mut work = self.store.routing(0).await.unwrap().work;
        work.sort_by(|a, b| a.conversation.cmp(&b.conversation));
        work.into_iter().map(|row| row.person.unwrap_or_default()).collect()
    }
}

fn item(id: &str) -> Item {
    Item {
        id: id.to_owned(),
        revision: String::new(),
        kind: ItemKind::Comment,
        direction: Direction::Inbound,
        conversation: id.to_owned(),
        author: None,
        text: "words".to_owned(),
        html: None,
        title: None,
        url: None,
        language: None,
        published_at: 0,
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

#[tokio::test]
async fn what_another_process_decided_is_read_before_the_next_turn() {
    let given = Given::new().await;
    let (one, other) = (Desk::default(), Desk::default());
    for (number, id) in ["a", "b", "c", "d"].into_iter().enumerate() {
        let desk = if number % 2 == 0 { &one } else { &other };
        assert_eq!(given.take(desk, id).await.new_items, 1);
    }
    assert_eq!(given.owners().await, ["ann", "bob", "ann", "bob"]);
}

#[tokio::test]
async fn turns_follow_one_another_whoever_comes_at_once() {
    let given = Given::new().await;
    let desk = Desk::default();
    let ids: Vec<String> = (0..20).map(|number| format!("{number:02}")).collect();
    futures_util::future::join_all(ids.iter().map(|id| given.take(&desk, id))).await;
    let owners = given.owners().await;
    assert_eq!(owners.iter().filter(|owner| *owner == "ann").count(), 10, "{owners:?}");
    // Said again, nothing is decided again.
    futures_util::future::join_all(ids.iter().map(|id| given.take(&desk, id))).await;
    assert_eq!((given.owners().await, given.store.routing_version().await.unwrap()), (owners, 20));
}
