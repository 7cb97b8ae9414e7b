//! Cassettes: what a connector was asked, what it sent and heard, what it answered, as one text file.
//!
//! Holds: a file reads back as what was written, byte by byte; an older or newer version is refused by its
//! number; playing needs no network and no clock. Not here: who may connect where, secrets (the gate takes
//! them out before anything reaches a tape), what an answer means.

#![cfg_attr(test, allow(clippy::unwrap_used, reason = "a test may end at once"))]

mod additions;
mod blob;
mod capsule;
mod cassette;
mod listing;
mod player;
mod tape;
mod wire_player;

pub use additions::Additions;
pub use blob::Blob;
pub use capsule::{CAPSULE_VERSION, Capsule};
pub use cassette::{
    Act, Answer, Ask, Call, Cassette, CassetteError, Delivery, Exchange, HttpAnswer, HttpExchange,
    HttpTrouble, Read, Secret, VERSION, WireSession, WireStep, WireTrouble,
};
pub use listing::{Format, Listing, Method, Order, Tell};
pub use player::{Heard, HttpAsked, Live, Miss, Parts, Player, Unopened};
pub use tape::Tape;
pub use wire_player::PlayedWire;
