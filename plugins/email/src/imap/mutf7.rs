//! Mailbox names: modified UTF-7 (RFC 3501, 5.1.3) to words and back.

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+,";

/// Returns `name` as it goes over the wire: printable ASCII.
pub fn encode(name: &str) -> String {
    let mut out = String::new();
    let mut pending: Vec<u16> = Vec::new();
    for c in name.chars() {
        match c {
            ' '..='~' => {
                flush(&mut out, &mut pending);
                out.push(c);
                if c == '&' {
                    out.push('-');
                }
            }
            _ => pending.extend_from_slice(c.encode_utf16(&mut [0; 2])),
        }
    }
    flush(&mut out, &mut pending);
    out
}

fn flush(out: &mut String, pending: &mut Vec<u16>) {
    if pending.is_empty() {
        return;
    }
    out.push('&');
    let (mut bits, mut held) = (0u32, 0u32);
    for unit in pending.drain(..) {
        bits = (bits << 16) | u32::from(unit);
        held += 16;
        while held >= 6 {
            held -= 6;
            out.push(char::from(ALPHABET[(bits >> held) as usize & 63]));
        }
        bits &= (1 << held) - 1;
    }
    if held > 0 {
        out.push(char::from(ALPHABET[(bits << (6 - held)) as usize & 63]));
    }
    out.push('-');
}

/// Returns the words of `name`, which came over the wire; one that is not well-formed stays as it is.
pub fn decode(name: &str) -> String {
    let mut out = String::new();
    let mut rest = name;
    while let Some(at) = rest.find('&') {
        out.push_str(&rest[..at]);
        let Some((run, following)) = rest[at + 1..].split_once('-') else { return name.to_owned() };
        match (run.is_empty(), decode_run(run)) {
            (true, _) => out.push('&'),
            (false, Some(words)) => out.push_str(&words),
            (false, None) => return name.to_owned(),
        }
        rest = following;
    }
    out.push_str(rest);
    out
}

fn decode_run(run: &str) -> Option<String> {
    let (mut bits, mut held) = (0u32, 0u32);
    let mut units = Vec::new();
    for byte in run.bytes() {
        let value = ALPHABET.iter().position(|known| *known == byte)?;
        bits = (bits << 6) | u32::try_from(value).ok()?;
        held += 6;
        if held >= 16 {
            held -= 16;
            units.push(u16::try_from(bits >> held).ok()?);
            bits &= (1 << held) - 1;
        }
    }
    String::from_utf16(&units).ok()
}

/// Returns `text` as a quoted string; it holds printable ASCII only.
pub fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_go_over_the_wire_and_back() {
        for (name, wire) in [
            ("INBOX", "INBOX"),
            ("R&D", "R&-D"),
            ("Entwürfe", "Entw&APw-rfe"),
            ("~peter/mail/台北/日本語", "~peter/mail/&U,BTFw-/&ZeVnLIqe-"),
            ("😀", "&2D3eAA-"),
            ("", ""),
        ] {
            assert_eq!(encode(name), wire);
            assert_eq!(decode(wire), name);
        }
        for broken in ["a&b", "&***-", "&2D0-", "&A-&"] {
            assert_eq!(decode(broken), broken);
        }
        assert_eq!(quoted("a\"b\\c"), "\"a\\\"b\\\\c\"");
        assert!(encode("a\r\nb").is_ascii() && !encode("a\r\nb").contains('\n'));
    }
}
