//! Mails that are too large to be fetched whole: their header, their first text, and what else they hold.
//!
//! Holds: what is kept is a mail again, which any program opens, made of nothing but what the server sent;
//! a part that was left there says its size in a field of its own.

use crate::imap::{Part, Shape};
use crate::limits;
use crate::mail::{CUT_FIELD, HELD_MAIL, header_end};

/// What to fetch of a large mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Plan {
    /// Its beginning.
    Beginning,
    /// Nothing but its header: it is one file of this size.
    HeaderOnly(u64),
    /// One part, as in `1.2`; the others are described between these boundaries.
    OnePart {
        /// Number of the part.
        number: String,
        /// Boundary of the mail.
        boundary: String,
        /// The other parts, each as an empty part with a header.
        others: Vec<String>,
    },
    /// No text, but these parts.
    NoText {
        /// Boundary of the mail.
        boundary: String,
        /// The parts, each as an empty part with a header.
        others: Vec<String>,
    },
}

/// Says what to fetch of a mail that has this structure.
pub fn plan(structure: Option<&Part>) -> Plan {
    let Some(structure) = structure else { return Plan::Beginning };
    match &structure.shape {
        Shape::Single { kind, .. } if kind.eq_ignore_ascii_case("text") => Plan::Beginning,
        Shape::Single { size, .. } => Plan::HeaderOnly(*size),
        Shape::Multi { boundary: None, .. } => Plan::Beginning,
        Shape::Multi { boundary: Some(boundary), .. } => {
            let mut leaves = Vec::new();
            collect(structure, String::new(), &mut leaves);
            of_leaves(&leaves, boundary.clone())
        }
    }
}

struct Leaf<'a> {
    number: String,
    part: &'a Part,
}

fn of_leaves(leaves: &[Leaf<'_>], boundary: String) -> Plan {
    let is_text = |leaf: &&Leaf<'_>, subtype: &str| {
        is_inline_text(leaf.part) && leaf.part.subtype.eq_ignore_ascii_case(subtype)
    };
    let plain = leaves.iter().find(|leaf| is_text(leaf, "plain"));
    let text = plain.or_else(|| leaves.iter().find(|leaf| is_text(leaf, "html")));
    let others = leaves.iter().filter(|leaf| !is_inline_text(leaf.part));
    let others = others.take(limits::CUT_PARTS_MAX).filter_map(|leaf| described(leaf.part)).collect();
    match text {
        Some(leaf) => Plan::OnePart { number: leaf.number.clone(), boundary, others },
        None => Plan::NoText { boundary, others },
    }
}

fn collect<'a>(part: &'a Part, number: String, leaves: &mut Vec<Leaf<'a>>) {
    match &part.shape {
        Shape::Single { .. } => leaves.push(Leaf { number, part }),
        Shape::Multi { parts, .. } => {
            for (index, inner) in parts.iter().enumerate() {
                let dot = if number.is_empty() { "" } else { "." };
                collect(inner, format!("{number}{dot}{}", index + 1), leaves);
            }
        }
    }
}

fn is_inline_text(part: &Part) -> bool {
    let Shape::Single { kind, disposition, .. } = &part.shape else { return false };
    let attached = disposition.as_ref().is_some_and(|(kind, _)| kind.eq_ignore_ascii_case("attachment"));
    kind.eq_ignore_ascii_case("text") && !attached
}

/// Returns the header of an empty part in the place of `part`.
fn described(part: &Part) -> Option<String> {
    let Shape::Single { kind, parameters, disposition, size } = &part.shape else { return None };
    // A mail within would be taken apart by its reader, and there is nothing of it here.
    let is_mail = kind.eq_ignore_ascii_case("message") && part.subtype.eq_ignore_ascii_case("rfc822");
    let media_type = match is_mail {
        true => HELD_MAIL.to_owned(),
        false => format!("{}/{}", token(kind), token(&part.subtype)),
    };
    let mut header = format!("Content-Type: {media_type}");
    push_parameters(&mut header, parameters.iter().filter(|(name, _)| is_name(name, "name")));
    header.push_str("\r\nContent-Disposition: attachment");
    let named = disposition.iter().flat_map(|(_, parameters)| parameters);
    push_parameters(&mut header, named.filter(|(name, _)| is_name(name, "filename")));
    header.push_str(&format!("\r\n{CUT_FIELD}: {size}\r\n"));
    Some(header)
}

/// Tells whether `parameter` is `name`, or one of its RFC 2231 forms: `name*`, `name*0*`.
fn is_name(parameter: &str, name: &str) -> bool {
    let base = parameter.split('*').next().unwrap_or(parameter);
    base.eq_ignore_ascii_case(name)
}

fn push_parameters<'a>(header: &mut String, parameters: impl Iterator<Item = &'a (String, String)>) {
    for (name, value) in parameters {
        let value: String = value.chars().filter(|c| !c.is_control()).collect();
        match name.ends_with('*') {
            true => header.push_str(&format!("; {}={}", token(name), token(&value))),
            false => {
                let value = value.replace('\\', "\\\\").replace('"', "\\\"");
                header.push_str(&format!("; {}=\"{value}\"", token(name)));
            }
        }
    }
}

