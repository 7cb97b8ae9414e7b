//! A second opinion by a tiny model: who is asked, what comes of it, and what is said of wrong files.

#![allow(clippy::unwrap_used, reason = "a test may end at once")]

mod files;

use std::cell::Cell;
use std::path::PathBuf;
use std::time::Duration;

use files::{INT32, Made, WORDS};
use hark_analysis::second::{
    Asked, Budget, Message, SecondError, SecondLimits, SecondOpinion, SecondSettings,
};
use hark_analysis::{Analyser, Analysis, SENTIMENT_PRODUCER};
use hark_model::Sentiment;

const LABELS: [Sentiment; 3] = [Sentiment::Negative, Sentiment::Neutral, Sentiment::Positive];
const TEXTS: [&str; 4] = [
    "The queue at the checkout is bad",
    "So so",
    "It is a good good checkout so good",
    "I love it, it is great!",
];

fn settings(made: &Made) -> (tempfile::TempDir, SecondSettings) {
    let folder = tempfile::tempdir().unwrap();
    let [model, tokenizer] = files::write(folder.path(), made);
    // Whatever is not quite sure is asked about.
    (folder, SecondSettings { below: 1.0, ..SecondSettings::new(model, tokenizer, LABELS) })
}

fn opinion(settings: &SecondSettings) -> SecondOpinion {
    SecondOpinion::load(settings).unwrap_or_else(|error| panic!("{}", chain(&error)))
}

fn chain(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(Some(error), |error| error.source());
    causes.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}

fn analysed(texts: &[&str]) -> Vec<Analysis> {
    let analyser = Analyser::new();
    texts.iter().map(|text| analyser.analyse(text, None, Some("en"))).collect()
}

fn ask(
    second: &SecondOpinion,
    texts: &[&str],
    analyses: &mut [Analysis],
    budget: &mut Budget,
    clock: &dyn Fn() -> Duration,
) -> Asked {
    let messages = texts.iter().zip(analyses);
    let mut messages: Vec<Message<'_>> =
        messages.map(|(text, analysis)| Message { text, title: None, analysis }).collect();
    second.ask(&Analyser::new(), &mut messages, budget, clock)
}

/// Asks about everything, in no time.
fn asked(second: &SecondOpinion, settings: &SecondSettings, texts: &[&str]) -> (Asked, Vec<Analysis>) {
    let mut analyses = analysed(texts);
    let mut budget = Budget::new(settings.limits);
    let asked = ask(second, texts, &mut analyses, &mut budget, &|| Duration::ZERO);
    (asked, analyses)
}

/// What the model makes of a text, by adding up its words here.
fn shares(text: &str) -> [f64; 3] {
    let mut sums = [0.0_f64; 3];
    for word in text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()) {
        let word = word.to_lowercase();
        let known = WORDS.iter().find(|(known, _)| *known == word).unwrap_or(&WORDS[0]);
        sums.iter_mut().zip(known.1).for_each(|(sum, worth)| *sum += f64::from(worth));
    }
    let parts = sums.map(f64::exp);
    parts.map(|part| part / parts.iter().sum::<f64>())
}

#[test]
fn the_second_opinion_decides_and_the_first_stays_beside_it() {
    let (_folder, settings) = settings(&Made::default());
    let second = opinion(&settings);
    let texts = &TEXTS[..3];
    let (report, analyses) = asked(&second, &settings, texts);
    assert_eq!(report, Asked { unsure: 3, decided: 3, over_budget: 0, silent: 0 });
    for ((text, analysis), (before, want)) in
        texts.iter().zip(&analyses).zip(analysed(texts).into_iter().zip(["negative", "neutral", "positive"]))
    {
        let found = &analysis.sentiment;
        let [negative, neutral, positive] = shares(text);
        assert_eq!((found.value.as_str(), found.producer), (want, second.maker()), "{text:?}");
        assert!((found.score.unwrap() - (positive - negative)).abs() < 1e-3, "{text:?}: {found:?}");
        let share = negative.max(neutral).max(positive);
        assert!((found.confidence.unwrap() - share).abs() < 1e-3, "{text:?}: {found:?}");
        assert_eq!(analysis.first.as_ref(), Some(&before.sentiment), "{text:?}");
        let makers: Vec<&str> = analysis.clone().annotations().iter().map(|one| one.producer).collect();
        assert_eq!(makers[1..3], [SENTIMENT_PRODUCER, second.maker()], "the one that decided is last");
    }
}

