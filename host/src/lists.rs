//! Lists of words and names for filters: files in the folder `lists` beside the configuration.
//!
//! Holds: no more of a file is read than a list may have. The name of a list leads out of no folder: `hark-query` sees
//! to that before it asks.

use std::fs::File;
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};

use hark_query::{ListError, Lists, limits};

/// Name of the folder.
const FOLDER: &str = "lists";
/// Most files of it that are looked at for changes.
const FILES_MAX: usize = 1_000;

/// The lists beside one configuration.
#[derive(Debug)]
pub struct ListsBeside {
    folder: PathBuf,
}

impl ListsBeside {
    /// The lists beside `config`, the path of a configuration.
    pub fn new(config: &Path) -> Self {
        Self { folder: config.parent().unwrap_or(Path::new("")).join(FOLDER) }
    }
}

impl ListsBeside {
    /// Returns the files that are there, whoever names them.
    pub fn files(&self) -> Vec<PathBuf> {
        let entries = std::fs::read_dir(&self.folder).into_iter().flatten();
        entries.take(FILES_MAX).filter_map(|entry| Some(entry.ok()?.path())).collect()
    }
}

impl Lists for ListsBeside {
    fn read(&self, name: &str) -> Result<String, ListError> {
        let path = self.folder.join(name);
        let unreadable = |error: std::io::Error| match error.kind() {
            ErrorKind::NotFound => ListError::Missing(path.display().to_string()),
            _ => ListError::Unreadable(error.to_string()),
        };
        let file = File::open(&path).map_err(unreadable)?;
        let mut text = String::new();
        // One byte more than is taken, so that what is too long is told and not cut.
        let bytes_max = u64::try_from(limits::LIST_BYTES_MAX).unwrap_or(u64::MAX).saturating_add(1);
        file.take(bytes_max).read_to_string(&mut text).map_err(unreadable)?;
        Ok(text)
    }
}
