//! `[process]`: what the process gives up before it listens.

use std::str::FromStr;

use hark_model::UnknownWord;

use crate::reader::Section;

/// Whether the process gives up what it does not need: files, programs, ports, system calls.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Confine {
    /// As far as the kernel allows; what it does not is said.
    #[default]
    Auto,
    /// Wholly, or it does not start.
    Require,
    /// Not at all.
    Off,
}

const WORDS: &[&str] = &["auto", "require", "off"];

impl FromStr for Confine {
    type Err = UnknownWord;

    fn from_str(word: &str) -> Result<Self, UnknownWord> {
        match word {
            "auto" => Ok(Self::Auto),
            "require" => Ok(Self::Require),
            "off" => Ok(Self::Off),
            _ => Err(UnknownWord { word: word.to_owned(), known: WORDS }),
        }
    }
}

/// Reads the table.
pub(crate) fn read(mut section: Section<'_, '_>) -> Confine {
    let confine = section.word("confine").unwrap_or_default();
    section.finish("");
    confine
}
