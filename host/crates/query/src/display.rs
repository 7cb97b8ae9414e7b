//! A filter in its one canonical form: what addresses and saved views hold.
//!
//! Holds: it reads back as the same filter. `and` is a blank, `not` is a minus.

use std::fmt::{Display, Formatter, Result, Write};

use crate::ast::{Expr, Filter, Near, Test, Value};
use crate::field::{Field, Values};
use crate::name::{NamePattern, Part};
use crate::parse::is_near;
use crate::phrase::Phrase;

impl Display for Filter {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        self.root().map_or(Ok(()), |root| write_expr(root, f))
    }
}

fn write_expr(expr: &Expr, f: &mut Formatter<'_>) -> Result {
    match expr {
        Expr::And(parts) => joined(parts, " ", f, |part, f| match part {
            Expr::Or(_) => bracketed(part, f),
            _ => write_expr(part, f),
        }),
        Expr::Or(parts) => joined(parts, " or ", f, write_expr),
        Expr::Not(part) => {
            f.write_char('-')?;
            match &**part {
                Expr::Test(test) if !matches!(test.inner, Test::Near(_)) => write!(f, "{}", test.inner),
                part => bracketed(part, f),
            }
        }
        Expr::Test(test) => write!(f, "{}", test.inner),
    }
}

fn bracketed(expr: &Expr, f: &mut Formatter<'_>) -> Result {
    f.write_char('(')?;
    write_expr(expr, f)?;
    f.write_char(')')
}

fn joined<T>(
    parts: &[T],
    between: &str,
    f: &mut Formatter<'_>,
    mut write: impl FnMut(&T, &mut Formatter<'_>) -> Result,
) -> Result {
    for (n, part) in parts.iter().enumerate() {
        if n > 0 {
            f.write_str(between)?;
        }
        write(part, f)?;
    }
    Ok(())
}

impl Display for Test {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        match self {
            Self::Phrase(phrase) => write_phrase(phrase, is_bare_word(phrase.text()), f),
            Self::Near(near) => write!(f, "{near}"),
            Self::List(list) => write!(f, "@file:{}", list.name),
            Self::Field(field, values) => write_field(*field, values, f),
        }
    }
}

impl Display for Near {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        joined(&self.phrases, &format!(" NEAR/{} ", self.words_between), f, |phrase, f| {
            write_phrase(phrase, is_bare_word(phrase.text()), f)
        })
    }
}

fn write_field(field: Field, values: &[Value], f: &mut Formatter<'_>) -> Result {
    let sign = match field {
        Field::Tag => Some('#'),
        Field::Mention => Some('@'),
        _ => None,
    };
    if let (Some(sign), [Value::Name(name)]) = (sign, values) {
        f.write_char(sign)?;
        // Behind a sign a star would stand for the end of a name, and `@file:` for a list.
        let is_bare = is_bare_value(name.text()) && !name.text().starts_with("file:");
        return write_name(name, is_bare, f);
    }
    write!(f, "{}:", field.name())?;
    joined(values, ",", f, |value, f| write_value(field, value, f))
}

fn write_value(field: Field, value: &Value, f: &mut Formatter<'_>) -> Result {
    match value {
        Value::Phrase(phrase) => write_phrase(phrase, is_bare_value(phrase.text()), f),
        Value::Name(name) => write_name(name, is_bare_name(field, name), f),
        Value::None => f.write_str("none"),
        Value::Me => f.write_str("me"),
        Value::Choice(word) => f.write_str(word),
        Value::Flag(flag) => f.write_str(flag.info().word),
        Value::Bound(bound) => write!(f, "{bound}"),
        Value::When(when) => write!(f, "{when}"),
        Value::Language(language) => f.write_str(language),
        Value::Item(uid) => write!(f, "{uid}"),
        Value::List { name, .. } => write!(f, "@file:{name}"),
    }
}

fn write_phrase(phrase: &Phrase, is_bare: bool, f: &mut Formatter<'_>) -> Result {
    write_text(phrase.text(), is_bare, f)?;
    if phrase.is_prefix() { f.write_char('*') } else { Ok(()) }
}

fn write_name(name: &NamePattern, is_bare: bool, f: &mut Formatter<'_>) -> Result {
    if name.part() == Part::End {
        f.write_char('*')?;
    }
    write_text(name.text(), is_bare, f)?;
    if name.part() == Part::Start { f.write_char('*') } else { Ok(()) }
}

fn write_text(text: &str, is_bare: bool, f: &mut Formatter<'_>) -> Result {
    if is_bare {
        return f.write_str(text);
    }
    f.write_char('"')?;
    for c in text.chars() {
        if matches!(c, '"' | '\\') {
            f.write_char('\\')?;
        }
        f.write_char(c)?;
    }
    f.write_char('"')
}

/// Tells whether `text` can stand behind a colon as it is.
fn is_bare_value(text: &str) -> bool {
    let ends = |c: char| c.is_whitespace() || matches!(c, '(' | ')' | '"' | ',' | '*');
    !text.is_empty() && !text.contains(ends) && !text.starts_with('@')
}

fn is_bare_name(field: Field, name: &NamePattern) -> bool {
    let Values::Names { none, me } = field.info().values else { return is_bare_value(name.text()) };
    let is_word = name.part() == Part::Whole
        && (none && name.text().eq_ignore_ascii_case("none") || me && name.text().eq_ignore_ascii_case("me"));
    is_bare_value(name.text()) && !is_word
}

/// Tells whether `text` can stand alone as it is: it must not read as an operator, a field or a sign.
fn is_bare_word(text: &str) -> bool {
    let is_operator =
        ["or", "and", "not"].iter().any(|word| text.eq_ignore_ascii_case(word)) || is_near(text);
    let letters = text.trim_start_matches(|c: char| c.is_ascii_alphabetic());
    let is_field = letters.len() < text.len() && letters.starts_with(':');
    // A comma would be fine here; quotes do no harm.
    is_bare_value(text) && !text.starts_with(['-', '#']) && !is_operator && !is_field
}