/// Returns `text` without what would end a word in a header.
fn token(text: &str) -> String {
    text.chars()
        .filter(|c| c.is_ascii_graphic() && !matches!(c, '"' | ';' | ',' | '(' | ')' | '<' | '>'))
        .collect()
}

/// Puts a mail together from its header, the part that was fetched and those that were not.
pub fn assemble(
    header: &[u8],
    boundary: &str,
    fetched: Option<(&[u8], &[u8])>,
    others: &[String],
) -> Vec<u8> {
    let mut mail = ended(header);
    let open = |mail: &mut Vec<u8>| mail.extend_from_slice(format!("--{boundary}\r\n").as_bytes());
    if let Some((part_header, part)) = fetched {
        open(&mut mail);
        mail.extend_from_slice(&ended(part_header));
        mail.extend_from_slice(part);
        mail.extend_from_slice(b"\r\n");
    }
    for other in others {
        open(&mut mail);
        mail.extend_from_slice(other.as_bytes());
        mail.extend_from_slice(b"\r\n\r\n");
    }
    mail.extend_from_slice(format!("--{boundary}--\r\n").as_bytes());
    mail
}

/// Returns a mail that is its header and the size of what follows it.
pub fn header_only(header: &[u8], size: u64) -> Vec<u8> {
    let mut mail = format!("{CUT_FIELD}: {size}\r\n").into_bytes();
    mail.extend_from_slice(&ended(header));
    mail
}

/// Returns `header` with an empty line at its end.
fn ended(header: &[u8]) -> Vec<u8> {
    let mut header = header[..header_end(header)].to_vec();
    if !header.is_empty() && !header.ends_with(b"\n") {
        header.extend_from_slice(b"\r\n");
    }
    if !header.ends_with(b"\n\r\n") && !header.ends_with(b"\n\n") && header != b"\r\n" {
        header.extend_from_slice(b"\r\n");
    }
    header
}

#[cfg(test)]
mod tests {
    use super::*;

    fn leaf(kind: &str, subtype: &str, name: Option<&str>, size: u64) -> Part {
        let parameters = name.map(|name| ("filename".to_owned(), name.to_owned())).into_iter().collect();
        let disposition = name.map(|_| ("attachment".to_owned(), parameters));
        let shape = Shape::Single { kind: kind.into(), parameters: Vec::new(), disposition, size };
        Part { subtype: subtype.into(), shape }
    }

    fn multi(subtype: &str, parts: Vec<Part>) -> Part {
        Part { subtype: subtype.into(), shape: Shape::Multi { boundary: Some("b".into()), parts } }
    }

    #[test]
    fn the_first_text_is_found_wherever_it_lies() {
        let alternative =
            multi("alternative", vec![leaf("TEXT", "HTML", None, 9), leaf("text", "plain", None, 8)]);
        let related = multi("related", vec![alternative, leaf("image", "png", None, 7)]);
        let mixed = multi("mixed", vec![leaf("application", "pdf", Some("a\"b\r\n.pdf"), 6), related]);
        let Plan::OnePart { number, others, .. } = plan(Some(&mixed)) else { panic!("no text") };
        assert_eq!(number, "2.1.2");
        assert_eq!(
            others,
            [
                "Content-Type: application/pdf\r\nContent-Disposition: attachment; filename=\"a\\\"b.pdf\"\r\nX-Hark-Cut: 6\r\n",
                "Content-Type: image/png\r\nContent-Disposition: attachment\r\nX-Hark-Cut: 7\r\n",
            ]
        );
    }

    #[test]
    fn what_has_no_parts_is_cut_otherwise() {
        assert_eq!(plan(None), Plan::Beginning);
        assert_eq!(plan(Some(&leaf("text", "plain", None, 9))), Plan::Beginning);
        assert_eq!(plan(Some(&leaf("video", "mp4", None, 9))), Plan::HeaderOnly(9));
        let files = multi("mixed", vec![leaf("video", "mp4", None, 9)]);
        assert!(matches!(plan(Some(&files)), Plan::NoText { others, .. } if others.len() == 1));
        let mut broken = files;
        broken.shape = Shape::Multi { boundary: None, parts: Vec::new() };
        assert_eq!(plan(Some(&broken)), Plan::Beginning);
    }

    #[test]
    fn what_is_put_together_is_a_mail() {
        let header = b"Subject: x\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n";
        let others = ["Content-Type: image/png\r\nX-Hark-Cut: 7\r\n".to_owned()];
        let mail = assemble(header, "b", Some((b"Content-Type: text/plain\r\n\r\n", b"hello")), &others);
        let want = "Subject: x\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n\
--b\r\nContent-Type: text/plain\r\n\r\nhello\r\n--b\r\nContent-Type: image/png\r\nX-Hark-Cut: 7\r\n\r\n\r\n--b--\r\n";
        assert_eq!(String::from_utf8(mail).unwrap(), want);
        assert_eq!(header_only(b"A: b\r\n\r\nbody", 5), b"X-Hark-Cut: 5\r\nA: b\r\n\r\n");
        assert_eq!(ended(b"A: b"), b"A: b\r\n\r\n");
    }
}
