//! The pages, as templates over what the store shows. No I/O here.

mod age;
pub(crate) mod ask;
mod chips;
mod feed;
mod row;
mod shell;
mod signs;
mod sources;
mod thread;

pub(crate) use age::now_ms;
pub(crate) use feed::{FeedPage, bad_filter, page as feed};
pub(crate) use row::row;
pub(crate) use shell::failure;
pub(crate) use sources::page as sources;
pub(crate) use thread::{Files, page as thread};
