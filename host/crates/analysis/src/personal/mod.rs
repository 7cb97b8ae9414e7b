//! Personal data that can be told by its form: mail addresses, cards, IBANs, internet addresses, telephones.
//!
//! Holds: what has a checksum is checked by it; steps are counted and in proportion to the text, whatever it
//! is; a masked text has nothing left that would be found. Not here: names and postal addresses, which no
//! form gives away, and numbers whose digits are not ASCII.

mod iban;
mod internet;
mod key;
mod mail;
mod mask;
mod number;
mod phone;
mod scan;

pub use key::Pseudonyms;
pub use mask::{Masked, Policy, mask};
pub use scan::{Found, PersonalKind, find};

/// Returns how many steps the search of `text` takes.
#[cfg(test)]
pub(crate) fn steps(text: &str) -> u64 {
    let mut scan = scan::Scan::of(text);
    scan.run();
    scan.steps
}
