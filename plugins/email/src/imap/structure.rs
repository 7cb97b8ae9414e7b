//! The parts of a mail, as BODYSTRUCTURE tells them.

use imap_codec::imap_types::body::{BodyStructure, Disposition, SpecificFields};
use imap_codec::imap_types::core::IString;

use super::frame::Frame;
use super::reply::words;

/// Name and value of a parameter, as sent.
pub type Parameter = (String, String);

/// What a part is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Shape {
    /// Holds other parts, between boundaries.
    Multi {
        /// The boundary that its header names.
        boundary: Option<String>,
        /// The parts.
        parts: Vec<Part>,
    },
    /// Holds text or a file.
    Single {
        /// Major media type.
        kind: String,
        /// Parameters of the media type.
        parameters: Vec<Parameter>,
        /// "attachment" or "inline", with its parameters.
        disposition: Option<(String, Vec<Parameter>)>,
        /// Size as sent.
        size: u64,
    },
}

/// One part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// Minor media type.
    pub subtype: String,
    /// What it is.
    pub shape: Shape,
}

/// Reads `body`, whose long strings lie in `frame`.
pub fn part(body: &BodyStructure<'_>, frame: &Frame) -> Part {
    let of = |string: &IString<'_>| words(string, frame);
    match body {
        BodyStructure::Single { body, extension_data } => {
            let (kind, subtype) = match &body.specific {
                SpecificFields::Basic { r#type, subtype } => (of(r#type), of(subtype)),
                SpecificFields::Text { subtype, .. } => ("text".to_owned(), of(subtype)),
                SpecificFields::Message { .. } => ("message".to_owned(), "rfc822".to_owned()),
            };
            let disposition = extension_data.as_ref().and_then(|data| data.tail.as_ref());
            let shape = Shape::Single {
                kind,
                parameters: parameters(&body.basic.parameter_list, frame),
                disposition: disposition.and_then(|tail| disposed(tail, frame)),
                size: u64::from(body.basic.size),
            };
            Part { subtype, shape }
        }
        BodyStructure::Multi { bodies, subtype, extension_data } => {
            let named = extension_data.as_ref().map(|data| parameters(&data.parameter_list, frame));
            let boundary =
                named.unwrap_or_default().into_iter().find(|(name, _)| name.eq_ignore_ascii_case("boundary"));
            let parts = bodies.as_ref().iter().map(|body| part(body, frame)).collect();
            Part {
                subtype: of(subtype),
                shape: Shape::Multi { boundary: boundary.map(|(_, value)| value), parts },
            }
        }
    }
}

fn disposed(tail: &Disposition<'_>, frame: &Frame) -> Option<(String, Vec<Parameter>)> {
    let (kind, list) = tail.disposition.as_ref()?;
    Some((words(kind, frame), parameters(list, frame)))
}

fn parameters(list: &[(IString<'_>, IString<'_>)], frame: &Frame) -> Vec<Parameter> {
    list.iter().map(|(name, value)| (words(name, frame), words(value, frame))).collect()
}
