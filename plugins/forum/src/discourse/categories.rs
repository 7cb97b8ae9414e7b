//! Which categories are for some members only.
//!
//! Holds: what cannot be found out counts as closed; what was found out holds for a minute, so that a category
//! that is being closed does not stay open here.

use std::collections::{BTreeMap, BTreeSet};

use hark_sdk::prelude::*;

use super::shapes::{Category, CategoryShown, Site};
use crate::client::{Client, Looked};
use crate::lenient;
use crate::out::line;

/// How long what was found out holds.
const HOLDS_MS: i64 = 60_000;
/// Most categories that are remembered, so that a cursor keeps its bound.
const CATEGORIES_MAX: usize = 3_000;

/// Bytes of names that are remembered.
const NAMES_BYTES_MAX: usize = 12 << 10;
/// Longest name, in bytes.
const NAME_BYTES_MAX: usize = 80;

/// What is known of the categories.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Categories {
    #[serde(rename = "a")]
    at: Ms,
    #[serde(rename = "o")]
    open: BTreeSet<u64>,
    #[serde(rename = "c")]
    closed: BTreeSet<u64>,
    /// What they are called, as far as there is room.
    #[serde(rename = "n", default)]
    names: BTreeMap<u64, String>,
}

impl Categories {
    /// Returns what is known when `open` are for every member.
    pub fn of_open(open: impl Iterator<Item = u64>) -> Self {
        Self { open: open.collect(), ..Self::default() }
    }

    /// Tells whether they were asked for a short while ago.
    pub fn is_fresh(&self) -> bool {
        (0..HOLDS_MS).contains(&(Clock::now() - self.at))
    }

    /// Asks for all categories if that was not done a short while ago.
    pub fn refresh(&mut self, client: &mut Client<'_>) -> Result<(), Fault> {
        if self.is_fresh() {
            return Ok(());
        }
        let response = client.get("/site.json")?;
        let site: Site = lenient::json(&response)?;
        *self = Self { at: response.received_at(), ..Self::default() };
        for category in site.categories.iter().take(CATEGORIES_MAX) {
            self.note(category);
        }
        Ok(())
    }

    /// Asks for those of `wanted` that the list left out: large forums leave out all.
    pub fn complete(
        &mut self,
        client: &mut Client<'_>,
        wanted: impl Iterator<Item = u64>,
    ) -> Result<(), Fault> {
        let unknown: BTreeSet<u64> =
            wanted.filter(|id| !self.open.contains(id) && !self.closed.contains(id)).collect();
        for id in unknown {
            client.require("who may read a category")?;
            if let Looked::Found(response) = client.look(&format!("/c/{id}/show.json"))? {
                self.note(&lenient::json::<CategoryShown>(&response)?.category);
            }
        }
        Ok(())
    }

    /// Tells whether a category is for some members only; one that is not known counts as such.
    pub fn is_closed(&self, category: Option<u64>) -> bool {
        category.is_none_or(|id| !self.open.contains(&id))
    }

    /// Returns what people call a category; its id as that of a target where there was no room for the name, and
    /// nothing where nobody was asked.
    pub fn place(&self, category: Option<u64>) -> Option<String> {
        let id = category.filter(|_| self.at > 0)?;
        Some(self.names.get(&id).cloned().unwrap_or_else(|| format!("category:{id}")))
    }

    fn note(&mut self, category: &Category) {
        let used: usize = self.names.values().map(String::len).sum();
        if let Some(mut name) = category.name.as_deref().and_then(line).filter(|_| used < NAMES_BYTES_MAX) {
            name.truncate(name.floor_char_boundary(NAME_BYTES_MAX));
            self.names.insert(category.id, name);
        }
        match category.read_restricted {
            true => self.closed.insert(category.id),
            false => self.open.insert(category.id),
        };
    }
}
