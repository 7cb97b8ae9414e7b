//! Makes a model of sentiment from labelled texts.
//!
//! Holds: the same texts, options and seed give the same bytes; what a report says was measured on texts
//! that the reported model had not seen. Not here: files of labelled texts (`labelled`), the model itself.

mod fit;
mod prune;
mod samples;

use std::path::PathBuf;

use crate::eval::language_of;
use crate::features::Features;
use crate::hash::mixed;
use crate::labelled::{self, Labelled, ReadError};
use crate::lexicon::Lexicon;
use crate::linear::{Model, Served};
use crate::metrics::Confusion;
use fit::{Fitted, Fitting};
use samples::Samples;

/// Of how many texts one is held out for the report.
const HELD_OUT_OF: u64 = 10;
/// Fewest texts of each label that a model can be made from.
const EACH_LABEL_MIN: usize = 20;
/// Temperatures that are tried, in tenths.
const TEMPERATURES: std::ops::RangeInclusive<u32> = 4..=40;

/// How a model is made. The defaults made the models that come with Hark.
#[derive(Debug, Clone, PartialEq)]
pub struct TrainOptions {
    /// Where chance begins.
    pub seed: u64,
    /// Which features there are, a sum of bits; 0 chooses by the languages of the texts.
    pub features: u16,
    /// Most weights that the model keeps.
    pub weights_max: usize,
    /// How often each text is seen.
    pub epochs: u32,
    /// How many models are fitted, each in another order, and averaged into one.
    pub models: u32,
    /// How far one text moves a weight at first.
    pub rate: f32,
    /// How strongly weights are drawn to zero.
    pub decay: f32,
    /// How far rare labels are made up for: 0 not at all, 1 entirely.
    pub balance: f32,
    /// Share of features that is left out at random each time a text is seen.
    pub dropout: f32,
}

impl Default for TrainOptions {
    fn default() -> Self {
        Self {
            seed: 1,
            features: 0,
            weights_max: 24_000,
            epochs: 6,
            models: 3,
            rate: 0.015,
            decay: 0.1,
            balance: 1.0,
            dropout: 0.3,
        }
    }
}

/// Why no model was made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TrainError {
    /// A label has hardly any texts.
    #[error("there are {found} texts labelled {label}, and it takes {EACH_LABEL_MIN} at least")]
    TooFew {
        /// The label.
        label: &'static str,
        /// How many there are.
        found: usize,
    },
    /// A language is not named by two letters, or there are too many.
    #[error("the languages are not named by two letters each, or there are more than {max}: {found}")]
    Languages {
        /// What there is.
        found: String,
        /// Most that one model serves.
        max: usize,
    },
}

/// What is told while a model is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// What is done, out of `of`.
    pub done: u32,
    /// How many steps there are.
    pub of: u32,
    /// What the step was.
    pub step: &'static str,
}

/// A model, and how good it is.
#[derive(Debug, Clone)]
pub struct Trained {
    /// The model, made from all texts.
    pub model: Model,
    /// How a model made from nine tenths of the texts labelled the last tenth.
    pub held_out: Confusion,
    /// Texts that the model was made from, by label.
    pub texts: [usize; 3],
}

/// Reads every file of `paths` (see `labelled::read`), each in `language` or, without one, in that which its
/// folder is named for.
///
/// # Errors
///
/// When a file, or a line of one, cannot be read.
pub fn read_files(paths: &[PathBuf], language: Option<&str>) -> Result<Vec<Labelled>, ReadError> {
    let read = |path: &PathBuf| labelled::read(path, language.unwrap_or_else(|| language_of(path)));
    Ok(paths.iter().map(read).collect::<Result<Vec<_>, _>>()?.concat())
}

