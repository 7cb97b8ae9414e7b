//! The invariants of the conversation schema over random events.

use std::collections::BTreeMap;

use hark_model::*;
use hark_store::*;
use proptest::prelude::*;

use crate::consistency;
use crate::content::{content, everything};
use crate::events::{Seen, seen};
use crate::given::{Given, batch};
use crate::twin::Twin;

fn commit_of(given: &Given, seen: &[Seen]) -> BatchCommit {
    let first = &seen[0];
    let events = seen.iter().map(|seen| seen.event.clone()).collect();
    let mut commit = batch(given.sources[first.source], first.observed_at, events);
    commit.stream = first.stream.to_owned();
    commit
}

/// Cuts the list into batches: neighbours that one source saw at one moment.
fn batches(seen: &[Seen]) -> Vec<&[Seen]> {
    seen.chunk_by(|a, b| (a.source, a.stream, a.observed_at) == (b.source, b.stream, b.observed_at)).collect()
}

fn commit_all(given: &Given, seen: &[Seen]) -> Vec<Committed> {
    batches(seen).into_iter().map(|batch| given.commit(commit_of(given, batch))).collect()
}

fn assert_twin(given: &Given, twin: &Twin) {
    let filter = FeedFilter { include_removed: true, limit: 1_000, ..FeedFilter::default() };
    let rows = given.feed(filter);
    let mut order: Vec<FeedKey> = rows.iter().map(|row| row.key).collect();
    order.sort_by(|a, b| b.cmp(a));
    assert_eq!(rows.iter().map(|row| row.key).collect::<Vec<_>>(), order, "newest first");
    let mut shown = BTreeMap::new();
    for row in rows {
        let detail = given.run(given.store.item(row.uid)).unwrap().unwrap();
        assert_eq!(row.uid, ItemUid::derive(&detail.scope, &detail.native_id));
        shown.insert((detail.scope.clone(), detail.native_id.clone()), detail);
    }
    let expected = twin.items();
    assert_eq!(shown.keys().collect::<Vec<_>>(), expected.keys().collect::<Vec<_>>());
    for (id, want) in expected {
        let have = &shown[&id];
        let row = &have.row;
        assert!(want.texts.contains(&row.text), "{id:?} shows {:?}, not one of {:?}", row.text, want.texts);
        assert_eq!((row.zone, row.visibility), (want.zone, want.visibility), "{id:?}");
        assert_eq!(
            (row.published_at, have.observed_at, row.key.at),
            (want.published_at, want.observed_at, want.feed_at)
        );
        assert_eq!(row.removed_at, want.removed_at, "{id:?}");
        assert_eq!(
            (row.revisions as usize, have.revisions.len()),
            (want.revisions, want.revisions),
            "{id:?}"
        );
        assert_eq!(row.counters.as_ref().and_then(|counters| counters.likes), want.likes, "{id:?}");
        assert_eq!(
            row.sources.iter().cloned().collect::<std::collections::BTreeSet<_>>(),
            want.sources,
            "{id:?}"
        );
        if let (Some(want), Some(author)) = (want.author_name, &row.author) {
            assert_eq!(author.display_name, want, "{id:?}");
        }
        assert!(
            have.revisions.iter().all(|r| r.raw_sha256 != [0; 32] && r.pointer == "/0"),
            "provenance of {id:?}"
        );
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, max_shrink_iters: 400, ..ProptestConfig::default() })]

    #[test]
    fn the_store_says_what_its_twin_says(seen in seen(30)) {
        let given = Given::new();
        let mut twin = Twin::default();
        seen.iter().for_each(|seen| twin.hear(seen));
        let done = commit_all(&given, &seen);
        assert_twin(&given, &twin);
        prop_assert!(twin.agrees(&done), "{done:?}");
        consistency::check(&given.db());
    }

    #[test]
    fn any_order_gives_the_same_content(
        (seen, shuffled) in seen(24).prop_flat_map(|seen| (Just(seen.clone()), Just(seen).prop_shuffle())),
    ) {
        let (one, other) = (Given::new(), Given::new());
        commit_all(&one, &seen);
        commit_all(&other, &shuffled);
        prop_assert_eq!(content(&one.db()), content(&other.db()));
        consistency::check(&other.db());
    }

    #[test]
    fn saying_it_again_changes_nothing(seen in seen(20), from in any::<prop::sample::Index>()) {
        let given = Given::new();
        commit_all(&given, &seen);
        let before = everything(&given.db());
        let again = commit_all(&given, &seen[from.index(seen.len())..]);
        prop_assert_eq!(everything(&given.db()), before);
        prop_assert!(again.iter().all(|done| done.new_items + done.new_revisions + done.removed + done.quarantined == 0));
        prop_assert!(again.iter().all(|done| done.item_uids_changed.is_empty()));
    }

    #[test]
    fn a_crash_between_commits_loses_and_doubles_nothing(
        seen in seen(16),
        crashes in prop::collection::vec((any::<bool>(), any::<bool>()), 16),
    ) {
        let mut given = Given::new();
        let mut twin = Twin::default();
        for (n, (seen, (crash, reread))) in seen.iter().zip(crashes).enumerate() {
            twin.hear(seen);
            let mut commit = commit_of(&given, std::slice::from_ref(seen));
            commit.checkpoint = Some(checkpoint(n));
            given.commit(commit.clone());
            if crash {
                given.reopen();
            }
            if reread {
                given.commit(commit);
            }
            let stored = given.run(given.store.checkpoint(given.sources[seen.source], seen.stream, "")).unwrap();
            prop_assert_eq!(stored.unwrap().cursor, Some(n.to_string().into_bytes()));
        }
        given.reopen();
        assert_twin(&given, &twin);
        consistency::check(&given.db());
    }
}

fn checkpoint(n: usize) -> NewCheckpoint {
    NewCheckpoint {
        cursor: Some(n.to_string().into_bytes()),
        cursor_version: 1,
        not_before: None,
        state: CheckpointState::Ok,
    }
}
