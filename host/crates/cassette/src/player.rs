//! The player: answers requests out of a cassette, and remembers what it was asked.
//!
//! Holds: a request is answered by what was recorded for the same method, address and body, in the order of
//! the recording; asked more often than was recorded, the last answer comes again. What has no answer is
//! told with what is nearest to it. Not here: whether the request may be made.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::cassette::header;
use crate::wire_player::{PlayedWire, Script};
use crate::{Exchange, HttpAnswer, HttpExchange, HttpTrouble, WireTrouble};

/// A request as it would leave the gate, before its credential is put in place.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct HttpAsked {
    /// Method.
    pub method: String,
    /// Address.
    pub url: String,
    /// Headers that the connector named.
    pub headers: Vec<(String, String)>,
    /// Body.
    pub body: Option<Vec<u8>>,
    /// Name of the credential to put in place.
    pub credential: Option<String>,
}

impl HttpAsked {
    /// Returns "METHOD address".
    pub fn line(&self) -> String {
        format!("{} {}", self.method, self.url)
    }

    fn header_lines(&self) -> Vec<String> {
        self.headers.iter().map(|(name, value)| format!("{name}: {value}")).collect()
    }

    /// Tells whether it asks for what has changed only.
    fn is_conditional(&self) -> bool {
        let known = ["if-none-match", "if-modified-since"];
        self.headers.iter().any(|(name, _)| known.iter().any(|known| name.eq_ignore_ascii_case(known)))
    }

    /// Returns what is recorded for it, as far as the question goes.
    pub fn exchange(&self, after_ms: i64, answer: HttpAnswer) -> HttpExchange {
        HttpExchange {
            request: self.line(),
            headers: self.header_lines(),
            credential: self.credential.clone(),
            body: self.body.clone().map(crate::Blob),
            after_ms,
            answer,
        }
    }
}

/// What is not on the cassette.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Miss(pub String);

/// Why a connection is not played.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unopened {
    /// None to this place is on the cassette.
    Miss(Miss),
    /// It did not come about when it was recorded either.
    Trouble(WireTrouble),
}

/// Answers in place of the recording where it returns something: a platform that is simulated.
pub type Live = Arc<dyn Fn(&HttpAsked) -> Option<HttpAnswer> + Send + Sync>;

/// What a player was asked.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Heard {
    /// Requests, in order.
    pub http: Vec<HttpAsked>,
    /// Connections, in order.
    pub wires: Vec<String>,
    /// What the gate refused, in its words.
    pub denied: Vec<String>,
    /// What the cassette has no answer for.
    pub misses: Vec<String>,
}

/// Serves exchanges in place of the network, at a time of its own.
pub struct Player {
    state: Mutex<State>,
    live: Option<Live>,
    drip: Option<usize>,
    start: i64,
}

struct State {
    http: Vec<(HttpExchange, bool)>,
    wires: Vec<Script>,
    heard: Heard,
    now: i64,
}

impl std::fmt::Debug for Player {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Player").field("start", &self.start).finish_non_exhaustive()
    }
}

impl Player {
    /// Makes a player of `exchanges` whose clock stands at `now`, in milliseconds since 1970.
    pub fn new(exchanges: impl IntoIterator<Item = Exchange>, now: i64) -> Self {
        let mut state = State { http: Vec::new(), wires: Vec::new(), heard: Heard::default(), now };
        for exchange in exchanges {
            match exchange {
                Exchange::Http(http) => state.http.push((http, false)),
                Exchange::Wire(session) => state.wires.push(Script::new(session)),
            }
        }
        Self { state: Mutex::new(state), live: None, drip: None, start: now }
    }

    /// Lets `live` answer first.
    pub fn live(self, live: Live) -> Self {
        Self { live: Some(live), ..self }
    }

    /// Gives at most `bytes` to one read of a wire.
    pub fn drip(self, bytes: usize) -> Self {
        Self { drip: Some(bytes), ..self }
    }

    /// Returns the time: that of the start, and as much later as the last answer was.
    pub fn now(&self) -> i64 {
        self.lock().now
    }

    /// Returns what was asked so far.
    pub fn heard(&self) -> Heard {
        self.lock().heard.clone()
    }

