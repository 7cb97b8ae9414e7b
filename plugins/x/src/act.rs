//! Replies.
//!
//! Holds: a reply is never written twice. X itself refuses the same words again, so a request whose answer was
//! lost may be repeated: the refusal then leads to the post that was written.

use hark_sdk::http::{self, HttpFault, Response};
use hark_sdk::prelude::*;
use serde_json::{Value, json};

use crate::events::{self, Around, Origin};
use crate::model::{Answer, Includes, Post};
use crate::problem::Problem;
use crate::{Settings, api, ids, limits, manifest, problem, read};

#[derive(Deserialize)]
struct Reply {
    text: String,
}

/// Does an action.
pub fn act(settings: &Settings, action: &Action) -> Result<Outcome, Fault> {
    if action.name != manifest::REPLY {
        return Err(Fault::unsupported(format!("action {}", action.name)));
    }
    let on = action.on.as_deref().filter(|on| ids::is_id(on));
    let on =
        on.ok_or_else(|| Fault::Refused("a reply needs the id of the post that it answers".to_owned()))?;
    let Reply { text } = serde_json::from_str(&action.arguments)
        .map_err(|error| Fault::Refused(format!("the arguments of a reply are {{\"text\": …}}: {error}")))?;
    if text.trim().is_empty() {
        return Err(Fault::Refused("a reply needs words".to_owned()));
    }
    let body = json!({ "text": text, "reply": { "in_reply_to_tweet_id": on } });
    let sent = api::signed(http::post(settings.url("/2/tweets"))).json(&body)?.send();
    match sent {
        Ok(response) => answered(settings, on, &text, &response),
        // The request may have arrived.
        Err(fault @ (HttpFault::Timeout | HttpFault::Connect(_) | HttpFault::TooLarge(_))) => {
            Ok(Outcome::Uncertain(format!("no answer came back: {fault:?}")))
        }
        Err(fault) => Err(fault.into()),
    }
}

fn answered(settings: &Settings, on: &str, text: &str, response: &Response) -> Result<Outcome, Fault> {
    let problem = Problem::of(response);
    let words = problem.words();
    match response.status() {
        200..=299 => created(settings, on, response).map(Outcome::Done),
        403 if words.to_lowercase().contains("duplicate content") => already_done(settings, on, text, &words),
        400 => Err(Fault::Refused(words)),
        403 if !problem.is("client-forbidden")
            && !problem.is("unsupported-authentication")
            && !words.is_empty() =>
        {
            match problem::fault(response, "create") {
                // That the token lacks the right is no answer to this reply.
                Some(fault @ Fault::Auth(_)) if words.contains("not permitted to perform") => {
                    Err(with_scope(fault))
                }
                _ => Err(Fault::Refused(words)),
            }
        }
        status @ 500.. => Ok(Outcome::Uncertain(format!("X answered {status}: {words}"))),
        status => Err(problem::fault(response, "create")
            .unwrap_or_else(|| Fault::protocol(format!("status {status} in answer to a reply")))),
    }
}

fn with_scope(fault: Fault) -> Fault {
    match fault {
        Fault::Auth(mut problem) => {
            problem.scope = Some("tweet.write".to_owned());
            Fault::Auth(problem)
        }
        other => other,
    }
}

/// The answer to a reply has no more than its id and text, so the post is looked up once; where that fails, what
/// is known must do.
fn created(settings: &Settings, on: &str, response: &Response) -> Result<Vec<Event>, Fault> {
    let answer: Answer = response.json()?;
    let entry = answer.data.entries().first().cloned().unwrap_or_default();
    let id = entry.get("id").and_then(Value::as_str).unwrap_or_default().to_owned();
    let looked_up = api::read(api::posts(settings, &format!("/2/tweets/{id}")), "lookup");
    let found = looked_up.map(|read| own_events(&read.answer, Origin::from(&read.response)));
    if let Ok(events) = found
        && !events.is_empty()
    {
        return Ok(events);
    }
    let origin = Origin::from(response);
    let mut known = entry;
    if let Some(known) = known.as_object_mut() {
        known.insert("conversation_id".to_owned(), json!(on));
        known.insert("referenced_tweets".to_owned(), json!([{ "type": "replied_to", "id": on }]));
    }
    let around = Around::new(&Includes::default(), None, origin);
    Ok(outbound(events::of_posts(&[("/data".to_owned(), known)], &around)))
}

/// Returns the events of a post that was written by us; the answer shows whose it is.
pub fn own_events(answer: &Answer, origin: Origin) -> Vec<Event> {
    let author =
        answer.data.entries().first().and_then(|entry| entry.get("author_id")).and_then(Value::as_str);
    let around = Around::new(&answer.includes, author, origin);
    let place = |entry: &Value| ("/data".to_owned(), entry.clone());
    let posts: Vec<(String, Value)> = answer.data.entries().iter().map(place).collect();
    events::of_posts(&posts, &around)
}

fn outbound(mut events: Vec<Event>) -> Vec<Event> {
    for event in &mut events {
        if let Event::Item(item) = event {
            item.direction = Direction::Outbound;
        }
    }
    events
}

/// Looks through our newest posts for the one that X says is there already.
fn already_done(settings: &Settings, on: &str, text: &str, words: &str) -> Result<Outcome, Fault> {
    let own = match &settings.user_id {
        Some(id) => id.clone(),
        None => read::own_account(settings)?.id,
    };
    let request = api::posts(settings, &format!("/2/users/{own}/tweets"));
    let read = api::read(request.query("max_results", limits::OWN_POSTS.to_string()), "timeline")?;
    let origin = Origin::from(&read.response);
    let around = Around::new(&read.answer.includes, Some(&own), origin);
    let is_it = |entry: &Value| {
        let post = Post::deserialize(entry).ok();
        post.is_some_and(|post| {
            let answers = post.referenced_tweets.iter().any(|reference| reference.id == on);
            answers && events::text_of(&post).contains(text.trim())
        })
    };
    let posts = events::entries("/data", read.answer.data.entries());
    let same: Vec<(String, Value)> = posts.into_iter().filter(|(_, entry)| is_it(entry)).take(1).collect();
    match same.is_empty() {
        true => {
            Err(Fault::Refused(format!("{words} It does not answer this post, so say it in other words.")))
        }
        false => Ok(Outcome::AlreadyDone(events::of_posts(&same, &around))),
    }
}
