//! The host's place in tests: answers requests, stands still in time, keeps the log.
//!
//! Only for other targets than wasm. Everything is per thread, so tests do not see each other.

use std::cell::RefCell;

use crate::bindings::hark::connector::http::{HttpFault, Request, Response};
use crate::host::{Digest, Level};
use crate::types::Ms;

type Handler = Box<dyn FnMut(&Request) -> Result<Response, HttpFault>>;
type Signer = Box<dyn Fn(&str, Digest, &[u8]) -> Vec<u8>>;
type ClockFace = Box<dyn Fn() -> Ms>;

thread_local! {
    static HANDLER: RefCell<Option<Handler>> = const { RefCell::new(None) };
    static SIGNER: RefCell<Option<Signer>> = const { RefCell::new(None) };
    static NOW: RefCell<Option<ClockFace>> = const { RefCell::new(None) };
    static LOG: RefCell<Vec<(Level, String)>> = const { RefCell::new(Vec::new()) };
}

/// Answers each further request of this thread by `handler`.
pub fn answer_http(handler: impl FnMut(&Request) -> Result<Response, HttpFault> + 'static) {
    HANDLER.with(|slot| *slot.borrow_mut() = Some(Box::new(handler)));
}

/// Makes each further keyed hash of this thread by `signer`, from the credential's name, the digest and the
/// message; without one nothing has a hash.
pub fn answer_hmac(signer: impl Fn(&str, Digest, &[u8]) -> Vec<u8> + 'static) {
    SIGNER.with(|slot| *slot.borrow_mut() = Some(Box::new(signer)));
}

/// Stops this thread's clock at `at`.
pub fn set_now(at: Ms) {
    follow_clock(move || at);
}

/// Makes this thread's clock show what `clock` says.
pub fn follow_clock(clock: impl Fn() -> Ms + 'static) {
    NOW.with(|now| *now.borrow_mut() = Some(Box::new(clock)));
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
    NOW.with(|now| now.borrow().as_ref().map_or_else(of_system, |clock| clock()))
}

pub(crate) fn log(at: Level, message: &str) {
    LOG.with(|log| log.borrow_mut().push((at, message.to_owned())));
}

pub(crate) fn progress(_done: u64, _total: Option<u64>) {}

pub(crate) fn hmac(credential: &str, digest: Digest, message: &[u8]) -> Vec<u8> {
    SIGNER.with(|slot| slot.borrow().as_ref().map_or_else(Vec::new, |sign| sign(credential, digest, message)))
}

/// A credential that signs nothing proves nothing, either.
pub(crate) fn hmac_equal(credential: &str, digest: Digest, message: &[u8], claimed: &[u8]) -> bool {
    let right = hmac(credential, digest, message);
    !right.is_empty() && right == claimed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signer_and_a_clock_stand_in_for_the_hosts() {
        assert!(!hmac_equal("key", Digest::Sha256, b"m", b""), "without a signer nothing is proved");
        answer_hmac(|name, _, message| [name.as_bytes(), message].concat());
        assert!(hmac_equal("key", Digest::Sha256, b"m", b"keym"));
        assert!(!hmac_equal("key", Digest::Sha256, b"m", b"key"));
        let hand = std::rc::Rc::new(std::cell::Cell::new(5));
        let shown = std::rc::Rc::clone(&hand);
        follow_clock(move || shown.get());
        hand.set(7);
        assert_eq!(now(), 7);
        set_now(9);
        assert_eq!(now(), 9);
    }
}
