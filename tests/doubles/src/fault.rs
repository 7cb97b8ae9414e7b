//! Faults on order: what goes wrong, and with which requests.
//!
//! Holds: orders are looked through in the order they were given; the first whose turn it is strikes, and the
//! others do not count that request.

use axum::http::request::Parts;
use serde::Deserialize;

/// What goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FaultKind {
    /// A gateway's HTML page with status 502.
    #[serde(rename = "html-502")]
    Html502,
    /// An HTML page with status 200, as a hotel's network gives.
    #[serde(rename = "html-200")]
    Html200,
    /// Half of the body, as if that were all.
    Truncated,
    /// Half of the body, then the connection is closed.
    Cut,
    /// The body in gzip, and said so.
    Gzip,
    /// The body in gzip, and not said so.
    GzipUnsaid,
    /// The body in small pieces, each after a pause.
    Drip,
    /// Half of the body, then nothing until the client goes away.
    Hang,
    /// The connection is reset before anything was done.
    Reset,
    /// What was asked for is done; the connection is reset in the place of the answer.
    LostAnswer,
    /// Status 200 with no body.
    #[serde(rename = "empty-200")]
    Empty200,
    /// A gateway's answer to too many requests: status 429, `Retry-After`, no word of the platform's.
    #[serde(rename = "busy-429")]
    Busy429,
    /// The platform's answer to too many requests.
    RateLimit,
    /// The platform's answer when what was paid for is used up.
    Quota,
    /// The platform's answer to a token whose time is over.
    Expired,
    /// The platform's answer to a token that was taken back.
    Revoked,
    /// The platform's answer to a token without the right.
    Scope,
    /// The platform's answer to what nobody with such a token may do.
    Forbidden,
    /// The platform's answer where there is nothing.
    NotFound,
    /// The platform's answer when it has failed.
    ServerError,
}

/// A fault and what it needs to know.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Fault {
    /// What goes wrong.
    #[serde(rename = "fault")]
    pub kind: FaultKind,
    /// Bytes of one piece of `drip`.
    #[serde(default = "chunk_default")]
    pub chunk: usize,
    /// Milliseconds before each piece of `drip`.
    #[serde(default)]
    pub pause_ms: u64,
    /// Seconds of the `Retry-After` of `busy-429`.
    #[serde(default)]
    pub retry_secs: u32,
    /// Right that `scope` misses.
    #[serde(default)]
    pub scope: String,
}

fn chunk_default() -> usize {
    7
}

/// With which requests a fault strikes.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct When {
    /// Those whose path begins so.
    #[serde(default)]
    path: String,
    /// Those of this method.
    #[serde(default)]
    method: Option<String>,
    /// Not with the first so many of these.
    #[serde(default)]
    skip: u32,
    /// With each so-manieth of the others.
    #[serde(default = "one")]
    every: u32,
    /// So many times; without it for ever.
    #[serde(default)]
    times: Option<u32>,
}

fn one() -> u32 {
    1
}

#[derive(Deserialize)]
#[serde(untagged)]
enum On {
    Word(String),
    When(When),
}

/// A fault on order.
#[derive(Debug, Clone, Deserialize)]
pub struct Order {
    #[serde(flatten)]
    fault: Fault,
    #[serde(default = "When::next", deserialize_with = "read_when")]
    on: When,
    #[serde(skip)]
    met: u32,
    #[serde(skip)]
    struck: u32,
}

fn read_when<'de, D: serde::Deserializer<'de>>(source: D) -> Result<When, D::Error> {
    match On::deserialize(source)? {
        On::Word(word) if word == "next" => Ok(When::next()),
        On::Word(word) if word == "all" => Ok(When { times: None, ..When::next() }),
        On::Word(word) => Err(serde::de::Error::custom(format!("{word:?} is neither next nor all"))),
        On::When(when) => Ok(when),
    }
}

impl When {
    fn next() -> Self {
        Self { path: String::new(), method: None, skip: 0, every: 1, times: Some(1) }
    }

    fn is_for(&self, request: &Parts) -> bool {
        let method = self.method.as_deref();
        request.uri.path().starts_with(&self.path) && method.is_none_or(|method| request.method == *method)
    }
}

/// All orders of a double.
#[derive(Debug, Default)]
pub struct Faults(Vec<Order>);

impl Faults {
    /// Adds an order behind the others.
    pub fn add(&mut self, order: Order) {
        self.0.push(order);
    }

    /// Forgets all orders.
    pub fn clear(&mut self) {
        self.0.clear();
    }

    /// Returns what goes wrong with `request`, if anything does.
    pub fn strike(&mut self, request: &Parts) -> Option<Fault> {
        for at in 0..self.0.len() {
            let order = &mut self.0[at];
            if !order.on.is_for(request) {
                continue;
            }
            order.met += 1;
            let counted = order.met.saturating_sub(order.on.skip);
            if counted == 0 || !counted.is_multiple_of(order.on.every.max(1)) {
                continue;
            }
            order.struck += 1;
            let fault = order.fault.clone();
            if order.on.times.is_some_and(|times| order.struck >= times) {
                self.0.remove(at);
            }
            return Some(fault);
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn struck(orders: &[serde_json::Value], requests: &[&str]) -> Vec<Option<FaultKind>> {
        let mut faults = Faults::default();
        for order in orders {
            faults.add(serde_json::from_value(order.clone()).unwrap());
        }
        let strike = |path: &&str| {
            let (method, path) = path.split_once(' ').unwrap_or(("GET", path));
            let request = axum::http::Request::builder().method(method).uri(path).body(()).unwrap();
            faults.strike(&request.into_parts().0).map(|fault| fault.kind)
        };
        requests.iter().map(strike).collect()
    }

    #[test]
    fn orders_strike_when_it_is_their_turn() {
        use FaultKind::{Cut, Html502, Reset};
        let next = |fault: &str| json!({"fault": fault, "on": "next"});
        for (orders, requests, want) in [
            (vec![json!({"fault": "reset"})], vec!["/a", "/a"], vec![Some(Reset), None]),
            (vec![next("reset"), next("cut")], vec!["/a", "/b", "/c"], vec![Some(Reset), Some(Cut), None]),
            (
                vec![json!({"fault": "cut", "on": {"every": 2}})],
                vec!["/a", "/b", "/c", "/d"],
                vec![None, Some(Cut), None, Some(Cut)],
            ),
            (
                vec![json!({"fault": "html-502", "on": {"path": "/2/tweets", "method": "POST", "times": 1}})],
                vec!["/2/tweets", "POST /2/users", "POST /2/tweets", "POST /2/tweets"],
                vec![None, None, Some(Html502), None],
            ),
            (
                vec![json!({"fault": "reset", "on": {"skip": 1, "times": 2}})],
                vec!["/a", "/a", "/a", "/a"],
                vec![None, Some(Reset), Some(Reset), None],
            ),
        ] {
            assert_eq!(struck(&orders, &requests), want, "{orders:?}");
        }
    }

    #[test]
    fn an_order_that_makes_no_sense_is_refused() {
        for order in
            [json!({"fault": "flood"}), json!({"fault": "cut", "on": "sometimes"}), json!({"on": "next"})]
        {
            assert!(serde_json::from_value::<Order>(order.clone()).is_err(), "{order}");
        }
    }
}
