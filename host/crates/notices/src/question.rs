//! Questions to experts who have no account: asked by mail or chat, opened by a link, answered once.
//!
//! Holds: **GET changes nothing.** What opens links by itself (mail scanners, previews of chats) only GETs: the cover
//! that it gets says who asks and why, and shows nothing of the thread. The cover's buttons POST: to show the thread
//! (that is `seen`), to answer, to decline. A cookie would tell no more, as scanners keep cookies, too. Whoever has no
//! right ticket learns nothing, not even whether there is such a question. Not here: the pages.

use std::time::Duration;

use hark_model::{Ms, Visibility};
use hark_store::{
    AnswerAs, AnswerVia, ChimeInAsked, ChimeInId, ChimeInPage, ChimeInSecrets, ChimeInStanding, NewAnswer,
    NewChimeIn, Store, StoreError,
};
use rand::TryRngCore as _;
use url::Url;

use crate::attempt::later;
use crate::letter::Secrets;
use crate::limits;
use crate::reply::{Inbox, MailTaken, ReadMail};
use crate::smtp::MailAddress;
use crate::target::TargetError;
use crate::ticket::{QuestionKey, Ticket, digest};

/// Why a question is not asked.
#[derive(Debug, thiserror::Error)]
pub enum QuestionError {
    /// It does not say why.
    #[error("the question has no reason: say why this person")]
    Reason,
    /// Its life is too short or too long.
    #[error("a question lives between an hour and 30 days, not {} s", .0.as_secs())]
    Life(Duration),
    /// The person's address is none.
    #[error("the person cannot be written to")]
    Address(#[from] TargetError),
    /// The mailbox for answers is none.
    #[error("{0:?} is no mailbox for answers: before the @ it has 1 to 12 characters and no +")]
    Inbox(String),
    /// The address of the pages is none.
    #[error("the address of the pages of questions must be https, or on this machine, and end with /: {0}")]
    Base(Url),
    /// There is no randomness.
    #[error("the system gives no random numbers")]
    Random,
    /// The store failed.
    #[error("the question could not be stored")]
    Store(#[from] StoreError),
}

/// What questions are made of.
#[derive(Debug, Clone)]
pub struct QuestionsOptions {
    /// What makes secrets; whoever has it and the database can open every question.
    pub key: QuestionKey,
    /// Where the pages are: a ticket is put behind it. Ends with `/`.
    pub base: Url,
    /// Mailbox that answers by mail come to, with `+` and a ticket before the `@`; none takes answers by link alone.
    pub inbox: Option<String>,
}

impl QuestionsOptions {
    /// Says what is wrong with them; returns the mailbox.
    pub(crate) fn check(&self) -> Result<Option<Inbox>, QuestionError> {
        let base = &self.base;
        let here = matches!(base.host_str(), Some("localhost" | "127.0.0.1" | "[::1]"));
        let fit = base.scheme() == "https" || (base.scheme() == "http" && here);
        if !fit || !base.path().ends_with('/') || base.query().is_some() || base.fragment().is_some() {
            return Err(QuestionError::Base(base.clone()));
        }
        let inbox = |text: &String| Inbox::parse(text).ok_or_else(|| QuestionError::Inbox(text.clone()));
        self.inbox.as_ref().map(inbox).transpose()
    }

    /// Fails with what is wrong with them.
    pub fn checked(&self) -> Result<(), QuestionError> {
        self.check().map(|_| ())
    }
}

/// Asks experts, and opens what they are asked.
#[derive(Debug, Clone)]
pub struct Questions {
    store: Store,
    key: QuestionKey,
    base: Url,
    inbox: Option<Inbox>,
}

/// A question that is to be asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// Row of the thread.
    pub conversation: i64,
    /// Row of the user who asks.
    pub asked_by: i64,
    /// Name of the user who asks, as the person reads it.
    pub asker: String,
    /// Row of the person who is asked.
    pub expert: i64,
    /// Why this person.
    pub reason: String,
    /// Name of the notice target.
    pub channel: String,
    /// Mail address of the person; none for chat. In a chat, everybody in the channel can open the link.
    pub address: Option<String>,
    /// The most private visibility that the person may see.
    pub may_see: Visibility,
    /// How long it opens.
    pub life: Duration,
}

/// What a link shows before a button is pressed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cover {
    /// Name of the user who asks.
    pub asked_by: String,
    /// Why this person.
    pub reason: String,
    /// Opens no more from then on.
    pub expires_at: Ms,
}

