//! A TCP proxy that cuts one connection of ten, somewhere: TLS passes through it, so a cut falls wherever it falls.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use hark_doubles::sample::Chance;

use crate::weather::ONE_IN;

/// No connection that is cut gets further than this.
const CUT_BYTES_MAX: u64 = 300_000;

/// A running proxy; it serves until the process ends.
pub struct Proxy {
    port: u16,
    counts: Arc<Counts>,
}

#[derive(Default)]
struct Counts {
    connections: AtomicU64,
    cut: AtomicU64,
}

impl Proxy {
    /// Starts one before the server at `port` of loopback.
    pub fn start(port: u16, seed: u64) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let ours = listener.local_addr().unwrap().port();
        let counts = Arc::new(Counts::default());
        let counting = Arc::clone(&counts);
        std::thread::spawn(move || {
            for (number, client) in (1..).zip(listener.incoming()) {
                let server = TcpStream::connect(("127.0.0.1", port)).unwrap();
                let mut chance = Chance::new(seed, number);
                let is_cut = chance.below(ONE_IN) == 0;
                counting.connections.fetch_add(1, Ordering::SeqCst);
                counting.cut.fetch_add(u64::from(is_cut), Ordering::SeqCst);
                let left = if is_cut { chance.below(CUT_BYTES_MAX) } else { u64::MAX };
                pass(client.unwrap(), server, left);
            }
        });
        Self { port: ours, counts }
    }

    /// Returns its port.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Returns how many connections there were, and how many of them it cut.
    pub fn counts(&self) -> (u64, u64) {
        (self.counts.connections.load(Ordering::SeqCst), self.counts.cut.load(Ordering::SeqCst))
    }
}

/// Passes bytes both ways until `left` have come from the server.
fn pass(client: TcpStream, server: TcpStream, left: u64) {
    let (from, to) = (client.try_clone().unwrap(), server.try_clone().unwrap());
    std::thread::spawn(move || copy(from, to, u64::MAX));
    std::thread::spawn(move || copy(server, client, left));
}

fn copy(mut from: TcpStream, mut to: TcpStream, mut left: u64) {
    let mut buffer = vec![0; 16 << 10];
    while left > 0 {
        let count = match from.read(&mut buffer) {
            Ok(0) | Err(_) => break,
            Ok(count) => usize::try_from(left).map_or(count, |left| count.min(left)),
        };
        if to.write_all(&buffer[..count]).is_err() {
            break;
        }
        left -= count as u64;
    }
    // Both directions end: the other thread sees it.
    let _ = (from.shutdown(Shutdown::Both), to.shutdown(Shutdown::Both));
}
