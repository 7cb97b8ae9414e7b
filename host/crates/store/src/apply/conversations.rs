//! Conversations: what items belong together.
//!
//! Holds: each field has the newest value that anybody gave; zone and visibility only become more private;
//! a conversation that only its items name is a placeholder as private as the most private of them, and its
//! own word takes the placeholder's place; counts and bounds are of the items that are still there.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use hark_model::{Conversation, Ms, Visibility, Zone};
use rusqlite::{Row, params};

use crate::StoreError;
use crate::apply::sources::SourceFacts;
use crate::statements::Statements;
use crate::values::{Latest, word};

/// The conversations that one batch has touched.
#[derive(Debug, Default)]
pub(crate) struct Conversations<'a> {
    told: HashMap<&'a str, State>,
    items: HashMap<i64, Items>,
}

#[derive(Debug)]
struct State {
    id: i64,
    facts: Facts,
    dirty: bool,
}

#[derive(Debug, Clone)]
struct Facts {
    known: bool,
    zone: Zone,
    title: Latest<String>,
    url: Latest<String>,
    place: Latest<String>,
    visibility: Visibility,
    locked: Latest<bool>,
}

/// What a batch changed in the items of one conversation.
#[derive(Debug)]
enum Items {
    /// Only new ones came: they are added up.
    Added { count: i64, first: Ms, last: Ms },
    /// Anything else: they are counted again.
    Changed,
}

impl<'a> Conversations<'a> {
    /// Takes in what a connector tells of conversations: all that a batch tells of one is merged first, so that
    /// a new conversation is one insert.
    pub fn hear(
        &mut self,
        db: &Statements<'_>,
        source: &SourceFacts,
        conversations: impl Iterator<Item = &'a Conversation>,
        at: Ms,
    ) -> Result<(), StoreError> {
        let mut told: Vec<(&'a str, Facts)> = Vec::new();
        let mut places: HashMap<&'a str, usize> = HashMap::new();
        for conversation in conversations {
            let facts = Facts::told(conversation, source.zone, at);
            let place = *places.entry(&conversation.id).or_insert(told.len());
            match told.get_mut(place) {
                Some((_, before)) => _ = before.merge(facts),
                None => told.push((&conversation.id, facts)),
            }
        }
        for (id, facts) in told {
            let mut state = obtain(db, source, id, &facts)?;
            state.merge(facts);
            self.told.insert(id, state);
        }
        Ok(())
    }

    /// Returns the row of the conversation that an item of this visibility belongs to; makes a placeholder if
    /// need be.
    pub fn obtain(
        &mut self,
        db: &Statements<'_>,
        source: &SourceFacts,
        native_id: &'a str,
        visibility: Visibility,
    ) -> Result<i64, StoreError> {
        let placeholder = Facts::placeholder(source.zone, visibility);
        let state = match self.told.entry(native_id) {
            Entry::Occupied(state) => state.into_mut(),
            Entry::Vacant(vacant) => vacant.insert(obtain(db, source, native_id, &placeholder)?),
        };
        state.merge(placeholder);
        Ok(state.id)
    }

    /// Notes that an item is new in a conversation.
    pub fn item_added(&mut self, conversation: i64, at: Ms) {
        match self.items.entry(conversation).or_insert(Items::Added { count: 0, first: at, last: at }) {
            Items::Added { count, first, last } => {
                *count += 1;
                *first = at.min(*first);
                *last = at.max(*last);
            }
            Items::Changed => {}
        }
    }

    /// Notes that an item came back, went away or moved.
    pub fn items_changed(&mut self, conversation: i64) {
        self.items.insert(conversation, Items::Changed);
    }

    /// Writes what has changed.
    pub fn flush(&self, db: &Statements<'_>) -> Result<(), StoreError> {
        self.told.values().filter(|state| state.dirty).try_for_each(|state| state.write(db))?;
        self.items.iter().try_for_each(|(conversation, items)| items.write(db, *conversation))
    }
}

fn obtain(
    db: &Statements<'_>,
    source: &SourceFacts,
    native_id: &str,
    facts: &Facts,
) -> Result<State, StoreError> {
    let mut find = db.prepare(
        "SELECT id, known, zone, title, title_at, url, url_at, place, place_at, visibility, locked, locked_at
         FROM conversation WHERE scope = ?1 AND native_id = ?2",
    )?;
    let mut rows = find.query(params![source.scope, native_id])?;
    if let Some(row) = rows.next()? {
        return Ok(State { id: row.get(0)?, facts: Facts::read(row)?, dirty: false });
    }
    let id = facts.insert(db, &source.scope, native_id)?;
    Ok(State { id, facts: facts.clone(), dirty: false })
}

impl State {
    fn merge(&mut self, told: Facts) {
        self.dirty |= self.facts.merge(told);
    }

