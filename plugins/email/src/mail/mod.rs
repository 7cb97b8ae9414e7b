//! One mail to its events: its author, its conversation, itself; or poison.
//!
//! Holds: pure, the same bytes and label give the same events; never fails, never panics on a mail.
//! The full text is kept with what it quotes, and the markup beside it: a reader folds a quotation away,
//! but nobody can search for words that were thrown away.
//! Not its business: how the mail was fetched.

mod body;
mod charset;
mod header;
mod identity;
mod nesting;
mod original;
mod plain;

use hark_sdk::prelude::*;
use mail_parser::{Message, MessageParser};

use crate::limits;
use crate::settings::Settings;

pub use body::CUT_FIELD;
pub use charset::header_end;
pub use identity::is_made_up;
pub use nesting::HELD_MAIL;
pub use original::{Correspondent, Original, original};

/// What is known of a mail beside its bytes.
#[derive(Debug, Clone, Copy)]
pub struct Envelope<'a> {
    /// Mailbox it lies in.
    pub mailbox: &'a str,
    /// Says which mail it is where nothing else does.
    pub hint: &'a str,
    /// When the server received it.
    pub received_at: Ms,
    /// Id of its kept bytes.
    pub payload: u64,
}

/// Returns the events of the mail `raw`.
pub fn events(raw: &[u8], envelope: Envelope<'_>, settings: &Settings) -> Vec<Event> {
    let mended = charset::mend_header(raw);
    let tamed = nesting::tame(mended);
    let parser = MessageParser::default();
    match parser.parse(tamed.as_ref()) {
        Some(message) if header::is_mail(&message) => {
            Mail { message: &message, raw: &tamed, envelope, settings }.events()
        }
        Some(_) => vec![poison(envelope, "it has none of the fields that a mail must have")],
        None => vec![poison(envelope, "it has no header")],
    }
}

/// Returns the Message-ID of the mail, or of the header, `raw`.
pub fn message_id(raw: &[u8]) -> Option<String> {
    let header = charset::mend_header(&raw[..header_end(raw)]).into_owned();
    identity::named(&MessageParser::default().parse(&header)?)
}

/// A mail that could not be understood.
pub fn poison(envelope: Envelope<'_>, why: &str) -> Event {
    Poison::new(envelope.hint, why, Provenance::new(envelope.payload, "")).into()
}

struct Mail<'a> {
    message: &'a Message<'a>,
    raw: &'a [u8],
    envelope: Envelope<'a>,
    settings: &'a Settings,
}

impl Mail<'_> {
    fn events(&self) -> Vec<Event> {
        let content = body::content(self.message, self.raw);
        let (published_at, published_is_estimate) =
            header::published(self.message, self.envelope.received_at);
        let author = header::author(self.message);
        let list = header::list(self.message);
        let visibility = if list.is_some() { Visibility::Community } else { Visibility::Direct };
        let id = identity::own(self.message, author.as_ref(), &content.text);
        let thread = identity::thread(self.message, &id);
        let subject = self.message.subject().and_then(plain::line);
        let automated = header::is_automated(self.message);
        let is_self = author.as_ref().is_some_and(|author| self.settings.is_own(&author.address));

        let mut events = Vec::with_capacity(limits::MAIL_EVENTS_MAX as usize);
        events.extend(author.as_ref().map(|author| self.actor(author, automated, is_self)));
        // Where a conversation takes place and who may read it is said by its other mails: our own answer,
        // found where sent mail is kept, must not move it there.
        if !is_self || list.is_some() || thread.parent.is_none() {
            events.push(Event::Conversation(Conversation {
                title: self.message.thread_name().and_then(plain::line).or_else(|| subject.clone()),
                place: Some(list.clone().unwrap_or_else(|| self.envelope.mailbox.to_owned())),
                visibility,
                ..Conversation::new(thread.conversation.clone())
            }));
        }
        let origin = Provenance::new(self.envelope.payload, "");
        events.push(Event::Item(Item {
            revision: revision(self.envelope.received_at),
            kind: ItemKind::Email,
            direction: self.direction(is_self, list.is_some()),
            conversation: thread.conversation,
            author: author.map(|author| author.address),
            html: content.html,
            title: subject,
            url: header::archived_at(self.message),
            language: header::language(self.message),
            published_is_estimate,
            visibility,
            automated,
            relations: thread.parent.into_iter().map(reply_to).collect(),
            attachments: content.attachments,
            tags: header::keywords(self.message),
            ..Item::new(id, content.text, published_at, origin)
        }));
        events
    }

    fn actor(&self, author: &header::Author, automated: bool, is_self: bool) -> Event {
        let kind = match automated && header::is_machine(&author.address) {
            true => ActorKind::Service,
            false => ActorKind::Person,
        };
        Event::Actor(Actor {
            kind,
            handle: Some(author.address.clone()),
            display_name: author.name.clone(),
            is_self,
            emails: vec![author.address.clone()],
            ..Actor::new(author.address.clone(), self.envelope.received_at)
        })
    }

    /// Mail of a list that names none of our addresses is said near us, not to us.
    fn direction(&self, is_self: bool, is_list: bool) -> Direction {
        let names_us =
            || header::recipients(self.message).iter().any(|address| self.settings.is_own(address));
        match (is_self, is_list) {
            (true, _) => Direction::Outbound,
            (false, true) if !names_us() => Direction::ThirdParty,
            (false, _) => Direction::Inbound,
        }
    }
}

fn reply_to(target: String) -> Relation {
    Relation { kind: RelationKind::ReplyTo, target, target_is_actor: false }
}

/// A mail never changes, so a second one under the same Message-ID is another copy, which a list may have
/// put a line under, or a forgery: neither may take the place of what was read. It is kept as an earlier
/// revision, so nothing is lost and anybody can see that there were two. The mark falls with the time of
/// arrival: whatever the order of reading, backfill included, the first to arrive is the one shown.
fn revision(received_at: Ms) -> String {
    format!("{:019}", i64::MAX - received_at.max(0))
}

#[cfg(test)]
mod tests;
