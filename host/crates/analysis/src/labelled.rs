//! Reads labelled texts: CSV, JSON Lines, tab-separated, and pairs of files with a line for each text.
//!
//! Holds: a line that cannot be read is an error that says where and why, never left out. Not here: what is
//! made of the texts.

use std::path::{Path, PathBuf};

/// How a text feels, as somebody said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Label {
    /// Against something.
    Negative,
    /// Neither, or both alike.
    Neutral,
    /// For something.
    Positive,
}

impl Label {
    /// Reads a label: a word, or 0 for negative, 1 for neutral, 2 for positive.
    pub fn parse(text: &str) -> Option<Self> {
        match text.trim().to_ascii_lowercase().as_str() {
            "0" | "negative" => Some(Self::Negative),
            "1" | "neutral" => Some(Self::Neutral),
            "2" | "positive" => Some(Self::Positive),
            _ => None,
        }
    }

    /// Returns 0 for negative, 1 for neutral, 2 for positive.
    pub fn place(self) -> usize {
        self as usize
    }
}

/// A text with its label.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Labelled {
    /// What was written.
    pub text: String,
    /// How it feels.
    pub label: Label,
    /// In which language: two letters.
    pub language: String,
}

/// A text with the mean of what people rated it, from -4 to 4 or in any other unit.
#[derive(Debug, Clone, PartialEq)]
pub struct Rated {
    /// What was written.
    pub text: String,
    /// The mean rating.
    pub rating: f64,
}

/// Why texts cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The file itself cannot be read.
    #[error("{}: cannot be read", path.display())]
    File {
        /// Which file.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// A line is not what it should be.
    #[error("{}:{line}: {what}", path.display())]
    Line {
        /// Which file.
        path: PathBuf,
        /// Which line, from 1.
        line: usize,
        /// What is wrong, and what would be right.
        what: String,
    },
}

const LABEL_HINT: &str = "is no label; it must be negative, neutral or positive, or 0, 1 or 2";

/// Reads the labelled texts of one file, by its ending: `.csv` (a first line names the columns `text`,
/// `label` and perhaps `language`), `.jsonl` or `.ndjson` (an object a line with the same names), `.tsv`
/// (label, tab, text), `_text.txt` (a text a line, the labels in `_labels.txt` beside it). `language` is that
/// of texts that do not say.
///
/// # Errors
///
/// When the file, or a line of it, cannot be read.
pub fn read(path: &Path, language: &str) -> Result<Vec<Labelled>, ReadError> {
    let name = path.file_name().map(|name| name.to_string_lossy().to_lowercase()).unwrap_or_default();
    let text = read_text(path)?;
    if name.ends_with(".csv") {
        return csv_texts(path, &text, language);
    }
    if name.ends_with(".jsonl") || name.ends_with(".ndjson") {
        return json_texts(path, &text, language);
    }
    if let Some(stem) = name.strip_suffix("_text.txt") {
        return paired(path, &text, stem, language);
    }
    if name.ends_with(".tsv") {
        return tab_separated(path, &text, language);
    }
    let what = "the name must end with .csv, .jsonl, .ndjson, .tsv or _text.txt".to_owned();
    Err(ReadError::Line { path: path.to_owned(), line: 1, what })
}

/// Reads rated texts: a number, tab, rating, tab, text.
///
/// # Errors
///
/// As `read`.
pub fn read_rated(path: &Path) -> Result<Vec<Rated>, ReadError> {
    let text = read_text(path)?;
    let rows = text.lines().enumerate().map(|(at, line)| {
        let mut fields = line.splitn(3, '\t');
        let rating = fields
            .nth(1)
            .and_then(|rating| rating.trim().parse().ok())
            .filter(|rating: &f64| rating.is_finite());
        match (rating, fields.next()) {
            (Some(rating), Some(text)) => Ok(Rated { text: text.to_owned(), rating }),
            _ => Err(wrong(path, at + 1, "is not a number, a tab, a rating, a tab and a text".to_owned())),
        }
    });
    rows.collect()
}

/// What a file holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileKind {
    /// Labelled texts, for `read`.
    Labelled,
    /// Rated texts, for `read_rated`.
    Rated,
    /// The labels of texts in another file.
    Beside,
    /// Something else.
    Other,
}

