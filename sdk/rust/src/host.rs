//! What every connector may ask of its host: time, log, progress, keyed hashes.
//!
//! Built for another target than wasm, [`crate::testing`] answers in the host's place.

use crate::types::Ms;

pub use crate::bindings::hark::connector::host::{Digest, Level};

/// The host's clock.
pub struct Clock;

impl Clock {
    /// Returns the time as the host sees it: UTC, milliseconds since 1970.
    pub fn now() -> Ms {
        imp::now()
    }
}

/// Writes a line to the host's log; see also [`info!`](crate::info!) and its like.
pub fn log(at: Level, message: &str) {
    imp::log(at, message);
}

/// Tells the host how far a long call has come.
pub fn progress(done: u64, total: Option<u64>) {
    imp::progress(done, total);
}

/// Returns the keyed hash of `message` under the credential called `credential`.
pub fn hmac(credential: &str, digest: Digest, message: &[u8]) -> Vec<u8> {
    imp::hmac(credential, digest, message)
}

/// Compares a keyed hash in constant time.
pub fn hmac_equal(credential: &str, digest: Digest, message: &[u8], claimed: &[u8]) -> bool {
    imp::hmac_equal(credential, digest, message, claimed)
}

/// Sends panics to the host's log: on wasm a panic ends in a trap, which carries no words.
pub(crate) fn log_panics() {
    #[cfg(target_arch = "wasm32")]
    {
        static ONCE: std::sync::Once = std::sync::Once::new();
        ONCE.call_once(|| {
            std::panic::set_hook(Box::new(|info| log(Level::Error, &panic_line(info))));
        });
    }
}

/// `panic: <message> at <file:line>`, the form that the host looks for.
#[cfg_attr(not(target_arch = "wasm32"), allow(dead_code))]
fn panic_line(info: &std::panic::PanicHookInfo<'_>) -> String {
    let message = info.payload_as_str().unwrap_or("no message");
    match info.location() {
        Some(place) => format!("panic: {message} at {}:{}", place.file(), place.line()),
        None => format!("panic: {message}"),
    }
}

/// Logs at debug level, as `format!` does.
#[macro_export]
macro_rules! debug { ($($words:tt)*) => { $crate::log($crate::Level::Debug, &::std::format!($($words)*)) }; }
/// Logs at info level, as `format!` does.
#[macro_export]
macro_rules! info { ($($words:tt)*) => { $crate::log($crate::Level::Info, &::std::format!($($words)*)) }; }
/// Logs at warn level, as `format!` does.
#[macro_export]
macro_rules! warn { ($($words:tt)*) => { $crate::log($crate::Level::Warn, &::std::format!($($words)*)) }; }
/// Logs at error level, as `format!` does.
#[macro_export]
macro_rules! error { ($($words:tt)*) => { $crate::log($crate::Level::Error, &::std::format!($($words)*)) }; }

#[cfg(target_arch = "wasm32")]
use crate::bindings::hark::connector::host as imp;
#[cfg(not(target_arch = "wasm32"))]
use crate::testing as imp;
