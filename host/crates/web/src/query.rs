//! The state of a feed page, as it stands in the address.
//!
//! Holds: what cannot be understood is refused with the reason, never ignored; an address that we
//! write reads back as the same state. Not here: how a filter finds its rows.

use std::sync::Arc;

use hark_model::{Ms, Sentiment, Zone};
use hark_query::{Ambient, Filter, FilterError, NoLists, Unsupported};
use hark_store::{Asked, FeedFilter, FeedKey};
use url::form_urlencoded;

use crate::limits;

/// An address that cannot be understood.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadQuery {
    /// A key that nobody knows.
    #[error("{0:?} cannot be asked for; known are {known}", known = KEYS.join(", "))]
    Key(String),
    /// A value that its key does not take.
    #[error("{key}={value:?} is not understood: {why}")]
    Value {
        /// Of which key.
        key: &'static str,
        /// What was read.
        value: String,
        /// What is wrong.
        why: String,
    },
    /// A search that is no filter.
    #[error("the filter is not understood: {error}")]
    Filter {
        /// As typed.
        text: String,
        /// What is wrong, and where.
        error: FilterError,
    },
    /// A search that asks for what nobody knows.
    #[error("{0}")]
    Unsupported(Unsupported),
    /// A key that comes too often.
    #[error("{0} is given too often")]
    Repeated(&'static str),
}

const KEYS: [&str; 7] = ["q", "zone", "sentiment", "source", "team", "lang", "before"];

/// A search: what was typed, and what it means.
#[derive(Debug, Clone)]
pub(crate) struct Search {
    pub text: String,
    pub filter: Arc<Filter>,
}

impl PartialEq for Search {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for Search {}

impl Search {
    /// Reads what was typed. Files may not be named in an address, and nobody has said yet who looks.
    fn parse(text: String) -> Result<Self, BadQuery> {
        match Filter::parse(&text, &NoLists) {
            Ok(filter) => {
                filter.check(Ambient { now: 0, me: None }).map_err(BadQuery::Unsupported)?;
                Ok(Self { filter: filter.into(), text })
            }
            Err(error) => Err(BadQuery::Filter { text, error }),
        }
    }
}

/// Which part of the feed a page shows.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct FeedQuery {
    pub search: Option<Search>,
    pub zones: Vec<Zone>,
    pub sentiments: Vec<Sentiment>,
    pub sources: Vec<String>,
    pub teams: Vec<String>,
    pub language: Option<String>,
    /// The page begins behind this place.
    pub before: Option<FeedKey>,
}

/// What an address may hold beside the state of the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Extra {
    /// Nothing.
    None,
    /// `after`, for live streams: the last row that is known.
    After,
    /// `limit`, for JSON.
    Limit,
}

impl FeedQuery {
    /// Reads a query; returns the state, and the number that `extra` allows.
    pub fn parse(query: &str, extra: Extra) -> Result<(Self, Option<i64>), BadQuery> {
        let mut state = Self::default();
        let mut number = None;
        for (key, value) in form_urlencoded::parse(query.as_bytes()) {
            // A form sends its empty fields, too.
            if value.is_empty() && KEYS.contains(&key.as_ref()) {
                continue;
            }
            match (key.as_ref(), extra) {
                ("after", Extra::After) => number = Some(whole("after", &value)?),
                ("limit", Extra::Limit) => number = Some(whole("limit", &value)?),
                (key, _) => state.take(key, value.into_owned())?,
            }
        }
        Ok((state, number))
    }

    fn take(&mut self, key: &str, value: String) -> Result<(), BadQuery> {
        match key {
            "q" => {
                self.search = Some(Search::parse(bounded("q", value, limits::FILTER_BYTES_MAX)?)?);
            }
            "lang" => self.language = Some(bounded("lang", value, limits::NAME_BYTES_MAX)?),
            "zone" => add("zone", &mut self.zones, one_of("zone", value)?)?,
            "sentiment" => add("sentiment", &mut self.sentiments, one_of("sentiment", value)?)?,
            "source" => {
                add("source", &mut self.sources, bounded("source", value, limits::NAME_BYTES_MAX)?)?;
            }
            "team" => add("team", &mut self.teams, bounded("team", value, limits::NAME_BYTES_MAX)?)?,
            "before" => self.before = Some(place(value)?),
            _ => return Err(BadQuery::Key(key.chars().take(limits::LINE_CHARS_MAX).collect())),
        }
        Ok(())
    }

