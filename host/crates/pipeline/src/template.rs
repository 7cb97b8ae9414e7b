//! Fills settings into the patterns of a manifest: `tls://{host}:{port}`.

use serde_json::{Map, Value};

/// Why a pattern of the manifest has no value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TemplateError {
    /// The settings lack a field that the pattern names.
    #[error("the manifest's pattern {pattern:?} needs the setting `{field}`, which is not set")]
    Missing {
        /// The pattern as the manifest has it.
        pattern: String,
        /// The field.
        field: String,
    },
    /// The field holds something that cannot stand in an address.
    #[error(
        "the setting `{field}` cannot stand in the manifest's pattern {pattern:?}: it is neither a text, a number nor a list of texts"
    )]
    Type {
        /// The pattern as the manifest has it.
        pattern: String,
        /// The field.
        field: String,
    },
    /// A bracket is open.
    #[error("the manifest's pattern {0:?} has a bracket that does not close")]
    Open(String),
}

/// Returns `settings` with the defaults of the connector's `schema` for what is not set, so that a
/// pattern may name a field that the operator leaves out.
pub fn with_defaults(settings: &Map<String, Value>, schema: &str) -> Map<String, Value> {
    let schema: Value = serde_json::from_str(schema).unwrap_or(Value::Null);
    let properties = schema.get("properties").and_then(Value::as_object);
    let mut filled = settings.clone();
    for (field, property) in properties.into_iter().flatten() {
        if let Some(default) = property.get("default") {
            filled.entry(field.clone()).or_insert_with(|| default.clone());
        }
    }
    filled
}

/// Returns `pattern` with every `{field}` replaced: one text for each entry where a field is a list.
pub fn fill(pattern: &str, settings: &Map<String, Value>) -> Result<Vec<String>, TemplateError> {
    let mut filled = vec![String::new()];
    let mut rest = pattern;
    while let Some((before, field, after)) = next_field(pattern, rest)? {
        let values = values_of(pattern, field, settings)?;
        filled = filled
            .iter()
            .flat_map(|head| values.iter().map(move |value| format!("{head}{before}{value}")))
            .collect();
        rest = after;
    }
    for text in &mut filled {
        text.push_str(rest);
    }
    Ok(filled)
}

type Parts<'a> = Option<(&'a str, &'a str, &'a str)>;

fn next_field<'a>(pattern: &str, rest: &'a str) -> Result<Parts<'a>, TemplateError> {
    let Some((before, behind)) = rest.split_once('{') else { return Ok(None) };
    let (field, after) = behind.split_once('}').ok_or_else(|| TemplateError::Open(pattern.to_owned()))?;
    Ok(Some((before, field, after)))
}

fn values_of(
    pattern: &str,
    field: &str,
    settings: &Map<String, Value>,
) -> Result<Vec<String>, TemplateError> {
    let wrong_type = || TemplateError::Type { pattern: pattern.to_owned(), field: field.to_owned() };
    let one = |value: &Value| match value {
        Value::String(text) => Ok(text.clone()),
        Value::Number(number) => Ok(number.to_string()),
        _ => Err(wrong_type()),
    };
    match settings.get(field) {
        None | Some(Value::Null) => {
            Err(TemplateError::Missing { pattern: pattern.to_owned(), field: field.to_owned() })
        }
        Some(Value::Array(list)) => list.iter().map(one).collect(),
        Some(value) => Ok(vec![one(value)?]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(json: &str) -> Map<String, Value> {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn fields_are_filled_in_one_by_one() {
        let settings =
            settings(r#"{"host":"mail.example.com","port":993,"feeds":["https://a","https://b"]}"#);
        assert_eq!(fill("tls://{host}:{port}", &settings).unwrap(), ["tls://mail.example.com:993"]);
        assert_eq!(fill("{feeds}/x", &settings).unwrap(), ["https://a/x", "https://b/x"]);
        assert_eq!(fill("https://plain", &settings).unwrap(), ["https://plain"]);
    }

    #[test]
    fn what_is_left_out_has_the_default_of_the_schema() {
        let schema = r#"{"properties":{"host":{},"port":{"default":993}}}"#;
        let filled = with_defaults(&settings(r#"{"host":"a"}"#), schema);
        assert_eq!(fill("tls://{host}:{port}", &filled).unwrap(), ["tls://a:993"]);
        let set = with_defaults(&settings(r#"{"host":"a","port":1}"#), schema);
        assert_eq!(fill("tls://{host}:{port}", &set).unwrap(), ["tls://a:1"]);
        assert_eq!(with_defaults(&set, "no json"), set);
    }

    #[test]
    fn what_is_missing_is_named() {
        let error = fill("tls://{host}:1", &settings("{}")).unwrap_err();
        assert_eq!(
            error.to_string(),
            "the manifest's pattern \"tls://{host}:1\" needs the setting `host`, which is not set"
        );
        assert!(matches!(fill("{a", &settings("{}")), Err(TemplateError::Open(_))));
        assert!(matches!(fill("{a}", &settings(r#"{"a":{}}"#)), Err(TemplateError::Type { .. })));
    }
}
