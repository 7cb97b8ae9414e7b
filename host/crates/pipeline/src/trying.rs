//! Rules tried on what the store has: why an item goes where it goes, and what other rules would have done.
//!
//! Holds: nothing is stored, and nobody is told.

use std::sync::Arc;

use hark_model::{ItemUid, Ms};
use hark_routing::{Context, Difference, Explanation, Item, NoExperts, Place, State, Tree};
use hark_store::{FeedFilter, ItemDetail, Store, StoreError};

use crate::clock::now;
use crate::memory::{Memory, key_of};
use crate::{limits, record};

/// Says what `tree` makes of an item now, and why: what is open, whose turn it is and the like are those of now.
pub async fn explain(store: &Store, tree: &Tree, detail: &ItemDetail) -> Result<Explanation, StoreError> {
    let memory = Memory::new(store.routing(now()).await?, now());
    let keys = Keys::of(detail);
    let context = Context { now: now(), experts: &NoExperts, silences: Some(&memory.silences) };
    Ok(tree.explain(&keys.item(detail), &context, &memory.state))
}

/// The names of an item's conversation and author among those of all scopes.
struct Keys {
    conversation: String,
    author: Option<String>,
}

impl Keys {
    fn of(detail: &ItemDetail) -> Self {
        let author = detail.row.author.as_ref().map(|own| key_of(&detail.scope, &own.native_id));
        Self { conversation: key_of(&detail.scope, &detail.conversation), author }
    }

    fn item<'a>(&'a self, detail: &'a ItemDetail) -> Item<'a> {
        Item {
            record: record::of_detail(detail),
            conversation: &self.conversation,
            author: self.author.as_deref(),
        }
    }
}

/// An item that would go elsewhere.
#[derive(Debug, Clone)]
pub struct Moved {
    /// Which item.
    pub uid: ItemUid,
    /// Its title or text, from the beginning.
    pub text: String,
    /// Where it goes by the rules of now.
    pub old: Place,
    /// Where it would go.
    pub new: Place,
}

/// What other rules would have done.
#[derive(Debug, Clone, Default)]
pub struct DryRun {
    /// How many items were tried.
    pub items: usize,
    /// Older items were left out, because there are too many.
    pub is_cut: bool,
    /// How many would go from whom to whom, those with most items first.
    pub ways: Vec<(String, String, usize)>,
    /// Items that would go elsewhere, or for other reasons, the oldest first.
    pub moved: Vec<Moved>,
}

/// Routes what came since then by both rules, as if it came one behind the other to empty desks. `told` hears how many
/// items were read.
pub async fn dry_run(
    store: &Store,
    old: Arc<Tree>,
    new: Arc<Tree>,
    since: Ms,
    mut told: impl FnMut(usize),
) -> Result<DryRun, StoreError> {
    let mut details: Vec<ItemDetail> = Vec::new();
    let mut filter =
        FeedFilter { since: Some(since), limit: hark_store::limits::FEED_ROWS_MAX, ..FeedFilter::default() };
    let mut is_cut = false;
    loop {
        let rows = store.feed(filter.clone()).await?;
        let Some(last) = rows.last() else { break };
        filter.after = Some(last.key);
        for row in &rows {
            details.extend(store.item(row.uid).await?);
        }
        told(details.len());
        if details.len() >= limits::DRY_RUN_ITEMS_MAX {
            is_cut = true;
            break;
        }
    }
    details.reverse();
    let tried = tokio::task::spawn_blocking(move || compare(&details, &old, &new)).await;
    let run = tried.unwrap_or_else(|panic| std::panic::resume_unwind(panic.into_panic()));
    Ok(DryRun { is_cut, ..run })
}

fn compare(details: &[ItemDetail], old: &Tree, new: &Tree) -> DryRun {
    let keys: Vec<Keys> = details.iter().map(Keys::of).collect();
    let items: Vec<Item<'_>> = keys.iter().zip(details).map(|(keys, detail)| keys.item(detail)).collect();
    let context = Context { now: now(), experts: &NoExperts, silences: None };
    let difference = Difference::between(old, new, &items, &context, &State::default());
    let mut ways: Vec<(String, String, usize)> = difference
        .owners
        .iter()
        .map(|((old, new), count)| (old.to_string(), new.to_string(), *count))
        .collect();
    ways.sort_by_key(|(_, _, count)| std::cmp::Reverse(*count));
    let moved = difference.moves.into_iter().map(|one| {
        let row = &details[one.item].row;
        let text = row.title.clone().filter(|title| !title.is_empty()).unwrap_or_else(|| row.text.clone());
        Moved { uid: row.uid, text, old: one.old, new: one.new }
    });
    DryRun { items: difference.items, is_cut: false, ways, moved: moved.collect() }
}
