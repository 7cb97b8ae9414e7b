//! Every rule of the gate that can refuse something: its name, and words about what met it.
//!
//! Holds: a refusal always says which rule it was, by a name that stays the same. Not here: judging.

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
    #[error("the path begins with //, which some servers take for another host")]
    UrlSlashes,
    #[error("{url} is under no pattern of the manifest's hosts")]
    HostNotAsked { url: String },
    #[error("{url} is under no pattern that [source.{source_name}.grant] hosts grants")]
    HostNotGranted { url: String, source_name: String },
    #[error("{endpoint} is under no pattern of the manifest's endpoints")]
    EndpointNotAsked { endpoint: String },
    #[error("{endpoint} is under no pattern that [source.{source_name}.grant] endpoints grants")]
    EndpointNotGranted { endpoint: String, source_name: String },
    #[error(
        "{host} would be spoken to without TLS: that is for loopback only, and where the configuration says so"
    )]
    PlainHttp { host: String },
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
    #[error("credential {name} gives no access token: {why}; give it a new one")]
    CredentialRefused { name: String, why: String },
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
    #[error("the answer's length is told in a way that others may read differently: {why}")]
    AnswerFraming { why: &'static str },
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

/// Gives every refusal the name of its rule: a variant without one does not compile.
macro_rules! rules {
    ($($refusal:pat => $name:literal,)*) => {
        /// The names of all rules, as refusals begin with them: `rule url-user: ...`.
        pub const RULES: &[&str] = &[$($name),*];

        impl Refusal {
            const fn rule(&self) -> &'static str {
                match self {
                    $($refusal => $name,)*
                }
            }
        }
    };
}

rules! {
    Refusal::UrlTooLong => "url-too-long",
    Refusal::UrlCharacter => "url-character",
    Refusal::UrlForm => "url-form",
    Refusal::UrlUser => "url-user",
    Refusal::UrlFragment => "url-fragment",
    Refusal::UrlHost { .. } => "url-host",
    Refusal::UrlDots => "url-dots",
    Refusal::UrlSlashes => "url-slashes",
    Refusal::HostNotAsked { .. } => "host-not-asked",
    Refusal::HostNotGranted { .. } => "host-not-granted",
    Refusal::EndpointNotAsked { .. } => "endpoint-not-asked",
    Refusal::EndpointNotGranted { .. } => "endpoint-not-granted",
    Refusal::PlainHttp { .. } => "plain-http",
    Refusal::EndpointForm { .. } => "endpoint-form",
    Refusal::Address(_) => "address",
    Refusal::Method { .. } => "method",
    Refusal::HeaderReserved { .. } => "header-reserved",
    Refusal::HeaderForm { .. } => "header-form",
    Refusal::HeadersTooLarge => "headers-too-large",
    Refusal::BodyTooLarge => "body-too-large",
    Refusal::QueryReserved { .. } => "query-reserved",
    Refusal::CredentialUnknown { .. } => "credential-unknown",
    Refusal::CredentialUnbound { .. } => "credential-unbound",
    Refusal::CredentialPlacement { .. } => "credential-placement",
    Refusal::CredentialAudience { .. } => "credential-audience",
    Refusal::CredentialPlain { .. } => "credential-plain",
    Refusal::CredentialRefused { .. } => "credential-refused",
    Refusal::Redirect { .. } => "redirect",
    Refusal::RedirectDowngrade => "redirect-downgrade",
    Refusal::RedirectCount { .. } => "redirect-count",
    Refusal::Switch => "protocol-switch",
    Refusal::ContentCoding { .. } => "content-coding",
    Refusal::AnswerFraming { .. } => "answer-framing",
    Refusal::SecretBeforeTls => "secret-before-tls",
    Refusal::SecretTwice => "secret-twice",
    Refusal::SecretPlace { .. } => "secret-place",
    Refusal::SecretForm { .. } => "secret-form",
    Refusal::TlsTwice => "tls-twice",
    Refusal::PlainTooLong => "plain-too-long",
}

impl Refusal {
    /// Returns what somebody is told: the rule's name first, so that no cut takes it away.
    pub(crate) fn told(&self) -> String {
        format!("rule {}: {self}", self.named())
    }

    /// Returns the rule's name; behind a redirect, also that of the rule that its address met.
    fn named(&self) -> String {
        match self {
            Self::Redirect { why, .. } => format!("{}, {}", self.rule(), why.named()),
            _ => self.rule().to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rule_has_a_name_of_its_own() {
        let mut names = RULES.to_vec();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), RULES.len());
        assert!(names.iter().all(|name| name.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'-'))));
    }

    #[test]
    fn a_refusal_begins_with_its_rule() {
        assert_eq!(Refusal::UrlFragment.told(), "rule url-fragment: the address holds a fragment");
        let behind = Refusal::Redirect { to: "/a#b".to_owned(), why: Box::new(Refusal::UrlFragment) };
        assert!(behind.told().starts_with("rule redirect, url-fragment: the answer redirects to /a#b: "));
    }
}
