//! Gates for tests: everything granted that a test does not take away.

use std::net::IpAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use hark_egress::{
    BoundCredential, CallBudget, GateCall, GateOptions, HttpFault, HttpRequest, Names, Secret, Shared,
    SourceGate,
};
use hark_model::{CredentialInfo, EndpointPattern, Grant, HostPattern, Placement, SourceLimits, SourceName};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::pki_types::PrivateKeyDer;
use tokio::time::Instant;
use tokio_rustls::TlsAcceptor;

pub const CANARY: &str = "canary/7f+3 a&b=9";

pub fn hosts(patterns: &[&str]) -> Vec<HostPattern> {
    patterns.iter().map(|pattern| HostPattern::parse(pattern).unwrap()).collect()
}

pub fn endpoints(patterns: &[&str]) -> Vec<EndpointPattern> {
    patterns.iter().map(|pattern| EndpointPattern::parse(pattern).unwrap()).collect()
}

/// Options that ask for `patterns` and grant them, and every address of this machine.
pub fn options(patterns: &[&str]) -> GateOptions {
    let grant = Grant {
        hosts: hosts(patterns),
        private_addresses: vec!["127.0.0.0/8".parse().unwrap()],
        ..Grant::default()
    };
    GateOptions {
        source: SourceName::parse("test").unwrap(),
        hosts: hosts(patterns),
        endpoints: Vec::new(),
        grant,
        credentials: Vec::new(),
        limits: SourceLimits::STRICT,
        user_agent: "hark-test".to_owned(),
        names: Names::System,
        shared: Shared::default(),
    }
}

pub fn wire_options(pattern: &str) -> GateOptions {
    let mut options = options(&[]);
    options.endpoints = endpoints(&[pattern]);
    options.grant.endpoints = endpoints(&[pattern]);
    options
}

pub fn gate(options: GateOptions) -> Arc<SourceGate> {
    Arc::new(SourceGate::new(options).unwrap())
}

pub fn call(gate: &Arc<SourceGate>) -> GateCall {
    call_with(gate, 50, Duration::from_secs(60))
}

pub fn call_with(gate: &Arc<SourceGate>, requests: u32, time: Duration) -> GateCall {
    gate.begin(CallBudget { requests, deadline: Instant::now() + time })
}

pub fn get(url: impl Into<String>) -> HttpRequest {
    HttpRequest { method: "GET".to_owned(), url: url.into(), ..HttpRequest::default() }
}

pub fn get_with(url: impl Into<String>, credential: &str) -> HttpRequest {
    HttpRequest { credential: Some(credential.to_owned()), ..get(url) }
}

/// A credential `key` with the canary as its value.
pub fn credential(placement: Placement, audience: &[&str]) -> BoundCredential {
    let (hosts_of, endpoints_of): (Vec<&str>, Vec<&str>) =
        audience.iter().partition(|pattern| pattern.starts_with("http"));
    BoundCredential {
        info: CredentialInfo {
            name: "key".to_owned(),
            title: "Key".to_owned(),
            placement,
            audience: audience.iter().map(|text| (*text).to_owned()).collect(),
            optional: false,
        },
        audience_hosts: hosts(&hosts_of),
        audience_endpoints: endpoints(&endpoints_of),
        secret: Some(Secret::from(CANARY.to_owned())),
    }
}

/// Returns the text of a denial.
#[track_caller]
pub fn denial<T: std::fmt::Debug>(result: Result<T, HttpFault>) -> String {
    match result {
        Err(HttpFault::Denied(why)) => why,
        other => panic!("not denied: {other:?}"),
    }
}

/// Names that are all this machine.
pub fn all_here() -> Names {
    Names::Table(Arc::new(|_| vec![IpAddr::from([127, 0, 0, 1])]))
}

/// An authority of our own, in a file for the grant.
pub struct Authority {
    issuer: CertifiedIssuer<'static, KeyPair>,
    folder: tempfile::TempDir,
}

impl Authority {
    pub fn new() -> Self {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let issuer = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("ca.pem"), issuer.pem()).unwrap();
        Self { issuer, folder }
    }

    pub fn file(&self) -> PathBuf {
        self.folder.path().join("ca.pem")
    }

    /// The server's side of TLS for `name`.
    pub fn acceptor(&self, name: &str) -> TlsAcceptor {
        let key = KeyPair::generate().unwrap();
        let params = CertificateParams::new(vec![name.to_owned()]).unwrap();
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        let config =
            rustls::ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
                .with_safe_default_protocol_versions()
                .unwrap()
                .with_no_client_auth()
                .with_single_cert(
                    vec![certificate.der().clone()],
                    PrivateKeyDer::try_from(key.serialize_der()).unwrap(),
                )
                .unwrap();
        TlsAcceptor::from(Arc::new(config))
    }
}
