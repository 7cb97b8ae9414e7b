//! Actors: who speaks.
//!
//! Holds: each field has the newest value that anybody gave, so a sparse account never wipes a full one;
//! who was one of us stays one of us; an author that only an item names is a placeholder, of which
//! nothing remains once the actor itself is told.

use std::collections::hash_map::Entry;
use std::collections::{BTreeSet, HashMap};

use hark_model::{Actor, ActorKind, Ms};
use rusqlite::{Row, params};

use crate::apply::parts;
use crate::apply::sources::SourceFacts;
use crate::statements::Statements;
use crate::values::{Latest, column, word};
use crate::{StoreError, values};

/// The actors that one batch has touched, by the platform's id.
#[derive(Debug, Default)]
pub(crate) struct Actors<'a>(HashMap<&'a str, State>);

/// What an item must know of its author.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ActorRef {
    pub id: i64,
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
    kind: Latest<ActorKind>,
    handle: Latest<String>,
    display_name: Latest<String>,
    profile_url: Latest<String>,
    avatar_url: Latest<String>,
    followers: Latest<u64>,
    verified: Latest<bool>,
    is_self: bool,
    first_seen_at: Ms,
    last_seen_at: Ms,
}

impl<'a> Actors<'a> {
    /// Takes in what a connector tells of actors: all that a batch tells of one is merged first, so that a new
    /// actor is one insert.
    pub fn hear(
        &mut self,
        db: &Statements<'_>,
        source: &SourceFacts,
        actors: impl Iterator<Item = &'a Actor>,
    ) -> Result<(), StoreError> {
        let mut told: Vec<(&'a Actor, Facts)> = Vec::new();
        let mut places: HashMap<&'a str, usize> = HashMap::new();
        let mut emails = BTreeSet::new();
        for actor in actors {
            let place = *places.entry(&actor.id).or_insert(told.len());
            match told.get_mut(place) {
                Some((_, facts)) => _ = facts.merge(Facts::told(actor)),
                None => told.push((actor, Facts::told(actor))),
            }
            emails.extend(actor.emails.iter().map(|email| (actor.id.as_str(), email)));
        }
        for (actor, facts) in told {
            let (mut state, new) = obtain(db, source, &actor.id, || facts.clone())?;
            if !new {
                state.dirty = state.facts.merge(facts);
            }
            self.0.insert(&actor.id, state);
        }
        for (id, email) in emails {
            let mut insert = db.prepare(
                "INSERT INTO actor_email (actor_id, email) VALUES (?1, ?2) ON CONFLICT DO NOTHING",
            )?;
            insert.execute(params![self.0[id].id, email])?;
        }
        Ok(())
    }

    /// Returns the actor of this id; makes a placeholder if need be.
    pub fn obtain(
        &mut self,
        db: &Statements<'_>,
        source: &SourceFacts,
        native_id: &'a str,
        at: Ms,
    ) -> Result<ActorRef, StoreError> {
        let state = match self.0.entry(native_id) {
            Entry::Occupied(state) => state.into_mut(),
            Entry::Vacant(vacant) => {
                vacant.insert(obtain(db, source, native_id, || Facts::placeholder(at))?.0)
            }
        };
        Ok(ActorRef { id: state.id })
    }

    /// Writes what has changed.
    pub fn flush(&self, db: &Statements<'_>) -> Result<(), StoreError> {
        self.0.values().filter(|state| state.dirty).try_for_each(|state| state.write(db))
    }
}

/// Inserts an actor or reads it; the second value tells whether it is new.
fn obtain(
    db: &Statements<'_>,
    source: &SourceFacts,
    native_id: &str,
    facts: impl FnOnce() -> Facts,
) -> Result<(State, bool), StoreError> {
    let mut find = db.prepare(
        "SELECT id, known, kind, kind_at, handle, handle_at, display_name, display_name_at, profile_url,
           profile_url_at, avatar_url, avatar_url_at, followers, followers_at, verified, verified_at, is_self,
           first_seen_at, last_seen_at
         FROM actor WHERE scope = ?1 AND native_id = ?2",
    )?;
    let mut rows = find.query(params![source.scope, native_id])?;
    if let Some(row) = rows.next()? {
        return Ok((State { id: row.get(0)?, facts: Facts::read(row)?, dirty: false }, false));
    }
    let facts = facts();
    let id = facts.insert(db, &source.scope, native_id)?;
    parts::tie_in_late_actor(db, &source.scope, id, native_id)?;
    Ok((State { id, facts, dirty: false }, true))
}

impl State {
    fn write(&self, db: &Statements<'_>) -> Result<(), StoreError> {
        let facts = &self.facts;
        let mut update = db.prepare(
            "UPDATE actor SET known = ?2, kind = ?3, kind_at = ?4, handle = ?5, handle_at = ?6, display_name = ?7,
               display_name_at = ?8, profile_url = ?9, profile_url_at = ?10, avatar_url = ?11, avatar_url_at = ?12,
               followers = ?13, followers_at = ?14, verified = ?15, verified_at = ?16, is_self = ?17,
               first_seen_at = ?18, last_seen_at = ?19
             WHERE id = ?1",
        )?;
        update.execute(params![
            self.id,
            facts.known,
            facts.kind_word(),
            facts.kind.at,
            facts.handle.value,
            facts.handle.at,
            facts.display_name.value,
            facts.display_name.at,
            facts.profile_url.value,
            facts.profile_url.at,
            facts.avatar_url.value,
            facts.avatar_url.at,
            column(facts.followers.value),
            facts.followers.at,
            facts.verified.value,
            facts.verified.at,
            facts.is_self,
            facts.first_seen_at,
            facts.last_seen_at,
        ])?;
        Ok(())
    }
}

impl Facts {
    fn told(actor: &Actor) -> Self {
        let at = actor.seen_at;
        Self {
            known: true,
            kind: Latest::new((actor.kind != ActorKind::Unknown).then_some(actor.kind), at),
            handle: Latest::new(actor.handle.clone(), at),
            display_name: Latest::new(actor.display_name.clone(), at),
            profile_url: Latest::new(actor.profile_url.clone(), at),
            avatar_url: Latest::new(actor.avatar_url.clone(), at),
            // As the column will give it back, or the same actor told twice would differ.
            followers: Latest::new(actor.followers.map(|count| count.min(i64::MAX as u64)), at),
            verified: Latest::new(actor.verified, at),
            is_self: actor.is_self,
            first_seen_at: at,
            last_seen_at: at,
        }
    }

