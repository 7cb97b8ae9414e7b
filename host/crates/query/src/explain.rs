//! A filter in one English sentence, for people who did not write it.
//!
//! Holds: everything that the filter asks is said; lists are named, not read out.

use crate::ast::{Expr, Filter, Near, Test, Value};
use crate::field::Field;
use crate::name::{NamePattern, Part};
use crate::number::Bound;
use crate::phrase::Phrase;
use crate::when::When;

impl Filter {
    /// Says in one sentence what the filter lets through.
    pub fn explain(&self) -> String {
        match self.root() {
            None => "Every item.".to_owned(),
            Some(Expr::And(parts)) => format!("Items that {}.", joined(parts, ", and ")),
            Some(Expr::Or(parts)) => format!("Items that {}.", joined(parts, ", or ")),
            Some(root) => format!("Items that {}.", clause(root)),
        }
    }
}

fn joined(parts: &[Expr], between: &str) -> String {
    let parts: Vec<String> = parts.iter().map(clause).collect();
    parts.join(between)
}

/// What stands behind "that". `both` and `either` say where a group begins.
fn clause(expr: &Expr) -> String {
    match expr {
        Expr::And(parts) => format!("both {}", joined(parts, " and ")),
        Expr::Or(parts) => format!("either {}", joined(parts, " or ")),
        Expr::Not(part) => match &**part {
            Expr::Test(test) => of_test(&test.inner, false),
            part => format!("are not among those that {}", clause(part)),
        },
        Expr::Test(test) => of_test(&test.inner, true),
    }
}

fn of_test(test: &Test, is_asked: bool) -> String {
    let contain = if is_asked { "contain" } else { "do not contain" };
    match test {
        Test::Phrase(words) => format!("{contain} {}", phrase(words)),
        Test::Near(words) => format!("{contain} {}", near(words)),
        Test::List(list) => format!("{contain} any entry of the list {}", list.name),
        Test::Field(field @ (Field::Has | Field::Is), values) => flags(*field, values, is_asked),
        Test::Field(field, values) => {
            let (asked, denied) = verbs(*field);
            let values: Vec<String> = values.iter().map(|one| value(*field, one)).collect();
            let behind = match field {
                Field::Title => " in the title",
                Field::Text => " in the text",
                _ => "",
            };
            format!("{} {}{behind}", if is_asked { asked } else { denied }, values.join(" or "))
        }
    }
}

fn phrase(phrase: &Phrase) -> String {
    let what = match (phrase.words().len(), phrase.is_prefix()) {
        (1, false) => "the word",
        (1, true) => "a word that begins with",
        (_, false) => "the phrase",
        (_, true) => "a phrase that begins with",
    };
    format!("{what} \"{}\"", phrase.text())
}

fn near(near: &Near) -> String {
    let phrases: Vec<String> = near.phrases.iter().map(phrase).collect();
    match near.words_between {
        0 => format!("{} right beside each other", phrases.join(" and ")),
        1 => format!("{} with at most 1 word between", phrases.join(" and ")),
        n => format!("{} with at most {n} words between", phrases.join(" and ")),
    }
}

fn flags(field: Field, values: &[Value], is_asked: bool) -> String {
    let clauses: Vec<String> = values
        .iter()
        .map(|one| match one {
            Value::Flag(flag) if is_asked => flag.info().clause.to_owned(),
            Value::Flag(flag) => flag.info().denied.to_owned(),
            other if is_asked => format!("{} {}", verbs(field).0, value(field, other)),
            other => format!("{} {}", verbs(field).1, value(field, other)),
        })
        .collect();
    clauses.join(if is_asked { " or " } else { " and " })
}

/// Returns what stands before the value: asked for, and denied.
const fn verbs(field: Field) -> (&'static str, &'static str) {
    match field {
        Field::Tag => ("are tagged", "are not tagged"),
        Field::Mention => ("mention", "do not mention"),
        Field::Zone => ("are from the zone", "are not from the zone"),
        Field::Source => ("were seen by the source", "were not seen by the source"),
        Field::Platform => ("come from the platform", "do not come from the platform"),
        Field::Place => ("stand in the place", "do not stand in the place"),
        Field::Author => ("are by", "are not by"),
        Field::Kind => ("are of the kind", "are not of the kind"),
        Field::Direction => ("have the direction", "do not have the direction"),
        Field::Visibility => ("have the visibility", "do not have the visibility"),
        Field::Lang => ("are in the language", "are not in the language"),
        Field::Since | Field::Before => ("were published", "were not published"),
        Field::Assignee => ("are assigned to", "are not assigned to"),
        Field::Team => ("belong to the team", "do not belong to the team"),
        Field::Program => ("belong to the program", "do not belong to the program"),
        Field::Near => ("are, or read nearly like, the item", "neither are nor read nearly like the item"),
        Field::Title | Field::Text => ("have", "do not have"),
        Field::Has | Field::Is => ("are or have", "neither are nor have"),
        Field::Sentiment
        | Field::Confidence
        | Field::Reach
        | Field::Likes
        | Field::Replies
        | Field::Shares
        | Field::Views
        | Field::Status
        | Field::Priority => ("have", "do not have"),
    }
}

