//! A server on this machine that says exactly the bytes it is told to, over TCP or TLS, and remembers
//! what it heard and on how many connections.

use std::net::{IpAddr, SocketAddr};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

/// One request as it came.
#[derive(Debug, Clone)]
pub struct Seen {
    pub method: String,
    pub target: String,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Seen {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

/// What the server does with a request.
pub enum Reply {
    /// These bytes; the connection stays.
    Raw(Vec<u8>),
    /// These bytes, then the end of the connection.
    Last(Vec<u8>),
    /// These bytes, then the same chunk so many times, each after a pause, then the end.
    Chunks { head: Vec<u8>, chunk: Vec<u8>, times: usize, pause: Duration },
}

/// A response with a length.
pub fn reply(status: &str, headers: &str, body: impl AsRef<[u8]>) -> Reply {
    let body = body.as_ref();
    let mut raw =
        format!("HTTP/1.1 {status}\r\ncontent-length: {}\r\n{headers}\r\n", body.len()).into_bytes();
    raw.extend_from_slice(body);
    Reply::Raw(raw)
}

pub fn ok(body: impl AsRef<[u8]>) -> Reply {
    reply("200 OK", "", body)
}

/// A redirect with a body of several packets, as careless servers send it.
pub fn redirect(status: u16, location: &str) -> Reply {
    reply(&format!("{status} Elsewhere"), &format!("location: {location}\r\n"), "elsewhere".repeat(6_000))
}

/// A running server.
pub struct Server {
    pub address: SocketAddr,
    seen: Arc<Mutex<Vec<Seen>>>,
    connections: Arc<AtomicUsize>,
}

impl Server {
    pub async fn start(answer: impl Fn(&Seen) -> Reply + Send + Sync + 'static) -> Self {
        Self::start_with(None, answer).await
    }

    /// Starts one on another address of this machine.
    pub async fn start_at(address: [u8; 4], answer: impl Fn(&Seen) -> Reply + Send + Sync + 'static) -> Self {
        Self::start_on(SocketAddr::from((address, 0)), answer).await
    }

    pub async fn start_on(
        address: SocketAddr,
        answer: impl Fn(&Seen) -> Reply + Send + Sync + 'static,
    ) -> Self {
        Self::listen(TcpListener::bind(address).await.unwrap(), None, answer)
    }

    pub async fn start_with(
        tls: Option<TlsAcceptor>,
        answer: impl Fn(&Seen) -> Reply + Send + Sync + 'static,
    ) -> Self {
        Self::listen(TcpListener::bind((IpAddr::from([127, 0, 0, 1]), 0)).await.unwrap(), tls, answer)
    }

    /// Starts one that says `bytes` to everybody who comes, whatever they say, and hangs up.
    pub async fn start_mute(bytes: &'static [u8]) -> Self {
        let listener = TcpListener::bind((IpAddr::from([127, 0, 0, 1]), 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let connections = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&connections);
        tokio::spawn(async move {
            while let Ok((mut tcp, _)) = listener.accept().await {
                count.fetch_add(1, Ordering::SeqCst);
                tokio::spawn(async move {
                    let _ = tcp.write_all(bytes).await;
                    // What was said must be read before the end, or the end overtakes the bytes.
                    let _ = tcp.read(&mut [0; 4096]).await;
                });
            }
        });
        Self { address, seen: Arc::default(), connections }
    }

    fn listen(
        listener: TcpListener,
        tls: Option<TlsAcceptor>,
        answer: impl Fn(&Seen) -> Reply + Send + Sync + 'static,
    ) -> Self {
        let address = listener.local_addr().unwrap();
        let seen = Arc::new(Mutex::new(Vec::new()));
        let connections = Arc::new(AtomicUsize::new(0));
        let (log, count, answer) = (Arc::clone(&seen), Arc::clone(&connections), Arc::new(answer));
        tokio::spawn(async move {
            while let Ok((tcp, _)) = listener.accept().await {
                count.fetch_add(1, Ordering::SeqCst);
                let (log, answer, tls) = (Arc::clone(&log), Arc::clone(&answer), tls.clone());
                tokio::spawn(async move {
                    match tls {
                        Some(tls) => {
                            if let Ok(stream) = tls.accept(tcp).await {
                                talk(stream, &log, &*answer).await;
                            }
                        }
                        None => talk(tcp, &log, &*answer).await,
                    }
                });
            }
        });
        Self { address, seen, connections }
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    pub fn origin(&self) -> String {
        format!("http://{}", self.address)
    }

    pub fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().clone()
    }

    pub fn last(&self) -> Seen {
        self.seen().pop().expect("the server was asked")
    }

    pub fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }
}

async fn talk<S: AsyncRead + AsyncWrite + Unpin>(
    mut stream: S,
    log: &Mutex<Vec<Seen>>,
    answer: &(dyn Fn(&Seen) -> Reply + Send + Sync),
) {
    while let Some(seen) = hear(&mut stream).await {
        log.lock().unwrap().push(seen.clone());
        let said = match answer(&seen) {
            Reply::Raw(bytes) => stream.write_all(&bytes).await,
            Reply::Last(bytes) => {
                let _ = stream.write_all(&bytes).await;
                let _ = stream.shutdown().await;
                return;
            }
            Reply::Chunks { head, chunk, times, pause } => {
                chunks(&mut stream, &head, &chunk, times, pause).await
            }
        };
        if said.is_err() || stream.flush().await.is_err() {
            return;
        }
    }
}

async fn chunks<S: AsyncWrite + Unpin>(
    stream: &mut S,
    head: &[u8],
    chunk: &[u8],
    times: usize,
    pause: Duration,
) -> std::io::Result<()> {
    stream.write_all(head).await?;
    let mut tick = (!pause.is_zero()).then(|| tokio::time::interval(pause));
    for _ in 0..times {
        if let Some(tick) = &mut tick {
            tick.tick().await;
        }
        stream.write_all(chunk).await?;
        stream.flush().await?;
    }
    stream.write_all(b"0\r\n\r\n").await
}

async fn hear<S: AsyncRead + Unpin>(stream: &mut S) -> Option<Seen> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.ok()?);
    }
    let text = String::from_utf8_lossy(&head).into_owned();
    let mut lines = text.lines();
    let mut first = lines.next()?.split(' ').map(str::to_owned);
    let (method, target) = (first.next()?, first.next()?);
    let headers: Vec<(String, String)> = lines
        .filter_map(|line| line.split_once(": "))
        .map(|(n, v)| (n.to_lowercase(), v.to_owned()))
        .collect();
    let length = headers.iter().find(|(name, _)| name == "content-length").map_or("0", |(_, value)| value);
    let mut body = vec![0; length.parse().ok()?];
    stream.read_exact(&mut body).await.ok()?;
    Some(Seen { method, target, headers, body })
}
