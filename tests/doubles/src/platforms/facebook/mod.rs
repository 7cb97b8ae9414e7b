//! Facebook Pages in the Graph API, as its documents of v26.0 describe it.
//!
//! Holds: whatever is wrong, the status is 400 and the code says what; a cursor names an entry and dies with it;
//! every answer tells how much of the allowance is used. Not here: photos, insights, messages, the older
//! signature by SHA-1.

mod call;
mod changes;
mod edges;
mod fields;
mod graph;
mod operations;
mod problem;
mod view;
mod world;
mod writing;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Router;
use axum::extract::State as Shared;
use axum::http::header::{HeaderName, HeaderValue};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method};
use axum::response::Response;
use bytes::Bytes;
use serde_json::{Value, json};

use crate::hooks::Expected;
use crate::{
    Allowance, ControlError, Core, Handshake, Hook, Mac, Ms, Platform, Refusal, Standing, hmac_sha256, reply,
};

use call::{Call, read_pairs};
use problem::Problem;
use world::World;
pub use world::{ADMIN_ID, PAGE_ID};

/// Token of the page that listens.
pub const PAGE_TOKEN: &str = "fb-page-token-1";
/// Token of the page's administrator.
pub const USER_TOKEN: &str = "fb-user-token-1";
/// Secret of the app; signs proofs of calls, and deliveries where a hook names no other.
pub const APP_SECRET: &str = "test-app-secret";
/// Header that signs a delivery.
pub const SIGNATURE: &str = "X-Hub-Signature-256";
/// Version of calls that name none.
const VERSION: &str = "v26.0";
/// Length of the window of both limits; the platform's roll, these begin anew.
const HOUR_MS: Ms = 3_600_000;
/// Two hundred calls an hour for each of 25 users.
const APP_LIMIT: u32 = 5_000;
/// 4800 calls a day for each engaged user, as an hour's share of one user.
const PAGE_LIMIT: u32 = 4_800;

/// Facebook.
pub struct Facebook {
    core: Arc<Core>,
    state: Mutex<State>,
}

/// What changes on Facebook.
struct State {
    world: World,
    /// Calls without a proof are refused.
    needs_proof: bool,
    /// People's names are not shown, whatever the token.
    hides_people: bool,
    /// Fields that the app gets webhooks of.
    subscribed: Vec<String>,
    /// So many calls of batches run out of time.
    timeouts: u32,
}

impl Facebook {
    /// Makes a page on which nobody has said anything.
    pub fn new(core: Arc<Core>) -> Self {
        core.issue_token(PAGE_TOKEN, &PAGE_ID.to_string());
        core.issue_token(USER_TOKEN, &ADMIN_ID.to_string());
        let world = World::new(core.seed());
        let subscribed = vec!["feed".to_owned(), "mention".to_owned()];
        let state = State { world, needs_proof: false, hides_people: false, subscribed, timeouts: 0 };
        Self { core, state: Mutex::new(state) }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts one more call, as those of a batch are.
    fn count_one(&self, call: &Call) -> bool {
        self.core.count(&allowance_of(call.account == PAGE_ID)).0.is_ok()
    }

    fn take_timeout(&self) -> bool {
        let mut state = self.state();
        let strikes = state.timeouts > 0;
        state.timeouts = state.timeouts.saturating_sub(1);
        strikes
    }
}

impl Platform for Facebook {
    fn router(self: Arc<Self>) -> Router {
        // Every address has the same form, so there is nothing to route by.
        Router::new().fallback(serve).with_state(self)
    }

    fn control(&self, op: &str, args: &Value) -> Result<Value, ControlError> {
        operations::run(self, op, args)
    }

    fn refusal(&self, refusal: &Refusal, request: &Parts) -> Response {
        let writes = request.method != Method::GET;
        let problem = match refusal {
            Refusal::RateLimit(standing) => return limited(standing),
            Refusal::Quota { .. } => {
                Problem::new(613, "(#613) Calls to this api have exceeded the rate limit.")
            }
            Refusal::Unknown => Problem::bad_token(),
            Refusal::Expired => Problem::expired(),
            Refusal::Revoked => Problem::revoked(),
            Refusal::Scope(scope) if writes => {
                Problem::may_not_write(named(scope, "pages_manage_engagement"))
            }
            Refusal::Scope(scope) => Problem::may_not_read(named(scope, "pages_read_engagement")),
            Refusal::Forbidden => Problem::new(200, "(#200) Permissions error"),
            Refusal::NotFound => {
                let id = request.uri.path().trim_matches('/').split('/').nth(1).unwrap_or_default();
                Problem::no_object(if writes { "post" } else { "get" }, id)
            }
            Refusal::ServerError => Problem::unavailable(),
        };
        problem.response()
    }

    fn allowance(&self, request: &Parts) -> Option<Allowance> {
        let token = token_of(request, &BTreeMap::new()).and_then(|value| self.core.token(&value));
        Some(allowance_of(token.is_some_and(|token| token.account == PAGE_ID.to_string())))
    }

    fn tell_standing(&self, standing: &Standing, headers: &mut HeaderMap) {
        for (name, value) in usage_headers(standing, false) {
            if let Ok(value) = HeaderValue::from_str(&value) {
                headers.insert(HeaderName::from_static(name), value);
            }
        }
    }

    fn sign(&self, hook: &Hook, body: &[u8], _at: Ms) -> Vec<(String, String)> {
        let secret = if hook.secret.is_empty() { APP_SECRET } else { &hook.secret };
        vec![(SIGNATURE.to_owned(), format!("sha256={}", hmac_sha256(secret, body, Mac::Hex)))]
    }

