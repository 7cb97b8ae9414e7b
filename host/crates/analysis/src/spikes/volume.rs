//! Whether more is said than usual, by one series of counts.
//!
//! Holds: two numbers and two counters, whatever the series; what is far above the usual enters it only in
//! part, so that a burst does not become normal; after an alarm it is quiet for a while. Not here: bins, clocks.

use super::{HOUR_BINS, tail};

/// When the sum of an hour is a spike. A bin is five minutes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct VolumeSettings {
    /// After how many bins a sum weighs half in what is usual.
    pub half_life_bins: f64,
    /// By how many standard deviations above the mean a sum at most enters what is usual.
    pub clip_deviations: f64,
    /// How unlikely a sum must be, 0 to 1.
    pub tail_max: f64,
    /// For how many bins after an alarm there is no other.
    pub hold_bins: u32,
    /// Fewest items in an hour that can be a spike.
    pub count_min: u32,
    /// How many times the usual it must be.
    pub effect_min: f64,
    /// Bins before which nothing is usual.
    pub warm_up_bins: u32,
}

impl Default for VolumeSettings {
    /// What is chosen on all recordings of `../shared/data/spikes` the way that `eval::spikes` chooses.
    fn default() -> Self {
        Self {
            half_life_bins: 1_440.0,
            clip_deviations: 9.0,
            tail_max: 3e-3,
            hold_bins: 288,
            count_min: 20,
            effect_min: 2.0,
            warm_up_bins: 288,
        }
    }
}

/// What is usual in one series, and for how long it is quiet.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(super) struct Volume {
    mean: f64,
    variance: f64,
    bins: u32,
    held: u32,
}

/// A sum that is a spike.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Excess {
    pub expected: f64,
    pub tail: f64,
}

impl Volume {
    /// Takes the sum of the hour that ends with the next bin; tells whether it is a spike.
    pub fn step(&mut self, sum: u32, settings: &VolumeSettings) -> Option<Excess> {
        let found = self.excess(sum, settings);
        self.held = if found.is_some() { settings.hold_bins } else { self.held.saturating_sub(1) };
        self.learn(f64::from(sum), settings);
        found
    }

    fn excess(&self, sum: u32, settings: &VolumeSettings) -> Option<Excess> {
        let is_enough = sum >= settings.count_min && f64::from(sum) >= self.mean * settings.effect_min;
        if self.held > 0 || self.bins < settings.warm_up_bins || !is_enough {
            return None;
        }
        let tail = tail::of_count(sum, self.mean, self.variance);
        (tail <= settings.tail_max).then_some(Excess { expected: self.mean, tail })
    }

    fn learn(&mut self, sum: f64, settings: &VolumeSettings) {
        let is_warm = self.bins >= settings.warm_up_bins;
        self.bins = self.bins.saturating_add(1);
        // The first sums weigh alike: by a half-life alone, the very first would weigh as much as a day.
        let part = (1.0 - 0.5_f64.powf(1.0 / settings.half_life_bins)).max(1.0 / f64::from(self.bins));
        let most = self.mean + settings.clip_deviations * self.variance.max(self.mean).sqrt();
        let sum = if is_warm { sum.min(most) } else { sum };
        let off = sum - self.mean;
        self.mean += part * off;
        self.variance = (1.0 - part) * (self.variance + part * off * off);
    }
}

/// Returns the places of the bins with which an alarm comes, for the counts of one series, without gaps.
pub fn volume_alarms(counts: &[u32], settings: &VolumeSettings) -> Vec<usize> {
    let mut volume = Volume::default();
    let hours = counts.windows(HOUR_BINS).map(|hour| hour.iter().sum());
    let steps = hours.enumerate().filter_map(|(at, sum)| volume.step(sum, settings).map(|_| at));
    steps.map(|at| at + HOUR_BINS - 1).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings() -> VolumeSettings {
        let (warm_up_bins, hold_bins, clip_deviations, tail_max) = (100, 50, 3.0, 1e-3);
        VolumeSettings { warm_up_bins, hold_bins, clip_deviations, tail_max, ..VolumeSettings::default() }
    }

    /// Counts that go up and down around `mean`.
    fn usual(mean: u32, bins: usize) -> Vec<u32> {
        (0..bins).map(|at| mean + [0, 1, 2, 1, 0, 3][at % 6] - 1).collect()
    }

    #[test]
    fn a_burst_is_one_alarm_until_the_hold_is_over() {
        let mut counts = usual(5, 3_000);
        counts[2_000..2_012].fill(60);
        assert_eq!(volume_alarms(&counts, &settings()), [2_001]);
        counts[2_000..2_090].fill(60);
        assert_eq!(
            volume_alarms(&counts, &settings()),
            [2_001, 2_052],
            "a burst does not become normal at once"
        );
    }

    #[test]
    fn little_is_no_spike_however_rare() {
        let mut counts = vec![0; 600];
        counts[300..303].fill(6);
        assert_eq!(volume_alarms(&counts, &settings()), [0_usize; 0]);
        counts[303] = 6;
        assert_eq!(volume_alarms(&counts, &settings()), [303]);
        assert_eq!(volume_alarms(&counts[290..], &settings()), [0_usize; 0], "nothing is usual yet");
    }

    #[test]
    fn less_than_twice_the_usual_is_no_spike() {
        let mut counts = vec![1_000; 600];
        counts[300..312].fill(1_900);
        assert_eq!(volume_alarms(&counts, &settings()), [0_usize; 0]);
        counts[300..320].fill(2_100);
        assert_eq!(volume_alarms(&counts, &settings()).len(), 1);
    }
}