    fn placeholder(at: Ms) -> Self {
        Self {
            known: false,
            kind: Latest::new(None, at),
            handle: Latest::new(None, at),
            display_name: Latest::new(None, at),
            profile_url: Latest::new(None, at),
            avatar_url: Latest::new(None, at),
            followers: Latest::new(None, at),
            verified: Latest::new(None, at),
            is_self: false,
            first_seen_at: at,
            last_seen_at: at,
        }
    }

    fn merge(&mut self, told: Self) -> bool {
        if !self.known {
            *self = told;
            return true;
        }
        let earlier = told.first_seen_at < self.first_seen_at;
        let later = told.last_seen_at > self.last_seen_at;
        let ours = told.is_self && !self.is_self;
        self.first_seen_at = self.first_seen_at.min(told.first_seen_at);
        self.last_seen_at = self.last_seen_at.max(told.last_seen_at);
        self.is_self |= told.is_self;
        // Every field is merged: `|` and not `||`.
        earlier
            | later
            | ours
            | self.kind.merge(told.kind)
            | self.handle.merge(told.handle)
            | self.display_name.merge(told.display_name)
            | self.profile_url.merge(told.profile_url)
            | self.avatar_url.merge(told.avatar_url)
            | self.followers.merge(told.followers)
            | self.verified.merge(told.verified)
    }

    fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        let kind: ActorKind = word(row, 2)?;
        Ok(Self {
            known: row.get(1)?,
            kind: Latest { value: (kind != ActorKind::Unknown).then_some(kind), at: row.get(3)? },
            handle: Latest { value: row.get(4)?, at: row.get(5)? },
            display_name: Latest { value: row.get(6)?, at: row.get(7)? },
            profile_url: Latest { value: row.get(8)?, at: row.get(9)? },
            avatar_url: Latest { value: row.get(10)?, at: row.get(11)? },
            followers: Latest { value: values::count(row, 12)?, at: row.get(13)? },
            verified: Latest { value: row.get(14)?, at: row.get(15)? },
            is_self: row.get(16)?,
            first_seen_at: row.get(17)?,
            last_seen_at: row.get(18)?,
        })
    }

    fn kind_word(&self) -> &'static str {
        self.kind.value.unwrap_or(ActorKind::Unknown).as_str()
    }

    fn insert(&self, db: &Statements<'_>, scope: &str, native_id: &str) -> Result<i64, StoreError> {
        let mut insert = db.prepare(
            "INSERT INTO actor (scope, native_id, known, kind, kind_at, handle, handle_at, display_name,
               display_name_at, profile_url, profile_url_at, avatar_url, avatar_url_at, followers, followers_at,
               verified, verified_at, is_self, first_seen_at, last_seen_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20)",
        )?;
        insert.execute(params![
            scope,
            native_id,
            self.known,
            self.kind_word(),
            self.kind.at,
            self.handle.value,
            self.handle.at,
            self.display_name.value,
            self.display_name.at,
            self.profile_url.value,
            self.profile_url.at,
            self.avatar_url.value,
            self.avatar_url.at,
            column(self.followers.value),
            self.followers.at,
            self.verified.value,
            self.verified.at,
            self.is_self,
            self.first_seen_at,
            self.last_seen_at,
        ])?;
        Ok(db.last_insert_rowid())
    }
}
