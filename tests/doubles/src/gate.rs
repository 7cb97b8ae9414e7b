//! What every request passes before and after its platform: log, faults, counts, what was armed.

use std::sync::Arc;

use axum::extract::{ConnectInfo, Request, State};
use axum::http::HeaderValue;
use axum::http::header::DATE;
use axum::http::request::Parts;
use axum::middleware::Next;
use axum::response::Response;

use crate::double::Stage;
use crate::fault::{Fault, FaultKind};
use crate::line::Cutter;
use crate::{Allowance, Entry, Refusal, marred, times};

/// Lets a request through, or not, as was ordered.
pub(crate) async fn pass(
    State(stage): State<Arc<Stage>>,
    ConnectInfo(cutter): ConnectInfo<Cutter>,
    request: Request,
    next: Next,
) -> Response {
    let (parts, body) = request.into_parts();
    let fault = stage.core.strike(&parts);
    let number = begin(&stage, &parts, fault.as_ref());
    let copy = parts.clone();
    let response =
        answer(&stage, &parts, fault.as_ref(), number, || next.run(Request::from_parts(copy, body)));
    let mut response = response.await;
    for operation in stage.core.due(&parts) {
        if let Err(error) = stage.apply(&operation) {
            // Nobody waits for it, so it must not go unseen.
            eprintln!("an operation between two requests was not done: {error}");
        }
    }
    if let Ok(date) = HeaderValue::from_str(&times::http_date(stage.core.now())) {
        response.headers_mut().insert(DATE, date);
    }
    let is_lost =
        fault.as_ref().is_some_and(|fault| matches!(fault.kind, FaultKind::Reset | FaultKind::LostAnswer));
    end(&stage, number, (!is_lost).then(|| response.status().as_u16()));
    match &fault {
        Some(fault) => marred::mar(response, fault, &cutter).await,
        None => response,
    }
}

async fn answer<F: Future<Output = Response>>(
    stage: &Stage,
    parts: &Parts,
    fault: Option<&Fault>,
    number: u64,
    go_on: impl FnOnce() -> F,
) -> Response {
    let allowance = stage.platform.allowance(parts);
    if let Some(fault) = fault {
        if let Some(refusal) = refusal_of(stage, fault, allowance.as_ref()) {
            return refuse(stage, &refusal, parts);
        }
        if let Some(instead) = marred::instead(fault) {
            return instead;
        }
        if fault.kind == FaultKind::Reset {
            return Response::default();
        }
    }
    let Some(allowance) = allowance else { return go_on().await };
    let (counted, knew) = stage.core.count(&allowance);
    match counted {
        Ok(standing) => {
            let mut response = go_on().await;
            let before = response.headers().len();
            stage.platform.tell_standing(&standing, response.headers_mut());
            if response.headers().len() > before {
                stage.core.told(&standing);
            }
            response
        }
        Err(standing) => {
            note(stage, number, |entry| entry.over_limit = knew);
            refuse(stage, &Refusal::RateLimit(standing), parts)
        }
    }
}

fn refuse(stage: &Stage, refusal: &Refusal, parts: &Parts) -> Response {
    if let Refusal::RateLimit(standing) = refusal {
        stage.core.told(standing);
    }
    stage.platform.refusal(refusal, parts)
}

fn refusal_of(stage: &Stage, fault: &Fault, allowance: Option<&Allowance>) -> Option<Refusal> {
    const QUARTER_HOUR_MS: i64 = 900_000;
    const MONTH_MS: i64 = 30 * 24 * 3_600_000;
    let now = stage.core.now();
    Some(match fault.kind {
        FaultKind::RateLimit => {
            let unnamed = Allowance { bucket: "any".into(), limit: 1, window_ms: QUARTER_HOUR_MS };
            Refusal::RateLimit(stage.core.state().rates.used_up(allowance.unwrap_or(&unnamed), now))
        }
        FaultKind::Quota => Refusal::Quota { resets_at: now + MONTH_MS },
        FaultKind::Expired => Refusal::Expired,
        FaultKind::Revoked => Refusal::Revoked,
        FaultKind::Scope => Refusal::Scope(fault.scope.clone()),
        FaultKind::Forbidden => Refusal::Forbidden,
        FaultKind::NotFound => Refusal::NotFound,
        FaultKind::ServerError => Refusal::ServerError,
        _ => return None,
    })
}

fn begin(stage: &Stage, parts: &Parts, fault: Option<&Fault>) -> u64 {
    let header = |name: &str| parts.headers.get(name).and_then(|value| value.to_str().ok());
    let mut state = stage.core.state();
    let query = parts.uri.query().unwrap_or_default();
    let secret_in_url = state.tokens.stand_in(&parts.uri.to_string());
    let entry = Entry {
        number: state.log.len() as u64 + 1,
        at: stage.core.now(),
        method: parts.method.to_string(),
        path: parts.uri.path().to_owned(),
        query: if secret_in_url { "***".to_owned() } else { query.to_owned() },
        user_agent: header("user-agent").map(str::to_owned),
        authorization: header("authorization").and_then(|value| value.split(' ').next()).map(str::to_owned),
        status: None,
        fault: fault.map(|fault| format!("{:?}", fault.kind)),
        over_limit: false,
        secret_in_url,
    };
    state.log.push(entry);
    state.log.len() as u64
}

fn end(stage: &Stage, number: u64, status: Option<u16>) {
    note(stage, number, |entry| entry.status = status);
}

fn note(stage: &Stage, number: u64, change: impl FnOnce(&mut Entry)) {
    let mut state = stage.core.state();
    // Numbers rise, but the log may have been cleared while the request was under way.
    if let Ok(place) = state.log.binary_search_by_key(&number, |entry| entry.number) {
        change(&mut state.log[place]);
    }
}
