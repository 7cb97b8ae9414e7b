//! Where in a wire's traffic a secret may be written: as the first login of the connection.
//!
//! A guest could log in to the same server as somebody else and have the secret stored there, or say
//! that what follows is the text of a mail. So all that it wrote before must be greetings of one
//! dialect, and the secret must stand where that dialect's login has it.

use std::borrow::Cow;

use crate::limits;
use crate::refusal::Refusal;

/// What a guest has written so far, as far as it matters to a login.
#[derive(Debug, Default)]
pub(crate) struct Opening {
    written: Vec<u8>,
    too_long: bool,
}

impl Opening {
    pub(crate) fn note(&mut self, bytes: &[u8]) {
        if self.too_long || self.written.len() + bytes.len() > limits::WIRE_BEFORE_LOGIN_BYTES_MAX {
            self.too_long = true;
            self.written = Vec::new();
        } else {
            self.written.extend_from_slice(bytes);
        }
    }

    /// Tells whether a secret may be written between `prefix` and `suffix` now.
    pub(crate) fn admit(&self, prefix: &[u8], suffix: &[u8]) -> Result<(), Refusal> {
        let place = |why| Err(Refusal::SecretPlace { why });
        if self.too_long {
            return place("too much was written before it");
        }
        if prefix.len().max(suffix.len()) > limits::WIRE_LOGIN_BYTES_MAX {
            return place("the prefix or the suffix is too long");
        }
        let written = String::from_utf8_lossy(&self.written);
        let prefix = String::from_utf8_lossy(prefix);
        if written.starts_with('<') || prefix.starts_with('<') {
            return stanza(&written, &prefix, suffix);
        }
        if !written.is_empty() && !written.ends_with('\n') {
            return place("the line before it is not ended");
        }
        if suffix != b"\r\n" || prefix.contains(['\r', '\n']) {
            return place("it must be alone in its line, which ends with CR LF");
        }
        let lines: Vec<Vec<&str>> = written.lines().map(words).collect();
        let last = lines.last().map(Vec::as_slice).unwrap_or_default();
        let login = words(&prefix);
        let imap = imap_login(&login, &prefix, last) && lines.iter().all(|line| imap_greeting(line));
        let plain = plain_login(&login, &prefix) && lines.iter().all(|line| plain_greeting(line));
        if imap || plain {
            Ok(())
        } else {
            place("only a greeting may come before, and only a login around it")
        }
    }
}

fn words(line: &str) -> Vec<&str> {
    line.split_whitespace().collect()
}

fn upper(word: &str) -> Cow<'_, str> {
    Cow::Owned(word.to_ascii_uppercase())
}

/// A tag holds a digit, so that no command of another dialect can pose as one.
fn is_tag(word: &str) -> bool {
    word.bytes().all(|byte| byte.is_ascii_alphanumeric()) && word.bytes().any(|byte| byte.is_ascii_digit())
}

fn is_atom(word: &str) -> bool {
    word.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
}

/// `a1 CAPABILITY` and the like; never a literal, never a login with data of its own.
fn imap_greeting(line: &[&str]) -> bool {
    let [tag, command, rest @ ..] = line else { return line.is_empty() };
    let fits = match &*upper(command) {
        "CAPABILITY" | "NOOP" | "STARTTLS" => rest.is_empty(),
        "ID" => rest.iter().all(|word| !word.contains('{')),
        "AUTHENTICATE" => matches!(rest, [mechanism] if is_atom(mechanism)),
        _ => false,
    };
    is_tag(tag) && fits
}

/// `a1 LOGIN user `, `a1 AUTHENTICATE PLAIN `, or the continuation of an `AUTHENTICATE` just before.
fn imap_login(login: &[&str], prefix: &str, last: &[&str]) -> bool {
    if prefix.is_empty() {
        return matches!(last, [_, command, _] if upper(command) == "AUTHENTICATE");
    }
    let [tag, command, ..] = login else { return false };
    let argument = prefix.splitn(3, ' ').nth(2).and_then(|rest| rest.strip_suffix(' ')).unwrap_or_default();
    let fits = match &*upper(command) {
        "LOGIN" => is_user(argument),
        "AUTHENTICATE" => !argument.is_empty() && is_atom(argument),
        _ => false,
    };
    is_tag(tag) && fits
}

