//! The counts of one series and what is usual in it.

use hark_model::Sentiment;

use super::alarm::Measured;
use super::share::Share;
use super::volume::Volume;
use super::{AHEAD_BINS, HOUR_BINS, SpikeSettings};

/// Bins that are kept: the hour that ends with the bin that is closed, and those ahead that are open.
const RING: usize = HOUR_BINS + AHEAD_BINS as usize;

/// What is counted: all items, and those of each label that says something.
const COUNTED: [Option<Sentiment>; 4] =
    [None, Some(Sentiment::Negative), Some(Sentiment::Neutral), Some(Sentiment::Positive)];
const ALL: usize = 0;
const NEGATIVE: usize = 1;

/// Counts by bin, and what is usual.
#[derive(Debug, Clone, Default)]
pub(super) struct Series {
    counts: [[u32; COUNTED.len()]; RING],
    volumes: [Volume; COUNTED.len()],
    share: Share,
    last_bin: i64,
}

/// Something unusual in one series.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Found {
    pub measured: Measured,
    pub expected: f64,
    pub observed: f64,
    pub items: u32,
    pub tail: f64,
}

fn place(bin: i64) -> usize {
    bin.rem_euclid(RING as i64) as usize
}

impl Series {
    /// Counts items in a bin that is open.
    pub fn note(&mut self, label: Sentiment, bin: i64, count: u32) {
        self.last_bin = self.last_bin.max(bin);
        for (counted, of) in self.counts[place(bin)].iter_mut().zip(COUNTED) {
            if of.is_none_or(|of| of == label) {
                *counted = counted.saturating_add(count);
            }
        }
    }

    /// Returns the last bin with an item.
    pub fn last_bin(&self) -> i64 {
        self.last_bin
    }

    /// Judges the hour that ends with `bin`.
    pub fn step(&mut self, bin: i64, settings: &SpikeSettings, mut put: impl FnMut(Found)) {
        let mut sums = [0_u32; COUNTED.len()];
        for back in 0..HOUR_BINS as i64 {
            let counts = &self.counts[place(bin - back)];
            sums.iter_mut().zip(counts).for_each(|(sum, count)| *sum = sum.saturating_add(*count));
        }
        for ((volume, sum), of) in self.volumes.iter_mut().zip(sums).zip(COUNTED) {
            if let Some(excess) = volume.step(sum, &settings.volume) {
                let measured = Measured::Items(of);
                let (expected, tail) = (excess.expected, excess.tail);
                put(Found { measured, expected, observed: f64::from(sum), items: sum, tail });
            }
        }
        let (negative, items) = (sums[NEGATIVE], sums[ALL]);
        if let Some(lean) = self.share.step(negative, items, &settings.share) {
            let observed = f64::from(negative) / f64::from(items.max(1));
            let (expected, tail) = (lean.expected, lean.tail);
            put(Found { measured: Measured::NegativeShare, expected, observed, items, tail });
        }
    }

    /// Empties the place of the bin that `bin` is the end of the hour of, for the one that comes ahead.
    pub fn make_room_behind(&mut self, bin: i64) {
        self.counts[place(bin + 1 - HOUR_BINS as i64)] = [0; COUNTED.len()];
    }

    /// Empties all bins; what is usual stays.
    pub fn forget_counts(&mut self) {
        self.counts = [[0; COUNTED.len()]; RING];
    }
}
