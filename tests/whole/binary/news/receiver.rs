//! A receiver of webhooks that fails half of the time: it refuses, or takes what comes and hangs up without a word.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

/// One delivery that was read.
#[derive(Debug, Clone)]
pub struct Delivery {
    pub id: String,
    pub body: String,
    pub taken: bool,
}

/// The receiver; its threads end with the process.
pub struct Receiver {
    pub port: u16,
    seen: Arc<Mutex<Vec<Delivery>>>,
}

impl Receiver {
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let seen = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&seen);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let kept = Arc::clone(&kept);
                // A sender that is killed leaves a broken connection behind, which is no fault of the test.
                std::thread::spawn(move || serve(stream.unwrap(), &kept).ok());
            }
        });
        Self { port, seen }
    }

    pub fn deliveries(&self) -> Vec<Delivery> {
        self.seen.lock().unwrap().clone()
    }
}

fn serve(mut stream: TcpStream, seen: &Mutex<Vec<Delivery>>) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream.try_clone()?);
    loop {
        let (mut id, mut length, mut line) = (String::new(), 0, String::new());
        if reader.read_line(&mut line)? == 0 {
            return Ok(());
        }
        loop {
            line.clear();
            reader.read_line(&mut line)?;
            let Some((name, value)) = line.trim_end().split_once(':') else { break };
            match name.to_ascii_lowercase().as_str() {
                "webhook-id" => id = value.trim().to_owned(),
                "content-length" => length = value.trim().parse().unwrap_or(0),
                _ => {}
            }
        }
        let mut body = vec![0; length];
        reader.read_exact(&mut body)?;
        let body = String::from_utf8_lossy(&body).into_owned();
        let count = {
            let mut all = seen.lock().unwrap();
            let count = all.len();
            all.push(Delivery { id, body, taken: count % 4 != 1 });
            count
        };
        match count % 4 {
            1 => stream.write_all(b"HTTP/1.1 503 no\r\ncontent-length: 0\r\n\r\n")?,
            3 => return stream.shutdown(std::net::Shutdown::Both),
            _ => stream.write_all(b"HTTP/1.1 200 ok\r\ncontent-length: 0\r\n\r\n")?,
        }
    }
}
