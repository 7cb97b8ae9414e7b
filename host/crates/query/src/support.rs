//! What a filter cannot be used for, said before any answer is given.
//!
//! Holds: SQL and memory refuse the same filters, with the same words.

use std::ops::Range;

use crate::ast::{Filter, Test, Value};
use crate::field::Field;
use crate::record::Ambient;

/// Why a filter that can be read gets no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unsupported {
    /// Nothing is stored yet that the field asks for.
    #[error("`{}:` cannot be asked for yet: Hark does not store {}", .field.name(), .field.info().meaning)]
    NotStored {
        /// Which field.
        field: Field,
        /// Bytes of the filter that ask for it.
        span: Range<usize>,
    },
    /// `me` where nobody looks, as in a rule.
    #[error("`{}:me` means who looks, and nobody looks here; write the login", .field.name())]
    Nobody {
        /// Which field.
        field: Field,
        /// Bytes of the filter that ask for it.
        span: Range<usize>,
    },
}

impl Filter {
    /// Returns the first thing that the filter cannot be used for, from left to right.
    pub fn check(&self, ambient: Ambient<'_>) -> Result<(), Unsupported> {
        let mut found = None;
        self.each_test(&mut |test, span| {
            let Test::Field(field, values) = test else { return };
            if found.is_some() {
                return;
            }
            let (field, span) = (*field, span.clone());
            if !field.info().is_stored {
                found = Some(Unsupported::NotStored { field, span });
            } else if ambient.me.is_none() && values.iter().any(asks_for_me) {
                found = Some(Unsupported::Nobody { field, span });
            }
        });
        found.map_or(Ok(()), Err)
    }
}

fn asks_for_me(value: &Value) -> bool {
    match value {
        Value::Me => true,
        Value::List { values, .. } => values.iter().any(asks_for_me),
        _ => false,
    }
}
