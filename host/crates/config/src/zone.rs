//! `[zone.NAME]`: what holds for all sources of a zone.

use std::collections::BTreeMap;
use std::str::FromStr;

use hark_model::{UnknownWord, Zone};

use crate::error::ErrorKind;
use crate::reader::{Section, did_you_mean};

/// What becomes of personal data that can be told by its form.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum PersonalData {
    /// It stays as it is.
    #[default]
    Keep,
    /// It is masked in whatever leaves the host.
    MaskOut,
    /// It is masked before it is analysed and stored, and payloads are not kept.
    MaskStore,
}

const WORDS: &[&str] = &["keep", "mask-out", "mask-store"];

impl FromStr for PersonalData {
    type Err = UnknownWord;

    fn from_str(word: &str) -> Result<Self, UnknownWord> {
        match word {
            "keep" => Ok(Self::Keep),
            "mask-out" => Ok(Self::MaskOut),
            "mask-store" => Ok(Self::MaskStore),
            _ => Err(UnknownWord { word: word.to_owned(), known: WORDS }),
        }
    }
}

/// Reads every `[zone.NAME]`.
pub(crate) fn read_all(top: &mut Section<'_, '_>) -> BTreeMap<Zone, PersonalData> {
    let Some(zones) = top.table("zone") else { return BTreeMap::new() };
    let sink = zones.sink;
    let mut all = BTreeMap::new();
    for (name, mut section) in zones.into_sections() {
        let zone: Option<Zone> = name.inner.parse().ok();
        if zone.is_none() {
            let hint = did_you_mean(name.inner, Zone::WORDS.iter().copied(), '`');
            let why = format!("is no zone: there are {}{hint}", Zone::WORDS.join(", "));
            sink.key(ErrorKind::Value, &name, &why);
        }
        let policy: PersonalData = section.word("personal_data").unwrap_or_default();
        section.finish("");
        all.extend(zone.map(|zone| (zone, policy)));
    }
    all
}
