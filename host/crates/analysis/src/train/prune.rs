//! Which weights a model keeps, and as what whole numbers.
//!
//! Holds: no more weights than asked for. Not here: fitting.

use crate::features::GROUPS;
use crate::linear::{BUCKET_BITS, MODEL_BYTES_MAX};

use super::fit::Fitted;
use super::samples::{Samples, group, place};

/// Bytes that a weight takes in a file: two numbers, and mostly one for the gap before it.
const WEIGHT_BYTES: f64 = 3.1;
/// Share of the weights of a group that may be too large for their byte.
const CUT: f64 = 0.0005;

/// Returns which buckets speak loudest over all texts of `seen`: how far apart they put the labels, by how
/// often they occur.
pub(super) fn strongest(fitted: &Fitted, samples: &Samples, seen: &[usize], max: usize) -> Vec<bool> {
    let max = max.min((MODEL_BYTES_MAX as f64 / WEIGHT_BYTES) as usize - 100);
    let mut spoken = vec![0.0_f32; 1 << BUCKET_BITS];
    for at in seen {
        let sample = samples.get(*at);
        for feature in sample.features {
            let share = sample.shares[group(*feature)];
            spoken[place(*feature)] += share * share;
        }
    }
    let mut strengths: Vec<(f32, u32)> = Vec::new();
    for (bucket, (weights, spoken)) in fitted.weights.iter().zip(spoken).enumerate() {
        let apart = (weights[0] - weights[1]).abs().max((weights[2] - weights[1]).abs());
        let strength = apart.max((weights[2] - weights[0]).abs()) * spoken.sqrt();
        if strength > 0.0 {
            strengths.push((strength, bucket as u32));
        }
    }
    strengths.sort_unstable_by(|one, other| other.0.total_cmp(&one.0).then(one.1.cmp(&other.1)));
    let mut kept = vec![false; 1 << BUCKET_BITS];
    strengths.iter().take(max).for_each(|(_, bucket)| kept[*bucket as usize] = true);
    kept
}

/// Returns what one unit is worth in each group, and the weights that are kept in units.
pub(super) fn rounded(
    fitted: &Fitted,
    samples: &Samples,
    kept: &[bool],
) -> ([f32; GROUPS], Vec<(u32, [i8; 2])>) {
    let groups = samples.groups();
    let apart = |bucket: usize| {
        let [negative, neutral, positive] = fitted.weights[bucket];
        [negative - neutral, positive - neutral]
    };
    let mut sizes: [Vec<f32>; GROUPS] = Default::default();
    let buckets: Vec<usize> = (0..kept.len()).filter(|bucket| kept[*bucket]).collect();
    for bucket in &buckets {
        sizes[usize::from(groups[*bucket])].extend(apart(*bucket).map(f32::abs));
    }
    let units = sizes.map(|mut sizes| {
        sizes.sort_unstable_by(|one, other| other.total_cmp(one));
        sizes.get((sizes.len() as f64 * CUT) as usize).map_or(1.0, |size| (size / 127.0).max(1e-6))
    });
    let in_units = |bucket: usize| {
        let unit = units[usize::from(groups[bucket])];
        apart(bucket).map(|weight| (weight / unit).round().clamp(-127.0, 127.0) as i8)
    };
    let weights = buckets.iter().map(|bucket| (*bucket as u32, in_units(*bucket)));
    (units, weights.filter(|(_, weight)| *weight != [0, 0]).collect())
}
