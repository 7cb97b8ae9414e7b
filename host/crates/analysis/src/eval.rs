//! Figures of the analysis over a folder of labelled texts: how good labels, scores and languages are, how well
//! spikes are found in recordings of counts, and how fast it goes.
//!
//! Holds: every figure says how many texts it was measured on; what cannot be read is an error, what is no
//! labelled text is left out and named. Not here: where labelled texts come from.

mod dice;
mod duplicates;
pub mod nab;
mod personal;
mod report;
mod signals;
pub mod spikes;
mod steps;
mod topics;

pub use report::{EvalError, report, run};

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use serde::Serialize;

use crate::analyser::Analyser;
use crate::eval::steps::Timer;
use crate::labelled::{self, Labelled, Rated, ReadError};
use crate::metrics::{Confusion, correlation};

/// How deep below the folder files are looked for.
const DEPTH_MAX: usize = 4;
/// Most files that are read.
const FILES_MAX: usize = 1_000;
/// Most texts by which speed is measured.
const SPEED_TEXTS_MAX: usize = 20_000;
/// Most English texts by which all that needs no label is measured.
const ENGLISH_TEXTS_MAX: usize = 60_000;
/// A rating counts as leaning to one side from here on.
const LEANING_MIN: f64 = 0.0;

/// One measured number.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Figure {
    /// What it was measured on: a file without its ending, or several together.
    pub set: String,
    /// What was measured.
    #[serde(rename = "figure")]
    pub name: &'static str,
    /// The number; shares are from 0 to 1.
    pub value: f64,
    /// On how many texts, or bins or windows of counts.
    pub texts: u64,
}

/// Everything that was measured.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct Evaluation {
    /// In the order of the files, what is over several files last.
    pub figures: Vec<Figure>,
    /// Files that hold no labelled texts.
    #[serde(serialize_with = "report::shown")]
    pub left_out: Vec<PathBuf>,
}

/// Measures `analyser`, beside the lexicon alone, on every file of labelled texts below `folder`, and spikes on
/// recordings with labelled windows. The
/// language of a file is told by the end of its folder's name (`english`, `sentiment_en`, `de`), English if
/// it is not; sentiment is asked for in that language, as where a platform says it.
///
/// # Errors
///
/// When a folder or a file of labelled texts cannot be read.
pub fn evaluate(analyser: &Analyser, folder: &Path) -> Result<Evaluation, ReadError> {
    let mut files = Vec::new();
    list(folder, 0, &mut files)?;
    files.sort();
    let mut evaluator = Evaluator::new(analyser);
    let recorded = evaluator.recorded(&files)?;
    for path in files.into_iter().filter(|path| !recorded.contains(path)) {
        let set = name_of(&path, folder);
        let language = language_of(&path);
        match labelled::kind(&path)? {
            labelled::FileKind::Labelled => {
                evaluator.labelled(&set, language, labelled::read(&path, language)?)
            }
            labelled::FileKind::Rated => evaluator.rated(&set, &labelled::read_rated(&path)?),
            labelled::FileKind::Beside => {}
            labelled::FileKind::Other => evaluator.found.left_out.push(path),
        }
    }
    Ok(evaluator.end())
}

fn list(folder: &Path, depth: usize, files: &mut Vec<PathBuf>) -> Result<(), ReadError> {
    let refused = |source| ReadError::File { path: folder.to_owned(), source };
    for entry in std::fs::read_dir(folder).map_err(refused)? {
        let path = entry.map_err(refused)?.path();
        if path.is_dir() && depth < DEPTH_MAX {
            list(&path, depth + 1, files)?;
        } else if path.is_file() && files.len() < FILES_MAX {
            files.push(path);
        }
    }
    Ok(())
}

fn name_of(path: &Path, folder: &Path) -> String {
    let short = path.strip_prefix(folder).unwrap_or(path).with_extension("");
    let name = short.to_string_lossy().into_owned();
    name.strip_suffix("_text").map_or_else(|| name.clone(), str::to_owned)
}

