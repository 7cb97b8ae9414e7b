//! Who sent a delivery: the signature of its bytes, and the token of the handshake.
//!
//! Holds: one spelling passes: `X-Hub-Signature-256: sha256=` and 64 characters of lower-case hex, once. The
//! keys stay with the host.

use hark_sdk::types::Delivery;
use hark_sdk::{Digest, hmac_equal};
use hmac::{Hmac, Mac};
use sha2::Sha256;

use crate::manifest;

const HEADER: &str = "x-hub-signature-256";
const PREFIX: &str = "sha256=";
/// What both sides put under the verify token, so that it can be compared without being shown.
const HANDSHAKE: &[u8] = b"hub.verify_token";

/// Compares a keyed hash: credential, message, claimed.
pub type Equal<'a> = &'a dyn Fn(&str, &[u8], &[u8]) -> bool;

/// The host's comparison.
pub fn by_host(credential: &str, message: &[u8], claimed: &[u8]) -> bool {
    hmac_equal(credential, Digest::Sha256, message, claimed)
}

/// Tells whether the app secret signed the delivery's bytes, as they came.
pub fn is_signed(delivery: &Delivery, equal: Equal<'_>) -> bool {
    claimed(&delivery.headers).is_some_and(|claimed| equal(manifest::APP_SECRET, &delivery.body, &claimed))
}

/// Tells whether `token` is the verify token.
pub fn is_verify_token(token: &str, equal: Equal<'_>) -> bool {
    let Ok(mac) = Hmac::<Sha256>::new_from_slice(token.as_bytes()) else { return false };
    let claimed = mac.chain_update(HANDSHAKE).finalize().into_bytes();
    !token.is_empty() && equal(manifest::VERIFY_TOKEN, HANDSHAKE, &claimed)
}

/// Returns the signature that the headers claim.
fn claimed(headers: &[(String, String)]) -> Option<Vec<u8>> {
    let mut found = headers.iter().filter(|(name, _)| name.eq_ignore_ascii_case(HEADER));
    let (_, value) = found.next()?;
    if found.next().is_some() {
        return None;
    }
    let digits = value.strip_prefix(PREFIX)?;
    let is_lower = digits.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    if digits.len() != 64 || !is_lower {
        return None;
    }
    hex::decode(digits).ok()
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) const SECRET: &str = "test-app-secret";
    pub(crate) const VERIFY: &str = "meatyhamhock";

    /// The host's comparison, with these two keys.
    pub(crate) fn keyed(credential: &str, message: &[u8], claimed: &[u8]) -> bool {
        let key = match credential {
            manifest::APP_SECRET => SECRET,
            manifest::VERIFY_TOKEN => VERIFY,
            other => panic!("no key is called {other}"),
        };
        sign(key, message) == claimed
    }

    pub(crate) fn sign(key: &str, message: &[u8]) -> Vec<u8> {
        let mac = Hmac::<Sha256>::new_from_slice(key.as_bytes()).unwrap();
        mac.chain_update(message).finalize().into_bytes().to_vec()
    }

    pub(crate) fn delivery(headers: &[(&str, &str)], body: &[u8]) -> Delivery {
        Delivery {
            payload: 7,
            method: "POST".to_owned(),
            path: "/hooks/facebook".to_owned(),
            query: String::new(),
            headers: headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
            body: body.to_vec(),
            received_at: 1_784_928_203_000,
        }
    }

    const EMPTY: &[u8] = br#"{"object":"page","entry":[]}"#;
    const EMPTY_SIGNED: &str = "sha256=1a82db3abc2fa71a3fffecfedef579a8468a44850cd8a83a0c56974faff81689";
    const ESCAPED: &[u8] = br#"{"object":"page","entry":[{"id":"1","time":1,"changes":[{"field":"feed","value":{"message":"\u00e4\u00f6\u00e5"}}]}]}"#;
    const ESCAPED_SIGNED: &str = "sha256=ee404d5a8f682ebe63b5655a0e23e64dad8a06acc5ba7aa5522f842a956e5c4c";

    #[test]
    fn the_documents_vectors_pass() {
        for (body, signature) in [(EMPTY, EMPTY_SIGNED), (ESCAPED, ESCAPED_SIGNED)] {
            for name in ["X-Hub-Signature-256", "x-hub-signature-256"] {
                assert!(is_signed(&delivery(&[(name, signature)], body), &keyed), "{name} {signature}");
            }
        }
    }

    #[test]
    fn nothing_else_passes() {
        let name = "X-Hub-Signature-256";
        let upper = format!("sha256={}", EMPTY_SIGNED[7..].to_uppercase());
        let base64 = {
            use base64::Engine;
            format!("sha256={}", base64::engine::general_purpose::STANDARD.encode(sign(SECRET, EMPTY)))
        };
        let sha1 = "sha1=7c8feda345d78a547f93497ec0675c2b29a9f1bf";
        let other_key = format!("sha256={}", hex::encode(sign("other-secret", EMPTY)));
        for (why, headers, body) in [
            ("one bit of the body", vec![(name, EMPTY_SIGNED)], &br#"{"object":"page","entry":[}}"#[..]),
            ("no header", vec![], EMPTY),
            ("base64", vec![(name, base64.as_str())], EMPTY),
            ("upper case", vec![(name, upper.as_str())], EMPTY),
            ("sha1 prefix", vec![(name, sha1)], EMPTY),
            ("old header only", vec![("X-Hub-Signature", sha1)], EMPTY),
            ("no prefix", vec![(name, &EMPTY_SIGNED[7..])], EMPTY),
            ("cut", vec![(name, &EMPTY_SIGNED[..70])], EMPTY),
            ("white space", vec![(name, " sha256=")], EMPTY),
            ("spaces changed", vec![(name, EMPTY_SIGNED)], br#"{"object": "page", "entry": []}"#),
            ("order changed", vec![(name, EMPTY_SIGNED)], br#"{"entry":[],"object":"page"}"#),
            (
                "escapes resolved",
                vec![(name, ESCAPED_SIGNED)],
                &String::from_utf8_lossy(ESCAPED).replace("\\u00e4", "ä").into_bytes(),
            ),
            ("empty body", vec![(name, EMPTY_SIGNED)], b""),
            ("another key", vec![(name, other_key.as_str())], EMPTY),
            ("twice", vec![(name, EMPTY_SIGNED), (name, EMPTY_SIGNED)], EMPTY),
        ] {
            assert!(!is_signed(&delivery(&headers, body), &keyed), "{why}");
        }
    }

    #[test]
    fn the_verify_token_is_compared_without_being_shown() {
        assert!(is_verify_token(VERIFY, &keyed));
        for token in ["", "meatyhamhoc", "MEATYHAMHOCK", "meatyhamhock "] {
            assert!(!is_verify_token(token, &keyed), "{token:?}");
        }
    }
}
