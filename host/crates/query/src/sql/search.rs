//! Words as a query of FTS5.
//!
//! Holds: every word stands in double quotes, so that none of them is an operator, a column or a bracket.

use std::fmt::Write;

use crate::ast::{Expr, Near, Test, Value};
use crate::field::{Field, Values};
use crate::phrase::Phrase;

/// Parts that are joined on one level. FTS5 copies what it has for each part that is joined, so ten thousand of them on
/// one level would be copied ten thousand times.
const JOINED_MAX: usize = 32;

/// Returns the query of a tree that is words alone; `None` if it asks anything else, or denies.
pub(super) fn query(expr: &Expr) -> Option<String> {
    match expr {
        Expr::And(parts) => Some(joined(parts.iter().map(query).collect::<Option<_>>()?, "AND")),
        Expr::Or(parts) => Some(joined(parts.iter().map(query).collect::<Option<_>>()?, "OR")),
        Expr::Not(_) => None,
        Expr::Test(test) => of_test(&test.inner),
    }
}

/// Returns the query of a test that is words alone.
pub(super) fn of_test(test: &Test) -> Option<String> {
    match test {
        Test::Phrase(words) => Some(phrase(words)),
        Test::Near(words) => Some(near(words)),
        Test::List(list) => Some(joined(list.entries.iter().map(of_test).collect::<Option<_>>()?, "OR")),
        Test::Field(field, values) => {
            let phrases = joined(values.iter().map(of_value).collect::<Option<_>>()?, "OR");
            column(*field).map(|column| format!("{{{column}}} : {phrases}"))
        }
    }
}

fn column(field: Field) -> Option<&'static str> {
    match field.info().values {
        Values::Words(crate::Column::Text) => Some("text"),
        Values::Words(crate::Column::Title) => Some("title"),
        _ => None,
    }
}

fn of_value(value: &Value) -> Option<String> {
    match value {
        Value::Phrase(words) => Some(phrase(words)),
        Value::List { values, .. } => Some(joined(values.iter().map(of_value).collect::<Option<_>>()?, "OR")),
        _ => None,
    }
}

/// Joins queries in brackets.
pub(super) fn joined(mut parts: Vec<String>, operator: &str) -> String {
    while parts.len() > JOINED_MAX {
        parts = parts.chunks(JOINED_MAX).map(|chunk| bracketed(chunk, operator)).collect();
    }
    bracketed(&parts, operator)
}

fn bracketed(parts: &[String], operator: &str) -> String {
    format!("({})", parts.join(&format!(" {operator} ")))
}

fn phrase(phrase: &Phrase) -> String {
    // A quote parts words as a blank does.
    let words = phrase.text().replace('"', " ");
    let star = if phrase.is_prefix() { " *" } else { "" };
    format!("\"{words}\"{star}")
}

fn near(near: &Near) -> String {
    let mut query = "NEAR(".to_owned();
    for words in &near.phrases {
        query += &phrase(words);
        query.push(' ');
    }
    // Writing into a string does not fail.
    let _ = write!(query, ", {})", near.words_between);
    query
}
