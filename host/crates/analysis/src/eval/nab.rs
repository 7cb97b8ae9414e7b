//! How well spikes are found, in the figure of the Numenta Anomaly Benchmark (NAB v1.1, standard profile).
//!
//! Holds: an alarm early in a labelled window counts nearly 1 and late nearly 0, only the best of a window
//! counts; a window without one costs 1; an alarm outside costs up to 0.11, less just behind a window; the
//! first 15 % of a recording, at most 750 points, do not count. A score is 100 for every window at its first
//! point, 0 for silence. The tests hold this against numbers that NAB publishes. Not here: what raises alarms.

use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};

use crate::labelled::ReadError;

/// The file of labelled windows beside the recordings.
pub const WINDOWS_FILE: &str = "windows.json";
/// What a false alarm costs far from any window.
const FALSE_ALARM: f64 = 0.11;
/// How much of a recording is for learning alone.
const PROBATION_SHARE: f64 = 0.15;
/// Points of a recording beyond which probation does not grow.
const PROBATION_OF_MAX: usize = 5_000;
/// Widths of a window behind it from which an alarm costs all that it can.
const FAR: f64 = 3.0;

/// Counts of one brand with the windows in which something happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recording {
    /// The name of its file without the ending.
    pub name: String,
    /// One number for each bin of five minutes, without gaps.
    pub counts: Vec<u32>,
    /// The labelled windows, by place in `counts`, in order.
    pub windows: Vec<RangeInclusive<usize>>,
}

/// What alarms on one recording are worth, or on several together.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Score {
    /// The sum of what windows and false alarms count.
    pub raw: f64,
    /// How many windows there are.
    pub windows: u32,
    /// How many of them had an alarm.
    pub hit: u32,
    /// Alarms outside of windows.
    pub false_alarms: u32,
}

impl Score {
    /// Returns the score on NAB's scale: 0 for no alarm at all, 100 for the best possible.
    pub fn normal(&self) -> f64 {
        let windows = f64::from(self.windows.max(1));
        100.0 * (self.raw + windows) / (2.0 * windows)
    }

    /// Adds another recording's.
    pub fn join(&mut self, other: &Self) {
        self.raw += other.raw;
        self.windows += other.windows;
        self.hit += other.hit;
        self.false_alarms += other.false_alarms;
    }
}

/// Returns how many points of `points` are for learning alone.
fn probation(points: usize) -> usize {
    (PROBATION_SHARE * points.min(PROBATION_OF_MAX) as f64).floor() as usize
}

/// NAB's curve: nearly 1 at the left edge of a window (-1), 0 at its right, nearly -1 a width behind it.
fn curve(place: f64) -> f64 {
    if place >= FAR { -1.0 } else { 2.0 / (1.0 + (5.0 * place).exp()) - 1.0 }
}

/// Scores alarms at the places `alarms` of `recording`.
pub fn score(recording: &Recording, alarms: &[usize]) -> Score {
    let first = probation(recording.counts.len());
    let counted = || recording.windows.iter().filter(|window| *window.end() >= first);
    let mut score = Score { windows: counted().count() as u32, ..Score::default() };
    for window in counted() {
        let best = alarms.iter().filter(|at| **at >= first && window.contains(at)).min();
        score.hit += u32::from(best.is_some());
        // The curve falls throughout a window: the first alarm is the best.
        score.raw += best.map_or(-1.0, |at| in_window(window, *at));
    }
    for at in alarms.iter().filter(|at| **at >= first) {
        if !recording.windows.iter().any(|window| window.contains(at)) {
            score.false_alarms += 1;
            score.raw += FALSE_ALARM * outside(&recording.windows, *at);
        }
    }
    score
}

fn width(window: &RangeInclusive<usize>) -> f64 {
    (window.end() - window.start() + 1) as f64
}

fn in_window(window: &RangeInclusive<usize>, at: usize) -> f64 {
    curve(-((window.end() - at + 1) as f64) / width(window)) / curve(-1.0)
}

fn outside(windows: &[RangeInclusive<usize>], at: usize) -> f64 {
    let before = windows.iter().rev().find(|window| *window.end() < at);
    before.map_or(-1.0, |window| curve((at - window.end()) as f64 / (width(window) - 1.0)))
}

