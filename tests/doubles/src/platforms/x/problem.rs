//! X's own words for what goes wrong: problem documents, and the older `errors` list.

use axum::response::Response;
use serde_json::{Value, json};

use crate::platforms::x::world::Unseen;
use crate::{Ms, Standing, reply, times};

const PROBLEMS: &str = "https://api.x.com/2/problems/";

/// Returns a problem document.
pub fn problem(status: u16, kind: &str, title: &str, detail: &str) -> Response {
    let body =
        json!({ "title": title, "detail": detail, "type": format!("{PROBLEMS}{kind}"), "status": status });
    reply::json(status, &body)
}

/// The token is none, or none any more.
pub fn unauthorized() -> Response {
    let body =
        json!({ "title": "Unauthorized", "type": "about:blank", "status": 401, "detail": "Unauthorized" });
    reply::json(401, &body)
}

/// A parameter is wrong; `message` is X's own.
pub fn invalid(parameter: &str, value: &str, message: &str) -> Response {
    let body = json!({
        "errors": [{ "parameters": { parameter: [value] }, "message": message }],
        "title": "Invalid Request",
        "detail": "One or more parameters to your request was invalid.",
        "type": format!("{PROBLEMS}invalid-request"),
    });
    reply::json(400, &body)
}

/// The token lacks a right.
pub fn forbidden(detail: &str) -> Response {
    let body = json!({ "title": "Forbidden", "type": "about:blank", "status": 403, "detail": detail });
    reply::json(403, &body)
}

/// The app is not enrolled.
pub fn client_forbidden() -> Response {
    let body = json!({
        "client_id": "29820954",
        "required_enrollment": "Appropriate Level of API Access",
        "registration_url": "https://developer.x.com/en/docs/projects/overview",
        "title": "Client Forbidden",
        "detail": "This request must be made using an approved developer account that is enrolled in the requested endpoint.",
        "reason": "client-not-enrolled",
        "type": format!("{PROBLEMS}client-forbidden"),
    });
    reply::json(403, &body)
}

/// Too many requests.
pub fn rate_limit(standing: &Standing) -> Response {
    let body = json!({ "title": "Too Many Requests", "detail": "Too Many Requests", "type": "about:blank", "status": 429 });
    reply::and_headers(reply::json(429, &body), &standing_headers(standing))
}

/// What was paid for is used up: a 429, too, but no pause of minutes helps.
pub fn usage_capped(resets_at: Ms) -> Response {
    let body = json!({
        "account_id": 1_111_111_111_u64,
        "product_name": "pay-per-use",
        "title": "UsageCapExceeded",
        "period": "Monthly",
        "scope": "Product",
        "detail": format!("Usage cap exceeded: Monthly product cap, resets {}", times::rfc3339(resets_at)),
        "type": format!("{PROBLEMS}usage-capped"),
    });
    reply::json(429, &body)
}

/// There is no such address.
pub fn no_route() -> Response {
    let body = json!({ "title": "Not Found", "detail": "Not Found", "type": "about:blank", "status": 404 });
    reply::json(404, &body)
}

/// The headers that tell of an allowance.
pub fn standing_headers(standing: &Standing) -> [(&'static str, String); 3] {
    [
        ("x-rate-limit-limit", standing.limit.to_string()),
        ("x-rate-limit-remaining", standing.remaining.to_string()),
        ("x-rate-limit-reset", standing.resets_at.div_euclid(1000).to_string()),
    ]
}

/// A post that was asked for, or is referred to, and cannot be shown: an entry of `errors` beside `data`.
pub fn unseen(kind: &str, parameter: &str, id: &str, why: Unseen) -> Value {
    let (title, detail, problem) = match why {
        Unseen::Missing => (
            "Not Found Error",
            format!("Could not find {kind} with {parameter}: [{id}]."),
            "resource-not-found",
        ),
        Unseen::Protected => (
            "Authorization Error",
            format!("Sorry, you are not authorized to see the {kind} with {parameter}: [{id}]."),
            "not-authorized-for-resource",
        ),
    };
    json!({
        "value": id,
        "detail": detail,
        "title": title,
        "resource_type": kind,
        "parameter": parameter,
        "resource_id": id,
        "type": format!("{PROBLEMS}{problem}"),
    })
}