/// Makes a model from `texts`; tells `progress` after every step.
///
/// # Errors
///
/// When there are too few texts of a label, or too many languages.
pub fn train(
    texts: &[Labelled],
    options: &TrainOptions,
    progress: &mut dyn FnMut(Progress),
) -> Result<Trained, TrainError> {
    let mut counts = [0; 3];
    texts.iter().for_each(|text| counts[text.label.place()] += 1);
    for (label, found) in ["negative", "neutral", "positive"].into_iter().zip(counts) {
        if found < EACH_LABEL_MIN {
            return Err(TrainError::TooFew { label, found });
        }
    }
    let maker = Maker::new(texts, options)?;
    let steps = 2 * options.models * 2 + 1;
    let mut done = 0;
    let mut tell = |step| {
        done += 1;
        progress(Progress { done, of: steps, step });
    };
    let is_held_out = |at: usize| mixed(options.seed ^ (at as u64) << 8).is_multiple_of(HELD_OUT_OF);
    let (tested, seen): (Vec<usize>, Vec<usize>) = (0..texts.len()).partition(|at| is_held_out(*at));
    tell("read");
    let first = maker.model(&seen, 1.0, &mut || tell("fitted to nine tenths"));
    let temperature = maker.temperature(&first, &tested);
    let held_out = maker.confusion(&first, &tested);
    let all: Vec<usize> = (0..texts.len()).collect();
    let model = maker.model(&all, temperature, &mut || tell("fitted to all"));
    Ok(Trained { model, held_out, texts: counts })
}

/// Returns how a model made from all texts but those of a block labels that block, for each of `blocks`
/// blocks: texts that lie side by side were collected together, so a block is somewhat strange to the rest.
///
/// # Errors
///
/// As `train`.
pub fn cross_validate(
    texts: &[Labelled],
    options: &TrainOptions,
    blocks: usize,
    tried: usize,
) -> Result<Vec<Confusion>, TrainError> {
    let maker = Maker::new(texts, options)?;
    let of = |at: usize| at * blocks / texts.len();
    let found = (0..tried.min(blocks)).map(|number| {
        let block = (number * blocks) / tried.max(1) + (blocks / tried.max(1)) - 1;
        let (tested, seen): (Vec<usize>, Vec<usize>) = (0..texts.len()).partition(|at| of(*at) == block);
        maker.confusion(&maker.model(&seen, 1.0, &mut || ()), &tested)
    });
    Ok(found.collect())
}

/// Texts as features, with what a model is made from them by.
struct Maker<'o> {
    samples: Samples,
    languages: Vec<[u8; 2]>,
    features: Features,
    options: &'o TrainOptions,
}

impl<'o> Maker<'o> {
    fn new(texts: &[Labelled], options: &'o TrainOptions) -> Result<Self, TrainError> {
        let languages = samples::languages(texts)?;
        let features = match options.features {
            0 if languages == [*b"en"] => Features::ENGLISH,
            0 => Features::ANY,
            some => Features(some),
        };
        let samples = Samples::of(texts, &languages, features, &Lexicon::new());
        Ok(Self { samples, languages, features, options })
    }

    fn model(&self, seen: &[usize], temperature: f32, tell: &mut dyn FnMut()) -> Model {
        let fitting =
            Fitting { samples: &self.samples, seen, languages: self.languages.len(), options: self.options };
        let full = self.average(&fitting, tell);
        let kept = prune::strongest(&full, &self.samples, seen, self.options.weights_max);
        let samples = self.samples.only(&kept);
        let fitting = Fitting { samples: &samples, ..fitting };
        let fitted = self.average(&fitting, tell);
        let (units, weights) = prune::rounded(&fitted, &samples, &kept);
        let served = self.languages.iter().zip(&fitted.biases);
        let served = served.map(|(code, [negative, neutral, positive])| Served {
            code: *code,
            bias: [negative - neutral, 0.0, positive - neutral],
        });
        Model::new(self.features, served.collect(), units, temperature, &weights)
    }

    fn average(&self, fitting: &Fitting, tell: &mut dyn FnMut()) -> Fitted {
        let mut sum = Fitted::zero(self.languages.len());
        for number in 0..self.options.models {
            sum.add(&fitting.fit(mixed(self.options.seed) ^ u64::from(number)));
            tell();
        }
        sum.divide(self.options.models as f32);
        sum
    }

    fn confusion(&self, model: &Model, tested: &[usize]) -> Confusion {
        let mut confusion = Confusion::default();
        for at in tested {
            let shares = self.samples.shares(*at, model, &self.languages);
            confusion.add(self.samples.label(*at), samples::most(&shares));
        }
        confusion
    }

