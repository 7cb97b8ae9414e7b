//! What was asked of a double, and whether a decent client would have asked so.
//!
//! Holds: a secret is never in the log; two runs of one script leave the same log.

use serde::Serialize;

use crate::Ms;

/// One request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Entry {
    /// Its number, from 1.
    pub number: u64,
    /// When, by the double's clock.
    pub at: Ms,
    /// Its method.
    pub method: String,
    /// Its path.
    pub path: String,
    /// Its query, "" without one; secrets are masked.
    pub query: String,
    /// How it called itself.
    pub user_agent: Option<String>,
    /// How it proved itself: the first word of `Authorization`.
    pub authorization: Option<String>,
    /// Status of the answer; none when the connection was reset.
    pub status: Option<u16>,
    /// What went wrong on order.
    pub fault: Option<String>,
    /// It came when the allowance was used up already, and the client had been told so.
    pub over_limit: bool,
    /// A token stood in its address.
    pub secret_in_url: bool,
}

/// Returns what no decent client does, one line for each: an address that is not in `allowed` (`GET /2/tweets`,
/// `*` for the rest of a path), no `User-Agent`, a secret in an address, a request over the limit.
pub fn violations(log: &[Entry], allowed: &[&str]) -> Vec<String> {
    log.iter().flat_map(|entry| entry.violations(allowed)).collect()
}

impl Entry {
    fn violations(&self, allowed: &[&str]) -> Vec<String> {
        let asked = format!("{} {}", self.method, self.path);
        let is_allowed = |pattern: &&str| match pattern.strip_suffix('*') {
            Some(start) => asked.starts_with(start),
            None => asked == **pattern,
        };
        let wrong = [
            (!allowed.is_empty() && !allowed.iter().any(is_allowed), "is not allowed"),
            (self.user_agent.as_deref().unwrap_or_default().is_empty(), "has no User-Agent"),
            (self.secret_in_url, "has a secret in its address"),
            (self.over_limit, "came although the limit was used up"),
        ];
        let said = wrong.into_iter().filter(|(is_so, _)| *is_so);
        said.map(|(_, why)| format!("request {}: {asked} {why}", self.number)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_no_decent_client_does_is_named() {
        let good = Entry {
            number: 1,
            at: 0,
            method: "GET".into(),
            path: "/2/tweets/search/recent".into(),
            query: String::new(),
            user_agent: Some("Hark/0.1".into()),
            authorization: Some("Bearer".into()),
            status: Some(200),
            fault: None,
            over_limit: false,
            secret_in_url: false,
        };
        for (entry, allowed, want) in [
            (good.clone(), &[][..], None),
            (good.clone(), &["GET /2/tweets/search/*"], None),
            (good.clone(), &["GET /2/tweets", "POST *"], Some("is not allowed")),
            (Entry { user_agent: None, ..good.clone() }, &[], Some("no User-Agent")),
            (Entry { secret_in_url: true, ..good.clone() }, &[], Some("a secret")),
            (Entry { over_limit: true, ..good.clone() }, &[], Some("used up")),
        ] {
            let said = violations(&[entry], allowed);
            assert_eq!(said.len(), usize::from(want.is_some()), "{said:?}");
            assert!(want.is_none_or(|want| said[0].contains(want)), "{said:?}");
        }
    }
}
