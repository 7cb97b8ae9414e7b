//! The tape: what a gate lets out and in, while a call runs.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::{Exchange, HttpExchange, WireSession, WireStep};

/// Collects exchanges; shared by a gate and whoever records. What reaches it holds no secret any more.
#[derive(Debug, Clone, Default)]
pub struct Tape(Arc<Mutex<Inner>>);

#[derive(Debug, Default)]
struct Inner {
    exchanges: Vec<Exchange>,
    began: i64,
}

impl Tape {
    /// Starts a call at `at`, in milliseconds since 1970, with nothing on the tape.
    pub fn begin(&self, at: i64) {
        *self.lock() = Inner { exchanges: Vec::new(), began: at };
    }

    /// Takes what the call sent and heard.
    pub fn take(&self) -> Vec<Exchange> {
        std::mem::take(&mut self.lock().exchanges)
    }

    /// Returns how long after the start of the call `at` is.
    pub fn after_ms(&self, at: i64) -> i64 {
        (at - self.lock().began).max(0)
    }

    /// Notes a request and its answer.
    pub fn http(&self, exchange: HttpExchange) {
        self.lock().exchanges.push(Exchange::Http(exchange));
    }

    /// Notes a new connection and returns its number.
    pub fn wire(&self, endpoint: &str) -> usize {
        let mut inner = self.lock();
        inner
            .exchanges
            .push(Exchange::Wire(WireSession { endpoint: endpoint.to_owned(), steps: Vec::new() }));
        inner.exchanges.len() - 1
    }

    /// Notes a step of connection `number`. What is read in pieces becomes one.
    pub fn step(&self, number: usize, step: WireStep) {
        let mut inner = self.lock();
        let Some(Exchange::Wire(session)) = inner.exchanges.get_mut(number) else { return };
        match (session.steps.last_mut(), step) {
            (Some(WireStep::Received(have)), WireStep::Received(more)) => have.0.extend(more.0),
            (_, step) => session.steps.push(step),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        // Every step leaves it whole.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
