//! Short ways to the faults of the contract.

use crate::bindings::hark::connector::http::HttpFault;
use crate::bindings::hark::connector::wire::WireFault;
use crate::types::{AuthProblem, AuthWhy, ConfigProblem, Fault, Limit, Ms, Retry};

impl Fault {
    /// Something that may pass by itself; the host tries again with growing pauses.
    pub fn transient(detail: impl Into<String>) -> Self {
        Self::Transient(Retry { after_ms: None, detail: detail.into() })
    }

    /// Something that may pass by itself, not before `after_ms` milliseconds.
    pub fn transient_after(after_ms: u64, detail: impl Into<String>) -> Self {
        Self::Transient(Retry { after_ms: Some(after_ms), detail: detail.into() })
    }

    /// The platform asks to slow down, until `until` where it says so.
    pub fn rate_limited(until: Option<Ms>, bucket: impl Into<String>, detail: impl Into<String>) -> Self {
        Self::RateLimited(Limit { until, bucket: bucket.into(), detail: detail.into() })
    }

    /// An allowance that was paid for is used up.
    pub fn quota_exhausted(until: Option<Ms>, bucket: impl Into<String>, detail: impl Into<String>) -> Self {
        Self::QuotaExhausted(Limit { until, bucket: bucket.into(), detail: detail.into() })
    }

    /// The credential does not do; a person must act.
    pub fn auth(why: AuthWhy, detail: impl Into<String>) -> Self {
        Self::Auth(AuthProblem { why, scope: None, detail: detail.into() })
    }

    /// A setting is wrong; `field` is its path, as in `feeds[2]`.
    pub fn config(field: impl Into<String>, detail: impl Into<String>) -> Self {
        Self::Config(ConfigProblem { field: field.into(), detail: detail.into() })
    }

    /// The platform answered something that makes no sense.
    pub fn protocol(detail: impl Into<String>) -> Self {
        Self::Protocol(detail.into())
    }

    /// This connector does not do that.
    pub fn unsupported(what: impl Into<String>) -> Self {
        Self::Unsupported(what.into())
    }
}

impl From<HttpFault> for Fault {
    fn from(fault: HttpFault) -> Self {
        match fault {
            HttpFault::Denied(why) => Self::config("grant.hosts", why),
            HttpFault::Timeout => Self::transient("the request timed out"),
            HttpFault::Connect(why) => Self::transient(format!("no connection: {why}")),
            HttpFault::Tls(why) => Self::transient(format!("no secure connection: {why}")),
            HttpFault::TooLarge(bytes) => {
                Self::protocol(format!("the response is too large ({bytes} bytes)"))
            }
            HttpFault::Budget => Self::transient("the call has used up its requests"),
        }
    }
}

impl From<WireFault> for Fault {
    fn from(fault: WireFault) -> Self {
        match fault {
            WireFault::Denied(why) => Self::config("grant.endpoints", why),
            WireFault::Timeout => Self::transient("the server did not answer in time"),
            WireFault::Connect(why) => Self::transient(format!("no connection: {why}")),
            WireFault::Closed => Self::transient("the server closed the connection"),
            WireFault::Tls(why) => Self::transient(format!("no secure connection: {why}")),
            WireFault::Budget => Self::transient("the call has used up its connections or bytes"),
        }
    }
}
