//! Versions of the contract: one that is published and one that never was, side by side; and what is told where a
//! component and its host do not speak the same.

#![allow(clippy::unwrap_used, reason = "a test may end at once")]

#[path = "../house/mod.rs"]
mod house;
mod side_by_side;
mod skew;
mod v0_2;

use hark_runtime::{Contracts, RuntimeOptions};
use v0_2::V0_2;

/// A host of the day after 0.2 was published.
fn serves_both() -> RuntimeOptions {
    RuntimeOptions { contracts: Contracts::default().with::<V0_2>(), ..house::options(2) }
}

#[test]
fn what_is_not_published_is_served_only_where_a_test_adds_it() {
    assert_eq!(Contracts::default().to_string(), "0.1.0");
    let twice = serves_both().contracts.with::<V0_2>();
    assert_eq!(twice.to_string(), "0.1.0 and 0.2.0");
}