    /// Notes what the gate refused.
    pub fn denied(&self, why: &str) {
        self.lock().heard.denied.push(why.to_owned());
    }

    /// Answers a request.
    pub fn http(&self, asked: HttpAsked) -> Result<HttpAnswer, Miss> {
        let lively = self.live.as_ref().and_then(|live| live(&asked));
        let mut state = self.lock();
        state.heard.http.push(asked.clone());
        if let Some(answer) = lively {
            return Ok(answer);
        }
        match state.find(&asked) {
            Some(at) => {
                let (exchange, served) = &mut state.http[at];
                *served = true;
                let (answer, after_ms) = (exchange.answer.clone(), exchange.after_ms);
                state.now = state.now.max(self.start.saturating_add(after_ms));
                Ok(answer)
            }
            None => {
                let lines = state.http.iter().map(|(exchange, _)| exchange.request.as_str());
                let miss = miss(&asked.line(), lines);
                state.heard.misses.push(miss.clone());
                Err(Miss(miss))
            }
        }
    }

    /// Opens a connection.
    pub fn wire(self: &Arc<Self>, endpoint: &str) -> Result<PlayedWire, Unopened> {
        let mut state = self.lock();
        state.heard.wires.push(endpoint.to_owned());
        let scripts: Vec<Script> =
            state.wires.iter().filter(|script| script.endpoint == endpoint).cloned().collect();
        if scripts.is_empty() {
            let miss = miss(endpoint, state.wires.iter().map(|script| script.endpoint.as_str()));
            state.heard.misses.push(miss.clone());
            return Err(Unopened::Miss(Miss(miss)));
        }
        // Sessions that were not played yet stand first.
        let nth = state.heard.wires.iter().filter(|heard| *heard == endpoint).count() - 1;
        let mut scripts = scripts;
        let length = scripts.len();
        scripts.rotate_left(nth.min(length - 1));
        if let Some(trouble) = scripts[0].unopened() {
            return Err(Unopened::Trouble(trouble));
        }
        scripts.retain(|script| script.unopened().is_none());
        Ok(PlayedWire::new(Arc::clone(self), scripts, self.drip))
    }

    pub(crate) fn missed(&self, miss: String) {
        self.lock().heard.misses.push(miss);
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // Every step leaves it whole.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Finds what answers: what was asked with the same headers before what was asked with others.
    fn find(&self, asked: &HttpAsked) -> Option<usize> {
        let line = asked.line();
        let fits = |exchange: &HttpExchange| {
            exchange.request == line
                && exchange.body.as_ref().map(|body| &body.0) == asked.body.as_ref()
                && (asked.is_conditional() || !exchange.answer.is_unchanged())
        };
        let same = |exchange: &HttpExchange| fits(exchange) && exchange.headers == asked.header_lines();
        let fresh = |it: &(HttpExchange, bool), fits: &dyn Fn(&HttpExchange) -> bool| !it.1 && fits(&it.0);
        let mut known = self.http.iter();
        known
            .clone()
            .position(|it| fresh(it, &same))
            .or_else(|| known.clone().position(|it| fresh(it, &fits)))
            .or_else(|| known.clone().rposition(|it| same(&it.0)))
            .or_else(|| known.rposition(|it| fits(&it.0)))
    }
}

/// Status, header lines and body of an answer.
pub type Parts<'a> = (u16, Vec<(&'a str, &'a str)>, &'a [u8]);

impl HttpAnswer {
    fn is_unchanged(&self) -> bool {
        matches!(self, Self::Response { status: 304, .. })
    }

    /// Returns status, headers and body, or why there are none.
    pub fn parts(&self) -> Result<Parts<'_>, HttpTrouble> {
        match self {
            Self::Trouble { trouble } => Err(*trouble),
            Self::Response { status, headers, body } => {
                Ok((*status, headers.iter().map(|line| header(line)).collect(), &body.0))
            }
        }
    }
}