fn value(field: Field, value: &Value) -> String {
    match value {
        Value::Phrase(words) => phrase(words),
        Value::Name(pattern) => name(pattern),
        Value::None => "nobody".to_owned(),
        Value::Me => "you".to_owned(),
        Value::Choice(word) => match field {
            Field::Sentiment | Field::Priority => format!("the {} {word}", field.name()),
            Field::Status => format!("the work status {word}"),
            _ => (*word).to_owned(),
        },
        Value::Flag(flag) => flag.info().word.to_owned(),
        Value::Bound(bound) => number(field, *bound),
        Value::When(when) => time(field, *when),
        Value::Language(code) => code.clone(),
        Value::Item(uid) => uid.to_string(),
        Value::List { name, .. } => format!("any entry of the list {name}"),
    }
}

fn name(pattern: &NamePattern) -> String {
    match pattern.part() {
        Part::Whole => format!("\"{}\"", pattern.text()),
        Part::Start => format!("a name that begins with \"{}\"", pattern.text()),
        Part::End => format!("a name that ends with \"{}\"", pattern.text()),
    }
}

/// Says a number with its unit.
fn number(field: Field, bound: Bound) -> String {
    let (what, unit) = match field {
        Field::Sentiment => ("a sentiment score", ""),
        Field::Confidence => ("a confidence", ""),
        Field::Reach => ("a reach", " followers"),
        Field::Likes => ("a number of likes", ""),
        Field::Replies => ("a number of replies", ""),
        Field::Shares => ("a number of shares", ""),
        _ => ("a number of views", ""),
    };
    let how = match bound {
        Bound::Is(n) => format!("of {n}"),
        Bound::Below(n) => format!("below {n}"),
        Bound::AtMost(n) => format!("of at most {n}"),
        Bound::Above(n) => format!("above {n}"),
        Bound::AtLeast(n) => format!("of at least {n}"),
        Bound::Within(low, high) => format!("from {low} to {high}"),
    };
    format!("{what} {how}{unit}")
}

fn time(field: Field, when: When) -> String {
    let moment = match when {
        When::Ago(count, unit) if field == Field::Since => {
            return format!("in the last {count} {}", unit.word(count));
        }
        When::Ago(count, unit) => return format!("more than {count} {} ago", unit.word(count)),
        When::Today => "the beginning of today (UTC)".to_owned(),
        When::Yesterday => "the beginning of yesterday (UTC)".to_owned(),
        When::Day(date) => format!("the beginning of {date} (UTC)"),
        When::At(moment) => moment.to_string(),
    };
    format!("{} {moment}", if field == Field::Since { "at or after" } else { "before" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn filters_are_said_in_a_sentence() {
        for (text, sentence) in [
            ("", "Every item."),
            ("card", "Items that contain the word \"card\"."),
            (
                "zone:intranet place:it-forum -author:bot \"vpn drops\" NEAR/5 hour lang:en sentiment:<-0.3 reach:>1000 \
                 since:24h status:open assignee:me has:report",
                "Items that are from the zone intranet, and stand in the place \"it-forum\", and are not by \"bot\", and \
                 contain the phrase \"vpn drops\" and the word \"hour\" with at most 5 words between, and are in the \
                 language en, and have a sentiment score below -0.3, and have a reach above 1000 followers, and were \
                 published in the last 24 hours, and have the work status open, and are assigned to you, and have been \
                 reported to moderators.",
            ),
            (
                "pay* or title:\"card decl\"* (not #a or -(x y))",
                "Items that contain a word that begins with \"pay\", or both have a phrase that begins with \"card decl\" \
                 in the title and either are not tagged \"a\" or are not among those that both contain the word \"x\" and \
                 contain the word \"y\".",
            ),
            (
                "-is:reply,edited team:none,sales* before:2026-11-20 before:1d",
                "Items that answer no other item and have not been edited, and belong to the team nobody or a name that \
                 begins with \"sales\", and were published before the beginning of 2026-11-20 (UTC), and were published \
                 more than 1 day ago.",
            ),
        ] {
            assert_eq!(text.parse::<Filter>().unwrap().explain(), sentence);
        }
    }

    #[test]
    fn every_field_can_be_said() {
        for info in crate::field::FIELDS {
            let sentence = info.example.parse::<Filter>().unwrap().explain();
            assert!(sentence.starts_with("Items that ") && sentence.ends_with('.'), "{sentence}");
        }
    }
}
