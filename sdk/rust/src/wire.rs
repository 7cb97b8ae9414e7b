//! Line protocols over the contract's `wire`: a buffered reader of lines and literals, and a script that
//! plays the server in tests.
//!
//! Holds: no read grows beyond the bound that the caller names; what was read ahead is never lost, and is
//! thrown away by `start_tls`, as nothing said in plain may count after it.
//! Not its business: what the lines mean.

use std::collections::VecDeque;

use crate::bindings::hark::connector::wire as imports;
pub use crate::bindings::hark::connector::wire::{SecretEncoding, WireFault};
use crate::types::Fault;

/// How much is asked of the host at a time.
const CHUNK_BYTES: u32 = 64 << 10;
/// How long one read waits unless the reader is told otherwise.
const TIMEOUT_MS: u32 = 20_000;
/// How many reads in a row may bring nothing before the server counts as silent.
const EMPTY_READS_MAX: u32 = 1_000;

/// What a connection can do: the host's, or a [`Script`] in tests.
pub trait Transport {
    /// Sends `bytes`.
    fn write(&mut self, bytes: &[u8]) -> Result<(), WireFault>;
    /// Sends `prefix`, the secret of credential `name` for `user`, then `suffix`.
    fn write_secret(
        &mut self,
        prefix: &[u8],
        name: &str,
        user: &str,
        encoding: SecretEncoding,
        suffix: &[u8],
    ) -> Result<(), WireFault>;
    /// Upgrades to TLS in place.
    fn start_tls(&mut self) -> Result<(), WireFault>;
    /// Receives at most `max` bytes; none never means the end.
    fn read(&mut self, max: u32, timeout_ms: u32) -> Result<Vec<u8>, WireFault>;
    /// Keeps a payload for provenance and returns its id.
    fn keep(&mut self, label: &str, media_type: &str, bytes: &[u8]) -> u64;
}

/// A connection that the host made.
pub struct Connection(imports::Connection);

/// Connects to `endpoint`: one of the manifest's, with the settings put in.
pub fn connect(endpoint: &str) -> Result<LineReader<Connection>, WireFault> {
    #[cfg(target_arch = "wasm32")]
    return imports::connect(endpoint).map(|connection| LineReader::new(Connection(connection)));
    #[cfg(not(target_arch = "wasm32"))]
    return Err(WireFault::Denied(format!(
        "no host connects to {endpoint} here: see hark_sdk::wire::Script"
    )));
}

impl Transport for Connection {
    fn write(&mut self, bytes: &[u8]) -> Result<(), WireFault> {
        self.0.write(bytes)
    }

    fn write_secret(
        &mut self,
        prefix: &[u8],
        name: &str,
        user: &str,
        encoding: SecretEncoding,
        suffix: &[u8],
    ) -> Result<(), WireFault> {
        self.0.write_secret(prefix, name, user, encoding, suffix)
    }

    fn start_tls(&mut self) -> Result<(), WireFault> {
        self.0.start_tls()
    }

    fn read(&mut self, max: u32, timeout_ms: u32) -> Result<Vec<u8>, WireFault> {
        self.0.read(max, timeout_ms)
    }

    fn keep(&mut self, label: &str, media_type: &str, bytes: &[u8]) -> u64 {
        self.0.keep(label, media_type, bytes)
    }
}

/// Why a line or literal was not read; `?` makes a [`Fault`] of it.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum ReadError {
    /// The connection failed.
    #[error("the connection failed")]
    Wire(#[source] WireFault),
    /// The line or literal is longer than the caller allows.
    #[error("longer than {0} bytes")]
    TooLong(usize),
}

impl From<WireFault> for ReadError {
    fn from(fault: WireFault) -> Self {
        Self::Wire(fault)
    }
}

impl From<ReadError> for Fault {
    fn from(error: ReadError) -> Self {
        match error {
            ReadError::Wire(fault) => fault.into(),
            ReadError::TooLong(max) => {
                Self::protocol(format!("the server sent more than {max} bytes at once"))
            }
        }
    }
}

