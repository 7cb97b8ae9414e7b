//! What each step costs, in microseconds of one thread's own time for a text.

use std::time::{Duration, Instant};

use crate::analyser::Analyser;
use crate::duplicates::{Duplicates, Signature};
use crate::eval::Figure;
use crate::personal::{Policy, Pseudonyms, find, mask};
use crate::reading::Reading;
use crate::topics::{Terms, Topics};

/// Texts that are kept as they were read, which takes some KiB each.
const TEXTS_MAX: usize = 5_000;
/// How often all of them are gone through.
const ROUNDS: u32 = 4;

/// Measures on `texts`, with all the parts that `analyser` has.
pub(super) fn figures(analyser: &Analyser, texts: &[&str]) -> Vec<Figure> {
    let texts = &texts[..texts.len().min(TEXTS_MAX)];
    let readings: Vec<Reading<'_>> = texts.iter().map(|text| analyser.read(text, None, None, None)).collect();
    let signatures: Vec<Signature> = readings.iter().filter_map(Reading::signature).collect();
    let terms: Vec<Terms<'_>> = readings.iter().map(Reading::terms).collect();
    let names = Pseudonyms::new([0; 32]);
    let mut steps = Steps::default();
    steps.measure("language and words, µs", texts, |text| {
        analyser.read(text, None, None, None).tokens.pieces.len()
    });
    steps.measure("words alone, µs", texts, |text| {
        analyser.read(text, None, Some("en"), None).tokens.pieces.len()
    });
    steps.measure("sentiment of words, µs", &readings, |reading| {
        let Reading { tokens, verdict, text, title, .. } = reading;
        analyser.sentiment_of(tokens, verdict, text, title).evidence.len()
    });
    steps.measure("signals of words, µs", &readings, |reading| reading.signals().len());
    steps.measure("signature of words, µs", &readings, |reading| usize::from(reading.signature().is_some()));
    let mut seen = Duplicates::with_room_for(signatures.len() + 1);
    steps.measure("look-up of a signature, µs", &signatures, |signature| {
        seen.sight((), 0, signature).count as usize
    });
    steps.measure("terms of words, µs", &readings, |reading| reading.terms().0.len());
    let mut topics = Topics::default();
    steps.measure("count of terms, µs", &terms, |terms| {
        topics.note(terms);
        topics.len()
    });
    steps.measure("personal data found, µs", texts, |text| find(text).len());
    steps.measure("personal data masked, µs", texts, |text| mask(text, Policy::ALL, &names).found.len());
    steps.figures
}

#[derive(Default)]
struct Steps {
    figures: Vec<Figure>,
}

impl Steps {
    fn measure<T>(&mut self, name: &'static str, items: &[T], mut work: impl FnMut(&T) -> usize) {
        let time = Timer::start();
        let done: usize = (0..ROUNDS).map(|_| items.iter().map(&mut work).sum::<usize>()).sum();
        let took = time.took();
        // What was done is looked at, so that it cannot be left out.
        if std::hint::black_box(done) < usize::MAX && !items.is_empty() && !took.is_zero() {
            let value = took.as_secs_f64() * 1e6 / (items.len() as f64 * f64::from(ROUNDS));
            let set = "steps, one thread".to_owned();
            self.figures.push(Figure { set, name, value, texts: items.len() as u64 });
        }
    }
}

/// Time of this thread, where the system tells: on a machine with other work, time by the clock says nothing
/// of the code.
pub(super) struct Timer {
    begin: Instant,
    computed: Option<Duration>,
}

impl Timer {
    pub fn start() -> Self {
        Self { begin: Instant::now(), computed: computed() }
    }

    /// Returns how long it was since the start.
    pub fn took(&self) -> Duration {
        let of_thread = self.computed.and_then(|before| computed()?.checked_sub(before));
        of_thread.filter(|took| !took.is_zero()).unwrap_or_else(|| self.begin.elapsed())
    }
}

/// Returns how long this thread has computed.
fn computed() -> Option<Duration> {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    Some(Duration::from_nanos(text.split_whitespace().next()?.parse().ok()?))
}
