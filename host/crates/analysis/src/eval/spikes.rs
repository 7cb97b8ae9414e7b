//! How well spikes are found in recordings with labelled windows.
//!
//! Holds: what a recording is scored with is chosen on the others alone, window by window and without a look at
//! it. Chosen is not what is best, but what lies amid what is good: of few windows the best is luck. Not here: how
//! alarms are scored.

use super::nab::{Recording, Score, score};
use crate::spikes::{VolumeSettings, volume_alarms};

const HALF_LIFE_DAYS: [f64; 4] = [2.0, 3.0, 5.0, 8.0];
const CLIP_DEVIATIONS: [f64; 4] = [3.0, 4.0, 6.0, 9.0];
const TAIL_MAX: [f64; 5] = [3e-2, 1e-2, 3e-3, 1e-3, 1e-4];
const HOLD_DAYS: [f64; 4] = [0.5, 1.0, 1.5, 2.0];
const DAY_BINS: f64 = 288.0;
/// How many of each there are.
const SIZES: [usize; 4] = [HALF_LIFE_DAYS.len(), CLIP_DEVIATIONS.len(), TAIL_MAX.len(), HOLD_DAYS.len()];

/// Returns the settings at a place of the grid.
fn settings([half_life, clip, tail, hold]: [usize; 4]) -> VolumeSettings {
    VolumeSettings {
        half_life_bins: HALF_LIFE_DAYS[half_life] * DAY_BINS,
        clip_deviations: CLIP_DEVIATIONS[clip],
        tail_max: TAIL_MAX[tail],
        hold_bins: (HOLD_DAYS[hold] * DAY_BINS) as u32,
        ..VolumeSettings::default()
    }
}

fn places() -> Vec<[usize; 4]> {
    let mut places = vec![[0; 4]];
    for (axis, size) in SIZES.into_iter().enumerate() {
        places = places
            .into_iter()
            .flat_map(|place| {
                (0..size).map(move |at| {
                    let mut place = place;
                    place[axis] = at;
                    place
                })
            })
            .collect();
    }
    places
}

/// The scores of every recording at every place of the grid.
#[derive(Debug)]
pub struct Tried {
    places: Vec<[usize; 4]>,
    /// By place, then by recording.
    scores: Vec<Vec<Score>>,
}

impl Tried {
    /// Tries every place of the grid on every recording: a second or two for six of two months.
    pub fn of(recordings: &[Recording]) -> Self {
        let places = places();
        let of = |place: &[usize; 4]| {
            let settings = settings(*place);
            let one = |one: &Recording| score(one, &volume_alarms(&one.counts, &settings));
            recordings.iter().map(one).collect()
        };
        Self { scores: places.iter().map(of).collect(), places }
    }

    /// Returns the score at `place` of all recordings but `left_out`.
    fn normal(&self, place: usize, left_out: Option<usize>) -> f64 {
        let mut sum = Score::default();
        let scores = self.scores[place].iter().enumerate();
        scores.filter(|(at, _)| Some(*at) != left_out).for_each(|(_, score)| sum.join(score));
        sum.normal()
    }

    /// Returns the place that is best together with those beside it, by all recordings but `left_out`.
    fn chosen(&self, left_out: Option<usize>) -> usize {
        let of: Vec<f64> = (0..self.places.len()).map(|place| self.normal(place, left_out)).collect();
        let is_beside = |one: &[usize; 4], other: &[usize; 4]| {
            one.iter().zip(other).map(|(one, other)| one.abs_diff(*other)).sum::<usize>() <= 1
        };
        let mean = |place: &[usize; 4]| {
            let (mut sum, mut count) = (0.0, 0.0);
            for (_, of) in self.places.iter().zip(&of).filter(|(other, _)| is_beside(place, other)) {
                (sum, count) = (sum + of, count + 1.0);
            }
            sum / count
        };
        let means: Vec<f64> = self.places.iter().map(mean).collect();
        (0..means.len()).max_by(|one, other| means[*one].total_cmp(&means[*other])).unwrap_or(0)
    }

    /// Returns what is chosen by all recordings.
    pub fn settings(&self) -> VolumeSettings {
        settings(self.places[self.chosen(None)])
    }

    /// Returns the score of each recording with what the others choose.
    pub fn left_out(&self) -> Vec<Score> {
        let recordings = self.scores.first().map_or(0, Vec::len);
        (0..recordings).map(|at| self.scores[self.chosen(Some(at))][at]).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A burst of an hour in each window, and one outside that is as high as `noise`.
    fn recording(burst: u32, noise: u32) -> Recording {
        let mut counts: Vec<u32> = (0..4_000_u32).map(|at| 10 + at * 7 % 5).collect();
        counts[2_000..2_012].fill(burst);
        counts[3_000..3_012].fill(noise);
        Recording { name: String::new(), counts, windows: vec![1_950..=2_100] }
    }

    #[test]
    fn a_recording_has_no_say_in_what_it_is_scored_with() {
        let usual: Vec<Recording> = (0..3).map(|_| recording(60, 12)).collect();
        let chosen = Tried::of(&usual).chosen(None);
        let with_stranger: Vec<Recording> = usual.iter().cloned().chain([recording(12, 500)]).collect();
        let tried = Tried::of(&with_stranger);
        assert_eq!(tried.chosen(Some(3)), chosen);
        assert_eq!(tried.left_out()[3], tried.scores[chosen][3]);
    }

    #[test]
    fn every_place_of_the_grid_is_tried_once() {
        let places = places();
        let unique: std::collections::BTreeSet<_> = places.iter().collect();
        assert_eq!((places.len(), unique.len()), (SIZES.iter().product(), SIZES.iter().product()));
    }
}
