//! The form of a file of rules.

use std::collections::BTreeMap;

use serde::Deserialize;
use toml::Spanned;

/// A file as it is written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RuleFile {
    /// Whether the rules that come with Hark stand beside these.
    #[serde(default = "yes")]
    pub shipped: bool,
    /// Names of shipped rules that are left out.
    #[serde(default)]
    pub without: Vec<Spanned<String>>,
    /// From which score on a signal is told.
    #[serde(default)]
    pub from: BTreeMap<String, Spanned<f64>>,
    /// Words that stand for each other in phrases: `{NAME}`.
    #[serde(default)]
    pub lists: BTreeMap<String, Vec<Spanned<String>>>,
    /// Words that silence what follows, by language.
    #[serde(default)]
    pub negations: BTreeMap<String, Vec<Spanned<String>>>,
    /// The rules.
    #[serde(default)]
    pub rule: Vec<WrittenRule>,
}

/// A rule as it is written.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct WrittenRule {
    pub name: Spanned<String>,
    pub signal: Spanned<String>,
    /// For any language where it is absent.
    pub languages: Option<Vec<Spanned<String>>>,
    pub weight: Spanned<f64>,
    pub phrases: Option<Vec<Spanned<String>>>,
    #[serde(default)]
    pub opens_sentence: bool,
    #[serde(default = "yes")]
    pub negatable: bool,
    pub exclamations_min: Option<Spanned<u32>>,
    pub questions_min: Option<Spanned<u32>>,
    pub capitals_min: Option<Spanned<f64>>,
}

fn yes() -> bool {
    true
}