/// Reads the recordings of `folder`, which `windows.json` names; those whose file is not there are left out.
///
/// # Errors
///
/// When a file cannot be read, or is not of NAB's form.
pub fn read(folder: &Path) -> Result<Vec<(PathBuf, Recording)>, ReadError> {
    let path = folder.join(WINDOWS_FILE);
    let text = read_text(&path)?;
    let named: std::collections::BTreeMap<String, Vec<[String; 2]>> =
        serde_json::from_str(&text).map_err(|error| {
            let what = format!("{error}; it must be names of files, each with pairs of times");
            ReadError::Line { path: path.clone(), line: error.line(), what }
        })?;
    let mut recordings = Vec::new();
    for (file, windows) in named {
        let Some(path) = Path::new(&file).file_name().map(|name| folder.join(name)) else { continue };
        if path.is_file() {
            let recording = recording(&path, &windows)?;
            recordings.push((path, recording));
        }
    }
    Ok(recordings)
}

fn read_text(path: &Path) -> Result<String, ReadError> {
    std::fs::read_to_string(path).map_err(|source| ReadError::File { path: path.to_owned(), source })
}

fn recording(path: &Path, windows: &[[String; 2]]) -> Result<Recording, ReadError> {
    let wrong = |line: usize, what: String| ReadError::Line { path: path.to_owned(), line, what };
    let text = read_text(path)?;
    let (mut times, mut counts) = (Vec::new(), Vec::new());
    for (at, line) in text.lines().enumerate().skip(1) {
        let (time, count) = line
            .split_once(',')
            .and_then(|(time, count)| Some((time, count.trim().parse().ok()?)))
            .ok_or_else(|| wrong(at + 1, "must be a time, a comma and a whole number".to_owned()))?;
        times.push(time);
        counts.push(count);
    }
    let place = |time: &str| {
        // Windows are told to the microsecond, points to the second.
        let time = time.split('.').next().unwrap_or(time);
        let place = times.iter().position(|known| *known == time);
        place.ok_or_else(|| wrong(1, format!("no line has {time}, where a window begins or ends")))
    };
    let windows = windows.iter().map(|[from, to]| Ok(place(from)?..=place(to)?));
    let windows = windows.collect::<Result<_, ReadError>>()?;
    let name = path.file_stem().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    Ok(Recording { name, counts, windows })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn recording(points: usize, windows: &[RangeInclusive<usize>]) -> Recording {
        Recording { name: String::new(), counts: vec![0; points], windows: windows.to_vec() }
    }

    /// Worked by hand from the definition: 100 points, of which 15 are for learning; a window of 11.
    #[test]
    fn scores_are_those_of_the_definition() {
        let one = recording(100, &[40..=50]);
        let sigmoid = |x: f64| 1.0 / (1.0 + (-x).exp());
        let at_edge = 2.0 * sigmoid(5.0) - 1.0;
        for (alarms, raw, hit, false_alarms) in [
            (vec![], -1.0, 0, 0),
            (vec![40], 1.0, 1, 0),
            (vec![40, 45, 50], 1.0, 1, 0),
            (vec![50], (2.0 * sigmoid(5.0 / 11.0) - 1.0) / at_edge, 1, 0),
            (vec![20], -1.11, 0, 1),
            (vec![5], -1.0, 0, 0),
            (vec![55], -1.0 + 0.11 * (2.0 * sigmoid(-2.5) - 1.0), 0, 1),
            (vec![80, 81], -1.22, 0, 2),
        ] {
            let found = score(&one, &alarms);
            assert!((found.raw - raw).abs() < 1e-9, "alarms at {alarms:?}: {}, not {raw}", found.raw);
            assert_eq!((found.hit, found.false_alarms), (hit, false_alarms), "alarms at {alarms:?}");
        }
        assert_eq!((score(&one, &[]).normal(), score(&one, &[40]).normal()), (0.0, 100.0));
    }

    #[test]
    fn a_window_within_probation_does_not_count() {
        let two = recording(10_000, &[100..=200, 700..=760, 5_000..=5_100]);
        assert_eq!(score(&two, &[]).windows, 2);
        // An alarm in the part of a window that is for learning is none.
        assert_eq!(score(&two, &[720]).hit, 0);
        assert_eq!(score(&two, &[751]).hit, 1);
    }
}
