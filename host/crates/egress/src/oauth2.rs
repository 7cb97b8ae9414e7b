//! OAuth 2.0 towards a token endpoint (RFC 6749): what is asked, and what its answer means.
//!
//! Holds: of what an endpoint says, nothing but tokens, their life and a known error word is taken. Not here: when
//! to ask, where a token is kept.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use url::form_urlencoded;
use zeroize::Zeroizing;

use crate::{Secret, limits};

/// A client of a token endpoint, with its secrets.
#[derive(Clone)]
pub(crate) struct Oauth2Client {
    pub(crate) token_url: String,
    pub(crate) client_id: String,
    pub(crate) client_secret: Option<Zeroizing<String>>,
    /// As the operator gave it; absent means that the client asks for itself.
    pub(crate) refresh_token: Option<Zeroizing<String>>,
    pub(crate) scope: Option<String>,
    pub(crate) client_in_form: bool,
}

/// A question to a token endpoint.
pub(crate) struct TokenQuestion {
    /// The value of `Authorization`.
    pub(crate) authorization: Option<Zeroizing<String>>,
    /// The body, a form.
    pub(crate) form: Zeroizing<String>,
}

/// What a token endpoint gave.
pub(crate) struct Issued {
    pub(crate) access: Secret,
    /// A new one that takes the place of the one that asked.
    pub(crate) refresh: Option<Zeroizing<String>>,
    pub(crate) life: Option<Duration>,
}

/// Why there is no token.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum TokenFault {
    /// The endpoint will not give one until somebody does something.
    #[error("the token endpoint says {0}")]
    Refused(String),
    /// It may the next time.
    #[error("the token endpoint: {0}")]
    Later(String),
}

impl Oauth2Client {
    /// Returns the words that tell this client from every other, secrets among them. Who has the same refresh token
    /// is the same client, whatever it asks for: only one of two could renew it.
    pub(crate) fn words(&self) -> [&str; 4] {
        let token = self.refresh_token.as_deref().map(String::as_str);
        let (kind, word) = match token {
            Some(token) => ("refresh", token),
            None => ("client", self.scope.as_deref().unwrap_or_default()),
        };
        [&self.token_url, &self.client_id, kind, word]
    }

    /// Returns the question that gets a token: by `refresh`, or for the client itself.
    pub(crate) fn question(&self, refresh: Option<&str>) -> TokenQuestion {
        let mut form = form_urlencoded::Serializer::new(String::new());
        match refresh {
            Some(token) => {
                form.append_pair("grant_type", "refresh_token").append_pair("refresh_token", token)
            }
            None => form.append_pair("grant_type", "client_credentials"),
        };
        if let Some(scope) = &self.scope {
            form.append_pair("scope", scope);
        }
        let secret = self.client_secret.as_deref();
        let in_header = secret.filter(|_| !self.client_in_form);
        if in_header.is_none() {
            form.append_pair("client_id", &self.client_id);
            if let Some(secret) = secret {
                form.append_pair("client_secret", secret);
            }
        }
        let authorization = in_header.map(|secret| basic(&self.client_id, secret));
        TokenQuestion { authorization, form: Zeroizing::new(form.finish()) }
    }
}

/// RFC 6749, 2.3.1: both are written as in a form before they are joined.
fn basic(id: &str, secret: &str) -> Zeroizing<String> {
    let part =
        |text: &str| Zeroizing::new(form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>());
    let pair = Zeroizing::new(format!("{}:{}", &*part(id), &*part(secret)));
    Zeroizing::new(format!("Basic {}", STANDARD.encode(&*pair)))
}

#[derive(Deserialize)]
struct Given {
    access_token: String,
    token_type: Option<String>,
    expires_in: Option<serde_json::Value>,
    refresh_token: Option<String>,
}

#[derive(Deserialize)]
struct Trouble {
    error: String,
}

/// Reads what a token endpoint answered.
pub(crate) fn read(status: u16, body: &[u8]) -> Result<Issued, TokenFault> {
    match status {
        200..=299 => given(body),
        400..=499 if !matches!(status, 408 | 429) => Err(trouble(status, body)),
        _ => Err(TokenFault::Later(format!("status {status}"))),
    }
}

fn given(body: &[u8]) -> Result<Issued, TokenFault> {
    // What is wrong with the text is not told: it may hold a token.
    let given: Given = serde_json::from_slice(body)
        .map_err(|_| TokenFault::Later("its answer holds no token".to_owned()))?;
    let access = Secret::from(given.access_token);
    let refresh = given.refresh_token.filter(|token| !token.is_empty()).map(Zeroizing::new);
    if given.token_type.is_some_and(|kind| !kind.eq_ignore_ascii_case("bearer")) {
        return Err(TokenFault::Refused("that its tokens are not for bearers".to_owned()));
    }
    if access.expose().is_empty() || access.expose().len() > limits::SECRET_BYTES_MAX {
        return Err(TokenFault::Later("its answer holds no token of a usable length".to_owned()));
    }
    Ok(Issued { access, refresh, life: given.expires_in.and_then(|life| seconds(&life)) })
}

