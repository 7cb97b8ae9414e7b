//! A model of sentiment: a small whole number for each of some ten thousand hashes, and their sum.
//!
//! Holds: a file that is not whole, or of another format, is refused; scoring takes time in proportion to
//! the features. Not here: which features there are, where the numbers come from.

use std::iter::repeat_n;

use crate::features::{self, Features, GROUPS, Group};
use crate::steps;
use crate::tokens::Tokens;
use crate::valence::Valence;

/// First bytes of a model file; the number at their end is raised when hashes or features change.
pub(crate) const FORMAT: &[u8; 8] = b"HARKSEN1";
/// Upper bits of a hash that say which bucket it is.
pub(crate) const BUCKET_BITS: u32 = 18;
/// Most bytes of a model file.
pub const MODEL_BYTES_MAX: usize = 128 << 10;
/// Most languages that one model serves.
pub(crate) const LANGUAGES_MAX: usize = 32;

/// How sure a model is of each label.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(crate) struct Shares {
    pub negative: f64,
    pub neutral: f64,
    pub positive: f64,
}

/// What bytes are not a model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ModelError {
    /// The first bytes are others.
    #[error("these bytes are no model of this version of Hark; train it again")]
    Format,
    /// The bytes end too early, or go on behind the end, or a number is out of its bounds.
    #[error("the model is damaged at byte {at} of {len}")]
    Damaged {
        /// Where reading stopped.
        at: usize,
        /// How many bytes there are.
        len: usize,
    },
}

/// One language that a model serves.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Served {
    /// Two letters.
    pub code: [u8; 2],
    /// What is added for each of the labels before anything is read.
    pub bias: [f32; 3],
}

/// A trained model. One serves all threads.
#[derive(Clone, PartialEq)]
pub struct Model {
    pub(crate) features: Features,
    pub(crate) languages: Vec<Served>,
    /// What one unit of a weight is worth, by group.
    pub(crate) units: [f32; GROUPS],
    /// By what sums are divided before they become shares.
    pub(crate) temperature: f32,
    /// By 64 buckets, which of them have a weight. Nine of ten look-ups end here, so that these 32 KiB lie by
    /// themselves: they stay in the nearest cache.
    bits: Vec<u64>,
    /// By 64 buckets, how many weights stand before theirs.
    before: Vec<u32>,
    /// For negative and positive, against neutral.
    weights: Vec<[i8; 2]>,
}

impl std::fmt::Debug for Model {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Model({} weights)", self.weights())
    }
}

/// Returns the bucket of a hash.
pub(crate) fn bucket(hash: u64) -> u32 {
    (hash >> (64 - BUCKET_BITS)) as u32
}

/// Returns what language-bound features of `code` are mixed with.
pub(crate) fn language_hash(code: [u8; 2]) -> u64 {
    crate::hash::mixed(u64::from(u16::from_be_bytes(code)) << 40)
}

/// Sums under way: for each group how many features there were, and what they are worth.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Sums {
    pub counts: [u32; GROUPS],
    pub sums: [[i32; 2]; GROUPS],
}

impl Model {
    /// Puts a model together; `weights` are in the order of their buckets.
    pub(crate) fn new(
        features: Features,
        languages: Vec<Served>,
        units: [f32; GROUPS],
        temperature: f32,
        weights: &[(u32, [i8; 2])],
    ) -> Self {
        let mut bits = vec![0_u64; 1 << (BUCKET_BITS - 6)];
        for (bucket, _) in weights {
            bits[(bucket >> 6) as usize] |= 1 << (bucket & 63);
        }
        let mut count = 0;
        let before = bits
            .iter()
            .map(|bits| {
                let before = count;
                count += bits.count_ones();
                before
            })
            .collect();
        let weights = weights.iter().map(|(_, weight)| *weight).collect();
        Self { features, languages, units, temperature, bits, before, weights }
    }

    /// Returns the same model with another temperature.
    pub(crate) fn at(&self, temperature: f32) -> Self {
        Self { temperature, ..self.clone() }
    }

    /// Returns the languages that the model serves, as two letters each.
    pub fn languages(&self) -> impl Iterator<Item = &str> {
        self.languages.iter().filter_map(|served| std::str::from_utf8(&served.code).ok())
    }

    /// Returns which of its languages `code` is.
    pub(crate) fn serves(&self, code: &str) -> Option<&Served> {
        self.languages.iter().find(|served| served.code == *code.as_bytes())
    }

    /// Returns how many buckets have a weight.
    pub fn weights(&self) -> usize {
        self.weights.len()
    }

