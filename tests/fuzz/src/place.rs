//! A place with two ends: the gate of a source, and a platform on this machine that says what it is told to.
//!
//! Holds: all of it runs on the thread that asks, so that the same input takes the same way; no other machine is asked.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;
use std::time::Duration;

use hark_egress::{BoundCredential, CallBudget, GateCall, GateOptions, Names, Secret, Shared, SourceGate};
use hark_model::{CredentialInfo, EndpointPattern, Grant, HostPattern, Placement, SourceLimits, SourceName};
use tokio::net::TcpListener;
use tokio::runtime::{Builder, Runtime};
use tokio::signal::unix::{SignalKind, signal};
use tokio::time::Instant;

use crate::answer::SECRET;

/// What a source may spend here: little, so that bounds are met.
pub(crate) const LIMITS: SourceLimits = SourceLimits {
    body_mib: 1,
    wire_mib: 1,
    header_kib: 8,
    redirects: 2,
    request_secs: 20,
    ..SourceLimits::STRICT
};

/// A platform and the thread's own runtime.
pub(crate) struct Place {
    pub(crate) runtime: Runtime,
    pub(crate) listener: TcpListener,
    pub(crate) port: u16,
}

impl Place {
    pub(crate) fn new() -> Self {
        let runtime = Builder::new_current_thread().enable_all().build().expect("a runtime starts");
        // A program of Rust ignores it; libFuzzer's is none, and who hangs up must not end it.
        drop(runtime.block_on(async { signal(SignalKind::pipe()) }).expect("a signal is caught"));
        let listener = runtime.block_on(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))).expect("a port is free");
        let port = listener.local_addr().expect("it listens").port();
        Self { runtime, listener, port }
    }

    /// Makes a gate that may go to every name below `fuzz.test` at our port, with a credential that the platform knows.
    pub(crate) fn gate(&self, ca_file: Option<std::path::PathBuf>) -> Arc<SourceGate> {
        let right = "these patterns are well formed";
        let hosts = vec![HostPattern::parse(&format!("http://*.fuzz.test:{}", self.port)).expect(right)];
        let endpoints = ["tls", "starttls"].map(|scheme| {
            EndpointPattern::parse(&format!("{scheme}://mail.test:{}", self.port)).expect(right)
        });
        let grant = Grant {
            hosts: hosts.clone(),
            endpoints: endpoints.to_vec(),
            private_addresses: vec!["127.0.0.0/8".parse().expect("a network")],
            ca_file,
        };
        let options = GateOptions {
            source: SourceName::parse("fuzz").expect("a name"),
            hosts,
            endpoints: endpoints.to_vec(),
            grant,
            credentials: vec![credential()],
            limits: LIMITS,
            user_agent: "hark-fuzz".to_owned(),
            names: Names::Table(Arc::new(|_| vec![IpAddr::V4(Ipv4Addr::LOCALHOST)])),
            shared: Shared::default(),
        };
        Arc::new(SourceGate::new(options).expect("everything is granted"))
    }
}

fn credential() -> BoundCredential {
    BoundCredential {
        info: CredentialInfo {
            name: "key".to_owned(),
            title: "Key".to_owned(),
            placement: Placement::Bearer,
            audience: vec!["https://x.test".to_owned()],
            optional: false,
        },
        audience_hosts: vec![HostPattern::parse("https://x.test").expect("a host")],
        audience_endpoints: Vec::new(),
        secret: Some(Secret::from(SECRET.to_owned())),
    }
}

/// Begins a call with room for a few requests.
pub(crate) fn call(gate: &Arc<SourceGate>) -> GateCall {
    gate.begin(CallBudget { requests: 8, deadline: Instant::now() + Duration::from_secs(60) })
}

/// Tells whether the secret stands in `bytes` as it is.
pub(crate) fn tells(bytes: &[u8]) -> bool {
    bytes.windows(SECRET.len()).any(|window| window == SECRET.as_bytes())
}
