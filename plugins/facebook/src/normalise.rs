//! Reading a kept payload again: a page of posts or comments, a batch of look-ups, a delivery.
//!
//! Holds: pure; what a payload is follows from itself and from the address in its label.

use hark_sdk::prelude::*;
use serde_json::value::RawValue;

use crate::batch::Answer;
use crate::comment::{self, Comment};
use crate::graph::{self, Listing};
use crate::origin::{Events, Origin};
use crate::post::{Post, names_page};
use crate::{Settings, webhook};

/// Turns a kept payload into events.
pub fn normalise(settings: &Settings, raw: &Raw) -> Result<Vec<Event>, Fault> {
    let origin = Origin { payload: raw.payload, received_at: raw.received_at, page: &settings.page };
    if webhook::is_delivery(&raw.body) {
        return Ok(webhook::hear(&raw.body, origin).events.into_list());
    }
    if graph::error_in(&raw.body).is_some() {
        return Ok(Vec::new());
    }
    let mut events = Events::default();
    let address = raw.label.split(['?', '#']).next().unwrap_or_default();
    let mut path = address.rsplit('/');
    let (edge, owner) = (path.next().unwrap_or_default(), path.next().unwrap_or_default());
    if let Ok(listing) = hark_sdk::json::parse::<Listing>(&raw.body) {
        for (number, entry) in listing.data.iter().enumerate() {
            one(
                &mut events,
                entry,
                &format!("/data/{number}"),
                (edge == "comments").then_some(owner),
                origin,
            );
        }
        let mut events = events.into_list();
        if edge == "tagged" {
            events.iter_mut().for_each(|event| names_page(event, origin.page));
        }
        return Ok(events);
    }
    if let Ok(answers) = hark_sdk::json::parse::<Vec<Option<Answer>>>(&raw.body) {
        for (number, answer) in
            answers.iter().enumerate().filter_map(|(at, answer)| Some((at, answer.as_ref()?)))
        {
            let is_error = graph::error_in(answer.body().as_bytes()).is_some();
            if let Some(entry) = RawValue::from_string(answer.body().to_owned()).ok().filter(|_| !is_error) {
                one(&mut events, &entry, &format!("/{number}/body"), None, origin);
            }
        }
        return Ok(events.into_list());
    }
    match hark_sdk::json::parse::<Box<RawValue>>(&raw.body) {
        Ok(entry) => one(&mut events, &entry, "", None, origin),
        Err(error) => return Err(Fault::protocol(format!("{} is no JSON: {error}", raw.label))),
    }
    Ok(events.into_list())
}

/// Adds one entry: a comment of `post`, or what it looks like. Only posts say when they were updated.
fn one(events: &mut Events, raw: &RawValue, pointer: &str, post: Option<&str>, origin: Origin<'_>) {
    #[derive(Deserialize)]
    struct Shape {
        #[serde(default)]
        id: Option<String>,
        #[serde(default)]
        updated_time: Option<serde::de::IgnoredAny>,
        #[serde(default)]
        created_time: Option<serde::de::IgnoredAny>,
        #[serde(default)]
        success: Option<serde::de::IgnoredAny>,
    }
    let Ok(shape) = hark_sdk::json::parse::<Shape>(raw.get().as_bytes()) else {
        return events.poison("an entry", "it is no object", origin.at(pointer));
    };
    // What says no more than that something was done, or names a page, is no entry.
    if post.is_none()
        && shape.created_time.is_none()
        && (shape.success.is_some() || shape.updated_time.is_none())
    {
        return;
    }
    let id = shape.id.unwrap_or_default();
    let told = if post.is_none() && shape.updated_time.is_some() {
        hark_sdk::json::parse::<Post>(raw.get().as_bytes())
            .map_err(|error| error.to_string())
            .and_then(|post| post.tell(events, pointer, origin, false))
    } else {
        let conversation = post.map_or_else(|| comment::post_of(&id, origin.page), str::to_owned);
        hark_sdk::json::parse::<Comment>(raw.get().as_bytes())
            .map_err(|error| error.to_string())
            .and_then(|comment| comment.tell(events, pointer, &conversation, None, origin))
    };
    if let Err(why) = told {
        events.poison(&id, why, origin.at(pointer));
    }
}
