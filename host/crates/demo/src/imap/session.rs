//! One client's session: what has been said and what to answer. Does no I/O.
//!
//! Holds: sequence numbers change only where the client is told (`EXPUNGE`, `EXISTS`); nothing of the
//! mailbox is shown before the password was right.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use imap_codec::imap_types::auth::AuthMechanism;
use imap_codec::imap_types::command::CommandBody;
use imap_codec::imap_types::mailbox::{ListMailbox, Mailbox as MailboxName};
use imap_codec::imap_types::status::StatusDataItemName;
use tokio::sync::watch;

use super::wire::Input;
use super::{MAILBOX, fetch, search};
use crate::limits;
use crate::stage::{Boards, Stage};

const CAPABILITIES: &str = "IMAP4rev1 LITERAL+ SASL-IR IDLE UNSELECT AUTH=PLAIN";

/// Who may sign in.
#[derive(Debug, Clone)]
pub(crate) struct Account {
    pub user: String,
    pub password: Arc<str>,
}

/// What the session waits for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Next {
    /// A command.
    Command,
    /// `DONE`, for the `IDLE` with this tag.
    Idle(String),
    /// The answer to the challenge of the `AUTHENTICATE` with this tag.
    Password(String),
    /// Nothing: the session is over.
    Close,
}

/// A mailbox as the client knows it.
#[derive(Debug)]
pub(super) struct Selected {
    /// UIDs by sequence number, from 1.
    pub uids: Vec<u32>,
    pub read_only: bool,
}

/// One client's session.
#[derive(Debug)]
pub(super) struct Session {
    stage: Arc<Stage>,
    account: Account,
    signed_in: bool,
    selected: Option<Selected>,
    bad: u32,
}

impl Session {
    pub fn new(stage: Arc<Stage>, account: Account) -> Self {
        Self { stage, account, signed_in: false, selected: None, bad: 0 }
    }

    /// Returns what a client is told first.
    pub fn greeting() -> Vec<u8> {
        format!("* OK [CAPABILITY {CAPABILITIES}] Acme Widgets mail is ready\r\n").into_bytes()
    }

    /// Returns the bell that rings when there may be news.
    pub fn bell(&self) -> watch::Receiver<u64> {
        self.stage.bell()
    }

    /// Returns what to send, and what to wait for.
    pub fn answer(&mut self, input: Input, awaited: Next) -> (Vec<u8>, Next) {
        match (input, awaited) {
            (Input::More, awaited) => (Vec::new(), awaited),
            (Input::Literal, awaited) => (b"+ go on\r\n".to_vec(), awaited),
            (Input::TooLong, _) => (b"* BYE a command is too long\r\n".to_vec(), Next::Close),
            (Input::Bad(tag), _) => self.not_understood(&tag),
            (Input::Line(line), Next::Idle(tag)) => {
                let good = line.eq_ignore_ascii_case("DONE");
                let word = if good { "OK idle is over" } else { "BAD idle ends with DONE" };
                let mut answer = self.news();
                answer.extend(format!("{tag} {word}\r\n").bytes());
                (answer, Next::Command)
            }
            (Input::Line(line), Next::Password(tag)) => {
                self.sign_in_plain(&tag, line.trim().as_bytes(), true)
            }
            (Input::Line(_), _) => self.not_understood("*"),
            (Input::Command(command), _) => self.command(command.tag.inner(), command.body.clone()),
        }
    }

    /// Returns what has changed in the mailbox since the client was last told.
    pub fn news(&mut self) -> Vec<u8> {
        let Some(selected) = &mut self.selected else { return Vec::new() };
        let now: Vec<u32> = self.stage.boards().mailbox.iter().map(|mail| mail.uid).collect();
        let mut news = String::new();
        let oldest = now.first().copied().unwrap_or(u32::MAX);
        let gone = selected.uids.iter().take_while(|uid| **uid < oldest).count();
        // Each expunge moves the rest up by one, so the first is always the next to go.
        (0..gone).for_each(|_| news.push_str("* 1 EXPUNGE\r\n"));
        if gone > 0 || now.len() != selected.uids.len() {
            news.push_str(&format!("* {} EXISTS\r\n", now.len()));
        }
        selected.uids = now;
        news.into_bytes()
    }

    fn not_understood(&mut self, tag: &str) -> (Vec<u8>, Next) {
        self.bad += 1;
        if self.bad > limits::BAD_COMMANDS_MAX {
            return (b"* BYE too much that cannot be understood\r\n".to_vec(), Next::Close);
        }
        (format!("{tag} BAD not understood\r\n").into_bytes(), Next::Command)
    }

