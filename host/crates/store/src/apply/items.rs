//! Items: new ones are written with few statements, known ones are read and merged.

use hark_model::{Item, ItemUid};
use rusqlite::params;

use crate::apply::counters::{Figures, Told};
use crate::apply::known::{self, Known};
use crate::apply::{
    Batch, actors::ActorRef, annotations, awaited, counters, parts, reports, revisions, sightings,
};
use crate::prepare::PreparedItem;
use crate::{Entry, StoreError};

/// One item as it came, with the rows that it hangs on.
pub(crate) struct Said<'a> {
    pub entry: &'a Entry,
    pub item: &'a Item,
    pub prepared: &'a PreparedItem,
    pub uid: ItemUid,
    pub raw: i64,
    pub conversation: i64,
    pub author: Option<ActorRef>,
}

/// Takes an item in, new or known.
pub(crate) fn apply<'a>(
    batch: &mut Batch<'a, '_>,
    entry: &'a Entry,
    item: &'a Item,
    prepared: &'a PreparedItem,
) -> Result<(), StoreError> {
    let raw = batch.raw(item.origin.payload)?;
    // Also of a content that will not be shown: what comes first must not decide which rows there are.
    let conversation =
        batch.conversations.obtain(batch.db, &batch.source, &item.conversation, item.visibility)?;
    let author = item.author.as_deref();
    let author =
        author.map(|id| batch.actors.obtain(batch.db, &batch.source, id, batch.observed_at)).transpose()?;
    let uid = ItemUid::derive(&batch.source.scope, &item.id);
    let said = Said { entry, item, prepared, uid, raw, conversation, author };
    match insert(batch, &said)? {
        Some(id) => first_time(batch, &said, id),
        None => again(batch, &said),
    }
}

/// Inserts the item unless it is known; returns its row if it is new.
fn insert(batch: &Batch<'_, '_>, said: &Said<'_>) -> Result<Option<i64>, StoreError> {
    let mut insert = batch.db.prepare(
        "INSERT INTO item (uid, scope, native_id, zone, conversation_id, author_id, kind, direction, url, language,
           published_at, published_is_estimate, observed_at, edited_at, claimed_at, visibility, sensitive, automated,
           platform_revision, content_sha256, facts, counters_at, likes, replies, shares, quotes, views, score)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22,
           ?23, ?24, ?25, ?26, ?27, ?28)
         ON CONFLICT (uid) DO NOTHING",
    )?;
    let item = said.item;
    let figures = item.counters.as_ref().and_then(Figures::of);
    let [likes, replies, shares, quotes, views, score] = figures.unwrap_or_default().0;
    let inserted = insert.execute(params![
        said.uid.as_bytes(),
        batch.source.scope,
        item.id,
        batch.source.zone.as_str(),
        said.conversation,
        said.author.map(|author| author.id),
        item.kind.as_str(),
        item.direction.as_str(),
        item.url,
        item.language,
        item.published_at,
        item.published_is_estimate,
        batch.observed_at,
        item.edited_at,
        said.prepared.claimed_at,
        item.visibility.as_str(),
        item.sensitive,
        item.automated,
        item.revision,
        said.prepared.content.sha256,
        said.prepared.content.facts,
        figures.map(|_| batch.observed_at),
        likes,
        replies,
        shares,
        quotes,
        views,
        score,
    ])?;
    Ok((inserted == 1).then(|| batch.db.last_insert_rowid()))
}

fn first_time(batch: &mut Batch<'_, '_>, said: &Said<'_>, id: i64) -> Result<(), StoreError> {
    revisions::append(batch, id, 1, said)?;
    revisions::search_new(batch.db, id, said)?;
    sightings::first(batch, id, said.raw)?;
    parts::write(batch, id, said.item)?;
    batch.waiting.relations |= !said.item.relations.is_empty();
    if batch.waiting.relations {
        parts::tie_in_late(batch, id, &said.item.id)?;
    }
    annotations::store(batch, id, 1, said)?;
    if let Some(figures) = &said.item.counters {
        counters::remember(batch.db, id, &Told::new(figures, batch.observed_at))?;
    }
    batch
        .conversations
        .item_added(said.conversation, known::feed_at(said.item.published_at, batch.observed_at));
    batch.done.new_items += 1;
    batch.changed(said.uid);
    if batch.waiting.reports {
        reports::tie_in_late(batch, id, &said.item.id)?;
    }
    if batch.waiting.items {
        awaited::settle(batch, said)?;
    }
    Ok(())
}

fn again(batch: &mut Batch<'_, '_>, said: &Said<'_>) -> Result<(), StoreError> {
    let content = &said.prepared.content;
    let before = Known::find(batch.db, &said.uid)?.expect("the uid was refused because its row is there");
    let mut after = before.clone();
    let revision = match revisions::find(batch.db, before.id, &content.sha256)? {
        Some(revision) => {
            batch.done.duplicates += 1;
            revision
        }
        None => {
            after.revisions += 1;
            revisions::append(batch, before.id, after.revisions, said)?;
            batch.done.new_revisions += 1;
            after.revisions
        }
    };
    let shows = if batch.is_replay { content.is_same_edit(&before.content) } else { false };
    if shows || *content > before.content {
        after.show(said.item, content, revision, said.conversation, said.author.map(|author| author.id));
        parts::rewrite(batch, before.id, said.item)?;
        batch.waiting.relations |= !said.item.relations.is_empty();
    }
    after.merge_around(said.item, batch.source.zone, batch.observed_at);
    if batch.is_replay {
        // The one way to mend a time that was read wrongly: merged, the earliest would win for ever.
        (after.published_at, after.published_is_estimate) =
            (said.item.published_at, said.item.published_is_estimate);
    }
    after.claim(said.prepared.claimed_at);
    if batch.is_recheck && before.removal.is_some() {
        // Asked for by its id after it was gone, and there: no time that the platform gives says it better.
        after.claim(Some(batch.observed_at));
    }
    if let Some(figures) = &said.item.counters {
        counters::merge(batch.db, &mut after, Told::new(figures, batch.observed_at))?;
    }
    known::replace(batch, said.uid, &before, &after)?;
    sightings::again(batch, before.id, said.raw)?;
    annotations::store(batch, before.id, revision, said)
}
