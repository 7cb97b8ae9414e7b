//! Mails that no person wrote: reports, automatic answers, bulk (RFC 3834, RFC 3464, and what is in use beside them).

use mail_parser::{Message, MimeHeaders};

/// How subjects of absent people begin, in lower case.
const ABSENT: &[&str] = &[
    "out of office",
    "automatic reply",
    "auto reply",
    "auto-reply",
    "autoreply",
    "auto:",
    "vacation",
    "automatische antwort",
    "abwesenheitsnotiz",
    "abwesenheit:",
    "abwesend",
    "réponse automatique",
    "absence du bureau",
    "message d'absence",
    "respuesta automática",
    "fuera de la oficina",
    "risposta automatica",
    "automatisch antwoord",
    "resposta automática",
];

/// Tells whether it reports on another mail.
pub(super) fn is_report(mail: &Message<'_>) -> bool {
    let report = mail.content_type().is_some_and(|kind| {
        kind.ctype().eq_ignore_ascii_case("multipart")
            && kind.subtype().is_some_and(|sub| sub.eq_ignore_ascii_case("report"))
    });
    let sender =
        mail.from().and_then(|from| from.first()).and_then(|from| from.address()).unwrap_or_default();
    let local = sender.split('@').next().unwrap_or_default().to_ascii_lowercase();
    report || local == "mailer-daemon" || mail.header_raw("X-Failed-Recipients").is_some()
}

/// Tells whether a report says that a mail will never arrive: not that it was read, and not that it is late.
pub(super) fn is_failure(mail: &Message<'_>, raw: &[u8]) -> bool {
    let mut said = raw
        .split(|byte| *byte == b'\n')
        .map(|line| String::from_utf8_lossy(line).trim().to_ascii_lowercase());
    let action = said.find_map(|line| line.strip_prefix("action:").map(|word| word.trim().to_owned()));
    match action {
        Some(action) => action == "failed",
        // Before there were reports in a form, and still at some providers, failure was all that there was.
        None => !is_disposition(mail),
    }
}

fn is_disposition(mail: &Message<'_>) -> bool {
    mail.content_type()
        .and_then(|kind| kind.attribute("report-type"))
        .is_some_and(|kind| kind.eq_ignore_ascii_case("disposition-notification"))
}

/// Tells whether a machine answered, or a list or a bulk mailer sent it.
pub(super) fn is_automatic(mail: &Message<'_>) -> bool {
    let word = |name: &'static str| {
        mail.header_raw(name).map(|value| value.split(';').next().unwrap_or("").trim().to_ascii_lowercase())
    };
    let submitted = word("Auto-Submitted").is_some_and(|word| word != "no");
    let bulk = word("Precedence")
        .is_some_and(|word| matches!(word.as_str(), "bulk" | "junk" | "list" | "auto_reply"));
    let marked = ["X-Autoreply", "X-Autorespond", "X-Autoresponder", "List-Id"];
    let marked = marked.iter().any(|name| mail.header_raw(*name).is_some());
    let bounce_path = mail.header_raw("Return-Path").is_some_and(|path| path.trim() == "<>");
    submitted || bulk || marked || bounce_path || is_absent(mail.subject().unwrap_or_default())
}

/// An answer's own subject begins with what we wrote; that of an absent person's machine does not.
fn is_absent(subject: &str) -> bool {
    let subject = subject.trim().to_lowercase();
    ABSENT.iter().any(|start| subject.starts_with(start))
}

#[cfg(test)]
mod tests {
    use super::*;
    use mail_parser::MessageParser;

    fn read(head: &str) -> String {
        format!("From: a@b.example\r\n{head}\r\n\r\nwords\r\n")
    }

    #[test]
    fn machines_say_so_in_many_ways() {
        for (head, want) in [
            ("Subject: Re: Ann asks you to chime in", false),
            ("Subject: AW: Ann asks\r\nAuto-Submitted: no", false),
            ("Subject: x\r\nAuto-Submitted: auto-replied (vacation)", true),
            ("Subject: x\r\nAuto-Submitted: auto-generated; a=b", true),
            ("Subject: x\r\nPrecedence: bulk", true),
            ("Subject: x\r\nPrecedence: first-class", false),
            ("Subject: x\r\nX-Autoreply: yes", true),
            ("Subject: x\r\nList-Id: <l.example>", true),
            ("Subject: x\r\nReturn-Path: <>", true),
            ("Subject: x\r\nReturn-Path: <a@b.example>", false),
            ("Subject: Automatic reply: Ann asks", true),
            ("Subject: Abwesenheitsnotiz: Ann asks", true),
            ("Subject: =?utf-8?Q?R=C3=A9ponse_automatique_:_Ann?=", true),
            ("Subject: =?utf-8?Q?Respuesta_autom=C3=A1tica:_Ann?=", true),
            ("Subject: Re: out of office hours?", false),
        ] {
            let raw = read(head);
            let mail = MessageParser::default().parse(raw.as_bytes()).unwrap();
            assert_eq!(is_automatic(&mail), want, "{head}");
        }
    }

    #[test]
    fn a_report_of_failure_is_told_from_one_of_delay_or_of_reading() {
        let report = |kind: &str, action: &str| {
            format!(
                "From: MAILER-DAEMON@b.example\r\nContent-Type: multipart/report; report-type={kind}; boundary=b\r\n\r\n\
                 --b\r\n\r\nwords\r\n--b\r\nContent-Type: message/{kind}\r\n\r\n{action}\r\n--b--\r\n"
            )
        };
        for (raw, want) in [
            (
                report("delivery-status", "Final-Recipient: rfc822; x@y\r\nAction: failed\r\nStatus: 5.1.1"),
                true,
            ),
            (report("delivery-status", "Action: delayed\r\nStatus: 4.4.1"), false),
            (report("delivery-status", "Action: delivered\r\nStatus: 2.0.0"), false),
            (report("disposition-notification", "Disposition: manual-action; displayed"), false),
        ] {
            let mail = MessageParser::default().parse(raw.as_bytes()).unwrap();
            assert!(is_report(&mail), "{raw}");
            assert_eq!(is_failure(&mail, raw.as_bytes()), want, "{raw}");
        }
    }
}
