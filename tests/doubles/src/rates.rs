//! Rate limits: real requests are counted in windows of the double's clock.

use std::collections::BTreeMap;

use crate::Ms;

/// What a request is counted against.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Allowance {
    /// What shares the count: an address, an account, an app.
    pub bucket: String,
    /// Most requests of one window, as the platform's documents say.
    pub limit: u32,
    /// Length of a window.
    pub window_ms: Ms,
}

/// How an allowance stands after a request was counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// As in the allowance.
    pub bucket: String,
    /// Most requests of one window.
    pub limit: u32,
    /// Requests that are left in this window.
    pub remaining: u32,
    /// When the window ends, in milliseconds since 1970.
    pub resets_at: Ms,
    /// Length of a window.
    pub window_ms: Ms,
}

#[derive(Debug)]
struct Window {
    ends_at: Ms,
    used: u32,
}

/// The counts of a double.
#[derive(Debug, Default)]
pub struct Rates {
    windows: BTreeMap<String, Window>,
    limits: BTreeMap<String, u32>,
}

impl Rates {
    /// Makes `limit` the most requests of one window of `bucket`, whatever the documents say.
    pub fn set_limit(&mut self, bucket: String, limit: u32) {
        self.limits.insert(bucket, limit);
    }

    /// Counts a request at `now`; `Err` when it is one too many.
    pub fn count(&mut self, allowance: &Allowance, now: Ms) -> Result<Standing, Standing> {
        let limit = self.limits.get(&allowance.bucket).copied().unwrap_or(allowance.limit);
        let fresh = || Window { ends_at: now + allowance.window_ms, used: 0 };
        let window = self.windows.entry(allowance.bucket.clone()).or_insert_with(fresh);
        if now >= window.ends_at {
            *window = fresh();
        }
        let over = window.used >= limit;
        window.used += u32::from(!over);
        let standing = Standing {
            bucket: allowance.bucket.clone(),
            limit,
            // A limit may have been lowered within its window.
            remaining: limit.saturating_sub(window.used),
            resets_at: window.ends_at,
            window_ms: allowance.window_ms,
        };
        if over { Err(standing) } else { Ok(standing) }
    }

    /// Returns how `allowance` stands when all of it is used.
    pub fn used_up(&self, allowance: &Allowance, now: Ms) -> Standing {
        let ends_at = self.windows.get(&allowance.bucket).map(|window| window.ends_at);
        Standing {
            bucket: allowance.bucket.clone(),
            limit: self.limits.get(&allowance.bucket).copied().unwrap_or(allowance.limit),
            remaining: 0,
            resets_at: ends_at.filter(|at| *at > now).unwrap_or(now + allowance.window_ms),
            window_ms: allowance.window_ms,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_is_used_up_and_begins_anew() {
        let mut rates = Rates::default();
        let allowance = Allowance { bucket: "search".into(), limit: 450, window_ms: 900_000 };
        assert_eq!(rates.count(&allowance, 1_000).unwrap().remaining, 449);
        rates.set_limit("search".into(), 2);
        assert_eq!(rates.count(&allowance, 2_000).unwrap().remaining, 0);
        let over = rates.count(&allowance, 900_999).unwrap_err();
        assert_eq!((over.remaining, over.resets_at, over.limit), (0, 901_000, 2));
        assert_eq!(rates.count(&allowance, 901_000).unwrap().remaining, 1);
    }
}
