//! `[[rule]]`: which items go where.
//!
//! Holds: every condition of a rule must hold, each list means any of it; names are unique. Not here:
//! whether a rule matches.

use std::collections::HashMap;

use hark_model::{Priority, Sentiment, Zone};

use crate::error::{ErrorKind, Sink};
use crate::limits;
use crate::pattern::{NamePattern, WordPattern};
use crate::reader::{Section, Value, did_you_mean};
use crate::source::NamedSource;

/// One rule, checked. An empty list is a condition that is not made.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct RuleConfig {
    /// Its name, unique in the file.
    pub name: String,
    /// Line of its header in the file, from 1.
    pub line: usize,
    /// Any of these zones.
    pub zones: Vec<Zone>,
    /// Any of these sources, by name.
    pub sources: Vec<String>,
    /// By any of these authors: `@handle`, address or id.
    pub authors: Vec<NamePattern>,
    /// In any of these places: mailbox, forum, channel.
    pub places: Vec<NamePattern>,
    /// Any of these words.
    pub words: Vec<WordPattern>,
    /// All of these words.
    pub words_all: Vec<WordPattern>,
    /// None of these words.
    pub not_words: Vec<WordPattern>,
    /// Any of these sentiments.
    pub sentiments: Vec<Sentiment>,
    /// A score below this; an item without a score does not match.
    pub score_below: Option<f64>,
    /// A score above this; an item without a score does not match.
    pub score_above: Option<f64>,
    /// In any of these languages, in lower case; `pt` is met by `pt-BR`, too.
    pub languages: Vec<String>,
    /// Who should see it.
    pub team: Option<String>,
    /// Who in person.
    pub person: Option<String>,
    /// How soon.
    pub priority: Option<Priority>,
    /// What to mark it with.
    pub tags: Vec<String>,
    /// No rule below this one is asked.
    pub stop: bool,
}

impl RuleConfig {
    /// Tells whether the rule matches every item.
    pub fn is_catch_all(&self) -> bool {
        let lists = [
            self.zones.len(),
            self.sources.len(),
            self.authors.len(),
            self.places.len(),
            self.words.len(),
            self.words_all.len(),
            self.not_words.len(),
            self.sentiments.len(),
            self.languages.len(),
        ];
        lists.iter().all(|len| *len == 0) && self.score_below.is_none() && self.score_above.is_none()
    }

    /// Tells whether the rule does anything at all when it matches.
    pub fn does_nothing(&self) -> bool {
        self.team.is_none()
            && self.person.is_none()
            && self.priority.is_none()
            && self.tags.is_empty()
            && !self.stop
    }
}

/// Reads every `[[rule]]`, in the order of the file.
pub(crate) fn read_all(top: &mut Section<'_, '_>, sources: &[NamedSource]) -> Vec<RuleConfig> {
    let sink = top.sink;
    let sections = top.tables("rule");
    if let Some(section) = sections.get(limits::RULES_MAX) {
        let at =
            Value { inner: (), span: section.span.clone(), key: "rule".to_owned(), table: String::new() };
        sink.key(ErrorKind::TooMuch, &at, &format!("is one more than {}", limits::RULES_MAX));
    }
    let mut names = HashMap::new();
    let numbered = sections.into_iter().enumerate();
    numbered.map(|(n, section)| read_one(section, n + 1, sources, &mut names)).collect()
}

fn read_one<'a>(
    mut section: Section<'a, '_>,
    number: usize,
    sources: &[NamedSource],
    names: &mut HashMap<&'a str, usize>,
) -> RuleConfig {
    let sink = section.sink;
    let before = sink.count();
    let line = sink.place(section.span.start).line;
    section.name = format!("rule.{number}");
    let name = read_name(&mut section, line, names);
    let rule = RuleConfig {
        name,
        line,
        zones: section.words("zone"),
        sources: read_sources(&mut section, sources),
        authors: name_patterns(&mut section, "author"),
        places: name_patterns(&mut section, "place"),
        words: word_patterns(&mut section, "words"),
        words_all: word_patterns(&mut section, "words_all"),
        not_words: word_patterns(&mut section, "not_words"),
        sentiments: section.words("sentiment"),
        score_below: section.score("score_below"),
        score_above: section.score("score_above"),
        languages: read_languages(&mut section),
        team: section.label("team").map(str::to_owned),
        person: section.label("person").map(str::to_owned),
        priority: section.word("priority"),
        tags: owned(section.labels("tags").unwrap_or_default()),
        stop: section.boolean("stop").unwrap_or(false),
    };
    let at = Value { inner: (), span: section.span.clone(), key: section.name.clone(), table: String::new() };
    section.finish("");
    // A rule of which a part was refused looks emptier than it was meant.
    if sink.count() == before {
        check_sense(&rule, &at, sink);
    }
    rule
}

