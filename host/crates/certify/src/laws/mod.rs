//! The laws themselves, by what they look at.

pub mod body;
pub mod budget;
pub mod cursor;
pub mod delivery;
pub mod events;
pub mod failure;
pub mod listing;
pub mod manifest;
pub mod paging;
pub mod replay;
pub mod status;
pub mod wire;
