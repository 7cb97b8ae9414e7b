//! Lists with pages: cursors that name the entry next to them, and die with it.

use std::cell::Cell;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::fields::{self, Field};
use super::problem::Problem;
use super::world::{Comment, Post, Thing, World};
use super::{Call, view};
use crate::{Ms, Shelf};

/// Entries of a page that nobody sized.
const LIMIT_DEFAULT: usize = 25;
/// Most entries of a page.
const LIMIT_MAX: usize = 100;
/// How many posts outside the asked times are passed before the rest is taken to be outside, too.
const PASSED_MAX: usize = 500;
/// What Meta's cursors begin with.
const CURSOR_START: &str = "QVFIUj";

fn cursor(id: u64) -> String {
    format!("{CURSOR_START}{}", STANDARD.encode(id.to_string()))
}

fn cursor_id(text: &str) -> Result<u64, Problem> {
    let digits = text.strip_prefix(CURSOR_START).and_then(|rest| STANDARD.decode(rest).ok());
    let id = digits.and_then(|digits| String::from_utf8(digits).ok()?.parse().ok());
    id.ok_or_else(Problem::stale_cursor)
}

/// What part of a list is asked for.
struct Window {
    limit: usize,
    after: Option<u64>,
    before: Option<u64>,
    since: Ms,
    until: Ms,
}

impl Window {
    fn of(call: &Call) -> Result<Self, Problem> {
        let limit = match call.param("limit") {
            Some(text) => text.parse().map_err(|_| Problem::parameter("Param limit must be an integer"))?,
            None => LIMIT_DEFAULT,
        };
        let cursor = |name| call.param(name).map(cursor_id).transpose();
        let time = |name: &str, default| match call.param(name).map(str::parse::<i64>) {
            Some(Ok(secs)) => Ok(secs.saturating_mul(1_000)),
            Some(Err(_)) => Err(Problem::parameter(&format!("Param {name} must be a unix timestamp"))),
            None => Ok(default),
        };
        Ok(Self {
            limit: limit.min(LIMIT_MAX),
            after: cursor("after")?,
            before: cursor("before")?,
            since: time("since", Ms::MIN)?,
            until: time("until", Ms::MAX)?,
        })
    }

    fn has(&self, at: Ms) -> bool {
        // The platform counts in seconds.
        let second = at.div_euclid(1_000) * 1_000;
        (self.since..=self.until).contains(&second)
    }
}

/// A page of entries: id of each with what is shown, and whether there are some on either side.
struct Page {
    entries: Vec<(u64, Value)>,
    is_first: bool,
    is_last: bool,
}

impl Page {
    /// Without entries there is no `paging` at all; the last page is the one without `next`.
    fn into_value(self, call: &Call) -> Value {
        let ends = self
            .entries
            .first()
            .zip(self.entries.last())
            .map(|(first, last)| (cursor(first.0), cursor(last.0)));
        let mut list =
            json!({ "data": self.entries.into_iter().map(|(_, shown)| shown).collect::<Vec<_>>() });
        if let Some((before, after)) = ends {
            let mut paging = json!({ "cursors": { "before": before, "after": after } });
            if !self.is_last {
                paging["next"] = json!(call.address_of_page("after", &after));
            }
            if !self.is_first {
                paging["previous"] = json!(call.address_of_page("before", &before));
            }
            list["paging"] = paging;
        }
        list
    }
}

/// Returns the fields that a call asks for.
pub fn fields_of(call: &Call) -> Result<Option<Vec<Field>>, Problem> {
    call.param("fields").filter(|text| !text.is_empty()).map(fields::parse).transpose()
}

/// `/{page}/feed`
pub fn feed(world: &World, call: &Call, fields: Option<&[Field]>) -> Result<Value, Problem> {
    posts(world, &world.posts, call, fields)
}

/// `/{page}/tagged`
pub fn tagged(world: &World, call: &Call, fields: Option<&[Field]>) -> Result<Value, Problem> {
    posts(world, &world.tagged, call, fields)
}

