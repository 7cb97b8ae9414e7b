//! A filter over one item in memory: the plain way, test by test.
//!
//! Holds: the answer is that of the SQL (`sql.rs`) over the same item; `tests/query` holds one against the other.

use crate::ast::{Expr, Filter, Near, Test, Value};
use crate::field::{Field, Values};
use crate::name::NamePattern;
use crate::number::Bound;
use crate::phrase::Phrase;
use crate::record::{Ambient, Record};
use crate::support::Unsupported;
use crate::words::{Column, Words};

impl Filter {
    /// Tells whether the item is let through. `words` are those of its title and text, taken once for all filters.
    pub fn matches(
        &self,
        record: &Record<'_>,
        words: &Words,
        ambient: Ambient<'_>,
    ) -> Result<bool, Unsupported> {
        self.check(ambient)?;
        let looked = Looked { record, words, ambient };
        Ok(self.root().is_none_or(|root| looked.expr(root)))
    }
}

/// An item that is looked at.
#[derive(Clone, Copy)]
pub(crate) struct Looked<'a> {
    pub record: &'a Record<'a>,
    pub words: &'a Words,
    pub ambient: Ambient<'a>,
}

impl Looked<'_> {
    pub fn expr(self, expr: &Expr) -> bool {
        match expr {
            Expr::And(parts) => parts.iter().all(|part| self.expr(part)),
            Expr::Or(parts) => parts.iter().any(|part| self.expr(part)),
            Expr::Not(part) => !self.expr(part),
            Expr::Test(test) => self.test(&test.inner),
        }
    }

    pub fn test(self, test: &Test) -> bool {
        match test {
            Test::Phrase(phrase) => self.has_phrase(phrase, None),
            Test::Near(near) => self.has_near(near),
            Test::List(list) => list.entries.iter().any(|entry| self.test(entry)),
            Test::Field(field, values) => self.any(*field, values),
        }
    }

    /// Tells whether the field has any of the values.
    pub fn any(self, field: Field, values: &[Value]) -> bool {
        values.iter().any(|value| self.value(field, value))
    }

    fn value(self, field: Field, value: &Value) -> bool {
        match value {
            Value::Phrase(phrase) => match field.info().values {
                Values::Words(column) => self.has_phrase(phrase, Some(column)),
                _ => false,
            },
            Value::Name(name) => self.has_name(field, name),
            Value::None => match field {
                Field::Assignee => self.record.assignee.is_none(),
                _ => self.record.team.is_none(),
            },
            Value::Me => self
                .ambient
                .me
                .is_some_and(|me| self.record.assignee.is_some_and(|who| who.eq_ignore_ascii_case(me))),
            Value::Choice(word) => self.choice(field) == Some(word),
            Value::Flag(flag) => self.record.flags.has(*flag),
            Value::Bound(bound) => self.has_number(field, *bound),
            Value::When(when) => {
                let bound = when.resolve(self.ambient.now);
                if field == Field::Since { self.record.feed_at >= bound } else { self.record.feed_at < bound }
            }
            Value::Language(code) => self.record.language.is_some_and(|own| is_language(own, code)),
            Value::Item(uid) => self.record.uid == *uid || self.record.near_dup_of == Some(*uid),
            Value::List { values, .. } => self.any(field, values),
        }
    }

    fn choice(self, field: Field) -> Option<&'static str> {
        let record = self.record;
        match field {
            Field::Zone => Some(record.zone.as_str()),
            Field::Kind => Some(record.kind.as_str()),
            Field::Direction => Some(record.direction.as_str()),
            Field::Visibility => Some(record.visibility.as_str()),
            Field::Sentiment => Some(record.sentiment.as_str()),
            Field::Priority => record.priority.map(hark_model::Priority::as_str),
            Field::Status => {
                let own = record.status.unwrap_or("new");
                crate::field::STATUSES.iter().find(|known| **known == own).copied()
            }
            _ => None,
        }
    }

    fn has_name(self, field: Field, name: &NamePattern) -> bool {
        let record = self.record;
        let any = |names: &[&str]| names.iter().any(|own| name.matches(own));
        match field {
            Field::Tag => any(&record.tags),
            Field::Mention => any(&record.mentions),
            Field::Source => any(&record.sources),
            Field::Platform => any(&record.platforms),
            Field::Author => any(&record.author),
            Field::Place => record.place.is_some_and(|own| name.matches(own)),
            Field::Assignee => record.assignee.is_some_and(|own| name.matches(own)),
            Field::Team => record.team.is_some_and(|own| name.matches(own)),
            _ => false,
        }
    }

    fn has_number(self, field: Field, bound: Bound) -> bool {
        let record = self.record;
        let count = match field {
            Field::Sentiment => return record.score.is_some_and(|own| bound.holds(own)),
            Field::Confidence => return record.confidence.is_some_and(|own| bound.holds(own)),
            Field::Reach => record.followers,
            Field::Likes => record.likes,
            Field::Replies => record.replies,
            Field::Shares => record.shares,
            Field::Views => record.views,
            _ => None,
        };
        count.is_some_and(|own| bound.holds(own as f64))
    }

    fn has_phrase(self, phrase: &Phrase, column: Option<Column>) -> bool {
        let stands = |at| stands_at(self.words, phrase, at);
        let fits = |at| column.is_none_or(|column| self.words.column(at) == column);
        (0..self.words.len()).any(|at| fits(at) && stands(at))
    }

    fn has_near(self, near: &Near) -> bool {
        let places: Vec<Vec<usize>> = near
            .phrases
            .iter()
            .map(|phrase| (0..self.words.len()).filter(|at| stands_at(self.words, phrase, *at)).collect())
            .collect();
        let lengths: Vec<usize> = near.phrases.iter().map(|phrase| phrase.words().len()).collect();
        let column = |at: usize| self.words.column(at);
        are_near(&places, &lengths, near.words_between as usize, column)
    }
}

