//! Faults: why a connector gave nothing, as only the connector can tell.

use crate::Ms;

/// What is wrong with a credential.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AuthWhy {
    /// None was sent.
    Missing,
    /// It was good once.
    Expired,
    /// It was taken back.
    Revoked,
    /// It may do less than is needed.
    Scope,
    /// It is wrong, or not for this.
    Forbidden,
}

impl AuthWhy {
    /// Returns what it comes to, for people.
    const fn as_str(self) -> &'static str {
        match self {
            Self::Missing => "not signed in",
            Self::Expired | Self::Revoked | Self::Scope | Self::Forbidden => "sign-in refused",
        }
    }
}

/// Why a call gave nothing. Every text is for people and is never branched on.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// Try again.
    #[error("passing trouble: {detail}")]
    Transient {
        /// Not before so many milliseconds.
        after_ms: Option<u64>,
        /// What happened.
        detail: String,
    },
    /// Asked too often.
    #[error("rate limit of {bucket}: {detail}")]
    RateLimited {
        /// Open again at.
        until: Option<Ms>,
        /// Which limit.
        bucket: String,
        /// What the platform said.
        detail: String,
    },
    /// The allowance is used up.
    #[error("quota of {bucket} is used up: {detail}")]
    QuotaExhausted {
        /// Open again at.
        until: Option<Ms>,
        /// Which quota.
        bucket: String,
        /// What the platform said.
        detail: String,
    },
    /// The credential does not do.
    #[error("{}: {detail}", .why.as_str())]
    Auth {
        /// What is wrong with it.
        why: AuthWhy,
        /// The scope that is missing.
        scope: Option<String>,
        /// What the platform said.
        detail: String,
    },
    /// A setting is wrong.
    #[error("setting `{field}`: {detail}")]
    Config {
        /// Which one.
        field: String,
        /// What is wrong with it.
        detail: String,
    },
    /// The target is not there.
    #[error("not found: {0}")]
    NotFound(String),
    /// The platform will not do it.
    #[error("refused by the platform: {0}")]
    Refused(String),
    /// The cursor is too old or of another version.
    #[error("the cursor is stale: {0}")]
    StaleCursor(String),
    /// The connector cannot do this.
    #[error("not supported by the connector: {0}")]
    Unsupported(String),
    /// The platform's answer was not understood.
    #[error("answer not understood: {0}")]
    Protocol(String),
}

/// The class of a fault: decides retry, parking and who is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FaultClass {
    /// Back off and try again.
    Transient,
    /// Wait until the given time; nobody is at fault.
    RateLimited,
    /// Wait until the given time and tell the owner.
    Quota,
    /// Stop until a credential changes.
    Auth,
    /// Stop until a setting changes.
    Config,
    /// Slow down and ask the owner.
    NotFound,
    /// Never retried.
    Refused,
    /// Start again by time, and record a gap.
    StaleCursor,
    /// Stop: it will never work.
    Unsupported,
    /// One retry in a fresh instance, then back off.
    Broken,
}

impl Fault {
    /// Returns the class that decides what happens next.
    pub const fn class(&self) -> FaultClass {
        match self {
            Self::Transient { .. } => FaultClass::Transient,
            Self::RateLimited { .. } => FaultClass::RateLimited,
            Self::QuotaExhausted { .. } => FaultClass::Quota,
            Self::Auth { .. } => FaultClass::Auth,
            Self::Config { .. } => FaultClass::Config,
            Self::NotFound(_) => FaultClass::NotFound,
            Self::Refused(_) => FaultClass::Refused,
            Self::StaleCursor(_) => FaultClass::StaleCursor,
            Self::Unsupported(_) => FaultClass::Unsupported,
            Self::Protocol(_) => FaultClass::Broken,
        }
    }
}
