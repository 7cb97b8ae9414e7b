//! Servers that are not who they say, for HTTP and for wires.

use std::sync::Arc;

use hark_egress::{HttpFault, WireFault};
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, ExtendedKeyUsagePurpose, GeneralSubtree,
    IsCa, KeyPair, NameConstraints, date_time_ymd,
};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::TlsAcceptor;

use crate::kit::{Authority, all_here, call, gate, get, options, wire_options};
use crate::server::{Reply, Server, ok};
use crate::verdict::{Verdict, judge};

const NAME: &str = "api.example.com";

/// What the server presents, made by the authority that the source trusts where that matters.
type Present = fn(&Made) -> Shown;

pub enum Shown {
    /// A chain of certificates and the key of the first.
    Chain(Vec<CertificateDer<'static>>, Box<KeyPair>),
    /// These bytes instead of TLS.
    Bytes(&'static [u8]),
}

pub struct Made {
    authority: CertifiedIssuer<'static, KeyPair>,
}

#[rustfmt::skip]
pub const CASES: &[(&str, Present, &str)] = &[
    ("certificate for another name", |made| made.leaf(&["other.example.com"], |_| ()), "tls|not valid for name"),
    ("certificate for the name's parent", |made| made.leaf(&["example.com"], |_| ()), "tls|not valid for name"),
    ("certificate for a name below", |made| made.leaf(&["a.api.example.com"], |_| ()), "tls|not valid for name"),
    ("certificate for a wildcard one above", |made| made.leaf(&["*.com"], |_| ()), "tls|not valid for name"),
    ("certificate for a wildcard below", |made| made.leaf(&["*.api.example.com"], |_| ()), "tls|not valid for name"),
    ("certificate for an address", |made| made.leaf(&["127.0.0.1"], |_| ()), "tls|not valid for name"),
    ("certificate for nobody", |made| made.leaf(&[], |_| ()), "tls|not valid for name"),
    ("certificate with the name only as a title", |made| made.leaf(&[], |params| params.distinguished_name.push(DnType::CommonName, NAME)), "tls|not valid for name"),
    ("certificate that has expired", |made| made.leaf(&[NAME], |params| (params.not_before, params.not_after) = (date_time_ymd(2001, 1, 1), date_time_ymd(2002, 1, 1))), "tls|expired"),
    ("certificate that is not valid yet", |made| made.leaf(&[NAME], |params| (params.not_before, params.not_after) = (date_time_ymd(2901, 1, 1), date_time_ymd(2902, 1, 1))), "tls|not valid yet"),
    ("certificate for clients", |made| made.leaf(&[NAME], |params| params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth]), "tls|certificate"),
    ("certificate of an authority as a server's", |made| made.leaf(&[NAME], |params| params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained)), "tls|CaUsedAsEndEntity"),
    ("certificate signed by itself", |_| self_signed(), "tls|UnknownIssuer"),
    ("certificate of an unknown authority", |_| Made::new(|params| params.distinguished_name.push(DnType::CommonName, "stranger")).leaf(&[NAME], |_| ()), "tls|UnknownIssuer"),
    ("certificate of an authority of the same name", |_| Made::new(|_| ()).leaf(&[NAME], |_| ()), "tls|BadSignature"),
    ("certificate signed by a server's", |made| made.below(&|_| ()), "tls|certificate"),
    ("certificate against its authority's bounds", |made| made.below(&|params| {
        params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        params.name_constraints = Some(NameConstraints { permitted_subtrees: vec![GeneralSubtree::DnsName("else.example".to_owned())], excluded_subtrees: Vec::new() });
    }), "tls|certificate"),
    ("plain HTTP where TLS is due", |_| Shown::Bytes(b"HTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\ncanary"), "tls|corrupt message"),
    ("a greeting where TLS is due", |_| Shown::Bytes(b"220 mail.example.com ESMTP\r\n"), "tls|corrupt message"),
    ("TLS of the nineties", |_| Shown::Bytes(b"\x15\x03\x00\x00\x02\x02\x46"), "tls|alert"),
    ("hello of TLS 1.0", |_| Shown::Bytes(TLS_1_0_HELLO), "tls|"),
];

/// A server's hello that chooses TLS 1.0 and RC4.
const TLS_1_0_HELLO: &[u8] = b"\x16\x03\x01\x00\x2a\x02\x00\x00\x26\x03\x01\
    \x11\x11\x11\x11\x11\x11\x11\x11\x11\x11\x11\x11\x11\x11\x11\x11\x11\x11\x11\x11\x11\x11\x11\x11\x11\x11\x11\x11\x11\x11\x11\x11\
    \x00\x00\x05\x00";

fn key() -> KeyPair {
    KeyPair::generate().unwrap()
}