/// Tells whether `phrase` stands at word `at`, all of it in the text or all of it in the title.
pub(crate) fn stands_at(words: &Words, phrase: &Phrase, at: usize) -> bool {
    let wanted = phrase.words();
    let end = at + wanted.len();
    if end > words.len() || words.column(at) != words.column(end - 1) {
        return false;
    }
    wanted.iter().enumerate().all(|(n, word)| {
        let is_open = phrase.is_prefix() && n + 1 == wanted.len();
        let own = words.word(at + n);
        if is_open { own.starts_with(word) } else { own == &**word }
    })
}

/// Tells whether each phrase stands somewhere so that the last of them begins at most `between` words behind the end of
/// each, all in one column. `places` holds for each phrase where it begins, in order.
///
/// This is what FTS5 calls near: order does not matter, phrases may overlap, and the distance is counted to the
/// beginning of the last, however many phrases there are.
pub(crate) fn are_near(
    places: &[Vec<usize>],
    lengths: &[usize],
    between: usize,
    column: impl Fn(usize) -> Column,
) -> bool {
    let mut next = vec![0; places.len()];
    let Some(mut last) =
        places.iter().map(|own| own.first().copied()).try_fold(0, |last, first| Some(last.max(first?)))
    else {
        return false;
    };
    // `last` only grows, and with it what each phrase may have left behind.
    loop {
        let mut is_met = true;
        for (phrase, own) in places.iter().enumerate() {
            let least = last.saturating_sub(between + lengths[phrase]);
            let reaches = |at: usize| at >= least && column(at) == column(last);
            while own.get(next[phrase]).is_some_and(|at| *at <= last && !reaches(*at)) {
                next[phrase] += 1;
            }
            let Some(at) = own.get(next[phrase]) else { return false };
            if *at > last {
                last = *at;
                is_met = false;
            }
        }
        if is_met {
            return true;
        }
    }
}

/// Tells whether an item in language `own` is in `code` (lower case): `en` takes `en-GB` in.
fn is_language(own: &str, code: &str) -> bool {
    let head = own.as_bytes().get(..code.len());
    let ends = matches!(own.as_bytes().get(code.len()), None | Some(b'-'));
    ends && head.is_some_and(|head| head.eq_ignore_ascii_case(code.as_bytes()))
}