#[test]
fn the_maker_names_the_files() {
    let (_folder, settings) = settings(&Made::default());
    let maker = opinion(&settings).maker();
    let (name, digest) = maker.split_once('@').unwrap();
    assert_eq!(name, "onnx:tiny");
    assert!(digest.len() == 12 && digest.bytes().all(|byte| byte.is_ascii_hexdigit()), "{maker}");
    assert_eq!(opinion(&settings).maker(), maker);
    std::fs::write(&settings.tokenizer, files::tokenizer() + "\n").unwrap();
    assert_ne!(opinion(&settings).maker(), maker, "another tokeniser, another maker");
}

#[test]
fn the_least_sure_are_asked_about_as_far_as_the_budget_goes() {
    let (_folder, mut settings) = settings(&Made::default());
    settings.limits =
        SecondLimits { messages_at_once_max: 2, messages_per_sec_max: 1, ..SecondLimits::STRICT };
    let second = opinion(&settings);
    let mut analyses = analysed(&TEXTS);
    let mut by_sureness: Vec<usize> = (0..TEXTS.len()).collect();
    by_sureness.sort_by(|one, other| {
        analyses[*one].sentiment.confidence.partial_cmp(&analyses[*other].sentiment.confidence).unwrap()
    });
    let mut budget = Budget::new(settings.limits);
    let decided = |analyses: &[Analysis]| -> Vec<bool> {
        by_sureness.iter().map(|at| analyses[*at].first.is_some()).collect()
    };
    let report = ask(&second, &TEXTS, &mut analyses, &mut budget, &|| Duration::ZERO);
    assert_eq!(report, Asked { unsure: 4, decided: 2, over_budget: 2, silent: 0 });
    assert_eq!(decided(&analyses), [true, true, false, false]);
    let report = ask(&second, &TEXTS, &mut analyses, &mut budget, &|| Duration::from_secs(1));
    assert_eq!(report, Asked { unsure: 2, decided: 1, over_budget: 1, silent: 0 }, "a second gives one more");
    assert_eq!(decided(&analyses), [true, true, true, false]);
}

#[test]
fn no_message_is_begun_once_the_time_of_a_batch_is_over() {
    let (_folder, mut settings) = settings(&Made::default());
    settings.limits.batch_ms_max = 25;
    let second = opinion(&settings);
    let mut analyses = analysed(&TEXTS);
    // Ten milliseconds go by between two looks at the clock.
    let now_ms = Cell::new(0);
    let clock = || {
        now_ms.set(now_ms.get() + 10);
        Duration::from_millis(now_ms.get())
    };
    let report = ask(&second, &TEXTS, &mut analyses, &mut Budget::new(settings.limits), &clock);
    assert_eq!(report, Asked { unsure: 4, decided: 2, over_budget: 2, silent: 0 });
}

