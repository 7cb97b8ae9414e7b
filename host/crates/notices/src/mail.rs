//! A letter as a mail.
//!
//! Holds: the Message-ID is made of the notice's key, so a receiver can fold a repeat; every mail says that a machine
//! wrote it, so that no machine answers.

use mail_builder::MessageBuilder;
use mail_builder::headers::raw::Raw;
use sha2::{Digest, Sha256};

use crate::letter::Letter;
use crate::smtp::MailAddress;

/// Returns the Message-ID of a key, without angle brackets: the same for the same key and domain.
pub fn message_id(key: &str, domain: &str) -> String {
    let digest = Sha256::digest(key);
    let hex: String = digest[..20].iter().map(|byte| format!("{byte:02x}")).collect();
    format!("hark.{hex}@{domain}")
}

/// Returns the mail as bytes, lines ended by CR LF.
pub(crate) fn compose(letter: &Letter, from: &MailAddress, to: &[MailAddress]) -> std::io::Result<Vec<u8>> {
    let mut body = letter.body.clone();
    if let Some(link) = &letter.link {
        body = format!("{}\n\n{link}\n", body.trim_end());
    }
    // One person does not learn who else was told.
    let shown = match to {
        [one] => one.as_str(),
        _ => from.as_str(),
    };
    let id = match &letter.thread {
        Some(thread) => format!("{thread}@{}", from.domain()),
        None => message_id(&letter.key, from.domain()),
    };
    let mut mail = MessageBuilder::new()
        .from(from.as_str())
        .to(shown)
        .subject(letter.subject.as_str())
        .date(letter.at.div_euclid(1_000))
        .message_id(id)
        .header("Auto-Submitted", Raw::new("auto-generated"))
        .header("X-Auto-Response-Suppress", Raw::new("All"))
        .text_body(body);
    if let Some(reply_to) = &letter.reply_to {
        mail = mail.reply_to(reply_to.as_str());
    }
    mail.write_to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;
    use mail_parser::MessageParser;

    fn letter() -> Letter {
        Letter {
            key: "chime-in:7".to_owned(),
            subject: "Grüße an Zoë".to_owned(),
            body: ".\nFrom here\n.. ünd\n".to_owned(),
            link: Some("https://hark.example/c/7-x".to_owned()),
            to: None,
            reply_to: Some("inbox+7-abc@hark.example".to_owned()),
            thread: None,
            at: 1_700_000_000_000,
        }
    }

    #[test]
    fn a_mail_says_what_the_letter_says_and_that_a_machine_wrote_it() {
        let from = MailAddress::parse("hark@corp.example").unwrap();
        let to = [MailAddress::parse("a@x.example").unwrap()];
        let raw = compose(&letter(), &from, &to).unwrap();
        assert!(raw.is_ascii(), "it needs no extension of the server");
        assert_eq!(raw, compose(&letter(), &from, &to).unwrap(), "a repeat is the same mail");
        let mail = MessageParser::default().parse(&raw).unwrap();
        assert_eq!(mail.subject(), Some("Grüße an Zoë"));
        assert_eq!(mail.message_id(), Some(message_id("chime-in:7", "corp.example").as_str()));
        assert_eq!(mail.header_raw("Auto-Submitted").map(str::trim), Some("auto-generated"));
        let text = mail.body_text(0).unwrap().replace("\r\n", "\n");
        assert_eq!(text.trim_end(), ".\nFrom here\n.. ünd\n\nhttps://hark.example/c/7-x");
        let reply_to = mail.reply_to().and_then(|to| to.first()).and_then(|to| to.address());
        assert_eq!(reply_to, Some("inbox+7-abc@hark.example"));
    }

    #[test]
    fn several_are_told_without_being_shown_to_each_other() {
        let from = MailAddress::parse("hark@corp.example").unwrap();
        let to = ["a@x.example", "b@x.example"].map(|to| MailAddress::parse(to).unwrap());
        let raw = String::from_utf8(compose(&letter(), &from, &to).unwrap()).unwrap();
        assert!(!raw.contains("x.example") && raw.contains("To: <hark@corp.example>"), "{raw}");
    }
}
