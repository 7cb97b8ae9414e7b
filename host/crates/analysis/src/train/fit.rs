//! Fits weights to texts: logistic regression over three labels, each weight at its own pace (AdaGrad),
//! the mean of the later epochs kept.
//!
//! Holds: one order of additions, so the same numbers always. Not here: which weights are kept.

use crate::linear::BUCKET_BITS;

use super::TrainOptions;
use super::samples::{Chance, Sample, Samples, group, place};

/// What a pace begins with, so that the first step is no leap.
const PACE_MIN: f32 = 1.0;

/// Weights of every bucket.
#[derive(Debug, Clone)]
pub(super) struct Fitted {
    pub weights: Vec<[f32; 3]>,
    /// By language.
    pub biases: Vec<[f32; 3]>,
}

impl Fitted {
    pub fn zero(languages: usize) -> Self {
        Self { weights: vec![[0.0; 3]; 1 << BUCKET_BITS], biases: vec![[0.0; 3]; languages] }
    }

    pub fn add(&mut self, other: &Self) {
        let all = self.weights.iter_mut().chain(&mut self.biases);
        for (one, other) in all.zip(other.weights.iter().chain(&other.biases)) {
            (0..3).for_each(|label| one[label] += other[label]);
        }
    }

    pub fn divide(&mut self, by: f32) {
        self.weights.iter_mut().chain(&mut self.biases).flatten().for_each(|weight| *weight /= by);
    }
}

/// What weights are fitted to.
#[derive(Debug, Clone, Copy)]
pub(super) struct Fitting<'s> {
    pub samples: &'s Samples,
    pub seen: &'s [usize],
    pub languages: usize,
    pub options: &'s TrainOptions,
}

impl Fitting<'_> {
    /// Fits weights, beginning chance at `seed`.
    pub fn fit(&self, seed: u64) -> Fitted {
        let mut chance = Chance(seed);
        let mut order = self.seen.to_vec();
        let importance = self.importance();
        let mut now = Fitted::zero(self.languages);
        let mut mean = Fitted::zero(self.languages);
        let mut paces = vec![PACE_MIN; 1 << BUCKET_BITS];
        let mut bias_pace = PACE_MIN;
        let epochs = self.options.epochs.max(1);
        let meant = epochs.div_ceil(2);
        for epoch in 0..epochs {
            chance.shuffle(&mut order);
            for at in &order {
                let sample = self.samples.get(*at);
                let errors = self.errors(&now, &sample, &importance, &mut chance);
                self.step(&mut now, &mut paces, &sample, &errors);
                bias_pace += errors.of.iter().map(|error| error * error).sum::<f32>();
                let rate = self.options.rate / bias_pace.sqrt();
                (0..3).for_each(|label| now.biases[sample.language][label] -= rate * errors.of[label]);
            }
            if epoch + meant >= epochs {
                mean.add(&now);
            }
        }
        mean.divide(meant as f32);
        mean
    }

    /// Returns what a text of each label counts.
    fn importance(&self) -> [f32; 3] {
        let mut counts = [0.0_f32; 3];
        self.seen.iter().for_each(|at| counts[self.samples.label(*at)] += 1.0);
        counts.map(|count| (self.seen.len() as f32 / 3.0 / count.max(1.0)).powf(self.options.balance))
    }

    fn errors(&self, now: &Fitted, sample: &Sample, importance: &[f32; 3], chance: &mut Chance) -> Errors {
        let dropout = self.options.dropout;
        let salt = if dropout > 0.0 { chance.next() } else { 0 };
        let errors =
            Errors { of: [0.0; 3], salt, dropped: (dropout * 65_536.0) as u64, kept: 1.0 / (1.0 - dropout) };
        let mut logits = now.biases[sample.language];
        for feature in sample.features.iter().filter(|feature| !errors.drops(**feature)) {
            let share = sample.shares[group(*feature)] * errors.kept;
            let weights = &now.weights[place(*feature)];
            (0..3).for_each(|label| logits[label] += weights[label] * share);
        }
        let most = logits.iter().fold(f32::MIN, |most, logit| most.max(*logit));
        let powers = logits.map(|logit| (logit - most).exp());
        let sum: f32 = powers.iter().sum();
        let of = |label: usize| {
            let target = if label == sample.label { 1.0 } else { 0.0 };
            (powers[label] / sum - target) * importance[sample.label]
        };
        Errors { of: [of(0), of(1), of(2)], ..errors }
    }

    fn step(&self, now: &mut Fitted, paces: &mut [f32], sample: &Sample, errors: &Errors) {
        let square: f32 = errors.of.iter().map(|error| error * error).sum();
        if square < 1e-6 {
            return;
        }
        for feature in sample.features.iter().filter(|feature| !errors.drops(**feature)) {
            let share = sample.shares[group(*feature)] * errors.kept;
            let at = place(*feature);
            paces[at] += square * share * share;
            let rate = self.options.rate / paces[at].sqrt();
            for (weight, error) in now.weights[at].iter_mut().zip(errors.of) {
                *weight -= rate * (error * share + self.options.decay * *weight);
            }
        }
    }
}

/// How wrong the shares of one text were, and which of its features were left out.
struct Errors {
    of: [f32; 3],
    salt: u64,
    dropped: u64,
    kept: f32,
}

impl Errors {
    fn drops(&self, feature: u32) -> bool {
        self.dropped > 0
            && ((u64::from(feature) ^ self.salt).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 48) < self.dropped
    }
}
