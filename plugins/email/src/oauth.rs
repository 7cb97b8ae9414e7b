//! Why an access token was not taken: the challenge of XOAUTH2, the same over IMAP and SMTP.

use hark_sdk::prelude::*;

/// The challenge; all of it is optional, and some servers send words instead.
#[derive(Debug, Default, Deserialize)]
struct Challenge {
    #[serde(default)]
    status: String,
    #[serde(default)]
    scope: Option<String>,
}

/// Returns the fault that `challenge`, decoded, and the words that followed it amount to: a token that is
/// not taken has run out, as long as the server does not say otherwise.
pub fn refused(challenge: &str, text: &str) -> Fault {
    let told: Challenge = serde_json::from_str(challenge).unwrap_or_default();
    let why = match told.status.as_str() {
        "403" => AuthWhy::Scope,
        "400" if told.scope.is_none() => AuthWhy::Forbidden,
        _ => AuthWhy::Expired,
    };
    let detail = match told.status.as_str() {
        "" => format!("the server does not take the access token: {text}"),
        status => format!("the server does not take the access token (status {status}): {text}"),
    };
    Fault::Auth(AuthProblem { why, scope: told.scope, detail })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_challenge_has_its_fault() {
        for (challenge, why, scope) in [
            (
                r#"{"status":"400","schemes":"Bearer","scope":"https://mail.google.com/"}"#,
                AuthWhy::Expired,
                Some("https://mail.google.com/"),
            ),
            (r#"{"status":"401","schemes":"bearer"}"#, AuthWhy::Expired, None),
            (r#"{"status":"400"}"#, AuthWhy::Forbidden, None),
            (r#"{"status":"403","scope":"imap"}"#, AuthWhy::Scope, Some("imap")),
            ("no JSON", AuthWhy::Expired, None),
        ] {
            let Fault::Auth(problem) = refused(challenge, "no") else { panic!("{challenge}") };
            assert_eq!((problem.why, problem.scope.as_deref()), (why, scope), "{challenge}");
            assert!(problem.detail.contains("access token"));
        }
    }
}
