//! Time that a call spends computing: what its future takes to be polled, waits left out.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

/// Counts the computing of one call. Shared by the future that is measured and the guest inside it, which
/// run on one thread at a time; the atomics are there for the compiler.
#[derive(Debug)]
pub(crate) struct Computing {
    start: Instant,
    spent_ns: AtomicU64,
    entered_ns: AtomicU64,
}

impl Computing {
    pub(crate) fn new() -> Arc<Self> {
        Arc::new(Self { start: Instant::now(), spent_ns: AtomicU64::new(0), entered_ns: AtomicU64::new(0) })
    }

    fn now_ns(&self) -> u64 {
        u64::try_from(self.start.elapsed().as_nanos()).unwrap_or(u64::MAX)
    }

    /// Returns what was spent before the poll under way.
    pub(crate) fn spent(&self) -> Duration {
        Duration::from_nanos(self.spent_ns.load(Relaxed))
    }

    /// Returns what was spent, the poll under way included; asked from inside it.
    pub(crate) fn spent_inside(&self) -> Duration {
        self.spent() + Duration::from_nanos(self.now_ns().saturating_sub(self.entered_ns.load(Relaxed)))
    }

    fn enter(&self) {
        self.entered_ns.store(self.now_ns(), Relaxed);
    }

    fn leave(&self) {
        let poll = self.now_ns().saturating_sub(self.entered_ns.load(Relaxed));
        self.spent_ns.store(self.spent_ns.load(Relaxed).saturating_add(poll), Relaxed);
    }
}

/// A future whose polls are counted.
pub(crate) struct Measured<F: ?Sized> {
    computing: Arc<Computing>,
    inner: Pin<Box<F>>,
}

impl<F: Future + ?Sized> Measured<F> {
    pub(crate) fn new(computing: Arc<Computing>, inner: Pin<Box<F>>) -> Self {
        Self { computing, inner }
    }
}

impl<F: Future + ?Sized> Future for Measured<F> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        self.computing.enter();
        let poll = self.inner.as_mut().poll(context);
        self.computing.leave();
        poll
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_are_not_computing() {
        let begun = Instant::now();
        let computing = Computing::new();
        let inside = Arc::clone(&computing);
        let work = async move {
            tokio::task::yield_now().await;
            while inside.spent_inside().is_zero() {}
        };
        let mut work = std::pin::pin!(Measured::new(Arc::clone(&computing), Box::pin(work)));
        let mut context = Context::from_waker(std::task::Waker::noop());
        assert!(work.as_mut().poll(&mut context).is_pending());
        let waited = Instant::now();
        while waited.elapsed() < Duration::from_millis(5) {}
        let waited = waited.elapsed();
        assert!(work.as_mut().poll(&mut context).is_ready());
        let spent = computing.spent();
        assert!(!spent.is_zero() && spent + waited <= begun.elapsed(), "spent {spent:?}");
    }
}
