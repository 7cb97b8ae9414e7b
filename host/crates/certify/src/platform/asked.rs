//! What a request asks a listing for: its path, and its parameters wherever they stand.

use hark_cassette::{HttpAsked, Listing, Method};
use serde_json::Value;
use url::Url;

/// A request that is of a listing.
pub struct Asked {
    url: Url,
    parameters: Vec<(String, String)>,
}

impl Asked {
    /// Reads a request; none if the listing does not answer it.
    pub fn read(listing: &Listing, asked: &HttpAsked) -> Option<Self> {
        let url = Url::parse(&asked.url).ok()?;
        if asked.method != listing.method.as_str() || fits(&listing.path, url.path()).is_none() {
            return None;
        }
        let mut parameters: Vec<(String, String)> = url.query_pairs().into_owned().collect();
        if listing.method == Method::Post {
            parameters.extend(in_body(asked.body.as_deref().unwrap_or_default()));
        }
        let has = |(name, value): (&String, &String)| {
            parameters.iter().any(|(known, given)| known == name && given == value)
        };
        listing.with.iter().all(has).then_some(Self { url, parameters })
    }

    /// Returns the parameter that `name` names, if it names one.
    pub fn get(&self, name: Option<&String>) -> Option<&str> {
        let name = name?;
        self.parameters.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// Returns the same parameter as a number.
    pub fn number(&self, name: Option<&String>) -> Option<usize> {
        self.get(name)?.parse().ok()
    }

    /// Returns the address that asks the same with another value of the parameter `name`.
    pub fn address_with(&self, name: &str, value: &str) -> String {
        let mut url = self.url.clone();
        let kept = self.url.query_pairs().filter(|(known, _)| known != name);
        url.query_pairs_mut().clear().extend_pairs(kept).append_pair(name, value);
        url.into()
    }
}

/// Returns what stands where `pattern` has its `*`; none if `path` does not fit.
pub fn fits<'p>(pattern: &str, path: &'p str) -> Option<Vec<&'p str>> {
    let (wanted, given) = (pattern.split('/'), path.split('/'));
    if wanted.clone().count() != given.clone().count() {
        return None;
    }
    let mut stars = Vec::new();
    for (wanted, given) in wanted.zip(given) {
        match wanted.split_once('*') {
            Some((before, after)) => stars.push(given.strip_prefix(before)?.strip_suffix(after)?),
            None if wanted == given => {}
            None => return None,
        }
    }
    Some(stars)
}

fn in_body(body: &[u8]) -> Vec<(String, String)> {
    match serde_json::from_slice(body) {
        Ok(Value::Object(fields)) => {
            fields.into_iter().filter_map(|(name, value)| Some((name, super::word(&value)?))).collect()
        }
        _ => url::form_urlencoded::parse(body).into_owned().collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_fit_part_by_part() {
        for (pattern, path, want) in [
            ("/posts", "/posts", Some(vec![])),
            ("/posts/*.json", "/posts/7.json", Some(vec!["7"])),
            ("/recent/*", "/recent/day", Some(vec!["day"])),
            ("/recent/*", "/recent/day/2", None),
            ("/posts/*.json", "/posts/7.xml", None),
        ] {
            assert_eq!(fits(pattern, path), want, "{pattern} {path}");
        }
    }

    #[test]
    fn parameters_stand_in_the_query_and_in_bodies() {
        let listing = r#"{"stream":"s","method":"POST","path":"/m","with":{"c":"C1"},"format":"json","items":"","id":"/i","text":"/t"}"#;
        let listing: Listing = serde_json::from_str(listing).unwrap();
        let ask = |method: &str, url: &str, body: &str| {
            let asked = HttpAsked {
                method: method.to_owned(),
                url: url.to_owned(),
                body: Some(body.as_bytes().to_vec()),
                ..HttpAsked::default()
            };
            let asked = Asked::read(&listing, &asked)?;
            asked.get(Some(&"n".to_owned())).map(str::to_owned)
        };
        assert_eq!(ask("POST", "https://x.example/m?c=C1", "n=a%20b"), Some("a b".to_owned()));
        assert_eq!(ask("POST", "https://x.example/m", r#"{"c":"C1","n":3}"#), Some("3".to_owned()));
        assert_eq!(ask("POST", "https://x.example/m", "c=C2&n=1"), None);
        assert_eq!(ask("GET", "https://x.example/m?c=C1&n=1", ""), None);
    }
}
