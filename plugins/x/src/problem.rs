//! What X's errors mean. Its statuses alone do not say: a 429 may be a pause of minutes or the end of the month,
//! a 403 a matter of the app, of the token or of one post.

use hark_sdk::http::Response;
use hark_sdk::json;
use hark_sdk::prelude::*;
use hark_sdk::types::AuthProblem;
use serde_json::{Map, Value};

use crate::limits;

/// An error of X: a problem document, or the older list.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Problem {
    title: Option<String>,
    detail: Option<String>,
    #[serde(rename = "type")]
    kind: Option<String>,
    reason: Option<String>,
    errors: Vec<Entry>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
struct Entry {
    message: Option<String>,
    detail: Option<String>,
    parameters: Map<String, Value>,
}

impl Problem {
    /// Reads the error of an answer, empty where it has none.
    pub fn of(response: &Response) -> Self {
        json::parse(response.body()).unwrap_or_default()
    }

    /// Tells whether it is X's problem of that name: the end of its `type`.
    pub fn is(&self, name: &str) -> bool {
        self.kind.as_deref().and_then(|kind| kind.rsplit('/').next()) == Some(name)
    }

    /// Tells whether the parameter `name` is what is wrong.
    pub fn is_about(&self, name: &str) -> bool {
        self.errors.iter().any(|entry| entry.parameters.contains_key(name))
    }

    /// Returns X's own words, "" without any.
    pub fn words(&self) -> String {
        let of_entries =
            self.errors.iter().filter_map(|entry| entry.message.as_ref().or(entry.detail.as_ref()));
        let words: Vec<&str> =
            of_entries.chain(&self.detail).chain(&self.title).map(String::as_str).take(2).collect();
        words.join("; ")
    }

    fn says(&self, part: &str) -> bool {
        self.words().to_lowercase().contains(part)
    }
}

/// Returns the fault of an answer, none if it is good. `bucket` names the limit it counts against.
pub fn fault(response: &Response, bucket: &str) -> Option<Fault> {
    let status = response.status();
    if (200..300).contains(&status) {
        return None;
    }
    let problem = Problem::of(response);
    let words = problem.words();
    let detail = if words.is_empty() {
        format!("status {status}; {}", response.quote())
    } else {
        format!("status {status}: {words}")
    };
    Some(match status {
        400 => bad_request(&problem, detail),
        401 => Fault::auth(AuthWhy::Expired, format!("{detail}; X takes this token no longer, or never did")),
        403 => forbidden(&problem, detail),
        404 => Fault::NotFound(detail),
        429 if problem.is("usage-capped") || problem.says("usage cap") => Fault::quota_exhausted(
            None,
            "usage",
            format!("{detail}; X reads no more for this account for now"),
        ),
        429 => Fault::rate_limited(resets_at(response).or(response.retry_at()), bucket, detail),
        _ => response.fault().unwrap_or_else(|| Fault::protocol(detail)),
    })
}

fn bad_request(problem: &Problem, detail: String) -> Fault {
    if problem.is_about("query") {
        return Fault::config("query", detail);
    }
    let of_range = ["since_id", "until_id", "start_time", "next_token", "pagination_token"];
    if of_range.iter().any(|name| problem.is_about(name)) {
        return Fault::StaleCursor(detail);
    }
    if problem.is_about("id") {
        return Fault::config("user_id", detail);
    }
    Fault::protocol(detail)
}

fn forbidden(problem: &Problem, detail: String) -> Fault {
    if problem.is("client-forbidden") || problem.reason.as_deref() == Some("client-not-enrolled") {
        let what = "enrol the app of this token in a plan that has this address, at developer.x.com";
        return Fault::config("credentials.bearer-token", format!("{detail}; {what}"));
    }
    if problem.is("unsupported-authentication") {
        let what = "bind the token of a user, or set user_id for mentions";
        return Fault::config("credentials.bearer-token", format!("{detail}; {what}"));
    }
    if problem.is("not-authorized-for-resource") {
        return Fault::NotFound(format!("{detail}; it is protected"));
    }
    let why = if problem.says("not permitted") || problem.says("scope") {
        AuthWhy::Scope
    } else {
        AuthWhy::Forbidden
    };
    let scope = (why == AuthWhy::Scope).then(|| "tweet.read users.read".to_owned());
    Fault::Auth(AuthProblem { why, scope, detail })
}

/// Returns how many requests are left in this window.
pub fn limit_left(response: &Response) -> Option<u64> {
    response.header("x-rate-limit-remaining")?.trim().parse().ok()
}

/// Returns when the window ends: never before now, and never later than the longest pause that is heeded.
pub fn resets_at(response: &Response) -> Option<Ms> {
    let secs: i64 = response.header("x-rate-limit-reset")?.trim().parse().ok()?;
    let now = response.received_at();
    Some(secs.saturating_mul(1000).clamp(now, now.saturating_add(limits::LIMIT_MS_MAX)))
}
