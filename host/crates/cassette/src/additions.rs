//! What people add to a recording: a file beside it, so that it can be recorded again.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::{Ask, Listing};

/// What a cassette holds beside what reading gives.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Additions {
    /// What people should know of the cassette.
    pub note: String,
    /// Values of credentials that were made for tests.
    pub credentials: BTreeMap<String, String>,
    /// How the platform lists.
    pub listings: Vec<Listing>,
    /// What is asked after everything was read: deliveries and actions.
    pub asks: Vec<Ask>,
}
