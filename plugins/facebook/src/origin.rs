//! Where entries were read, and the list of events that they become.
//!
//! Holds: an author stands once in a list; what cannot be an id or an address never becomes one.

use std::collections::BTreeSet;

use hark_sdk::text;
use hark_sdk::types::{Actor, ActorKind, Event, Item, Ms, Poison, Provenance};
use serde::Deserialize;

use crate::json::Scalar;
use crate::limits;

/// Where entries were read.
#[derive(Debug, Clone, Copy)]
pub struct Origin<'a> {
    /// Id of the kept payload.
    pub payload: u64,
    pub received_at: Ms,
    /// Id of our page.
    pub page: &'a str,
}

impl Origin<'_> {
    /// Points into the payload.
    pub fn at(&self, pointer: &str) -> Provenance {
        Provenance::new(self.payload, pointer)
    }
}

/// Somebody, as the Graph API names people and pages.
#[derive(Debug, Clone, Deserialize)]
pub struct Profile {
    pub id: Scalar,
    #[serde(default)]
    pub name: Option<String>,
}

/// Events in the order in which they are told.
#[derive(Debug, Default)]
pub struct Events {
    list: Vec<Event>,
    actors: BTreeSet<String>,
    bytes: usize,
}

impl Events {
    /// Adds an event.
    pub fn push(&mut self, event: impl Into<Event>) {
        let event = event.into();
        if let Event::Item(item) = &event {
            self.bytes += item.text.len();
        }
        self.list.push(event);
    }

    /// Adds an entry that could not be understood.
    pub fn poison(&mut self, hint: &str, why: impl Into<String>, origin: Provenance) {
        let hint: String = hint.chars().take(limits::ID_BYTES_MAX).collect();
        self.push(Poison::new(if hint.is_empty() { "an entry" } else { &hint }, why, origin));
    }

    /// Adds an author, once; returns the id. Platforms hide authors, so there may be none.
    pub fn author(&mut self, from: Option<&Profile>, origin: Origin<'_>) -> Option<String> {
        let from = from?;
        let id = native_id(&from.id)?;
        if self.actors.insert(id.clone()) {
            let name = from.name.as_deref().map(text::line).filter(|name| !name.is_empty());
            let is_self = id == origin.page;
            let kind = if is_self { ActorKind::Organisation } else { ActorKind::Unknown };
            let actor = Actor::new(id.clone(), origin.received_at);
            self.push(Actor { kind, display_name: name, is_self, ..actor });
        }
        Some(id)
    }

    /// Changes the last event if it is an item that was read at `pointer`.
    pub fn change_last_item(&mut self, change: impl FnOnce(&mut Item), pointer: &str) {
        match self.list.last_mut() {
            Some(Event::Item(item)) if item.origin.pointer == pointer => change(item),
            _ => {}
        }
    }

    /// Returns how many there are.
    pub fn len(&self) -> usize {
        self.list.len()
    }

    /// Returns the bytes of all texts.
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    /// Tells whether there is none.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// Returns them.
    pub fn into_list(self) -> Vec<Event> {
        self.list
    }
}

/// Returns `id` if it can be one: not empty, not endless, of one word.
pub fn native_id(id: &Scalar) -> Option<String> {
    let id = id.id();
    let fits = (1..=limits::ID_BYTES_MAX).contains(&id.len());
    (fits && !id.contains(|c: char| c.is_control() || c.is_whitespace())).then_some(id)
}

/// Tells whether `id` can stand in the path of an address.
pub fn is_path_safe(id: &str) -> bool {
    let fits = (1..=limits::ID_BYTES_MAX).contains(&id.len());
    fits && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

/// Returns an address that leads to the web and nowhere else.
pub fn web_address(address: Option<&str>) -> Option<String> {
    let address = address?.trim();
    let scheme = address.split_once("://").map(|(scheme, _)| scheme.to_ascii_lowercase())?;
    let is_web = matches!(scheme.as_str(), "https" | "http");
    let fits = address.len() <= limits::URL_BYTES_MAX && !address.contains(char::is_control);
    (is_web && fits).then(|| address.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_addresses_of_the_web_are_taken() {
        for (address, taken) in [
            ("https://www.facebook.com/1/posts/2", true),
            (" HTTP://x.test ", true),
            ("javascript:alert(1)", false),
            ("javascript://x.test/%0aalert(1)", false),
            ("data:text/html,x", false),
            ("//x.test/a", false),
            ("https://x.test/\na", false),
            ("", false),
        ] {
            assert_eq!(web_address(Some(address)).is_some(), taken, "{address}");
        }
        assert_eq!(web_address(None), None);
    }

    #[test]
    fn ids_are_judged_before_they_are_used() {
        for (id, native, in_path) in [
            ("104_7", true, true),
            ("9007199254740993", true, true),
            ("t:104", true, false),
            ("../me", true, false),
            ("a b", false, false),
            ("", false, false),
        ] {
            assert_eq!(native_id(&Scalar::Text(id.to_owned())).is_some(), native, "{id}");
            assert_eq!(is_path_safe(id), in_path, "{id}");
        }
        assert_eq!(native_id(&Scalar::Text("1".repeat(129))), None);
    }
}
