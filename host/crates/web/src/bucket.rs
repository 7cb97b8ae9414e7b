//! A bound for how often something may happen.

use std::time::Duration;

use tokio::time::Instant;

/// Lets so many pass in a minute, a tenth of them at once.
pub(crate) struct Bucket {
    tokens: f64,
    at: Instant,
    per_sec: f64,
    full: f64,
}

impl Bucket {
    /// Makes a full one.
    pub fn new(per_min: u32, now: Instant) -> Self {
        let full = (f64::from(per_min) / 10.0).max(1.0);
        Self { tokens: full, at: now, per_sec: f64::from(per_min) / 60.0, full }
    }

    /// Takes one, or tells how long it is until there is one.
    pub fn take(&mut self, now: Instant) -> Result<(), Duration> {
        let passed = now.saturating_duration_since(self.at).as_secs_f64();
        self.tokens = (self.tokens + passed * self.per_sec).min(self.full);
        self.at = now;
        if self.tokens >= 1.0 {
            self.tokens -= 1.0;
            return Ok(());
        }
        Err(Duration::from_secs_f64((1.0 - self.tokens) / self.per_sec))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bucket_lets_its_share_pass_and_says_when_to_come_back() {
        let begun = Instant::now();
        let mut bucket = Bucket::new(60, begun);
        assert_eq!((0..6).filter(|_| bucket.take(begun).is_ok()).count(), 6, "a tenth at once");
        let wait = bucket.take(begun).unwrap_err();
        assert_eq!(wait.as_secs_f64().round(), 1.0);
        assert!(bucket.take(begun + wait).is_ok());
        let hour = begun + Duration::from_secs(3_600);
        assert_eq!(
            (0..100).filter(|_| bucket.take(hour).is_ok()).count(),
            6,
            "what is not used is not saved up"
        );
        assert!(Bucket::new(1, begun).take(begun).is_ok(), "one a minute is one");
    }
}
