//! What a mail says: its text, its markup, and what is attached.

use std::borrow::Cow;

use hark_sdk::types::Attachment;
use hark_sdk::{html, text};
use mail_parser::{Message, MessagePart, MimeHeaders, PartType};

use super::{charset, nesting, plain};
use crate::limits;

/// Field with the size of a part that was left on the server.
pub const CUT_FIELD: &str = "X-Hark-Cut";

/// What a mail says.
#[derive(Debug, Default)]
pub struct Content {
    /// Plain text, made from the markup where there is no other.
    pub text: String,
    /// Markup as received.
    pub html: Option<String>,
    /// Everything else.
    pub attachments: Vec<Attachment>,
}

/// Returns what `message`, which was parsed from `raw`, says.
pub fn content(message: &Message<'_>, raw: &[u8]) -> Content {
    let markup: Vec<_> = message.html_bodies().filter_map(|part| markup(part, raw)).collect();
    let spoken: Vec<_> = message.text_bodies().filter_map(|part| words(part, raw)).collect();
    let markup = markup.join("\n");
    let mut text = text::plain(&spoken.join("\n\n"));
    // Senders do put an empty plain part beside the markup that says it all.
    if text.is_empty() {
        text = text::plain(&html::to_text(&markup));
    }
    let mut files: Vec<_> = message.attachments().collect();
    if text.is_empty() && markup.is_empty() {
        let (rest, others): (Vec<_>, Vec<_>) = files.into_iter().partition(|part| is_wreck(part));
        let words: Vec<_> = rest.into_iter().filter_map(|part| words(part, raw)).collect();
        (text, files) = (text::plain(&words.join("\n\n")), others);
    }
    Content {
        text,
        html: (!markup.is_empty()).then_some(markup),
        attachments: files.into_iter().take(limits::ATTACHMENTS_MAX).map(attachment).collect(),
    }
}

/// Tells whether `part` is what is left of a text whose boundaries are wrong or missing: the parser takes
/// it for a file.
fn is_wreck(part: &MessagePart<'_>) -> bool {
    let is_multipart = part.content_type().is_some_and(|kind| kind.ctype().eq_ignore_ascii_case("multipart"));
    let is_wreck = match part.body {
        PartType::Text(_) | PartType::Html(_) => part.is_encoding_problem || is_multipart,
        PartType::Binary(_) => is_multipart,
        _ => false,
    };
    is_wreck && part.attachment_name().is_none()
}

fn markup<'a>(part: &'a MessagePart<'_>, raw: &[u8]) -> Option<Cow<'a, str>> {
    match &part.body {
        PartType::Html(html) => Some(charset::text_of(part, html, raw)),
        _ => None,
    }
}

fn words(part: &MessagePart<'_>, raw: &[u8]) -> Option<String> {
    match &part.body {
        PartType::Html(html) => Some(html::to_text(&charset::text_of(part, html, raw))),
        PartType::Text(text) => Some(unflowed(part, charset::text_of(part, text, raw))),
        // A multipart that names no boundary.
        PartType::Binary(bytes) => Some(charset::guess(bytes.to_vec())),
        _ => None,
    }
}

fn unflowed(part: &MessagePart<'_>, text: Cow<'_, str>) -> String {
    let says = |name: &str, want: &str| {
        let value = part.content_type().and_then(|kind| kind.attribute(name));
        value.is_some_and(|value| value.eq_ignore_ascii_case(want))
    };
    match says("format", "flowed") {
        true => plain::unflow(&text, says("delsp", "yes")),
        false => text.into_owned(),
    }
}

fn attachment(part: &MessagePart<'_>) -> Attachment {
    let kind = part.content_type();
    let media_type = kind.map(|kind| match kind.subtype() {
        Some(subtype) => format!("{}/{subtype}", kind.ctype()).to_ascii_lowercase(),
        None => kind.ctype().to_ascii_lowercase(),
    });
    let inner_subject = part.message().and_then(|inner| inner.subject());
    Attachment {
        media_type: media_type.and_then(|kind| plain::line(nesting::untamed(&kind))),
        name: part.attachment_name().or(inner_subject).and_then(plain::line),
        alt: part.content_description().and_then(plain::line),
        bytes: Some(cut_size(part).unwrap_or_else(|| size(part))),
        ..Attachment::default()
    }
}

fn cut_size(part: &MessagePart<'_>) -> Option<u64> {
    let field = part.headers.iter().find(|header| header.name().eq_ignore_ascii_case(CUT_FIELD))?;
    field.value().as_text()?.trim().parse().ok()
}

fn size(part: &MessagePart<'_>) -> u64 {
    let bytes = match &part.body {
        // Its own length is that of the mail around it.
        PartType::Message(_) => part.offset_end.saturating_sub(part.offset_body) as usize,
        _ => part.len(),
    };
    bytes as u64
}
