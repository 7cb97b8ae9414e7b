//! What an error of the Graph API means.
//!
//! Holds: the class follows from `code` and `error_subcode`, never from the status: Meta answers 400 to a bad
//! token, to a limit and to a wrong field alike.

use hark_sdk::types::{AuthProblem, AuthWhy, Fault, Ms};
use serde::Deserialize;

use crate::limits;

/// An error as the Graph API says it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
pub struct GraphError {
    #[serde(default)]
    pub message: String,
    pub code: i64,
    #[serde(default, rename = "error_subcode")]
    pub subcode: Option<i64>,
    #[serde(default, rename = "fbtrace_id")]
    pub trace: Option<String>,
    #[serde(default)]
    pub is_transient: Option<bool>,
}

/// What an error asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// The token does not do.
    Auth(AuthWhy),
    /// It may pass by itself.
    Transient,
    /// Too many calls.
    Limited,
    /// The object is not there, or not for us.
    Gone,
    /// A setting is wrong.
    Config(&'static str),
    /// The platform does not want it.
    Refused,
    /// The page token is no longer good.
    StaleToken,
    /// Nothing that is known.
    Unknown,
}

impl GraphError {
    /// Returns the class.
    pub fn class(&self) -> Class {
        match (self.code, self.subcode) {
            (190 | 102, subcode) => Class::Auth(why_not(subcode)),
            (104 | 2500, _) if self.message.contains("access token") => Class::Auth(AuthWhy::Missing),
            (3 | 10 | 200..=299, _) => Class::Auth(AuthWhy::Scope),
            (1 | 2, _) => Class::Transient,
            (4 | 17 | 32 | 341 | 613 | 80_000..=80_014, _) => Class::Limited,
            (100, Some(33)) | (803, _) => Class::Gone,
            (2642, _) => Class::StaleToken,
            (100, _) if self.message.to_ascii_lowercase().contains("cursor") => Class::StaleToken,
            // The app demands a proof, or the secret that it was made with is another.
            (100, _) if self.message.contains("appsecret_proof") => Class::Config("credentials.app-secret"),
            (100, _) => Class::Config("page"),
            (12 | 2500 | 2635, _) => Class::Config("version"),
            (368 | 506, _) => Class::Refused,
            _ if self.is_transient == Some(true) => Class::Transient,
            _ => Class::Unknown,
        }
    }

    /// Tells whether the page that was asked for is too heavy for the platform.
    pub fn is_too_much(&self) -> bool {
        self.code == 1 && self.message.to_ascii_lowercase().contains("reduce the amount of data")
    }

    /// Returns the fault; `until` is when a limit ends.
    pub fn fault(&self, until: Ms) -> Fault {
        let detail = self.to_string();
        match self.class() {
            Class::Auth(why) => {
                let scope = (why == AuthWhy::Scope).then(|| self.scope()).flatten();
                Fault::Auth(AuthProblem { why, scope, detail })
            }
            Class::Transient => Fault::transient(detail),
            Class::Limited => Fault::rate_limited(Some(until), format!("code {}", self.code), detail),
            Class::Gone => Fault::NotFound(detail),
            Class::Config(field) => Fault::config(field, detail),
            Class::Refused => Fault::Refused(detail),
            Class::StaleToken => Fault::transient(detail),
            Class::Unknown => Fault::protocol(detail),
        }
    }

    /// Returns the permission that the message names.
    fn scope(&self) -> Option<String> {
        let is_name = |word: &&str| word.starts_with("pages_") && word.len() > "pages_".len();
        let mut words = self.message.split(|c: char| !c.is_ascii_lowercase() && c != '_');
        words.find(is_name).map(str::to_owned)
    }
}

