//! A first look at a hash: most words of an item are in no rule, and this says so from a few KiB of memory.

/// Fewest and most bits: the most fit into the first cache of a core (32 KiB).
const BITS: (usize, usize) = (1 << 12, 1 << 18);
/// Bits for each entry, where they fit.
const BITS_PER_ENTRY: usize = 16;

/// A set of hashes that may have some that were never put in.
#[derive(Debug, Default)]
pub(super) struct Bloom {
    words: Vec<u64>,
    shift: u32,
}

impl Bloom {
    /// Takes hashes.
    pub fn of(hashes: &[u64]) -> Self {
        let bits = (hashes.len() * BITS_PER_ENTRY).next_power_of_two().clamp(BITS.0, BITS.1);
        let mut bloom = Self { words: vec![0; bits / 64], shift: 64 - bits.trailing_zeros() };
        for hash in hashes {
            let bit = hash >> bloom.shift;
            bloom.words[(bit / 64) as usize] |= 1 << (bit % 64);
        }
        bloom
    }

    /// Tells whether `hash` may have been put in; `false` is sure.
    pub fn may_have(&self, hash: u64) -> bool {
        let bit = hash >> self.shift;
        // Before anything was put in there are no words.
        self.words.get((bit / 64) as usize).is_some_and(|word| word & 1 << (bit % 64) != 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_put_in_is_never_denied() {
        let hashes: Vec<u64> = (1..5_000_u64).map(|n| n.wrapping_mul(0x9e37_79b9_7f4a_7c15)).collect();
        let (inside, outside) = hashes.split_at(2_000);
        let bloom = Bloom::of(inside);
        assert!(inside.iter().all(|hash| bloom.may_have(*hash)));
        let wrong = outside.iter().filter(|hash| bloom.may_have(**hash)).count();
        assert!(wrong * 5 < outside.len(), "{wrong} of {} pass", outside.len());
    }
}
