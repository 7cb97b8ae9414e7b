//! Settings of a source: JSON from the host to a typed value, and the type's JSON Schema.

use schemars::JsonSchema;
use serde::de::DeserializeOwned;

use crate::types::Fault;

/// Parses the settings of a source; a fault names the field that is wrong, as in `feeds[2]`.
pub fn parse_settings<S: DeserializeOwned>(config: &str) -> Result<S, Fault> {
    let text = if config.trim().is_empty() { "{}" } else { config };
    let mut json = serde_json::Deserializer::from_str(text);
    let parsed = serde_path_to_error::deserialize(&mut json).map_err(|error| {
        let path = error.path().to_string();
        Fault::config(if path == "." { "" } else { &path }, plain(&error.into_inner()))
    })?;
    json.end().map_err(|error| Fault::config("", plain(&error)))?;
    Ok(parsed)
}

/// Returns the JSON Schema (2020-12) of `S` as text.
pub fn schema_of<S: JsonSchema>() -> String {
    schemars::schema_for!(S).as_value().to_string()
}

/// The operator never saw the JSON, so its line and column would only mislead.
fn plain(error: &serde_json::Error) -> String {
    let text = error.to_string();
    match text.rfind(" at line ") {
        Some(end) => text[..end].to_owned(),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::ConfigProblem;

    #[derive(Debug, serde::Deserialize, JsonSchema)]
    #[serde(deny_unknown_fields)]
    #[allow(dead_code)]
    struct Settings {
        feeds: Vec<String>,
        #[serde(default)]
        pages: u8,
    }

    #[test]
    fn a_wrong_setting_is_named() {
        for (config, field, detail) in [
            ("", "", "missing field `feeds`"),
            ("{}", "", "missing field `feeds`"),
            (r#"{"feeds":["a",2]}"#, "feeds[1]", "invalid type: integer `2`, expected a string"),
            (r#"{"feeds":[],"pages":300}"#, "pages", "invalid value: integer `300`, expected u8"),
            (r#"{"feeds":[],"page":3}"#, "page", "unknown field `page`, expected `feeds` or `pages`"),
            (r#"{"feeds":[]} x"#, "", "trailing characters"),
        ] {
            let want = Fault::Config(ConfigProblem { field: field.into(), detail: detail.into() });
            assert_eq!(parse_settings::<Settings>(config).unwrap_err(), want, "config: {config}");
        }
        assert_eq!(parse_settings::<Settings>(r#"{"feeds":["a"]}"#).unwrap().feeds, ["a"]);
    }

    #[test]
    fn the_schema_is_that_of_the_struct() {
        let schema: serde_json::Value = serde_json::from_str(&schema_of::<Settings>()).unwrap();
        assert_eq!(schema["$schema"], "https://json-schema.org/draft/2020-12/schema");
        assert_eq!(schema["required"], serde_json::json!(["feeds"]));
        assert_eq!(schema["additionalProperties"], false);
    }
}