/// A connection read by lines and literals.
pub struct LineReader<T> {
    transport: T,
    ahead: VecDeque<u8>,
    timeout_ms: u32,
}

impl<T: Transport> LineReader<T> {
    /// Reads from `transport`.
    pub fn new(transport: T) -> Self {
        Self { transport, ahead: VecDeque::new(), timeout_ms: TIMEOUT_MS }
    }

    /// Sets how long one read may wait for bytes.
    pub fn set_timeout_ms(&mut self, timeout_ms: u32) {
        self.timeout_ms = timeout_ms;
    }

    /// Returns the connection, for what the reader does not do.
    pub fn transport(&mut self) -> &mut T {
        &mut self.transport
    }

    /// Returns the next line with its line end, at most `max` bytes of it.
    pub fn read_line(&mut self, max: usize) -> Result<Vec<u8>, ReadError> {
        let mut looked_at = 0;
        loop {
            let found = self.ahead.iter().skip(looked_at).position(|byte| *byte == b'\n');
            match found.map(|at| looked_at + at + 1) {
                Some(end) if end <= max => return Ok(self.ahead.drain(..end).collect()),
                None if self.ahead.len() < max => {}
                _ => return Err(ReadError::TooLong(max)),
            }
            looked_at = self.ahead.len();
            self.fill()?;
        }
    }

    /// Returns exactly `count` bytes, refused if more than `max`.
    pub fn read_exact(&mut self, count: usize, max: usize) -> Result<Vec<u8>, ReadError> {
        if count > max {
            return Err(ReadError::TooLong(max));
        }
        while self.ahead.len() < count {
            self.fill()?;
        }
        Ok(self.ahead.drain(..count).collect())
    }

    /// Sends `bytes`.
    pub fn write(&mut self, bytes: &[u8]) -> Result<(), WireFault> {
        self.transport.write(bytes)
    }

    /// Sends `prefix`, the secret of credential `name` for `user`, then `suffix`.
    pub fn write_secret(
        &mut self,
        prefix: &[u8],
        name: &str,
        user: &str,
        encoding: SecretEncoding,
        suffix: &[u8],
    ) -> Result<(), WireFault> {
        self.transport.write_secret(prefix, name, user, encoding, suffix)
    }

    /// Upgrades to TLS; what was read ahead in plain is thrown away.
    pub fn start_tls(&mut self) -> Result<(), WireFault> {
        self.ahead.clear();
        self.transport.start_tls()
    }

    /// Keeps a payload for provenance and returns its id.
    pub fn keep(&mut self, label: &str, media_type: &str, bytes: &[u8]) -> u64 {
        self.transport.keep(label, media_type, bytes)
    }

    fn fill(&mut self) -> Result<(), WireFault> {
        for _ in 0..EMPTY_READS_MAX {
            let bytes = self.transport.read(CHUNK_BYTES, self.timeout_ms)?;
            if !bytes.is_empty() {
                self.ahead.extend(bytes);
                return Ok(());
            }
        }
        Err(WireFault::Timeout)
    }
}

/// Returns `line` without its line end.
pub fn without_line_end(line: &[u8]) -> &[u8] {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    line.strip_suffix(b"\r").unwrap_or(line)
}

/// A server that follows a script, for the tests of a connector.
///
/// It sends its chunks one a read, then fails; what it was sent stands in `sent`.
#[derive(Debug, Default)]
pub struct Script {
    /// What the server sends, one chunk a read; when it is used up the connection is closed.
    pub chunks: VecDeque<Result<Vec<u8>, WireFault>>,
    /// What was written; a secret stands as `<name for user>`.
    pub sent: Vec<u8>,
    /// What was kept: label, media type, bytes; the id is the place, from 1.
    pub kept: Vec<(String, String, Vec<u8>)>,
    /// How often TLS was started.
    pub tls_started: u32,
}

impl Script {
    /// Starts a script of these chunks.
    pub fn new<B: Into<Vec<u8>>>(chunks: impl IntoIterator<Item = B>) -> Self {
        Self { chunks: chunks.into_iter().map(|chunk| Ok(chunk.into())).collect(), ..Self::default() }
    }
}

