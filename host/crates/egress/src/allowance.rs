//! What a platform allows one credential on one host: a rate of our own, and waits that it asks for.
//!
//! Holds: sources that share a credential share its allowance, and a wait that one was asked for holds back all.
//! Not here: what a connector makes of it, back-off.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use hark_model::Ms;
use sha2::{Digest, Sha256};
use tokio::time::Instant;

use crate::limits;

/// Over what a full allowance is counted.
const SPAN: Duration = Duration::from_secs(60);

/// Whose allowance it is: a credential, or a source without one, at one origin.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Account {
    /// A digest: what is compared need not be the value itself.
    who: [u8; 32],
    origin: String,
}

impl Account {
    /// Names the account of `who`, the words that tell one credential from another, at `origin`.
    pub(crate) fn new(who: &[&str], origin: &str) -> Self {
        let mut digest = Sha256::new();
        for word in who {
            digest.update((word.len() as u64).to_be_bytes());
            digest.update(word);
        }
        Self { who: digest.finalize().into(), origin: origin.to_owned() }
    }
}

/// An answer that asked to wait, as a guest may see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct HeldAnswer {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) media_type: String,
    pub(crate) body: Vec<u8>,
}

/// Whether a request may go out.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Leave {
    /// Now; it is counted.
    Go,
    /// After so long; it is not counted yet.
    Wait(Duration),
    /// The platform asked to wait, so long from now, with this answer.
    Held(Duration, HeldAnswer),
}

#[derive(Default)]
struct Allowance {
    /// When an even flow would have sent what was sent: the further ahead, the less is left.
    even: Option<Instant>,
    held: Option<(Instant, HeldAnswer)>,
}

impl Allowance {
    fn leave(&mut self, now: Instant, per_min: u32) -> Leave {
        if let Some((until, answer)) = &self.held {
            if *until > now {
                return Leave::Held(*until - now, answer.clone());
            }
            self.held = None;
        }
        let step = SPAN / per_min.max(1);
        let next = self.even.map_or(now, |even| even.max(now)) + step;
        let ahead = next - now;
        if ahead > SPAN {
            return Leave::Wait(ahead - SPAN);
        }
        self.even = Some(next);
        Leave::Go
    }

    fn is_idle(&self, now: Instant) -> bool {
        self.even.is_none_or(|even| even <= now) && self.held.as_ref().is_none_or(|(until, _)| *until <= now)
    }
}

/// The allowances of all gates that share them.
#[derive(Default)]
pub(crate) struct Allowances(Mutex<HashMap<Account, Allowance>>);

impl Allowances {
    /// Asks for one request on `account`, which may send `per_min` of them in a minute.
    pub(crate) fn leave(&self, account: &Account, now: Instant, per_min: u32) -> Leave {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if all.len() >= limits::ALLOWANCES_MAX && !all.contains_key(account) {
            all.retain(|_, allowance| !allowance.is_idle(now));
        }
        all.entry(account.clone()).or_default().leave(now, per_min)
    }

    /// Holds `account` back for `wait` because of `answer`; a longer wait that is known already stays.
    pub(crate) fn hold(&self, account: &Account, now: Instant, wait: Duration, answer: HeldAnswer) {
        let until = now + wait.min(limits::HOLD_MAX);
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let allowance = all.entry(account.clone()).or_default();
        if allowance.held.as_ref().is_none_or(|(known, _)| *known < until) {
            allowance.held = Some((until, answer));
        }
    }
}

/// Returns how long `status` with `retry_after` asks to wait: seconds, or a date that is compared with `now`.
pub(crate) fn asked_wait(status: u16, retry_after: Option<&str>, now: Ms) -> Option<Duration> {
    if !matches!(status, 429 | 503) {
        return None;
    }
    let text = retry_after?.trim();
    if let Ok(secs) = text.parse::<u64>() {
        return Some(Duration::from_secs(secs));
    }
    let date = jiff::fmt::rfc2822::parse(text).ok()?;
    let ms = date.timestamp().as_millisecond() - now;
    u64::try_from(ms).ok().map(Duration::from_millis)
}

/// Returns `wait` in whole seconds, never less, as a header has it.
pub(crate) fn whole_secs(wait: Duration) -> u64 {
    wait.as_secs() + u64::from(wait.subsec_nanos() > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(status: u16) -> HeldAnswer {
        HeldAnswer { status, headers: Vec::new(), media_type: String::new(), body: Vec::new() }
    }

    #[test]
    fn a_minute_of_requests_may_go_at_once_and_then_one_at_a_time() {
        let (mut allowance, start) = (Allowance::default(), Instant::now());
        for _ in 0..60 {
            assert_eq!(allowance.leave(start, 60), Leave::Go);
        }
        assert_eq!(allowance.leave(start, 60), Leave::Wait(Duration::from_secs(1)));
        let later = start + Duration::from_secs(2);
        assert_eq!([allowance.leave(later, 60), allowance.leave(later, 60)], [Leave::Go, Leave::Go]);
        assert_eq!(allowance.leave(later, 60), Leave::Wait(Duration::from_secs(1)));
        let idle = start + Duration::from_secs(3_600);
        assert!(allowance.is_idle(idle));
        assert_eq!(
            (0..61).filter(|_| allowance.leave(idle, 60) == Leave::Go).count(),
            60,
            "no more is saved up"
        );
    }

    #[test]
    fn a_wait_holds_back_everybody_on_the_account_and_nobody_else() {
        let (all, start) = (Allowances::default(), Instant::now());
        let account = |who: &[&str], origin: &str| Account::new(who, origin);
        let (ours, same) =
            (account(&["token"], "https://x.example"), account(&["token"], "https://x.example"));
        let others = [
            account(&["tok", "en"], "https://x.example"),
            account(&["other"], "https://x.example"),
            account(&["token"], "https://y.example"),
        ];
        all.hold(&ours, start, Duration::from_secs(30), answer(429));
        all.hold(&ours, start, Duration::from_secs(5), answer(503));
        assert_eq!(all.leave(&same, start, 60), Leave::Held(Duration::from_secs(30), answer(429)));
        assert!(others.iter().all(|other| all.leave(other, start, 60) == Leave::Go));
        assert_eq!(all.leave(&same, start + Duration::from_secs(30), 60), Leave::Go);
        all.hold(&ours, start, Duration::MAX, answer(429));
        assert_eq!(all.leave(&ours, start, 60), Leave::Held(limits::HOLD_MAX, answer(429)));
    }

    #[test]
    fn waits_are_read_as_seconds_and_as_dates() {
        let at = 784_111_777_000; // Sun, 06 Nov 1994 08:49:37 GMT
        let date = Some("Sun, 06 Nov 1994 08:49:37 GMT");
        for (status, header, now, want) in [
            (429, Some("7"), 0, Some(7_000)),
            (503, Some(" 7 "), 0, Some(7_000)),
            (429, date, at - 1_500, Some(1_500)),
            (429, date, at + 1, None),
            (200, Some("7"), 0, None),
            (429, None, 0, None),
            (429, Some("-7"), 0, None),
            (429, Some("soon"), 0, None),
        ] {
            let got = asked_wait(status, header, now).map(|wait| wait.as_millis());
            assert_eq!(got, want, "{status} {header:?}");
        }
        assert_eq!(whole_secs(Duration::from_millis(1_001)), 2);
        assert_eq!(whole_secs(Duration::from_secs(1)), 1);
    }
}
