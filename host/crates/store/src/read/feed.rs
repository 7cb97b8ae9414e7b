//! A filter as SQL: which items, in which order.
//!
//! Holds: what a user gives is a parameter and never a part of the statement.

use hark_query::{Flag, Param};
use rusqlite::types::Value;
use rusqlite::{Connection, params_from_iter};

use crate::read::page;
use crate::{Asked, FeedFilter, FeedRow, StoreError, limits};

/// Returns a page of the feed, newest first.
pub(crate) fn feed(db: &Connection, filter: &FeedFilter) -> Result<Vec<FeedRow>, StoreError> {
    let mut wanted = Where::of(filter)?;
    let limit = wanted.give(i64::from(filter.limit.min(limits::FEED_ROWS_MAX)));
    let order = match filter.newer_than {
        // The plus keeps SQLite from walking the whole feed for the few rows that are newer.
        Some(_) => "+i.feed_at DESC, +i.id DESC",
        None => "i.feed_at DESC, i.id DESC",
    };
    let chosen =
        format!("SELECT i.id FROM item i WHERE {} ORDER BY {order} LIMIT {limit}", wanted.conditions());
    page::rows(db, &chosen, params_from_iter(wanted.values))
}

/// Returns how many items the filter lets through.
pub(crate) fn count(db: &Connection, filter: &FeedFilter) -> Result<u64, StoreError> {
    let wanted = Where::of(filter)?;
    let sql = format!("SELECT count(*) FROM item i WHERE {}", wanted.conditions());
    Ok(db
        .prepare_cached(&sql)?
        .query_row(params_from_iter(wanted.values), |row| row.get::<_, u32>(0))?
        .into())
}

/// Returns the rows of one conversation, newest first.
pub(crate) fn of_conversation(
    db: &Connection,
    conversation: i64,
    limit: u32,
) -> Result<Vec<FeedRow>, StoreError> {
    let chosen = "SELECT id FROM item WHERE conversation_id = ?1 ORDER BY feed_at DESC, id DESC LIMIT ?2";
    page::rows(db, chosen, [conversation, limit.into()])
}

/// Returns one row.
pub(crate) fn of_item(db: &Connection, id: i64) -> Result<Option<FeedRow>, StoreError> {
    Ok(page::rows(db, "SELECT id FROM item WHERE id = ?1", [id])?.pop())
}

/// Conditions with the values of their parameters.
#[derive(Default)]
struct Where {
    all: Vec<String>,
    values: Vec<Value>,
}

impl Where {
    /// Returns the conditions of `filter`.
    fn of(filter: &FeedFilter) -> Result<Self, StoreError> {
        let mut wanted = Self::default();
        if let Some(asked) = &filter.asked {
            wanted.asked(asked)?;
        }
        wanted.any_of("i.zone IN ({})", filter.zones.iter().map(|zone| zone.as_str()));
        wanted.any_of(
            "EXISTS (SELECT 1 FROM sighting g JOIN source s ON s.id = g.source_id WHERE g.item_id = i.id AND s.name IN ({}))",
            filter.sources.iter().map(String::as_str),
        );
        wanted.any_of(
            &format!("ifnull({}, 'unknown') IN ({{}})", page::OPINION.replace("{kind}", "sentiment")),
            filter.sentiments.iter().map(|label| label.as_str()),
        );
        wanted.any_of(&format!("{} IN ({{}})", page::TEAM), filter.teams.iter().map(String::as_str));
        if let Some(language) = &filter.language {
            let language = language.to_ascii_lowercase();
            let shown = page::OPINION.replace("{kind}", "language");
            wanted.one(
                &format!("(lower(ifnull({shown}, i.language)) || '-') GLOB {{}}"),
                glob_prefix(&language),
            );
        }
        wanted.bounds(filter);
        let asks_for_removed =
            || filter.asked.as_ref().is_some_and(|asked| asked.filter.asks_about(Flag::Removed));
        if !filter.include_removed && !asks_for_removed() {
            wanted.all.push("i.removed_at IS NULL".to_owned());
        }
        Ok(wanted)
    }

    fn asked(&mut self, asked: &Asked) -> Result<(), StoreError> {
        let condition = asked.filter.sql(asked.ambient(), self.values.len() + 1)?;
        self.all.push(condition.sql);
        self.values.extend(condition.params.into_iter().map(|param| match param {
            Param::Text(text) => Value::Text(text),
            Param::Integer(number) => Value::Integer(number),
            Param::Real(number) => Value::Real(number),
            Param::Blob(bytes) => Value::Blob(bytes),
        }));
        Ok(())
    }

    fn bounds(&mut self, filter: &FeedFilter) {
        if let Some(since) = filter.since {
            self.one("i.feed_at >= {}", since);
        }
        if let Some(until) = filter.until {
            self.one("i.feed_at < {}", until);
        }
        if let Some(conversation) = filter.conversation {
            self.one("i.conversation_id = {}", conversation);
        }
        if let Some(newer_than) = filter.newer_than {
            self.one("i.id > {}", newer_than);
        }
        if let Some(after) = filter.after {
            let (at, row) = (self.give(after.at), self.give(after.row_id));
            self.all.push(format!("(i.feed_at, i.id) < ({at}, {row})"));
        }
    }

    /// Adds a condition with one value, whose place is `{}`.
    fn one(&mut self, condition: &str, value: impl Into<Value>) {
        let place = self.give(value);
        self.all.push(condition.replace("{}", &place));
    }

    /// Adds a condition with a list of values, whose place is `{}`; an empty list asks for nothing.
    fn any_of<'a>(&mut self, condition: &str, values: impl Iterator<Item = &'a str>) {
        let places: Vec<String> = values.map(|value| self.give(value.to_owned())).collect();
        if !places.is_empty() {
            self.all.push(condition.replace("{}", &places.join(", ")));
        }
    }

    /// Takes a value in; returns the name of its parameter.
    fn give(&mut self, value: impl Into<Value>) -> String {
        self.values.push(value.into());
        format!("?{}", self.values.len())
    }

    fn conditions(&self) -> String {
        if self.all.is_empty() { "TRUE".to_owned() } else { self.all.join(" AND ") }
    }
}

/// Returns a pattern for everything that starts with `language` and a hyphen; letters, digits and hyphens
/// only, for the rest could be a pattern itself.
fn glob_prefix(language: &str) -> String {
    let plain: String = language.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '-').collect();
    format!("{plain}-*")
}
