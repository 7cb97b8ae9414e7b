//! The recorded calls, played again.

use std::sync::Arc;

use hark_cassette::{Ask, Blob, Call, Player};
use hark_model::FaultClass;
use serde_json::Value;

use super::manifest::first_difference;
use crate::bench::Bench;
use crate::law::{Trying, Verdict};
use crate::told::Told;
use crate::{limits, shown};

/// Cursors that were recorded, with those that this component gave in their place.
#[derive(Debug, Default)]
struct Cursors(Vec<(Blob, Blob)>);

impl Cursors {
    fn learn(&mut self, recorded: Option<&Blob>, given: Option<&Vec<u8>>) {
        if let (Some(recorded), Some(given)) = (recorded, given) {
            self.0.push((recorded.clone(), Blob(given.clone())));
        }
    }

    fn of(&self, recorded: &Blob) -> Blob {
        let known = self.0.iter().rev().find(|(known, _)| known == recorded);
        known.map_or_else(|| recorded.clone(), |(_, given)| given.clone())
    }
}

/// Plays every call with its own exchanges.
pub async fn played(bench: &Bench) -> Vec<(usize, Told, Arc<Player>)> {
    let mut cursors = Cursors::default();
    let mut all = Vec::new();
    for (at, call) in bench.cassette.calls.iter().enumerate() {
        let mut ask = call.ask.clone();
        if let Ask::Read(read) = &mut ask {
            read.cursor = read.cursor.as_ref().map(|cursor| cursors.of(cursor));
            read.continuation = read.continuation.as_ref().map(|cursor| cursors.of(cursor));
        }
        let player = Arc::new(Player::new(call.exchanges.clone(), call.at));
        let told = bench.ask(&player, &ask).await;
        cursors.learn(call.answer.cursor.as_ref(), told.cursor.as_ref());
        cursors.learn(call.answer.continuation.as_ref(), told.continuation.as_ref());
        all.push((at, told, player));
    }
    all
}

/// Says which call that is.
pub fn place(at: usize, call: &Call) -> String {
    let name = match &call.ask {
        Ask::Check => "check".to_owned(),
        Ask::Discover => "discover".to_owned(),
        Ask::Read(read) => format!("read {}", read.stream),
        Ask::Receive(delivery) => format!("receive {}", delivery.request),
        Ask::Act(act) => format!("act {}", act.name),
    };
    format!("call {} ({name})", at + 1)
}

/// Returns the word of a fault's class, as it stands in a cassette.
pub fn class_word(class: FaultClass) -> String {
    format!("{class:?}").to_lowercase()
}

/// `replay`
pub async fn replay(bench: &Bench) -> Verdict {
    let mut trying = Trying::default();
    for (at, told, player) in played(bench).await {
        let call = &bench.cassette.calls[at];
        let place = place(at, call);
        for miss in player.heard().misses {
            trying.breach("only what was asked when this was recorded", miss, place.clone());
        }
        compare(&mut trying, call, &told, &place);
    }
    trying.verdict("the cassette holds no call")
}

fn compare(trying: &mut Trying, call: &Call, told: &Told, place: &str) {
    let fault = told.class().map(class_word);
    let expected = call.answer.fault.as_ref().map_or("no fault".to_owned(), |it| format!("fault `{it}`"));
    trying.expect(fault == call.answer.fault, expected, || told.summary(), place);
    let events: Vec<Value> = told.events.iter().map(shown::event).collect();
    trying.expect(
        events == call.answer.events,
        format!("the {} events of the recording", call.answer.events.len()),
        || first_difference(&call.answer.events, &events),
        place,
    );
    trying.expect(
        told.cursor.is_some() == call.answer.cursor.is_some()
            && told.continuation.is_some() == call.answer.continuation.is_some(),
        "a cursor and a continuation where the recording has them",
        || told.summary(),
        place,
    );
    trying.expect(
        told.status == call.answer.status,
        format!("status {:?}", call.answer.status),
        || format!("status {:?}", told.status),
        place,
    );
    // Only deliveries are answered with words, and only newer recordings have them.
    let body = &call.answer.report["body"];
    trying.expect(
        !body.is_string() || told.report["body"] == *body,
        format!("the answer {body}"),
        || told.report["body"].to_string(),
        place,
    );
}

/// `check`
pub async fn check(bench: &Bench) -> Verdict {
    let mut trying = Trying::default();
    let recorded = bench.cassette.calls.iter().position(|call| call.ask == Ask::Check);
    let Some(at) = recorded else { return trying.verdict("the cassette holds no `check`") };
    let player = Arc::new(Player::new(bench.exchanges_from(at), bench.cassette.calls[at].at));
    let told = bench.ask(&player, &Ask::Check).await;
    let heard = player.heard();
    let requests = heard.http.len() + heard.wires.len();
    trying.expect(
        requests <= limits::CHECK_REQUESTS_MAX as usize,
        format!("at most {} requests", limits::CHECK_REQUESTS_MAX),
        || format!("{requests}: {}", lines(&heard.http)),
        place(at, &bench.cassette.calls[at]),
    );
    if let Some(crash) = told.crash() {
        trying.breach("a report or a fault", crash, place(at, &bench.cassette.calls[at]));
    }
    trying.verdict("")
}

fn lines(asked: &[hark_cassette::HttpAsked]) -> String {
    asked.iter().map(hark_cassette::HttpAsked::line).collect::<Vec<_>>().join(", ")
}

/// `granted-hosts`
pub async fn granted_hosts(bench: &Bench) -> Verdict {
    let mut trying = Trying::default();
    for (at, _, player) in played(bench).await {
        let place = place(at, &bench.cassette.calls[at]);
        trying.tried();
        for denied in player.heard().denied {
            trying.breach("nothing that the gate must refuse", denied, place.clone());
        }
    }
    trying.verdict("the cassette holds no call")
}

/// `user-agent`
pub async fn user_agent(bench: &Bench) -> Verdict {
    let mut trying = Trying::default();
    for (at, _, player) in played(bench).await {
        for asked in player.heard().http {
            let own = asked.headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("user-agent"));
            let fits = own.is_none_or(|(_, value)| !value.trim().is_empty() && !value.contains("Mozilla"));
            trying.expect(
                fits,
                "no User-Agent, so that the host names itself, or an honest one",
                || own.map(|(_, value)| format!("{value:?}")).unwrap_or_default(),
                format!("{}, {}", place(at, &bench.cassette.calls[at]), asked.line()),
            );
        }
    }
    trying.verdict("the connector makes no HTTP request")
}
