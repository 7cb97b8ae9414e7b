//! What is asked for by `fields=`: names, arguments, fields within fields, other names for them.

use std::collections::BTreeMap;

use super::problem::Problem;

/// A field that is asked for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Field {
    /// Its name.
    pub name: String,
    /// Its arguments: `limit(0)` is `limit` with `0`.
    pub args: BTreeMap<String, String>,
    /// What is asked for within it.
    pub within: Option<Vec<Field>>,
}

impl Field {
    /// Returns the name in the answer.
    pub fn shown_as(&self) -> &str {
        self.args.get("as").unwrap_or(&self.name)
    }
}

/// Parses `id,comments.limit(0).summary(true){id},reactions.type(LOVE).as(love)`.
pub fn parse(text: &str) -> Result<Vec<Field>, Problem> {
    let mut rest = text.trim();
    let fields = list(&mut rest, 0)?;
    if rest.is_empty() { Ok(fields) } else { Err(wrong(rest)) }
}

fn wrong(rest: &str) -> Problem {
    let rest: String = rest.chars().take(20).collect();
    Problem::new(
        2500,
        format!("Syntax error \"Expected end of string instead of \\\"{rest}\\\".\" in the field list"),
    )
}

fn list(rest: &mut &str, depth: u32) -> Result<Vec<Field>, Problem> {
    let mut fields = Vec::new();
    loop {
        fields.push(field(rest, depth)?);
        match rest.strip_prefix(',') {
            Some(more) => *rest = more,
            None => return Ok(fields),
        }
    }
}

fn field(rest: &mut &str, depth: u32) -> Result<Field, Problem> {
    let mut field = Field { name: word(rest)?.to_owned(), ..Field::default() };
    loop {
        if let Some(more) = rest.strip_prefix('.') {
            *rest = more;
            let name = word(rest)?.to_owned();
            let (value, more) =
                rest.strip_prefix('(').and_then(|more| more.split_once(')')).ok_or_else(|| wrong(rest))?;
            field.args.insert(name, value.to_owned());
            *rest = more;
        } else if let Some(more) = rest.strip_prefix('{').filter(|_| field.within.is_none() && depth < 8) {
            *rest = more;
            field.within = Some(list(rest, depth + 1)?);
            *rest = rest.strip_prefix('}').ok_or_else(|| wrong(rest))?;
        } else {
            return Ok(field);
        }
    }
}

fn word<'a>(rest: &mut &'a str) -> Result<&'a str, Problem> {
    let text: &'a str = rest.trim_start();
    let end = text.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(text.len());
    if end == 0 {
        return Err(wrong(text));
    }
    *rest = text[end..].trim_start();
    Ok(&text[..end])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_have_arguments_and_fields() {
        let fields =
            parse("id, comments.limit(0).summary(true){id,from{name}},reactions.type(LOVE).as(love)")
                .unwrap();
        let names: Vec<_> = fields.iter().map(Field::shown_as).collect();
        assert_eq!(names, ["id", "comments", "love"]);
        assert_eq!((fields[1].args["limit"].as_str(), fields[1].args["summary"].as_str()), ("0", "true"));
        let within = fields[1].within.as_ref().unwrap();
        assert_eq!(within[1].within.as_ref().unwrap()[0].name, "name");
        assert_eq!(parse("a{b}.limit(2)").unwrap()[0].args["limit"], "2");
        for bad in ["", "a,", "a{b", "a.limit", "a.limit(1", "a}b", "a b", &"a{".repeat(20)] {
            assert!(parse(bad).is_err(), "{bad}");
        }
    }
}