#[test]
fn a_sure_opinion_and_another_language_are_left_alone() {
    let (_folder, mut settings) = settings(&Made::default());
    let texts = ["I love it, it is great, thank you so much!", "so"];
    let sureness: Vec<f64> = analysed(&texts).iter().map(|one| one.sentiment.confidence.unwrap()).collect();
    assert!(sureness[1] < sureness[0], "{sureness:?}");
    settings.below = sureness[0];
    let (report, analyses) = asked(&opinion(&settings), &settings, &texts);
    assert_eq!((report.unsure, report.decided), (1, 1));
    assert!(analyses[0].first.is_none() && analyses[1].first.is_some());
    settings.below = 1.0;
    settings.languages = vec!["de-AT".to_owned()];
    assert_eq!(asked(&opinion(&settings), &settings, &texts).0, Asked::default());
    settings.languages = vec!["en-GB".to_owned()];
    assert_eq!(asked(&opinion(&settings), &settings, &texts).0.decided, 2);
}

#[test]
fn nothing_is_asked_where_nothing_is_written() {
    let (_folder, settings) = settings(&Made::default());
    let second = opinion(&settings);
    let analyser = Analyser::new();
    let text = "@jo https://example.com/good";
    let mut analysis = analyser.analyse(text, None, None);
    let mut messages = [Message { text, title: None, analysis: &mut analysis }];
    let mut budget = Budget::new(settings.limits);
    assert_eq!(second.ask(&analyser, &mut messages, &mut budget, &|| Duration::ZERO), Asked::default());
}

#[test]
fn own_words_alone_are_asked_about() {
    let (_folder, settings) = settings(&Made::default());
    let second = opinion(&settings);
    let quoted = "good checkout\n> bad bad bad\n> bad\n";
    let (_, analyses) = asked(&second, &settings, &[quoted, "good checkout"]);
    assert_eq!(analyses[0].sentiment, analyses[1].sentiment);
    assert_eq!(analyses[0].sentiment.value, "positive");
}

#[test]
fn a_model_of_one_length_answers_as_one_of_any() {
    let (_folder, free) = settings(&Made::default());
    let free = asked(&opinion(&free), &free, &TEXTS).1;
    for (datum, length) in [(INT32, None), (files::INT64, Some(16)), (INT32, Some(16))] {
        let (_folder, settings) = settings(&Made { datum, length, ..Made::default() });
        let found = asked(&opinion(&settings), &settings, &TEXTS).1;
        for (free, found) in free.iter().zip(&found) {
            let told = |analysis: &Analysis| (analysis.sentiment.value.clone(), analysis.sentiment.score);
            assert_eq!(told(free), told(found), "{datum}, {length:?}");
        }
    }
}

#[test]
fn a_text_is_read_to_a_bound() {
    let (_folder, mut settings) = settings(&Made::default());
    settings.limits.tokens_max = 8;
    let short = "good table in a room with no view";
    let long = short.to_owned() + &" queue".repeat(100);
    let (report, analyses) = asked(&opinion(&settings), &settings, &[&long, short]);
    assert_eq!(report.decided, 2);
    assert_eq!(analyses[0].sentiment.value, "positive");
    assert_eq!(analyses[0].sentiment.score, analyses[1].sentiment.score);
}

#[test]
fn classes_that_mean_the_same_are_one() {
    let (_folder, mut settings) = settings(&Made::default());
    settings.labels = vec![Sentiment::Negative, Sentiment::Positive, Sentiment::Positive];
    let (_, analyses) = asked(&opinion(&settings), &settings, &["so good"]);
    let [negative, neutral, positive] = shares("so good");
    let confidence = analyses[0].sentiment.confidence.unwrap();
    assert_eq!(analyses[0].sentiment.value, "positive");
    assert!((confidence - (neutral + positive)).abs() < 1e-3 && negative < 0.1, "{confidence}");
}

/// Something wrong with what is given.
type Wrong = fn(&mut SecondSettings);

