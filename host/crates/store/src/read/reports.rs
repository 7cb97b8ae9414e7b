//! Reads of reports of abuse: what is open, one by its row, what was done with it.

use hark_model::ItemUid;
use rusqlite::{Connection, OptionalExtension, Row};

use crate::{ReportRow, ReportStanding, ReportStepRow, StoreError, limits};

macro_rules! rows {
    ($rest:literal) => {
        concat!(
            "SELECT f.id, s.name, f.about_native_id, i.uid, substr(r.text, 1, 2000),
               ifnull(author.display_name, author.handle), ifnull(reporter.display_name, reporter.handle),
               f.reason, f.status, f.at, last.status, last.outcome, last.at
             FROM flag_report f JOIN source s ON s.id = f.source_id
               LEFT JOIN item i ON i.id = f.item_id AND i.removed_at IS NULL
               LEFT JOIN item_revision r ON r.item_id = i.id AND r.revision = i.revision
               LEFT JOIN actor author ON author.id = i.author_id
               LEFT JOIN actor reporter ON reporter.id = f.reporter_id
               LEFT JOIN report_step last ON last.id = (SELECT max(id) FROM report_step WHERE report_id = f.id) ",
            $rest
        )
    };
}

/// Returns reports, oldest first: those that somebody has still to do something about, or all.
pub(crate) fn list(db: &Connection, all: bool, count: u32) -> Result<Vec<ReportRow>, StoreError> {
    let mut find = db.prepare_cached(rows!(
        "WHERE ?1 OR last.status IS NULL OR last.status <> 'closed' ORDER BY f.at, f.id LIMIT ?2"
    ))?;
    let count = count.min(limits::REPORTS_LISTED_MAX);
    let found = find.query_map(rusqlite::params![all, count], row)?;
    Ok(found.collect::<Result<_, _>>()?)
}

/// Returns a report.
pub(crate) fn one(db: &Connection, id: i64) -> Result<Option<ReportRow>, StoreError> {
    Ok(db.prepare_cached(rows!("WHERE f.id = ?1"))?.query_row([id], row).optional()?)
}

/// Returns what was done with a report, in order.
pub(crate) fn steps(db: &Connection, id: i64) -> Result<Vec<ReportStepRow>, StoreError> {
    let mut find = db.prepare_cached(
        "SELECT step, status, outcome, who, why, at FROM report_step WHERE report_id = ?1 ORDER BY id LIMIT ?2",
    )?;
    let found = find.query_map([id, i64::from(limits::REPORTS_LISTED_MAX)], |row| {
        Ok(ReportStepRow {
            step: row.get(0)?,
            standing: ReportStanding { status: row.get(1)?, outcome: row.get(2)? },
            who: row.get(3)?,
            why: row.get(4)?,
            at: row.get(5)?,
        })
    })?;
    Ok(found.collect::<Result<_, _>>()?)
}

fn row(row: &Row<'_>) -> rusqlite::Result<ReportRow> {
    let status: Option<String> = row.get(10)?;
    let outcome = row.get(11)?;
    Ok(ReportRow {
        id: row.get(0)?,
        source: row.get(1)?,
        about: row.get(2)?,
        item: row.get::<_, Option<[u8; 16]>>(3)?.map(ItemUid::from_bytes),
        text: row.get(4)?,
        author: row.get(5)?,
        reporter: row.get(6)?,
        reason: row.get(7)?,
        platform_status: row.get(8)?,
        at: row.get(9)?,
        standing: status.map(|status| ReportStanding { status, outcome }),
        standing_at: row.get(12)?,
    })
}