    /// Returns the filter that finds the rows of this page, when it is `now`.
    pub fn filter(&self, limit: u32, now: Ms) -> FeedFilter {
        let asked = |search: &Search| Asked { filter: Arc::clone(&search.filter), now, me: None };
        FeedFilter {
            zones: self.zones.clone(),
            sources: self.sources.clone(),
            sentiments: self.sentiments.clone(),
            teams: self.teams.clone(),
            language: self.language.clone(),
            asked: self.search.as_ref().map(asked),
            after: self.before,
            limit,
            ..FeedFilter::default()
        }
    }

    /// Returns the keys and values of this state, in a fixed order.
    pub fn pairs(&self) -> Vec<(&'static str, String)> {
        let mut pairs = Vec::new();
        pairs.extend(self.search.iter().map(|search| ("q", search.text.clone())));
        pairs.extend(self.zones.iter().map(|zone| ("zone", zone.to_string())));
        pairs.extend(self.sentiments.iter().map(|label| ("sentiment", label.to_string())));
        pairs.extend(self.sources.iter().map(|source| ("source", source.clone())));
        pairs.extend(self.teams.iter().map(|team| ("team", team.clone())));
        pairs.extend(self.language.iter().map(|language| ("lang", language.clone())));
        pairs.extend(self.before.iter().map(|key| ("before", format!("{}_{}", key.at, key.row_id))));
        pairs
    }

    /// Returns `path` with this state behind it.
    pub fn link(&self, path: &str) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(self.pairs());
        match query.finish() {
            query if query.is_empty() => path.to_owned(),
            query => format!("{path}?{query}"),
        }
    }

    /// Returns the first page of this state.
    pub fn first_page(&self) -> Self {
        Self { before: None, ..self.clone() }
    }

    /// Tells whether anything is left out of the feed.
    pub fn is_filtered(&self) -> bool {
        self.first_page() != Self::default()
    }

    /// Returns the first page with `zone` put in, or taken out if it was in.
    pub fn with_zone(&self, zone: Zone) -> Self {
        let mut other = self.first_page();
        toggle(&mut other.zones, zone);
        other
    }

    /// Returns the first page with `label` put in, or taken out if it was in.
    pub fn with_sentiment(&self, label: Sentiment) -> Self {
        let mut other = self.first_page();
        toggle(&mut other.sentiments, label);
        other
    }

    /// Returns the first page with `source` put in, or taken out if it was in.
    pub fn with_source(&self, source: &str) -> Self {
        let mut other = self.first_page();
        toggle(&mut other.sources, source.to_owned());
        other
    }

    /// Returns the first page with `team` put in, or taken out if it was in.
    pub fn with_team(&self, team: &str) -> Self {
        let mut other = self.first_page();
        toggle(&mut other.teams, team.to_owned());
        other
    }
}

fn toggle<T: PartialEq>(values: &mut Vec<T>, value: T) {
    match values.iter().position(|known| *known == value) {
        Some(at) => drop(values.remove(at)),
        None => values.push(value),
    }
}

fn wrong(key: &'static str, value: &str, why: impl Into<String>) -> BadQuery {
    BadQuery::Value { key, value: value.chars().take(limits::LINE_CHARS_MAX).collect(), why: why.into() }
}

fn add<T: PartialEq>(key: &'static str, values: &mut Vec<T>, value: T) -> Result<(), BadQuery> {
    if values.contains(&value) {
        return Ok(());
    }
    values.push(value);
    if values.len() > limits::VALUES_MAX { Err(BadQuery::Repeated(key)) } else { Ok(()) }
}

