//! A TCP proxy that cuts: TLS passes through it, so a cut falls wherever it falls.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// A running proxy; gone when dropped.
pub struct Proxy {
    port: u16,
    cut_after: Arc<AtomicUsize>,
    task: JoinHandle<()>,
}

impl Proxy {
    /// Starts one before the server at `port` of loopback.
    pub async fn start(port: u16) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("loopback has a free port");
        let ours = listener.local_addr().expect("a bound socket has an address").port();
        let cut_after = Arc::new(AtomicUsize::new(usize::MAX));
        let limit = Arc::clone(&cut_after);
        let task = tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let server = TcpStream::connect(("127.0.0.1", port)).await.expect("the server listens");
                tokio::spawn(pass(client, server, limit.load(Ordering::SeqCst)));
            }
        });
        Self { port: ours, cut_after, task }
    }

    /// Returns its port.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Cuts further connections after so many bytes from the server.
    pub fn cut_after(&self, bytes: usize) {
        self.cut_after.store(bytes, Ordering::SeqCst);
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Passes bytes both ways until `left` have come from the server; then both ends are dropped.
async fn pass(mut client: TcpStream, mut server: TcpStream, mut left: usize) {
    let (mut up, mut down) = (vec![0; 16 << 10], vec![0; 16 << 10]);
    while left > 0 {
        tokio::select! {
            got = client.read(&mut up) => match got {
                Ok(count) if count > 0 && server.write_all(&up[..count]).await.is_ok() => {}
                _ => return,
            },
            got = server.read(&mut down) => match got {
                Ok(count) if count > 0 => {
                    let passed = count.min(left);
                    if client.write_all(&down[..passed]).await.is_err() {
                        return;
                    }
                    left -= passed;
                }
                _ => return,
            },
        }
    }
}
