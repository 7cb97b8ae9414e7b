//! Every rule of the gate that can refuse something, in words that name the rule.

use crate::address::AddressRefused;
use crate::limits;

/// A rule that refused a request, a redirect or a wire.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Refusal {
    #[error("the address is longer than {} bytes", hark_model::limits::URL_BYTES_MAX)]
    UrlTooLong,
    #[error("the address holds a character that must be percent-encoded")]
    UrlCharacter,
    #[error("the address is not an absolute http:// or https:// address")]
    UrlForm,
    #[error("the address holds a user or a password: name a credential instead")]
    UrlUser,
    #[error("the address holds a fragment")]
    UrlFragment,
    #[error("the host in the address is not in its normal form, which is {normal}")]
    UrlHost { normal: String },
    #[error("the path climbs by an encoded dot segment")]
    UrlDots,
    #[error("{url} is under no pattern of the manifest's hosts")]
    HostNotAsked { url: String },
    #[error("{url} is under no pattern that [source.{source_name}.grant] hosts grants")]
    HostNotGranted { url: String, source_name: String },
    #[error("{endpoint} is under no pattern of the manifest's endpoints")]
    EndpointNotAsked { endpoint: String },
    #[error("{endpoint} is under no pattern that [source.{source_name}.grant] endpoints grants")]
    EndpointNotGranted { endpoint: String, source_name: String },
    #[error("{why}")]
    EndpointForm { why: String },
    #[error(transparent)]
    Address(#[from] AddressRefused),
    #[error("method {method} is not one of GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS")]
    Method { method: String },
    #[error("header {name} belongs to the host")]
    HeaderReserved { name: String },
    #[error("header {name} is not a header name or its value holds a control character")]
    HeaderForm { name: String },
    #[error(
        "the headers are more than {} or longer than {} bytes",
        limits::HEADERS_MAX,
        limits::REQUEST_HEADER_BYTES_MAX
    )]
    HeadersTooLarge,
    #[error("the request body is longer than {} bytes", limits::REQUEST_BODY_BYTES_MAX)]
    BodyTooLarge,
    #[error("query parameter {name} belongs to the host")]
    QueryReserved { name: String },
    #[error("credential {name} is not declared in the manifest")]
    CredentialUnknown { name: String },
    #[error("credential {name} has no value: bind it under [source.{source_name}.credentials]")]
    CredentialUnbound { name: String, source_name: String },
    #[error("credential {name} is {placement}")]
    CredentialPlacement { name: String, placement: &'static str },
    #[error("{place} is outside the audience of credential {name}")]
    CredentialAudience { name: String, place: String },
    #[error("credential {name} goes over TLS or to this machine only, and {place} is neither")]
    CredentialPlain { name: String, place: String },
    #[error("the answer redirects to {to}: {why}")]
    Redirect { to: String, why: Box<Refusal> },
    #[error("a redirect leads from https to http")]
    RedirectDowngrade,
    #[error("more than {max} redirects")]
    RedirectCount { max: u32 },
    #[error("the answer switches the protocol")]
    Switch,
    #[error("the answer is encoded as {coding}, which was not asked for")]
    ContentCoding { coding: String },
    #[error("a secret is written only after TLS is up")]
    SecretBeforeTls,
    #[error("a connection writes one secret: connect again")]
    SecretTwice,
    #[error("a secret is written only as part of a login: {why}")]
    SecretPlace { why: &'static str },
    #[error("the value of credential {name} or the user {why}")]
    SecretForm { name: String, why: &'static str },
    #[error("tls is up already")]
    TlsTwice,
    #[error("more than {} bytes crossed before TLS was up", limits::WIRE_PLAIN_BYTES_MAX)]
    PlainTooLong,
}