/// Why a token is no longer good, by the subcode.
fn why_not(subcode: Option<i64>) -> AuthWhy {
    match subcode {
        // 458 app removed, 459 checkpoint, 460 password changed, 461 reinstalled, 464 unconfirmed, 466 revoked,
        // 492 no longer in that role.
        Some(458..=461 | 464..=466 | 492) => AuthWhy::Revoked,
        _ => AuthWhy::Expired,
    }
}

impl std::fmt::Display for GraphError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Graph API error {}", self.code)?;
        if let Some(subcode) = self.subcode {
            write!(f, "/{subcode}")?;
        }
        let message: String = self.message.chars().take(limits::MESSAGE_CHARS_MAX).collect();
        write!(f, ": {message}")?;
        match &self.trace {
            Some(trace) => write!(f, " (trace {})", trace.chars().take(64).collect::<String>()),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(code: i64, subcode: Option<i64>, message: &str) -> GraphError {
        GraphError { code, subcode, message: message.to_owned(), ..GraphError::default() }
    }

    #[test]
    fn the_class_follows_from_code_and_subcode() {
        use AuthWhy::{Expired, Missing, Revoked, Scope};
        for (code, subcode, class) in [
            (190, None, Class::Auth(Expired)),
            (190, Some(458), Class::Auth(Revoked)),
            (190, Some(460), Class::Auth(Revoked)),
            (190, Some(463), Class::Auth(Expired)),
            (190, Some(467), Class::Auth(Expired)),
            (190, Some(492), Class::Auth(Revoked)),
            (102, None, Class::Auth(Expired)),
            (104, None, Class::Auth(Missing)),
            (3, None, Class::Auth(Scope)),
            (10, None, Class::Auth(Scope)),
            (200, None, Class::Auth(Scope)),
            (283, None, Class::Auth(Scope)),
            (299, None, Class::Auth(Scope)),
            (300, None, Class::Unknown),
            (1, None, Class::Transient),
            (2, None, Class::Transient),
            (4, None, Class::Limited),
            (17, None, Class::Limited),
            (32, None, Class::Limited),
            (341, None, Class::Limited),
            (613, None, Class::Limited),
            (80_001, None, Class::Limited),
            (100, Some(33), Class::Gone),
            (803, None, Class::Gone),
            (100, None, Class::Config("page")),
            (12, None, Class::Config("version")),
            (2635, None, Class::Config("version")),
            (2642, None, Class::StaleToken),
            (368, None, Class::Refused),
            (506, None, Class::Refused),
            (99_999, None, Class::Unknown),
        ] {
            let message = if code == 104 { "An access token is required" } else { "x" };
            assert_eq!(error(code, subcode, message).class(), class, "{code}/{subcode:?}");
        }
        let passing = GraphError { is_transient: Some(true), ..error(99_999, None, "x") };
        assert_eq!(passing.class(), Class::Transient);
        assert_eq!(error(100, None, "Invalid cursor").class(), Class::StaleToken);
        let unproved = error(100, None, "API calls from the server require an appsecret_proof argument");
        assert_eq!(unproved.class(), Class::Config("credentials.app-secret"));
    }

    #[test]
    fn the_missing_permission_is_named() {
        let message = "(#10) This endpoint requires the 'pages_read_engagement' permission or the 'Page Public Content Access' feature";
        match error(10, None, message).fault(0) {
            Fault::Auth(problem) => assert_eq!(problem.scope.as_deref(), Some("pages_read_engagement")),
            other => panic!("{other:?}"),
        }
        assert_eq!(error(200, None, "(#200) Provide valid app ID").scope(), None);
    }

    #[test]
    fn the_detail_is_bounded_and_names_the_trace() {
        let long =
            GraphError { trace: Some("A1b2C3".to_owned()), ..error(190, Some(463), &"x".repeat(5_000)) };
        let text = long.to_string();
        assert!(
            text.starts_with("Graph API error 190/463: xxx") && text.ends_with("(trace A1b2C3)"),
            "{text}"
        );
        assert!(text.len() < 400, "{}", text.len());
    }
}