#[test]
fn what_is_wrong_is_told_with_its_place_and_what_to_do() {
    let cases: &[(Wrong, &[&str])] = &[
        (|given| given.labels.truncate(1), &["`labels` is \"negative\"", "write what each class means"]),
        (|given| given.labels[1] = Sentiment::Unknown, &["`labels`", "negative, neutral and positive"]),
        (|given| given.labels.truncate(0), &["`labels` is \"\""]),
        (|given| given.below = 1.5, &["`below` is \"1.5\"", "from 0 to 1"]),
        (|given| given.below = f64::NAN, &["`below` is \"NaN\""]),
        (
            |given| given.languages = vec!["english!".to_owned()],
            &["`languages` is \"english!\"", "write tags"],
        ),
        (|given| given.limits.tokens_max = 3, &["`tokens_max` is \"3\"", "from 8 to 4096"]),
        (|given| given.limits.messages_per_sec_max = 0, &["`messages_per_sec_max` is \"0\"", "leave"]),
        (|given| given.limits.messages_at_once_max = 0, &["`messages_at_once_max` is \"0\"", "leave"]),
        (
            |given| given.model = PathBuf::from("not/there.onnx"),
            &["not/there.onnx: the model of", "see that"],
        ),
        (|given| given.tokenizer = PathBuf::from("not/there.json"), &["not/there.json: the tokeniser of"]),
        (|given| given.limits.model_bytes_max = 100, &["tiny.onnx: 101 bytes or more", "`model_bytes_max`"]),
        (
            |given| given.limits.tokenizer_bytes_max = 100,
            &["tokenizer.json: 101 bytes or more", "`tokenizer_bytes_max`"],
        ),
        (
            |given| std::fs::write(&given.model, "no model").unwrap(),
            &["tiny.onnx: no ONNX model", "export it"],
        ),
        (|given| std::fs::write(&given.model, "").unwrap(), &["tiny.onnx: no ONNX model"]),
        (
            |given| std::fs::write(&given.tokenizer, "{}").unwrap(),
            &["tokenizer.json: no tokeniser; give the tokenizer.json"],
        ),
        (
            |given| given.labels.push(Sentiment::Neutral),
            &[
                "tiny.onnx: the model answers with shape [1, 3]",
                "there are 4 labels",
                "write one for each class",
            ],
        ),
        (
            |given| {
                let made = Made { inputs: ["input_ids", "pixels"], ..Made::default() };
                std::fs::write(&given.model, files::model(&made)).unwrap();
            },
            &["tiny.onnx: the model's input `pixels`", "export it with input_ids"],
        ),
        (
            |given| {
                let made = Made { inputs: ["token_type_ids", "attention_mask"], ..Made::default() };
                std::fs::write(&given.model, files::model(&made)).unwrap();
            },
            &["the model's input `input_ids` is missing"],
        ),
        (
            |given| {
                let made = Made { length: Some(500), ..Made::default() };
                std::fs::write(&given.model, files::model(&made)).unwrap();
            },
            &["`input_ids` is longer than tokens_max; raise it"],
        ),
        (
            |given| {
                let made = Made { words: 2, ..Made::default() };
                std::fs::write(&given.model, files::model(&made)).unwrap();
            },
            &["tiny.onnx: the model does not know every word of", "that belong together"],
        ),
    ];
    for (at, (wrong, wants)) in cases.iter().enumerate() {
        let (_folder, mut given) = settings(&Made::default());
        wrong(&mut given);
        let error: SecondError = SecondOpinion::load(&given).map(|_| at).unwrap_err();
        let told = chain(&error);
        assert!(wants.iter().all(|want| told.contains(want)), "case {at}: {told}");
    }
}

#[test]
fn every_cut_of_a_model_is_refused_or_read() {
    let (_folder, given) = settings(&Made::default());
    let whole = files::model(&Made::default());
    for len in (0..whole.len()).step_by(7) {
        std::fs::write(&given.model, &whole[..len]).unwrap();
        let found = SecondOpinion::load(&given);
        assert!(found.is_err(), "{len} of {} bytes", whole.len());
    }
}

#[test]
fn one_serves_all_threads() {
    fn check<T: Send + Sync>(_: &T) {}
    let (_folder, settings) = settings(&Made::default());
    check(&opinion(&settings));
}
