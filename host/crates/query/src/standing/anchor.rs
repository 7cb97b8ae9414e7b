//! Chooses the anchors of a rule: the cheapest set of words, prefixes and names of which one must be there.
//!
//! Holds: an item without any of them is not let through. Of parts that must all hold one is enough; of parts of which any
//! is enough, each is needed; a denial has none, for it holds of items that have nothing in common.

use super::WordCounts;
use super::vocabulary::{Id, KEYS, Kind, PREFIX_BYTES_MAX, Vocabulary};
use crate::ast::{Expr, Test, Value};
use crate::field::Field;
use crate::name::Part;
use crate::phrase::Phrase;

/// Anchors, and how often one of them is expected, in items of a million.
struct Anchors {
    cost: u64,
    keys: Vec<(Kind, Box<[u8]>)>,
}

/// Returns the anchors of `expr`; `None` if there are none.
pub(super) fn of(expr: &Expr, vocabulary: &mut Vocabulary, counts: &WordCounts) -> Option<Vec<Id>> {
    let anchors = of_expr(expr, counts)?;
    Some(anchors.keys.iter().map(|(kind, bytes)| vocabulary.intern(*kind, bytes)).collect())
}

fn of_expr(expr: &Expr, counts: &WordCounts) -> Option<Anchors> {
    match expr {
        Expr::And(parts) => {
            parts.iter().filter_map(|part| of_expr(part, counts)).min_by_key(|anchors| anchors.cost)
        }
        Expr::Or(parts) => together(parts.iter().map(|part| of_expr(part, counts))),
        Expr::Not(_) => None,
        Expr::Test(test) => of_test(&test.inner, counts),
    }
}

/// All of them, if all have some.
fn together(parts: impl Iterator<Item = Option<Anchors>>) -> Option<Anchors> {
    let mut whole = Anchors { cost: 0, keys: Vec::new() };
    for part in parts {
        let part = part?;
        whole.cost = whole.cost.saturating_add(part.cost);
        whole.keys.extend(part.keys);
    }
    Some(whole)
}

fn of_test(test: &Test, counts: &WordCounts) -> Option<Anchors> {
    match test {
        Test::Phrase(phrase) => Some(of_phrase(phrase, counts)),
        Test::Near(near) => {
            near.phrases.iter().map(|phrase| of_phrase(phrase, counts)).min_by_key(|anchors| anchors.cost)
        }
        Test::List(list) => together(list.entries.iter().map(|entry| of_test(entry, counts))),
        Test::Field(field, values) => together(values.iter().map(|value| of_value(*field, value, counts))),
    }
}

fn of_phrase(phrase: &Phrase, counts: &WordCounts) -> Anchors {
    let words = phrase.words();
    let whole = if phrase.is_prefix() { &words[..words.len() - 1] } else { words };
    let rarest = whole.iter().map(|word| (cost_of_word(word, counts), word)).min();
    match (rarest, words.last()) {
        (Some((cost, word)), _) => Anchors { cost, keys: vec![(Kind::Word, word.clone())] },
        (None, Some(start)) => {
            let head = &start[..start.len().min(PREFIX_BYTES_MAX)];
            Anchors { cost: cost_of_prefix(head, counts), keys: vec![(Kind::Prefix, head.into())] }
        }
        (None, None) => Anchors { cost: u64::MAX, keys: Vec::new() },
    }
}

/// Without a sample a longer word is taken for a rarer one.
fn cost_of_word(word: &[u8], counts: &WordCounts) -> u64 {
    if counts.counts.is_empty() {
        by_length(word)
    } else {
        counts.counts.get(word).map_or(1, |n| 2 + 1_000 * u64::from(*n))
    }
}

fn cost_of_prefix(start: &[u8], counts: &WordCounts) -> u64 {
    if counts.counts.is_empty() {
        // Many words begin so.
        by_length(start) * 8
    } else {
        2 + 1_000 * counts.of_prefix(start)
    }
}

fn by_length(word: &[u8]) -> u64 {
    let length = (word.len() as u64).min(16);
    1 + 100_000 / (length * length * length).max(1)
}

fn of_value(field: Field, value: &Value, counts: &WordCounts) -> Option<Anchors> {
    match value {
        Value::Phrase(phrase) => Some(of_phrase(phrase, counts)),
        Value::Name(name) if name.part() == Part::Whole && KEYS.contains(&field) => {
            let cost = match field {
                Field::Source | Field::Place => 100_000,
                _ => 1_000,
            };
            Some(Anchors { cost, keys: vec![(Kind::Key(field), name.folded().as_bytes().into())] })
        }
        Value::List { values, .. } => together(values.iter().map(|value| of_value(field, value, counts))),
        _ => None,
    }
}
