//! Webhooks in the form of Standard Webhooks: the id is the notice's key, so a receiver folds repeats.
//!
//! Holds: the secret stands in the signature alone. A receiver that folds by `webhook-id`, as the standard asks,
//! sees each notice once, however often it is sent; so whatever is not known to be taken is sent again.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hark_egress::{HostClient, HostRequest, Secret};
use hark_model::Ms;
use hmac::{Hmac, Mac};
use serde_json::json;
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use crate::letter::Letter;
use crate::post::{Answer, post};
use crate::target::TargetError;
use crate::{Attempt, limits};

/// Where a webhook goes, and what signs it.
#[derive(Debug)]
pub(crate) struct Webhook {
    pub url: url::Url,
    pub key: WebhookKey,
    pub client: HostClient,
}

/// What signs; wiped when dropped, never printed.
pub(crate) struct WebhookKey(Zeroizing<Vec<u8>>);

impl std::fmt::Debug for WebhookKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("***")
    }
}

impl WebhookKey {
    /// Reads a secret as in `whsec_` and Base64, of 24 to 64 bytes as the standard has it.
    pub fn parse(secret: &Secret) -> Result<Self, TargetError> {
        let text = secret.expose();
        let bytes = STANDARD.decode(text.strip_prefix("whsec_").unwrap_or(text)).map(Zeroizing::new);
        match bytes {
            Ok(bytes) if (24..=64).contains(&bytes.len()) => Ok(Self(bytes)),
            _ => Err(TargetError::WebhookSecret),
        }
    }

    /// Returns the value of `webhook-signature`.
    pub fn sign(&self, id: &str, secs: i64, body: &str) -> String {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.0).expect("a key of HMAC may have any length");
        mac.update(format!("{id}.{secs}.{body}").as_bytes());
        format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()))
    }
}

/// Returns the key as an id: itself where it can stand in a header and before a full stop, else its digest.
pub(crate) fn webhook_id(key: &str) -> String {
    let legal = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b':');
    if !key.is_empty() && key.len() <= limits::KEY_CHARS_MAX && key.bytes().all(legal) {
        return key.to_owned();
    }
    let digest = Sha256::digest(key);
    digest.iter().fold("sha256_".to_owned(), |id, byte| format!("{id}{byte:02x}"))
}

impl Webhook {
    /// Sends a letter once.
    pub async fn send(&self, letter: &Letter, now: Ms) -> Attempt {
        let id = webhook_id(&letter.key);
        let body = body(&id, letter);
        let secs = now.div_euclid(1_000);
        let mut request = HostRequest::post(self.url.clone(), "application/json", body.clone());
        request.headers.extend([
            ("webhook-id", id.clone()),
            ("webhook-timestamp", secs.to_string()),
            ("webhook-signature", self.key.sign(&id, secs, &body)),
        ]);
        match post(&self.client, &request, now).await {
            Answer::Taken => Attempt::Taken,
            Answer::Failed { fault, rest_until } => Attempt::Failed { fault, rest_until },
            // The receiver folds by id: what may have arrived is sent again at once.
            Answer::Silent { fault, .. } => Attempt::failed(fault),
            Answer::Refused { fault, .. } => Attempt::Refused { fault },
        }
    }
}

fn body(id: &str, letter: &Letter) -> String {
    let queued = jiff::Timestamp::from_millisecond(letter.at).map(|at| at.to_string()).unwrap_or_default();
    json!({
        "type": "hark.notice",
        "timestamp": queued,
        "data": { "id": id, "subject": letter.subject, "text": letter.body, "link": letter.link },
    })
    .to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_is_that_of_the_standards_own_example() {
        let key =
            WebhookKey::parse(&Secret::from("whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD".to_owned())).unwrap();
        let body = r#"{"email":"test@example.com","username":"test_user"}"#;
        let signature = key.sign("msg_27UH4WbU6Z5A5EzD8u03UvzRbpk", 1_649_367_553, body);
        assert_eq!(signature, "v1,tZ1I4/hDygAJgO5TYxiSd6Sd0kDW6hPenDe+bTa3Kkw=");
    }

    #[test]
    fn a_secret_that_is_none_is_refused_and_not_shown() {
        for text in ["whsec_", "whsec_canary!", "Y2FuYXJ5"] {
            let error = WebhookKey::parse(&Secret::from(text.to_owned())).unwrap_err();
            assert!(
                matches!(error, TargetError::WebhookSecret)
                    && !format!("{error:?} {error}").contains("canary")
            );
        }
    }

    #[test]
    fn an_id_is_the_key_or_its_digest() {
        assert_eq!(webhook_id("route:a-b_C9"), "route:a-b_C9");
        let odd = ["a.b", "a b", "ä", "a\r\nx: y"].map(webhook_id);
        assert!(odd.iter().all(|id| id.len() == 71 && id.starts_with("sha256_")), "{odd:?}");
        assert_ne!(odd[0], odd[1]);
    }
}
