//! Texts that are nearly the same: reposts, copied campaigns, the same mail to many.
//!
//! Holds: what a text is like is 128 bytes, compared without the text; memory is bounded, and what is older
//! than a day is forgotten. Not here: what follows from a text being there already.

mod ring;
mod signature;

pub use ring::{Duplicates, Sighting};
pub use signature::{LANES, SAME_MIN, Signature};
