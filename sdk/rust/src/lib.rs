//! Write a Hark connector in Rust: what a connector needs, over the contract in `wit/`.
//!
//! A connector is a type that implements [`Connector`] and stands in [`export!`]. It is built for
//! `wasm32-wasip2` and runs in the host's sandbox, a fresh instance for each call: it keeps no state but
//! its cursor, has no files, no sockets and no secrets, and reaches the world through [`http`] and
//! [`wire`] only.
//!
//! Built for any other target everything compiles, too: [`testing`] then stands in for the host, so that a
//! connector is tested like any other code.
//!
//! Not its business: what the host does with the events.

#![cfg_attr(test, allow(clippy::unwrap_used, reason = "a test may end at once"))]

mod connector;
pub mod cursor;
mod events;
mod fault;
mod host;
pub mod html;
pub mod http;
pub mod json;
mod manifest;
mod settings;
#[cfg(not(target_arch = "wasm32"))]
pub mod testing;
pub mod text;
pub mod time;
pub mod wire;

pub use connector::{Connector, Exported};
pub use host::{Clock, Digest, Level, hmac, hmac_equal, log, progress};
pub use settings::{parse_settings, schema_of};

/// The contract, as generated from `wit/`.
pub mod bindings {
    #![allow(missing_docs, unsafe_code, clippy::all)]
    wit_bindgen::generate!({
        path: "../../wit/0.1.0",
        world: "listening-connector-wire",
        pub_export_macro: true,
        export_macro_name: "export_connector",
        default_bindings_module: "hark_sdk::bindings",
        additional_derives: [PartialEq, Clone],
    });
}

/// The records and variants of the contract.
pub mod types {
    pub use crate::bindings::exports::hark::connector::connector::{
        Action, ActionInfo, Batch, Budget, CheckReport, CredentialInfo, Delivery, DeliveryResult, Manifest,
        Outcome, Placement, Proof, Raw, ReadMode, ReadRequest, StreamInfo, Target,
    };
    pub use crate::bindings::hark::connector::types::{
        Actor, ActorKind, Attachment, AuthProblem, AuthWhy, ConfigProblem, Conversation, Counters, Direction,
        Engagement, Event, Fault, FlagReport, Gap, Item, ItemKind, Limit, Ms, Poison, Provenance, Relation,
        RelationKind, Removal, RemovalReason, Retry, Visibility, Zone,
    };
}

/// Everything that most connectors use: `use hark_sdk::prelude::*;`.
pub mod prelude {
    pub use crate::types::*;
    pub use crate::{Clock, Connector, cursor, debug, error, html, http, info, text, time, warn, wire};
    pub use schemars::JsonSchema;
    pub use serde::{Deserialize, Serialize};
}
