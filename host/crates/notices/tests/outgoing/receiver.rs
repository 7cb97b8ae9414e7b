//! A server that takes POSTs, and fails in every way when told to.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

/// What the server does with one delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Way {
    /// Takes it and says so.
    Take,
    /// Takes it, and says so late.
    TakeSlowly,
    /// Takes it, and hangs up without a word.
    TakeAndHangUp,
    /// Hangs up before it has read it.
    HangUp,
    /// Answers with this status; 429 asks to wait a second.
    Status(u16),
}

impl Way {
    pub fn takes(self) -> bool {
        matches!(self, Self::Take | Self::TakeSlowly | Self::TakeAndHangUp)
    }
}

/// One POST that was read.
#[derive(Debug, Clone)]
pub struct Delivery {
    pub headers: Vec<(String, String)>,
    pub body: String,
    pub way: Way,
}

impl Delivery {
    pub fn header(&self, name: &str) -> &str {
        let found = self.headers.iter().find(|(known, _)| known == name);
        found.map_or("", |(_, value)| value)
    }
}

#[derive(Default)]
struct Seen {
    deliveries: Mutex<Vec<Delivery>>,
    changed: Condvar,
}

/// The server; its threads end with the process.
pub struct Receiver {
    port: u16,
    seen: Arc<Seen>,
}

impl Receiver {
    /// Starts one; `choose` is told how many deliveries there were, and the next one's text.
    pub fn start(choose: impl Fn(usize, &str) -> (Way, &'static str) + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let seen = Arc::new(Seen::default());
        let (kept, choose) = (Arc::clone(&seen), Arc::new(choose));
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let (kept, choose) = (Arc::clone(&kept), Arc::clone(&choose));
                // A sender that is killed leaves a broken connection behind, which is no fault of the test.
                std::thread::spawn(move || serve(stream.unwrap(), &kept, &*choose).ok());
            }
        });
        Self { port, seen }
    }

    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}/hook", self.port)
    }

    pub fn deliveries(&self) -> Vec<Delivery> {
        self.seen.deliveries.lock().unwrap().clone()
    }

    /// Waits until there were so many deliveries.
    pub fn wait_for(&self, count: usize) {
        let deliveries = self.seen.deliveries.lock().unwrap();
        let waited = self
            .seen
            .changed
            .wait_timeout_while(deliveries, Duration::from_secs(120), |all| all.len() < count);
        assert!(!waited.unwrap().1.timed_out(), "fewer than {count} deliveries came");
    }
}

fn serve(
    mut stream: TcpStream,
    seen: &Seen,
    choose: &(dyn Fn(usize, &str) -> (Way, &'static str) + Send + Sync),
) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream.try_clone()?);
    loop {
        let mut headers = Vec::new();
        let mut line = String::new();
        if reader.read_line(&mut line)? == 0 {
            return Ok(());
        }
        loop {
            line.clear();
            reader.read_line(&mut line)?;
            let Some((name, value)) = line.trim_end().split_once(':') else { break };
            headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
        }
        let mut delivery = Delivery { headers, body: String::new(), way: Way::HangUp };
        let mut body = vec![0; delivery.header("content-length").parse().unwrap_or(0)];
        let (way, word) = {
            let mut all = seen.deliveries.lock().unwrap();
            let (way, word) = choose(all.len(), delivery.header("webhook-id"));
            if way == Way::HangUp {
                all.push(delivery);
                seen.changed.notify_all();
                return stream.shutdown(Shutdown::Both);
            }
            (way, word)
        };
        reader.read_exact(&mut body)?;
        delivery.body = String::from_utf8_lossy(&body).into_owned();
        delivery.way = way;
        seen.deliveries.lock().unwrap().push(delivery);
        seen.changed.notify_all();
        match way {
            Way::TakeAndHangUp | Way::HangUp => return stream.shutdown(Shutdown::Both),
            Way::TakeSlowly => slowly(&mut stream)?,
            Way::Take => answer(&mut stream, 200, word)?,
            Way::Status(status) => answer(&mut stream, status, word)?,
        }
    }
}

fn answer(stream: &mut TcpStream, status: u16, word: &str) -> std::io::Result<()> {
    let wait = if status == 429 { "retry-after: 1\r\n" } else { "" };
    write!(stream, "HTTP/1.1 {status} x\r\n{wait}content-length: {}\r\n\r\n{word}", word.len())
}

/// Gives each byte of an answer a packet of its own, with a pause before it that a reader's timeout makes.
fn slowly(stream: &mut TcpStream) -> std::io::Result<()> {
    stream.set_read_timeout(Some(Duration::from_millis(10)))?;
    for byte in b"HTTP/1.1 200 x\r\ncontent-length: 0\r\n\r\n" {
        // Nothing more comes from a client that waits.
        let _ = stream.peek(&mut [0]);
        stream.write_all(&[*byte])?;
    }
    stream.set_read_timeout(None)
}
