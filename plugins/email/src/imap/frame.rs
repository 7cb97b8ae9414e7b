//! One response as it stands on the wire: its lines, and its literals taken out of them.
//!
//! Holds: what a literal contains is never looked at; a literal that is too large is skipped, not stored.

use hark_sdk::types::Fault;
use hark_sdk::wire::{LineReader, ReadError, Transport, WireFault, without_line_end};

use crate::limits;

/// How much of an unwanted literal is dropped at a time.
const DROP_BYTES: usize = 64 << 10;
/// How long the tail of a literal that never came is looked through.
const TAIL_MS: u32 = 1;

/// One response. In `lines` each literal stands as a short one that holds its place in `literals`.
#[derive(Debug, Default)]
pub struct Frame {
    /// The response, 7-bit: a byte that is not stands as `?`.
    pub lines: Vec<u8>,
    /// Its literals; one that was too large is empty.
    pub literals: Vec<Vec<u8>>,
    /// A literal was too large.
    pub oversize: bool,
}

/// The server and we no longer agree where a response ends: nothing more that it says can be believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the server announced a literal of another length than it sent")]
pub struct Unsynced;

/// Why a response could not be read.
#[derive(Debug, thiserror::Error)]
pub enum FrameError {
    /// The connection failed.
    #[error("the connection failed: {0:?}")]
    Cut(Fault),
    /// The response makes no sense.
    #[error(transparent)]
    Unsynced(#[from] Unsynced),
}

impl From<ReadError> for FrameError {
    fn from(error: ReadError) -> Self {
        Self::Cut(error.into())
    }
}

/// Reads the next response to the command `tag`, its literals at most `literal_max` bytes each.
pub fn read<T: Transport>(
    reader: &mut LineReader<T>,
    tag: &str,
    literal_max: usize,
) -> Result<Frame, FrameError> {
    let mut frame = Frame::default();
    let line = reader.read_line(limits::LINE_BYTES_MAX)?;
    let may_hold_literals = is_data(&line);
    frame.push_line(&line);
    let mut announced = announcement(&line).filter(|_| may_hold_literals);
    while let Some((tail, size)) = announced {
        if frame.literals.len() == limits::LITERALS_MAX || frame.lines.len() > limits::LINE_BYTES_MAX {
            return Err(Unsynced.into());
        }
        let held = frame.total() + size <= literal_max + limits::RESPONSE_SLACK_BYTES;
        let literal = match held {
            true => take(reader, tag, size)?,
            false => drop_bytes(reader, tag, size)?,
        };
        frame.oversize |= !held;
        frame.push_literal(tail, literal);
        let line = reader.read_line(limits::LINE_BYTES_MAX)?;
        frame.push_line(&line);
        announced = announcement(&line);
    }
    Ok(frame)
}

impl Frame {
    fn total(&self) -> usize {
        self.literals.iter().map(Vec::len).sum()
    }

    fn push_line(&mut self, line: &[u8]) {
        let line = without_line_end(line);
        self.lines.extend(line.iter().map(|byte| if byte.is_ascii() { *byte } else { b'?' }));
        self.lines.extend_from_slice(b"\r\n");
    }

