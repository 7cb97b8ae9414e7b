//! Each step of the analysis in microseconds a message, all of them together, and other libraries on the same texts,
//! in one run: compare within a table, not between machines.
//!
//! `cargo run -p hark-speed [--features lingua] -- TEXTS [ROUNDS]`. TEXTS has a message a line, behind the last tab.
//! Every round takes each step once; of a step its best round counts, in the time that this thread itself computed,
//! so that other work on the machine says as little as it can.

use std::hint::black_box;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use hark_analysis::Analyser;
use hark_analysis::experts::{Experts, Outcome};
use hark_analysis::spikes::{SeriesKey, SpikeSettings, Spikes};
use hark_model::Sentiment;

/// Most texts that are read.
const TEXTS_MAX: usize = 20_000;
/// How many of them a slow library gets.
#[cfg(feature = "lingua")]
const FEW: usize = 500;
const ROUNDS: u32 = 5;
/// The step that others are held against.
const REFERENCE: &str = "vader-parity";
const NOW_SECS: i64 = 1_780_000_000;

/// Something done to each text.
struct Step<'a> {
    name: &'static str,
    texts_max: usize,
    work: Box<dyn FnMut(&str) + 'a>,
    best: Option<Duration>,
}

impl<'a> Step<'a> {
    fn new(name: &'static str, work: impl FnMut(&str) + 'a) -> Self {
        Self { name, texts_max: TEXTS_MAX, work: Box::new(work), best: None }
    }

    fn run(&mut self, texts: &[&str]) {
        let texts = &texts[..texts.len().min(self.texts_max)];
        let (begun, computed) = (Instant::now(), computed());
        texts.iter().for_each(|text| (self.work)(text));
        let of_thread = computed.and_then(|before| self::computed()?.checked_sub(before));
        let took = of_thread.filter(|took| !took.is_zero()).unwrap_or_else(|| begun.elapsed());
        let took = took / texts.len().max(1) as u32;
        self.best = Some(self.best.map_or(took, |best| best.min(took)));
    }

    /// Returns microseconds a message.
    fn micros(&self) -> f64 {
        self.best.unwrap_or_default().as_nanos() as f64 / 1e3
    }
}

/// Returns how long this thread has computed, where the system tells.
fn computed() -> Option<Duration> {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    Some(Duration::from_nanos(text.split_whitespace().next()?.parse().ok()?))
}

fn label(value: &str) -> Sentiment {
    value.parse().unwrap_or(Sentiment::Unknown)
}

/// Counts every text for spikes, a thousand a bin.
struct Watched {
    spikes: Spikes,
    key: SeriesKey,
    texts: i64,
}

impl Watched {
    fn new() -> Self {
        let key = SeriesKey { topic: Some("checkout".into()), source: Some("forum".into()) };
        Self { spikes: Spikes::new(SpikeSettings::default(), NOW_SECS), key, texts: 0 }
    }

    fn note(&mut self, label: Sentiment) {
        const TEXTS_OF_A_BIN: i64 = 1_000;
        let at_secs = NOW_SECS + self.texts / TEXTS_OF_A_BIN * 300;
        if self.texts % TEXTS_OF_A_BIN == 0 {
            black_box(self.spikes.close(at_secs));
        }
        black_box(self.spikes.note(&self.key, label, at_secs));
        self.texts += 1;
    }
}

fn own<'a>(analyser: &'a Analyser, plain: &'a Analyser) -> Vec<Step<'a>> {
    let (mut watched, mut watched_too) = (Watched::new(), Watched::new());
    let mut experts = Experts::new();
    let opted_in = experts.opt_in("ann").is_ok();
    let mut id = 0;
    vec![
        Step::new("lexicon alone", |text| {
            black_box(plain.analyse(text, None, Some("en")));
        }),
        Step::new("language", |text| {
            black_box(analyser.language(text, None, None));
        }),
        Step::new("sentiment", |text| {
            black_box(analyser.analyse(text, None, Some("en")));
        }),
        Step::new("count for spikes", move |_| watched.note(Sentiment::Neutral)),
        Step::new("keep for experts", move |text| {
            id += u64::from(opted_in);
            black_box(experts.keep((id, text), "ann", Outcome::Said, NOW_SECS, NOW_SECS));
        }),
        Step::new("language, sentiment and spikes together", move |text| {
            let found = analyser.analyse(text, None, None);
            watched_too.note(label(&found.sentiment.value));
            black_box(found);
        }),
    ]
}

fn others() -> Vec<Step<'static>> {
    let vader = vader_sentiment::SentimentIntensityAnalyzer::new();
    let parity = vader_parity::SentimentIntensityAnalyzer::new();
    vec![
        Step::new("vader_sentiment", move |text| {
            black_box(vader.polarity_scores(text));
        }),
        Step::new(REFERENCE, move |text| {
            black_box(parity.polarity_scores(text));
        }),
        Step::new("whichlang (which the language uses)", |text| {
            black_box(whichlang::detect_language(text));
        }),
        Step::new("whatlang", |text| {
            black_box(whatlang::detect(text));
        }),
        #[cfg(feature = "lingua")]
        lingua(),
    ]
}

#[cfg(feature = "lingua")]
fn lingua() -> Step<'static> {
    let detector =
        lingua::LanguageDetectorBuilder::from_all_languages().with_preloaded_language_models().build();
    let work = move |text: &str| {
        black_box(detector.detect_language_of(text));
    };
    Step { texts_max: FEW, ..Step::new("lingua, eight languages", work) }
}

fn measure(texts: &[&str], rounds: u32) {
    let (analyser, plain) = (Analyser::new(), Analyser::plain());
    let mut steps = own(&analyser, &plain);
    steps.extend(others());
    for _ in 0..rounds {
        steps.iter_mut().for_each(|step| step.run(texts));
    }
    let reference = steps.iter().find(|step| step.name == REFERENCE).map_or(0.0, Step::micros);
    println!("{:<42} {:>9} {:>12} {:>10}", "step", "µs", "messages/s", REFERENCE);
    for step in &steps {
        let micros = step.micros();
        println!("{:<42} {micros:>9.3} {:>12.0} {:>9.2}x", step.name, 1e6 / micros, reference / micros);
    }
}

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let (Some(path), Ok(rounds)) =
        (arguments.next(), arguments.next().map_or(Ok(ROUNDS), |text| text.parse()))
    else {
        eprintln!("usage: hark-speed TEXTS [ROUNDS]");
        return ExitCode::from(2);
    };
    let text = match std::fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) => {
            eprintln!("{path}: {error}");
            return ExitCode::FAILURE;
        }
    };
    let texts: Vec<&str> = text.lines().filter_map(|line| line.rsplit('\t').next()).take(TEXTS_MAX).collect();
    if texts.is_empty() {
        eprintln!("{path}: no line has a text");
        return ExitCode::FAILURE;
    }
    let bytes: usize = texts.iter().map(|text| text.len()).sum();
    println!(
        "{} texts of {} bytes in the mean, the best of {rounds} rounds",
        texts.len(),
        bytes / texts.len()
    );
    measure(&texts, rounds);
    ExitCode::SUCCESS
}