/// Says what the file at `path` holds, by its name and its first line.
///
/// # Errors
///
/// When the file cannot be read.
pub fn kind(path: &Path) -> Result<FileKind, ReadError> {
    let name = path.file_name().map(|name| name.to_string_lossy().to_lowercase()).unwrap_or_default();
    let is = |ending: &str| name.ends_with(ending);
    if is("_labels.txt") {
        return Ok(FileKind::Beside);
    }
    if is("_text.txt") {
        return Ok(FileKind::Labelled);
    }
    if !(is(".tsv") || is(".csv") || is(".jsonl") || is(".ndjson")) {
        return Ok(FileKind::Other);
    }
    let text = read_text(path)?;
    let first = text.lines().next().unwrap_or("").to_lowercase();
    let fields: Vec<&str> = first.splitn(3, '\t').collect();
    let is_number = |field: &&str| field.trim().parse::<f64>().is_ok();
    let found = match fields.as_slice() {
        [id, rating, _] if is(".tsv") && is_number(id) && is_number(rating) => FileKind::Rated,
        [label, _, ..] if is(".tsv") && Label::parse(label).is_some() => FileKind::Labelled,
        _ if !is(".tsv") && first.contains("text") && first.contains("label") => FileKind::Labelled,
        _ => FileKind::Other,
    };
    Ok(found)
}

fn read_text(path: &Path) -> Result<String, ReadError> {
    let bytes = std::fs::read(path).map_err(|source| ReadError::File { path: path.to_owned(), source })?;
    // A byte order mark is none of the first field.
    let text = String::from_utf8_lossy(&bytes);
    Ok(text.strip_prefix('\u{feff}').unwrap_or(&text).to_owned())
}

fn wrong(path: &Path, line: usize, what: String) -> ReadError {
    ReadError::Line { path: path.to_owned(), line, what }
}

fn labelled(
    (path, line): (&Path, usize),
    text: &str,
    label: &str,
    language: &str,
) -> Result<Labelled, ReadError> {
    let shown: String = label.chars().take(40).collect();
    let label = Label::parse(label).ok_or_else(|| wrong(path, line, format!("`{shown}` {LABEL_HINT}")))?;
    Ok(Labelled { text: text.to_owned(), label, language: language.to_owned() })
}

fn tab_separated(path: &Path, text: &str, language: &str) -> Result<Vec<Labelled>, ReadError> {
    let rows = text.lines().enumerate().map(|(at, line)| match line.split_once('\t') {
        Some((label, text)) => labelled((path, at + 1), text, label, language),
        None => Err(wrong(path, at + 1, "is not a label, a tab and a text".to_owned())),
    });
    rows.collect()
}

fn paired(path: &Path, text: &str, stem: &str, language: &str) -> Result<Vec<Labelled>, ReadError> {
    let beside = path.with_file_name(format!("{stem}_labels.txt"));
    let labels = read_text(&beside)?;
    let (texts, labels): (Vec<&str>, Vec<&str>) = (text.lines().collect(), labels.lines().collect());
    if texts.len() != labels.len() {
        let what = format!("there are {} labels for {} texts", labels.len(), texts.len());
        return Err(wrong(&beside, labels.len().min(texts.len()) + 1, what));
    }
    let rows = texts.iter().zip(labels).enumerate();
    rows.map(|(at, (text, label))| labelled((&beside, at + 1), text, label, language)).collect()
}

fn csv_texts(path: &Path, text: &str, language: &str) -> Result<Vec<Labelled>, ReadError> {
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(text.as_bytes());
    let refused = |error: csv::Error| {
        let line = error.position().map_or(1, |position| position.line() as usize);
        wrong(path, line, error.to_string())
    };
    let columns = reader.headers().map_err(refused)?.clone();
    let column = |name: &str| columns.iter().position(|column| column.trim().eq_ignore_ascii_case(name));
    let (Some(text_at), Some(label_at)) = (column("text"), column("label")) else {
        return Err(wrong(path, 1, "the first line must name the columns `text` and `label`".to_owned()));
    };
    let language_at = column("language");
    let mut texts = Vec::new();
    for row in reader.records() {
        let row = row.map_err(refused)?;
        let line = row.position().map_or(1, |position| position.line() as usize);
        let (Some(text), Some(label)) = (row.get(text_at), row.get(label_at)) else {
            return Err(wrong(path, line, "has fewer fields than the first line names".to_owned()));
        };
        let own = language_at.and_then(|at| row.get(at)).filter(|own| !own.trim().is_empty());
        texts.push(labelled((path, line), text, label, own.map_or(language, str::trim))?);
    }
    Ok(texts)
}

