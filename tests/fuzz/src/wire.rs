//! What a connector reads of a line-protocol connection: every byte once, none from before TLS, no secret.

use std::cell::OnceCell;
use std::sync::Arc;

use arbitrary::{Arbitrary, Unstructured};
use hark_egress::{GateReport, SourceGate, WireConnection, WireFault};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::ServerConfig;
use rustls::crypto::ring;
use rustls::pki_types::PrivateKeyDer;
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;

use crate::Verdict;
use crate::answer::raw;
use crate::place::{Place, call, tells};

/// How long a connector waits for more of what is said before TLS.
const PLAIN_MS_MAX: u32 = 20;

/// One connection as the server sees it.
#[derive(Debug, Arbitrary)]
struct Talk {
    start: Start,
    /// Said before TLS, where TLS comes later.
    plain: Vec<Vec<u8>>,
    /// Said over TLS, or instead of it.
    pieces: Vec<Vec<u8>>,
    /// How much is asked for at a time.
    reads: Vec<u8>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Arbitrary)]
enum Start {
    /// TLS from the first byte.
    Tls,
    /// Plain, and never anything else.
    Plain,
    /// Plain, then TLS.
    Upgrade,
    /// Bytes in the place of a handshake.
    NoTls,
}

/// The two ends, with a name that the gate believes.
struct Ends {
    place: Place,
    gate: Arc<SourceGate>,
    acceptor: TlsAcceptor,
    _folder: TempDir,
}

/// Says these bytes to a connector. It reads all of them in order, and nothing else, without the secret; of what came
/// before TLS it reads nothing after.
pub fn wire(data: &[u8]) -> Verdict {
    thread_local!(static ENDS: OnceCell<Ends> = const { OnceCell::new() });
    let Ok(talk) = Talk::arbitrary(&mut Unstructured::new(data)) else { return Verdict::Refused };
    ENDS.with(|ends| {
        let ends = ends.get_or_init(Ends::new);
        let (plain, read, report) = ends.place.runtime.block_on(converse(ends, &talk));
        for bytes in [Some(&plain), read.as_ref().ok()].into_iter().flatten() {
            assert!(!tells(bytes), "a connector reads the secret");
        }
        assert!(!tells(format!("{:?}", report.transcript).as_bytes()), "the transcript tells the secret");
        assert_eq!(report.requests, 1);
        judge(ends, &talk, &plain, read)
    })
}

fn judge(ends: &Ends, talk: &Talk, plain: &[u8], read: Result<Vec<u8>, WireFault>) -> Verdict {
    let said = |pieces: &[Vec<u8>]| ends.gate.scrub_bytes(&raw(&pieces.concat()));
    let read = match (talk.start, read) {
        (_, Ok(read)) => read,
        (Start::NoTls, Err(_)) => return Verdict::Refused,
        // What the server says too early may meet the handshake.
        (Start::Upgrade, Err(WireFault::Tls(_))) => return Verdict::Refused,
        (start, Err(fault)) => panic!("{start:?}: {fault}"),
    };
    match talk.start {
        Start::Tls => assert_eq!(read, said(&talk.pieces), "other bytes than were said"),
        Start::Plain => assert_eq!(read, said(&talk.plain), "other bytes than were said"),
        Start::Upgrade => {
            assert_eq!(read, said(&talk.pieces), "other bytes than were said over TLS");
            assert!(plain.len() <= said(&talk.plain).len(), "more than was said before TLS");
        }
        Start::NoTls => panic!("bytes that are no handshake are a connection"),
    }
    Verdict::Taken
}

