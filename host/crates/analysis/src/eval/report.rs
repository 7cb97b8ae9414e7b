//! What was measured, as a table to read and as values to keep.
//!
//! Holds: every figure stands in it, and every file that was left out; a folder without labelled texts is an error
//! and no empty table. Not here: measuring.

use std::io::Write;
use std::path::{Path, PathBuf};

use serde::{Serialize, Serializer};

use crate::analyser::Analyser;
use crate::eval::{Evaluation, Figure, evaluate};
use crate::labelled::ReadError;

/// From here on a number has no places behind the point: a speed, not a share.
const WHOLE_MIN: f64 = 100.0;

/// Why there is no table of figures.
#[derive(Debug, thiserror::Error)]
pub enum EvalError {
    /// A folder or a file of labelled texts cannot be read.
    #[error("the labelled texts cannot be read")]
    Read(#[from] ReadError),
    /// There is nothing to measure on.
    #[error(
        "there are no labelled texts in {}; give a folder with .csv, .jsonl or .tsv of labels and texts, or with \
         _text.txt beside _labels.txt", .folder.display()
    )]
    Nothing {
        /// The folder.
        folder: PathBuf,
    },
    /// The table cannot be written.
    #[error("the figures cannot be written")]
    Write(#[from] std::io::Error),
}

/// Measures what comes with Hark on every file of labelled texts below `folder`, and writes a line for each figure
/// to `out`.
///
/// # Errors
///
/// When there are no labelled texts, when they cannot be read, or when `out` takes no more.
pub fn run(folder: &Path, out: &mut dyn Write) -> Result<(), EvalError> {
    Ok(report(&Analyser::new(), folder)?.write(out)?)
}

/// Measures `analyser` on every file of labelled texts below `folder`.
///
/// # Errors
///
/// When there are no labelled texts, or when they cannot be read.
pub fn report(analyser: &Analyser, folder: &Path) -> Result<Evaluation, EvalError> {
    let found = evaluate(analyser, folder)?;
    match found.figures.is_empty() {
        true => Err(EvalError::Nothing { folder: folder.to_owned() }),
        false => Ok(found),
    }
}

impl Evaluation {
    /// Writes a line for each figure (set, name, number, how many texts), then one for each file that was left out.
    ///
    /// # Errors
    ///
    /// When `out` takes no more.
    pub fn write(&self, out: &mut dyn Write) -> std::io::Result<()> {
        for Figure { set, name, value, texts } in &self.figures {
            let places = if *value >= WHOLE_MIN { 0 } else { 4 };
            writeln!(out, "{:<34} {name:<42} {value:>12.places$} {texts:>7}", plain(set))?;
        }
        for path in &self.left_out {
            writeln!(out, "left out, no labelled texts: {}", plain(&path.display().to_string()))?;
        }
        Ok(())
    }
}

/// Takes from a file's name what would do something to a terminal.
fn plain(name: &str) -> String {
    name.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect()
}

/// Serialises paths as they are shown, since not every path is text.
pub(super) fn shown<S: Serializer>(paths: &[PathBuf], serializer: S) -> Result<S::Ok, S::Error> {
    paths.iter().map(|path| path.display().to_string()).collect::<Vec<_>>().serialize(serializer)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_becomes_a_table_and_values() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("mail_en")).unwrap();
        std::fs::write(folder.path().join("mail_en/own.csv"), "text,label\ngreat,positive\nawful,negative\n")
            .unwrap();
        std::fs::write(folder.path().join("notes\u{7}.txt"), "nothing to see").unwrap();
        let mut table = Vec::new();
        run(folder.path(), &mut table).unwrap();
        let table = String::from_utf8(table).unwrap();
        let line = table.lines().find(|line| line.contains("accuracy")).unwrap();
        assert_eq!(line.split_whitespace().collect::<Vec<_>>(), ["mail_en/own", "accuracy", "1.0000", "2"]);
        assert!(table.ends_with("notes\u{fffd}.txt\n") && !table.contains('\u{7}'), "{table}");

        let found = report(&Analyser::new(), folder.path()).unwrap();
        let value = serde_json::to_value(&found).unwrap();
        let figures = value["figures"].as_array().unwrap();
        assert_eq!(figures.len(), found.figures.len());
        let accuracy = figures.iter().find(|figure| figure["figure"] == "accuracy").unwrap();
        let want = serde_json::json!({"set": "mail_en/own", "figure": "accuracy", "value": 1.0, "texts": 2});
        assert_eq!(accuracy, &want);
        assert_eq!(value["left_out"].as_array().map(Vec::len), Some(1));
    }

    #[test]
    fn nothing_to_measure_is_told() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("notes.txt"), "nothing to see").unwrap();
        let error = run(folder.path(), &mut Vec::new()).unwrap_err();
        assert!(matches!(error, EvalError::Nothing { .. }));
        assert!(error.to_string().contains("give a folder with .csv"), "{error}");
        let error = run(&folder.path().join("not there"), &mut Vec::new()).unwrap_err();
        assert!(matches!(error, EvalError::Read(_)));
    }

    #[test]
    fn what_cannot_be_written_is_told() {
        let found = Evaluation { left_out: vec!["a".into()], ..Evaluation::default() };
        assert!(found.write(&mut [0_u8; 4].as_mut_slice()).is_err());
    }
}
