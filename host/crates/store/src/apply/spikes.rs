//! Alarms, and up to when was looked for them.
//!
//! Holds: an alarm is kept once and never changed; alarms and the time up to which was looked go together.

use hark_model::{Ms, Priority, Sentiment};
use rusqlite::params;
use serde_json::json;

use crate::statements::Statements;
use crate::{NewAlarm, StoreError};

/// Keeps `alarms` and notes that all until `judged_until` was looked at; returns how many are new.
pub(crate) fn keep(
    db: &Statements<'_>,
    alarms: &[NewAlarm],
    judged_until: Ms,
    at: Ms,
) -> Result<u32, StoreError> {
    let mut insert = db.prepare(
        "INSERT INTO alarm (topic, source_id, measured, label, until, expected, observed, items, tail, why, team, person,
           priority, tags, rules, at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16) ON CONFLICT DO NOTHING",
    )?;
    let mut kept = 0;
    for alarm in alarms {
        let rules: Vec<&str> = alarm.route.reasons.iter().map(|reason| reason.rule.as_str()).collect();
        let inserted = insert.execute(params![
            alarm.topic.as_deref().unwrap_or_default(),
            alarm.source.0,
            if alarm.is_share { "negative-share" } else { "items" },
            alarm.label.map_or("", Sentiment::as_str),
            alarm.until,
            alarm.expected,
            alarm.observed,
            alarm.items,
            alarm.tail,
            alarm.why,
            alarm.route.team,
            alarm.route.person,
            alarm.route.priority.map(Priority::as_str),
            json!(alarm.route.tags).to_string(),
            json!(rules).to_string(),
            at,
        ])?;
        kept += inserted as u32;
    }
    let mut judged = db.prepare(
        "INSERT INTO spike_watch (id, judged_until) VALUES (1, ?1)
         ON CONFLICT (id) DO UPDATE SET judged_until = max(judged_until, excluded.judged_until)",
    )?;
    judged.execute([judged_until])?;
    Ok(kept)
}
