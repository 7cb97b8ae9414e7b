//! One alarm: a value that rules can match and a person can read.

use hark_model::Sentiment;

use super::BIN_SECS;
use super::series::Found;

/// Which items are counted together.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SeriesKey {
    /// What they are about; none for all.
    pub topic: Option<Box<str>>,
    /// Where they come from; none for everywhere.
    pub source: Option<Box<str>>,
}

/// What is unusual.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Measured {
    /// The number of items: of one label, or all.
    Items(Option<Sentiment>),
    /// The share of the items that is negative, 0 to 1.
    NegativeShare,
}

/// Something is unusual.
#[derive(Debug, Clone, PartialEq)]
pub struct Alarm {
    /// In which series.
    pub series: SeriesKey,
    /// What of it.
    pub measured: Measured,
    /// When the hour ended in which it was so, in seconds since 1970.
    pub until_secs: i64,
    /// What is usual in an hour.
    pub expected: f64,
    /// What was in this one.
    pub observed: f64,
    /// Of how many items the share is; for numbers of items as `observed`.
    pub items: u32,
    /// How likely so much or more is by chance, 0 to 1.
    pub tail: f64,
}

impl Alarm {
    pub(super) fn new(key: &SeriesKey, bin: i64, found: Found) -> Self {
        Self {
            series: key.clone(),
            measured: found.measured,
            until_secs: (bin + 1) * BIN_SECS,
            expected: found.expected,
            observed: found.observed,
            items: found.items,
            tail: found.tail,
        }
    }

    /// By what alarms of one bin are ordered.
    pub(super) fn order(&self) -> (&SeriesKey, u8) {
        let place = match self.measured {
            Measured::Items(None) => 0,
            Measured::NegativeShare => 1,
            Measured::Items(Some(label)) => 2 + label as u8,
        };
        (&self.series, place)
    }

    /// Says why, in a sentence for people.
    pub fn why(&self) -> String {
        let topic = self.series.topic.as_deref().map_or_else(String::new, |topic| format!(" about {topic}"));
        let source = self.series.source.as_deref().map_or_else(String::new, |source| format!(" in {source}"));
        let chance = chance(self.tail);
        match self.measured {
            Measured::Items(label) => {
                let label = label.map_or_else(String::new, |label| format!("{label} "));
                let (observed, expected) = (self.observed, self.expected);
                format!(
                    "{observed} {label}items{topic}{source} within an hour, where {expected:.1} are usual; {chance}"
                )
            }
            Measured::NegativeShare => {
                let (observed, expected) = (self.observed * 100.0, self.expected * 100.0);
                let items = self.items;
                format!(
                    "{observed:.0} % of {items} items{topic}{source} within an hour are negative, where {expected:.0} % are usual; {chance}"
                )
            }
        }
    }
}

fn chance(tail: f64) -> String {
    match tail {
        tail if tail < 1e-9 => "by chance less often than once in a billion hours".to_owned(),
        tail => format!("by chance once in {:.0} hours", 1.0 / tail),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_alarm_says_why_in_words() {
        let series = SeriesKey { topic: Some("checkout".into()), source: None };
        let of = |measured, expected, observed, tail| Alarm {
            series: series.clone(),
            measured,
            until_secs: 0,
            expected,
            observed,
            items: 80,
            tail,
        };
        assert_eq!(
            of(Measured::Items(Some(Sentiment::Negative)), 3.21, 44.0, 2e-5).why(),
            "44 negative items about checkout within an hour, where 3.2 are usual; by chance once in 50000 hours"
        );
        assert_eq!(
            of(Measured::NegativeShare, 0.2, 0.55, 1e-30).why(),
            "55 % of 80 items about checkout within an hour are negative, where 20 % are usual; by chance less \
             often than once in a billion hours"
        );
    }
}