impl Transport for Script {
    fn write(&mut self, bytes: &[u8]) -> Result<(), WireFault> {
        self.sent.extend_from_slice(bytes);
        Ok(())
    }

    fn write_secret(
        &mut self,
        prefix: &[u8],
        name: &str,
        user: &str,
        _encoding: SecretEncoding,
        suffix: &[u8],
    ) -> Result<(), WireFault> {
        self.sent.extend_from_slice(prefix);
        self.sent.extend_from_slice(format!("<{name} for {user}>").as_bytes());
        self.sent.extend_from_slice(suffix);
        Ok(())
    }

    fn start_tls(&mut self) -> Result<(), WireFault> {
        self.tls_started += 1;
        Ok(())
    }

    fn read(&mut self, max: u32, _timeout_ms: u32) -> Result<Vec<u8>, WireFault> {
        let mut chunk = self.chunks.pop_front().unwrap_or(Err(WireFault::Closed))?;
        if chunk.len() > max as usize {
            self.chunks.push_front(Ok(chunk.split_off(max as usize)));
        }
        Ok(chunk)
    }

    fn keep(&mut self, label: &str, media_type: &str, bytes: &[u8]) -> u64 {
        self.kept.push((label.to_owned(), media_type.to_owned(), bytes.to_vec()));
        self.kept.len() as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_and_literals_come_whole_however_they_are_cut() {
        let session: &[u8] = b"* OK ready\r\n* 1 FETCH {5}\r\nab\r\nc)\r\nlast\n";
        for size in [1, 2, 3, 7, session.len()] {
            let mut reader = LineReader::new(Script::new(session.chunks(size)));
            assert_eq!(reader.read_line(64).unwrap(), b"* OK ready\r\n", "size {size}");
            assert_eq!(without_line_end(&reader.read_line(64).unwrap()), b"* 1 FETCH {5}", "size {size}");
            assert_eq!(reader.read_exact(5, 64).unwrap(), b"ab\r\nc", "size {size}");
            assert_eq!(reader.read_line(64).unwrap(), b")\r\n", "size {size}");
            assert_eq!(without_line_end(&reader.read_line(64).unwrap()), b"last", "size {size}");
            assert_eq!(reader.read_line(64), Err(ReadError::Wire(WireFault::Closed)), "size {size}");
        }
    }

    #[test]
    fn every_read_has_its_bound() {
        let mut endless = LineReader::new(Script::new(vec![vec![b'x'; 100]; 100]));
        assert_eq!(endless.read_line(250), Err(ReadError::TooLong(250)));
        assert_eq!(endless.read_exact(10_000, 9_999), Err(ReadError::TooLong(9_999)));
        assert_eq!(endless.read_exact(10_000, 10_000).unwrap().len(), 10_000);
        let mut exact = LineReader::new(Script::new(["ab\nabc\n"]));
        assert_eq!(exact.read_line(3).unwrap(), b"ab\n");
        assert_eq!(exact.read_line(3), Err(ReadError::TooLong(3)));
        let mut silent = LineReader::new(Script::new(vec![Vec::new(); 2_000]));
        assert_eq!(silent.read_line(10), Err(ReadError::Wire(WireFault::Timeout)));
    }

    #[test]
    fn nothing_read_in_plain_counts_after_the_upgrade() {
        let mut reader = LineReader::new(Script::new(["ok\r\ninjected\r\n", "after\r\n"]));
        assert_eq!(reader.read_line(64).unwrap(), b"ok\r\n");
        reader.start_tls().unwrap();
        assert_eq!(reader.read_line(64).unwrap(), b"after\r\n");
        assert_eq!(reader.transport().tls_started, 1);
    }

    #[test]
    fn a_secret_is_named_never_shown() {
        let mut reader = LineReader::new(Script::default());
        let encoding = SecretEncoding::ImapQuoted;
        reader.write_secret(b"a1 LOGIN \"jo\" ", "imap-password", "jo", encoding, b"\r\n").unwrap();
        assert_eq!(reader.transport().sent, b"a1 LOGIN \"jo\" <imap-password for jo>\r\n");
    }
}