/// Says that there is no answer, and what is most like what was asked.
pub(crate) fn miss<'a>(asked: &str, known: impl Iterator<Item = &'a str>) -> String {
    let nearest = known
        .max_by(|one, other| strsim::jaro_winkler(asked, one).total_cmp(&strsim::jaro_winkler(asked, other)));
    match nearest {
        Some(near) if near == asked => {
            format!("the cassette has no answer for {asked} with this body; nearest is {near} with another")
        }
        Some(near) => format!("the cassette has no answer for {asked}; nearest is {near}"),
        None => format!("the cassette has no answer for {asked}, nor any of its kind"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Blob;

    fn exchange(request: &str, body: &str) -> Exchange {
        Exchange::Http(HttpExchange {
            request: request.to_owned(),
            headers: Vec::new(),
            credential: None,
            body: None,
            after_ms: 5,
            answer: HttpAnswer::Response { status: 200, headers: Vec::new(), body: Blob::from(body) },
        })
    }

    fn get(url: &str) -> HttpAsked {
        HttpAsked { method: "GET".to_owned(), url: url.to_owned(), ..HttpAsked::default() }
    }

    fn body(answer: Result<HttpAnswer, Miss>) -> String {
        String::from_utf8(answer.unwrap().parts().unwrap().2.to_vec()).unwrap()
    }

    #[test]
    fn the_same_request_gets_its_answers_in_order_and_then_the_last_again() {
        let player =
            Player::new([exchange("GET a", "1"), exchange("GET b", "x"), exchange("GET a", "2")], 100);
        let said: Vec<_> = ["b", "a", "a", "a"].into_iter().map(|url| body(player.http(get(url)))).collect();
        assert_eq!(said, ["x", "1", "2", "2"]);
        assert_eq!((player.now(), player.heard().http.len()), (105, 4));
    }

    #[test]
    fn an_answer_at_the_end_of_time_is_one() {
        let mut late = exchange("GET a", "1");
        if let Exchange::Http(http) = &mut late {
            http.after_ms = i64::MAX;
        }
        let player = Player::new([late], 1);
        assert_eq!((body(player.http(get("a"))).as_str(), player.now()), ("1", i64::MAX));
    }

    #[test]
    fn nothing_is_unchanged_for_who_knows_nothing() {
        let mut unchanged = exchange("GET a", "");
        if let Exchange::Http(http) = &mut unchanged {
            http.headers = vec!["if-none-match: x".to_owned()];
            http.answer = HttpAnswer::Response { status: 304, headers: Vec::new(), body: Blob::default() };
        }
        let player = Player::new([exchange("GET a", "1"), unchanged], 0);
        assert_eq!((body(player.http(get("a"))), body(player.http(get("a")))), ("1".into(), "1".into()));
        let knows = HttpAsked { headers: vec![("if-none-match".into(), "x".into())], ..get("a") };
        assert_eq!(player.http(knows).unwrap().parts().unwrap().0, 304);
    }

    #[test]
    fn what_is_not_there_is_told_with_what_is_nearest() {
        let player = Player::new([exchange("GET https://a/p?page=1", ""), exchange("POST https://z", "")], 0);
        let miss = player.http(get("https://a/p?page=2")).unwrap_err();
        assert_eq!(
            miss.to_string(),
            "the cassette has no answer for GET https://a/p?page=2; nearest is GET https://a/p?page=1"
        );
        let with_body = HttpAsked { body: Some(b"x".to_vec()), ..get("https://a/p?page=1") };
        assert!(player.http(with_body).unwrap_err().to_string().contains("with this body"));
        assert_eq!(player.heard().misses.len(), 2);
        assert!(Player::new([], 0).http(get("x")).unwrap_err().to_string().ends_with("nor any of its kind"));
    }

    #[test]
    fn a_simulation_answers_first() {
        let live: Live = Arc::new(|asked: &HttpAsked| {
            (asked.url == "a").then_some(HttpAnswer::Trouble { trouble: HttpTrouble::Timeout })
        });
        let player = Player::new([exchange("GET a", "1"), exchange("GET b", "2")], 0).live(live);
        assert_eq!(player.http(get("a")).unwrap().parts().unwrap_err(), HttpTrouble::Timeout);
        assert_eq!(body(player.http(get("b"))), "2");
    }
}