impl Made {
    fn new(change: impl Fn(&mut CertificateParams)) -> Self {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        change(&mut params);
        Self { authority: CertifiedIssuer::self_signed(params, key()).unwrap() }
    }

    fn leaf(&self, names: &[&str], change: impl Fn(&mut CertificateParams)) -> Shown {
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        let mut params = CertificateParams::new(names).unwrap();
        change(&mut params);
        let key = key();
        let certificate = params.signed_by(&key, &self.authority).unwrap();
        Shown::Chain(vec![certificate.der().clone()], Box::new(key))
    }

    /// A certificate that is right but for who signed it: one that `change` makes an authority, or not.
    fn below(&self, change: &dyn Fn(&mut CertificateParams)) -> Shown {
        let mut between = CertificateParams::new(vec!["between.example.com".to_owned()]).unwrap();
        between.distinguished_name.push(DnType::CommonName, "between");
        change(&mut between);
        let between = CertifiedIssuer::signed_by(between, key(), &self.authority).unwrap();
        let key = key();
        let leaf = CertificateParams::new(vec![NAME.to_owned()]).unwrap().signed_by(&key, &between).unwrap();
        Shown::Chain(vec![leaf.der().clone(), between.der().clone()], Box::new(key))
    }
}

fn self_signed() -> Shown {
    let key = key();
    let mut params = CertificateParams::new(vec![NAME.to_owned()]).unwrap();
    params.distinguished_name.push(DnType::CommonName, NAME);
    let certificate = params.self_signed(&key).unwrap();
    Shown::Chain(vec![certificate.der().clone()], Box::new(key))
}

/// Starts a server that presents `shown`.
async fn serve(shown: Shown) -> Server {
    match shown {
        Shown::Bytes(bytes) => Server::start_mute(bytes).await,
        Shown::Chain(chain, key) => {
            let provider = Arc::new(rustls::crypto::ring::default_provider());
            let config = rustls::ServerConfig::builder_with_provider(provider)
                .with_safe_default_protocol_versions()
                .unwrap()
                .with_no_client_auth()
                .with_single_cert(chain, PrivateKeyDer::try_from(key.serialize_der()).unwrap())
                .unwrap();
            Server::start_with(Some(TlsAcceptor::from(Arc::new(config))), |_| Reply::Raw(ok_bytes())).await
        }
    }
}

fn ok_bytes() -> Vec<u8> {
    match ok("x") {
        Reply::Raw(bytes) => bytes,
        _ => Vec::new(),
    }
}

async fn over_http(server: &Server, ca_file: &std::path::Path) -> Result<(), HttpFault> {
    let origin = format!("https://{NAME}:{}", server.address.port());
    let mut options = options(&[&origin]);
    options.names = all_here();
    options.grant.ca_file = Some(ca_file.to_owned());
    call(&gate(options)).send(get(origin)).await.map(|_| ())
}

async fn over_wire(server: &Server, ca_file: &std::path::Path) -> Result<(), WireFault> {
    let endpoint = format!("tls://{NAME}:{}", server.address.port());
    let mut options = wire_options(&endpoint);
    options.names = all_here();
    options.grant.ca_file = Some(ca_file.to_owned());
    call(&gate(options)).connect(&endpoint).await.map(|_| ())
}

#[tokio::test]
async fn nobody_else_is_believed() {
    let made = Made::new(|_| ());
    let folder = tempfile::tempdir().unwrap();
    let ca_file = folder.path().join("ca.pem");
    std::fs::write(&ca_file, made.authority.pem()).unwrap();
    let mut verdicts = Vec::new();
    for (case, present, rule) in CASES {
        let server = serve(present(&made)).await;
        let (http, wire) = (over_http(&server, &ca_file).await, over_wire(&server, &ca_file).await);
        // Not a byte of a request may reach a server that was not believed.
        let heard = !server.seen().is_empty();
        verdicts.push(Verdict::http(case, rule, &http).leak(heard, "a request was heard"));
        verdicts.push(Verdict::wire(case, rule, &wire));
    }
    judge(&verdicts, CASES.len() * 2);
    // The controls: the right name, a wildcard one below, and an authority between.
    let between = made.below(&|params| params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0)));
    for shown in [made.leaf(&[NAME], |_| ()), made.leaf(&["*.example.com"], |_| ()), between] {
        let server = serve(shown).await;
        assert_eq!(over_http(&server, &ca_file).await, Ok(()));
        assert!(over_wire(&server, &ca_file).await.is_ok());
        assert_eq!(server.seen().len(), 1);
    }
    // And what one source trusts, another does not.
    let stranger = Authority::new();
    let server = serve(made.leaf(&[NAME], |_| ())).await;
    assert!(matches!(over_http(&server, &stranger.file()).await, Err(HttpFault::Tls(_))));
}