    pub(crate) fn weight(&self, bucket: u32) -> Option<[i8; 2]> {
        let block = (bucket >> 6) as usize;
        let (bits, bit) = (self.bits[block], 1_u64 << (bucket & 63));
        if bits & bit == 0 {
            return None;
        }
        let at = self.before[block] + (bits & (bit - 1)).count_ones();
        self.weights.get(at as usize).copied()
    }

    /// Returns the shares of the labels for `tokens` in the language `served`; adds to `pieces`, which has a
    /// place for each piece, what each speaks for positive and against negative, in units of the sums.
    pub(crate) fn shares(
        &self,
        tokens: &Tokens,
        valence: Option<&Valence>,
        served: &Served,
        pieces: &mut [f32],
    ) -> Shares {
        let mut sums = Sums::default();
        // Not `vec!`: memory that comes zeroed takes the allocator twice as long as these few bytes to be written.
        let mut spoken: Vec<[i32; GROUPS]> = repeat_n([0; GROUPS], pieces.len()).collect();
        let language = language_hash(served.code);
        features::each(tokens, valence, self.features, language, &mut |group, hash, piece| {
            steps::taken(1);
            sums.counts[group as usize] += 1;
            let Some([negative, positive]) = self.weight(bucket(hash)) else { return };
            let sum = &mut sums.sums[group as usize];
            sum[0] += i32::from(negative);
            sum[1] += i32::from(positive);
            if let Some(piece) = piece.and_then(|at| spoken.get_mut(at)) {
                piece[group as usize] += i32::from(positive) - i32::from(negative);
            }
        });
        let [words, parts, senses] = self.worth(&sums.counts);
        for (piece, [of_words, of_parts, of_senses]) in pieces.iter_mut().zip(spoken) {
            *piece += of_words as f32 * words + of_parts as f32 * parts + of_senses as f32 * senses;
        }
        self.shares_of(&sums, served)
    }

    /// Returns what one unit of each group is worth where there are so many features.
    fn worth(&self, counts: &[u32; GROUPS]) -> [f32; GROUPS] {
        let of = |group: Group| {
            self.units[group as usize] * features::share(group, counts[group as usize]) / self.temperature
        };
        [of(Group::Words), of(Group::Parts), of(Group::Senses)]
    }

    pub(crate) fn shares_of(&self, sums: &Sums, served: &Served) -> Shares {
        let mut logits = served.bias.map(|bias| f64::from(bias / self.temperature));
        for (sum, worth) in sums.sums.iter().zip(self.worth(&sums.counts)) {
            logits[0] += f64::from(sum[0] as f32 * worth);
            logits[2] += f64::from(sum[1] as f32 * worth);
        }
        softmax(logits)
    }

    /// Returns the bytes of the model file.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = FORMAT.to_vec();
        bytes.extend(self.features.0.to_le_bytes());
        bytes.push(self.languages.len() as u8);
        for served in &self.languages {
            bytes.extend(served.code);
            served.bias.iter().for_each(|bias| bytes.extend(bias.to_le_bytes()));
        }
        self.units.iter().chain([&self.temperature]).for_each(|unit| bytes.extend(unit.to_le_bytes()));
        bytes.extend((self.weights() as u32).to_le_bytes());
        let mut last = 0;
        for (bucket, [negative, positive]) in self.entries() {
            put_number(&mut bytes, bucket - last);
            bytes.extend([negative as u8, positive as u8]);
            last = bucket;
        }
        bytes
    }

    /// Returns every bucket that has a weight, in order, with it.
    fn entries(&self) -> impl Iterator<Item = (u32, [i8; 2])> {
        (0..1 << BUCKET_BITS).filter_map(|bucket| Some((bucket, self.weight(bucket)?)))
    }

    /// Reads a model file.
    ///
    /// # Errors
    ///
    /// When `bytes` are of another format or not whole.
    pub fn parse(bytes: &[u8]) -> Result<Self, ModelError> {
        if !bytes.starts_with(FORMAT) {
            return Err(ModelError::Format);
        }
        let mut reader = Reader { bytes, at: FORMAT.len() };
        match reader.model() {
            Some(model) if reader.at == bytes.len() => Ok(model),
            _ => Err(ModelError::Damaged { at: reader.at, len: bytes.len() }),
        }
    }
}

pub(crate) fn softmax(logits: [f64; 3]) -> Shares {
    let most = logits.iter().fold(f64::MIN, |most, logit| most.max(*logit));
    let [negative, neutral, positive] = logits.map(|logit| (logit - most).exp());
    let sum = negative + neutral + positive;
    Shares { negative: negative / sum, neutral: neutral / sum, positive: positive / sum }
}

