//! Counts by bins, and the alarms that came of them.

use std::collections::{BTreeMap, HashSet};

use hark_model::{Ms, Sentiment};
use rusqlite::{Connection, OptionalExtension, Row, params};

use crate::read::page;
use crate::values::{word, word_maybe};
use crate::{AlarmRow, BinCount, StoreError, limits};

/// By bin, source, topic and label.
type Counts = BTreeMap<(Ms, String, Option<String>, Sentiment), u32>;

/// Returns how many items were published from `since` until before `until`, by bins of `bin_ms`: for each source
/// that saw them, all and those with each tag of rules. What we say ourselves is left out, and what is gone.
pub(crate) fn counts(db: &Connection, since: Ms, until: Ms, bin_ms: Ms) -> Result<Vec<BinCount>, StoreError> {
    let mut find = db.prepare_cached(&format!(
        "SELECT i.id, i.feed_at, s.name, t.tag, ifnull({}, 'unknown')
         FROM item i JOIN sighting g ON g.item_id = i.id JOIN source s ON s.id = g.source_id
           LEFT JOIN item_tag t ON t.item_id = i.id AND t.origin = 'rule'
         WHERE i.feed_at >= ?1 AND i.feed_at < ?2 AND i.removed_at IS NULL AND i.direction <> 'outbound'
         ORDER BY i.feed_at, i.id",
        page::OPINION.replace("{kind}", "sentiment")
    ))?;
    let mut rows = find.query([since, until])?;
    let mut counts = Counts::new();
    // An item that a source saw in several streams is one.
    let (mut item, mut told) = (0, HashSet::new());
    while let Some(row) = rows.next()? {
        let id: i64 = row.get(0)?;
        if id != item {
            (item, told) = (id, HashSet::new());
        }
        let at: Ms = row.get(1)?;
        let (source, topic): (String, Option<String>) = (row.get(2)?, row.get(3)?);
        let label = word(row, 4).unwrap_or(Sentiment::Unknown);
        let at = at.div_euclid(bin_ms) * bin_ms;
        for topic in [None, topic.filter(|topic| !topic.is_empty())] {
            if told.insert((source.clone(), topic.clone())) {
                *counts.entry((at, source.clone(), topic, label)).or_default() += 1;
            }
        }
    }
    let count = |((at, source, topic, label), count)| BinCount { at, source, topic, label, count };
    Ok(counts.into_iter().map(count).collect())
}

/// Returns until when was looked for alarms; `None` if never.
pub(crate) fn judged_until(db: &Connection) -> Result<Option<Ms>, StoreError> {
    let mut find = db.prepare_cached("SELECT judged_until FROM spike_watch")?;
    Ok(find.query_row([], |row| row.get(0)).optional()?)
}

/// Returns the alarms since then, newest first, at most `count`.
pub(crate) fn alarms(db: &Connection, since: Ms, count: u32) -> Result<Vec<AlarmRow>, StoreError> {
    let mut find = db.prepare_cached(
        "SELECT a.id, a.topic, s.name, s.zone, a.measured, a.label, a.until, a.expected, a.observed, a.items, a.tail,
           a.why, a.team, a.person, a.priority, a.tags, a.rules, a.at
         FROM alarm a JOIN source s ON s.id = a.source_id WHERE a.until >= ?1 ORDER BY a.until DESC, a.id DESC LIMIT ?2",
    )?;
    let rows = find.query_map(params![since, count.min(limits::FEED_ROWS_MAX)], alarm)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn alarm(row: &Row<'_>) -> rusqlite::Result<AlarmRow> {
    let names = |at: usize| -> rusqlite::Result<Vec<String>> {
        Ok(serde_json::from_str(row.get_ref(at)?.as_str()?).unwrap_or_default())
    };
    let topic: String = row.get(1)?;
    let label = row.get_ref(5)?.as_str()?;
    Ok(AlarmRow {
        id: row.get(0)?,
        topic: (!topic.is_empty()).then_some(topic),
        source: row.get(2)?,
        zone: word(row, 3)?,
        measured: row.get(4)?,
        label: if label.is_empty() { None } else { Some(word(row, 5)?) },
        until: row.get(6)?,
        expected: row.get(7)?,
        observed: row.get(8)?,
        items: row.get(9)?,
        tail: row.get(10)?,
        why: row.get(11)?,
        team: row.get(12)?,
        person: row.get(13)?,
        priority: word_maybe(row, 14)?,
        tags: names(15)?,
        rules: names(16)?,
        at: row.get(17)?,
    })
}
