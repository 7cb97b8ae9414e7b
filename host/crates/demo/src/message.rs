//! Mails as bytes: RFC 5322 and MIME, in the many shapes in which real mails come.
//!
//! Holds: lines end in CR LF; whatever the shape, the words of a scene are in the mail. Not here: IMAP.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use jiff::tz::Offset;
use jiff::{Timestamp, Zoned};

use crate::limits;
use crate::stage::escape;
use crate::story::{Form, Scene};

/// Who wrote a mail, to whom, and what it answers.
#[derive(Debug, Clone)]
pub(crate) struct Envelope {
    pub key: String,
    pub message_id: String,
    pub subject: String,
    pub name: String,
    pub address: String,
    pub to: String,
    pub cc: String,
    pub references: Vec<String>,
    pub automated: bool,
    pub sent: Zoned,
}

impl Envelope {
    /// Addresses the mail of `scene`: to the account, or to whom it answers when the account writes.
    pub fn new(scene: &Scene, id: &str, account: &str, at_ms: i64, parent: Option<&Self>) -> Self {
        let domain = scene.address.rsplit('@').next().unwrap_or("localhost");
        let to = match parent {
            Some(parent) if scene.address == account => mailbox(&parent.name, &parent.address),
            _ => mailbox("Acme Support", account),
        };
        let subject = match parent {
            Some(parent) if scene.title.is_empty() => format!("Re: {}", base_subject(&parent.subject)),
            _ => scene.title.clone(),
        };
        Self {
            key: scene.key.clone(),
            message_id: format!("<{id}@{domain}>"),
            subject,
            name: scene.name.clone(),
            address: scene.address.clone(),
            to,
            cc: scene.cc.clone(),
            references: parent.map(Self::references_of_answer).unwrap_or_default(),
            automated: matches!(scene.form, Form::AutoReply | Form::Bounce),
            sent: sent(at_ms, &scene.key),
        }
    }

    fn references_of_answer(&self) -> Vec<String> {
        let mut references = self.references.clone();
        if references.len() >= limits::REFERENCES_MAX {
            // The first id names the thread, so the one behind it goes.
            references.remove(1);
        }
        references.push(self.message_id.clone());
        references
    }
}

/// Takes the marks of answers off a subject.
fn base_subject(subject: &str) -> &str {
    let mut rest = subject.trim();
    while let Some((mark, behind)) = rest.split_once(':') {
        match mark.to_ascii_lowercase().as_str() {
            "re" | "aw" | "fwd" | "fw" | "wg" | "tr" | "rv" => rest = behind.trim(),
            _ => break,
        }
    }
    rest
}

/// Returns when a mail was sent: a little before it came, in the sender's time zone.
fn sent(at_ms: i64, key: &str) -> Zoned {
    const ZONES: [i8; 5] = [0, 1, 2, -5, 0];
    let mark = key.bytes().fold(7_usize, |sum, byte| sum.wrapping_mul(31).wrapping_add(usize::from(byte)));
    let offset = Offset::constant(ZONES[mark % ZONES.len()]);
    let at = Timestamp::from_millisecond(at_ms - 4_000).unwrap_or(Timestamp::UNIX_EPOCH);
    at.to_zoned(offset.to_time_zone())
}

/// Writes the mail of `scene` under `envelope`.
pub(crate) fn compose(scene: &Scene, envelope: &Envelope) -> Vec<u8> {
    let mut mail = Vec::new();
    let boundary = format!("=_{}_{}", scene.key, scene.body.len());
    head(&mut mail, scene, envelope);
    match scene.form {
        Form::Bounce => bounce(&mut mail, scene, &boundary),
        Form::Torn => torn(&mut mail, scene, &boundary),
        _ => match &scene.attach {
            Some(name) => with_file(&mut mail, scene, name, &boundary),
            None => words(&mut mail, scene, &boundary),
        },
    }
    mail
}

fn line(mail: &mut Vec<u8>, text: &str) {
    mail.extend_from_slice(text.as_bytes());
    mail.extend_from_slice(b"\r\n");
}

