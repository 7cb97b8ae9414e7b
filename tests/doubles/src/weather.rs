//! Bad weather: one request of so many fails, which one and how as the seed has it.
//!
//! Holds: chance is a pure function of seed and the request's number, so that no order of requests escapes it,
//! as a fault of each tenth request lets those escape that are made in tens.

use axum::http::request::Parts;
use serde::Deserialize;

use crate::fault::Fault;
use crate::sample::Chance;

/// A fault and how often it is the one that strikes.
#[derive(Debug, Clone, Deserialize)]
struct Share {
    #[serde(flatten)]
    fault: Fault,
    #[serde(default = "one")]
    weight: u64,
}

fn one() -> u64 {
    1
}

/// What the weather is like.
#[derive(Debug, Clone, Deserialize)]
pub struct Weather {
    /// One request of so many fails; 0 ends the bad weather.
    one_in: u64,
    /// How.
    #[serde(default)]
    faults: Vec<Share>,
    /// Requests whose path begins so.
    #[serde(default)]
    path: String,
    #[serde(skip)]
    met: u64,
}

impl Weather {
    /// Returns what goes wrong with `request` under `seed`, if anything does.
    pub fn strike(&mut self, request: &Parts, seed: u64) -> Option<Fault> {
        if self.one_in == 0 || !request.uri.path().starts_with(&self.path) {
            return None;
        }
        self.met += 1;
        let mut chance = Chance::new(seed, self.met);
        if chance.below(self.one_in) != 0 {
            return None;
        }
        let mut place = chance.below(self.faults.iter().map(|share| share.weight).sum());
        let struck = self.faults.iter().find(|share| match place.checked_sub(share.weight) {
            Some(rest) => {
                place = rest;
                false
            }
            None => true,
        });
        struck.map(|share| share.fault.clone())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use serde_json::json;

    fn struck(seed: u64, count: usize) -> Vec<Option<String>> {
        let weather = json!({
            "one_in": 10, "path": "/a",
            "faults": [{ "fault": "reset", "weight": 9 }, { "fault": "busy-429", "retry_secs": 1 }],
        });
        let mut weather: Weather = serde_json::from_value(weather).unwrap();
        let request = axum::http::Request::builder().uri("/a").body(()).unwrap().into_parts().0;
        let other = axum::http::Request::builder().uri("/b").body(()).unwrap().into_parts().0;
        let mut strike = |_| {
            assert_eq!(weather.strike(&other, seed), None);
            weather.strike(&request, seed).map(|fault| format!("{:?}", fault.kind))
        };
        (0..count).map(&mut strike).collect()
    }

    #[test]
    fn one_of_ten_fails_as_the_seed_has_it() {
        let all = struck(7, 10_000);
        assert_eq!(all, struck(7, 10_000));
        assert_ne!(all, struck(8, 10_000));
        let mut counts: BTreeMap<String, usize> = BTreeMap::new();
        all.into_iter().flatten().for_each(|kind| *counts.entry(kind).or_default() += 1);
        assert!((800..1_000).contains(&counts["Reset"]), "{counts:?}");
        assert!((60..140).contains(&counts["Busy429"]), "{counts:?}");
    }
}
