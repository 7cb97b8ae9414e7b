//! Requests to X: what is asked for, and with which token.

use hark_sdk::http::{self, Request, Response};
use hark_sdk::prelude::*;

use crate::model::Answer;
use crate::{Settings, limits, manifest, problem};

const POST_FIELDS: &str = "id,text,author_id,conversation_id,created_at,in_reply_to_user_id,lang,entities,attachments,\
                           public_metrics,referenced_tweets,edit_history_tweet_ids,possibly_sensitive,note_tweet";
const EXPANSIONS: &str = "author_id,referenced_tweets.id,attachments.media_keys";
const USER_FIELDS: &str =
    "id,name,username,public_metrics,verified,verified_type,protected,profile_image_url";
const MEDIA_FIELDS: &str = "media_key,type,url,preview_image_url,alt_text,width,height";

/// A good answer and what came with it.
pub struct Read {
    pub response: Response,
    pub answer: Answer,
}

/// Starts a request for accounts.
pub fn users(settings: &Settings, path: &str) -> Request {
    signed(http::get(settings.url(path))).query("user.fields", USER_FIELDS)
}

/// Starts a request for posts, with everything that becomes an event.
pub fn posts(settings: &Settings, path: &str) -> Request {
    signed(http::get(settings.url(path)))
        .query("tweet.fields", POST_FIELDS)
        .query("expansions", EXPANSIONS)
        .query("user.fields", USER_FIELDS)
        .query("media.fields", MEDIA_FIELDS)
}

/// Names the token, and how long the request may take.
pub fn signed(request: Request) -> Request {
    request.credential(manifest::TOKEN).timeout_ms(limits::REQUEST_MS_MAX)
}

/// Sends a request and reads its answer; `bucket` names the limit it counts against.
pub fn read(request: Request, bucket: &str) -> Result<Read, Fault> {
    let response = request.send()?;
    match problem::fault(&response, bucket) {
        Some(fault) => Err(fault),
        None => Ok(Read { answer: response.json()?, response }),
    }
}
