//! The tape: what a gate lets out and in, while a call runs.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::{Exchange, HttpAnswer, HttpExchange, WireSession, WireStep};

/// Collects exchanges; shared by a gate and whoever records. What reaches it holds no secret any more.
#[derive(Debug, Clone, Default)]
pub struct Tape(Arc<Mutex<Inner>>);

#[derive(Debug, Default)]
struct Inner {
    exchanges: Vec<Exchange>,
    began: i64,
    /// How long after it the last answer came; none while no call was begun.
    heard_ms: Option<i64>,
    /// Bytes that still find room; none where all do.
    room: Option<usize>,
    is_cut: bool,
}

impl Tape {
    /// Makes one for one call that starts at `at`: of what it sends and hears, so many bytes find room, and nothing
    /// that comes after what did not.
    pub fn within(bytes: usize, at: i64) -> Self {
        Self(Arc::new(Mutex::new(Inner { began: at, room: Some(bytes), ..Inner::default() })))
    }

    /// Tells whether something found no room.
    pub fn is_cut(&self) -> bool {
        self.lock().is_cut
    }

    /// Starts a call at `at`, in milliseconds since 1970, with nothing on the tape.
    pub fn begin(&self, at: i64) {
        *self.lock() = Inner { began: at, heard_ms: Some(0), ..Inner::default() };
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
        if inner.takes(size_of_http(&exchange)) {
            inner.exchanges.push(Exchange::Http(exchange));
        }
    }

    /// Notes a new connection and returns its number.
    pub fn wire(&self, endpoint: &str) -> usize {
        let mut inner = self.lock();
        if !inner.takes(endpoint.len()) {
            return usize::MAX;
        }
        inner
            .exchanges
            .push(Exchange::Wire(WireSession { endpoint: endpoint.to_owned(), steps: Vec::new() }));
        inner.exchanges.len() - 1
    }

    /// Notes a step of connection `number`. What is read in pieces becomes one.
    pub fn step(&self, number: usize, step: WireStep) {
        let mut inner = self.lock();
        if !inner.takes(size_of_step(&step)) {
            return;
        }
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

impl Inner {
    fn takes(&mut self, bytes: usize) -> bool {
        let Some(room) = self.room else { return true };
        let left = room.checked_sub(bytes).filter(|_| !self.is_cut);
        self.is_cut = left.is_none();
        self.room = Some(left.unwrap_or(0));
        left.is_some()
    }
}

fn size_of_http(exchange: &HttpExchange) -> usize {
    let lines = |lines: &[String]| lines.iter().map(String::len).sum::<usize>();
    let answer = match &exchange.answer {
        HttpAnswer::Response { headers, body, .. } => lines(headers) + body.0.len(),
        HttpAnswer::Trouble { .. } => 0,
    };
    let sent = exchange.body.as_ref().map_or(0, |body| body.0.len());
    exchange.request.len() + lines(&exchange.headers) + sent + answer
}

fn size_of_step(step: &WireStep) -> usize {
    match step {
        WireStep::Sent(bytes) | WireStep::Received(bytes) => bytes.0.len(),
        WireStep::Secret(secret) => secret.prefix.0.len() + secret.user.len() + secret.suffix.0.len(),
        WireStep::StartTls | WireStep::Trouble(_) => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Blob, HttpTrouble, Player};

    #[test]
    fn a_tape_holds_what_finds_room_and_says_that_it_is_cut() {
        let heard = |text: &str| WireStep::Received(Blob::from(text));
        let tape = Tape::within(20, 0);
        let wire = tape.wire("tls://a:1");
        tape.step(wire, heard("hello"));
        assert!(!tape.is_cut());
        tape.step(wire, heard("more than there is room"));
        // What is short enough comes too late: a hole in the middle would be another conversation.
        tape.step(wire, heard("x"));
        assert_eq!(tape.wire("b"), usize::MAX);
        tape.step(usize::MAX, heard("x"));
        assert!(tape.is_cut());
        let [Exchange::Wire(session)] = &tape.take()[..] else { panic!("one connection") };
        assert_eq!(session.steps, [heard("hello")]);
        let endless = Tape::default();
        endless.step(endless.wire("a"), heard(&"x".repeat(10_000)));
        assert!(!endless.is_cut());
    }

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