fn read_name<'a>(section: &mut Section<'a, '_>, line: usize, names: &mut HashMap<&'a str, usize>) -> String {
    let Some(name) = section.string("name") else {
        section.missing("name", "it is shown as the reason why an item went where it went");
        return String::new();
    };
    let legal = |b: u8| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'-');
    if !(1..=hark_model::limits::NAME_BYTES_MAX).contains(&name.inner.len()) || !name.inner.bytes().all(legal)
    {
        let error = hark_model::InvalidName(name.inner.into());
        section.sink.value(ErrorKind::Name, &name, &error.to_string());
    } else if let Some(first) = names.get(name.inner) {
        let why =
            format!("there is a rule {:?} in line {first} already; every rule needs its own", name.inner);
        section.sink.value(ErrorKind::Duplicate, &name, &why);
    } else {
        names.insert(name.inner, line);
        section.name = format!("rule.{}", name.inner);
    }
    name.inner.to_owned()
}

fn owned(list: Vec<Value<&str>>) -> Vec<String> {
    list.into_iter().map(|text| text.inner.to_owned()).collect()
}

fn read_sources(section: &mut Section<'_, '_>, sources: &[NamedSource]) -> Vec<String> {
    let list = section.some_strings("source").unwrap_or_default();
    for text in &list {
        let mut known = sources.iter().map(|source| source.name.as_str());
        if !known.clone().any(|name| name == text.inner) {
            let hint = did_you_mean(text.inner, &mut known, '"');
            let why = format!("there is no source {:?} in this file{hint}", text.inner);
            section.sink.value(ErrorKind::Value, text, &why);
        }
    }
    owned(list)
}

fn name_patterns(section: &mut Section<'_, '_>, key: &'static str) -> Vec<NamePattern> {
    let sink = section.sink;
    let list = section.labels(key).unwrap_or_default();
    list.iter().filter_map(|text| kept(NamePattern::parse(text.inner), text, sink)).collect()
}

fn word_patterns(section: &mut Section<'_, '_>, key: &'static str) -> Vec<WordPattern> {
    let sink = section.sink;
    let list = section.some_strings(key).unwrap_or_default();
    list.iter().filter_map(|text| kept(WordPattern::parse(text.inner), text, sink)).collect()
}

fn kept<T, E: std::fmt::Display>(pattern: Result<T, E>, text: &Value<&str>, sink: &Sink<'_>) -> Option<T> {
    pattern.map_err(|error| sink.value(ErrorKind::Pattern, text, &error.to_string())).ok()
}

fn read_languages(section: &mut Section<'_, '_>) -> Vec<String> {
    let list = section.some_strings("language").unwrap_or_default();
    for text in list.iter().filter(|text| !is_language(text.inner)) {
        let why = format!("{:?} is not a language code; write one such as \"en\" or \"pt-BR\"", text.inner);
        section.sink.value(ErrorKind::Value, text, &why);
    }
    list.iter().map(|text| text.inner.to_ascii_lowercase()).collect()
}

/// Tells whether `text` has the form of a BCP 47 tag: two or three letters, then parts of up to eight.
fn is_language(text: &str) -> bool {
    let mut parts = text.split('-');
    let first = parts.next().unwrap_or("");
    matches!(first.len(), 2 | 3)
        && first.bytes().all(|b| b.is_ascii_alphabetic())
        && parts.all(|part| matches!(part.len(), 1..=8) && part.bytes().all(|b| b.is_ascii_alphanumeric()))
}

/// Complains about a rule that can be read but makes no sense as a whole.
fn check_sense(rule: &RuleConfig, at: &Value<()>, sink: &Sink<'_>) {
    if let (Some(below), Some(above)) = (rule.score_below, rule.score_above)
        && below <= above
    {
        let why = format!("can never match: no score is below {below} and above {above}");
        sink.key(ErrorKind::EmptyRule, at, &why);
    }
    if rule.does_nothing() {
        let why = "does nothing; give it a team, person, priority, tags or stop = true";
        sink.key(ErrorKind::EmptyRule, at, why);
    }
}
