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
    /// How long after it the last answer came; none while no call was begun.
    heard_ms: Option<i64>,
}

impl Tape {
    /// Starts a call at `at`, in milliseconds since 1970, with nothing on the tape.
    pub fn begin(&self, at: i64) {
        *self.lock() = Inner { exchanges: Vec::new(), began: at, heard_ms: Some(0) };
    }

    /// Takes what the call sent and heard.
    pub fn take(&self) -> Vec<Exchange> {
        std::mem::take(&mut self.lock().exchanges)
    }

    /// Returns how long after the start of the call `at` is.
    pub fn after_ms(&self, at: i64) -> i64 {
        (at - self.lock().began).max(0)
    }

    /// Returns the time as a player of what is recorded will tell it: that of the start, and as much later as
    /// the last answer came; none while no call was begun.
    pub fn now(&self) -> Option<i64> {
        let inner = self.lock();
        inner.heard_ms.map(|heard| inner.began + heard)
    }

    /// Notes a request and its answer.
    pub fn http(&self, exchange: HttpExchange) {
        let mut inner = self.lock();
        inner.heard_ms = inner.heard_ms.map(|heard| heard.max(exchange.after_ms));
        inner.exchanges.push(Exchange::Http(exchange));
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{HttpAnswer, HttpTrouble, Player};

    #[test]
    fn time_stands_still_between_two_answers_as_it_does_when_played() {
        let tape = Tape::default();
        assert_eq!(tape.now(), None);
        tape.begin(1_000);
        let answer = HttpAnswer::Trouble { trouble: HttpTrouble::Timeout };
        let asked = crate::HttpAsked { method: "GET".to_owned(), url: "a".to_owned(), ..Default::default() };
        tape.http(asked.exchange(tape.after_ms(1_030), answer.clone()));
        assert_eq!(tape.now(), Some(1_030));
        tape.http(asked.exchange(20, answer));
        assert_eq!(tape.now(), Some(1_030));
        let player = Player::new(tape.take(), 1_000);
        for _ in 0..2 {
            player.http(asked.clone()).unwrap();
        }
        assert_eq!(Some(player.now()), tape.now());
    }
}
