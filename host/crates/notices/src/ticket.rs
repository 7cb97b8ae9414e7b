//! Tickets: the secrets by which a question to an expert is opened and answered.
//!
//! Holds: each is made of 256 random bits (the seed) and the operator's key by HMAC-SHA256, so that a mail that must be
//! sent again carries the same link, and yet the database, which has the seed and digests, opens nothing without the
//! key. A secret is compared by its digest, in constant time; the number before it only finds the row.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hark_egress::Secret;
use hark_store::{ChimeInId, ChimeInSecrets};
use hmac::{Hmac, Mac};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

/// Bytes of a secret that must fit into the local part of a mail address: 160 bits.
const REPLY_BYTES: usize = 20;

/// Why there is no key.
#[derive(Debug, thiserror::Error)]
pub enum QuestionKeyError {
    /// It is not one.
    #[error("the key of questions is not 64 hexadecimal digits: make one with `openssl rand -hex 32`")]
    Form,
}

/// What makes secrets of seeds; wiped when dropped, never printed.
#[derive(Clone)]
pub struct QuestionKey(Zeroizing<[u8; 32]>);

impl std::fmt::Debug for QuestionKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("***")
    }
}

impl QuestionKey {
    /// Reads a key as 64 hexadecimal digits.
    pub fn parse(secret: &Secret) -> Result<Self, QuestionKeyError> {
        let text = secret.expose().as_bytes();
        let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
        let mut key = Zeroizing::new([0; 32]);
        if text.len() != 64 {
            return Err(QuestionKeyError::Form);
        }
        for (byte, pair) in key.iter_mut().zip(text.chunks_exact(2)) {
            let (Some(high), Some(low)) = (digit(pair[0]), digit(pair[1])) else {
                return Err(QuestionKeyError::Form);
            };
            *byte = high << 4 | low;
        }
        Ok(Self(key))
    }

    /// Returns the secret of a link: 43 characters of Base64 for addresses.
    pub(crate) fn link(&self, seed: &[u8; 32]) -> String {
        URL_SAFE_NO_PAD.encode(self.derive(b"hark chime-in link", seed))
    }

    /// Returns the secret in an address for answers: 40 hexadecimal digits, which no mail server spells otherwise.
    pub(crate) fn reply(&self, seed: &[u8; 32]) -> String {
        hex(&self.derive(b"hark chime-in reply", seed)[..REPLY_BYTES])
    }

    /// Returns the secret in a Message-ID: 40 hexadecimal digits.
    pub(crate) fn thread(&self, seed: &[u8; 32]) -> String {
        hex(&self.derive(b"hark chime-in message", seed)[..REPLY_BYTES])
    }

    fn derive(&self, purpose: &[u8], seed: &[u8; 32]) -> [u8; 32] {
        let mut mac = Hmac::<Sha256>::new_from_slice(&*self.0).expect("a key of HMAC may have any length");
        mac.update(purpose);
        mac.update(&[0]);
        mac.update(seed);
        mac.finalize().into_bytes().into()
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Returns what is kept of a secret.
pub(crate) fn digest(secret: &str) -> [u8; 32] {
    Sha256::digest(secret).into()
}

/// What somebody shows to open a question: a number and a secret. Never printed.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Ticket {
    pub id: ChimeInId,
    secret: Zeroizing<String>,
}

impl Ticket {
    /// Reads `NUMBER-SECRET`.
    pub fn parse(text: &str) -> Option<Self> {
        let (id, secret) = text.split_once('-')?;
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
        if !(REPLY_BYTES..=64).contains(&secret.len()) || !secret.bytes().all(plain) {
            return None;
        }
        Some(Self { id: ChimeInId::parse(id)?, secret: Zeroizing::new(secret.to_owned()) })
    }

    /// Tells whether it opens this question's page.
    pub fn opens_link(&self, kept: &ChimeInSecrets) -> bool {
        digest(&self.secret).ct_eq(&kept.link_sha256).into()
    }

    /// Tells whether a mail to it answers this question.
    pub fn opens_reply(&self, kept: &ChimeInSecrets) -> bool {
        digest(&self.secret.to_ascii_lowercase()).ct_eq(&kept.reply_sha256).into()
    }

    /// Tells whether a mail in this thread answers this question.
    pub fn opens_thread(&self, key: &QuestionKey, kept: &ChimeInSecrets) -> bool {
        let want = key.thread(&kept.seed);
        self.secret.to_ascii_lowercase().as_bytes().ct_eq(want.as_bytes()).into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(text: &str) -> Result<QuestionKey, QuestionKeyError> {
        QuestionKey::parse(&Secret::from(text.to_owned()))
    }

    #[test]
    fn a_key_is_64_digits_and_is_not_shown() {
        assert_eq!(format!("{:?}", key(&"ab".repeat(32)).unwrap()), "***");
        for text in ["", "canary", &"g".repeat(64), &"a".repeat(63)] {
            assert!(!key(text).unwrap_err().to_string().contains("canary"), "{text}");
        }
    }

    #[test]
    fn secrets_differ_by_key_seed_and_purpose() {
        let (one, other) = (key(&"ab".repeat(32)).unwrap(), key(&"ac".repeat(32)).unwrap());
        let all = [
            one.link(&[1; 32]),
            one.link(&[2; 32]),
            other.link(&[1; 32]),
            one.reply(&[1; 32]),
            one.thread(&[1; 32]),
        ];
        let distinct: std::collections::BTreeSet<_> = all.iter().collect();
        assert_eq!(distinct.len(), all.len());
        assert_eq!([all[0].len(), all[3].len()], [43, 40]);
        assert_eq!(one.link(&[1; 32]), all[0]);
    }

    #[test]
    fn a_ticket_is_a_number_and_a_secret() {
        let secret = "x".repeat(43);
        assert!(Ticket::parse(&format!("7-{secret}")).is_some());
        for bad in ["", "7", "7-", "-x", "07-", "+7-", "7 -"] {
            assert!(
                Ticket::parse(&format!(
                    "{bad}{}",
                    if bad.ends_with('-') && bad != "7-" { &secret } else { "" }
                ))
                .is_none(),
                "{bad}"
            );
        }
        assert!(Ticket::parse(&format!("7-{}", "x".repeat(65))).is_none());
        assert!(Ticket::parse(&format!("7-{}%", "x".repeat(40))).is_none());
    }
}
