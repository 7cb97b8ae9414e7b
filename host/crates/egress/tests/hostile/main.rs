//! A corpus of attacks on the gate, one line each: its name, the attack, the rule that must refuse it.
//!
//! Holds: a case counts as refused only if the refusal names its rule and nothing reached the place that the
//! attack was after; every family has controls that do get through, so that its cases could fail. Not here:
//! what the rules let pass (`tests/gate`).

#![allow(clippy::unwrap_used, reason = "a test may end at once")]

mod addresses;
mod answers;
mod certificates;
mod credentials;
mod host;
#[path = "../gate/kit.rs"]
#[allow(dead_code, reason = "shared with the other tests of the gate")]
mod kit;
mod redirects;
mod requests;
#[path = "../gate/server.rs"]
#[allow(dead_code, reason = "shared with the other tests of the gate")]
mod server;
mod urls;
mod verdict;
mod wires;
mod withheld;

use std::collections::BTreeSet;

const CASES_MIN: usize = 120;

/// Name and rule of every case of every family.
fn all() -> Vec<(&'static str, &'static str)> {
    let mut all = Vec::new();
    all.extend(urls::CASES.iter().map(|(name, _, rule)| (*name, *rule)));
    all.extend(addresses::LITERALS.iter().map(|(name, _, rule)| (*name, *rule)));
    all.extend(addresses::NAMES.iter().map(|(name, _, rule)| (*name, *rule)));
    all.extend(requests::HEADERS.iter().map(|(name, _, _, rule)| (*name, *rule)));
    all.extend(requests::METHODS.iter().map(|(name, _, rule)| (*name, *rule)));
    all.extend(requests::SIZES.iter().map(|(name, _, rule)| (*name, *rule)));
    all.extend(redirects::CASES.iter().map(|(name, _, _, rule)| (*name, *rule)));
    all.extend(answers::CASES.iter().map(|(name, _, rule)| (*name, *rule)));
    all.extend(certificates::CASES.iter().map(|(name, _, rule)| (*name, *rule)));
    all.extend(credentials::CASES.iter().map(|(name, _, rule)| (*name, *rule)));
    all.extend(host::CASES.iter().map(|(name, _, rule)| (*name, *rule)));
    all.extend(wires::CASES.iter().map(|(name, _, rule)| (*name, *rule)));
    all.extend(wires::LOGINS.iter().map(|(name, _, _, _, rule)| (*name, *rule)));
    all
}

#[test]
fn the_corpus_is_large_and_no_case_is_there_twice() {
    let all = all();
    let names: BTreeSet<&str> = all.iter().map(|(name, _)| *name).collect();
    assert_eq!(names.len(), all.len(), "each case has a name of its own");
    assert!(all.len() >= CASES_MIN, "{} cases", all.len());
}

#[test]
fn every_rule_of_the_gate_is_named_by_a_case() {
    let named: BTreeSet<&str> =
        all().iter().flat_map(|(_, rule)| rule.split(['|', ','])).map(str::trim).collect();
    let missing: Vec<&&str> = hark_egress::RULES.iter().filter(|rule| !named.contains(**rule)).collect();
    assert!(missing.is_empty(), "no case is refused by {missing:?}");
}
