//! The whole of it: items in, alarms out.

use hark_model::Sentiment;

use super::*;

/// A Monday in 2026.
const START: i64 = 1_769_990_400;
const DAY_BINS: i64 = 288;
const DAY: i64 = DAY_BINS * BIN_SECS;

fn key(topic: &str) -> SeriesKey {
    SeriesKey { topic: Some(topic.into()), source: Some("forum".into()) }
}

fn spikes() -> Spikes {
    Spikes::new(SpikeSettings::default(), START)
}

/// Runs bins from `from` to `to`, with so many items of each label as `items` says of a bin.
fn run(
    spikes: &mut Spikes,
    bins: std::ops::Range<i64>,
    items: impl Fn(i64) -> [(Sentiment, u32); 2],
) -> Vec<Alarm> {
    let mut alarms = Vec::new();
    for bin in bins {
        for (label, count) in items(bin) {
            let noted = spikes.note_many(&key("checkout"), label, START + bin * BIN_SECS + 7, count);
            assert_eq!(noted, Noted::Counted, "bin {bin}");
        }
        alarms.extend(spikes.close(START + (bin + 1) * BIN_SECS));
    }
    alarms
}

fn usual(bin: i64) -> [(Sentiment, u32); 2] {
    [(Sentiment::Negative, u32::from(bin % 5 == 0)), (Sentiment::Neutral, 3 + (bin % 3) as u32)]
}

fn measured(alarms: &[Alarm]) -> Vec<Measured> {
    alarms.iter().map(|alarm| alarm.measured).collect()
}

#[test]
fn a_burst_alarms_in_its_series_with_what_was_and_what_is_usual() {
    let mut spikes = spikes();
    assert_eq!(run(&mut spikes, 0..3 * DAY_BINS, usual), []);
    let burst = |bin| [(Sentiment::Negative, 0), (Sentiment::Neutral, usual(bin)[1].1 * 6)];
    let alarms = run(&mut spikes, 3 * DAY_BINS..3 * DAY_BINS + 12, burst);
    assert_eq!(measured(&alarms), [Measured::Items(None), Measured::Items(Some(Sentiment::Neutral))]);
    let alarm = &alarms[0];
    assert_eq!(alarm.series, key("checkout"));
    assert!(alarm.observed >= 2.0 * alarm.expected && (48.0..54.0).contains(&alarm.expected), "{alarm:?}");
    assert!(alarm.tail <= VolumeSettings::default().tail_max, "{alarm:?}");
    let late = alarm.until_secs - (START + 3 * DAY_BINS * BIN_SECS);
    assert!(late > 0 && late <= 12 * BIN_SECS, "told {late} s after it began");
    assert!(alarm.why().contains("about checkout in forum"), "{}", alarm.why());
}

#[test]
fn a_turn_to_the_negative_alarms_where_nothing_more_is_said() {
    let mut spikes = spikes();
    assert_eq!(run(&mut spikes, 0..3 * DAY_BINS, usual), []);
    let turned = |bin| [(Sentiment::Negative, usual(bin)[1].1), (Sentiment::Neutral, 1)];
    let alarms = run(&mut spikes, 3 * DAY_BINS..3 * DAY_BINS + 24, turned);
    assert!(measured(&alarms).contains(&Measured::NegativeShare), "{alarms:?}");
    assert!(measured(&alarms).contains(&Measured::Items(Some(Sentiment::Negative))), "{alarms:?}");
    assert!(!measured(&alarms).contains(&Measured::Items(None)), "{alarms:?}");
}

#[test]
fn what_comes_late_or_early_is_not_counted() {
    let mut spikes = spikes();
    // A wrong clock says nothing about when it is.
    assert_eq!(spikes.note(&key("checkout"), Sentiment::Neutral, START + 400 * DAY), Noted::Early);
    run(&mut spikes, 0..20, usual);
    let now = START + 20 * BIN_SECS;
    for (at, want) in [
        (now - 1, Noted::Late),
        (now, Noted::Counted),
        (now + 11 * BIN_SECS, Noted::Counted),
        (now + 12 * BIN_SECS, Noted::Early),
        (i64::MIN / 2, Noted::Late),
        (i64::MAX / 2, Noted::Early),
    ] {
        assert_eq!(spikes.note(&key("checkout"), Sentiment::Neutral, at), want, "at {at}");
    }
}

#[test]
fn hours_in_which_nobody_listened_are_no_silence() {
    let mut spikes = spikes();
    run(&mut spikes, 0..3 * DAY_BINS, usual);
    let mut twin = spikes.clone();
    // Three days later, as if nothing had been.
    let gap = 3 * DAY_BINS;
    assert_eq!(spikes.close(START + 6 * DAY_BINS * BIN_SECS), []);
    let burst = |bin: i64| usual(bin).map(|(label, count)| (label, count * 8));
    let after = run(&mut spikes, 3 * DAY_BINS + gap..3 * DAY_BINS + gap + 24, burst);
    let without = run(&mut twin, 3 * DAY_BINS..3 * DAY_BINS + 24, burst);
    assert!(!without.is_empty());
    assert_eq!(measured(&after), measured(&without));
}

#[test]
fn one_series_alone_gives_the_alarms_of_its_counts() {
    let counts: Vec<u32> =
        (0..2_000_u32).map(|at| if at % 701 < 9 && at > 700 { 40 } else { 2 + at % 4 }).collect();
    let mut spikes = spikes();
    let alarms = run(&mut spikes, 0..2_000, |bin| {
        [(Sentiment::Neutral, counts[bin as usize]), (Sentiment::Unknown, 0)]
    });
    let places: Vec<usize> = alarms
        .iter()
        .filter(|alarm| alarm.measured == Measured::Items(None))
        .map(|alarm| ((alarm.until_secs - START) / BIN_SECS - 1) as usize)
        .collect();
    assert_eq!(places, volume_alarms(&counts, &VolumeSettings::default()));
    assert_eq!(places.len(), 2);
}

#[test]
fn series_are_bounded_and_the_quiet_ones_go() {
    let mut spikes = spikes().with_series_max(20);
    for bin in 0..40 {
        let at = START + bin * BIN_SECS;
        // One series goes on; the others are heard once.
        spikes.note(&key("goes on"), Sentiment::Neutral, at);
        let noted = spikes.note(&key(&format!("topic {bin}")), Sentiment::Neutral, at);
        assert!(noted == Noted::Counted || spikes.series() == 20, "bin {bin}: {noted:?}");
        spikes.close(at + BIN_SECS);
        assert!(spikes.series() <= 20);
    }
    assert!(spikes.series.contains_key(&key("goes on")));
    assert!(!spikes.series.contains_key(&key("topic 0")), "the quietest is given up");
    for bin in 40..40 + limits::SPIKE_SERIES_QUIET_BINS_MAX + 2 {
        spikes.close(START + bin * BIN_SECS);
    }
    assert_eq!(spikes.series(), 0);
}
