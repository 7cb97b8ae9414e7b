//! Hark's one filter language: read, explained, as SQL, and over items in memory.
//!
//! Holds: the same filter gives the same items in the database and in memory. Not here: a database, files, clocks.

#![cfg_attr(test, allow(clippy::unwrap_used, reason = "a test may end at once"))]

mod ast;
mod display;
mod error;
mod explain;
mod field;
mod flag;
pub mod limits;
mod lists;
mod matcher;
mod name;
mod number;
mod parse;
mod phrase;
mod record;
mod reference;
mod span;
mod sql;
mod standing;
mod support;
mod trace;
mod when;
mod words;

pub use ast::{Expr, Filter, Near, Test, Value, WordList};
pub use error::{ErrorKind, FilterError};
pub use field::{FIELDS, Field, FieldInfo, STATUSES, Values};
pub use flag::{Flag, FlagInfo, Flags, HAS, IS};
pub use lists::{ListError, Lists, NoLists};
pub use name::{NamePattern, Part};
pub use number::Bound;
pub use phrase::{NoPhrase, Phrase};
pub use record::{Ambient, Record};
pub use reference::fields_in_markdown;
pub use span::Spanned;
pub use sql::{Condition, Param};
pub use standing::{RefusedRule, Scratch, Standing, WordCounts};
pub use support::Unsupported;
pub use trace::{Asked, Spot, Trace};
pub use when::{AgeUnit, When};
pub use words::{Column, Words};
