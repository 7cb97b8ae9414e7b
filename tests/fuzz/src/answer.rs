//! Answers of platforms that a fuzzer makes up: head, framing, coding and body, each right or wrong.

use std::io::Write;

use arbitrary::Arbitrary;
use flate2::Compression;
use flate2::write::{GzEncoder, ZlibEncoder};

/// The value of a credential of the source; whoever answers knows it, and says it back.
pub(crate) const SECRET: &str = "canary/7f+3 a&b=9";

/// Stands for the secret in inputs that are bytes.
const MARK: &[u8] = b"{secret}";

/// One answer.
#[derive(Debug, Arbitrary)]
pub(crate) struct Answer {
    status: Status,
    headers: Vec<(Header, Vec<u8>)>,
    coding: Coding,
    framing: Framing,
    pieces: Vec<Piece>,
    wrong: Wrong,
}

#[derive(Debug, Clone, Copy, Arbitrary)]
enum Status {
    Fine,
    Made,
    Empty,
    Moved,
    Unchanged,
    Unauthorized,
    TooMany,
    Broken,
}

#[derive(Debug, Clone, Copy, Arbitrary)]
enum Header {
    Link,
    Location,
    SetCookie,
    RetryAfter,
    ContentType,
    ContentLength,
    ContentEncoding,
    TransferEncoding,
    Trailer,
    Challenge,
    Own,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Arbitrary)]
enum Coding {
    Identity,
    Gzip,
    Deflate,
}

#[derive(Debug, Clone, Arbitrary)]
enum Framing {
    Length,
    Chunks { sizes: Vec<u8>, trailer: Option<Vec<u8>> },
    Close,
}

/// A piece of a body.
#[derive(Debug, Clone, Arbitrary)]
enum Piece {
    Bytes(Vec<u8>),
    Secret,
    Encoded,
    Many(u8, u8),
}

/// What is wrong with it.
#[derive(Debug, Clone, Arbitrary)]
enum Wrong {
    Nothing,
    Cut(u16),
    Flipped(Vec<(u16, u8)>),
    Longer(u8),
}

/// Returns the bytes of a raw answer, with the secret where its mark stands.
pub(crate) fn raw(data: &[u8]) -> Vec<u8> {
    let mut said = Vec::with_capacity(data.len());
    let mut rest = data;
    while let Some(at) = rest.windows(MARK.len()).position(|window| window == MARK) {
        said.extend_from_slice(&rest[..at]);
        said.extend_from_slice(SECRET.as_bytes());
        rest = &rest[at + MARK.len()..];
    }
    said.extend_from_slice(rest);
    said
}

impl Answer {
    /// Returns the body as it was before it was packed.
    pub(crate) fn body(&self) -> Vec<u8> {
        let mut body = Vec::new();
        for piece in &self.pieces {
            match piece {
                Piece::Bytes(bytes) => body.extend_from_slice(bytes),
                Piece::Secret => body.extend_from_slice(SECRET.as_bytes()),
                Piece::Encoded => body.extend_from_slice(b"canary%2F7f%2B3+a%26b%3d9"),
                // Up to a few times what a body may have.
                Piece::Many(byte, times) => body.resize(body.len() + (usize::from(*times) << 13), *byte),
            }
        }
        body
    }

    /// Tells whether any server might say this and mean it: then its body must come through.
    pub(crate) fn is_honest(&self) -> bool {
        let plain = |header: &Header| matches!(header, Header::Link | Header::ContentType | Header::Own);
        matches!(self.wrong, Wrong::Nothing)
            && matches!(self.status, Status::Fine | Status::Made | Status::Broken)
            && self.headers.len() < 20
            && self
                .headers
                .iter()
                .all(|(header, value)| plain(header) && value.len() < 200 && value.iter().all(is_legal))
            && !matches!(&self.framing, Framing::Chunks { trailer: Some(_), .. })
    }

