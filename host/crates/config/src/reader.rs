//! Reads one table of the file key by key, and complains about the keys that nobody asked for.
//!
//! Holds: a key that is asked for is known; `finish` names every other one and the nearest known one.
//! A value of the wrong type or range is complained about and then counts as absent.

use std::ops::{Range, RangeInclusive};
use std::str::FromStr;

use hark_model::UnknownWord;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::error::{ErrorKind, Sink};
use crate::limits;
use crate::place::Show;

/// A value of the file with where it stands.
#[derive(Debug, Clone)]
pub struct Value<T> {
    /// What was read.
    pub inner: T,
    /// Bytes of the file that it was read from.
    pub span: Range<usize>,
    /// Its key.
    pub key: String,
    /// The table it stands in, for people; empty for the top.
    pub table: String,
}

impl<T> Value<T> {
    /// Returns the same place with another value.
    pub fn with<U>(&self, inner: U) -> Value<U> {
        Value { inner, span: self.span.clone(), key: self.key.clone(), table: self.table.clone() }
    }

    /// Returns its key with the tables it stands in.
    pub fn path(&self) -> String {
        joined(&self.table, &self.key)
    }

    /// Returns the same for people: "`KEY` in TABLE".
    pub fn describe(&self) -> String {
        described(&self.table, &self.key)
    }
}

fn joined(table: &str, key: &str) -> String {
    if table.is_empty() { key.to_owned() } else { format!("{table}.{key}") }
}

fn described(table: &str, key: &str) -> String {
    if table.is_empty() { format!("`{key}`") } else { format!("`{key}` in {table}") }
}

/// A value as the file has it.
pub type Entry<'a, 't> = Value<&'a DeValue<'t>>;

/// One table of the file.
pub struct Section<'a, 't> {
    /// Takes what is wrong with it.
    pub sink: &'a Sink<'a>,
    /// Its name for people; empty for the top.
    pub name: String,
    /// Where it begins.
    pub span: Range<usize>,
    table: &'a DeTable<'t>,
    known: Vec<&'static str>,
    /// Tables that were taken whatever their name.
    tables: Vec<&'a str>,
}

impl<'a, 't> Section<'a, 't> {
    pub(crate) fn top(table: &'a Spanned<DeTable<'t>>, sink: &'a Sink<'a>) -> Self {
        let (name, span) = (String::new(), table.span());
        Self { sink, name, span, table: table.get_ref(), known: Vec::new(), tables: Vec::new() }
    }

    fn below(&self, entry: &Entry<'a, 't>, table: &'a DeTable<'t>) -> Self {
        let (name, span) = (entry.path(), entry.span.clone());
        Self { sink: self.sink, name, span, table, known: Vec::new(), tables: Vec::new() }
    }

    /// Returns every key with its value, in the order of the file; the caller knows any key.
    pub fn entries(&self) -> Vec<(Value<&'a str>, Entry<'a, 't>)> {
        let mut entries: Vec<_> = self.table.iter().map(|(key, value)| self.entry(key, value)).collect();
        entries.sort_by_key(|(key, _)| key.span.start);
        entries
    }

    fn entry(
        &self,
        key: &'a Spanned<toml::de::DeString<'t>>,
        value: &'a Spanned<DeValue<'t>>,
    ) -> (Value<&'a str>, Entry<'a, 't>) {
        let text: &str = key.get_ref();
        let name = Value { inner: text, span: key.span(), key: text.to_owned(), table: self.name.clone() };
        let value = Value { span: value.span(), ..name.with(value.get_ref()) };
        (name, value)
    }

    fn get(&mut self, key: &'static str) -> Option<Entry<'a, 't>> {
        if !self.known.contains(&key) {
            self.known.push(key);
        }
        let (key, value) = self.table.get_key_value(key)?;
        Some(self.entry(key, value).1)
    }

