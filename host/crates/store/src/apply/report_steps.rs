//! What is done with reports of abuse.
//!
//! Holds: a step is added where the report stands as its author saw it, or not at all.

use rusqlite::{OptionalExtension, params};

use crate::apply::notices::cut;
use crate::statements::Statements;
use crate::{NewReportStep, ReportStanding, StoreError, limits};

/// Adds steps; false, and nothing, if the report stands elsewhere by now or is not there.
pub(crate) fn step(db: &Statements<'_>, new: &NewReportStep) -> Result<bool, StoreError> {
    let mut known = db.prepare("SELECT 1 FROM flag_report WHERE id = ?1")?;
    if !known.exists([new.report])? || standing(db, new.report)? != new.from {
        return Ok(false);
    }
    let mut insert = db.prepare(
        "INSERT INTO report_step (report_id, step, status, outcome, who, why, at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
    )?;
    let why = cut(&new.why, limits::REPORT_WHY_BYTES_MAX);
    for (words, to) in &new.steps {
        insert.execute(params![new.report, words, to.status, to.outcome, new.who, why, new.at])?;
    }
    Ok(true)
}

fn standing(db: &Statements<'_>, report: i64) -> Result<Option<ReportStanding>, StoreError> {
    let mut find =
        db.prepare("SELECT status, outcome FROM report_step WHERE report_id = ?1 ORDER BY id DESC LIMIT 1")?;
    let read = |row: &rusqlite::Row<'_>| Ok(ReportStanding { status: row.get(0)?, outcome: row.get(1)? });
    Ok(find.query_row([report], read).optional()?)
}
