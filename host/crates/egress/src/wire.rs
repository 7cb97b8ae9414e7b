//! Line-protocol connections as the contract has them.

/// How a secret is written into a wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SecretEncoding {
    /// As it is.
    Verbatim,
    /// As an IMAP quoted string, quotes included.
    ImapQuoted,
    /// SASL PLAIN, in base64.
    SaslPlain,
    /// SASL XOAUTH2, in base64.
    SaslXoauth2,
}

/// Why a wire did not do it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WireFault {
    /// A rule refused it; the text names the rule.
    #[error("wire denied: {0}")]
    Denied(String),
    /// The time was over.
    #[error("wire timed out")]
    Timeout,
    /// No connection, or it is at its end.
    #[error("wire is closed")]
    Closed,
    /// No trust in the other side.
    #[error("tls failed: {0}")]
    Tls(String),
    /// The connection or the call has nothing left to spend.
    #[error("nothing left to spend on this wire")]
    Budget,
}

/// One line-protocol connection.
pub struct WireConnection {
    _private: (),
}

impl WireConnection {
    /// Writes `bytes`.
    pub async fn write(&mut self, bytes: &[u8]) -> Result<(), WireFault> {
        let _ = bytes;
        Err(WireFault::Closed)
    }

    /// Writes `prefix`, the encoded secret of credential `name` for `user`, then `suffix`.
    pub async fn write_secret(
        &mut self,
        prefix: &[u8],
        name: &str,
        user: &str,
        encoding: SecretEncoding,
        suffix: &[u8],
    ) -> Result<(), WireFault> {
        let _ = (prefix, name, user, encoding, suffix);
        Err(WireFault::Closed)
    }

    /// Upgrades to TLS in place; what was buffered before is discarded.
    pub async fn start_tls(&mut self) -> Result<(), WireFault> {
        Err(WireFault::Closed)
    }

    /// Returns at most `max` bytes; an empty list is not the end.
    pub async fn read(&mut self, max: u32, timeout_ms: u32) -> Result<Vec<u8>, WireFault> {
        let _ = (max, timeout_ms);
        Err(WireFault::Closed)
    }
}
