//! What goes wrong, and how often: one request of ten, in eight ways.

use hark_doubles::Double;
use serde_json::{Value, json};

/// One request of so many fails.
pub const ONE_IN: u64 = 10;
/// What costs no time.
const QUICK: [&str; 7] = ["server-error", "html-502", "html-200", "truncated", "cut", "reset", "empty-200"];
/// Answers with 429, each of which is a second's pause.
const BUSY: u64 = 5;
/// Answers that never end, each of which takes as long as a request may.
const HANGS: u64 = 2;

/// Makes one request of ten fail; what costs time strikes seldom enough that about `requests` cost no more.
pub fn spoil(double: &Double, requests: u64) {
    double.control(orders(requests));
}

/// The order for it.
pub fn orders(requests: u64) -> Value {
    let struck = requests / ONE_IN;
    let each = struck.saturating_sub(BUSY + HANGS).div_ceil(QUICK.len() as u64).max(1);
    let mut faults: Vec<Value> =
        QUICK.iter().map(|fault| json!({ "fault": fault, "weight": each })).collect();
    faults.push(json!({ "fault": "busy-429", "retry_secs": 1, "weight": BUSY }));
    faults.push(json!({ "fault": "hang", "weight": HANGS }));
    json!({ "op": "weather", "one_in": ONE_IN, "faults": faults })
}

/// What was asked, and what of it went wrong.
#[derive(Debug, Default)]
pub struct Spoilt {
    pub requests: usize,
    pub faults: usize,
    pub kinds: std::collections::BTreeMap<String, usize>,
}

impl Spoilt {
    /// Looks into the double's log.
    pub fn of(double: &Double) -> Self {
        let log = double.log();
        let mut spoilt = Self { requests: log.len(), ..Self::default() };
        for fault in log.into_iter().filter_map(|entry| entry.fault) {
            spoilt.faults += 1;
            *spoilt.kinds.entry(fault).or_default() += 1;
        }
        spoilt
    }

    /// Asserts that it was one of ten, in all ways where there were enough to choose from.
    pub fn assert_one_in_ten(&self) {
        let share = self.faults as f64 / self.requests as f64;
        // Four standard deviations at 200 requests, so that no seed is an exception.
        assert!(self.requests < 200 || (0.05..0.19).contains(&share), "{self:?}");
        assert!(self.requests < 100 || self.faults > 0, "nothing went wrong: {self:?}");
        assert!(self.faults < 100 || self.kinds.len() >= 8, "not everything went wrong: {self:?}");
    }
}
