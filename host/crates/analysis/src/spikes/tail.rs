//! How likely it is that so much, or more, is chance.
//!
//! Holds: probabilities are from 0 to 1, and far in the tail they are right in proportion, not only nearly 0.
//! Not here: what is expected.

use statrs::function::beta::ln_beta;
use statrs::function::gamma::{gamma_ur, ln_gamma};

/// Returns how likely a count of at least `count` is, where `mean` is usual and `variance` is how much that
/// varies: the gamma distribution, the shape that the negative binomial has for counts that are not tiny.
///
/// Counts vary at least as Poisson's do: a smaller `variance` is not believed.
pub(super) fn of_count(count: u32, mean: f64, variance: f64) -> f64 {
    // That there was less than one an hour says little of how rare it is.
    let mean = mean.max(1.0);
    let scale = (variance / mean).max(1.0);
    // The bar of a whole number begins half a count before it.
    if count == 0 { 1.0 } else { gamma_ur(mean / scale, (f64::from(count) - 0.5) / scale) }
}

/// Returns how likely at least `part` of `whole` is where the usual share is `share` and varies from hour to
/// hour as if it were known from `strength` items: the beta-binomial distribution. `part` is above what is
/// usual and not above `whole`.
pub(super) fn of_share(part: u32, whole: u32, share: f64, strength: f64) -> f64 {
    let (alpha, beta) = (share * strength, (1.0 - share) * strength);
    let (whole, from) = (f64::from(whole), f64::from(part));
    let ln_ways = ln_gamma(whole + 1.0) - ln_gamma(from + 1.0) - ln_gamma(whole - from + 1.0);
    let mut term = (ln_ways + ln_beta(from + alpha, whole - from + beta) - ln_beta(alpha, beta)).exp();
    let (mut sum, mut at) = (0.0, from);
    // Above the usual each term is smaller than the one before: where it adds nothing, no later one does.
    while at <= whole && sum + term > sum {
        sum += term;
        term *= (whole - at) / (at + 1.0) * (at + alpha) / (whole - at - 1.0 + beta);
        at += 1.0;
    }
    sum.min(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_near(found: f64, want: f64) -> bool {
        (found / want - 1.0).abs() < 1e-6
    }

    /// With a variance equal to the mean the gamma's shape is the mean: for 1 it is exp(-x), for 2 exp(-x)(1 + x).
    #[test]
    fn counts_have_the_tail_of_the_gamma_distribution() {
        for (count, mean, variance, want) in [
            (3, 1.0, 1.0, (-2.5_f64).exp()),
            (60, 1.0, 1.0, (-59.5_f64).exp()),
            (8, 2.0, 2.0, (-7.5_f64).exp() * 8.5),
            (8, 2.0, 4.0, (-3.75_f64).exp()),
            (8, 2.0, 0.1, (-7.5_f64).exp() * 8.5),
            (0, 2.0, 2.0, 1.0),
        ] {
            let found = of_count(count, mean, variance);
            assert!(is_near(found, want), "{count} of {mean}, {variance}: {found}, not {want}");
        }
    }

    /// With alpha and beta 1 every part of the whole is as likely; with much strength it is the binomial.
    #[test]
    fn shares_have_the_tail_of_the_beta_binomial_distribution() {
        for (part, whole, share, strength, want) in [
            (7, 10, 0.5, 2.0, 4.0 / 11.0),
            (10, 10, 0.5, 2.0, 1.0 / 11.0),
            (9, 10, 0.5, 1e7, 11.0 / 1_024.0),
            (40, 40, 0.1, 1e7, 1e-40),
        ] {
            let found = of_share(part, whole, share, strength);
            assert!((found / want - 1.0).abs() < 1e-3, "{part} of {whole}: {found}, not {want}");
        }
        let sum: f64 = of_share(0, 500, 0.001, 100.0);
        assert!(sum <= 1.0 && sum > 0.99, "{sum}");
    }
}
