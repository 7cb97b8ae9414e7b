//! One measured figure beside its target.

use std::time::{Duration, Instant};

/// Which side of the target is good.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted {
    /// The target or less.
    AtMost,
    /// The target or more.
    AtLeast,
}

/// One measured figure beside its target.
#[derive(Debug, Clone)]
pub struct Figure {
    name: &'static str,
    value: f64,
    unit: &'static str,
    wanted: Wanted,
    target: f64,
}

impl Figure {
    /// A figure that is good up to `target`.
    pub fn at_most(name: &'static str, value: f64, target: f64, unit: &'static str) -> Self {
        Self { name, value, unit, wanted: Wanted::AtMost, target }
    }

    /// A figure that is good from `target` on.
    pub fn at_least(name: &'static str, value: f64, target: f64, unit: &'static str) -> Self {
        Self { name, value, unit, wanted: Wanted::AtLeast, target }
    }

    /// Tells whether the target is met.
    pub fn is_met(&self) -> bool {
        match self.wanted {
            Wanted::AtMost => self.value <= self.target,
            Wanted::AtLeast => self.value >= self.target,
        }
    }

    /// Prints the figure on one line.
    pub fn print(&self, json: bool) {
        let Self { name, value, unit, target, .. } = self;
        let wanted = if self.wanted == Wanted::AtMost { "at most" } else { "at least" };
        let met = self.is_met();
        if json {
            let value = serde_json::json!({ "figure": name, "value": value, "unit": unit, "wanted": wanted, "target": target, "met": met });
            println!("{value}");
        } else {
            let sign = if met { "ok" } else { "MISSED" };
            println!("{name:<66} {value:>12.2} {unit:<8} {wanted} {target:<10} {sign}");
        }
    }
}

/// Returns the median time of `rounds` runs of `work`, after a few that do not count.
pub async fn median<E>(rounds: u32, mut work: impl AsyncFnMut() -> Result<(), E>) -> Result<Duration, E> {
    for _ in 0..rounds / 10 + 1 {
        work().await?;
    }
    let mut times = Vec::new();
    for _ in 0..rounds {
        let begun = Instant::now();
        work().await?;
        times.push(begun.elapsed());
    }
    Ok(middle(&mut times))
}

/// Returns the median of `times`.
pub fn middle(times: &mut [Duration]) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}
