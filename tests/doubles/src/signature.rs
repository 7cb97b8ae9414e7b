//! Signatures of webhook deliveries, right ones and wrong ones.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, Mac as _};
use serde::Deserialize;
use sha2::Sha256;

/// How a signature is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mac {
    /// Lower-case hex.
    Hex,
    /// Base64 with padding.
    Base64,
}

/// Returns HMAC-SHA256 of `message` under `secret`, as `mac` writes it.
pub fn hmac_sha256(secret: &str, message: &[u8], mac: Mac) -> String {
    let keyed = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("HMAC takes keys of any length");
    mac.write(&keyed.chain_update(message).finalize().into_bytes())
}

impl Mac {
    fn write(self, digest: &[u8]) -> String {
        match self {
            Self::Hex => hex::encode(digest),
            Self::Base64 => STANDARD.encode(digest),
        }
    }

    fn read(text: &str) -> Option<(Self, Vec<u8>)> {
        let of_hex = || hex::decode(text).ok().map(|digest| (Self::Hex, digest));
        let of_base64 = || STANDARD.decode(text).ok().map(|digest| (Self::Base64, digest));
        of_hex().or_else(of_base64)
    }
}

/// What is wrong with a delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Spoilt {
    /// One bit of the body is another than was signed.
    Bit,
    /// There is no signature.
    Missing,
    /// The right digest, in hex where base64 is due or the other way round.
    Encoding,
    /// The right digest in upper case; where it is base64, the other case.
    Case,
    /// The prefix says SHA-1.
    Sha1,
    /// The body was parsed and written again after it was signed.
    Rewritten,
    /// The body is empty.
    Empty,
}

/// Every way in which a delivery can be wrong.
pub const SPOILT_ALL: [Spoilt; 7] = [
    Spoilt::Bit,
    Spoilt::Missing,
    Spoilt::Encoding,
    Spoilt::Case,
    Spoilt::Sha1,
    Spoilt::Rewritten,
    Spoilt::Empty,
];

/// Spoils a delivery that was right: `signature` are the headers that sign `body`.
pub fn spoil(signature: &mut Vec<(String, String)>, body: &mut Vec<u8>, how: Spoilt) {
    match how {
        Spoilt::Bit => {
            if let Some(byte) = body.last_mut() {
                *byte ^= 1;
            }
        }
        Spoilt::Missing => signature.clear(),
        Spoilt::Encoding => change_digest(signature, |mac, digest| {
            let other = if mac == Mac::Hex { Mac::Base64 } else { Mac::Hex };
            other.write(digest)
        }),
        Spoilt::Case => change_digest(signature, |mac, digest| match mac {
            Mac::Hex => mac.write(digest).to_uppercase(),
            Mac::Base64 => mac.write(digest).to_lowercase(),
        }),
        Spoilt::Sha1 => {
            for (_, value) in signature {
                *value = value.replacen("sha256=", "sha1=", 1);
            }
        }
        Spoilt::Rewritten => {
            if let Ok(value) = serde_json::from_slice::<serde_json::Value>(body) {
                *body = serde_json::to_vec_pretty(&value).unwrap_or_default();
            }
        }
        Spoilt::Empty => body.clear(),
    }
}

fn change_digest(signature: &mut [(String, String)], change: impl Fn(Mac, &[u8]) -> String) {
    // The time of a signature stands beside it, and is none.
    let is_time = |value: &String| value.bytes().all(|byte| byte.is_ascii_digit());
    for (_, value) in signature.iter_mut().filter(|(_, value)| !is_time(value)) {
        let (prefix, digest) =
            value.split_once('=').map_or(("", value.as_str()), |(start, rest)| (start, rest));
        if let Some((mac, bytes)) = Mac::read(digest) {
            *value = format!("{prefix}={}", change(mac, &bytes));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signatures_are_those_of_the_documents() {
        for (secret, message, mac, want) in [
            (
                "test-consumer-secret",
                "test-crc-token",
                Mac::Base64,
                "1Fg22hsV/J0MPCeiX/iZqLqDkZ0S28yOOMIljrsAX9M=",
            ),
            (
                "test-app-secret",
                r#"{"object":"page","entry":[]}"#,
                Mac::Hex,
                "1a82db3abc2fa71a3fffecfedef579a8468a44850cd8a83a0c56974faff81689",
            ),
            (
                "It's a Secret to Everybody",
                "Hello, World!",
                Mac::Hex,
                "757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17",
            ),
        ] {
            assert_eq!(hmac_sha256(secret, message.as_bytes(), mac), want);
        }
    }

    #[test]
    fn each_way_to_spoil_changes_something() {
        for mac in [Mac::Hex, Mac::Base64] {
            let right_body = br#"{"b":1,"a":2}"#.to_vec();
            let right = vec![("x-sign".to_owned(), format!("sha256={}", hmac_sha256("s", &right_body, mac)))];
            for how in SPOILT_ALL {
                let (mut signature, mut body) = (right.clone(), right_body.clone());
                spoil(&mut signature, &mut body, how);
                assert!(signature != right || body != right_body, "{how:?} of {mac:?}");
            }
        }
    }
}
