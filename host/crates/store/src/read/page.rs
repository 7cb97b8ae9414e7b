//! Rows of the feed as screens show them.
//!
//! Holds: nothing of the words of an item that is gone is shown, not even as evidence.

use hark_model::{Counters, ItemUid, Sentiment};
use rusqlite::{Connection, OptionalExtension, Params, Row};

use crate::prepare::evidence_from;
use crate::read::routing;
use crate::values::{count, uid_from_text, word, word_maybe};
use crate::{ActorSummary, CopyOf, FeedKey, FeedRow, PersonLabel, SentimentSummary, StoreError};

/// Newest opinion of one kind on the revision that is shown.
pub(crate) const OPINION: &str =
    "(SELECT value FROM annotation WHERE item_id = i.id AND revision = i.revision
  AND kind = '{kind}' ORDER BY at DESC, decided DESC, producer, producer_version DESC, value LIMIT 1)";

/// Team that has the conversation, else the team that the rules give.
pub(crate) const TEAM: &str = "ifnull((SELECT team FROM work WHERE conversation_id = i.conversation_id),
  (SELECT team FROM route WHERE item_id = i.id AND revision = i.revision))";

/// Columns of a row, in the order in which [`read`] takes them.
const COLUMNS: &str = "i.id, i.uid, i.feed_at, i.conversation_id, c.title, c.place, i.zone, i.visibility,
  i.kind, i.direction, r.title, r.text, i.url, i.published_at, i.published_is_estimate, i.edited_at, i.removed_at,
  i.revision, i.revisions, i.automated, i.sensitive, i.language, ifnull(w.team, t.team), ifnull(w.person, t.person),
  ifnull(w.priority, t.priority), i.counters_at, i.likes, i.replies, i.shares, i.quotes, i.views, i.score,
  (SELECT count(*) FROM attachment WHERE item_id = i.id), c.item_count,
  a.id, a.native_id, a.kind, a.display_name, a.handle, a.profile_url, a.followers, a.verified, a.is_self";

/// Tables that the columns are from.
const JOINS: &str = "JOIN conversation c ON c.id = i.conversation_id
  JOIN item_revision r ON r.item_id = i.id AND r.revision = i.revision
  LEFT JOIN actor a ON a.id = i.author_id
  LEFT JOIN work w ON w.conversation_id = i.conversation_id
  LEFT JOIN route t ON t.item_id = i.id AND t.revision = i.revision";

/// Returns the items that `chosen` gives the ids of, newest first.
///
/// Two steps in one query: where many are sorted to choose a few, their words are not carried along.
pub(crate) fn rows(db: &Connection, chosen: &str, params: impl Params) -> Result<Vec<FeedRow>, StoreError> {
    let mut query = db.prepare_cached(&format!(
        "SELECT {COLUMNS} FROM ({chosen}) chosen CROSS JOIN item i ON i.id = chosen.id {JOINS}
         ORDER BY i.feed_at DESC, i.id DESC"
    ))?;
    let mut rows = query.query_map(params, read)?.collect::<Result<Vec<_>, _>>()?;
    rows.iter_mut().try_for_each(|row| fill(db, row))?;
    Ok(rows)
}

fn read(row: &Row<'_>) -> rusqlite::Result<FeedRow> {
    let row_id = row.get(0)?;
    let removed_at: Option<i64> = row.get(16)?;
    let gone = removed_at.is_some();
    let siblings = row.get::<_, u32>(33)?.saturating_sub(u32::from(!gone));
    Ok(FeedRow {
        row_id,
        uid: ItemUid::from_bytes(row.get(1)?),
        key: FeedKey { at: row.get(2)?, row_id },
        conversation_id: row.get(3)?,
        conversation_title: row.get(4)?,
        place: row.get(5)?,
        zone: word(row, 6)?,
        visibility: word(row, 7)?,
        sources: Vec::new(),
        platform: String::new(),
        kind: word(row, 8)?,
        direction: word(row, 9)?,
        author: author(row)?,
        title: if gone { None } else { row.get(10)? },
        text: if gone { String::new() } else { row.get::<_, Option<String>>(11)?.unwrap_or_default() },
        url: row.get(12)?,
        published_at: row.get(13)?,
        published_is_estimate: row.get(14)?,
        edited_at: row.get(15)?,
        removed_at,
        revision: row.get(17)?,
        revisions: row.get(18)?,
        automated: row.get(19)?,
        sensitive: row.get(20)?,
        language: row.get(21)?,
        sentiment: None,
        decided: None,
        team: row.get(22)?,
        person: row.get(23)?,
        priority: word_maybe(row, 24)?,
        tags: Vec::new(),
        route_reasons: Vec::new(),
        service: None,
        copy_of: None,
        copies: 0,
        counters: counters(row)?,
        attachments: if gone { 0 } else { row.get(32)? },
        replies_in_thread: siblings,
    })
}