fn head(mail: &mut Vec<u8>, scene: &Scene, envelope: &Envelope) {
    let date = jiff::fmt::rfc2822::to_string(&envelope.sent).unwrap_or_default();
    let domain = envelope.address.rsplit('@').next().unwrap_or("localhost");
    let returns = if envelope.automated { "" } else { &envelope.address };
    line(mail, &format!("Return-Path: <{returns}>"));
    line(mail, &format!("Received: from mx.{domain} (mx.{domain} [192.0.2.{}])", 10 + domain.len()));
    line(mail, &format!("\tby mail.acme-widgets.example with ESMTPS; {date}"));
    line(mail, &format!("Date: {date}"));
    line(mail, &format!("From: {}", mailbox(&envelope.name, &envelope.address)));
    line(mail, &format!("To: {}", envelope.to));
    if !envelope.cc.is_empty() {
        line(mail, &format!("Cc: {}", envelope.cc));
    }
    line(mail, &format!("Subject: {}", encoded(&envelope.subject)));
    line(mail, &format!("Message-ID: {}", envelope.message_id));
    if let Some(parent) = envelope.references.last() {
        line(mail, &format!("In-Reply-To: {parent}"));
        line(mail, &format!("References: {}", envelope.references.join("\r\n ")));
    }
    let marks: &[&str] = match scene.form {
        Form::AutoReply => {
            &["Auto-Submitted: auto-replied", "X-Auto-Response-Suppress: All", "Precedence: bulk"]
        }
        Form::Bounce => &["Auto-Submitted: auto-generated"],
        Form::List => &["List-Id: Industry news <news.lists.example>", "Precedence: list"],
        _ => &[],
    };
    marks.iter().for_each(|mark| line(mail, mark));
    if scene.form == Form::Torn {
        // Bytes that no header may hold: real gateways write them all the same.
        mail.extend_from_slice(b"X-Gateway: Pr\xfcfstelle \x80\x81\r\n");
    }
    line(mail, "MIME-Version: 1.0");
}

/// Writes the words in the scene's form, content headers first.
fn words(mail: &mut Vec<u8>, scene: &Scene, boundary: &str) {
    match scene.form {
        Form::Html => html_part(mail, &scene.body),
        Form::Both => {
            line(mail, &format!("Content-Type: multipart/alternative; boundary=\"{boundary}a\"\r\n"));
            line(mail, &format!("--{boundary}a"));
            text_part(mail, &scene.body);
            line(mail, &format!("--{boundary}a"));
            let markup = escape(&scene.body).replace("\n\n", "</p>\n<p>").replace('\n', "<br>\n");
            html_part(mail, &format!("<html><body><p>{markup}</p></body></html>"));
            line(mail, &format!("--{boundary}a--"));
        }
        Form::Latin1 => {
            line(mail, "Content-Type: text/plain; charset=iso-8859-1");
            line(mail, "Content-Transfer-Encoding: quoted-printable\r\n");
            let bytes: Vec<u8> =
                scene.body.chars().map(|c| u8::try_from(u32::from(c)).unwrap_or(b'?')).collect();
            quoted_printable(mail, &bytes);
        }
        Form::Base64 => {
            line(mail, "Content-Type: text/plain; charset=utf-8");
            line(mail, "Content-Transfer-Encoding: base64\r\n");
            base64_lines(mail, scene.body.as_bytes());
        }
        _ => text_part(mail, &scene.body),
    }
}

fn text_part(mail: &mut Vec<u8>, text: &str) {
    if text.is_ascii() && text.lines().all(|line| line.len() < 900) {
        line(mail, "Content-Type: text/plain; charset=us-ascii\r\n");
        text.lines().for_each(|words| line(mail, words));
    } else {
        line(mail, "Content-Type: text/plain; charset=utf-8");
        line(mail, "Content-Transfer-Encoding: quoted-printable\r\n");
        quoted_printable(mail, text.as_bytes());
    }
}

fn html_part(mail: &mut Vec<u8>, html: &str) {
    line(mail, "Content-Type: text/html; charset=utf-8");
    line(mail, "Content-Transfer-Encoding: quoted-printable\r\n");
    quoted_printable(mail, html.as_bytes());
}