/// A number, or, against the standard and often, a number in quotes.
fn seconds(life: &serde_json::Value) -> Option<Duration> {
    let secs = life.as_u64().or_else(|| life.as_str()?.parse().ok())?;
    Some(Duration::from_secs(secs).min(limits::TOKEN_LIFE_MAX))
}

fn trouble(status: u16, body: &[u8]) -> TokenFault {
    // The description is not taken: servers have been seen to repeat the token in it.
    let word = serde_json::from_slice::<Trouble>(body).map(|trouble| trouble.error).unwrap_or_default();
    let legal = |byte: u8| byte.is_ascii_lowercase() || byte == b'_';
    match word.as_str() {
        "temporarily_unavailable" | "server_error" | "slow_down" => TokenFault::Later(word),
        _ if !word.is_empty() && word.len() <= 64 && word.bytes().all(legal) => TokenFault::Refused(word),
        _ if matches!(status, 401 | 403) => TokenFault::Refused(format!("status {status}")),
        _ => TokenFault::Later(format!("status {status}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client() -> Oauth2Client {
        Oauth2Client {
            token_url: "https://id.example.com/token".to_owned(),
            client_id: "id:1".to_owned(),
            client_secret: Some(Zeroizing::new("s%c t".to_owned())),
            refresh_token: Some(Zeroizing::new("r/1".to_owned())),
            scope: Some("a b".to_owned()),
            client_in_form: false,
        }
    }

    #[test]
    fn a_question_is_as_the_standard_has_it() {
        let asked = client().question(Some("r/1"));
        assert_eq!(*asked.form, "grant_type=refresh_token&refresh_token=r%2F1&scope=a+b");
        let basic = STANDARD.encode("id%3A1:s%25c+t");
        assert_eq!(asked.authorization.unwrap().as_str(), format!("Basic {basic}"));
        let asked = Oauth2Client { client_in_form: true, scope: None, ..client() }.question(None);
        assert_eq!(*asked.form, "grant_type=client_credentials&client_id=id%3A1&client_secret=s%25c+t");
        assert!(asked.authorization.is_none());
        let public = Oauth2Client { client_secret: None, scope: None, ..client() }.question(Some("r"));
        assert_eq!(*public.form, "grant_type=refresh_token&refresh_token=r&client_id=id%3A1");
    }

    #[test]
    fn an_answer_gives_tokens_and_their_life() {
        let issued = |body: &str| {
            read(200, body.as_bytes()).map(|issued| {
                let refresh = issued.refresh.map(|token| token.to_string());
                (issued.access.expose().to_owned(), refresh, issued.life.map(|life| life.as_secs()))
            })
        };
        let token = |text: &str| Some(text.to_owned());
        assert_eq!(
            issued(
                r#"{"access_token":"a","token_type":"BEARER","expires_in":3600,"refresh_token":"r","x":1}"#
            ),
            Ok(("a".to_owned(), token("r"), Some(3_600)))
        );
        assert_eq!(issued(r#"{"access_token":"a","expires_in":"60"}"#), Ok(("a".to_owned(), None, Some(60))));
        assert_eq!(issued(r#"{"access_token":"a","expires_in":-1}"#), Ok(("a".to_owned(), None, None)));
        for bad in ["", "{}", "<html>", r#"{"access_token":""}"#, r#"{"access_token":7}"#] {
            assert!(matches!(issued(bad), Err(TokenFault::Later(_))), "{bad}");
        }
        assert!(matches!(issued(r#"{"access_token":"a","token_type":"mac"}"#), Err(TokenFault::Refused(_))));
    }

    #[test]
    fn a_refusal_is_told_from_trouble_that_passes() {
        let refused = |word: &str| TokenFault::Refused(word.to_owned());
        let later = |word: &str| TokenFault::Later(word.to_owned());
        for (status, body, want) in [
            (
                400,
                r#"{"error":"invalid_grant","error_description":"r/1 is revoked"}"#,
                refused("invalid_grant"),
            ),
            (401, r#"{"error":"invalid_client"}"#, refused("invalid_client")),
            (400, r#"{"error":"temporarily_unavailable"}"#, later("temporarily_unavailable")),
            (403, "<html>", refused("status 403")),
            (400, r#"{"error":"r/1 IS REVOKED"}"#, later("status 400")),
            (404, "", later("status 404")),
            (429, r#"{"error":"invalid_grant"}"#, later("status 429")),
            (503, "", later("status 503")),
            (302, "", later("status 302")),
        ] {
            assert_eq!(read(status, body.as_bytes()).err(), Some(want), "{status} {body}");
        }
    }
}
