//! Cassettes, capsules and what people add to them: read, written, played.

use std::sync::Arc;

use hark_cassette::{
    Additions, Blob, Capsule, Cassette, CassetteError, Exchange, HttpAsked, HttpExchange, Player,
    WireSession, WireStep,
};
use serde_json::Value;

use crate::Verdict;

/// Reads a cassette, a capsule or additions, whichever it is. What is read is written and read back as itself, and
/// answers what it was recorded for.
pub fn cassette(data: &[u8]) -> Verdict {
    let Ok(text) = std::str::from_utf8(data) else { return Verdict::Refused };
    let additions = serde_json::from_str::<Additions>(text);
    let capsule = Capsule::parse(text);
    let cassette = Cassette::parse(text);
    for error in [capsule.as_ref().err(), cassette.as_ref().err()].into_iter().flatten() {
        has_place(error);
    }
    if let Ok(capsule) = &capsule {
        let again = Capsule::parse(&capsule.text()).expect("a capsule reads back");
        reads_back(&capsule.text(), &again.text());
        play(&capsule.cassette);
    }
    if let Ok(cassette) = &cassette {
        let again = Cassette::parse(&cassette.text()).expect("a cassette reads back");
        reads_back(&cassette.text(), &again.text());
        play(cassette);
    }
    match additions.is_ok() || capsule.is_ok() || cassette.is_ok() {
        true => Verdict::Taken,
        false => Verdict::Refused,
    }
}

fn reads_back(written: &str, again: &str) {
    let value = |text: &str| serde_json::from_str::<Value>(text).expect("what is written is JSON");
    assert!(is_alike(&value(written), &value(again)), "reads back as itself\n{written}\n{again}");
}

/// The same, but for the last digit of numbers with a fraction or more digits than a whole number may have: the reader of JSON
/// is as exact as that (`serde_json` without `float_roundtrip`).
fn is_alike(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Number(one), Value::Number(other)) if one.is_f64() || other.is_f64() => {
            let (one, other) = (one.as_f64().unwrap_or_default(), other.as_f64().unwrap_or_default());
            (one - other).abs() <= one.abs() * 1e-14
        }
        (Value::Array(one), Value::Array(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(one, other)| is_alike(one, other))
        }
        (Value::Object(one), Value::Object(other)) => {
            let same = |(key, value): (&String, &Value)| other.get(key).is_some_and(|it| is_alike(value, it));
            one.len() == other.len() && one.iter().all(same)
        }
        _ => one == other,
    }
}

/// An error says what is wrong, and where, when it is the form.
fn has_place(error: &CassetteError) {
    assert!(!error.to_string().is_empty());
    if let CassetteError::Form(cause) = error {
        assert!(!cause.to_string().is_empty(), "{cause:?}");
    }
}

fn play(cassette: &Cassette) {
    for call in &cassette.calls {
        let player = Arc::new(Player::new(call.exchanges.clone(), call.at));
        let mut asked = 0;
        for exchange in &call.exchanges {
            match exchange {
                Exchange::Http(exchange) => asked += ask(&player, exchange),
                Exchange::Wire(session) => talk(&player, session, &call.exchanges),
            }
        }
        assert_eq!(player.heard().http.len(), asked);
        assert!(player.now() >= call.at, "the clock never goes back");
    }
}

/// Asks what was recorded; returns how many requests that were.
fn ask(player: &Player, exchange: &HttpExchange) -> usize {
    let (method, url) = exchange.request.split_once(' ').unwrap_or((&exchange.request, ""));
    let header = |line: &String| {
        let (name, value) = line.split_once(": ").unwrap_or((line, ""));
        (name.to_owned(), value.to_owned())
    };
    let asked = HttpAsked {
        method: method.to_owned(),
        url: url.to_owned(),
        headers: exchange.headers.iter().map(header).collect(),
        body: exchange.body.clone().map(|Blob(bytes)| bytes),
        credential: exchange.credential.clone(),
    };
    let is_exact = asked.line() == exchange.request;
    let answer = player.http(asked);
    // To who knows nothing yet, nothing is unchanged.
    let is_unchanged = exchange.answer.parts().is_ok_and(|(status, ..)| status == 304);
    assert!(
        answer.is_ok() || !is_exact || is_unchanged,
        "what was recorded is answered: {}",
        exchange.request
    );
    1
}

/// Says what was said and hears no more than was heard.
fn talk(player: &Arc<Player>, session: &WireSession, all: &[Exchange]) {
    let Ok(mut wire) = player.wire(&session.endpoint) else { return };
    for step in &session.steps {
        match step {
            WireStep::Sent(bytes) => wire.write(&bytes.0),
            WireStep::Secret(secret) => wire.write_secret(secret),
            WireStep::StartTls => wire.start_tls(),
            WireStep::Received(_) | WireStep::Trouble(_) => {}
        }
    }
    let sessions = all.iter().filter_map(|exchange| match exchange {
        Exchange::Wire(session) => Some(session),
        Exchange::Http(_) => None,
    });
    let recorded: usize = sessions
        .flat_map(|session| &session.steps)
        .map(|step| if let WireStep::Received(bytes) = step { bytes.0.len() } else { 0 })
        .sum();
    let mut heard = 0;
    while let Ok(bytes) = wire.read(7) {
        assert!((1..=7).contains(&bytes.len()));
        heard += bytes.len();
        assert!(heard <= recorded, "more is heard than was recorded");
    }
}
