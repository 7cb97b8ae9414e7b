//! Text whose character set is wrong, missing or unknown.
//!
//! Holds: what is valid UTF-8 is read as UTF-8, what is not and says nothing better as Windows-1252, so no
//! letter is lost to a replacement mark that a common mail program would show.

use std::borrow::Cow;

use mail_parser::decoders::base64::base64_decode;
use mail_parser::decoders::charsets::map::charset_decoder;
use mail_parser::decoders::quoted_printable::quoted_printable_decode;
use mail_parser::{Encoding, MessagePart, MimeHeaders};

/// Names that senders write without meaning them.
const LOOSE: [&str; 10] = [
    "us-ascii",
    "ascii",
    "utf-8",
    "utf8",
    "iso-8859-1",
    "latin1",
    "windows-1252",
    "cp1252",
    "unknown-8bit",
    "x-unknown",
];

/// Returns `raw` with each header line that is not UTF-8 read as Windows-1252, and with an end where the
/// header just stops: the parser loses a last line without one. The body is left alone.
pub fn mend_header(raw: &[u8]) -> Cow<'_, [u8]> {
    let end = header_end(raw);
    let stops = end == raw.len() && !raw.ends_with(b"\n\r\n") && !raw.ends_with(b"\n\n");
    if std::str::from_utf8(&raw[..end]).is_ok() && !stops {
        return Cow::Borrowed(raw);
    }
    let mut mended = Vec::with_capacity(raw.len() + end / 4);
    for line in raw[..end].split_inclusive(|byte| *byte == b'\n') {
        match std::str::from_utf8(line) {
            Ok(_) => mended.extend_from_slice(line),
            Err(_) => mended.extend_from_slice(windows_1252(line).as_bytes()),
        }
    }
    mended.extend_from_slice(&raw[end..]);
    if stops {
        mended.extend_from_slice(b"\r\n\r\n");
    }
    Cow::Owned(mended)
}

/// Returns where the header ends: behind its empty line, or at the end of `raw`.
pub fn header_end(raw: &[u8]) -> usize {
    let mut at = 0;
    for line in raw.split_inclusive(|byte| *byte == b'\n') {
        at += line.len();
        if matches!(line, b"\n" | b"\r\n") {
            break;
        }
    }
    at
}

/// Returns the text of `part`, which its parser read as `text` from `raw`, the whole mail.
pub fn text_of<'a>(part: &MessagePart<'_>, text: &'a str, raw: &[u8]) -> Cow<'a, str> {
    if text.contains("\u{1b}$") {
        // ISO-2022-JP is 7-bit: under any wrong name it comes through as escapes.
        return bytes_of(part, raw).map_or(Cow::Borrowed(text), |bytes| decode("iso-2022-jp", &bytes).into());
    }
    let named = part.content_type().and_then(|kind| kind.attribute("charset")).unwrap_or("us-ascii");
    let named = named.trim().to_ascii_lowercase();
    let is_loose = LOOSE.contains(&named.as_str()) || charset_decoder(named.as_bytes()).is_none();
    if text.is_ascii() || !is_loose {
        return Cow::Borrowed(text);
    }
    bytes_of(part, raw).map_or(Cow::Borrowed(text), |bytes| Cow::Owned(guess(bytes)))
}

/// Reads bytes of which nothing is known: as UTF-8 if they are, else as Windows-1252.
pub fn guess(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).unwrap_or_else(|error| windows_1252(error.as_bytes()))
}

fn bytes_of(part: &MessagePart<'_>, raw: &[u8]) -> Option<Vec<u8>> {
    let body = raw.get(part.offset_body as usize..part.offset_end as usize)?;
    match part.encoding {
        Encoding::None => Some(body.to_vec()),
        Encoding::QuotedPrintable => quoted_printable_decode(body),
        Encoding::Base64 => base64_decode(body),
    }
}

fn windows_1252(bytes: &[u8]) -> String {
    decode("windows-1252", bytes)
}

fn decode(charset: &str, bytes: &[u8]) -> String {
    match charset_decoder(charset.as_bytes()) {
        Some(decoder) => decoder(bytes),
        None => String::from_utf8_lossy(bytes).into_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn raw_letters_in_a_header_are_read() {
        let raw = b"Subject: Gr\xfc\xdfe\r\nFrom: J\xc3\xb6 <jo@example.org>\r\n\r\nbody \xfc";
        let mended = mend_header(raw);
        assert!(mended.starts_with("Subject: Grüße\r\nFrom: Jö <jo@example.org>\r\n\r\n".as_bytes()));
        assert!(mended.ends_with(b"body \xfc"));
        assert!(matches!(mend_header(b"Subject: plain\n\nx"), Cow::Borrowed(_)));
        assert_eq!(mend_header(b"Message-ID: <a@b>").as_ref(), b"Message-ID: <a@b>\r\n\r\n");
        assert_eq!(header_end(b"no end"), 6);
        assert_eq!(header_end(b"A: b\n\nbody"), 6);
    }
}
