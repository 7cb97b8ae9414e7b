//! What a call comes to: rights first, then the node or edge.

use serde_json::{Value, json};

use super::call::{Call, read_pairs};
use super::problem::Problem;
use super::world::{PAGE_ID, Thing};
use super::{APP_SECRET, Facebook, edges, view, writing};
use crate::{Mac, TokenState, hmac_sha256};

/// Calls of one batch at most.
const BATCH_MAX: usize = 50;

/// What a call comes to.
pub fn answer(facebook: &Facebook, call: &mut Call) -> Result<Value, Problem> {
    identify(facebook, call)?;
    if call.param("batch").is_some() && call.method == "POST" {
        return batch(facebook, call);
    }
    let path = call.path.clone();
    let segments: Vec<&str> = path.split('/').filter(|segment| !segment.is_empty()).collect();
    match (call.method.as_str(), &segments[..]) {
        ("GET", []) if call.param("ids").is_some() => several(facebook, call),
        ("GET", ["debug_token"]) => debug_token(facebook, call),
        ("GET", [id]) => node(facebook, call, id),
        ("GET", [id, edge]) => read_edge(facebook, call, id, edge),
        ("POST", [id]) => writing::change(facebook, call, id),
        ("POST", [id, edge]) => writing::add(facebook, call, id, edge),
        ("DELETE", [id]) => writing::delete(facebook, call, id),
        _ => Err(Problem::unknown_path(&path)),
    }
}

/// Finds out who asks, and whether the token still holds.
fn identify(facebook: &Facebook, call: &mut Call) -> Result<(), Problem> {
    let value = call.token.clone().ok_or_else(Problem::no_token)?;
    let token = facebook.core.token(&value).ok_or_else(Problem::bad_token)?;
    match token.state {
        TokenState::Valid => {}
        TokenState::Expired => return Err(Problem::expired()),
        TokenState::Revoked => return Err(Problem::revoked()),
    }
    let proof = hmac_sha256(APP_SECRET, value.as_bytes(), Mac::Hex);
    match call.param("appsecret_proof") {
        Some(claimed) if claimed != proof => {
            return Err(Problem::new(100, "Invalid appsecret_proof provided in the API argument"));
        }
        None if facebook.state().needs_proof => {
            return Err(Problem::new(100, "API calls from the server require an appsecret_proof argument"));
        }
        _ => {}
    }
    call.account = token.account.parse().unwrap_or(0);
    call.sees_people = token.may("pages_read_user_content") && !facebook.state().hides_people;
    Ok(())
}

/// Requires a permission to read.
pub fn may_read(facebook: &Facebook, call: &Call, scope: &str) -> Result<(), Problem> {
    if may(facebook, call, scope) { Ok(()) } else { Err(Problem::may_not_read(scope)) }
}

/// Requires a permission to write.
pub fn may_write(facebook: &Facebook, call: &Call, scope: &str) -> Result<(), Problem> {
    if may(facebook, call, scope) { Ok(()) } else { Err(Problem::may_not_write(scope)) }
}

fn may(facebook: &Facebook, call: &Call, scope: &str) -> bool {
    call.token.as_deref().and_then(|value| facebook.core.token(value)).is_some_and(|token| token.may(scope))
}

fn is_page(call: &Call, id: &str) -> bool {
    id == PAGE_ID.to_string() || id == "me" && call.account == PAGE_ID
}

fn node(facebook: &Facebook, call: &Call, id: &str) -> Result<Value, Problem> {
    let fields = edges::fields_of(call)?;
    let state = facebook.state();
    if is_page(call, id) {
        return view::page(&state.world, fields.as_deref(), call);
    }
    if id == "me" {
        return view::person(&state.world, call.account, fields.as_deref());
    }
    let thing = state.world.find(id);
    drop(state);
    match thing {
        Some(thing) => {
            may_read(facebook, call, "pages_read_engagement")?;
            view::thing(&facebook.state().world, &thing, fields.as_deref(), call)
        }
        None => Err(Problem::no_object("get", id)),
    }
}

/// `?ids=a,b`: all of them or none.
fn several(facebook: &Facebook, call: &Call) -> Result<Value, Problem> {
    let ids = call.param("ids").unwrap_or_default().to_owned();
    let pairs = ids.split(',').map(|id| Ok((id.to_owned(), node(facebook, call, id)?)));
    pairs.collect::<Result<serde_json::Map<_, _>, Problem>>().map(Value::Object)
}

