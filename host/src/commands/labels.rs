//! `hark labels export`: what people said of how items feel, as `hark train` reads it.
//!
//! Holds: a file is there whole or as it was before; personal data is masked where its zone wants it so.

use std::io::{BufWriter, Write};
use std::path::Path;

use hark_model::{Ms, Sentiment};
use hark_store::{LabelRow, Store};
use serde_json::json;
use tempfile::NamedTempFile;

use crate::cli::{Cli, LabelsExportArgs};
use crate::exit::{Done, Exit, Failure};
use crate::masks::Masks;
use crate::wiring;

/// Columns of a file of CSV; the first three are those that `hark train` reads.
const COLUMNS: [&str; 8] = ["text", "label", "language", "uid", "zone", "machine", "who", "at"];

/// Runs the command.
pub async fn export(cli: &Cli, args: &LabelsExportArgs) -> Done {
    let mut sheet = Sheet::open(args.output.as_deref())?;
    let config = wiring::config(&cli.config)?;
    let masks = Masks::of(&config).await?;
    let store = wiring::existing_store(&config)?;
    let written = write(&store, &masks, args.since.unwrap_or(Ms::MIN), &mut sheet).await;
    // Nothing was written to it, so nothing can be lost.
    if let Err(error) = store.close() {
        tracing::debug!("the database was not closed in form: {error}");
    }
    let count = written?;
    sheet.finish()?;
    match &args.output {
        Some(path) if cli.json => say!("{}", json!({ "labels": count, "file": path })),
        Some(path) => say!("{count} labels are in {}", path.display()),
        None if count == 0 => eprintln!("nobody has labelled an item yet: hark label --help"),
        None => {}
    }
    Ok(())
}

/// Writes the labels piece by piece; returns how many.
async fn write(store: &Store, masks: &Masks, since: Ms, sheet: &mut Sheet) -> Result<u64, Failure> {
    let (mut count, mut after) = (0, 0);
    loop {
        let rows = store.labels(since, after).await.map_err(|error| wiring::store_failure(&error))?;
        let Some(last) = rows.last() else { return Ok(count) };
        after = last.id;
        for row in &rows {
            sheet.put(row, &masks.cover(row.zone, &text_of(row)))?;
        }
        count += rows.len() as u64;
    }
}

/// The title is a part of what was read when the label was given.
fn text_of(row: &LabelRow) -> String {
    match &row.title {
        Some(title) if !row.text.starts_with(title.as_str()) => format!("{title}\n{}", row.text),
        _ => row.text.clone(),
    }
}

/// Where labels are written to.
enum Sheet {
    /// Standard output, as JSON Lines.
    Out,
    /// A file as JSON Lines.
    Lines(Partial),
    /// A file as CSV.
    Csv(Box<csv::Writer<Partial>>),
}

impl Sheet {
    fn open(path: Option<&Path>) -> Result<Self, Failure> {
        let Some(path) = path else { return Ok(Self::Out) };
        let ending = path.extension().and_then(|ending| ending.to_str()).unwrap_or_default();
        match ending.to_ascii_lowercase().as_str() {
            "jsonl" | "ndjson" => Ok(Self::Lines(Partial::new(path)?)),
            "csv" => {
                let mut writer = csv::Writer::from_writer(Partial::new(path)?);
                writer.write_record(COLUMNS).map_err(|error| unwritable(path, &error))?;
                Ok(Self::Csv(Box::new(writer)))
            }
            _ => Err(Failure::new(
                Exit::Usage,
                format!("{}: its ending does not say what to write", path.display()),
            )
            .hint("name a file that ends in .csv or .jsonl")),
        }
    }

    fn put(&mut self, row: &LabelRow, text: &str) -> Done {
        match self {
            Self::Out => say!("{}", line(row, text)),
            Self::Lines(file) => {
                let written = writeln!(file, "{}", line(row, text));
                written.map_err(|error| unwritable(&file.path, &error))?;
            }
            Self::Csv(writer) => {
                let machine = row.machine.map_or("", Sentiment::as_str);
                let language = row.language.as_deref().unwrap_or_default();
                let (uid, at) = (row.uid.to_string(), row.at.to_string());
                let fields =
                    [text, row.label.as_str(), language, &uid, row.zone.as_str(), machine, &row.who, &at];
                let written = writer.write_record(fields);
                written.map_err(|error| unwritable(&writer.get_ref().path, &error))?;
            }
        }
        Ok(())
    }

    /// Puts a file in its place.
    fn finish(self) -> Done {
        match self {
            Self::Out => Ok(()),
            Self::Lines(file) => file.finish(),
            Self::Csv(writer) => {
                let path = writer.get_ref().path.clone();
                writer.into_inner().map_err(|error| unwritable(&path, error.error()))?.finish()
            }
        }
    }
}

fn line(row: &LabelRow, text: &str) -> serde_json::Value {
    json!({
        "text": text, "label": row.label.as_str(), "language": row.language, "uid": row.uid.to_string(),
        "zone": row.zone.as_str(), "machine": row.machine.map(Sentiment::as_str), "who": row.who, "at": row.at,
    })
}

/// A file that is not in its place yet.
struct Partial {
    file: BufWriter<NamedTempFile>,
    path: std::path::PathBuf,
}

impl Partial {
    fn new(path: &Path) -> Result<Self, Failure> {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
        let file = NamedTempFile::new_in(folder.unwrap_or(Path::new(".")));
        let file = file.map_err(|error| unwritable(path, &error))?;
        Ok(Self { file: BufWriter::new(file), path: path.to_owned() })
    }

    fn finish(self) -> Done {
        let Self { file, path } = self;
        let file = file.into_inner().map_err(|error| unwritable(&path, error.error()))?;
        file.persist(&path).map_err(|error| unwritable(&path, &error.error))?;
        Ok(())
    }
}

impl Write for Partial {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.file.write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.file.flush()
    }
}

fn unwritable(path: &Path, error: &dyn std::fmt::Display) -> Failure {
    Failure::new(Exit::Usage, format!("{}: {error}", path.display())).hint("name a file that can be written")
}