fn counters(row: &Row<'_>) -> rusqlite::Result<Option<Counters>> {
    if row.get::<_, Option<i64>>(25)?.is_none() {
        return Ok(None);
    }
    Ok(Some(Counters {
        likes: count(row, 26)?,
        replies: count(row, 27)?,
        shares: count(row, 28)?,
        quotes: count(row, 29)?,
        views: count(row, 30)?,
        score: row.get(31)?,
        by_reaction: Vec::new(),
    }))
}

fn author(row: &Row<'_>) -> rusqlite::Result<Option<ActorSummary>> {
    if row.get::<_, Option<i64>>(34)?.is_none() {
        return Ok(None);
    }
    Ok(Some(ActorSummary {
        native_id: row.get(35)?,
        kind: word(row, 36)?,
        display_name: row.get(37)?,
        handle: row.get(38)?,
        profile_url: row.get(39)?,
        followers: count(row, 40)?,
        verified: row.get(41)?,
        is_self: row.get(42)?,
    }))
}

/// Adds what stands in lists of its own.
fn fill(db: &Connection, row: &mut FeedRow) -> Result<(), StoreError> {
    let mut seen = db.prepare_cached(
        "SELECT DISTINCT s.name, s.platform FROM sighting g JOIN source s ON s.id = g.source_id
         WHERE g.item_id = ?1 ORDER BY s.id",
    )?;
    let seen = seen.query_map([row.row_id], |seen| Ok((seen.get(0)?, seen.get(1)?)))?;
    let seen: Vec<(String, String)> = seen.collect::<Result<_, _>>()?;
    row.platform = seen.first().map(|(_, platform)| platform.clone()).unwrap_or_default();
    row.sources = seen.into_iter().map(|(name, _)| name).collect();
    row.sources.sort_unstable();
    let mut tags = db.prepare_cached("SELECT DISTINCT tag FROM item_tag WHERE item_id = ?1 ORDER BY tag")?;
    row.tags = tags.query_map([row.row_id], |tag| tag.get(0))?.collect::<Result<_, _>>()?;
    row.service = routing::service(db, row.conversation_id)?;
    opinions(db, row)
}

fn opinions(db: &Connection, row: &mut FeedRow) -> Result<(), StoreError> {
    let shown = (row.row_id, row.revision);
    let mut reasons = db.prepare_cached(
        "SELECT kind, value, score FROM annotation WHERE item_id = ?1 AND revision = ?2
           AND (kind = 'route' OR kind = 'duplicate') ORDER BY value, at DESC",
    )?;
    let mut reasons = reasons.query(shown)?;
    while let Some(reason) = reasons.next()? {
        let (kind, value): (String, String) = (reason.get(0)?, reason.get(1)?);
        if kind == "route" {
            row.route_reasons.push(value);
        } else if let Some(uid) = uid_from_text(&value) {
            row.copy_of = Some(CopyOf { uid, similarity: reason.get(2)? });
        }
    }
    row.route_reasons.dedup();
    let mut copies = db.prepare_cached(
        "SELECT count(DISTINCT a.item_id) FROM annotation a JOIN item i ON i.id = a.item_id AND i.revision = a.revision
         WHERE a.kind = 'duplicate' AND a.value = ?1 AND i.removed_at IS NULL",
    )?;
    row.copies = copies.query_row([row.uid.to_string()], |row| row.get(0))?;
    let mut language = db.prepare_cached(&newest("language"))?;
    let language = language.query_row(shown, |found| found.get(0)).optional()?;
    row.language = language.or(row.language.take());
    let mut sentiment = db.prepare_cached(&newest("sentiment"))?;
    row.sentiment = sentiment.query_row(shown, summary).optional()?.flatten();
    let mut decided = db.prepare_cached(
        "SELECT label, who, at FROM label WHERE item_id = ?1 AND revision = ?2 ORDER BY id DESC LIMIT 1",
    )?;
    let label = |row: &Row<'_>| Ok(PersonLabel { label: word(row, 0)?, who: row.get(1)?, at: row.get(2)? });
    row.decided = decided.query_row(shown, label).optional()?;
    if let (Some(sentiment), Some(_)) = (&mut row.sentiment, row.removed_at) {
        sentiment.evidence.clear();
    }
    Ok(())
}

fn newest(kind: &str) -> String {
    format!(
        "SELECT value, score, confidence, evidence, producer, producer_version FROM annotation WHERE item_id = ?1 AND revision = ?2
           AND kind = '{kind}' ORDER BY at DESC, decided DESC, producer, producer_version DESC, value LIMIT 1"
    )
}

/// A label that this version does not know is as good as none.
fn summary(row: &Row<'_>) -> rusqlite::Result<Option<SentimentSummary>> {
    let Ok(label) = row.get_ref(0)?.as_str()?.parse::<Sentiment>() else { return Ok(None) };
    Ok(Some(SentimentSummary {
        label,
        score: row.get(1)?,
        confidence: row.get(2)?,
        evidence: evidence_from(row.get_ref(3)?.as_str()?),
        producer: row.get(4)?,
        producer_version: row.get(5)?,
    }))
}