fn read_edge(facebook: &Facebook, call: &Call, id: &str, edge: &str) -> Result<Value, Problem> {
    let fields = edges::fields_of(call)?;
    let fields = fields.as_deref();
    match (is_page(call, id), edge) {
        (true, "feed" | "posts" | "published_posts") => {
            may_read(facebook, call, "pages_read_engagement")?;
            edges::feed(&facebook.state().world, call, fields)
        }
        (true, "tagged") => {
            may_read(facebook, call, "pages_read_user_content")?;
            edges::tagged(&facebook.state().world, call, fields)
        }
        (true, "ratings") => {
            Err(Problem::new(12, "(#12) ratings edge is deprecated for versions v22.0 and higher"))
        }
        (true, "subscribed_apps") => {
            may_read(facebook, call, "pages_manage_metadata")?;
            Ok(
                json!({ "data": [{ "id": "5", "name": "Hark", "subscribed_fields": facebook.state().subscribed }] }),
            )
        }
        (false, "accounts") if id == "me" => {
            may_read(facebook, call, "pages_show_list")?;
            let page = view::page(&facebook.state().world, fields, call)?;
            Ok(json!({ "data": [page], "paging": { "cursors": { "before": "MQZDZD", "after": "MQZDZD" } } }))
        }
        (false, "permissions") if id == "me" => Ok(permissions(facebook, call)),
        (true, other) => Err(Problem::no_field(other, "Page")),
        (false, "comments") => {
            may_read(facebook, call, "pages_read_engagement")?;
            let state = facebook.state();
            let thing = state.world.find(id).ok_or_else(|| Problem::no_object("get", id))?;
            edges::comments(&state.world, &thing, call, fields)
        }
        (false, other) => match facebook.state().world.find(id) {
            Some(Thing::Post(_)) => Err(Problem::no_field(other, "Post")),
            Some(Thing::Comment(_)) => Err(Problem::no_field(other, "Comment")),
            None if id == "me" => Err(Problem::no_field(other, "User")),
            None => Err(Problem::no_object("get", id)),
        },
    }
}

/// Every permission that means anything here.
const SCOPES: [&str; 6] = [
    "pages_manage_engagement",
    "pages_manage_metadata",
    "pages_messaging",
    "pages_read_engagement",
    "pages_read_user_content",
    "pages_show_list",
];

fn permissions(facebook: &Facebook, call: &Call) -> Value {
    let status = |scope: &str| if may(facebook, call, scope) { "granted" } else { "declined" };
    let list = SCOPES.map(|scope| json!({ "permission": scope, "status": status(scope) }));
    json!({ "data": list })
}

fn debug_token(facebook: &Facebook, call: &Call) -> Result<Value, Problem> {
    let value = call
        .param("input_token")
        .ok_or_else(|| Problem::parameter("The parameter input_token is required"))?;
    let Some(token) = facebook.core.token(value) else {
        return Ok(
            json!({ "data": { "error": { "code": 190, "message": "Invalid OAuth access token." }, "is_valid": false, "scopes": [] } }),
        );
    };
    let scopes: Vec<&str> = SCOPES.into_iter().filter(|scope| token.may(scope)).collect();
    let kind = if token.account == PAGE_ID.to_string() { "PAGE" } else { "USER" };
    Ok(json!({ "data": {
        "app_id": "5", "type": kind, "application": "Hark", "expires_at": 0, "profile_id": token.account,
        "is_valid": token.state == TokenState::Valid, "scopes": scopes,
    } }))
}

/// Each call is counted and answered by itself.
fn batch(facebook: &Facebook, outer: &Call) -> Result<Value, Problem> {
    let calls: Vec<Value> = serde_json::from_str(outer.param("batch").unwrap_or_default())
        .map_err(|_| Problem::parameter("batch parameter must be a JSON array"))?;
    if calls.is_empty() || calls.len() > BATCH_MAX {
        return Err(Problem::new(
            100,
            format!("Too many requests in batch message. Maximum batch size is {BATCH_MAX}"),
        ));
    }
    let with_headers = !matches!(outer.param("include_headers"), Some("false" | "0"));
    let mut answers = Vec::new();
    for (number, inner) in calls.iter().enumerate() {
        if facebook.take_timeout() {
            answers.push(Value::Null);
            continue;
        }
        let counted = number == 0 || facebook.count_one(outer);
        let told = if counted {
            answer(facebook, &mut inner_call(outer, inner))
        } else {
            Err(Problem::page_limit())
        };
        let (code, body) = match told {
            Ok(body) => (200, body),
            Err(problem) => (problem.status, problem.body()),
        };
        let body = String::from_utf8(crate::reply::json_bytes(&body)).unwrap_or_default();
        let mut answer = json!({ "code": code, "body": body });
        if with_headers {
            answer["headers"] = json!([
                { "name": "Content-Type", "value": "text/javascript; charset=UTF-8" },
                { "name": "Facebook-API-Version", "value": outer.version },
            ]);
        }
        answers.push(answer);
    }
    Ok(Value::Array(answers))
}

fn inner_call(outer: &Call, inner: &Value) -> Call {
    let text = |name: &str| inner.get(name).and_then(Value::as_str).unwrap_or_default();
    let address = text("relative_url").trim_start_matches('/');
    let (path, query) = address.split_once('?').unwrap_or((address, ""));
    let path = path.strip_prefix(&outer.version).unwrap_or(path).trim_matches('/');
    let mut call = Call { method: text("method").to_owned(), path: path.to_owned(), ..outer.clone() };
    call.params.clear();
    read_pairs(text("body").as_bytes(), &mut call.params);
    read_pairs(query.as_bytes(), &mut call.params);
    if let Some(token) = call.params.get("access_token") {
        call.token = Some(token.clone());
    }
    if let Some(proof) = outer.param("appsecret_proof") {
        call.params.entry("appsecret_proof".to_owned()).or_insert_with(|| proof.to_owned());
    }
    call
}