/// Newest first.
fn posts(
    world: &World,
    shelf: &Shelf<Post>,
    call: &Call,
    fields: Option<&[Field]>,
) -> Result<Value, Problem> {
    let window = Window::of(call)?;
    for cursor in [window.after, window.before].into_iter().flatten() {
        if shelf.get(cursor).is_none() {
            return Err(Problem::stale_cursor());
        }
    }
    let passed = Cell::new(0);
    let fits = |post: &Post| {
        let has = window.has(post.created_at);
        // What is too new is passed over however much it is; behind what is too old there may be an edit or two.
        let is_past = !has && post.created_at < window.since;
        passed.set(if is_past { passed.get() + 1 } else { 0 });
        has
    };
    let mut found: Vec<Post> = Vec::new();
    match window.before {
        Some(before) => {
            let newer = shelf.oldest_first(Some(before)).map(|(_, post)| post).filter(|post| fits(post));
            found.extend(newer.take(window.limit + 1));
        }
        None => {
            for (_, post) in shelf.newest_first(window.after) {
                if fits(&post) {
                    found.push(post);
                }
                if found.len() > window.limit || passed.get() > PASSED_MAX {
                    break;
                }
            }
        }
    }
    let more = found.len() > window.limit;
    found.truncate(window.limit);
    let is_back = window.before.is_some();
    if is_back {
        found.reverse();
    }
    let show = |post: Post| Ok((post.id, view::post(world, &post, fields, call)?));
    let entries = found.into_iter().map(show).collect::<Result<Vec<_>, Problem>>()?;
    let is_first = if is_back { !more } else { window.after.is_none() };
    Ok(Page { entries, is_first, is_last: if is_back { false } else { !more } }.into_value(call))
}

/// `/{post or comment}/comments`
pub fn comments(world: &World, of: &Thing, call: &Call, fields: Option<&[Field]>) -> Result<Value, Problem> {
    let window = Window::of(call)?;
    let mut all = match of {
        Thing::Post(post) => world.comments(post.id),
        Thing::Comment(comment) => world.comments(comment.post),
    };
    let is_stream = call.param("filter") == Some("stream");
    match of {
        Thing::Post(_) if is_stream => {}
        Thing::Post(_) => all.retain(|comment| comment.parent.is_none()),
        Thing::Comment(parent) => all.retain(|comment| comment.parent == Some(parent.id)),
    }
    let total = all.len();
    let order = match call.param("order") {
        Some("reverse_chronological") => "reverse_chronological",
        Some("chronological") | None => "chronological",
        Some(_) => {
            return Err(Problem::parameter(
                "order must be one of the following values: chronological, reverse_chronological",
            ));
        }
    };
    if order == "reverse_chronological" {
        all.reverse();
    }
    let place = |cursor: Option<u64>| match cursor {
        None => Ok(None),
        Some(id) => {
            all.iter().position(|comment| comment.id == id).map(Some).ok_or_else(Problem::stale_cursor)
        }
    };
    let (after, before) = (place(window.after)?, place(window.before)?);
    let within: Vec<&Comment> = all
        .iter()
        .enumerate()
        .filter(|(at, comment)| {
            after.is_none_or(|after| *at > after)
                && before.is_none_or(|before| *at < before)
                && window.has(comment.created_at)
        })
        .map(|(_, comment)| comment)
        .collect();
    let skipped = if before.is_some() { within.len().saturating_sub(window.limit) } else { 0 };
    let show = |comment: &&Comment| Ok((comment.id, view::comment(world, comment, fields, call)?));
    let entries =
        within.iter().skip(skipped).take(window.limit).map(show).collect::<Result<Vec<_>, Problem>>()?;
    let is_last = before.is_none() && within.len() <= window.limit;
    let is_first = if before.is_some() { skipped == 0 } else { after.is_none() };
    let mut list = Page { entries, is_first, is_last }.into_value(call);
    if call.param("summary").is_some_and(|summary| summary != "false" && summary != "0") {
        list["summary"] = json!({ "order": order, "total_count": total, "can_comment": true });
    }
    Ok(list)
}
