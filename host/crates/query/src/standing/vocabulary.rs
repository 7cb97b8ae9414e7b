//! The words, prefixes and names of all rules, each once, found by hash.
//!
//! Holds: what is found has the very bytes that were looked for; hashes only say where to look.

use hashbrown::HashTable;

use super::bloom::Bloom;
use crate::field::Field;

/// Number of a word, prefix or name.
pub(super) type Id = u32;

/// Stands for a word that no rule has.
pub(super) const NO_ID: Id = Id::MAX;

/// Fields whose whole names can be anchors.
pub(super) const KEYS: [Field; 5] = [Field::Tag, Field::Mention, Field::Source, Field::Author, Field::Place];

/// Longest prefix that is looked up, in bytes; of a longer one this much is, and the rest is compared.
pub(super) const PREFIX_BYTES_MAX: usize = 63;

/// What sort of bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// A word.
    Word,
    /// The beginning of a word, of at most [`PREFIX_BYTES_MAX`].
    Prefix,
    /// A name of a field, with A to Z in lower case.
    Key(Field),
}

/// Odd numbers with bits all over, to multiply with.
const MIX: [u64; 3] = [0x9e37_79b9_7f4a_7c15, 0xd6e8_feb8_6659_fd93, 0xa076_1d64_78bd_642f];

const fn mixed(a: u64, b: u64) -> u64 {
    let product = (a ^ b) as u128 * MIX[1] as u128;
    product as u64 ^ (product >> 64) as u64
}

/// Words are short: up to eight bytes are one multiplication and another for what sort they are. (Whoever writes messages
/// could find words of one hash; they would be found slower, by some steps of a table, and never wrongly.)
fn hash(kind: Kind, bytes: &[u8]) -> u64 {
    let salt = match kind {
        Kind::Word => 0,
        Kind::Prefix => 1,
        Kind::Key(field) => 2 + field as u64,
    };
    let mut hash = (salt << 32 ^ bytes.len() as u64).wrapping_mul(MIX[0]);
    let mut rest = bytes;
    while let Some((head, tail)) = rest.split_first_chunk().filter(|(_, tail)| !tail.is_empty()) {
        hash = mixed(hash, u64::from_le_bytes(*head));
        rest = tail;
    }
    mixed(mixed(hash, last(rest)), MIX[2])
}

/// Up to eight bytes as a number; where there are fewer, some stand in it twice.
fn last(bytes: &[u8]) -> u64 {
    if let (Some(first), Some(last)) = (bytes.first_chunk(), bytes.last_chunk()) {
        return u64::from(u32::from_le_bytes(*first)) | u64::from(u32::from_le_bytes(*last)) << 32;
    }
    match bytes {
        [] => 0,
        [first, .., last] => {
            u64::from(*first) | u64::from(bytes[bytes.len() / 2]) << 8 | u64::from(*last) << 16
        }
        [only] => u64::from(*only),
    }
}

#[derive(Debug)]
struct Known {
    kind: Kind,
    start: u32,
    end: u32,
    hash: u64,
}

/// Everything that rules look for, by its bytes.
#[derive(Debug, Default)]
pub(super) struct Vocabulary {
    bytes: Vec<u8>,
    known: Vec<Known>,
    table: HashTable<Id>,
    bloom: Bloom,
    /// Bit `n` is set when there is a prefix of `n` bytes.
    prefix_lengths: u64,
    /// Bit `n` is set when there is a name of field `n`.
    key_fields: u64,
}

impl Vocabulary {
    /// Returns how many there are.
    pub fn len(&self) -> usize {
        self.known.len()
    }