/// Names of languages that folders have, beside the two letters.
const LANGUAGES: &[(&str, &str)] = &[
    ("arabic", "ar"),
    ("english", "en"),
    ("french", "fr"),
    ("german", "de"),
    ("hindi", "hi"),
    ("italian", "it"),
    ("portuguese", "pt"),
    ("spanish", "es"),
    ("dutch", "nl"),
    ("swedish", "sv"),
    ("turkish", "tr"),
];

/// Returns the language that the folder of `path` is named for; English, where it is named for none.
pub fn language_of(path: &Path) -> &'static str {
    let folder = path.parent().and_then(Path::file_name).map(|name| name.to_string_lossy().to_lowercase());
    let folder = folder.unwrap_or_default();
    let end = folder.rsplit(['_', '-']).next().unwrap_or("");
    let known = LANGUAGES.iter().find(|(name, code)| end == *name || end == *code);
    known.map_or("en", |(_, code)| code)
}

/// Figures under way.
struct Evaluator<'a> {
    analyser: &'a Analyser,
    plain: Analyser,
    found: Evaluation,
    /// By parent folder and split: the tables of its languages.
    families: BTreeMap<String, Family>,
    /// English texts.
    english: Vec<Labelled>,
}

/// The same split in several languages.
#[derive(Default)]
struct Family {
    tables: Vec<Confusion>,
    /// Texts, those whose language was found, and those where another was.
    languages: [u64; 3],
    /// The same without Hindi, which is written in Latin letters there.
    without_hindi: [u64; 3],
}

impl<'a> Evaluator<'a> {
    fn new(analyser: &'a Analyser) -> Self {
        let (plain, found) = (Analyser::plain(), Evaluation::default());
        Self { analyser, plain, found, families: BTreeMap::new(), english: Vec::new() }
    }

    fn put(&mut self, set: &str, name: &'static str, value: f64, texts: u64) {
        self.found.figures.push(Figure { set: set.to_owned(), name, value, texts });
    }

    fn labelled(&mut self, set: &str, language: &str, texts: Vec<Labelled>) {
        let (table, confidence) = table(self.analyser, &texts);
        self.put_table(set, &table);
        self.put(set, "mean confidence", confidence, table.texts());
        if language == "en" {
            let (plain, _) = self::table(&self.plain, &texts);
            self.put(set, "macro recall, lexicon alone", plain.macro_recall(), plain.texts());
            let room = ENGLISH_TEXTS_MAX.saturating_sub(self.english.len());
            self.english.extend(texts.iter().take(room).cloned());
        }
        let counts = self.languages(&texts);
        self.put(set, "language found", share(counts[1], counts[0]), counts[0]);
        self.put(set, "language taken for another", share(counts[2], counts[0]), counts[0]);
        if let Some((folder, split)) = set.rsplit_once('/')
            && let Some((parent, name)) = folder.rsplit_once('/').or(Some(("", folder)))
            && LANGUAGES.iter().any(|(known, code)| name == *known || name == *code)
        {
            let family =
                self.families.entry(format!("{parent}/*/{split}").trim_start_matches('/').to_owned());
            let family = family.or_default();
            family.tables.push(table);
            (0..3).for_each(|at| family.languages[at] += counts[at]);
            if language != "hi" {
                (0..3).for_each(|at| family.without_hindi[at] += counts[at]);
            }
        }
    }

    /// Measures how spikes are found where recordings lie beside their windows; returns the files of both.
    fn recorded(&mut self, files: &[PathBuf]) -> Result<BTreeSet<PathBuf>, ReadError> {
        let mut read = BTreeSet::new();
        for windows in files.iter().filter(|path| path.ends_with(nab::WINDOWS_FILE)) {
            let Some(parent) = windows.parent() else { continue };
            let (paths, recordings): (Vec<_>, Vec<_>) = nab::read(parent)?.into_iter().unzip();
            let set = parent.file_name().unwrap_or_default().to_string_lossy();
            self.spikes(&set, &recordings);
            read.extend(paths.into_iter().chain([windows.clone()]));
        }
        Ok(read)
    }

