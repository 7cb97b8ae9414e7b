//! The one hash of words and of what is made of words; and the digest of what an operator brings.
//!
//! Holds: the same on every machine and in every version, as model files are written in it; well spread
//! in its upper bits. Not here: tables. The lexicon is fixed and a model is a sum, so nobody gains anything
//! by aiming for collisions.

use std::hash::Hasher;

use sha2::{Digest, Sha256};

const MULTIPLIER: u64 = 0x9e37_79b9_7f4a_7c15;

/// Bytes of a digest that are kept: enough to tell apart what one operator ever brings.
const DIGEST_BYTES: usize = 6;

/// Returns a version for what has none of its own: the beginning of its SHA-256, in hexadecimal.
pub(crate) fn digest(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().take(DIGEST_BYTES).map(|byte| format!("{byte:02x}")).collect()
}

/// A hash under way: letters go in, one after the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Hash(u64);

impl Hash {
    /// Adds a letter.
    pub fn letter(self, letter: u32) -> Self {
        Self((self.0.rotate_left(5) ^ u64::from(letter)).wrapping_mul(MULTIPLIER))
    }

    /// Returns the hash of what went in.
    pub fn end(self) -> u64 {
        mixed(self.0)
    }
}

/// Returns the hash of two hashes in this order.
pub(crate) fn pair(one: u64, other: u64) -> u64 {
    mixed(one.rotate_left(23).wrapping_add(other).wrapping_mul(MULTIPLIER))
}

/// Spreads what a multiplication leaves in the upper bits.
pub(crate) fn mixed(number: u64) -> u64 {
    let number = (number ^ (number >> 32)).wrapping_mul(0xd6e8_feb8_6659_fd93);
    number ^ (number >> 29)
}

/// Takes what is a hash already as it is.
#[derive(Debug, Default)]
pub(crate) struct Hashed(u64);

impl Hasher for Hashed {
    fn write(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|byte| self.0 = mixed(self.0 ^ u64::from(*byte)));
    }

    fn write_u64(&mut self, number: u64) {
        self.0 = number;
    }

    fn write_u32(&mut self, number: u32) {
        self.0 = mixed(u64::from(number) << 20);
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(word: &str) -> u64 {
        word.chars().fold(Hash::default(), |hash, c| hash.letter(u32::from(c))).end()
    }

    #[test]
    fn order_matters_and_the_hash_never_changes() {
        assert_ne!(of("ab"), of("ba"));
        assert_ne!(pair(of("a"), of("b")), pair(of("b"), of("a")));
        // Model files hold this hash: another one makes every file wrong.
        assert_eq!(of("hark"), 15_071_537_393_647_049_239);
    }

    #[test]
    fn the_upper_bits_are_spread() {
        let mut buckets = [0_u32; 64];
        (0..6_400_u32).for_each(|n| buckets[(of(&format!("w{n}")) >> 58) as usize] += 1);
        assert!(buckets.iter().all(|count| (50..=160).contains(count)), "{buckets:?}");
    }
}