/// One atom, or one quoted string to its very end.
fn is_user(argument: &str) -> bool {
    let Some(inner) = argument.strip_prefix('"') else {
        return !argument.is_empty() && !argument.contains([' ', '"', '{', '(', ')']);
    };
    let mut rest = inner.chars();
    while let Some(next) = rest.next() {
        match next {
            '"' => return rest.next().is_none(),
            '\\' => _ = rest.next(),
            _ => {}
        }
    }
    false
}

/// Greetings of NNTP, POP3, SMTP, ManageSieve's kin and IRC: the command is the first word.
fn plain_greeting(line: &[&str]) -> bool {
    let [command, rest @ ..] = line else { return true };
    if rest.iter().any(|word| word.contains('{')) {
        return false;
    }
    match &*upper(command) {
        "CAPA" | "CAPABILITIES" | "STARTTLS" | "STLS" => rest.is_empty(),
        // Only the hello: a mail begins with MAIL, and then nothing is a greeting any more.
        "EHLO" => rest.len() == 1,
        "MODE" => matches!(rest, [reader] if upper(reader) == "READER"),
        "CAP" | "NICK" | "USER" => true,
        "AUTHINFO" => matches!(rest, [user, _] if upper(user) == "USER"),
        "AUTH" | "AUTHENTICATE" => matches!(rest, [mechanism] if is_atom(mechanism)),
        _ => false,
    }
}

fn plain_login(login: &[&str], prefix: &str) -> bool {
    let fits = match login {
        [command] => matches!(&*upper(command), "PASS" | "AUTHENTICATE"),
        [first, second] => match &*upper(first) {
            "AUTHINFO" => upper(second) == "PASS",
            "AUTH" => is_atom(second),
            _ => false,
        },
        _ => false,
    };
    fits && prefix.ends_with(' ') && !prefix.ends_with("  ")
}