    fn spikes(&mut self, set: &str, recordings: &[nab::Recording]) {
        let mut all = nab::Score::default();
        for (recording, score) in recordings.iter().zip(spikes::Tried::of(recordings).left_out()) {
            let set = format!("{set}/{}", recording.name);
            self.put(&set, "NAB score, chosen by the others", score.normal(), recording.counts.len() as u64);
            all.join(&score);
        }
        let bins = recordings.iter().map(|recording| recording.counts.len() as u64).sum();
        self.put(set, "NAB score, each chosen by the others", all.normal(), bins);
        self.put(set, "windows hit, of all", share(all.hit.into(), all.windows.into()), all.windows.into());
        self.put(set, "false alarms", all.false_alarms.into(), bins);
    }

    fn put_table(&mut self, set: &str, table: &Confusion) {
        for (name, value) in [
            ("macro recall", table.macro_recall()),
            ("macro F1", table.macro_f1()),
            ("F1 of positive and negative", table.polar_f1()),
            ("accuracy", table.accuracy()),
            ("without a label", share(table.unlabelled(), table.texts())),
        ] {
            self.put(set, name, value, table.texts());
        }
    }

    /// Counts texts, those whose language is found without being told, and those taken for another.
    fn languages(&self, texts: &[Labelled]) -> [u64; 3] {
        let mut counts = [texts.len() as u64, 0, 0];
        for text in texts {
            if let Some(found) = self.analyser.language(&text.text, None, None) {
                counts[if found.value == text.language { 1 } else { 2 }] += 1;
            }
        }
        counts
    }

    fn rated(&mut self, set: &str, texts: &[Rated]) {
        let ours: Vec<(f64, f64)> = scores(self.analyser, texts);
        let plain: Vec<(f64, f64)> = scores(&self.plain, texts);
        let count = texts.len() as u64;
        for (name, pairs) in [("correlation", &ours), ("correlation, lexicon alone", &plain)] {
            if let Some(correlation) = correlation(pairs) {
                self.put(set, name, correlation, count);
            }
        }
        for (name, pairs) in [("polarity right", &ours), ("polarity right, lexicon alone", &plain)] {
            let leaning: Vec<_> = pairs.iter().filter(|pair| pair.1.abs() > LEANING_MIN).collect();
            let right = leaning.iter().filter(|pair| pair.0 * pair.1 > 0.0).count() as u64;
            self.put(set, name, share(right, leaning.len() as u64), leaning.len() as u64);
        }
    }

    fn end(mut self) -> Evaluation {
        for (set, family) in std::mem::take(&mut self.families) {
            let mut all = Confusion::default();
            family.tables.iter().for_each(|table| all.join(table));
            let mean =
                family.tables.iter().map(Confusion::macro_f1).sum::<f64>() / family.tables.len() as f64;
            self.put(&set, "macro F1, mean of the languages", mean, all.texts());
            self.put(&set, "macro F1, all texts together", all.macro_f1(), all.texts());
            for (name, [texts, found, other]) in [
                ("language found", family.languages),
                ("language found, without Hindi", family.without_hindi),
            ] {
                self.put(&set, name, share(found, texts), texts);
                if name != "language found" {
                    self.put(&set, "language taken for another, without Hindi", share(other, texts), texts);
                }
            }
        }
        let labelled = std::mem::take(&mut self.english);
        let texts: Vec<&str> = labelled.iter().map(|text| text.text.as_str()).collect();
        let figures = &mut self.found.figures;
        figures.extend(signals::figures(self.analyser, &labelled));
        figures.extend(duplicates::figures(self.analyser, &texts));
        figures.extend(personal::figures(&texts));
        figures.extend(topics::figures(self.analyser, &texts));
        self.speeds(&texts[..texts.len().min(SPEED_TEXTS_MAX)]);
        self.found.figures.extend(steps::figures(self.analyser, &texts));
        self.found
    }

