//! A played connection: what was recorded as heard, in turn with what is said.
//!
//! Holds: what is said must be what was said in a recorded connection from its beginning; what is heard
//! comes in pieces of any size. Several recorded connections to one place are told apart by what is said.

use std::sync::Arc;

use crate::player::{Player, miss};
use crate::{Secret, WireSession, WireStep, WireTrouble};

/// A recorded connection as turns: what was said, then what was heard.
#[derive(Debug, Clone)]
pub(crate) struct Script {
    pub endpoint: String,
    turns: Vec<Turn>,
}

#[derive(Debug, Clone, Default)]
struct Turn {
    said: Vec<u8>,
    heard: Vec<u8>,
    trouble: Option<WireTrouble>,
}

impl Script {
    pub fn new(session: WireSession) -> Self {
        let mut turns = vec![Turn::default()];
        for step in session.steps {
            let last = turns.last().expect("it starts with one and never shrinks");
            let has_heard = !last.heard.is_empty() || last.trouble.is_some();
            let says = !matches!(step, WireStep::Received(_) | WireStep::Trouble(_));
            if says && has_heard {
                turns.push(Turn::default());
            }
            let turn = turns.last_mut().expect("it starts with one and never shrinks");
            match step {
                WireStep::Sent(bytes) => turn.said.extend(bytes.0),
                WireStep::Secret(secret) => turn.said.extend(spoken(&secret)),
                WireStep::StartTls => turn.said.extend(START_TLS),
                WireStep::Received(bytes) => turn.heard.extend(bytes.0),
                WireStep::Trouble(trouble) => turn.trouble = Some(trouble),
            }
        }
        Self { endpoint: session.endpoint, turns }
    }
}

impl Script {
    /// Returns why there was no connection at all, where that is what was recorded.
    pub fn unopened(&self) -> Option<WireTrouble> {
        let [only] = &self.turns[..] else { return None };
        let untouched = only.said.is_empty() && only.heard.is_empty();
        only.trouble.filter(|trouble| untouched && *trouble == WireTrouble::Connect)
    }
}

/// Stands for the handshake among what is said.
const START_TLS: &[u8] = b"\0start-tls\0";

/// Stands for a login among what is said.
fn spoken(secret: &Secret) -> Vec<u8> {
    let middle = format!("\0{} {} {}\0", secret.credential, secret.user, secret.encoding);
    [&secret.prefix.0, middle.as_bytes(), &secret.suffix.0].concat()
}

/// One connection that is played.
pub struct PlayedWire {
    player: Arc<Player>,
    /// Those that agree with all that was said.
    scripts: Vec<Script>,
    turn: usize,
    said: Vec<u8>,
    ready: Vec<u8>,
    trouble: Option<WireTrouble>,
    greeted: bool,
    drip: Option<usize>,
}

impl PlayedWire {
    pub(crate) fn new(player: Arc<Player>, scripts: Vec<Script>, drip: Option<usize>) -> Self {
        Self {
            player,
            scripts,
            turn: 0,
            said: Vec::new(),
            ready: Vec::new(),
            trouble: None,
            greeted: false,
            drip,
        }
    }

    /// Says `bytes`.
    pub fn write(&mut self, bytes: &[u8]) {
        self.said.extend_from_slice(bytes);
    }

    /// Says a login.
    pub fn write_secret(&mut self, secret: &Secret) {
        self.said.extend(spoken(secret));
    }

    /// Starts TLS.
    pub fn start_tls(&mut self) {
        self.said.extend_from_slice(START_TLS);
    }

    /// Hears at most `max` bytes, or what was recorded instead.
    pub fn read(&mut self, max: usize) -> Result<Vec<u8>, WireTrouble> {
        if !self.said.is_empty() || !self.greeted {
            self.take_turn();
        }
        if self.ready.is_empty() {
            // A server that was never heard to say more says no more.
            return Err(self.trouble.unwrap_or(WireTrouble::Timeout));
        }
        let count = max.min(self.drip.unwrap_or(usize::MAX)).min(self.ready.len());
        let rest = self.ready.split_off(count);
        Ok(std::mem::replace(&mut self.ready, rest))
    }