    /// Returns the number of `bytes`, and puts them in if they are new.
    pub fn intern(&mut self, kind: Kind, bytes: &[u8]) -> Id {
        let hash = hash(kind, bytes);
        if let Some(id) = self.find_hashed(kind, hash, bytes) {
            return id;
        }
        let id = self.known.len() as Id;
        let start = self.bytes.len() as u32;
        self.bytes.extend_from_slice(bytes);
        self.known.push(Known { kind, start, end: self.bytes.len() as u32, hash });
        let known = &self.known;
        self.table.insert_unique(hash, id, |id| known[*id as usize].hash);
        match kind {
            Kind::Word => {}
            Kind::Prefix => self.prefix_lengths |= 1 << bytes.len(),
            Kind::Key(field) => self.key_fields |= 1 << field as u64,
        }
        id
    }

    /// Makes ready to look up, after the last was put in.
    pub fn finish(&mut self) {
        let hashes: Vec<u64> = self.known.iter().map(|known| known.hash).collect();
        self.bloom = Bloom::of(&hashes);
    }

    /// Tells whether any rule names a value of `field`.
    pub fn has_keys(&self, field: Field) -> bool {
        self.key_fields & 1 << field as u64 != 0
    }

    /// Returns the number of `bytes`, if any rule looks for them.
    pub fn find(&self, kind: Kind, bytes: &[u8]) -> Option<Id> {
        let hash = hash(kind, bytes);
        if self.bloom.may_have(hash) { self.find_hashed(kind, hash, bytes) } else { None }
    }

    /// Returns the number of `word`, if any rule looks for it; calls `begins` with each prefix that it has.
    pub fn look_up(&self, word: &[u8], mut begins: impl FnMut(Id)) -> Option<Id> {
        let mut lengths = self.prefix_lengths;
        while lengths != 0 {
            let length = lengths.trailing_zeros() as usize;
            let Some(prefix) = word.get(..length) else { break };
            self.find(Kind::Prefix, prefix).into_iter().for_each(&mut begins);
            lengths &= lengths - 1;
        }
        self.find(Kind::Word, word)
    }

    fn find_hashed(&self, kind: Kind, hash: u64, bytes: &[u8]) -> Option<Id> {
        let is_meant = |id: &Id| {
            let known = &self.known[*id as usize];
            known.hash == hash
                && known.kind == kind
                && &self.bytes[known.start as usize..known.end as usize] == bytes
        };
        self.table.find(hash, is_meant).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_prefixes_and_names_are_told_apart() {
        let mut vocabulary = Vocabulary::default();
        let kinds = [Kind::Word, Kind::Prefix, Kind::Key(Field::Tag), Kind::Key(Field::Source)];
        let words: Vec<Vec<u8>> =
            (0..40).map(|n| (b'a'..).take(n % 20 + 1).map(|b| b + (n / 20) as u8).collect()).collect();
        let ids: Vec<Id> = words
            .iter()
            .flat_map(|word| kinds.map(|kind| (word, kind)))
            .map(|(word, kind)| vocabulary.intern(kind, word))
            .collect();
        vocabulary.finish();
        assert_eq!(ids, (0..160).collect::<Vec<_>>());
        for (at, word) in words.iter().enumerate() {
            for (kind, n) in kinds.into_iter().zip(0..) {
                assert_eq!(vocabulary.find(kind, word), Some(at as Id * 4 + n));
            }
            assert_eq!(vocabulary.find(Kind::Key(Field::Author), word), None);
        }
        let mut begins = Vec::new();
        assert_eq!(vocabulary.look_up(b"abcx", |id| begins.push(id)), None);
        assert_eq!(begins, [1, 5, 9]);
    }

    #[test]
    fn hashes_of_short_words_differ() {
        let mut hashes: Vec<u64> = Vec::new();
        for length in 1..4_u32 {
            for number in 0..26_u32.pow(length) {
                let word: Vec<u8> =
                    (0..length).map(|at| b'a' + (number / 26_u32.pow(at) % 26) as u8).collect();
                hashes.push(hash(Kind::Word, &word));
            }
        }
        let count = hashes.len();
        hashes.sort_unstable();
        hashes.dedup();
        assert_eq!(hashes.len(), count);
    }
}
