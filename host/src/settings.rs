//! Checks the settings of a source against the schema that its connector gives.

use hark_config::SourceConfig;
use hark_model::Manifest;
use jsonschema::error::ValidationErrorKind;
use serde_json::Value;

/// Returns what is wrong with the settings of `source`, each with its key and, where one is near,
/// the key that may have been meant.
pub fn problems(source: &SourceConfig, manifest: &Manifest) -> Vec<String> {
    let schema: Value = match serde_json::from_str(&manifest.config_schema) {
        Ok(schema) => schema,
        Err(error) => return vec![format!("the connector's settings schema is no JSON: {error}")],
    };
    let validator = match jsonschema::validator_for(&schema) {
        Ok(validator) => validator,
        Err(error) => return vec![format!("the connector's settings schema is no JSON Schema: {error}")],
    };
    let settings = Value::Object(source.settings.clone());
    let known = known_keys(&schema);
    validator.iter_errors(&settings).map(|error| problem(source, &known, &error)).collect()
}

fn problem(source: &SourceConfig, known: &[&str], error: &jsonschema::ValidationError<'_>) -> String {
    let table = format!("[source.{}.settings]", source.name);
    match error.kind() {
        ValidationErrorKind::AdditionalProperties { unexpected } => {
            let keys: Vec<String> = unexpected.iter().map(|key| with_suggestion(key, known)).collect();
            format!("{table}: the connector does not know {}", keys.join(", "))
        }
        ValidationErrorKind::Required { property } => {
            format!(
                "{table}: {} is missing",
                property.as_str().map_or_else(|| property.to_string(), |key| format!("`{key}`"))
            )
        }
        _ => {
            let key = error.instance_path().as_str().trim_start_matches('/').replace('/', ".");
            if key.is_empty() { format!("{table}: {error}") } else { format!("{table} `{key}`: {error}") }
        }
    }
}

fn known_keys(schema: &Value) -> Vec<&str> {
    let properties = schema.get("properties").and_then(Value::as_object);
    properties.map(|properties| properties.keys().map(String::as_str).collect()).unwrap_or_default()
}

fn with_suggestion(key: &str, known: &[&str]) -> String {
    let nearest =
        known.iter().max_by(|a, b| strsim::jaro_winkler(key, a).total_cmp(&strsim::jaro_winkler(key, b)));
    match nearest {
        Some(near) if strsim::jaro_winkler(key, near) > 0.8 => format!("`{key}` (did you mean `{near}`?)"),
        Some(_) => format!("`{key}` (it knows {})", known.join(", ")),
        None => format!("`{key}`"),
    }
}
