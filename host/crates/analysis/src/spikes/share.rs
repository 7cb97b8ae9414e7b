//! Whether more of what is said is negative than usual: a count alone alarms on any big day.
//!
//! Holds: a handful of numbers; how much the share varies from hour to hour is learned, as people come in
//! herds and a coin's variation would make every hour a spike. Not here: bins, clocks, how much is said.

use super::tail;

/// When the negative share of an hour is a spike. A bin is five minutes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ShareSettings {
    /// After how many bins an hour weighs half in what is usual.
    pub half_life_bins: f64,
    /// By how many standard deviations above the usual an hour at most enters it.
    pub clip_deviations: f64,
    /// How unlikely a share must be, 0 to 1.
    pub tail_max: f64,
    /// For how many bins after an alarm there is no other.
    pub hold_bins: u32,
    /// Fewest items in an hour whose share says anything.
    pub count_min: u32,
    /// How many times the usual odds of negative against the rest it must be.
    pub effect_min: f64,
    /// Items before which no share is usual.
    pub warm_up_items: u32,
}

impl Default for ShareSettings {
    /// As volumes have it, where the two can be compared; there are no labelled recordings of shares.
    fn default() -> Self {
        Self {
            half_life_bins: 864.0,
            clip_deviations: 3.0,
            tail_max: 1e-3,
            hold_bins: 288,
            count_min: 20,
            effect_min: 2.0,
            warm_up_items: 100,
        }
    }
}

/// Bins of an hour: an item stands in as many sums, and counts once.
const SUMS_OF_AN_ITEM: f64 = super::HOUR_BINS as f64;
/// A share is never taken to be surer or less sure than known from so many items.
const STRENGTH: std::ops::RangeInclusive<f64> = 5.0..=2_000.0;
/// Pairs of items for which a new series varies as if known from `STRENGTH_FIRST` items.
const PAIRS_FIRST: f64 = 2_000.0;
const STRENGTH_FIRST: f64 = 30.0;
/// Negative items and items that a new series begins with: nothing is ever sure not to happen.
const FIRST: (f64, f64) = (0.5, 2.0);

/// What share is usual, how it varies, and for how long it is quiet.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Share {
    negative: f64,
    items: f64,
    /// By how much squares of deviations exceed those of coins, weighted by pairs.
    excess: f64,
    pairs: f64,
    seen: f64,
    held: u32,
}

impl Default for Share {
    fn default() -> Self {
        let (negative, items) = FIRST;
        Self {
            negative,
            items,
            excess: PAIRS_FIRST / (STRENGTH_FIRST + 1.0),
            pairs: PAIRS_FIRST,
            seen: 0.0,
            held: 0,
        }
    }
}

/// A share that is a spike.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Lean {
    pub expected: f64,
    pub tail: f64,
}

impl Share {
    /// Takes the negative items and all items of the hour that ends with the next bin; tells whether their share
    /// is a spike.
    pub fn step(&mut self, negative: u32, items: u32, settings: &ShareSettings) -> Option<Lean> {
        let found = self.lean(negative, items, settings);
        self.held = if found.is_some() { settings.hold_bins } else { self.held.saturating_sub(1) };
        self.learn(f64::from(negative), f64::from(items), settings);
        found
    }

    fn usual(&self) -> f64 {
        self.negative / self.items
    }

    /// Returns as if from how many items the share were known: two items of one hour agree by 1 / (1 + that).
    fn strength(&self) -> f64 {
        let agreement = (self.excess / self.pairs).max(1e-9);
        (1.0 / agreement - 1.0).clamp(*STRENGTH.start(), *STRENGTH.end())
    }

    fn lean(&self, negative: u32, items: u32, settings: &ShareSettings) -> Option<Lean> {
        let expected = self.usual();
        let odds = f64::from(negative) * (1.0 - expected);
        let is_enough = items >= settings.count_min
            && odds >= settings.effect_min * expected * f64::from(items - negative.min(items));
        if self.held > 0 || self.seen < f64::from(settings.warm_up_items) || !is_enough {
            return None;
        }
        let tail = tail::of_share(negative.min(items), items, expected, self.strength());
        (tail <= settings.tail_max).then_some(Lean { expected, tail })
    }

    fn learn(&mut self, negative: f64, items: f64, settings: &ShareSettings) {
        let kept = 0.5_f64.powf(1.0 / settings.half_life_bins);
        self.negative = self.negative * kept + FIRST.0 * (1.0 - kept);
        self.items = self.items * kept + FIRST.1 * (1.0 - kept);
        if items < 1.0 {
            return;
        }
        let usual = self.usual();
        // What a coin of this share would vary by, and what these items do.
        let coin = items * usual * (1.0 - usual);
        let strength = self.strength();
        let deviation = (coin * (strength + items) / (strength + 1.0)).sqrt();
        let most = items * usual + settings.clip_deviations * deviation;
        let negative = negative.min(most).min(items);
        if items >= 2.0 && coin > 0.0 {
            let square = (negative - items * usual).powi(2) / coin;
            let pairs = items - 1.0;
            self.excess = self.excess * kept + (square - 1.0) * pairs / SUMS_OF_AN_ITEM;
            self.pairs = self.pairs * kept + pairs * pairs / SUMS_OF_AN_ITEM;
        }
        self.negative += negative / SUMS_OF_AN_ITEM;
        self.items += items / SUMS_OF_AN_ITEM;
        self.seen += items / SUMS_OF_AN_ITEM;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Steps through `bins` hours of `items`, of which so many in turn are negative; returns the alarms.
    fn walk(share: &mut Share, bins: usize, items: u32, negative: &[u32]) -> Vec<usize> {
        let settings = ShareSettings::default();
        let step = |at: &usize| share.step(negative[at % negative.len()], items, &settings).is_some();
        (0..bins).filter(step).collect()
    }

    #[test]
    fn a_bigger_share_is_an_alarm_and_a_bigger_day_is_none() {
        let mut share = Share::default();
        assert_eq!(walk(&mut share, 1_000, 40, &[6, 10, 8, 7, 9]), [0_usize; 0]);
        assert_eq!(walk(&mut share.clone(), 200, 400, &[60, 100, 80]), [0_usize; 0], "ten times as much");
        assert_eq!(walk(&mut share.clone(), 200, 40, &[28]), [0], "seven of ten instead of two");
        assert_eq!(walk(&mut share, 200, 12, &[9]), [0_usize; 0], "too few to say");
    }

    #[test]
    fn a_share_that_always_varies_is_surprising_later() {
        let (mut calm, mut herd) = (Share::default(), Share::default());
        walk(&mut calm, 1_000, 100, &[20, 22, 18, 21, 19]);
        walk(&mut herd, 1_000, 100, &[5, 35, 10, 30, 20]);
        assert!(calm.strength() > 10.0 * herd.strength(), "{} {}", calm.strength(), herd.strength());
        assert!((herd.usual() - 0.2).abs() < 0.02, "{}", herd.usual());
        assert!(walk(&mut calm, 1, 100, &[38]).len() > walk(&mut herd, 1, 100, &[38]).len());
    }

    #[test]
    fn where_nearly_all_is_negative_there_is_no_twice() {
        let mut share = Share::default();
        assert_eq!(walk(&mut share, 1_000, 40, &[39, 38, 40, 39]), [0_usize; 0]);
        assert_eq!(walk(&mut share, 10, 40, &[40]), [0_usize; 0]);
    }
}
