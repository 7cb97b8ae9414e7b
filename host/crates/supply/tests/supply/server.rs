//! A server with TLS on this machine that says what it is told to, and remembers what it heard.

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::pki_types::PrivateKeyDer;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

/// One request as it came.
#[derive(Debug, Clone)]
pub struct Seen {
    pub method: String,
    pub path: String,
    pub authorization: Option<String>,
}

/// An answer, byte for byte; the connection is closed behind it.
pub struct Answer(pub Vec<u8>);

/// An answer with a length.
pub fn answer(status: u16, headers: &str, body: impl AsRef<[u8]>) -> Answer {
    let body = body.as_ref();
    announcing(status, headers, body.len() as u64, body)
}

/// An answer that announces another length than it has.
pub fn announcing(status: u16, headers: &str, bytes: u64, body: &[u8]) -> Answer {
    let head =
        format!("HTTP/1.1 {status} X\r\ncontent-length: {bytes}\r\nconnection: close\r\n{headers}\r\n");
    Answer([head.as_bytes(), body].concat())
}

/// An answer without a length.
pub fn unannounced(body: &[u8]) -> Answer {
    Answer([b"HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n", body].concat())
}

pub fn ok(body: impl AsRef<[u8]>) -> Answer {
    answer(200, "", body)
}

pub fn gone() -> Answer {
    answer(404, "", "")
}

/// An authority of our own; the servers of one test share it.
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

    fn acceptor(&self) -> TlsAcceptor {
        let key = KeyPair::generate().unwrap();
        let params = CertificateParams::new(vec!["127.0.0.1".to_owned()]).unwrap();
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = rustls::ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![certificate.der().clone()], key)
            .unwrap();
        TlsAcceptor::from(Arc::new(config))
    }
}

/// A running server; ends with its test's runtime.
pub struct Server {
    pub address: SocketAddr,
    seen: Arc<Mutex<Vec<Seen>>>,
}

impl Server {
    pub async fn start(
        authority: &Authority,
        answer: impl Fn(&Seen) -> Answer + Send + Sync + 'static,
    ) -> Self {
        Self::run(Some(authority.acceptor()), answer).await
    }

    pub async fn plain(answer: impl Fn(&Seen) -> Answer + Send + Sync + 'static) -> Self {
        Self::run(None, answer).await
    }

    async fn run(tls: Option<TlsAcceptor>, answer: impl Fn(&Seen) -> Answer + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind((IpAddr::from([127, 0, 0, 1]), 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let seen = Arc::new(Mutex::new(Vec::new()));
        let (log, answer) = (Arc::clone(&seen), Arc::new(answer));
        tokio::spawn(async move {
            while let Ok((tcp, _)) = listener.accept().await {
                let (log, answer, tls) = (Arc::clone(&log), Arc::clone(&answer), tls.clone());
                tokio::spawn(async move {
                    match tls {
                        Some(tls) => match tls.accept(tcp).await {
                            Ok(stream) => talk(stream, &log, &*answer).await,
                            Err(_) => None,
                        },
                        None => talk(tcp, &log, &*answer).await,
                    }
                });
            }
        });
        Self { address, seen }
    }

    pub fn host(&self) -> String {
        self.address.to_string()
    }

    pub fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().clone()
    }
}

async fn talk<S: AsyncRead + AsyncWrite + Unpin>(
    mut stream: S,
    log: &Mutex<Vec<Seen>>,
    answer: &(dyn Fn(&Seen) -> Answer + Send + Sync),
) -> Option<()> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.ok()?);
    }
    let text = String::from_utf8_lossy(&head).into_owned();
    let mut first = text.lines().next()?.split(' ').map(str::to_owned);
    let (method, path) = (first.next()?, first.next()?);
    let authorization = text.lines().find_map(|line| line.strip_prefix("authorization: ")).map(str::to_owned);
    let seen = Seen { method, path, authorization };
    log.lock().unwrap().push(seen.clone());
    let Answer(bytes) = answer(&seen);
    stream.write_all(&bytes).await.ok()?;
    stream.shutdown().await.ok()
}