/// Writes `number` with seven bits a byte, the lowest first.
fn put_number(bytes: &mut Vec<u8>, mut number: u32) {
    while number >= 0x80 {
        bytes.push(number as u8 | 0x80);
        number >>= 7;
    }
    bytes.push(number as u8);
}

struct Reader<'b> {
    bytes: &'b [u8],
    at: usize,
}

impl Reader<'_> {
    fn take<const N: usize>(&mut self) -> Option<[u8; N]> {
        let taken = self.bytes.get(self.at..self.at + N)?.try_into().ok()?;
        self.at += N;
        Some(taken)
    }

    fn real(&mut self) -> Option<f32> {
        Some(f32::from_le_bytes(self.take()?)).filter(|real| real.is_finite())
    }

    fn number(&mut self) -> Option<u32> {
        let mut number = 0;
        for shift in [0, 7, 14, 21] {
            let [byte] = self.take()?;
            number |= u32::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Some(number);
            }
        }
        None
    }

    fn model(&mut self) -> Option<Model> {
        let features = Features(u16::from_le_bytes(self.take()?));
        let [count] = self.take()?;
        let mut languages = Vec::new();
        for _ in 0..usize::from(count).min(LANGUAGES_MAX) {
            let code = self.take().filter(|code: &[u8; 2]| code.iter().all(u8::is_ascii_lowercase))?;
            languages.push(Served { code, bias: [self.real()?, self.real()?, self.real()?] });
        }
        let units = [self.real()?, self.real()?, self.real()?];
        let temperature = self.real().filter(|temperature| *temperature > 0.0)?;
        let count = u32::from_le_bytes(self.take()?) as usize;
        // Three bytes a weight at least: a lie about the number reserves nothing.
        let mut weights = Vec::with_capacity(count.min(self.bytes.len() / 3));
        let mut bucket = 0_u32;
        for at in 0..count {
            let gap = self.number().filter(|gap| *gap > 0 || at == 0)?;
            bucket = bucket.checked_add(gap).filter(|bucket| *bucket < 1 << BUCKET_BITS)?;
            let [negative, positive] = self.take()?;
            weights.push((bucket, [negative as i8, positive as i8]));
        }
        Some(Model::new(features, languages, units, temperature, &weights))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn model() -> Model {
        let served = Served { code: *b"en", bias: [0.5, 0.0, -0.25] };
        let weights = [(0, [1, -1]), (63, [2, -2]), (64, [127, -127]), ((1 << BUCKET_BITS) - 1, [-3, 3])];
        Model::new(Features::ENGLISH, vec![served], [0.1, 0.2, 0.3], 1.5, &weights)
    }

    #[test]
    fn a_model_comes_back_from_its_bytes() {
        let model = model();
        let read = Model::parse(&model.to_bytes()).unwrap();
        assert_eq!(read, model);
        assert_eq!(
            (read.weight(63), read.weight(64), read.weight(65)),
            (Some([2, -2]), Some([127, -127]), None)
        );
        assert_eq!(read.languages().collect::<Vec<_>>(), ["en"]);
        assert!(read.serves("en").is_some() && read.serves("de").is_none() && read.serves("eng").is_none());
    }

    #[test]
    fn bytes_that_are_no_model_are_refused() {
        let whole = model().to_bytes();
        assert_eq!(Model::parse(b"HARKSEN0"), Err(ModelError::Format));
        for len in FORMAT.len()..whole.len() {
            assert!(matches!(Model::parse(&whole[..len]), Err(ModelError::Damaged { .. })), "{len} bytes");
        }
        let longer: Vec<u8> = whole.iter().copied().chain([0]).collect();
        assert!(matches!(Model::parse(&longer), Err(ModelError::Damaged { .. })));
        for at in FORMAT.len()..whole.len() {
            let mut damaged = whole.clone();
            damaged[at] = 0xff;
            // Whatever it is then, it is read or refused.
            let _read = Model::parse(&damaged).is_ok();
        }
    }

    #[test]
    fn shares_are_whole_and_follow_the_sums() {
        for logits in [[0.0, 0.0, 0.0], [-900.0, 0.0, 900.0], [5.0, 1.0, 1.0]] {
            let Shares { negative, neutral, positive } = softmax(logits);
            assert!((negative + neutral + positive - 1.0).abs() < 1e-12);
            assert_eq!(negative > positive, logits[0] > logits[2]);
        }
    }
}