/// What came of opening.
#[derive(Debug, Clone, PartialEq)]
pub enum Opened<T> {
    /// It opens.
    Shown(T),
    /// It does not; [`ChimeInStanding::Unknown`] for every ticket that is not right.
    Closed(ChimeInStanding),
}

impl Questions {
    /// Prepares questions; what is wrong with the options is said now.
    pub fn new(store: Store, options: QuestionsOptions) -> Result<Self, QuestionError> {
        let inbox = options.check()?;
        let QuestionsOptions { key, base, .. } = options;
        Ok(Self { store, key, base, inbox })
    }

    /// Asks a person, and queues the notice that says so, or does neither.
    pub async fn ask(&self, question: Question, now: Ms) -> Result<ChimeInAsked, QuestionError> {
        if question.reason.trim().is_empty() {
            return Err(QuestionError::Reason);
        }
        if !(limits::QUESTION_LIFE_MIN..=limits::QUESTION_LIFE_MAX).contains(&question.life) {
            return Err(QuestionError::Life(question.life));
        }
        let address = question.address.as_deref().map(MailAddress::parse).transpose()?;
        let mut seed = [0; 32];
        rand::rngs::OsRng.try_fill_bytes(&mut seed).map_err(|_| QuestionError::Random)?;
        let expires_at = later(now, question.life);
        let new = NewChimeIn {
            subject: format!("{} asks you to chime in", question.asker),
            body: self.body(&question, expires_at),
            conversation: question.conversation,
            asked_by: question.asked_by,
            expert: question.expert,
            reason: question.reason,
            channel: question.channel,
            address: address.map(|address| address.as_str().to_owned()),
            may_see: question.may_see,
            seed,
            link_sha256: digest(&self.key.link(&seed)),
            reply_sha256: digest(&self.key.reply(&seed)),
            expires_at,
            at: now,
        };
        Ok(self.store.ask_chime_in(new).await?)
    }

    fn body(&self, question: &Question, expires_at: Ms) -> String {
        let until = jiff::Timestamp::from_millisecond(expires_at)
            .map(|at| at.strftime("%Y-%m-%d %H:%M UTC").to_string());
        let by_mail = match (&self.inbox, &question.address) {
            (Some(_), Some(_)) => {
                " Or answer this mail: that is a note for us; begin with \"Reply:\" to propose a reply."
            }
            _ => "",
        };
        format!(
            "{} asks you to chime in on a conversation.\n\nWhy you: {}\n\nThe link below shows the conversation and takes \
             your answer. It is for you alone, takes one answer, and opens until {}.{by_mail}\n",
            question.asker,
            question.reason.trim(),
            until.unwrap_or_default(),
        )
    }

    /// Returns what goes with the notice of a question; `None` if it was asked with another key.
    pub(crate) async fn secrets(&self, id: ChimeInId) -> Result<Option<Secrets>, StoreError> {
        let Some(kept) = self.store.chime_in_secrets(id).await? else { return Ok(None) };
        let (link, reply) = (self.key.link(&kept.seed), self.key.reply(&kept.seed));
        if digest(&link) != kept.link_sha256 {
            return Ok(None);
        }
        Ok(Some(Secrets {
            link: format!("{}{id}-{link}", self.base),
            reply_to: self
                .inbox
                .as_ref()
                .filter(|_| kept.address.is_some())
                .map(|inbox| inbox.with(id, &reply)),
            thread: format!("chime-in.{id}-{}", self.key.thread(&kept.seed)),
            to: kept.address,
        }))
    }

    /// Returns the question that a ticket opens.
    async fn find(&self, ticket: &str) -> Result<Option<ChimeInId>, StoreError> {
        let Some(ticket) = Ticket::parse(ticket) else { return Ok(None) };
        let kept = self.store.chime_in_secrets(ticket.id).await?;
        Ok(kept.filter(|kept| ticket.opens_link(kept)).map(|_| ticket.id))
    }

    /// Returns what GET shows. Changes nothing.
    pub async fn cover(&self, ticket: &str, now: Ms) -> Result<Opened<Cover>, StoreError> {
        let Some(id) = self.find(ticket).await? else { return Ok(Opened::Closed(ChimeInStanding::Unknown)) };
        let standing = self.store.chime_in_standing(id, now).await?;
        let row = self.store.chime_in(id).await?.filter(|_| standing == ChimeInStanding::Open);
        Ok(row.map_or(Opened::Closed(standing), |row| {
            Opened::Shown(Cover { asked_by: row.asked_by, reason: row.reason, expires_at: row.expires_at })
        }))
    }

