//! What becomes of items, actors and conversations, case by case.

use hark_model::*;
use hark_store::*;

use crate::given::{
    Given, actor, asking, batch, conversation, entry, item, origin, payload, removal, reply_to, sentiment,
};

fn edited(text: &str, at: Ms) -> Event {
    Event::Item(Item { edited_at: Some(at), ..item("1", text) })
}

#[test]
fn an_edit_is_a_revision_and_the_old_words_stay() {
    let given = Given::new();
    given.says(10, vec![Event::Item(item("1", "first"))]);
    let done = given.says(20, vec![edited("second", 1_500)]);
    assert_eq!((done.new_items, done.new_revisions, done.item_uids_changed.len()), (0, 1, 1));
    let detail = given.detail("1");
    assert_eq!((detail.row.text.as_str(), detail.row.revision, detail.row.revisions), ("second", 2, 2));
    let texts: Vec<_> = detail.revisions.iter().map(|revision| revision.text.as_deref()).collect();
    assert_eq!(texts, [Some("first"), Some("second")]);
}

#[test]
fn an_older_content_that_comes_late_is_kept_and_not_shown() {
    let given = Given::new();
    given.says(10, vec![edited("second", 1_500)]);
    given.says(20, vec![Event::Item(item("1", "first"))]);
    let row = given.detail("1").row;
    assert_eq!((row.text.as_str(), row.revision, row.revisions), ("second", 1, 2));
    assert_eq!(given.ids(asking("first")), [""; 0]);
}

#[test]
fn a_removal_hides_the_words_from_every_reader() {
    let given = Given::new();
    let file = Attachment { name: Some("secret.pdf".into()), ..Attachment::default() };
    let said = Item {
        title: Some("secret".into()),
        html: Some("secret".into()),
        attachments: vec![file],
        ..item("1", "secret")
    };
    let mut commit = batch(given.sources[0], 10, vec![Event::Item(said)]);
    commit.entries[0].annotations = vec![sentiment(Sentiment::Negative, -0.5)];
    given.commit(commit);
    let done = given.says(20, vec![removal("1", Some(2_000))]);
    assert_eq!(done.removed, 1);
    let detail = given.detail("1");
    assert_eq!(detail.removal_reason, Some(RemovalReason::DeletedByAuthor));
    let shown = format!("{detail:?}");
    assert!(!shown.contains("secret") && !shown.contains("\"word\""), "{shown}");
    assert_eq!(given.ids(FeedFilter::default()), [""; 0]);
    assert_eq!(given.ids(FeedFilter { include_removed: true, ..asking("secret") }), [""; 0]);
    assert_eq!(given.ids(FeedFilter { include_removed: true, ..FeedFilter::default() }), ["1"]);
}

#[test]
fn a_late_upsert_does_not_bring_back_what_was_removed_and_a_newer_one_does() {
    for known_before in [true, false] {
        let given = Given::new();
        if known_before {
            given.says(10, vec![Event::Item(item("1", "words"))]);
        }
        given.says(20, vec![removal("1", Some(2_000))]);
        given.says(30, vec![Event::Item(item("1", "words")), edited("other words", 2_000)]);
        assert_eq!(given.detail("1").row.removed_at, Some(2_000), "known before: {known_before}");
        given.says(40, vec![edited("back again", 2_001)]);
        let row = given.detail("1").row;
        assert_eq!((row.removed_at, row.text.as_str()), (None, "back again"));
        assert_eq!(given.ids(asking("again")), ["1"]);
        // A removal from before the return comes late.
        given.says(50, vec![removal("1", Some(1_900))]);
        assert_eq!(given.detail("1").row.removed_at, None);
    }
}

#[test]
fn an_estimated_time_brings_nothing_back() {
    let given = Given::new();
    given.says(10, vec![removal("1", Some(2_000))]);
    given.says(
        20,
        vec![Event::Item(Item { published_at: 9_000, published_is_estimate: true, ..item("1", "words") })],
    );
    assert_eq!(given.detail("1").row.removed_at, Some(2_000));
}

#[test]
fn a_forged_future_keeps_nobody_from_being_removed() {
    let given = Given::new();
    let forged =
        || Event::Item(Item { published_at: i64::MAX, edited_at: Some(i64::MAX), ..item("1", "words") });
    given.says(1_000, vec![forged()]);
    given.says(2_000, vec![removal("1", Some(1_500)), forged()]);
    given.says(3_000, vec![forged()]);
    assert_eq!(given.detail("1").row.removed_at, Some(1_500));
}