    fn handshake(&self, hook: &Hook) -> Option<Handshake> {
        const CHALLENGE: &str = "1158201444";
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        query.append_pair("hub.mode", "subscribe").append_pair("hub.challenge", CHALLENGE);
        query.append_pair("hub.verify_token", &hook.verify_token);
        Some(Handshake {
            method: "GET",
            query: query.finish(),
            headers: Vec::new(),
            body: Vec::new(),
            expected: vec![Expected::Body(CHALLENGE.to_owned())],
        })
    }

    /// At once, then with falling frequency over 36 hours.
    fn retry_after_ms(&self, attempt: u32) -> Option<Ms> {
        const PAUSES_MIN: [Ms; 6] = [0, 1, 10, 60, 360, 1_440];
        let at = usize::try_from(attempt).ok()?.checked_sub(2)?;
        PAUSES_MIN.get(at).map(|minutes| minutes * 60_000)
    }

    /// Meta signs the escaped form, so it sends the escaped form: all but ASCII is `\uXXXX` in lower case.
    fn hook_bytes(&self, body: &Value) -> Vec<u8> {
        let plain = String::from_utf8(reply::json_bytes(body)).unwrap_or_default();
        let mut escaped = String::with_capacity(plain.len());
        let mut units = [0; 2];
        for c in plain.chars() {
            match c.is_ascii() {
                true => escaped.push(c),
                false => c
                    .encode_utf16(&mut units)
                    .iter()
                    .for_each(|unit| escaped.push_str(&format!("\\u{unit:04x}"))),
            }
        }
        escaped.into_bytes()
    }

    fn batch(&self, bodies: &[Value]) -> Option<Value> {
        Some(changes::joined(bodies))
    }
}

fn named<'a>(scope: &'a str, usual: &'a str) -> &'a str {
    if scope.is_empty() { usual } else { scope }
}

fn allowance_of(by_page: bool) -> Allowance {
    let (bucket, limit) = if by_page { ("pages", PAGE_LIMIT) } else { ("app", APP_LIMIT) };
    Allowance { bucket: bucket.to_owned(), limit, window_ms: HOUR_MS }
}

fn limited(standing: &Standing) -> Response {
    let problem = if standing.bucket == "pages" { Problem::page_limit() } else { Problem::app_limit() };
    reply::and_headers(problem.response(), &usage_headers(standing, true))
}

/// Percent of the allowance, and minutes until calls are taken again once it is used up.
fn usage_headers(standing: &Standing, is_over: bool) -> Vec<(&'static str, String)> {
    let used = u64::from(standing.limit - standing.remaining);
    let percent = (used * 100).checked_div(u64::from(standing.limit)).unwrap_or(100);
    let minutes = if is_over { (standing.window_ms / 60_000).max(1) } else { 0 };
    let app = json!({ "call_count": percent, "total_time": percent / 2, "total_cputime": percent / 3 });
    let mut headers = vec![("x-app-usage", app.to_string())];
    if standing.bucket == "pages" {
        let of_page = json!({ PAGE_ID.to_string(): [{
            "type": "pages", "call_count": percent, "total_cputime": percent / 3, "total_time": percent / 2,
            "estimated_time_to_regain_access": minutes,
        }] });
        headers.push(("x-business-use-case-usage", of_page.to_string()));
    }
    headers
}

async fn serve(Shared(facebook): Shared<Arc<Facebook>>, request: Parts, body: Bytes) -> Response {
    let mut call = match call_of(&request, &body) {
        Ok(call) => call,
        Err(problem) => return problem.response(),
    };
    match graph::answer(&facebook, &mut call) {
        Ok(value) => {
            let response = reply::json(200, &value);
            reply::and_headers(response, &[("facebook-api-version", call.version)])
        }
        Err(problem) => problem.response(),
    }
}

fn call_of(request: &Parts, body: &[u8]) -> Result<Call, Problem> {
    let path = request.uri.path().trim_matches('/');
    let (first, rest) = path.split_once('/').unwrap_or((path, ""));
    let is_version =
        first.strip_prefix('v').is_some_and(|rest| rest.split('.').all(|part| part.parse::<u32>().is_ok()));
    let (version, path) = if is_version { (first, rest) } else { (VERSION, path) };
    let major = version[1..].split('.').next().and_then(|major| major.parse::<u32>().ok());
    if !major.is_some_and(|major| (13..=26).contains(&major)) {
        return Err(Problem::unknown_path(first));
    }
    let mut params = BTreeMap::new();
    read_pairs(body, &mut params);
    read_pairs(request.uri.query().unwrap_or_default().as_bytes(), &mut params);
    let host =
        request.headers.get("host").and_then(|host| host.to_str().ok()).unwrap_or("graph.facebook.com");
    let token = token_of(request, &params);
    let method =
        params.get("method").map_or_else(|| request.method.to_string(), |method| method.to_uppercase());
    Ok(Call {
        method,
        path: path.trim_matches('/').to_owned(),
        version: version.to_owned(),
        params,
        base: format!("http://{host}"),
        token,
        ..Call::default()
    })
}

/// A token may stand in the header, in the address or in the body.
fn token_of(request: &Parts, params: &BTreeMap<String, String>) -> Option<String> {
    let header = request.headers.get("authorization").and_then(|value| value.to_str().ok());
    let of_header =
        header.and_then(|value| value.strip_prefix("Bearer ").or_else(|| value.strip_prefix("OAuth ")));
    let in_query = || {
        let mut query = BTreeMap::new();
        read_pairs(request.uri.query().unwrap_or_default().as_bytes(), &mut query);
        query.remove("access_token")
    };
    of_header.map(str::to_owned).or_else(|| params.get("access_token").cloned()).or_else(in_query)
}
