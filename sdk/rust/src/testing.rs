//! The host's place in tests: answers requests, stands still in time, keeps the log.
//!
//! Only for other targets than wasm. Everything is per thread, so tests do not see each other.

use std::cell::{Cell, RefCell};

use crate::bindings::hark::connector::http::{HttpFault, Request, Response};
use crate::host::{Digest, Level};
use crate::types::Ms;

type Handler = Box<dyn FnMut(&Request) -> Result<Response, HttpFault>>;

thread_local! {
    static HANDLER: RefCell<Option<Handler>> = const { RefCell::new(None) };
    static NOW: Cell<Option<Ms>> = const { Cell::new(None) };
    static LOG: RefCell<Vec<(Level, String)>> = const { RefCell::new(Vec::new()) };
}

/// Answers each further request of this thread by `handler`.
pub fn answer_http(handler: impl FnMut(&Request) -> Result<Response, HttpFault> + 'static) {
    HANDLER.with(|slot| *slot.borrow_mut() = Some(Box::new(handler)));
}

/// Stops this thread's clock at `at`.
pub fn set_now(at: Ms) {
    NOW.with(|now| now.set(Some(at)));
}

/// Returns and empties what this thread has logged.
pub fn take_log() -> Vec<(Level, String)> {
    LOG.with(|log| std::mem::take(&mut *log.borrow_mut()))
}

/// Returns a response of payload 1, received now.
pub fn response(status: u16, headers: &[(&str, &str)], body: impl Into<Vec<u8>>) -> Response {
    let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    Response { payload: 1, status, headers, body: body.into(), received_at: now() }
}

pub(crate) fn send(request: &Request) -> Result<Response, HttpFault> {
    // Taken out while it runs, so that a handler may itself install another.
    let Some(mut handler) = HANDLER.with(|slot| slot.borrow_mut().take()) else {
        return Err(HttpFault::Denied("no host answers here: see hark_sdk::testing".to_owned()));
    };
    let answer = handler(request);
    HANDLER.with(|slot| {
        slot.borrow_mut().get_or_insert(handler);
    });
    answer
}

pub(crate) fn now() -> Ms {
    let of_system = || {
        let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
        since.ok().and_then(|since| Ms::try_from(since.as_millis()).ok()).unwrap_or(0)
    };
    NOW.with(Cell::get).unwrap_or_else(of_system)
}

pub(crate) fn log(at: Level, message: &str) {
    LOG.with(|log| log.borrow_mut().push((at, message.to_owned())));
}

pub(crate) fn progress(_done: u64, _total: Option<u64>) {}

/// No credential exists here, so nothing has a hash.
pub(crate) fn hmac(_credential: &str, _digest: Digest, _message: &[u8]) -> Vec<u8> {
    Vec::new()
}

pub(crate) fn hmac_equal(_credential: &str, _digest: Digest, _message: &[u8], _claimed: &[u8]) -> bool {
    false
}
