//! Why a read gave nothing that is stored: the connector's trouble or the store's.

use hark_model::{Batch, Fault, FaultClass};
use hark_runtime::CallError;
use hark_store::StoreError;

use crate::limits;

/// Why a read gave nothing that is stored.
#[derive(Debug)]
pub(crate) enum Trouble {
    Call(CallError),
    Store(StoreError),
}

impl From<CallError> for Trouble {
    fn from(error: CallError) -> Self {
        Self::Call(error)
    }
}

impl From<StoreError> for Trouble {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl Trouble {
    /// Returns what decides, and the connector's own words where it has any.
    pub fn class(&self) -> (FaultClass, Option<&Fault>) {
        match self {
            Self::Call(CallError::Fault(fault)) => (fault.class(), Some(fault)),
            Self::Call(error) => (error.class(), None),
            Self::Store(_) => (FaultClass::Transient, None),
        }
    }

    /// Returns it for people, not scrubbed.
    pub fn text(&self) -> String {
        match self {
            Self::Call(error) => chain(error),
            Self::Store(error) => chain(error),
        }
    }
}

/// A cursor is opaque, but not without bounds.
pub(crate) fn check_cursors(batch: &Batch) -> Result<(), CallError> {
    let longest = [&batch.cursor, &batch.continuation].into_iter().flatten().map(Vec::len).max();
    match longest {
        Some(bytes) if bytes > hark_model::limits::CURSOR_BYTES_MAX => Err(CallError::InvalidBatch(format!(
            "its cursor has {bytes} bytes, more than {}",
            hark_model::limits::CURSOR_BYTES_MAX
        ))),
        _ => Ok(()),
    }
}

/// Cuts a text to what is stored and shown of a fault.
pub(crate) fn cut_fault(mut text: String) -> String {
    text.truncate(text.floor_char_boundary(limits::FAULT_TEXT_BYTES_MAX));
    text
}

/// An error and its causes on one line.
pub(crate) fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(": ");
        text.push_str(&error.to_string());
        cause = error.source();
    }
    text
}