    /// Reads a string.
    pub fn string(&mut self, key: &'static str) -> Option<Value<&'a str>> {
        let entry = self.get(key)?;
        self.as_string(&entry, "a string")
    }

    fn as_string(&self, entry: &Entry<'a, 't>, want: &str) -> Option<Value<&'a str>> {
        match entry.inner {
            DeValue::String(text) => Some(entry.with(text.as_ref())),
            other => {
                self.wrong_type(entry, want, other);
                None
            }
        }
    }

    /// Reads true or false.
    pub fn boolean(&mut self, key: &'static str) -> Option<bool> {
        let entry = self.get(key)?;
        let found = entry.inner.as_bool();
        if found.is_none() {
            self.wrong_type(&entry, "true or false", entry.inner);
        }
        found
    }

    /// Reads a whole number within `range`.
    pub fn number(&mut self, key: &'static str, range: RangeInclusive<u64>) -> Option<u64> {
        let entry = self.get(key)?;
        let DeValue::Integer(integer) = entry.inner else {
            self.wrong_type(&entry, "a whole number", entry.inner);
            return None;
        };
        let number = u64::from_str_radix(integer.as_str(), integer.radix()).ok();
        let within = number.filter(|number| range.contains(number));
        if within.is_none() {
            let why = format!("{integer} is out of range; write {} to {}", range.start(), range.end());
            self.sink.value(ErrorKind::Range, &entry, &why);
        }
        within
    }

    /// Reads a score: -1 to 1.
    pub fn score(&mut self, key: &'static str) -> Option<f64> {
        let entry = self.get(key)?;
        let score: f64 = match entry.inner {
            DeValue::Float(float) => float.as_str().parse().unwrap_or(f64::NAN),
            DeValue::Integer(integer) => {
                i64::from_str_radix(integer.as_str(), integer.radix()).map_or(f64::NAN, |whole| whole as f64)
            }
            other => {
                self.wrong_type(&entry, "a number from -1 to 1", other);
                return None;
            }
        };
        let within = (-1.0..=1.0).contains(&score);
        if !within {
            self.sink.key(ErrorKind::Range, &entry, "must be a number from -1 to 1");
        }
        within.then_some(score)
    }

    /// Reads a share: 0 to 1.
    pub fn share(&mut self, key: &'static str) -> Option<f64> {
        let entry = self.get(key)?;
        let share = self.score(key)?;
        if share < 0.0 {
            self.sink.key(ErrorKind::Range, &entry, "must be a number from 0 to 1");
        }
        (share >= 0.0).then_some(share)
    }

    /// Reads a table.
    pub fn table(&mut self, key: &'static str) -> Option<Section<'a, 't>> {
        let entry = self.get(key)?;
        self.as_table(&entry)
    }

    /// Reads the table that stands under a key of any name.
    pub fn table_of(&self, entry: &Entry<'a, 't>) -> Option<Section<'a, 't>> {
        self.as_table(entry)
    }

    fn as_table(&self, entry: &Entry<'a, 't>) -> Option<Section<'a, 't>> {
        match entry.inner {
            DeValue::Table(table) => Some(self.below(entry, table)),
            other => {
                self.wrong_type(entry, "a table", other);
                None
            }
        }
    }

    /// Tells whether the key holds a table; complains about nothing.
    pub fn is_table(&mut self, key: &'static str) -> bool {
        self.get(key).is_some_and(|entry| matches!(entry.inner, DeValue::Table(_)))
    }

    /// Takes this table as a list of named tables, in the order of the file.
    pub fn into_sections(self) -> Vec<(Value<&'a str>, Section<'a, 't>)> {
        self.entries()
            .into_iter()
            .filter_map(|(key, entry)| {
                let mut section = self.as_table(&entry)?;
                section.span = key.span.clone();
                Some((key, section))
            })
            .collect()
    }

    /// Returns the tables in this one, under any name, in the order of the file; they are known then.
    pub fn subsections(&mut self) -> Vec<(Value<&'a str>, Section<'a, 't>)> {
        let mut found = Vec::new();
        for (key, entry) in self.entries() {
            if let DeValue::Table(table) = entry.inner {
                let mut section = self.below(&entry, table);
                section.span = key.span.clone();
                self.tables.push(key.inner);
                found.push((key, section));
            }
        }
        found
    }

