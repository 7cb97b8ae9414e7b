//! Pages of posts, newest first: what the parameters ask for, and the token that goes on.

use axum::response::Response;
use serde_json::{Map, Value, json};

use crate::Ms;
use crate::platforms::x::post::{Post, first_id};
use crate::platforms::x::problem;
use crate::platforms::x::view::{Parameters, View, Vocabulary};
use crate::platforms::x::world::World;
use crate::{reply, times};

/// What begins every page token.
const TOKEN_START: &str = "b26v89c19zqg8o3f";
/// How far back a search reaches.
pub const SEARCH_MS: Ms = 7 * 24 * 3_600_000;
/// How long before now a search may end at the latest.
const END_MS_MIN: Ms = 10_000;

/// What an address allows.
pub struct Rules {
    /// Least and most posts of a page, and how many without being told.
    pub results: (usize, usize, usize),
    /// Nothing older than this is found.
    pub reaches_ms: Option<Ms>,
    /// Only so many are shown, the newest ones.
    pub shows: Option<usize>,
}

/// What a request asks for.
#[derive(Debug)]
pub struct Asked {
    count: usize,
    /// Only ids below.
    below: Option<u64>,
    /// Only ids above.
    above: u64,
    /// As in the rules.
    shows: Option<usize>,
}

impl Asked {
    /// Reads the parameters of a request that came at `now`.
    pub fn read(parameters: &Parameters, rules: &Rules, now: Ms) -> Result<Self, Response> {
        let earliest = rules.reaches_ms.map(|reach| now - reach);
        let since = id_after(parameters, "since_id", earliest)?;
        let until = id_after(parameters, "until_id", earliest)?;
        let start = time(parameters, "start_time")?;
        if let (Some(start), Some(earliest)) = (start, earliest)
            && start < earliest
        {
            let least = times::written("%Y-%m-%dT%H:%MZ", earliest);
            let message = format!(
                "Invalid 'start_time':'{}'. 'start_time' must be on or after {least}",
                times::rfc3339(start)
            );
            return Err(problem::invalid("start_time", &times::rfc3339(start), &message));
        }
        let end = time(parameters, "end_time")?;
        if let Some(end) = end.filter(|end| earliest.is_some() && *end > now - END_MS_MIN) {
            let end = times::rfc3339(end);
            let message = format!(
                "Invalid 'end_time':'{end}'. 'end_time' must be a minimum of 10 seconds prior to the request time."
            );
            return Err(problem::invalid("end_time", &end, &message));
        }
        let from = [since, start.or(earliest).map(|at| first_id(at).saturating_sub(1))];
        let until = [until, end.map(first_id), token(parameters)?];
        Ok(Self {
            count: count(parameters, rules)?,
            shows: rules.shows,
            below: until.into_iter().flatten().min(),
            above: from.into_iter().flatten().max().unwrap_or(0),
        })
    }
}

/// Returns the page of posts that `is_asked_for` takes.
pub fn answer(
    world: &World,
    vocabulary: Vocabulary,
    parameters: &Parameters,
    asked: &Asked,
    is_asked_for: impl Fn(&Post) -> bool,
) -> Response {
    let wanted = |below, above| {
        let posts = world.posts.newest_first(below).take_while(move |(id, _)| *id > above);
        let current = posts.filter(|(id, post)| *id == post.latest() && world.visible(*id).is_ok());
        current.filter(|(_, post)| is_asked_for(post))
    };
    let hidden = asked.shows.and_then(|most| wanted(None, asked.above).nth(most)).map_or(0, |(id, _)| id);
    let in_range = wanted(asked.below, asked.above.max(hidden));
    let mut found: Vec<Post> = in_range.map(|(_, post)| post).take(asked.count + 1).collect();
    let more = found.len() > asked.count;
    found.truncate(asked.count);
    let view = View::new(world, vocabulary, parameters);
    let (includes, errors) = view.around(&found);
    let mut meta = json!({ "result_count": found.len() });
    if let [newest, ..] = &found[..] {
        let oldest = found.last().map_or(newest.id, |post| post.id);
        meta["newest_id"] = json!(newest.id.to_string());
        meta["oldest_id"] = json!(oldest.to_string());
        if more {
            meta["next_token"] = json!(token_for(oldest));
        }
    }
    let mut body = Map::new();
    if !found.is_empty() {
        body.insert("data".to_owned(), found.iter().map(|post| view.post(post)).collect());
    }
    body.extend(includes.map(|includes| ("includes".to_owned(), includes)));
    if !errors.is_empty() {
        body.insert("errors".to_owned(), Value::Array(errors));
    }
    body.insert("meta".to_owned(), meta);
    reply::json(200, &Value::Object(body))
}

fn token_for(oldest: u64) -> String {
    // Opaque to clients; hex turned round, so that nobody takes it for an id.
    format!("{TOKEN_START}{}", format!("{oldest:x}").chars().rev().collect::<String>())
}

fn token(parameters: &Parameters) -> Result<Option<u64>, Response> {
    let named = ["next_token", "pagination_token"].map(|name| Some((name, parameters.get(name)?)));
    let Some((name, value)) = named.into_iter().flatten().next() else { return Ok(None) };
    let turned = value.strip_prefix(TOKEN_START).map(|rest| rest.chars().rev().collect::<String>());
    let id = turned.and_then(|hex| u64::from_str_radix(&hex, 16).ok());
    id.map(Some).ok_or_else(|| problem::invalid(name, value, &format!("Invalid '{name}':[{value}]")))
}

fn id(parameters: &Parameters, name: &str) -> Result<Option<u64>, Response> {
    let Some(value) = parameters.get(name) else { return Ok(None) };
    let id =
        value.parse().ok().filter(|_| value.len() <= 19 && value.bytes().all(|byte| byte.is_ascii_digit()));
    let message = || format!("The `{name}` query parameter value [{value}] does not match ^[0-9]{{1,19}}$");
    id.map(Some).ok_or_else(|| problem::invalid(name, value, &message()))
}

/// Returns an id that must not be older than what is shown.
fn id_after(parameters: &Parameters, name: &str, earliest: Option<Ms>) -> Result<Option<u64>, Response> {
    let id = id(parameters, name)?;
    if let (Some(id), Some(earliest)) = (id, earliest.filter(|at| id.is_some_and(|id| id < first_id(*at)))) {
        let (time, least) = (times::written("%Y-%m-%dT%H:%MZ", earliest), first_id(earliest));
        let message = format!(
            "'{name}' must be a tweet id created after [{time}]. Please use a '{name}' that is larger than {least}"
        );
        return Err(problem::invalid(name, &id.to_string(), &message));
    }
    Ok(id)
}

fn time(parameters: &Parameters, name: &str) -> Result<Option<Ms>, Response> {
    let Some(value) = parameters.get(name) else { return Ok(None) };
    let message =
        || format!("Invalid '{name}':'{value}'. '{name}' must be in the format of YYYY-MM-DDTHH:mm:ssZ");
    times::parse_rfc3339(value).map(Some).ok_or_else(|| problem::invalid(name, value, &message()))
}

fn count(parameters: &Parameters, rules: &Rules) -> Result<usize, Response> {
    let (least, most, usual) = rules.results;
    let Some(value) = parameters.get("max_results") else { return Ok(usual) };
    let message =
        || format!("The `max_results` query parameter value [{value}] is not between {least} and {most}");
    let count = value.parse().ok().filter(|count| (least..=most).contains(count));
    count.ok_or_else(|| problem::invalid("max_results", value, &message()))
}
