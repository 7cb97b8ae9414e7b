//! HTTP as the contract has it: request, response, fault.

use hark_model::Ms;

/// What a connector asks for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct HttpRequest {
    /// "GET", "POST".
    pub method: String,
    /// Absolute address.
    pub url: String,
    /// Headers; those that belong to the host are refused.
    pub headers: Vec<(String, String)>,
    /// Body.
    pub body: Option<Vec<u8>>,
    /// Name of a credential to put in place.
    pub credential: Option<String>,
    /// Lowers the host's own time limit; 0 leaves it.
    pub timeout_ms: u32,
}

/// What came back, without secrets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HttpResponse {
    /// Id of the kept payload.
    pub payload: u64,
    /// Status.
    pub status: u16,
    /// Headers, names in lower case.
    pub headers: Vec<(String, String)>,
    /// Body, after decompression.
    pub body: Vec<u8>,
    /// When it came.
    pub received_at: Ms,
}

/// Why there is no response.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum HttpFault {
    /// A rule refused it; the text names the rule.
    #[error("request denied: {0}")]
    Denied(String),
    /// The time of the request or of the call was over.
    #[error("request timed out")]
    Timeout,
    /// No connection, or it broke.
    #[error("connection failed: {0}")]
    Connect(String),
    /// No trust in the other side.
    #[error("tls failed: {0}")]
    Tls(String),
    /// The response is larger than this many bytes.
    #[error("response is larger than {0} bytes")]
    TooLarge(u64),
    /// The call has no requests left.
    #[error("no requests left in this call")]
    Budget,
}