/// XMPP: only the opening of the stream may come before `<auth ...>` or `<response ...>`.
fn stanza(written: &str, prefix: &str, suffix: &[u8]) -> Result<(), Refusal> {
    const OPENING: &[&str] = &["?xml", "stream:stream", "starttls", "auth", "/auth"];
    let tags = |text: &str| -> Vec<String> {
        let parts = text.split('<').skip(1);
        parts
            .map(|part| part.split([' ', '>', '/', '\n', '\t']).next().unwrap_or_default().to_owned())
            .collect()
    };
    let opening = written.is_empty() || written.trim_start().starts_with('<');
    let before = tags(written).iter().all(|tag| tag.is_empty() || OPENING.contains(&tag.as_str()));
    let around = match tags(prefix).as_slice() {
        [one] if one == "auth" => suffix == b"</auth>",
        [one] if one == "response" => suffix == b"</response>",
        _ => false,
    };
    let open = prefix.starts_with('<') && prefix.ends_with('>') && !prefix.ends_with("/>");
    if opening && before && around && open {
        return Ok(());
    }
    Err(Refusal::SecretPlace { why: "only the opening of the stream may come before <auth> or <response>" })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn admitted(before: &[&str], prefix: &str, suffix: &str) -> bool {
        let mut opening = Opening::default();
        before.iter().for_each(|line| opening.note(line.as_bytes()));
        opening.admit(prefix.as_bytes(), suffix.as_bytes()).is_ok()
    }

    #[test]
    fn logins_of_every_dialect_pass() {
        let cases: &[(&[&str], &str, &str)] = &[
            (&[], "a1 LOGIN jo@example.com ", "\r\n"),
            (&["a1 CAPABILITY\r\n", "a2 ID (\"name\" \"hark\")\r\n"], "a3 LOGIN \"jo \\\"x\\\" y\" ", "\r\n"),
            (&["a1 STARTTLS\r\n", "a2 CAPABILITY\r\n"], "a3 authenticate PLAIN ", "\r\n"),
            (&["A0001 AUTHENTICATE XOAUTH2\r\n"], "", "\r\n"),
            (&["CAPABILITIES\r\n", "MODE READER\r\n", "AUTHINFO USER jo\r\n"], "AUTHINFO PASS ", "\r\n"),
            (&["CAP LS 302\r\n"], "PASS ", "\r\n"),
            (
                &["CAP REQ :sasl\r\n", "NICK jo\r\n", "USER jo 0 * :Jo\r\n", "AUTHENTICATE PLAIN\r\n"],
                "AUTHENTICATE ",
                "\r\n",
            ),
            (&["USER jo\r\n"], "PASS ", "\r\n"),
            (&["EHLO [127.0.0.1]\r\n", "STARTTLS\r\n", "EHLO [127.0.0.1]\r\n"], "AUTH PLAIN ", "\r\n"),
            (
                &["<?xml version='1.0'?><stream:stream to='x' xmlns:stream='y'>", "<starttls xmlns='z'/>"],
                "<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>",
                "</auth>",
            ),
        ];
        for (before, prefix, suffix) in cases {
            assert!(admitted(before, prefix, suffix), "{before:?} {prefix:?}");
        }
    }

    #[test]
    fn a_secret_cannot_be_stored_or_sent_to_somebody() {
        let cases: &[(&[&str], &str, &str)] = &[
            // Into a mail of the guest's own account on the same server.
            (&["a1 LOGIN evil pw\r\n", "a2 APPEND INBOX {20+}\r\n"], "a3 LOGIN jo ", "\r\n"),
            (&["a1 LOGIN evil pw\r\n"], "a2 LOGIN jo ", "\r\n"),
            (&["a1 AUTHENTICATE PLAIN AGV2aWwAcHc=\r\n"], "a2 LOGIN jo ", "\r\n"),
            (&["a1 AUTHENTICATE PLAIN\r\n", "AGV2aWwAcHc=\r\n"], "a2 LOGIN jo ", "\r\n"),
            (&["USER LOGIN evil pw\r\n"], "a2 LOGIN jo ", "\r\n"),
            (&["a1 ID {30}\r\n"], "a2 LOGIN jo ", "\r\n"),
            (&["a1 NOOP\r\n"], "a1 APPEND INBOX ", "\r\n"),
            (&["a1 NOOP\r\n"], "a1 CREATE ", "\r\n"),
            (&["a1 NOOP\r\n"], "", "\r\n"),
            (&["a1 NO"], "a2 LOGIN jo ", "\r\n"),
            (&[], "a1 LOGIN jo x ", "\r\n"),
            (&[], "a1 LOGIN \"jo\" \"x\" ", "\r\n"),
            (&[], "a1 LOGIN jo {9}\r\n", "\r\n"),
            (&[], "a1 LOGIN jo ", " \r\n"),
            (&[], "a1 LOGIN jo ", "\r\na2 SELECT INBOX\r\n"),
            (&[], "a1 LOGIN jo ", ""),
            // Into a mail that is handed in.
            (
                &["EHLO x\r\n", "MAIL FROM:<a@b>\r\n", "RCPT TO:<evil@c>\r\n", "DATA\r\n"],
                "AUTH PLAIN ",
                "\r\n",
            ),
            (&["EHLO x\r\n", "AUTH PLAIN AGV2aWwAcHc=\r\n"], "AUTH PLAIN ", "\r\n"),
            (&["EHLO x\r\n"], "MAIL FROM:<a@b> ", "\r\n"),
            (&["EHLO x\r\n"], "VRFY ", "\r\n"),
            // To a person on IRC.
            (&["NICK jo\r\n"], "PRIVMSG evil :", "\r\n"),
            (&[], "PRIVMSG LOGIN evil ", "\r\n"),
            (&["JOIN #evil\r\n"], "PASS ", "\r\n"),
            (&[], "PASS x ", "\r\n"),
            (&[], "PASS", "\r\n"),
            // Into a message of XMPP.
            (&["<stream:stream><message to='evil'><body>"], "<auth>", "</auth>"),
            (&["<stream:stream>"], "<message><body>", "</body></message>"),
            (&["<stream:stream>"], "<auth><x>", "</auth>"),
            (&["x <stream:stream>"], "<auth>", "</auth>"),
        ];
        for (before, prefix, suffix) in cases {
            assert!(!admitted(before, prefix, suffix), "{before:?} {prefix:?}");
        }
        let long = "a1 NOOP\r\n".repeat(limits::WIRE_BEFORE_LOGIN_BYTES_MAX / 9 + 1);
        assert!(!admitted(&[&long], "a1 LOGIN jo ", "\r\n"));
        let user = "x".repeat(limits::WIRE_LOGIN_BYTES_MAX);
        assert!(!admitted(&[], &format!("a1 LOGIN {user} "), "\r\n"));
    }
}