    /// Measures messages per second of this thread's own time, once over all texts.
    fn speeds(&mut self, texts: &[&str]) {
        let analyser = self.analyser;
        let mut measure = |name, work: &dyn Fn(&str) -> bool| {
            let time = Timer::start();
            let done = texts.iter().filter(|text| work(text)).count();
            let seconds = time.took().as_secs_f64();
            if done > 0 && seconds > 0.0 {
                self.found.figures.push(Figure {
                    set: "speed, one thread".to_owned(),
                    name,
                    value: texts.len() as f64 / seconds,
                    texts: texts.len() as u64,
                });
            }
        };
        let plain = &self.plain;
        measure("lexicon alone, messages/s", &|text| {
            plain.analyse(text, None, Some("en")).sentiment.score.is_some()
        });
        measure("language, messages/s", &|text| analyser.language(text, None, None).is_some());
        measure("sentiment, messages/s", &|text| {
            analyser.analyse(text, None, Some("en")).sentiment.score.is_some()
        });
        measure("all, messages/s", &|text| analyser.analyse(text, None, None).sentiment.score.is_some());
    }
}

/// Counts the labels of `texts`, each asked for in its language, and returns the mean confidence.
fn table(analyser: &Analyser, texts: &[Labelled]) -> (Confusion, f64) {
    let mut table = Confusion::default();
    let mut confidence = 0.0;
    for text in texts {
        let found = analyser.analyse(&text.text, None, Some(&text.language)).sentiment;
        let given = match found.value.as_str() {
            "negative" => 0,
            "neutral" => 1,
            "positive" => 2,
            _ => 3,
        };
        table.add(text.label.place(), given);
        confidence += found.confidence.unwrap_or(0.0);
    }
    (table, confidence / texts.len().max(1) as f64)
}

fn scores(analyser: &Analyser, texts: &[Rated]) -> Vec<(f64, f64)> {
    let score = |text: &str| analyser.analyse(text, None, Some("en")).sentiment.score.unwrap_or(0.0);
    texts.iter().map(|text| (score(&text.text), text.rating)).collect()
}

fn share(part: u64, whole: u64) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(found: &Evaluation, set: &str, name: &str) -> Option<(f64, u64)> {
        let of = |figure: &&Figure| figure.set == set && figure.name == name;
        found.figures.iter().find(of).map(|figure| (figure.value, figure.texts))
    }

    #[test]
    fn a_folder_of_every_format_is_measured() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| {
            let path = folder.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        };
        write(
            "mail_en/own.csv",
            "text,label\n\"I love it, great\",positive\nI hate this awful thing,negative\n",
        );
        write("eight/german/val_text.txt", "das ist schön und gut\nich hasse das\n");
        write("eight/german/val_labels.txt", "2\n0\n");
        write("rated/tweets.tsv", "1\t3.1\tI love it\n2\t-3\tI hate it\n3\t0.1\tIt is there\n");
        write("rated/notes.txt", "nothing to see");
        write("spikes/counts.csv", "timestamp,value\n1,2\n");
        let found = evaluate(&Analyser::new(), folder.path()).unwrap();
        assert_eq!(value(&found, "mail_en/own", "without a label"), Some((0.0, 2)));
        assert_eq!(value(&found, "mail_en/own", "language found"), Some((1.0, 2)));
        assert_eq!(value(&found, "eight/*/val", "language found, without Hindi"), Some((1.0, 2)));
        assert!(
            value(&found, "rated/tweets", "correlation")
                .is_some_and(|(value, texts)| value > 0.9 && texts == 3)
        );
        assert!(value(&found, "speed, one thread", "all, messages/s").is_some_and(|(value, _)| value > 0.0));
        let left: Vec<_> = found.left_out.iter().filter_map(|path| path.file_name()).collect();
        assert_eq!(left, ["notes.txt", "counts.csv"]);
    }

    #[test]
    fn languages_are_told_by_folders() {
        for (path, want) in [
            ("sentiment_8lang/hindi/val_text.txt", "hi"),
            ("sentiment_en/train.tsv", "en"),
            ("mails-de/own.csv", "de"),
            ("x/own.csv", "en"),
        ] {
            assert_eq!(language_of(Path::new(path)), want, "{path}");
        }
    }
}