fn bounded(key: &'static str, value: String, bytes_max: usize) -> Result<String, BadQuery> {
    match value.len() {
        len if len > bytes_max => Err(wrong(key, &value, format!("it is longer than {bytes_max} bytes"))),
        _ => Ok(value),
    }
}

fn one_of<T: std::str::FromStr>(key: &'static str, value: String) -> Result<T, BadQuery>
where
    T::Err: std::fmt::Display,
{
    value.parse().map_err(|error: T::Err| wrong(key, &value, error.to_string()))
}

fn whole(key: &'static str, value: &str) -> Result<i64, BadQuery> {
    match value.parse() {
        Ok(number) if number >= 0 => Ok(number),
        _ => Err(wrong(key, value, "it is not a whole number")),
    }
}

fn place(value: String) -> Result<FeedKey, BadQuery> {
    let parts = value.split_once('_').and_then(|(at, row)| Some((at.parse().ok()?, row.parse().ok()?)));
    let (at, row_id) = parts.ok_or_else(|| wrong("before", &value, "it is not a place in the feed"))?;
    Ok(FeedKey { at, row_id })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_reads_back_as_the_same_state() {
        let text = "q=%22card+declined%22+r%C3%BCck%2A&zone=social&zone=intranet&sentiment=negative&source=a-b\
                    &team=R%26D&lang=de&before=-5_7";
        let (state, _) = FeedQuery::parse(text, Extra::None).unwrap();
        assert_eq!(state.search.as_ref().unwrap().text, "\"card declined\" rück*");
        assert_eq!(state.zones, [Zone::Social, Zone::Intranet]);
        assert_eq!(state.before, Some(FeedKey { at: -5, row_id: 7 }));
        let link = state.link("/");
        assert_eq!(FeedQuery::parse(link.strip_prefix("/?").unwrap(), Extra::None).unwrap().0, state);
        assert_eq!(FeedQuery::default().link("/"), "/");
    }

    #[test]
    fn empty_fields_ask_for_nothing_and_a_switch_goes_both_ways() {
        let (state, _) = FeedQuery::parse("q=&zone=&sentiment=&before=", Extra::None).unwrap();
        assert_eq!(state, FeedQuery::default());
        let on =
            state.with_zone(Zone::Social).with_team("x").with_source("y").with_sentiment(Sentiment::Negative);
        assert!(on.is_filtered());
        let off =
            on.with_zone(Zone::Social).with_team("x").with_source("y").with_sentiment(Sentiment::Negative);
        assert_eq!(off, state);
    }

    #[test]
    fn what_is_not_understood_is_refused_with_its_reason() {
        let long = format!("q={}", "x".repeat(limits::FILTER_BYTES_MAX + 1));
        let many: String = (0..=limits::VALUES_MAX).map(|n| format!("source=s{n}&")).collect();
        for (text, extra, part) in [
            ("zone=moon", Extra::None, "intranet, extranet, social"),
            ("sentiment=sad", Extra::None, "positive"),
            ("zones=social", Extra::None, "known are"),
            ("after=5", Extra::None, "known are"),
            ("limit=-1", Extra::Limit, "whole number"),
            ("after=x", Extra::After, "whole number"),
            ("before=12", Extra::None, "place"),
            ("q=zone%3Amoon", Extra::None, "`zone:` does not take `moon`"),
            ("q=%22open", Extra::None, "not closed"),
            ("q=%40file%3Abrands", Extra::None, "cannot be used here"),
            ("q=assignee%3Ame", Extra::None, "nobody looks"),
            (&long, Extra::None, "longer"),
            (many.trim_end_matches('&'), Extra::None, "too often"),
        ] {
            let error = FeedQuery::parse(text, extra).unwrap_err().to_string();
            assert!(error.contains(part), "{text}: {error}");
        }
        assert_eq!(FeedQuery::parse("after=5&zone=social", Extra::After).unwrap().1, Some(5));
    }
}