    fn take_turn(&mut self) {
        let turn = if self.greeted { self.turn + 1 } else { 0 };
        let fits = |script: &Script| script.turns.get(turn).is_some_and(|next| next.said == self.said);
        let Some(first) = self.scripts.iter().position(fits) else { return self.miss(turn) };
        let Turn { heard, trouble, .. } = self.scripts[first].turns[turn].clone();
        // The one that is played stays the first; the others may be needed when ways part.
        self.scripts.swap(0, first);
        let said = std::mem::take(&mut self.said);
        self.scripts.retain(|script| script.turns.get(turn).is_some_and(|next| next.said == said));
        self.ready.extend(heard);
        self.trouble = trouble;
        (self.turn, self.greeted) = (turn, true);
    }

    fn miss(&mut self, turn: usize) {
        let shown = |bytes: &[u8]| String::from_utf8_lossy(bytes).replace('\0', "|").trim_end().to_owned();
        let known: Vec<String> =
            self.scripts.iter().filter_map(|script| Some(shown(&script.turns.get(turn)?.said))).collect();
        self.player.missed(miss(&shown(&self.said), known.iter().map(String::as_str)));
        self.said.clear();
        self.trouble = Some(WireTrouble::Closed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Blob, Exchange, Unopened};

    fn session(turns: &[(&str, &str)]) -> Exchange {
        let mut steps = vec![WireStep::Received(Blob::from("hello\r\n"))];
        for (said, heard) in turns {
            steps.push(WireStep::Sent(Blob::from(*said)));
            steps.push(WireStep::Received(Blob::from(*heard)));
        }
        Exchange::Wire(WireSession { endpoint: "tls://a:1".to_owned(), steps })
    }

    fn ask(wire: &mut PlayedWire, said: &str) -> String {
        wire.write(said.as_bytes());
        hear(wire)
    }

    fn hear(wire: &mut PlayedWire) -> String {
        String::from_utf8(wire.read(100).unwrap()).unwrap()
    }

    #[test]
    fn connections_are_told_apart_by_what_is_said() {
        let player = Arc::new(Player::new(
            [session(&[("a", "1"), ("b", "2")]), session(&[("a", "1"), ("c", "3")])],
            0,
        ));
        let mut wire = player.wire("tls://a:1").unwrap();
        assert_eq!((hear(&mut wire).as_str(), ask(&mut wire, "a").as_str()), ("hello\r\n", "1"));
        assert_eq!(ask(&mut wire, "c"), "3");
        assert_eq!(wire.read(1), Err(WireTrouble::Timeout));
        wire.write(b"d");
        assert_eq!(wire.read(1), Err(WireTrouble::Closed));
        assert_eq!(player.heard().misses.len(), 1);
        assert!(matches!(player.wire("tls://b:1"), Err(Unopened::Miss(_))));
    }

    #[test]
    fn a_connection_that_never_came_about_does_not_again() {
        let steps = vec![WireStep::Trouble(WireTrouble::Connect)];
        let refused = Exchange::Wire(WireSession { endpoint: "tls://a:1".to_owned(), steps });
        let player = Arc::new(Player::new([refused.clone()], 0));
        assert!(matches!(player.wire("tls://a:1"), Err(Unopened::Trouble(WireTrouble::Connect))));
        assert!(player.heard().misses.is_empty(), "it is what was recorded");
        // Refused at first and let in then: each in its turn.
        let player = Arc::new(Player::new([refused, session(&[])], 0));
        assert!(player.wire("tls://a:1").is_err());
        assert_eq!(hear(&mut player.wire("tls://a:1").unwrap()), "hello\r\n");
    }

    #[test]
    fn what_is_heard_can_drip() {
        let player = Arc::new(Player::new([session(&[("a", "bc")])], 0).drip(1));
        let mut wire = player.wire("tls://a:1").unwrap();
        let mut heard = Vec::new();
        while let Ok(bytes) = wire.read(100) {
            assert_eq!(bytes.len(), 1);
            heard.extend(bytes);
        }
        assert_eq!(heard, b"hello\r\n");
    }
}
