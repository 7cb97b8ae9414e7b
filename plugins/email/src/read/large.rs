//! Mails that are too large to be fetched whole: what fits is asked for part by part.

use hark_sdk::prelude::*;
use hark_sdk::wire::Transport;

use super::{Seen, Visit, envelope};
use crate::cut::{self, Plan};
use crate::imap::{FetchEnd, Fetched};
use crate::position::Care;
use crate::share::Next;
use crate::{label, limits, mail};

impl<T: Transport> Visit<'_, T> {
    /// Fetches what fits of a large mail and gives its events.
    pub(super) fn take_large(&mut self, mail: Seen) -> Result<Next, Fault> {
        self.bytes += u64::from(limits::CUT_HEADER_BYTES_MAX + limits::CUT_TEXT_BYTES_MAX);
        match self.fetch_large(mail.uid) {
            Ok(Some(raw)) => {
                let label = self.label(&mail);
                let payload = self.session.keep(&label.to_string(), label::CUT_MEDIA_TYPE, &raw);
                let events = mail::events(&raw, envelope(&label, &label.hint(), payload), self.settings);
                Ok(self.give(mail.uid, events))
            }
            Ok(None) => {
                self.pass(mail.uid);
                Ok(Next::On)
            }
            Err(end) => self.recover(end, &[mail]),
        }
    }

    /// Returns a mail made of what fits of the large mail `uid`; none if it is gone.
    fn fetch_large(&mut self, uid: u32) -> Result<Option<Vec<u8>>, FetchEnd> {
        let structure = match self.run.care {
            Care::Beginning => None,
            _ => self.fetch_one(uid, "UID BODYSTRUCTURE")?.and_then(|mail| mail.structure),
        };
        let header = format!("BODY.PEEK[HEADER]<0.{}>", limits::CUT_HEADER_BYTES_MAX);
        match cut::plan(structure.as_ref()) {
            Plan::Beginning => {
                let most = limits::CUT_HEADER_BYTES_MAX + limits::CUT_TEXT_BYTES_MAX;
                let mail = self.fetch_one(uid, &format!("UID BODY.PEEK[]<0.{most}>"))?;
                Ok(mail.and_then(|mail| mail.whole))
            }
            Plan::HeaderOnly(size) => {
                let mail = self.fetch_one(uid, &format!("UID {header}"))?;
                Ok(mail.and_then(|mail| mail.header).map(|header| cut::header_only(&header, size)))
            }
            Plan::NoText { boundary, others } => {
                let mail = self.fetch_one(uid, &format!("UID {header}"))?;
                Ok(mail
                    .and_then(|mail| mail.header)
                    .map(|header| cut::assemble(&header, &boundary, None, &others)))
            }
            Plan::OnePart { number, boundary, others } => {
                let (head, text) = (limits::CUT_PART_HEADER_BYTES_MAX, limits::CUT_TEXT_BYTES_MAX);
                let items =
                    format!("UID {header} BODY.PEEK[{number}.MIME]<0.{head}> BODY.PEEK[{number}]<0.{text}>");
                let Some(mail) = self.fetch_one(uid, &items)? else { return Ok(None) };
                let (Some(header), Some(part)) = (mail.header, mail.part) else { return Ok(None) };
                let part_header = mail.part_header.unwrap_or_default();
                Ok(Some(cut::assemble(&header, &boundary, Some((&part_header, &part)), &others)))
            }
        }
    }

    fn fetch_one(&mut self, uid: u32, items: &str) -> Result<Option<Fetched>, FetchEnd> {
        let mut got = None;
        self.session.fetch(&uid.to_string(), items, |_, mail| {
            let tells =
                mail.structure.is_some() || mail.whole.is_some() || mail.header.is_some() || mail.unreadable;
            if mail.uid == Some(uid) && tells {
                got = Some(mail);
            }
        })?;
        Ok(got)
    }
}
