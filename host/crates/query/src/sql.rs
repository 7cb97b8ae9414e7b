//! A filter as a condition over the tables of the store.
//!
//! Holds: what a user gives is a parameter and never a part of the statement. The only alias that the condition
//! expects is `i`, a row of `item`; everything else is in subqueries of its own. A comparison with what is not
//! known is not true, and its denial is. Not here: columns, order, limits; whether items that are gone are left out.

mod fields;
mod search;

use crate::ast::{Expr, Filter, Test};
use crate::record::Ambient;
use crate::support::Unsupported;

/// A value of a parameter.
#[derive(Debug, Clone, PartialEq)]
pub enum Param {
    /// Text.
    Text(String),
    /// A whole number.
    Integer(i64),
    /// A fraction.
    Real(f64),
    /// Bytes.
    Blob(Vec<u8>),
}

/// A condition for `WHERE`, over `item i`.
#[derive(Debug, Clone, PartialEq)]
pub struct Condition {
    /// The condition. The same filter with other values of the same sort has the same text, but for the number of words
    /// of a choice, so that prepared statements are found again.
    pub sql: String,
    /// Values of its numbered parameters, in order.
    pub params: Vec<Param>,
}

impl Filter {
    /// Returns the condition; its parameters are numbered from `first` (1 in a statement of its own).
    pub fn sql(&self, ambient: Ambient<'_>, first: usize) -> Result<Condition, Unsupported> {
        self.check(ambient)?;
        let mut lowering = Lowering { ambient, first, params: Vec::new() };
        let sql = self.root().map_or_else(|| "TRUE".to_owned(), |root| lowering.expr(root));
        Ok(Condition { sql, params: lowering.params })
    }
}

struct Lowering<'a> {
    ambient: Ambient<'a>,
    first: usize,
    params: Vec<Param>,
}

impl Lowering<'_> {
    /// Takes a value in; returns the name of its parameter.
    fn give(&mut self, param: Param) -> String {
        self.params.push(param);
        format!("?{}", self.first + self.params.len() - 1)
    }

    fn expr(&mut self, expr: &Expr) -> String {
        if let Some(query) = search::query(expr) {
            return self.search(query);
        }
        match expr {
            Expr::And(parts) => self.joined(parts, "AND"),
            Expr::Or(parts) => self.joined(parts, "OR"),
            // What is not known makes a comparison NULL, and the denial of NULL is NULL.
            Expr::Not(part) => format!("({}) IS NOT TRUE", self.expr(part)),
            Expr::Test(test) => self.test(&test.inner),
        }
    }

    /// Joins parts; those that are words alone are one search together.
    fn joined(&mut self, parts: &[Expr], operator: &str) -> String {
        let (words, others): (Vec<_>, Vec<_>) =
            parts.iter().map(|part| (search::query(part), part)).partition(|(query, _)| query.is_some());
        let words: Vec<String> = words.into_iter().filter_map(|(query, _)| query).collect();
        let mut conditions = Vec::new();
        if !words.is_empty() {
            conditions.push(self.search(search::joined(words, operator)));
        }
        conditions.extend(others.into_iter().map(|(_, part)| self.expr(part)));
        format!("({})", conditions.join(&format!(" {operator} ")))
    }

    fn test(&mut self, test: &Test) -> String {
        match test {
            Test::Field(field, values) => self.field(*field, values),
            Test::List(list) => self.list(&list.entries),
            // Words are searches, and have been taken before.
            Test::Phrase(_) | Test::Near(_) => {
                let query = search::of_test(test).unwrap_or_default();
                self.search(query)
            }
        }
    }

    /// A list of words with tags or mentions among them.
    fn list(&mut self, entries: &[Test]) -> String {
        let words: Vec<String> = entries.iter().filter_map(search::of_test).collect();
        let mut conditions = Vec::new();
        if !words.is_empty() {
            conditions.push(self.search(search::joined(words, "OR")));
        }
        for field in [crate::Field::Tag, crate::Field::Mention] {
            let named = entries.iter().filter_map(|entry| match entry {
                Test::Field(own, values) if *own == field => Some(values),
                _ => None,
            });
            let values: Vec<_> = named.flatten().cloned().collect();
            if !values.is_empty() {
                conditions.push(self.field(field, &values));
            }
        }
        format!("({})", conditions.join(" OR "))
    }

    fn search(&mut self, query: String) -> String {
        let query = self.give(Param::Text(query));
        format!("i.id IN (SELECT rowid FROM item_fts WHERE item_fts MATCH {query})")
    }
}
