//! What became of items that were heard before: fifty look-ups in one request.
//!
//! Holds: an id is answered by what the platform says of it, or not at all; nothing is called gone because a
//! call failed.

use std::collections::VecDeque;

use hark_sdk::prelude::*;
use serde::{Deserialize, Serialize};

use super::run::Run;
use crate::batch::{self, Answer};
use crate::comment::{self, Comment};
use crate::fault::{Class, GraphError};
use crate::origin::{Events, Origin, is_path_safe};
use crate::post::{self, Post, names_page};
use crate::{Settings, graph, limits, manifest};

/// Where a run that was cut goes on.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Continuation {
    /// Ids that are done.
    done: usize,
}

/// Looks the ids of the request up.
pub fn read(settings: &Settings, request: &ReadRequest) -> Result<Batch, Fault> {
    let version = manifest::CURSOR_VERSION;
    let place = cursor::read::<Continuation>(version, request.continuation.as_deref())?.unwrap_or_default();
    let mut run = Run::new(settings, request);
    let ended = go(&mut run, place.done);
    run.batch(ended)
}

/// Returns where the look-ups were cut.
fn go(run: &mut Run<'_>, mut done: usize) -> Result<Option<Continuation>, Fault> {
    let ids = &run.request.ids;
    while done < ids.len() {
        if !run.may_ask() {
            return Ok(Some(Continuation { done }));
        }
        let count = usize::try_from(run.room()).unwrap_or(1).min(limits::LOOKUPS_MAX).min(ids.len() - done);
        look_up(run, &ids[done..done + count])?;
        done += count;
    }
    Ok(None)
}

fn look_up(run: &mut Run<'_>, ids: &[String]) -> Result<(), Fault> {
    let mut waiting: VecDeque<&str> = ids.iter().map(String::as_str).filter(|id| is_path_safe(id)).collect();
    for attempt in 1..=limits::LOOKUP_TRIES_MAX {
        if waiting.is_empty() || (attempt > 1 && !run.may_ask()) {
            break;
        }
        let asked: Vec<&str> = waiting.drain(..).collect();
        let mentions = run.request.stream_name == manifest::MENTIONS;
        let addresses: Vec<String> =
            asked.iter().map(|id| address(id, mentions, &run.settings.page)).collect();
        let reply = run.call(batch::request(run.settings, &addresses)?)?;
        let origin = run.origin(&reply.response);
        let until = reply.usage.limited_until(origin.received_at);
        let answers = batch::answers(&reply, asked.len())?;
        for (number, (id, answer)) in asked.into_iter().zip(answers).enumerate() {
            let pointer = format!("/{number}/body");
            match judge(&mut run.events, answer.as_ref(), id, mentions, &pointer, origin) {
                Verdict::Answered => {}
                Verdict::AskAgain => waiting.push_back(id),
                // What stops one look-up for its token or its allowance stops them all.
                Verdict::Stop(error) => return Err(graph::failed(error, until).into()),
            }
        }
    }
    match waiting.is_empty() || !run.events.is_empty() {
        true => Ok(()),
        false => Err(Fault::transient(format!("{} look-ups got no answer", waiting.len()))),
    }
}

fn address(id: &str, mentions: bool, page: &str) -> String {
    let fields = if is_post(id, mentions, page) { post::FIELDS } else { comment::FIELDS };
    http::get(id).query("fields", fields).url().to_owned()
}

/// A post of the page begins with the page's id; in the mentions there are only posts.
fn is_post(id: &str, mentions: bool, page: &str) -> bool {
    mentions || !id.contains('_') || id.split('_').next() == Some(page)
}

enum Verdict {
    Answered,
    AskAgain,
    Stop(GraphError),
}

fn judge(
    events: &mut Events,
    answer: Option<&Answer>,
    id: &str,
    mentions: bool,
    pointer: &str,
    origin: Origin<'_>,
) -> Verdict {
    let Some(answer) = answer else { return Verdict::AskAgain };
    let told = if is_post(id, mentions, origin.page) {
        answer.read::<Post>().map(|post| {
            let mut told = Events::default();
            let result = post.tell(&mut told, pointer, origin, false);
            told.into_list().into_iter().for_each(|mut event| {
                if mentions {
                    names_page(&mut event, origin.page);
                }
                events.push(event);
            });
            result
        })
    } else {
        let conversation = comment::post_of(id, origin.page);
        answer.read::<Comment>().map(|comment| comment.tell(events, pointer, &conversation, None, origin))
    };
    match told {
        Ok(Ok(())) => Verdict::Answered,
        Ok(Err(why)) => {
            events.poison(id, why, origin.at(pointer));
            Verdict::Answered
        }
        Err(Some(error)) => match error.class() {
            // It is gone, or it is not for us any more: Meta does not say which.
            Class::Gone => {
                let at = Some(origin.received_at);
                events.push(Removal::new(id, RemovalReason::NoLongerVisible, at, origin.at(pointer)));
                Verdict::Answered
            }
            Class::Transient => Verdict::AskAgain,
            Class::Auth(_) | Class::Limited => Verdict::Stop(error),
            _ => {
                warn!("{id} was looked up in vain: {error}");
                Verdict::Answered
            }
        },
        Err(None) if answer.code >= 500 || answer.body().is_empty() => Verdict::AskAgain,
        Err(None) => {
            events.poison(id, "it cannot be read", origin.at(pointer));
            Verdict::Answered
        }
    }
}
