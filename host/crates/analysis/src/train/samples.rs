//! Labelled texts as the features that a model sees.
//!
//! Holds: features are those of `features::each`, in buckets. Not here: weights.

use crate::features::{self, Features, GROUPS};
use crate::hash::mixed;
use crate::labelled::Labelled;
use crate::lexicon::Lexicon;
use crate::limits;
use crate::linear::{BUCKET_BITS, LANGUAGES_MAX, Model, Sums, bucket, language_hash};
use crate::tokens::{Part, Tokens};
use crate::valence;

use super::TrainError;

/// Features of many texts, side by side.
#[derive(Debug, Clone, Default)]
pub(super) struct Samples {
    /// A bucket each, and its group above `BUCKET_BITS`.
    features: Vec<u32>,
    /// Where each text begins; one more than there are texts.
    starts: Vec<usize>,
    counts: Vec<[u32; GROUPS]>,
    labels: Vec<u8>,
    languages: Vec<u8>,
}

/// One text.
pub(super) struct Sample<'s> {
    pub features: &'s [u32],
    /// What one feature of each group counts.
    pub shares: [f32; GROUPS],
    pub label: usize,
    pub language: usize,
}

/// Returns the languages of `texts`, in order.
pub(super) fn languages(texts: &[Labelled]) -> Result<Vec<[u8; 2]>, TrainError> {
    let mut codes: Vec<&str> = texts.iter().map(|text| text.language.as_str()).collect();
    codes.sort_unstable();
    codes.dedup();
    let known: Option<Vec<[u8; 2]>> = codes
        .iter()
        .map(|code| {
            code.as_bytes().try_into().ok().filter(|code: &[u8; 2]| code.iter().all(u8::is_ascii_lowercase))
        })
        .collect();
    let found = || TrainError::Languages { found: codes.join(", "), max: LANGUAGES_MAX };
    known.filter(|known| known.len() <= LANGUAGES_MAX).ok_or_else(found)
}

/// Returns the place of the largest.
pub(super) fn most(shares: &[f64; 3]) -> usize {
    let mut most = 1;
    (0..3).for_each(|at| most = if shares[at] > shares[most] { at } else { most });
    most
}

impl Samples {
    pub fn of(texts: &[Labelled], languages: &[[u8; 2]], features: Features, lexicon: &Lexicon) -> Self {
        let mut samples = Self { starts: vec![0], ..Self::default() };
        for text in texts {
            let place = languages.iter().position(|code| *code == *text.language.as_bytes()).unwrap_or(0);
            samples.add(text, place, language_hash(languages[place]), features, lexicon);
        }
        samples
    }

    fn add(&mut self, text: &Labelled, language: usize, hash: u64, features: Features, lexicon: &Lexicon) {
        let end = text.text.floor_char_boundary(limits::SCORED_BYTES_MAX);
        let mut tokens = Tokens::with_room_for(end);
        tokens.add(Part::Text, &text.text, 0..end, lexicon);
        let valence = valence::score(&tokens, |token| text.language == "en" || token.is_sign);
        let mut counts = [0; GROUPS];
        let list = &mut self.features;
        features::each(&tokens, Some(&valence), features, hash, &mut |group, hash, _| {
            counts[group as usize] += 1;
            list.push(bucket(hash) | (group as u32) << BUCKET_BITS);
        });
        self.starts.push(self.features.len());
        self.counts.push(counts);
        self.labels.push(text.label.place() as u8);
        self.languages.push(language as u8);
    }

    pub fn label(&self, at: usize) -> usize {
        usize::from(self.labels[at])
    }

    pub fn get(&self, at: usize) -> Sample<'_> {
        let counts = &self.counts[at];
        let share = |group| features::share(group, counts[group as usize]);
        Sample {
            features: &self.features[self.starts[at]..self.starts[at + 1]],
            shares: [
                share(features::Group::Words),
                share(features::Group::Parts),
                share(features::Group::Senses),
            ],
            label: self.label(at),
            language: usize::from(self.languages[at]),
        }
    }

    /// Returns the group of each bucket: that of the last feature in it.
    pub fn groups(&self) -> Vec<u8> {
        let mut groups = vec![0; 1 << BUCKET_BITS];
        self.features.iter().for_each(|feature| groups[place(*feature)] = group(*feature) as u8);
        groups
    }

    /// Returns the same texts with only the features in buckets that are `kept`.
    pub fn only(&self, kept: &[bool]) -> Self {
        let mut samples = Self { starts: vec![0], features: Vec::new(), ..self.clone() };
        for range in self.starts.windows(2) {
            let all = self.features[range[0]..range[1]].iter();
            samples.features.extend(all.filter(|feature| kept[place(**feature)]));
            samples.starts.push(samples.features.len());
        }
        samples
    }

    /// Returns the shares of the labels that `model` gives text `at`.
    pub fn shares(&self, at: usize, model: &Model, languages: &[[u8; 2]]) -> [f64; 3] {
        let mut sums = Sums { counts: self.counts[at], ..Sums::default() };
        for feature in self.get(at).features {
            if let Some([negative, positive]) = model.weight(place(*feature) as u32) {
                let sum = &mut sums.sums[group(*feature)];
                sum[0] += i32::from(negative);
                sum[1] += i32::from(positive);
            }
        }
        let code = languages[usize::from(self.languages[at])];
        let served = model.languages.iter().find(|served| served.code == code);
        let shares = served.map(|served| model.shares_of(&sums, served)).unwrap_or_default();
        [shares.negative, shares.neutral, shares.positive]
    }
}

/// Returns the bucket of a feature.
pub(super) fn place(feature: u32) -> usize {
    (feature & ((1 << BUCKET_BITS) - 1)) as usize
}

/// Returns the group of a feature.
pub(super) fn group(feature: u32) -> usize {
    (feature >> BUCKET_BITS) as usize
}

/// Numbers by chance that is the same always.
#[derive(Debug)]
pub(super) struct Chance(pub u64);

impl Chance {
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        mixed(mixed(self.0) ^ 0x2545_f491_4f6c_dd1d)
    }

    /// Puts `list` into another order.
    pub fn shuffle(&mut self, list: &mut [usize]) {
        for at in (1..list.len()).rev() {
            list.swap(at, (self.next() % (at as u64 + 1)) as usize);
        }
    }
}