    /// Reads `[[key]]`, in the order of the file.
    pub fn tables(&mut self, key: &'static str) -> Vec<Section<'a, 't>> {
        let Some(entry) = self.get(key) else { return Vec::new() };
        let DeValue::Array(list) = entry.inner else {
            let why = format!("must be a list of tables, each with the header [[{key}]]");
            self.sink.key(ErrorKind::Type, &entry, &why);
            return Vec::new();
        };
        let entries = list.iter().map(|value| Value { span: value.span(), ..entry.with(value.get_ref()) });
        entries.filter_map(|entry| self.as_table(&entry)).collect()
    }

    /// Reads a list of strings; a single string is a list of one.
    pub fn strings(&mut self, key: &'static str) -> Option<Vec<Value<&'a str>>> {
        let entry = self.get(key)?;
        self.strings_of(&entry)
    }

    fn strings_of(&self, entry: &Entry<'a, 't>) -> Option<Vec<Value<&'a str>>> {
        let texts = self.texts_of(entry)?;
        for twice in crate::source::repeated(&texts) {
            self.sink.value(
                ErrorKind::Duplicate,
                twice,
                &format!("{:?} stands twice in the list", twice.inner),
            );
        }
        Some(texts)
    }

    fn texts_of(&self, entry: &Entry<'a, 't>) -> Option<Vec<Value<&'a str>>> {
        let want = "a string or a list of strings";
        let DeValue::Array(list) = entry.inner else {
            return self.as_string(entry, want).map(|text| vec![text]);
        };
        if list.len() > limits::LIST_ENTRIES_MAX {
            let why = format!("holds more than {} entries", limits::LIST_ENTRIES_MAX);
            self.sink.key(ErrorKind::TooMuch, entry, &why);
            return None;
        }
        let entries = list.iter().map(|value| Value { span: value.span(), ..entry.with(value.get_ref()) });
        Some(entries.filter_map(|entry| self.as_string(&entry, want)).collect())
    }

    /// Reads a list that must not be empty: an absent list and an empty one would be two things that
    /// look like one.
    pub fn some_strings(&mut self, key: &'static str) -> Option<Vec<Value<&'a str>>> {
        let entry = self.get(key)?;
        self.some_strings_of(&entry)
    }

    fn some_strings_of(&self, entry: &Entry<'a, 't>) -> Option<Vec<Value<&'a str>>> {
        let before = self.sink.count();
        let list = self.strings_of(entry)?;
        if list.is_empty() && self.sink.count() == before {
            self.sink.key(
                ErrorKind::Value,
                entry,
                "is an empty list; leave the key out, or name at least one",
            );
        }
        Some(list)
    }

    /// Reads a list of names for people.
    pub fn labels(&mut self, key: &'static str) -> Option<Vec<Value<&'a str>>> {
        let list = self.some_strings(key)?;
        list.iter().for_each(|text| self.check_label(text));
        Some(list)
    }

    /// Reads the list of names for people that stands under a key of any name.
    pub fn labels_of(&self, entry: &Entry<'a, 't>) -> Option<Vec<Value<&'a str>>> {
        let list = self.some_strings_of(entry)?;
        list.iter().for_each(|text| self.check_label(text));
        Some(list)
    }

    /// Reads a name for people.
    pub fn label(&mut self, key: &'static str) -> Option<&'a str> {
        let text = self.string(key)?;
        self.check_label(&text);
        Some(text.inner)
    }

    fn check_label(&self, text: &Value<&str>) {
        let inner = text.inner;
        let why = match inner {
            "" => return self.sink.key(ErrorKind::Value, text, "is empty"),
            _ if inner.trim() != inner => format!("{inner:?} begins or ends with a space"),
            _ if inner.chars().any(char::is_control) => format!("{inner:?} holds a control character"),
            _ if inner.len() > limits::LABEL_BYTES_MAX => {
                format!("it is longer than {} bytes", limits::LABEL_BYTES_MAX)
            }
            _ => return,
        };
        self.sink.value(ErrorKind::Value, text, &why);
    }

    /// Reads a word of a closed list.
    pub fn word<T: FromStr<Err = UnknownWord>>(&mut self, key: &'static str) -> Option<T> {
        let text = self.string(key)?;
        self.as_word(&text)
    }

    /// Reads a list of words of a closed list.
    pub fn words<T: FromStr<Err = UnknownWord>>(&mut self, key: &'static str) -> Vec<T> {
        let list = self.some_strings(key).unwrap_or_default();
        list.iter().filter_map(|text| self.as_word(text)).collect()
    }

    /// Reads a list of words of a closed list in which the order counts, and one may stand again.
    pub fn words_in_order<T: FromStr<Err = UnknownWord>>(&mut self, key: &'static str) -> Vec<T> {
        let list = self.get(key).and_then(|entry| self.texts_of(&entry)).unwrap_or_default();
        list.iter().filter_map(|text| self.as_word(text)).collect()
    }

    fn as_word<T: FromStr<Err = UnknownWord>>(&self, text: &Value<&str>) -> Option<T> {
        match text.inner.parse() {
            Ok(word) => Some(word),
            Err(error) => {
                let hint = did_you_mean(text.inner, error.known.iter().copied(), '"');
                self.sink.value(ErrorKind::Value, text, &format!("{error}{hint}"));
                None
            }
        }
    }

    fn wrong_type(&self, entry: &Entry<'a, 't>, want: &str, found: &DeValue<'_>) {
        self.sink.key(ErrorKind::Type, entry, &format!("must be {want}, not {}", type_of(found)));
    }

    /// Complains that `key` is not there.
    pub fn missing(&self, key: &'static str, what_to_do: &str) {
        let message = format!("{} is missing; {what_to_do}", described(&self.name, key));
        self.sink.push(ErrorKind::MissingKey, &self.span, joined(&self.name, key), message, Show::Line);
    }

    /// Complains about the value of a key that is there: "`KEY` in TABLE WHY".
    pub fn wrong(&mut self, key: &'static str, why: &str) {
        if let Some(entry) = self.get(key) {
            self.sink.key(ErrorKind::Value, &entry, why);
        }
    }

    /// Complains about every key that was not asked for; `hint` is added where no known key is near.
    pub fn finish(self, hint: &str) {
        for (key, _) in self.entries() {
            if self.known.contains(&key.inner) || self.tables.contains(&key.inner) {
                continue;
            }
            let mut near = did_you_mean(key.inner, self.known.iter().copied(), '`');
            if near.is_empty() {
                if !self.known.is_empty() {
                    near = format!("; known keys: {}", self.known.join(", "));
                }
                if !hint.is_empty() {
                    near = format!("{near}; {hint}");
                }
            }
            let message = format!("unknown key {}{near}", key.describe());
            self.sink.push(ErrorKind::UnknownKey, &key.span, key.path(), message, Show::Line);
        }
    }
}

fn type_of(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "a string",
        DeValue::Integer(_) => "a whole number",
        DeValue::Float(_) => "a number with a point",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a date",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}

/// Returns "; did you mean `x`?" for the nearest of `known`, or nothing when none is near.
pub fn did_you_mean<'k>(found: &str, known: impl Iterator<Item = &'k str>, quote: char) -> String {
    let plain = |text: &str| text.to_lowercase().replace(['-', '_', ' '], "");
    let wanted = plain(found);
    let nearest = known
        .map(|word| (word, plain(word)))
        .map(|(word, plain)| match plain.starts_with(&wanted) && wanted.len() >= 3 {
            true => (0, word),
            false => (strsim::damerau_levenshtein(&wanted, &plain), word),
        })
        .filter(|(distance, word)| *distance <= (word.len().max(found.len()) / 3).max(1))
        .min();
    nearest.map_or(String::new(), |(_, word)| format!("; did you mean {quote}{word}{quote}?"))
}
