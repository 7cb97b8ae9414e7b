//! One item with all that is known of it.
//!
//! Holds: of an item that is gone, no words are given; they wait in the file for retention to erase them.

use hark_model::{Attachment, ItemUid};
use rusqlite::{Connection, OptionalExtension, Row};

use crate::prepare::evidence_from;
use crate::read::feed;
use crate::values::{count, word, word_maybe};
use crate::{AttachmentRow, ItemDetail, OpinionRow, RelationRow, RevisionRow, SightingRow, StoreError};

/// Returns all that is known of an item.
pub(crate) fn item(db: &Connection, uid: &ItemUid) -> Result<Option<ItemDetail>, StoreError> {
    let mut find = db.prepare_cached("SELECT id FROM item WHERE uid = ?1")?;
    let Some(id) = find.query_row([uid.as_bytes()], |row| row.get::<_, i64>(0)).optional()? else {
        return Ok(None);
    };
    let Some(row) = feed::of_item(db, id)? else { return Ok(None) };
    let mut rest = db.prepare_cached(
        "SELECT i.scope, i.native_id, r.html, i.language, i.observed_at, i.removal_reason, c.native_id
         FROM item i JOIN conversation c ON c.id = i.conversation_id JOIN item_revision r ON r.item_id = i.id AND r.revision = i.revision WHERE i.id = ?1",
    )?;
    let mut detail = rest.query_row([id], |rest| {
        Ok(ItemDetail {
            row,
            conversation: rest.get(6)?,
            scope: rest.get(0)?,
            native_id: rest.get(1)?,
            html: rest.get(2)?,
            claimed_language: rest.get(3)?,
            observed_at: rest.get(4)?,
            removal_reason: word_maybe(rest, 5)?,
            revisions: Vec::new(),
            opinions: Vec::new(),
            relations: Vec::new(),
            attachments: Vec::new(),
            sightings: Vec::new(),
        })
    })?;
    fill(db, id, &mut detail)?;
    if detail.row.removed_at.is_some() {
        hide_words(&mut detail);
    }
    Ok(Some(detail))
}

fn hide_words(detail: &mut ItemDetail) {
    detail.html = None;
    detail.attachments.clear();
    for revision in &mut detail.revisions {
        (revision.text, revision.title) = (None, None);
    }
    detail.opinions.iter_mut().for_each(|opinion| opinion.evidence.clear());
}

fn fill(db: &Connection, id: i64, detail: &mut ItemDetail) -> Result<(), StoreError> {
    detail.revisions = list(
        db,
        id,
        "SELECT r.revision, r.platform_revision, r.text, r.title, r.content_sha256, r.seen_at, r.raw_id, w.sha256,
           r.pointer, c.sha256, r.cuts
         FROM item_revision r JOIN raw w ON w.id = r.raw_id JOIN component c ON c.id = r.component_id
         WHERE r.item_id = ?1 ORDER BY r.revision",
        revision,
    )?;
    detail.opinions = list(
        db,
        id,
        "SELECT revision, kind, value, score, confidence, evidence, producer, producer_version, at FROM annotation
         WHERE item_id = ?1 AND kind <> 'duplicate' ORDER BY revision, kind, at, producer, producer_version, value",
        opinion,
    )?;
    detail.relations = list(
        db,
        id,
        "SELECT l.kind, l.target_native_id, l.target_is_actor, i.uid
         FROM relation l LEFT JOIN item i ON i.id = l.target_item
         WHERE l.item_id = ?1 ORDER BY l.kind, l.target_native_id",
        relation,
    )?;
    detail.attachments = list(
        db,
        id,
        "SELECT position, url, media_type, name, alt, bytes, width, height FROM attachment
         WHERE item_id = ?1 ORDER BY position",
        attachment,
    )?;
    detail.sightings = list(
        db,
        id,
        "SELECT s.name, g.stream, g.at FROM sighting g JOIN source s ON s.id = g.source_id
         WHERE g.item_id = ?1 ORDER BY s.name, g.stream",
        |row| Ok(SightingRow { source: row.get(0)?, stream: row.get(1)?, at: row.get(2)? }),
    )?;
    Ok(())
}

fn list<T>(
    db: &Connection,
    id: i64,
    sql: &str,
    read: impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
) -> Result<Vec<T>, StoreError> {
    Ok(db.prepare_cached(sql)?.query_map([id], read)?.collect::<Result<_, _>>()?)
}

fn revision(row: &Row<'_>) -> rusqlite::Result<RevisionRow> {
    let cuts: Option<String> = row.get(10)?;
    Ok(RevisionRow {
        revision: row.get(0)?,
        platform_revision: row.get(1)?,
        text: row.get(2)?,
        title: row.get(3)?,
        content_sha256: row.get(4)?,
        seen_at: row.get(5)?,
        raw_id: row.get(6)?,
        raw_sha256: row.get(7)?,
        pointer: row.get(8)?,
        component_sha256: row.get(9)?,
        cuts: cuts.and_then(|cuts| serde_json::from_str(&cuts).ok()).unwrap_or_default(),
    })
}

fn opinion(row: &Row<'_>) -> rusqlite::Result<OpinionRow> {
    Ok(OpinionRow {
        revision: row.get(0)?,
        kind: word(row, 1)?,
        value: row.get(2)?,
        score: row.get(3)?,
        confidence: row.get(4)?,
        evidence: evidence_from(row.get_ref(5)?.as_str()?),
        producer: row.get(6)?,
        producer_version: row.get(7)?,
        at: row.get(8)?,
    })
}

fn relation(row: &Row<'_>) -> rusqlite::Result<RelationRow> {
    Ok(RelationRow {
        kind: word(row, 0)?,
        target: row.get(1)?,
        target_is_actor: row.get(2)?,
        target_uid: row.get::<_, Option<[u8; 16]>>(3)?.map(ItemUid::from_bytes),
    })
}

fn attachment(row: &Row<'_>) -> rusqlite::Result<AttachmentRow> {
    let file = Attachment {
        url: row.get(1)?,
        media_type: row.get(2)?,
        name: row.get(3)?,
        alt: row.get(4)?,
        bytes: count(row, 5)?,
        width: row.get(6)?,
        height: row.get(7)?,
    };
    Ok(AttachmentRow { position: row.get(0)?, file })
}
