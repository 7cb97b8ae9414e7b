//! A platform that is simulated: lists the recorded items as its listings say, and more or fewer of them.
//!
//! Holds: what no listing answers is left to the cassette. Not here: what the connector makes of it.

mod asked;
mod entry;
mod frame;
mod keys;
mod list;
mod xml;

use std::sync::Arc;

use hark_cassette::{Exchange, HttpAsked, Listing, Live};
use serde_json::Value;

use list::List;

/// What happens between two requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// Two items are added.
    Add,
    /// The newest item that was listed and the oldest that was not are deleted.
    Delete,
}

/// The listings of a stream, alive.
#[derive(Clone)]
pub struct Platform(Arc<Vec<List>>);

impl Platform {
    /// Makes a platform of what was recorded of `listings`; none where nothing fits.
    pub fn new<'l>(listings: impl Iterator<Item = &'l Listing>, exchanges: &[Exchange]) -> Option<Self> {
        let lists: Vec<List> = listings.filter_map(|listing| List::new(listing, exchanges)).collect();
        (!lists.is_empty()).then(|| Self(Arc::new(lists)))
    }

    /// Returns what answers for it.
    pub fn live(&self) -> Live {
        let platform = self.clone();
        Arc::new(move |asked: &HttpAsked| platform.0.iter().find_map(|list| list.answer(asked)))
    }

    /// Lets `change` happen in each listing after the first page that is asked for from now on.
    pub fn change_after_first_page(&self, change: Change) {
        self.0.iter().for_each(|list| list.change_after_first_page(change));
    }

    /// Edits an item of each listing that lists edits again; returns their ids and their new texts.
    pub fn edit(&self) -> Vec<(String, String)> {
        self.0.iter().filter_map(List::edit).collect()
    }

    /// Returns the ids of all items that it has now. What hangs on an item, as the comments of a post, goes
    /// with it.
    pub fn ids(&self) -> Vec<String> {
        let gone: Vec<String> = self.0.iter().flat_map(List::deleted).collect();
        self.0.iter().filter(|list| !list.hangs_on(&gone)).flat_map(List::ids).collect()
    }
}

/// Returns what a text or a number says.
fn word(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