    /// Shows the thread to who POSTs, and notes that it was seen. May be repeated until it is answered.
    pub async fn see(&self, ticket: &str, now: Ms) -> Result<Opened<ChimeInPage>, StoreError> {
        let Some(id) = self.find(ticket).await? else { return Ok(Opened::Closed(ChimeInStanding::Unknown)) };
        let standing = self.store.see_chime_in(id, now).await?;
        if standing != ChimeInStanding::Open {
            return Ok(Opened::Closed(standing));
        }
        let page = self.store.chime_in_page(id, now).await?;
        Ok(page.map_or(Opened::Closed(ChimeInStanding::Closed), Opened::Shown))
    }

    /// Takes the answer of who POSTs: [`ChimeInStanding::Open`] if it was taken. It opens no more.
    pub async fn answer(
        &self,
        ticket: &str,
        text: &str,
        kind: AnswerAs,
        now: Ms,
    ) -> Result<ChimeInStanding, StoreError> {
        let Some(id) = self.find(ticket).await? else { return Ok(ChimeInStanding::Unknown) };
        let answer = NewAnswer { text: text.trim().to_owned(), kind, via: AnswerVia::Link, at: now };
        self.store.answer_chime_in(id, answer).await
    }

    /// Notes that who POSTs does not want to answer: [`ChimeInStanding::Open`] if it was noted.
    pub async fn decline(&self, ticket: &str, now: Ms) -> Result<ChimeInStanding, StoreError> {
        match self.find(ticket).await? {
            Some(id) => self.store.decline_chime_in(id, now).await,
            None => Ok(ChimeInStanding::Unknown),
        }
    }

    /// Takes a mail that came to the mailbox for answers. Nothing is ever sent back, so no loop can begin.
    pub async fn take_mail(&self, raw: &[u8], now: Ms) -> Result<MailTaken, StoreError> {
        let Some(inbox) = &self.inbox else { return Ok(MailTaken::NotOurs) };
        let Some(mail) = ReadMail::read(raw, inbox) else { return Ok(MailTaken::NotOurs) };
        let Some((id, kept)) = self.of_mail(&mail).await? else { return Ok(MailTaken::NotOurs) };
        if mail.bounced {
            self.store.note_undeliverable_chime_in(id, now).await?;
            return Ok(MailTaken::Undeliverable(id));
        }
        if mail.automatic {
            return Ok(MailTaken::Automatic(id));
        }
        let standing = self.store.chime_in_standing(id, now).await?;
        if standing != ChimeInStanding::Open {
            return Ok(MailTaken::Closed(id, standing));
        }
        let from = mail.from.as_deref().unwrap_or_default();
        if !kept.address.is_some_and(|address| address.eq_ignore_ascii_case(from)) {
            return Ok(MailTaken::Stranger(id));
        }
        let (kind, text) = proposal(&mail.words);
        if text.is_empty() {
            return Ok(MailTaken::Empty(id));
        }
        let answer = NewAnswer { text: text.to_owned(), kind, via: AnswerVia::Mail, at: now };
        Ok(match self.store.answer_chime_in(id, answer).await? {
            ChimeInStanding::Open => MailTaken::Answered(id),
            standing => MailTaken::Closed(id, standing),
        })
    }

    /// Returns the question that a mail is about: by the address that it came to, else by what it answers.
    async fn of_mail(&self, mail: &ReadMail) -> Result<Option<(ChimeInId, ChimeInSecrets)>, StoreError> {
        for (ticket, by_address) in mail.tickets() {
            let Some(kept) = self.store.chime_in_secrets(ticket.id).await? else { continue };
            let opens =
                if by_address { ticket.opens_reply(&kept) } else { ticket.opens_thread(&self.key, &kept) };
            if opens {
                return Ok(Some((ticket.id, kept)));
            }
        }
        Ok(None)
    }
}

/// Returns what an answer by mail is for, and its words.
fn proposal(words: &str) -> (AnswerAs, &str) {
    match words.split_at_checked(6) {
        Some((mark, rest)) if mark.eq_ignore_ascii_case("reply:") => (AnswerAs::Reply, rest.trim()),
        _ => (AnswerAs::Note, words.trim()),
    }
}

#[cfg(test)]
mod tests;
