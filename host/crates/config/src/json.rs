//! TOML into the JSON that a connector is told.

use serde_json::{Map, Value as Json};
use toml::de::DeValue;

use crate::error::ErrorKind;
use crate::reader::{Section, Value};

/// Returns the table as a JSON object; dates become strings as TOML writes them.
pub(crate) fn object(section: Section<'_, '_>) -> Map<String, Json> {
    let entries = section.entries();
    let pairs =
        entries.into_iter().filter_map(|(key, entry)| Some((key.inner.to_owned(), value(&section, entry)?)));
    pairs.collect()
}

fn value(section: &Section<'_, '_>, entry: Value<&DeValue<'_>>) -> Option<Json> {
    match entry.inner {
        DeValue::String(text) => Some(Json::from(text.as_ref())),
        DeValue::Boolean(yes) => Some(Json::from(*yes)),
        DeValue::Datetime(date) => Some(Json::from(date.to_string())),
        DeValue::Integer(integer) => {
            let (digits, radix) = (integer.as_str(), integer.radix());
            let number = i64::from_str_radix(digits, radix).map(Json::from);
            let number = number.or_else(|_| u64::from_str_radix(digits, radix).map(Json::from)).ok();
            complain_unless(number, section, &entry, "is a number beyond 64 bits")
        }
        DeValue::Float(float) => {
            let number = float.as_str().parse().ok().and_then(serde_json::Number::from_f64).map(Json::Number);
            complain_unless(
                number,
                section,
                &entry,
                "is not a finite number, and a connector's settings are JSON",
            )
        }
        DeValue::Array(list) => {
            let values = list
                .iter()
                .map(|item| value(section, Value { span: item.span(), ..entry.with(item.get_ref()) }));
            // Not short-circuiting: every bad entry is told.
            let values: Vec<Option<Json>> = values.collect();
            values.into_iter().collect::<Option<Vec<Json>>>().map(Json::Array)
        }
        DeValue::Table(table) => {
            let pairs = table.iter().map(|(key, item)| {
                let path = format!("{}.{}", entry.key, key.get_ref());
                let item =
                    Value { inner: item.get_ref(), span: item.span(), key: path, table: entry.table.clone() };
                Some((key.get_ref().to_string(), value(section, item)?))
            });
            let pairs: Vec<Option<(String, Json)>> = pairs.collect();
            pairs.into_iter().collect::<Option<Map<String, Json>>>().map(Json::Object)
        }
    }
}

fn complain_unless(
    json: Option<Json>,
    section: &Section<'_, '_>,
    entry: &Value<&DeValue<'_>>,
    why: &str,
) -> Option<Json> {
    if json.is_none() {
        section.sink.key(ErrorKind::Value, entry, why);
    }
    json
}