    fn write(&self, db: &Statements<'_>) -> Result<(), StoreError> {
        let facts = &self.facts;
        let mut update = db.prepare(
            "UPDATE conversation SET known = ?2, zone = ?3, title = ?4, title_at = ?5, url = ?6, url_at = ?7,
               place = ?8, place_at = ?9, visibility = ?10, locked = ?11, locked_at = ?12
             WHERE id = ?1",
        )?;
        update.execute(params![
            self.id,
            facts.known,
            facts.zone.as_str(),
            facts.title.value,
            facts.title.at,
            facts.url.value,
            facts.url.at,
            facts.place.value,
            facts.place.at,
            facts.visibility.as_str(),
            facts.locked.value.unwrap_or(false),
            facts.locked.at,
        ])?;
        Ok(())
    }
}

impl Facts {
    fn told(conversation: &Conversation, zone: Zone, at: Ms) -> Self {
        Self {
            known: true,
            zone,
            title: Latest::new(conversation.title.clone(), at),
            url: Latest::new(conversation.url.clone(), at),
            place: Latest::new(conversation.place.clone(), at),
            visibility: conversation.visibility,
            locked: Latest::new(Some(conversation.locked), at),
        }
    }

    fn placeholder(zone: Zone, visibility: Visibility) -> Self {
        Self {
            known: false,
            zone,
            title: Latest::new(None, 0),
            url: Latest::new(None, 0),
            place: Latest::new(None, 0),
            visibility,
            locked: Latest::new(None, 0),
        }
    }

    fn merge(&mut self, told: Self) -> bool {
        let zone = self.zone.min(told.zone);
        let visibility = match (self.known, told.known) {
            // A conversation's own word against that of its items.
            (true, false) => self.visibility,
            (false, true) => told.visibility,
            (true, true) | (false, false) => self.visibility.max(told.visibility),
        };
        let known = self.known | told.known;
        let before = (self.zone, self.visibility, self.known);
        (self.zone, self.visibility, self.known) = (zone, visibility, known);
        // Every field is merged: `|` and not `||`.
        (before != (zone, visibility, known))
            | self.title.merge(told.title)
            | self.url.merge(told.url)
            | self.place.merge(told.place)
            | self.locked.merge(told.locked)
    }

    fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        let locked_at: Option<Ms> = row.get(11)?;
        let locked: bool = row.get(10)?;
        Ok(Self {
            known: row.get(1)?,
            zone: word(row, 2)?,
            title: Latest { value: row.get(3)?, at: row.get(4)? },
            url: Latest { value: row.get(5)?, at: row.get(6)? },
            place: Latest { value: row.get(7)?, at: row.get(8)? },
            visibility: word(row, 9)?,
            locked: Latest { value: locked_at.is_some().then_some(locked), at: locked_at },
        })
    }

    fn insert(&self, db: &Statements<'_>, scope: &str, native_id: &str) -> Result<i64, StoreError> {
        let mut insert = db.prepare(
            "INSERT INTO conversation (scope, native_id, known, zone, title, title_at, url, url_at, place, place_at,
               visibility, locked, locked_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)",
        )?;
        insert.execute(params![
            scope,
            native_id,
            self.known,
            self.zone.as_str(),
            self.title.value,
            self.title.at,
            self.url.value,
            self.url.at,
            self.place.value,
            self.place.at,
            self.visibility.as_str(),
            self.locked.value.unwrap_or(false),
            self.locked.at,
        ])?;
        Ok(db.last_insert_rowid())
    }
}

impl Items {
    fn write(&self, db: &Statements<'_>, conversation: i64) -> Result<(), StoreError> {
        match self {
            Self::Added { count, first, last } => {
                let mut add = db.prepare(
                    "UPDATE conversation SET item_count = item_count + ?2,
                       first_item_at = min(ifnull(first_item_at, ?3), ?3), last_item_at = max(ifnull(last_item_at, ?4), ?4)
                     WHERE id = ?1",
                )?;
                add.execute([conversation, *count, *first, *last])?;
            }
            Self::Changed => {
                let mut again = db.prepare(
                    "UPDATE conversation SET (item_count, first_item_at, last_item_at) =
                       (SELECT count(*), min(feed_at), max(feed_at) FROM item
                        WHERE conversation_id = ?1 AND removed_at IS NULL)
                     WHERE id = ?1",
                )?;
                again.execute([conversation])?;
            }
        }
        Ok(())
    }
}
