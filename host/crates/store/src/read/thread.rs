//! A conversation in reading order: answers behind what they answer, older ones first.
//!
//! Holds: each item is visited once, whatever its relations say; a circle is entered at its oldest item.

use std::collections::{HashMap, HashSet};

use hark_model::limits::THREAD_DEPTH_MAX;
use rusqlite::{Connection, OptionalExtension};

use crate::read::feed;
use crate::values::word;
use crate::{ConversationDetail, ConversationKey, FeedRow, StoreError, Thread, ThreadNode, limits};

/// Returns a conversation with its items.
pub(crate) fn thread(db: &Connection, id: ConversationKey) -> Result<Option<Thread>, StoreError> {
    let Some(conversation) = conversation(db, id)? else { return Ok(None) };
    let mut items = feed::of_conversation(db, id, limits::THREAD_ITEMS_MAX)?;
    items.reverse();
    let mut total = db.prepare_cached("SELECT count(*) FROM item WHERE conversation_id = ?1")?;
    let total: u32 = total.query_row([id], |row| row.get(0))?;
    let left_out = total - items.len() as u32;
    let parents = parents(db, &items)?;
    Ok(Some(Thread { conversation, nodes: walk(items, &parents), left_out }))
}

fn conversation(db: &Connection, id: ConversationKey) -> Result<Option<ConversationDetail>, StoreError> {
    let mut find = db.prepare_cached(
        "SELECT id, scope, native_id, zone, title, url, place, visibility, locked, first_item_at, last_item_at, item_count
         FROM conversation WHERE id = ?1",
    )?;
    let found = find.query_row([id], |row| {
        Ok(ConversationDetail {
            id: row.get(0)?,
            scope: row.get(1)?,
            native_id: row.get(2)?,
            zone: word(row, 3)?,
            title: row.get(4)?,
            url: row.get(5)?,
            place: row.get(6)?,
            visibility: word(row, 7)?,
            locked: row.get(8)?,
            first_item_at: row.get(9)?,
            last_item_at: row.get(10)?,
            item_count: row.get(11)?,
        })
    });
    Ok(found.optional()?)
}

/// Returns what each item answers, as far as that is among `items`; of several, the newest.
fn parents(db: &Connection, items: &[FeedRow]) -> Result<HashMap<i64, i64>, StoreError> {
    let places: HashMap<i64, usize> =
        items.iter().enumerate().map(|(place, item)| (item.row_id, place)).collect();
    let mut find = db.prepare_cached(
        "SELECT target_item FROM relation WHERE item_id = ?1 AND kind = 'reply-to' AND target_item IS NOT NULL",
    )?;
    let mut parents = HashMap::new();
    for item in items {
        let targets = find.query_map([item.row_id], |row| row.get(0))?.collect::<Result<Vec<i64>, _>>()?;
        let known =
            targets.into_iter().filter(|target| *target != item.row_id && places.contains_key(target));
        if let Some(parent) = known.max_by_key(|target| places[target]) {
            parents.insert(item.row_id, parent);
        }
    }
    Ok(parents)
}

/// Puts `items`, oldest first, into reading order.
fn walk(items: Vec<FeedRow>, parents: &HashMap<i64, i64>) -> Vec<ThreadNode> {
    let order: Vec<i64> = items.iter().map(|item| item.row_id).collect();
    let mut children: HashMap<i64, Vec<i64>> = HashMap::new();
    for id in &order {
        if let Some(parent) = parents.get(id) {
            children.entry(*parent).or_default().push(*id);
        }
    }
    let mut items: HashMap<i64, FeedRow> = items.into_iter().map(|item| (item.row_id, item)).collect();
    let mut nodes = Vec::with_capacity(items.len());
    let mut visited = HashSet::new();
    let roots = order.iter().filter(|id| !parents.contains_key(id));
    // Behind the roots come all: what no root leads to stands in a circle.
    for start in roots.chain(&order) {
        let mut open = vec![(*start, 0)];
        while let Some((id, depth)) = open.pop() {
            if !visited.insert(id) {
                continue;
            }
            let answers = children.get(&id).map_or(&[][..], Vec::as_slice);
            open.extend(answers.iter().rev().map(|answer| (*answer, depth + 1)));
            let row = items.remove(&id).expect("each item is visited once");
            let depth = depth.min(THREAD_DEPTH_MAX) as u32;
            nodes.push(ThreadNode { row, depth, parent: parents.get(&id).copied() });
        }
    }
    nodes
}