fn with_file(mail: &mut Vec<u8>, scene: &Scene, name: &str, boundary: &str) {
    line(mail, &format!("Content-Type: multipart/mixed; boundary=\"{boundary}\"\r\n"));
    line(mail, &format!("--{boundary}"));
    words(mail, scene, boundary);
    line(mail, &format!("--{boundary}"));
    let (media_type, bytes) = file(name);
    line(mail, &format!("Content-Type: {media_type}; name=\"{name}\""));
    line(mail, &format!("Content-Disposition: attachment; filename=\"{name}\""));
    line(mail, "Content-Transfer-Encoding: base64\r\n");
    base64_lines(mail, &bytes);
    line(mail, &format!("--{boundary}--"));
}

/// Makes a small file that is what its name says.
fn file(name: &str) -> (&'static str, Vec<u8>) {
    /// A transparent picture of one pixel.
    const PNG: &str =
        "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==";
    match name.rsplit('.').next() {
        Some("png") => ("image/png", BASE64.decode(PNG).unwrap_or_default()),
        Some("pdf") => ("application/pdf", b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\n%%EOF\n".to_vec()),
        _ => {
            let restarts =
                (0..40).map(|n| format!("[{:>5}.014] i2c0: bus clear, reset cause 0x02\n", n * 660));
            ("text/plain", restarts.collect::<String>().into_bytes())
        }
    }
}

fn bounce(mail: &mut Vec<u8>, scene: &Scene, boundary: &str) {
    line(
        mail,
        &format!("Content-Type: multipart/report; report-type=delivery-status; boundary=\"{boundary}\"\r\n"),
    );
    line(mail, &format!("--{boundary}"));
    text_part(mail, &scene.body);
    line(mail, &format!("--{boundary}\r\nContent-Type: message/delivery-status\r\n"));
    line(mail, "Reporting-MTA: dns; mx.acme-widgets.example\r\n");
    line(mail, "Final-Recipient: rfc822; workshop@fjordlab.example\r\nAction: failed\r\nStatus: 5.1.1");
    line(mail, "Diagnostic-Code: smtp; 550 5.1.1 no such user here\r\n");
    line(mail, &format!("--{boundary}--"));
}

fn torn(mail: &mut Vec<u8>, scene: &Scene, boundary: &str) {
    line(mail, &format!("Content-Type: multipart/mixed; boundary=\"{boundary}\"\r\n"));
    line(mail, &format!("--{boundary}"));
    text_part(mail, &scene.body);
    line(mail, &format!("--{boundary}\r\nContent-Type: image/jpeg; name=\"photo.jpg\""));
    line(mail, "Content-Transfer-Encoding: base64\r\n");
    mail.extend_from_slice(b"/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAAMCAgMCAgMDAwMEAw");
}

/// Writes a name and an address as a header has them.
fn mailbox(name: &str, address: &str) -> String {
    let plain = name.bytes().all(|b| b.is_ascii_alphanumeric() || b" -'".contains(&b));
    let name = match (plain, name.is_ascii()) {
        (true, _) => name.to_owned(),
        (false, true) => format!("\"{}\"", name.replace(['"', '\\'], "")),
        (false, false) => encoded(name),
    };
    format!("{name} <{address}>")
}

/// Writes text as encoded words where it is not ASCII.
fn encoded(text: &str) -> String {
    /// Bytes of text that fit into one encoded word of 75 characters.
    const WORD_BYTES_MAX: usize = 42;
    if text.is_ascii() {
        return text.to_owned();
    }
    let mut words = vec![String::new()];
    for c in text.chars() {
        if words.last().is_some_and(|word| word.len() + c.len_utf8() > WORD_BYTES_MAX) {
            words.push(String::new());
        }
        if let Some(word) = words.last_mut() {
            word.push(c);
        }
    }
    let words: Vec<String> =
        words.iter().map(|word| format!("=?UTF-8?B?{}?=", BASE64.encode(word))).collect();
    words.join("\r\n ")
}

fn base64_lines(mail: &mut Vec<u8>, bytes: &[u8]) {
    for chunk in bytes.chunks(57) {
        line(mail, &BASE64.encode(chunk));
    }
}

fn quoted_printable(mail: &mut Vec<u8>, bytes: &[u8]) {
    /// Longest line but for the mark of a soft break.
    const LINE_BYTES_MAX: usize = 72;
    for words in bytes.split(|byte| *byte == b'\n') {
        let mut width = 0;
        for (at, &byte) in words.iter().enumerate() {
            if width >= LINE_BYTES_MAX {
                mail.extend_from_slice(b"=\r\n");
                width = 0;
            }
            let last_blank = byte == b' ' && at + 1 == words.len();
            match byte {
                b'=' | 0..=8 | 10..=31 | 127.. => {
                    mail.extend_from_slice(format!("={byte:02X}").as_bytes());
                    width += 3;
                }
                _ if last_blank => {
                    mail.extend_from_slice(b"=20");
                    width += 3;
                }
                _ => {
                    mail.push(byte);
                    width += 1;
                }
            }
        }
        mail.extend_from_slice(b"\r\n");
    }
}

#[cfg(test)]
mod tests {
    use mail_parser::{MessageParser, MimeHeaders};

    use super::*;
    use crate::stage::Channel;
    use crate::story::Deed;

    fn scene(form: Form, body: &str) -> Scene {
        Scene {
            channel: Channel::Mail,
            deed: Deed::Say,
            key: "k".into(),
            minutes_ago: 0,
            name: "Jürgen \"Jo\" Groß, Küster".into(),
            address: "jo@dom.example".into(),
            cc: String::new(),
            title: "Schöne Grüße aus dem Dom, mit einer ziemlich langen Betreffzeile 🎉".into(),
            re: None,
            lang: None,
            form,
            attach: None,
            tag: None,
            body: body.into(),
        }
    }

    #[test]
    fn every_form_gives_its_words_back() {
        let body =
            "Größe: 3 = drei \n\nline two, which goes on and on until it has to be broken softly somewhere";
        let forms = [Form::Plain, Form::Both, Form::Latin1, Form::Base64, Form::AutoReply, Form::List];
        for form in forms.into_iter().chain([Form::Bounce, Form::Torn]) {
            let scene = scene(form, body);
            let envelope = Envelope::new(&scene, "k.1", "support@acme.example", 1_790_000_000_000, None);
            let raw = compose(&scene, &envelope);
            let mail = MessageParser::default().parse(&raw).unwrap();
            assert_eq!(mail.subject(), Some(scene.title.as_str()), "{form:?}");
            assert_eq!(mail.from().unwrap().first().unwrap().address(), Some("jo@dom.example"));
            let text = mail.body_text(0).unwrap().replace("\r\n", "\n");
            assert_eq!(text.trim_end(), body, "{form:?}");
            assert!(!raw.windows(2).any(|two| two[1] == b'\n' && two[0] != b'\r'), "{form:?}: a bare LF");
        }
    }

    #[test]
    fn a_file_comes_along_and_markup_stays_markup() {
        let scene = Scene { attach: Some("restart.log".into()), ..scene(Form::Html, "<p>Größe</p>") };
        let envelope = Envelope::new(&scene, "k", "support@acme.example", 1_790_000_000_000, None);
        let raw = compose(&scene, &envelope);
        let mail = MessageParser::default().parse(&raw).unwrap();
        assert_eq!(mail.body_html(0).unwrap().trim(), "<p>Größe</p>");
        assert_eq!(mail.attachment(0).unwrap().attachment_name(), Some("restart.log"));
    }

    #[test]
    fn an_answer_names_the_whole_chain() {
        let first = scene(Form::Plain, "a");
        let one = Envelope::new(&first, "one", "s@acme.example", 0, None);
        let answer = Scene { title: String::new(), address: "s@acme.example".into(), ..first.clone() };
        let two = Envelope::new(&answer, "two", "s@acme.example", 0, Some(&one));
        let three =
            Envelope::new(&Scene { title: String::new(), ..first }, "three", "s@acme.example", 0, Some(&two));
        assert_eq!(three.references, ["<one@dom.example>", "<two@acme.example>"]);
        assert_eq!(three.subject, two.subject);
        assert!(two.to.contains("jo@dom.example") && two.subject.starts_with("Re: Schöne"));
    }
}