    fn command(&mut self, tag: &str, body: CommandBody<'static>) -> (Vec<u8>, Next) {
        let ok = |text: &str| (format!("{tag} OK {text}\r\n").into_bytes(), Next::Command);
        match body {
            CommandBody::Capability => {
                (format!("* CAPABILITY {CAPABILITIES}\r\n{tag} OK done\r\n").into_bytes(), Next::Command)
            }
            CommandBody::Noop => self.with_news(tag, "OK done"),
            CommandBody::Logout => {
                (format!("* BYE until soon\r\n{tag} OK done\r\n").into_bytes(), Next::Close)
            }
            CommandBody::Login { username, password } => {
                self.sign_in(tag, username.as_ref(), password.declassify().as_ref())
            }
            CommandBody::Authenticate { mechanism: AuthMechanism::Plain, initial_response } => {
                match initial_response {
                    Some(response) => self.sign_in_plain(tag, response.declassify(), false),
                    None => (b"+ \r\n".to_vec(), Next::Password(tag.to_owned())),
                }
            }
            CommandBody::Authenticate { .. } => {
                (format!("{tag} NO only PLAIN is served\r\n").into_bytes(), Next::Command)
            }
            _ if !self.signed_in => (format!("{tag} BAD sign in first\r\n").into_bytes(), Next::Command),
            CommandBody::List { mailbox_wildcard, .. } => {
                let listed = if lists_inbox(&mailbox_wildcard) {
                    format!("* LIST (\\HasNoChildren) \"/\" {MAILBOX}\r\n")
                } else {
                    String::new()
                };
                (format!("{listed}{tag} OK done\r\n").into_bytes(), Next::Command)
            }
            CommandBody::Lsub { .. } => ok("done"),
            CommandBody::Status { mailbox: MailboxName::Inbox, item_names } => {
                let status = status(&self.stage.boards(), &item_names);
                (format!("{status}{tag} OK done\r\n").into_bytes(), Next::Command)
            }
            CommandBody::Select { mailbox: MailboxName::Inbox, .. } => {
                (self.select(tag, false), Next::Command)
            }
            CommandBody::Examine { mailbox: MailboxName::Inbox, .. } => {
                (self.select(tag, true), Next::Command)
            }
            CommandBody::Status { .. } | CommandBody::Select { .. } | CommandBody::Examine { .. } => {
                (format!("{tag} NO [NONEXISTENT] there is no such mailbox\r\n").into_bytes(), Next::Command)
            }
            body => self.selected_command(tag, body),
        }
    }

    fn selected_command(&mut self, tag: &str, body: CommandBody<'static>) -> (Vec<u8>, Next) {
        let Some(selected) = &self.selected else {
            return (format!("{tag} BAD open a mailbox first\r\n").into_bytes(), Next::Command);
        };
        match body {
            CommandBody::Close | CommandBody::Unselect => {
                self.selected = None;
                (format!("{tag} OK done\r\n").into_bytes(), Next::Command)
            }
            CommandBody::Check => self.with_news(tag, "OK done"),
            CommandBody::Idle => (b"+ idling\r\n".to_vec(), Next::Idle(tag.to_owned())),
            CommandBody::Search { criteria, uid, .. } => {
                let found = search::search(&self.stage.boards().mailbox, selected, criteria.as_ref(), uid);
                match found {
                    Ok(found) => {
                        let numbers: String = found.iter().map(|number| format!(" {number}")).collect();
                        (format!("* SEARCH{numbers}\r\n{tag} OK done\r\n").into_bytes(), Next::Command)
                    }
                    Err(search::NotServed) => {
                        (format!("{tag} NO this search key is not served\r\n").into_bytes(), Next::Command)
                    }
                }
            }
            CommandBody::Fetch { modifiers, .. } if !modifiers.is_empty() => {
                (format!("{tag} BAD no modifier is offered\r\n").into_bytes(), Next::Command)
            }
            CommandBody::Fetch { sequence_set, macro_or_item_names, uid, .. } => {
                let mut answer = Vec::new();
                let mut boards = self.stage.boards();
                let fetched = fetch::fetch(
                    &mut boards.mailbox,
                    selected,
                    &sequence_set,
                    macro_or_item_names,
                    uid,
                    &mut answer,
                );
                drop(boards);
                let word = match fetched {
                    Ok(()) => "OK done",
                    Err(fetch::NotServed) => "NO a part of this is not served",
                };
                answer.extend(format!("{tag} {word}\r\n").bytes());
                (answer, Next::Command)
            }
            _ => (format!("{tag} NO the mailbox is for reading only\r\n").into_bytes(), Next::Command),
        }
    }

