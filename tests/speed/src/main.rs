//! Each step of the analysis in microseconds a message, all of them together, and other libraries on the same texts,
//! in one run: compare within a table, not between machines.
//!
//! `cargo run -p hark-speed [--features lingua] -- TEXTS [ROUNDS [STEP]]`. TEXTS has a message a line, behind the last
//! tab; STEP is how the names of the steps begin that are taken, all of them where it is not given.
//! Every round takes each step once; of a step its best round counts, in the time that this thread itself computed,
//! so that other work on the machine says as little as it can.

mod rules;

use std::hint::black_box;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use hark_analysis::Analyser;
use hark_analysis::duplicates::{Duplicates, Signature};
use hark_analysis::experts::{Experts, Outcome};
use hark_analysis::personal::{Policy, Pseudonyms, mask};
use hark_analysis::spikes::{SeriesKey, SpikeSettings, Spikes};
use hark_model::Sentiment;
use hark_query::{Scratch, Standing};

/// Most texts that are read.
const TEXTS_MAX: usize = 20_000;
/// How many of them a slow library gets.
#[cfg(feature = "lingua")]
const FEW: usize = 500;
const ROUNDS: u32 = 5;
/// The step that others are held against.
const REFERENCE: &str = "vader-parity";
/// Time goes on by so much from text to text: a thousand a bin of five minutes.
const TEXT_MS: i64 = 300;
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

/// Everything that is done to a text as it comes in.
struct Everything<'a> {
    analyser: &'a Analyser,
    standing: &'a Standing,
    scratch: Scratch,
    seen: Duplicates<u64>,
    names: Pseudonyms,
    watched: Watched,
    texts: u64,
}

impl<'a> Everything<'a> {
    fn new(analyser: &'a Analyser, standing: &'a Standing) -> Self {
        let (seen, names) = (Duplicates::with_room_for(2 * TEXTS_MAX), Pseudonyms::new([7; 32]));
        Self {
            analyser,
            standing,
            scratch: Scratch::default(),
            seen,
            names,
            watched: Watched::new(),
            texts: 0,
        }
    }

    fn take(&mut self, text: &str) {
        let reading = self.analyser.read(text, None, None, None);
        let found = reading.analysis();
        let sentiment = label(&found.sentiment.value);
        if let Some(signature) = reading.signature() {
            self.see(&signature);
        }
        black_box(mask(text, Policy::ALL, &self.names));
        let record = rules::record(text, sentiment, found.sentiment.score);
        black_box(self.standing.matches(&record, NOW_SECS * 1_000, &mut self.scratch));
        self.watched.note(sentiment);
        black_box(found);
    }

    fn see(&mut self, signature: &Signature) {
        self.texts += 1;
        black_box(self.seen.sight(self.texts, NOW_SECS * 1_000 + self.texts as i64 * TEXT_MS, signature));
    }
}

fn own<'a>(
    analyser: &'a Analyser,
    plain: &'a Analyser,
    standing: &'a Standing,
    texts: &[&str],
) -> Vec<Step<'a>> {
    let (mut watched, mut watched_too) = (Watched::new(), Watched::new());
    let mut experts = Experts::new();
    let opted_in = experts.opt_in("ann").is_ok();
    let mut id = 0;
    let of = |text: &&str| analyser.read(text, None, Some("en"), None).signature();
    let mut signatures = texts.iter().filter_map(of).collect::<Vec<_>>().into_iter().cycle();
    let (mut seen, mut scratch) = (Everything::new(analyser, standing), Scratch::default());
    let mut everything = Everything::new(analyser, standing);
    let names = Pseudonyms::new([7; 32]);
    vec![
        Step::new("words alone", |text| {
            black_box(analyser.read(text, None, Some("en"), None));
        }),
        Step::new("lexicon alone", |text| {
            black_box(plain.analyse(text, None, Some("en")));
        }),
        Step::new("language", |text| {
            black_box(analyser.language(text, None, None));
        }),
        Step::new("sentiment and signals", |text| {
            black_box(analyser.analyse(text, None, Some("en")));
        }),
        Step::new("words and signals", |text| {
            black_box(analyser.read(text, None, Some("en"), None).signals());
        }),
        Step::new("words and signature", |text| {
            black_box(analyser.read(text, None, Some("en"), None).signature());
        }),
        Step::new("look-up of a signature", move |_| {
            if let Some(signature) = signatures.next() {
                seen.see(&signature);
            }
        }),
        Step::new("personal data, masked", move |text| {
            black_box(mask(text, Policy::ALL, &names));
        }),
        Step::new("10,000 rules", move |text| {
            let record = rules::record(text, Sentiment::Negative, Some(-0.5));
            black_box(standing.matches(&record, NOW_SECS * 1_000, &mut scratch));
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
        // All but the experts, who are opted in one by one.
        Step::new("everything together", move |text| everything.take(text)),
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

fn measure(texts: &[&str], rounds: u32, only: &str) -> Result<(), Box<dyn std::error::Error>> {
    let (analyser, plain, standing) = (Analyser::new(), Analyser::plain(), rules::standing(texts)?);
    let mut steps = own(&analyser, &plain, &standing, texts);
    steps.extend(others());
    steps.retain(|step| step.name.starts_with(only));
    for _ in 0..rounds {
        steps.iter_mut().for_each(|step| step.run(texts));
    }
    let reference = steps.iter().find(|step| step.name == REFERENCE).map_or(0.0, Step::micros);
    println!("{:<42} {:>9} {:>12} {:>10}", "step", "µs", "messages/s", REFERENCE);
    for step in &steps {
        let micros = step.micros();
        println!("{:<42} {micros:>9.3} {:>12.0} {:>9.2}x", step.name, 1e6 / micros, reference / micros);
    }
    Ok(())
}

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let (Some(path), Ok(rounds)) =
        (arguments.next(), arguments.next().map_or(Ok(ROUNDS), |text| text.parse()))
    else {
        eprintln!("usage: hark-speed TEXTS [ROUNDS [STEP]]");
        return ExitCode::from(2);
    };
    let only = arguments.next().unwrap_or_default();
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
    match measure(&texts, rounds, &only) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{path}: {error}");
            ExitCode::FAILURE
        }
    }
}