#[test]
fn an_unknown_item_leaves_a_tombstone_and_its_figures() {
    let given = Given::new();
    let counters = Counters { likes: Some(7), by_reaction: vec![("+1".into(), 7)], ..Counters::default() };
    let engagement = Engagement { id: "1".into(), counters, at: 500, origin: origin() };
    let done = given.says(10, vec![Event::Engagement(engagement), removal("2", None)]);
    assert_eq!(done, Committed::default());
    given.says(
        20,
        vec![Event::Item(item("1", "one")), Event::Item(Item { published_at: 5, ..item("2", "two") })],
    );
    assert_eq!(given.detail("1").row.counters.unwrap().likes, Some(7));
    assert_eq!(given.detail("2").row.removed_at, Some(10));
    let history: String =
        given.db().query_row("SELECT by_reaction FROM engagement", [], |row| row.get(0)).unwrap();
    assert_eq!(history, r#"{"+1":7}"#);
}

#[test]
fn privacy_only_grows() {
    let given = Given::new();
    given.says(10, vec![Event::Item(Item { visibility: Visibility::Restricted, ..item("1", "words") })]);
    given.says(20, vec![Event::Item(Item { edited_at: Some(2_000), ..item("1", "words") })]);
    assert_eq!(given.detail("1").row.visibility, Visibility::Restricted);
    given.commit(batch(given.sources[1], 30, vec![Event::Item(item("1", "words"))]));
    assert_eq!(given.detail("1").row.zone, Zone::Extranet);
    given.says(40, vec![Event::Item(item("1", "words"))]);
    assert_eq!(given.detail("1").row.zone, Zone::Extranet);
    assert_eq!(given.detail("1").row.sources, ["source-0", "source-1"]);
}

#[test]
fn a_forged_future_does_not_lead_the_feed() {
    let given = Given::new();
    given.says(1_000_000, vec![Event::Item(Item { published_at: i64::MAX, ..item("forged", "words") })]);
    given.says(1_000_000, vec![Event::Item(Item { published_at: 1_300_001, ..item("honest", "words") })]);
    given.says(2_000_000, vec![Event::Item(Item { published_at: 1_999_000, ..item("later", "words") })]);
    let rows = given.feed(FeedFilter::default());
    assert_eq!(rows.iter().map(|row| row.key.at).collect::<Vec<_>>(), [1_999_000, 1_300_000, 1_300_000]);
    assert_eq!(given.detail("forged").row.published_at, i64::MAX);
}

#[test]
fn a_sparse_account_of_an_actor_wipes_nothing() {
    let given = Given::new();
    let full = Actor {
        display_name: Some("Jo Smith".into()),
        handle: Some("jo".into()),
        followers: Some(9),
        ..actor("jo", 5)
    };
    let said = Item { author: Some("jo".into()), ..item("1", "words") };
    given.says(10, vec![Event::Item(said)]);
    let author = given.detail("1").row.author.unwrap();
    assert_eq!(
        (author.native_id.as_str(), author.display_name, author.kind),
        ("jo", None, ActorKind::Unknown)
    );
    given.says(20, vec![Event::Actor(full)]);
    given.says(30, vec![Event::Actor(Actor { handle: Some("jo2".into()), ..actor("jo", 6) })]);
    given.says(40, vec![Event::Actor(Actor { handle: Some("older".into()), ..actor("jo", 4) })]);
    let author = given.detail("1").row.author.unwrap();
    assert_eq!((author.display_name.as_deref(), author.handle.as_deref()), (Some("Jo Smith"), Some("jo2")));
    assert_eq!((author.followers, author.kind), (Some(9), ActorKind::Person));
}

#[test]
fn a_placeholder_gives_way_to_the_conversation_itself() {
    let given = Given::new();
    given.says(10, vec![Event::Item(Item { visibility: Visibility::Direct, ..item("1", "words") })]);
    let id = given.detail("1").row.conversation_id;
    let visibility =
        |given: &Given| given.run(given.store.thread(id)).unwrap().unwrap().conversation.visibility;
    assert_eq!(visibility(&given), Visibility::Direct);
    let told = Conversation {
        title: Some("Subject".into()),
        place: Some("INBOX".into()),
        ..conversation("c", Visibility::Internal)
    };
    given.says(20, vec![Event::Conversation(told)]);
    given.says(30, vec![Event::Conversation(conversation("c", Visibility::Public))]);
    assert_eq!(visibility(&given), Visibility::Internal);
    let row = given.detail("1").row;
    assert_eq!((row.conversation_title.as_deref(), row.place.as_deref()), (Some("Subject"), Some("INBOX")));
}

#[test]
fn a_late_parent_is_tied_in_within_its_own_scope() {
    let given = Given::new();
    given.says(10, vec![Event::Item(Item { relations: vec![reply_to("parent")], ..item("child", "words") })]);
    given.commit(batch(given.sources[2], 20, vec![Event::Item(item("parent", "of another scope"))]));
    assert_eq!(given.detail("child").relations[0].target_uid, None);
    given.says(30, vec![Event::Item(item("parent", "words"))]);
    assert_eq!(given.detail("child").relations[0].target_uid, Some(given.detail("parent").row.uid));
}

#[test]
fn provenance_is_complete_and_cuts_are_on_record() {
    let given = Given::new();
    let mut commit = batch(given.sources[1], 10, vec![Event::Item(item("1", "words"))]);
    commit.entries[0].cuts = vec!["text cut from 2 MiB to 1 MiB".to_owned()];
    given.commit(commit.clone());
    let detail = given.detail("1");
    let revision = &detail.revisions[0];
    assert_eq!((revision.component_sha256, revision.pointer.as_str(), revision.seen_at), ([1; 32], "/0", 10));
    assert_eq!(revision.raw_sha256[..], <sha2::Sha256 as sha2::Digest>::digest(b"[]")[..]);
    assert_eq!(revision.cuts, commit.entries[0].cuts);
}

#[test]
fn an_event_without_its_payload_refuses_the_whole_batch() {
    let given = Given::new();
    let mut commit = batch(given.sources[0], 10, vec![Event::Item(item("1", "words"))]);
    commit.entries.push(entry(Event::Item(Item {
        origin: Provenance { payload: 9, pointer: String::new() },
        ..item("2", "x")
    })));
    let refused = given.run(given.store.commit_batch(commit)).unwrap_err();
    assert!(matches!(refused, StoreError::UnknownPayload(9)), "{refused}");
    assert_eq!(given.ids(FeedFilter::default()), [""; 0]);
}

#[test]
fn a_payload_is_kept_once_and_reads_back() {
    let given = Given::new();
    let body = "words ".repeat(1_000);
    let mut commit = batch(given.sources[0], 10, vec![Event::Item(item("1", "words"))]);
    commit.payloads = vec![payload(1, &body), payload(2, &body), payload(3, "tiny")];
    given.commit(commit.clone());
    given.commit(commit);
    let db = given.db();
    let mut kept = db.prepare("SELECT encoding, body FROM raw ORDER BY id").unwrap();
    let kept: Vec<(String, Vec<u8>)> =
        kept.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap().map(Result::unwrap).collect();
    assert_eq!(kept.len(), 2);
    assert_eq!(
        (kept[0].0.as_str(), zstd::bulk::decompress(&kept[0].1, body.len()).unwrap()),
        ("zstd", body.into_bytes())
    );
    assert_eq!((kept[1].0.as_str(), kept[1].1.as_slice()), ("identity", &b"tiny"[..]));
}

#[test]
fn a_new_analyser_adds_its_opinion_and_alters_nothing() {
    let given = Given::new();
    let mut commit = batch(given.sources[0], 10, vec![Event::Item(item("1", "word"))]);
    commit.entries[0].annotations = vec![sentiment(Sentiment::Negative, -0.5)];
    given.commit(commit.clone());
    given.commit(commit.clone());
    commit.observed_at = 20;
    commit.entries[0].annotations[0].producer_version = "2".into();
    commit.entries[0].annotations[0].value = "positive".to_owned();
    let done = given.commit(commit);
    assert_eq!((done.duplicates, done.new_revisions), (1, 0));
    let detail = given.detail("1");
    let versions: Vec<_> =
        detail.opinions.iter().map(|o| (o.producer_version.as_str(), o.value.as_str())).collect();
    assert_eq!(versions, [("1", "negative"), ("2", "positive")]);
    assert_eq!(detail.row.sentiment.unwrap().label, Sentiment::Positive);
}

#[test]
fn a_route_stands_with_its_item_and_the_first_one_of_a_revision_counts() {
    let given = Given::new();
    let routed = |team: &str| {
        let mut commit = batch(given.sources[0], 10, vec![Event::Item(item("1", "words"))]);
        let reason = RouteReason { rule: "rule".into(), evidence: Vec::new() };
        commit.entries[0].route = Some(Route {
            team: Some(team.into()),
            person: Some("ann".into()),
            priority: Some(Priority::High),
            tags: vec!["hot".into()],
            reasons: vec![reason],
        });
        given.commit(commit);
        given.detail("1").row
    };
    for team in ["payments", "support"] {
        let row = routed(team);
        assert_eq!((row.team.as_deref(), row.person.as_deref()), (Some("payments"), Some("ann")));
        assert_eq!(
            (row.priority, row.route_reasons, row.tags),
            (Some(Priority::High), vec!["rule".to_owned()], vec!["hot".to_owned()])
        );
    }
    assert_eq!(given.ids(FeedFilter { teams: vec!["payments".into()], ..FeedFilter::default() }), ["1"]);
    let work: i64 = given.db().query_row("SELECT count(*) FROM work", [], |row| row.get(0)).unwrap();
    assert_eq!(work, 0, "who decides says what work there is");
}

#[test]
fn gaps_and_quarantine_stand_with_their_source() {
    let given = Given::new();
    let gap = Gap { stream: "main".into(), since: None, until: Some(5), why: "quota".into() };
    let poison = Poison { hint: "entry 1".into(), why: "no date".into(), origin: origin() };
    let mut commit = batch(given.sources[0], 10, vec![Event::Gap(gap), Event::Poison(poison)]);
    commit.quarantined =
        vec![Quarantined { payload: 1, pointer: "/7".into(), hint: "item 7".into(), why: "too long".into() }];
    assert_eq!(given.commit(commit.clone()).quarantined, 2);
    assert_eq!(given.commit(commit).quarantined, 0);
    let sources = given.run(given.store.sources()).unwrap();
    assert_eq!(sources.iter().map(|s| (s.quarantined, s.gaps)).collect::<Vec<_>>(), [(2, 1), (0, 0), (0, 0)]);
}

#[test]
fn a_cursor_stays_until_a_new_one_comes() {
    let given = Given::new();
    let source = given.sources[0];
    let checkpoint = |cursor: Option<&[u8]>, cursor_version| NewCheckpoint {
        cursor: cursor.map(<[u8]>::to_vec),
        cursor_version,
        not_before: Some(99),
        state: CheckpointState::Running,
    };
    let mut commit = batch(source, 10, vec![]);
    commit.checkpoint = Some(checkpoint(Some(b"one"), 1));
    given.commit(commit.clone());
    let update = StateUpdate {
        source,
        stream: "main".into(),
        target: String::new(),
        state: CheckpointState::NeedsAuth,
        not_before: None,
        fault: Some("é".repeat(5_000)),
        fault_count: 3,
        cursor_version: 2,
        at: 20,
    };
    given.run(given.store.record_state(update.clone())).unwrap();
    let stored = given.run(given.store.checkpoint(source, "main", "")).unwrap().unwrap();
    assert_eq!(
        (stored.cursor.as_deref(), stored.cursor_version, stored.fault_count),
        (Some(&b"one"[..]), 1, 3)
    );
    assert_eq!(
        (stored.state, stored.last_ok_at, stored.not_before),
        (CheckpointState::NeedsAuth, Some(10), None)
    );
    assert_eq!(stored.last_fault.unwrap().len(), 4_096);
    commit.checkpoint = Some(checkpoint(None, 2));
    commit.observed_at = 30;
    given.commit(commit);
    let stored = given.run(given.store.checkpoint(source, "main", "")).unwrap().unwrap();
    assert_eq!(
        (stored.cursor.as_deref(), stored.cursor_version, stored.last_fault),
        (Some(&b"one"[..]), 1, None)
    );
    let unread = StateUpdate {
        stream: "other".into(),
        state: CheckpointState::Ok,
        fault: None,
        fault_count: 0,
        ..update
    };
    given.run(given.store.record_state(unread)).unwrap();
    let stored = given.run(given.store.checkpoint(source, "other", "")).unwrap().unwrap();
    assert_eq!((stored.cursor, stored.last_ok_at), (None, Some(20)));
    let streams = given.run(given.store.sources()).unwrap().remove(0).streams;
    assert_eq!(
        streams.iter().map(|s| (s.stream.as_str(), s.state)).collect::<Vec<_>>(),
        [("main", CheckpointState::Running), ("other", CheckpointState::Ok)]
    );
}

#[test]
fn the_last_published_is_the_source_s_own() {
    let given = Given::new();
    given.says(10, vec![Event::Item(Item { published_at: 5, ..item("1", "x") })]);
    given.commit(batch(given.sources[1], 10, vec![Event::Item(Item { published_at: 9, ..item("2", "x") })]));
    let last = |n: usize| given.run(given.store.last_published(given.sources[n])).unwrap();
    assert_eq!((last(0), last(1), last(2)), (Some(5), Some(9), None));
}