    fn with_news(&mut self, tag: &str, word: &str) -> (Vec<u8>, Next) {
        let mut answer = self.news();
        answer.extend(format!("{tag} {word}\r\n").bytes());
        (answer, Next::Command)
    }

    fn sign_in(&mut self, tag: &str, user: &[u8], password: &[u8]) -> (Vec<u8>, Next) {
        self.signed_in = user == self.account.user.as_bytes() && password == self.account.password.as_bytes();
        let answer = if self.signed_in {
            format!("{tag} OK [CAPABILITY {CAPABILITIES}] signed in\r\n")
        } else {
            format!("{tag} NO [AUTHENTICATIONFAILED] Invalid credentials\r\n")
        };
        (answer.into_bytes(), Next::Command)
    }

    fn sign_in_plain(&mut self, tag: &str, response: &[u8], encoded: bool) -> (Vec<u8>, Next) {
        let decoded = if encoded { BASE64.decode(response) } else { Ok(response.to_vec()) };
        let Ok(decoded) = decoded else { return self.not_understood(tag) };
        let mut parts = decoded.split(|byte| *byte == 0).skip(1);
        match (parts.next(), parts.next(), parts.next()) {
            (Some(user), Some(password), None) => self.sign_in(tag, user, password),
            _ => self.not_understood(tag),
        }
    }

    fn select(&mut self, tag: &str, read_only: bool) -> Vec<u8> {
        let boards = self.stage.boards();
        let mailbox = &boards.mailbox;
        let uids: Vec<u32> = mailbox.iter().map(|mail| mail.uid).collect();
        let mut answer = String::from("* FLAGS (\\Answered \\Flagged \\Deleted \\Seen \\Draft)\r\n");
        answer.push_str(&format!("* {} EXISTS\r\n* 0 RECENT\r\n", uids.len()));
        if let Some(first) = mailbox.iter().position(|mail| !mail.seen) {
            answer.push_str(&format!("* OK [UNSEEN {}] first unseen\r\n", first + 1));
        }
        answer.push_str("* OK [PERMANENTFLAGS ()] flags are not kept\r\n");
        answer.push_str(&format!("* OK [UIDVALIDITY {}] UIDs valid\r\n", mailbox.uid_validity()));
        answer.push_str(&format!("* OK [UIDNEXT {}] predicted next UID\r\n", mailbox.uid_next()));
        let word = if read_only { "[READ-ONLY]" } else { "[READ-WRITE]" };
        answer.push_str(&format!("{tag} OK {word} done\r\n"));
        drop(boards);
        self.selected = Some(Selected { uids, read_only });
        answer.into_bytes()
    }
}

/// Tells whether a pattern of `LIST` covers the one mailbox.
fn lists_inbox(pattern: &ListMailbox<'_>) -> bool {
    let pattern = match pattern {
        ListMailbox::Token(token) => String::from_utf8_lossy(token.as_ref()).to_ascii_uppercase(),
        ListMailbox::String(string) => String::from_utf8_lossy(string.as_ref()).to_ascii_uppercase(),
    };
    let wild = pattern.find(['*', '%']);
    wild.map_or(pattern == MAILBOX, |at| MAILBOX.starts_with(&pattern[..at]))
}

fn status(boards: &Boards, names: &[StatusDataItemName]) -> String {
    let mailbox = &boards.mailbox;
    let facts: Vec<String> = names
        .iter()
        .filter_map(|name| match name {
            StatusDataItemName::Messages => Some(format!("MESSAGES {}", mailbox.iter().len())),
            StatusDataItemName::Recent => Some("RECENT 0".to_owned()),
            StatusDataItemName::UidNext => Some(format!("UIDNEXT {}", mailbox.uid_next())),
            StatusDataItemName::UidValidity => Some(format!("UIDVALIDITY {}", mailbox.uid_validity())),
            StatusDataItemName::Unseen => {
                Some(format!("UNSEEN {}", mailbox.iter().filter(|mail| !mail.seen).count()))
            }
            _ => None,
        })
        .collect();
    format!("* STATUS {MAILBOX} ({})\r\n", facts.join(" "))
}
