//! Spikes: more said than usual of a topic in a source, or more of it negative.
//!
//! Holds: pure, time is what the caller says it is; a handful of numbers and two hours of counts for each
//! series, and a bound on series; an alarm is a value that says which, when, how much instead of how much, and
//! how likely that is chance. What is usual is learned: a new series is silent for a day. Not here: who is told,
//! grouping and silencing, which are the routing's; what a topic is.

mod alarm;
mod series;
mod share;
mod tail;
mod volume;

use std::collections::HashMap;

use hark_model::Sentiment;

pub use alarm::{Alarm, Measured, SeriesKey};
pub use share::ShareSettings;
pub use volume::{VolumeSettings, volume_alarms};

use crate::limits;
use series::Series;

/// How long a bin is.
pub const BIN_SECS: i64 = 300;
/// Bins of the sum that is compared.
const HOUR_BINS: usize = 12;
/// How far before the first open bin an item may come: clocks of platforms differ.
const AHEAD_BINS: i64 = HOUR_BINS as i64;

/// What is a spike.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct SpikeSettings {
    /// In how much is said.
    pub volume: VolumeSettings,
    /// In how much of it is negative.
    pub share: ShareSettings,
}

/// What became of an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Noted {
    /// It is counted.
    Counted,
    /// Its bin is closed; it is not counted. What is read of the past is no spike.
    Late,
    /// It is more than an hour ahead of the bins that are open, and not counted.
    Early,
    /// There is no room for another series before some are given up, and it is not counted.
    Full,
}

/// Every series that is watched.
#[derive(Debug, Clone)]
pub struct Spikes {
    settings: SpikeSettings,
    series: HashMap<SeriesKey, Series>,
    series_max: usize,
    /// The last bin that is closed, since 1970.
    closed: i64,
    /// Bins to close before a sum is of a whole hour.
    deaf: usize,
}

impl Spikes {
    /// Watches nothing yet; items count from `now_secs` since 1970 on.
    ///
    /// The caller says so, and not the first item: a platform with a wrong clock would close years.
    pub fn new(settings: SpikeSettings, now_secs: i64) -> Self {
        let (series_max, closed) = (limits::SPIKE_SERIES_MAX, now_secs.div_euclid(BIN_SECS) - 1);
        Self { settings, series: HashMap::new(), series_max, closed, deaf: HOUR_BINS - 1 }
    }

    /// Watches at most `series_max` series.
    #[must_use]
    pub fn with_series_max(self, series_max: usize) -> Self {
        Self { series_max: series_max.max(1), ..self }
    }

    /// Returns how many series are watched.
    pub fn series(&self) -> usize {
        self.series.len()
    }

    /// Counts an item of `key` that feels like `label` and was published at `at_secs` since 1970.
    pub fn note(&mut self, key: &SeriesKey, label: Sentiment, at_secs: i64) -> Noted {
        self.note_many(key, label, at_secs, 1)
    }

    /// Counts `count` items: what is usual can be learned from counts that were kept.
    pub fn note_many(&mut self, key: &SeriesKey, label: Sentiment, at_secs: i64, count: u32) -> Noted {
        let bin = at_secs.div_euclid(BIN_SECS);
        let closed = self.closed;
        if bin <= closed {
            return Noted::Late;
        }
        if bin > closed + AHEAD_BINS {
            return Noted::Early;
        }
        // Looked up first by reference: nearly every item is of a series that is known.
        if let Some(series) = self.series.get_mut(key) {
            series.note(label, bin, count);
            return Noted::Counted;
        }
        if self.series.len() >= self.series_max {
            return Noted::Full;
        }
        self.series.entry(key.clone()).or_default().note(label, bin, count);
        Noted::Counted
    }

    /// Closes the bins that end at `now_secs` or before; returns the alarms that come with them, in the order of
    /// time and series.
    ///
    /// How far to stay behind the clock is the caller's to know: items come as late as a source is asked seldom.
    /// Bins are closed before items are noted that come more than an hour behind them.
    /// Where more than an hour passes between two calls nobody has listened: that is no silence, and what is usual
    /// stays as it was.
    pub fn close(&mut self, now_secs: i64) -> Vec<Alarm> {
        let target = now_secs.div_euclid(BIN_SECS) - 1;
        let closed = self.closed;
        if target <= closed {
            return Vec::new();
        }
        self.closed = target;
        if target - closed > HOUR_BINS as i64 {
            self.series.values_mut().for_each(Series::forget_counts);
            self.deaf = HOUR_BINS - 1;
            return Vec::new();
        }
        let alarms = (closed + 1..=target).flat_map(|bin| self.close_bin(bin)).collect();
        self.give_up_quiet(target);
        alarms
    }

    fn close_bin(&mut self, bin: i64) -> Vec<Alarm> {
        let is_deaf = self.deaf > 0;
        self.deaf = self.deaf.saturating_sub(1);
        let mut alarms = Vec::new();
        for (key, series) in &mut self.series {
            if !is_deaf {
                series.step(bin, &self.settings, |found| alarms.push(Alarm::new(key, bin, found)));
            }
            series.make_room_behind(bin);
        }
        alarms.sort_by(|one, other| one.order().cmp(&other.order()));
        alarms
    }

    /// Gives up series of which nothing was heard for long, and the quietest tenth where there is hardly room.
    fn give_up_quiet(&mut self, bin: i64) {
        self.series.retain(|_, series| bin - series.last_bin() <= limits::SPIKE_SERIES_QUIET_BINS_MAX);
        let kept = self.series_max - self.series_max / 10;
        if self.series.len() <= kept {
            return;
        }
        let mut all: Vec<(i64, &SeriesKey)> =
            self.series.iter().map(|(key, series)| (series.last_bin(), key)).collect();
        all.sort_unstable();
        let quietest = all.iter().take(all.len() - kept).filter(|(last, _)| bin - last > HOUR_BINS as i64);
        let given_up: Vec<SeriesKey> = quietest.map(|(_, key)| (*key).clone()).collect();
        for key in given_up {
            self.series.remove(&key);
        }
    }
}

#[cfg(test)]
mod tests;
