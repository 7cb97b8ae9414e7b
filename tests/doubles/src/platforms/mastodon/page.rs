//! Pages: by `max_id`, `since_id` and `min_id`, with the addresses of the next ones in the `Link` header.

use std::collections::BTreeMap;

use axum::http::request::Parts;
use axum::response::Response;
use serde_json::Value;

use crate::reply;

/// Parameters of a query, lists with their `[]`.
pub type Parameters = Vec<(String, String)>;

/// Returns the parameters of a request.
pub fn parameters(request: &Parts) -> Parameters {
    let query = request.uri.query().unwrap_or_default();
    url::form_urlencoded::parse(query.as_bytes()).into_owned().collect()
}

/// Returns the last value of a parameter.
pub fn value<'a>(parameters: &'a Parameters, name: &str) -> Option<&'a str> {
    parameters.iter().rev().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
}

/// Returns all values of a list, however it is written: `types[]`, `types`.
pub fn values<'a>(parameters: &'a Parameters, name: &str) -> Vec<&'a str> {
    let is_it = |known: &str| known.strip_suffix("[]").unwrap_or(known) == name;
    parameters.iter().filter(|(known, _)| is_it(known)).map(|(_, value)| value.as_str()).collect()
}

/// Tells whether a switch is on.
pub fn is_on(parameters: &Parameters, name: &str) -> bool {
    value(parameters, name).is_some_and(|value| matches!(value, "true" | "True" | "1"))
}

/// Which page is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Asked {
    max_id: Option<u64>,
    since_id: Option<u64>,
    min_id: Option<u64>,
    limit: usize,
}

impl Asked {
    /// Reads which page is asked for; a limit above `most` is `most`.
    pub fn read(parameters: &Parameters, default: usize, most: usize) -> Self {
        let number = |name: &str| value(parameters, name).and_then(|id| id.parse().ok());
        let limit = value(parameters, "limit").and_then(|limit| limit.parse().ok()).unwrap_or(default);
        Self {
            max_id: number("max_id"),
            since_id: number("since_id"),
            min_id: number("min_id"),
            limit: limit.clamp(1, most),
        }
    }

    /// Returns the id below which the page lies, so that what is newer need not be made.
    pub fn below(&self) -> Option<u64> {
        self.max_id
    }

    /// Chooses the page out of things by id, newest first: `since_id` is a floor under the newest, while
    /// `min_id` is what the page follows immediately.
    pub fn choose<T>(&self, newest_first: impl Iterator<Item = (u64, T)>) -> Vec<(u64, T)> {
        let above = self.min_id.or(self.since_id);
        let fitting = newest_first
            .skip_while(|(id, _)| self.max_id.is_some_and(|max| *id >= max))
            .take_while(|(id, _)| above.is_none_or(|above| *id > above));
        match self.min_id {
            None => fitting.take(self.limit).collect(),
            Some(_) => {
                let mut all: Vec<_> = fitting.collect();
                all.drain(..all.len().saturating_sub(self.limit));
                all
            }
        }
    }
}

/// Returns a page of entities as an answer, with the addresses of those around it.
pub fn answer(request: &Parts, parameters: &Parameters, page: Vec<(u64, Value)>) -> Response {
    let (first, last) = (page.first().map(|(id, _)| *id), page.last().map(|(id, _)| *id));
    let entities: Vec<Value> = page.into_iter().map(|(_, entity)| entity).collect();
    let response = reply::json(200, &Value::Array(entities));
    match (first, last) {
        (Some(first), Some(last)) => {
            let next = address(request, parameters, "max_id", last);
            let prev = address(request, parameters, "min_id", first);
            let link = format!("<{next}>; rel=\"next\", <{prev}>; rel=\"prev\"");
            reply::and_headers(response, &[("link", link)])
        }
        _ => response,
    }
}

/// Returns the address of another page: where the client found this one.
fn address(request: &Parts, parameters: &Parameters, name: &str, id: u64) -> String {
    let host = request.headers.get("host").and_then(|host| host.to_str().ok()).unwrap_or("127.0.0.1");
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    for (known, value) in parameters {
        if !matches!(known.as_str(), "max_id" | "since_id" | "min_id") {
            query.append_pair(known, value);
        }
    }
    query.append_pair(name, &id.to_string());
    format!("http://{host}{}?{}", request.uri.path(), query.finish())
}

/// Returns the fields of a form or of a JSON object, all values as text; lists keep the last value.
pub fn form(request: &Parts, body: &[u8]) -> BTreeMap<String, String> {
    let kind = request.headers.get("content-type").and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    if kind.starts_with("application/json") {
        let Ok(Value::Object(fields)) = serde_json::from_slice(body) else { return BTreeMap::new() };
        let text = |value: Value| match value {
            Value::String(text) => text,
            other => other.to_string(),
        };
        return fields
            .into_iter()
            .filter(|(_, value)| !value.is_null())
            .map(|(name, value)| (name, text(value)))
            .collect();
    }
    url::form_urlencoded::parse(body).into_owned().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(query: &[(&str, &str)]) -> Vec<u64> {
        let parameters: Parameters =
            query.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let all = (1..=9).rev().map(|id| (id, ()));
        Asked::read(&parameters, 3, 4).choose(all).into_iter().map(|(id, ())| id).collect()
    }

    #[test]
    fn pages_are_chosen_as_mastodon_does() {
        assert_eq!(chosen(&[]), [9, 8, 7]);
        assert_eq!(chosen(&[("max_id", "7")]), [6, 5, 4]);
        assert_eq!(chosen(&[("since_id", "4")]), [9, 8, 7], "with a gap down to 4");
        assert_eq!(chosen(&[("min_id", "4")]), [7, 6, 5], "without one");
        assert_eq!(chosen(&[("min_id", "4"), ("max_id", "6")]), [5]);
        assert_eq!(chosen(&[("min_id", "9")]), [0; 0]);
        assert_eq!(chosen(&[("limit", "100")]), [9, 8, 7, 6]);
    }
}