    /// Returns the temperature under which the shares of the right labels are highest.
    fn temperature(&self, model: &Model, tested: &[usize]) -> f32 {
        let surprise = |temperature: &f32| -> f64 {
            let model = model.at(*temperature);
            let of = |at: &usize| {
                let shares = self.samples.shares(*at, &model, &self.languages);
                -shares[self.samples.label(*at)].max(1e-9).ln()
            };
            tested.iter().map(of).sum()
        };
        let tried = TEMPERATURES.map(|tenths| tenths as f32 / 10.0).map(|one| (one, surprise(&one)));
        tried.min_by(|one, other| one.1.total_cmp(&other.1)).map_or(1.0, |(temperature, _)| temperature)
    }
}

impl std::fmt::Display for Trained {
    /// Writes what was made and how good it is, in a few lines.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let [negative, neutral, positive] = self.texts;
        let table = &self.held_out;
        writeln!(f, "made from {negative} negative, {neutral} neutral and {positive} positive texts")?;
        writeln!(f, "{} weights, {} bytes", self.model.weights(), self.model.to_bytes().len())?;
        write!(
            f,
            "on {} texts that were held out: macro recall {:.3}, macro F1 {:.3}, accuracy {:.3}",
            table.texts(),
            table.macro_recall(),
            table.macro_f1(),
            table.accuracy()
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analyser::Analyser;
    use crate::labelled::Label;

    /// A language of three words that mean something and five that do not.
    fn texts(language: &str, count: u64) -> Vec<Labelled> {
        let text = |at: u64| {
            let (label, word) =
                [(Label::Negative, "kuma"), (Label::Neutral, "lapo"), (Label::Positive, "sibe")]
                    [(at % 3) as usize];
            let filler = |salt: u64| ["ta", "no", "ri", "ve", "ul"][(mixed(at * 7 + salt) % 5) as usize];
            let text = format!("{} {} {word} {}", filler(1), filler(2), filler(3));
            Labelled { text, label, language: language.to_owned() }
        };
        (0..count).map(text).collect()
    }

    #[test]
    fn what_texts_mean_is_learnt_and_used() {
        let options = TrainOptions { rate: 0.1, epochs: 40, ..TrainOptions::default() };
        let mut steps = Vec::new();
        let made = train(&texts("xx", 300), &options, &mut |step| steps.push(step.done)).unwrap();
        assert_eq!(steps, (1..=13).collect::<Vec<_>>());
        assert!(made.held_out.texts() > 10 && made.held_out.macro_recall() > 0.95, "{made}");
        let analyser = Analyser::new().with_model(made.model);
        for (text, want) in
            [("no kuma ta", "negative"), ("no lapo ta", "neutral"), ("no sibe ta", "positive")]
        {
            let found = analyser.analyse(text, None, Some("xx")).sentiment;
            assert_eq!((found.value.as_str(), found.producer), (want, crate::OWN_PRODUCER), "{text}");
            let strongest =
                found.evidence.iter().max_by(|one, other| one.weight.abs().total_cmp(&other.weight.abs()));
            let word = strongest.map(|evidence| evidence.text.as_str());
            assert!(want == "neutral" || word == Some(&text[3..7]), "{text}: {word:?}");
        }
        assert_eq!(analyser.analyse("no kuma ta", None, Some("yy")).sentiment.value, "unknown");
    }

    #[test]
    fn the_same_seed_gives_the_same_bytes_within_the_bound() {
        let bytes = |seed, weights_max| {
            let options = TrainOptions { seed, weights_max, ..TrainOptions::default() };
            let made = train(&texts("xx", 90), &options, &mut |_| ()).unwrap();
            assert!(made.model.weights() <= weights_max);
            made.model.to_bytes()
        };
        assert_eq!(bytes(1, 50), bytes(1, 50));
        assert_ne!(bytes(1, 50), bytes(2, 50));
        assert!(bytes(1, 1_000_000).len() <= crate::MODEL_BYTES_MAX);
    }

    #[test]
    fn what_is_too_little_is_refused() {
        let error =
            |texts: &[Labelled]| train(texts, &TrainOptions::default(), &mut |_| ()).unwrap_err().to_string();
        assert!(error(&texts("xx", 30)).contains("10 texts labelled negative"));
        assert!(error(&texts("english", 90)).contains("two letters each"));
    }
}
