//! Machine opinion, and routes.
//!
//! Holds: an opinion never alters an item; the first route of a revision stands, so that the same batch
//! read again under other rules does not mix two answers. Not here: the work that a route opens (`routing`).

use hark_model::{Annotation, AnnotationKind, Ms, Priority, Route};
use rusqlite::params;

use crate::apply::Batch;
use crate::apply::items::Said;
use crate::statements::Statements;
use crate::{Reopinion, StoreError};

/// Maker of the opinion "this rule matched".
const RULES: &str = "rules";
/// Its version: changes when matching does.
const RULES_VERSION: &str = "1";

/// Maker of the opinion "this is nearly the same as an earlier item": its value is the uid of that, its score how much
/// they have in common.
const COPIES: &str = "hark-duplicates";
/// Its version: changes when two texts could be nearly the same that were not, or the other way round.
const COPIES_VERSION: &str = "1";

/// Stores what is thought of one revision of an item.
pub(crate) fn store(
    batch: &Batch<'_, '_>,
    item: i64,
    revision: u32,
    said: &Said<'_>,
) -> Result<(), StoreError> {
    let mut insert = batch.db.prepare(
        "INSERT INTO annotation (item_id, revision, kind, value, score, confidence, evidence, producer,
           producer_version, at, decided)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11) ON CONFLICT DO NOTHING",
    )?;
    let opinions = &said.entry.annotations;
    for (at, (opinion, evidence)) in opinions.iter().zip(&said.prepared.evidence).enumerate() {
        insert.execute(params![
            item,
            revision,
            opinion.kind.as_str(),
            opinion.value,
            opinion.score,
            opinion.confidence,
            evidence,
            opinion.producer,
            opinion.producer_version,
            batch.observed_at,
            has_decided(opinions, at),
        ])?;
    }
    if let Some(first) = &said.entry.copy_of {
        insert.execute(params![
            item,
            revision,
            "duplicate",
            first.uid.to_string(),
            first.similarity,
            None::<f64>,
            "[]",
            COPIES,
            COPIES_VERSION,
            batch.observed_at,
            true,
        ])?;
    }
    let Some(route) = said.entry.route.as_ref().filter(|route| **route != Route::default()) else {
        return Ok(());
    };
    if !store_route(batch, item, revision, route)? {
        return Ok(());
    }
    for (reason, evidence) in route.reasons.iter().zip(&said.prepared.reasons) {
        let none: Option<f64> = None;
        insert.execute(params![
            item,
            revision,
            "route",
            reason.rule,
            none,
            none,
            evidence,
            RULES,
            RULES_VERSION,
            batch.observed_at,
            true,
        ])?;
    }
    Ok(())
}

/// Adds what is thought of a revision later; returns how many opinions are new. Nothing of an item that is not there.
pub(crate) fn add(
    db: &Statements<'_>,
    opinion: &Reopinion,
    evidence: &[String],
    at: Ms,
) -> Result<u64, StoreError> {
    let mut insert = db.prepare(
        "INSERT INTO annotation (item_id, revision, kind, value, score, confidence, evidence, producer,
           producer_version, at, decided)
         SELECT item_id, revision, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11 FROM item_revision
         WHERE item_id = ?1 AND revision = ?2 ON CONFLICT DO NOTHING",
    )?;
    let mut added = 0;
    for (place, (annotation, evidence)) in opinion.annotations.iter().zip(evidence).enumerate() {
        added += insert.execute(params![
            opinion.row,
            opinion.revision,
            annotation.kind.as_str(),
            annotation.value,
            annotation.score,
            annotation.confidence,
            evidence,
            annotation.producer,
            annotation.producer_version,
            at,
            has_decided(&opinion.annotations, place),
        ])?;
    }
    Ok(added as u64)
}

/// Tells whether the opinion at this place counts: of several on how an item feels the last does, who was asked because
/// the others were not sure.
fn has_decided(opinions: &[Annotation], place: usize) -> bool {
    let is_feeling = |opinion: &Annotation| opinion.kind == AnnotationKind::Sentiment;
    !is_feeling(&opinions[place]) || !opinions[place + 1..].iter().any(is_feeling)
}

/// Stores the answer of the rules; returns whether it is the first one.
fn store_route(batch: &Batch<'_, '_>, item: i64, revision: u32, route: &Route) -> Result<bool, StoreError> {
    let mut insert = batch.db.prepare(
        "INSERT INTO route (item_id, revision, team, person, priority) VALUES (?1, ?2, ?3, ?4, ?5)
         ON CONFLICT DO NOTHING",
    )?;
    let inserted = insert.execute(params![
        item,
        revision,
        route.team,
        route.person,
        route.priority.map(Priority::as_str),
    ])?;
    if inserted == 0 {
        return Ok(false);
    }
    let mut tag = batch.db.prepare(
        "INSERT INTO item_tag (item_id, tag, origin) VALUES (?1, ?2, 'rule') ON CONFLICT DO NOTHING",
    )?;
    route.tags.iter().try_for_each(|name| tag.execute(params![item, name]).map(|_| ()))?;
    Ok(true)
}