/// One line of JSON.
#[derive(serde::Deserialize)]
struct Row {
    text: String,
    label: serde_json::Value,
    language: Option<String>,
}

fn json_texts(path: &Path, text: &str, language: &str) -> Result<Vec<Labelled>, ReadError> {
    let rows = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    let read = rows.map(|(at, line)| {
        let row: Row = serde_json::from_str(line).map_err(|error| wrong(path, at + 1, error.to_string()))?;
        let label = row.label.as_str().map_or_else(|| row.label.to_string(), str::to_owned);
        labelled((path, at + 1), &row.text, &label, row.language.as_deref().unwrap_or(language))
    });
    read.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(name: &str, text: &str) -> Result<Vec<(String, usize, String)>, String> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        std::fs::write(folder.path().join("val_labels.txt"), "0\n2\n").unwrap();
        let texts = read(&path, "en").map_err(|error| error.to_string())?;
        Ok(texts.into_iter().map(|text| (text.text, text.label.place(), text.language)).collect())
    }

    #[test]
    fn every_format_is_read() {
        let want = || {
            Ok(vec![("so, bad".to_owned(), 0, "en".to_owned()), ("\"good\"".to_owned(), 2, "de".to_owned())])
        };
        let csv = "\u{feff}Language,text,label\r\n,\"so, bad\",negative\r\nde,\"\"\"good\"\"\",2\r\n";
        assert_eq!(of("a.csv", csv), want());
        let json = "{\"text\": \"so, bad\", \"label\": 0}\n\n{\"text\":\"\\\"good\\\"\",\"label\":\"Positive\",\"language\":\"de\",\"more\":1}\n";
        assert_eq!(of("a.jsonl", json), want());
        let same = |text: Vec<(String, usize, String)>| -> Vec<_> {
            text.into_iter().map(|row| (row.0, row.1)).collect()
        };
        assert_eq!(of("a.tsv", "0\tso, bad\n2\t\"good\"\n").map(same), want().map(same));
        assert_eq!(of("val_text.txt", "so, bad\n\"good\"\n").map(same), want().map(same));
    }

    #[test]
    fn what_is_wrong_is_said_with_its_line() {
        for (name, text, want) in [
            ("a.csv", "words,label\nx,1\n", "a.csv:1: the first line must name the columns"),
            ("a.csv", "text,label\nx,1\ny,bad\n", "a.csv:3: `bad` is no label"),
            ("a.csv", "text,label\nx\n", "a.csv:2: has fewer fields"),
            ("a.jsonl", "{\"text\":\"x\",\"label\":1}\n{\"label\":1}\n", "a.jsonl:2: missing field `text`"),
            ("a.tsv", "1\tx\nx\n", "a.tsv:2: is not a label, a tab and a text"),
            ("val_text.txt", "x\n", "val_labels.txt:2: there are 2 labels for 1 texts"),
            ("a.pdf", "", "the name must end with"),
        ] {
            let error = of(name, text).unwrap_err();
            assert!(error.contains(want), "{error} should have {want}");
        }
    }

    #[test]
    fn ratings_are_read() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("tweets.tsv");
        std::fs::write(&path, "1\t2.5\tso\tgood\n2\t-1\tbad\n").unwrap();
        assert_eq!(kind(&path).unwrap(), FileKind::Rated);
        let ratings: Vec<_> =
            read_rated(&path).unwrap().into_iter().map(|one| (one.text, one.rating)).collect();
        assert_eq!(ratings, [("so\tgood".to_owned(), 2.5), ("bad".to_owned(), -1.0)]);
        std::fs::write(&path, "0\tbad\n").unwrap();
        assert!(kind(&path).unwrap() == FileKind::Labelled && read_rated(&path).is_err());
    }
}