    /// Returns the bytes on the wire.
    pub(crate) fn said(&self) -> Vec<u8> {
        let body = packed(self.coding, &self.body());
        let mut said = format!("HTTP/1.1 {}\r\n", self.status.line()).into_bytes();
        for (header, value) in &self.headers {
            said.extend_from_slice(header.name().as_bytes());
            said.extend_from_slice(b": ");
            said.extend_from_slice(&raw(value));
            said.extend_from_slice(b"\r\n");
        }
        match self.coding {
            Coding::Identity => {}
            Coding::Gzip => said.extend_from_slice(b"content-encoding: gzip\r\n"),
            Coding::Deflate => said.extend_from_slice(b"content-encoding: deflate\r\n"),
        }
        self.frame(&mut said, &body);
        self.spoil(said)
    }

    fn frame(&self, said: &mut Vec<u8>, body: &[u8]) {
        match &self.framing {
            Framing::Length => {
                said.extend_from_slice(format!("content-length: {}\r\n\r\n", body.len()).as_bytes());
                said.extend_from_slice(body);
            }
            Framing::Close => {
                said.extend_from_slice(b"connection: close\r\n\r\n");
                said.extend_from_slice(body);
            }
            Framing::Chunks { sizes, trailer } => {
                said.extend_from_slice(b"transfer-encoding: chunked\r\n\r\n");
                let mut rest = body;
                let mut sizes = sizes.iter().map(|size| usize::from(*size) + 1);
                while !rest.is_empty() {
                    let (chunk, behind) = rest.split_at(sizes.next().unwrap_or(1 << 14).min(rest.len()));
                    said.extend_from_slice(format!("{:x}\r\n", chunk.len()).as_bytes());
                    said.extend_from_slice(chunk);
                    said.extend_from_slice(b"\r\n");
                    rest = behind;
                }
                said.extend_from_slice(b"0\r\n");
                said.extend_from_slice(trailer.as_deref().unwrap_or_default());
                said.extend_from_slice(b"\r\n");
            }
        }
    }

    fn spoil(&self, mut said: Vec<u8>) -> Vec<u8> {
        match &self.wrong {
            Wrong::Nothing => {}
            Wrong::Cut(at) => said.truncate(usize::from(*at)),
            Wrong::Longer(bytes) => said.resize(said.len() + usize::from(*bytes), b'x'),
            Wrong::Flipped(flips) => {
                for (at, bits) in flips {
                    let at = usize::from(*at) % said.len();
                    said[at] ^= bits;
                }
            }
        }
        said
    }
}

/// Tells whether a header's value may hold the byte (RFC 9110, 5.5).
fn is_legal(byte: &u8) -> bool {
    matches!(byte, b'\t' | b' '..=b'~' | 128..)
}

fn packed(coding: Coding, body: &[u8]) -> Vec<u8> {
    let kept = "memory takes every write";
    match coding {
        Coding::Identity => body.to_vec(),
        Coding::Gzip => {
            let mut packer = GzEncoder::new(Vec::new(), Compression::fast());
            packer.write_all(body).expect(kept);
            packer.finish().expect(kept)
        }
        Coding::Deflate => {
            let mut packer = ZlibEncoder::new(Vec::new(), Compression::fast());
            packer.write_all(body).expect(kept);
            packer.finish().expect(kept)
        }
    }
}

impl Status {
    const fn line(self) -> &'static str {
        match self {
            Self::Fine => "200 OK",
            Self::Made => "201 Made",
            Self::Empty => "204 Empty",
            Self::Moved => "302 Moved",
            Self::Unchanged => "304 Unchanged",
            Self::Unauthorized => "401 Who",
            Self::TooMany => "429 Later",
            Self::Broken => "500 Broken",
        }
    }
}

impl Header {
    const fn name(self) -> &'static str {
        match self {
            Self::Link => "link",
            Self::Location => "location",
            Self::SetCookie => "set-cookie",
            Self::RetryAfter => "retry-after",
            Self::ContentType => "content-type",
            Self::ContentLength => "content-length",
            Self::ContentEncoding => "content-encoding",
            Self::TransferEncoding => "transfer-encoding",
            Self::Trailer => "trailer",
            Self::Challenge => "www-authenticate",
            Self::Own => "x-own",
        }
    }
}
