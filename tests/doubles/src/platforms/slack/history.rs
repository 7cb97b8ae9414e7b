//! What was said in a channel and in a thread, page by page.

use axum::response::Response;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::platforms::slack::call::Arguments;
use crate::platforms::slack::message::{Message, parse_ts, ts};
use crate::platforms::slack::world::{Channel, World};
use crate::platforms::slack::{refused, view};
use crate::reply;

type Answer = Result<Response, Response>;

/// Most messages of a page.
const MESSAGES_MAX: usize = 999;
/// Most messages of a page for an app that gets little.
const RESTRICTED_MAX: usize = 15;

/// The span that is asked for.
struct Span {
    oldest: Option<u64>,
    latest: Option<u64>,
    inclusive: bool,
    limit: usize,
    /// The first message of the page, newest or oldest as the method goes.
    from: Option<u64>,
}

impl Span {
    fn read(arguments: &Arguments, restricted: bool) -> Result<Self, Response> {
        let time = |name: &str, error: &str| match arguments.get(name) {
            // Nought is the beginning of all.
            Some("0") | None => Ok(None),
            Some(text) => parse_ts(text).map(Some).ok_or_else(|| refused(error)),
        };
        let from = match arguments.get("cursor") {
            None => None,
            Some(cursor) => Some(read_cursor(cursor).ok_or_else(|| refused("invalid_cursor"))?),
        };
        let most = if restricted { RESTRICTED_MAX } else { MESSAGES_MAX };
        Ok(Self {
            oldest: time("oldest", "invalid_ts_oldest")?,
            latest: time("latest", "invalid_ts_latest")?,
            inclusive: arguments.is_on("inclusive"),
            limit: arguments.limit(if restricted { RESTRICTED_MAX } else { 100 }, most)?,
            from,
        })
    }

    fn holds(&self, id: u64) -> bool {
        let after = self.oldest.is_none_or(|oldest| id > oldest || self.inclusive && id == oldest);
        let before = self.latest.is_none_or(|latest| id < latest || self.inclusive && id == latest);
        after && before
    }
}

/// `conversations.history`: newest first, without what was said in threads.
pub fn history(world: &World, arguments: &Arguments) -> Answer {
    let channel = channel_of(world, arguments)?;
    let span = Span::read(arguments, world.restricted)?;
    // The cursor names the first of the page, whether it is still there or not.
    let below = span.from.map(|from| from + 1);
    let mut fitting = channel
        .messages
        .newest_first(below)
        .take_while(|(id, _)| span.oldest.is_none_or(|oldest| *id >= oldest))
        .filter(|(id, message)| message.thread.is_none() && span.holds(*id));
    let page: Vec<Message> = fitting.by_ref().take(span.limit).map(|(_, message)| message).collect();
    let next = fitting.next().map(|(id, _)| id);
    let messages =
        page.iter().map(|message| shown(arguments, view::with_thread(channel, message), message)).collect();
    let mut answer = paged(messages, next);
    answer["pin_count"] = json!(0);
    answer["channel_actions_ts"] = Value::Null;
    answer["channel_actions_count"] = json!(0);
    Ok(reply::json(200, &answer))
}

/// `conversations.replies`: a message and what hangs on it, oldest first; the message itself is on each page.
pub fn replies(world: &World, arguments: &Arguments) -> Answer {
    let channel = channel_of(world, arguments)?;
    let span = Span::read(arguments, world.restricted)?;
    let asked =
        parse_ts(arguments.need("ts", "invalid_arguments")?).ok_or_else(|| refused("thread_not_found"))?;
    let asked = channel.messages.get(asked).ok_or_else(|| refused("thread_not_found"))?;
    let top = asked.thread.and_then(|top| channel.messages.get(top)).unwrap_or(asked);
    let replies = view::replies(channel, top.id);
    let mut fitting = replies
        .iter()
        .filter(|message| span.holds(message.id) && span.from.is_none_or(|from| message.id >= from));
    let page: Vec<&Message> = fitting.by_ref().take(span.limit.saturating_sub(1).max(1)).collect();
    let next = fitting.next().map(|message| message.id);
    let first = shown(arguments, view::with_thread(channel, &top), &top);
    let rest = page.into_iter().map(|message| shown(arguments, view::message(message), message));
    let messages = std::iter::once(first).chain(rest);
    Ok(reply::json(200, &paged(messages.collect(), next)))
}

/// What apps noted is shown only to who asks for it.
fn shown(arguments: &Arguments, entity: Value, message: &Message) -> Value {
    if arguments.is_on("include_all_metadata") { view::noted(entity, message) } else { entity }
}

fn paged(messages: Vec<Value>, next: Option<u64>) -> Value {
    let mut answer = json!({ "ok": true, "messages": messages, "has_more": next.is_some() });
    if let Some(next) = next {
        answer["response_metadata"] = json!({ "next_cursor": write_cursor(next) });
    }
    answer
}

/// Returns the channel of a call, if the app is in it.
pub fn channel_of<'a>(world: &'a World, arguments: &Arguments) -> Result<&'a Channel, Response> {
    let id = arguments.need("channel", "channel_not_found")?;
    let channel = world.channels.get(id).ok_or_else(|| refused("channel_not_found"))?;
    if channel.is_member { Ok(channel) } else { Err(refused("not_in_channel")) }
}

fn write_cursor(id: u64) -> String {
    STANDARD.encode(format!("next_ts:{}", ts(id).replace('.', "")))
}

fn read_cursor(cursor: &str) -> Option<u64> {
    let text = String::from_utf8(STANDARD.decode(cursor).ok()?).ok()?;
    text.strip_prefix("next_ts:")?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_looks_like_slacks_and_is_read_back() {
        let cursor = write_cursor(1_784_884_365_000_200);
        assert!(cursor.starts_with("bmV4dF90czox"), "{cursor}");
        assert_eq!(read_cursor(&cursor), Some(1_784_884_365_000_200));
        assert_eq!(read_cursor("bmV4dA=="), None);
        assert_eq!(read_cursor("?"), None);
    }
}
