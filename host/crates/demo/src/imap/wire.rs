//! From bytes to commands: lines, literals, and lines that mean something only to the one before.

use imap_codec::CommandCodec;
use imap_codec::decode::{CommandDecodeError, Decoder};
use imap_codec::imap_types::IntoStatic;
use imap_codec::imap_types::command::Command;
use imap_codec::imap_types::core::LiteralMode;

use super::session::Next;
use crate::limits;

/// What a client has sent.
#[derive(Debug)]
pub(super) enum Input {
    /// Nothing whole yet.
    More,
    /// A command.
    Command(Box<Command<'static>>),
    /// The client wants leave to send a literal.
    Literal,
    /// A line that is no command: the answer to a challenge, the end of an `IDLE`.
    Line(String),
    /// A line that cannot be understood, with its tag.
    Bad(String),
    /// More than a command may hold.
    TooLong,
}

/// Cuts a stream of bytes into what a client has sent.
#[derive(Debug, Default)]
pub(super) struct Framer {
    bytes: Vec<u8>,
    /// How much was there when leave for a literal was given, so that it is given once.
    allowed_at: usize,
}

impl Framer {
    /// Takes bytes in.
    pub fn feed(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }

    /// Returns the next thing that was sent, read as what `expected` makes of it.
    pub fn next(&mut self, expected: &Next) -> Input {
        if self.bytes.is_empty() {
            return Input::More;
        }
        match expected {
            Next::Command => self.command(),
            Next::Idle(_) | Next::Password(_) => self.line().map_or_else(|| self.more(), Input::Line),
            Next::Close => Input::More,
        }
    }

    fn more(&self) -> Input {
        if self.bytes.len() > limits::COMMAND_BYTES_MAX { Input::TooLong } else { Input::More }
    }

    fn command(&mut self) -> Input {
        let (input, used) = match CommandCodec::default().decode(&self.bytes) {
            Ok((rest, command)) => {
                (Input::Command(Box::new(command.into_static())), self.bytes.len() - rest.len())
            }
            Err(CommandDecodeError::Incomplete) => return self.more(),
            Err(CommandDecodeError::LiteralFound { length, mode, .. }) => {
                let whole = usize::try_from(length).unwrap_or(usize::MAX).saturating_add(self.bytes.len());
                let asked = mode == LiteralMode::Sync && self.allowed_at != self.bytes.len();
                self.allowed_at = self.bytes.len();
                return match (whole > limits::COMMAND_BYTES_MAX, asked) {
                    (true, _) => Input::TooLong,
                    (false, true) => Input::Literal,
                    (false, false) => Input::More,
                };
            }
            Err(CommandDecodeError::Failed) => match self.line() {
                Some(line) => {
                    let tag = line.split(' ').next().filter(|tag| is_tag(tag)).unwrap_or("*").to_owned();
                    (Input::Bad(tag), 0)
                }
                None => return self.more(),
            },
        };
        self.bytes.drain(..used);
        self.allowed_at = 0;
        input
    }

    /// Takes the next line off, without its end.
    fn line(&mut self) -> Option<String> {
        let end = self.bytes.iter().position(|byte| *byte == b'\n')?;
        let line = String::from_utf8_lossy(&self.bytes[..end]).trim_end_matches('\r').to_owned();
        self.bytes.drain(..=end);
        Some(line)
    }
}

fn is_tag(word: &str) -> bool {
    !word.is_empty() && word.len() <= 64 && word.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'.')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn inputs(pieces: &[&str]) -> Vec<String> {
        let mut framer = Framer::default();
        let mut seen = Vec::new();
        for piece in pieces {
            framer.feed(piece.as_bytes());
            loop {
                match framer.next(&Next::Command) {
                    Input::More => break,
                    Input::TooLong => {
                        seen.push("too long".to_owned());
                        return seen;
                    }
                    Input::Command(command) => seen.push(command.body.name().to_owned()),
                    Input::Literal => seen.push("+".to_owned()),
                    Input::Bad(tag) => seen.push(format!("bad {tag}")),
                    Input::Line(line) => seen.push(line),
                }
            }
        }
        seen
    }

    #[test]
    fn commands_come_whole_however_they_are_cut() {
        assert_eq!(inputs(&["a NOOP\r\nb CAPA", "BILITY\r", "\n"]), ["NOOP", "CAPABILITY"]);
        assert_eq!(inputs(&["a LOGIN {2}\r\n", "me {3}\r\n", "abc\r\n"]), ["+", "+", "LOGIN"]);
        assert_eq!(inputs(&["a LOGIN {2+}\r\nme {3+}\r\nabc\r\n"]), ["LOGIN"]);
        assert_eq!(inputs(&["a EAT\r\nb NOOP\r\n"]), ["bad a", "NOOP"]);
        assert_eq!(inputs(&["\u{1}\r\n"]), ["bad *"]);
    }

    #[test]
    fn a_client_cannot_make_the_server_hoard() {
        assert_eq!(inputs(&["a LOGIN {99999999}\r\n"]), ["too long"]);
        assert_eq!(inputs(&["a LOGIN {99999999+}\r\n"]), ["too long"]);
        assert_eq!(inputs(&["a", &"x".repeat(limits::COMMAND_BYTES_MAX)]), ["too long"]);
    }
}