/// Returns what was read before TLS, what was read then to the end, and what the call did.
async fn converse(ends: &Ends, talk: &Talk) -> (Vec<u8>, Result<Vec<u8>, WireFault>, GateReport) {
    let scheme = if matches!(talk.start, Start::Tls | Start::NoTls) { "tls" } else { "starttls" };
    let endpoint = format!("{scheme}://mail.test:{}", ends.place.port);
    let mut call = call(&ends.gate);
    let mut plain = Vec::new();
    let read = tokio::select! {
        biased;
        read = async {
            let mut wire = call.connect(&endpoint).await?;
            if talk.start == Start::Upgrade {
                if !talk.plain.concat().is_empty() {
                    // What could be the beginning of the secret is waited for, and nothing more comes before TLS.
                    plain = wire.read(at_a_time(talk, 0), PLAIN_MS_MAX).await.unwrap_or_default();
                }
                wire.write(b"STARTTLS\r\n").await?;
                wire.start_tls().await?;
            }
            read_all(&mut wire, talk).await
        } => read,
        () = serve(ends, talk) => unreachable!("it serves until it is not needed"),
    };
    (plain, read, call.finish())
}

fn at_a_time(talk: &Talk, turn: usize) -> u32 {
    let reads = talk.reads.len().max(1);
    talk.reads.get(turn % reads).map_or(4_096, |bytes| u32::from(*bytes) + 1)
}

async fn read_all(wire: &mut WireConnection, talk: &Talk) -> Result<Vec<u8>, WireFault> {
    let mut all = Vec::new();
    for turn in 0.. {
        let max = at_a_time(talk, turn);
        match wire.read(max, 0).await {
            Ok(read) => {
                assert!(!read.is_empty() && read.len() <= max as usize, "{} of {max} bytes", read.len());
                all.extend(read);
            }
            Err(WireFault::Closed) => break,
            Err(fault) => return Err(fault),
        }
    }
    Ok(all)
}

async fn serve(ends: &Ends, talk: &Talk) {
    loop {
        if let Ok((tcp, _)) = ends.place.listener.accept().await {
            // A connector that hangs up early breaks the pipe; that is its right.
            let _ = answer(ends, talk, tcp).await;
        }
    }
}

async fn answer(ends: &Ends, talk: &Talk, mut tcp: TcpStream) -> std::io::Result<()> {
    match talk.start {
        Start::Tls => say(&mut ends.acceptor.accept(tcp).await?, &talk.pieces).await,
        Start::Plain => say(&mut tcp, &talk.plain).await,
        Start::NoTls => say(&mut tcp, &talk.pieces).await,
        Start::Upgrade => {
            tcp.write_all(&raw(&talk.plain.concat())).await?;
            let mut line = Vec::new();
            while !line.ends_with(b"\n") {
                line.push(tcp.read_u8().await?);
            }
            say(&mut ends.acceptor.accept(tcp).await?, &talk.pieces).await
        }
    }
}

async fn say(stream: &mut (impl AsyncWrite + Unpin), pieces: &[Vec<u8>]) -> std::io::Result<()> {
    let whole = raw(&pieces.concat());
    let mut rest = whole.as_slice();
    // The same bytes in as many writes, so that a secret may be cut anywhere.
    for piece in pieces {
        let (now, later) = rest.split_at(piece.len().min(rest.len()));
        stream.write_all(now).await?;
        stream.flush().await?;
        rest = later;
    }
    stream.write_all(rest).await?;
    stream.shutdown().await
}

impl Ends {
    fn new() -> Self {
        let made = "certificates are made";
        let mut params = CertificateParams::new(Vec::new()).expect(made);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let issuer = CertifiedIssuer::self_signed(params, KeyPair::generate().expect(made)).expect(made);
        let folder = tempfile::tempdir().expect("a folder for the authority");
        let file = folder.path().join("ca.pem");
        std::fs::write(&file, issuer.pem()).expect("the authority is written");
        let key = KeyPair::generate().expect(made);
        let params = CertificateParams::new(vec!["mail.test".to_owned()]).expect(made);
        let certificate = params.signed_by(&key, &issuer).expect(made);
        let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .and_then(|config| {
                let key = PrivateKeyDer::try_from(key.serialize_der()).expect(made);
                config.with_no_client_auth().with_single_cert(vec![certificate.der().clone()], key)
            });
        let place = Place::new();
        let gate = place.gate(Some(file));
        let acceptor = TlsAcceptor::from(Arc::new(config.expect(made)));
        Self { place, gate, acceptor, _folder: folder }
    }
}