    /// Puts a literal in the place of its announcement: the last `tail` bytes of the lines.
    fn push_literal(&mut self, tail: usize, literal: Vec<u8>) {
        let place = self.literals.len().to_string();
        self.lines.truncate(self.lines.len().saturating_sub(tail));
        self.lines.extend_from_slice(format!("{{{}}}\r\n{place}", place.len()).as_bytes());
        self.literals.push(literal);
    }
}

/// Tells whether `line` starts untagged data: only that holds literals, while words for people may end in
/// anything, even in what looks like one.
fn is_data(line: &[u8]) -> bool {
    let Some(rest) = line.strip_prefix(b"* ") else { return false };
    let word = rest.split(|byte| matches!(byte, b' ' | b'\r' | b'\n')).next().unwrap_or_default();
    let words_for_people: [&[u8]; 5] = [b"OK", b"NO", b"BAD", b"BYE", b"PREAUTH"];
    !words_for_people.iter().any(|kind| kind.eq_ignore_ascii_case(word))
}

/// Returns the announcement at the end of `line`, `{12}` or `{12+}` or `~{12}`: how many bytes it takes
/// there with a two-byte line end, and the size that it announces.
fn announcement(line: &[u8]) -> Option<(usize, usize)> {
    let line = without_line_end(line);
    let inner = line.strip_suffix(b"}")?;
    let open = inner.iter().rposition(|byte| *byte == b'{')?;
    let digits = std::str::from_utf8(&inner[open + 1..]).ok()?;
    let size: u32 = digits.strip_suffix('+').unwrap_or(digits).parse().ok()?;
    let open = if open > 0 && line[open - 1] == b'~' { open - 1 } else { open };
    Some((line.len() - open + 2, size as usize))
}

fn take<T: Transport>(reader: &mut LineReader<T>, tag: &str, size: usize) -> Result<Vec<u8>, FrameError> {
    reader.read_exact(size, size).map_err(|error| why_short(reader, tag, error))
}

fn drop_bytes<T: Transport>(
    reader: &mut LineReader<T>,
    tag: &str,
    size: usize,
) -> Result<Vec<u8>, FrameError> {
    let mut left = size;
    while left > 0 {
        left -= take(reader, tag, left.min(DROP_BYTES))?.len();
    }
    Ok(Vec::new())
}

/// Tells a slow server from one that sent less than it announced: after the latter the end of the command
/// lies unread within what should be the literal.
fn why_short<T: Transport>(reader: &mut LineReader<T>, tag: &str, error: ReadError) -> FrameError {
    if error == ReadError::Wire(WireFault::Timeout) {
        reader.set_timeout_ms(TAIL_MS);
        let end = format!("{tag} OK");
        while let Ok(line) = reader.read_line(limits::LINE_BYTES_MAX) {
            if line.len() >= end.len() && line[..end.len()].eq_ignore_ascii_case(end.as_bytes()) {
                return Unsynced.into();
            }
        }
    }
    error.into()
}

#[cfg(test)]
mod tests {
    use hark_sdk::wire::Script;

    use super::*;

    fn frame(session: &[u8], literal_max: usize) -> Result<Frame, FrameError> {
        read(&mut LineReader::new(Script::new(session.chunks(3))), "h1", literal_max)
    }

    #[test]
    fn literals_are_taken_out_and_leave_their_place() {
        let got =
            frame(b"* 1 FETCH (UID 7 BODY[] {5}\r\na\0\xffb\n X {0}\r\n Y ~{2+}\r\nhi)\r\n", 100).unwrap();
        assert_eq!(got.lines, b"* 1 FETCH (UID 7 BODY[] {1}\r\n0 X {1}\r\n1 Y {1}\r\n2)\r\n");
        assert_eq!(got.literals, [b"a\0\xffb\n".to_vec(), Vec::new(), b"hi".to_vec()]);
        assert!(!got.oversize);
    }

    #[test]
    fn words_for_people_hold_no_literal() {
        for line in ["* OK try {5}\r\n", "* no {5}\r\n", "h1 OK done {5}\r\n", "+ go on {5}\r\n"] {
            let got = frame(line.as_bytes(), 100).unwrap();
            assert_eq!((got.lines.as_slice(), got.literals.len()), (line.as_bytes(), 0));
        }
        assert_eq!(frame("* OK Grüße\n".as_bytes(), 100).unwrap().lines, b"* OK Gr????e\r\n");
    }

    #[test]
    fn a_literal_that_is_too_large_is_skipped() {
        let mut session = b"* 1 FETCH (BODY[] {200000}\r\n".to_vec();
        session.resize(session.len() + 200_000, b'x');
        session.extend_from_slice(b")\r\n");
        let got = frame(&session, 10).unwrap();
        assert!(got.oversize);
        assert_eq!(
            (got.lines.as_slice(), got.literals.len()),
            (b"* 1 FETCH (BODY[] {1}\r\n0)\r\n".as_slice(), 1)
        );
    }

    #[test]
    fn a_cut_is_told_from_a_literal_that_is_too_short() {
        let cut = frame(b"* 1 FETCH (BODY[] {50}\r\nhalf", 100);
        assert!(matches!(cut, Err(FrameError::Cut(Fault::Transient(_)))), "{cut:?}");

        let mut script = Script::new([b"* 1 FETCH (BODY[] {50}\r\nall\r\n)\r\nh1 OK done\r\n"]);
        script.chunks.extend([Err(WireFault::Timeout), Err(WireFault::Timeout)]);
        let short = read(&mut LineReader::new(script), "h1", 100);
        assert!(matches!(short, Err(FrameError::Unsynced(_))), "{short:?}");

        let mut script = Script::new([b"* 1 FETCH (BODY[] {50}\r\nslow\r\n"]);
        script.chunks.extend([Err(WireFault::Timeout), Err(WireFault::Timeout)]);
        let slow = read(&mut LineReader::new(script), "h1", 100);
        assert!(matches!(slow, Err(FrameError::Cut(Fault::Transient(_)))), "{slow:?}");
    }
}
