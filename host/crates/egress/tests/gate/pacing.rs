//! What a platform allows: waits that it asked for, rates of our own, and who shares them.

use std::sync::Arc;
use std::time::Duration;

use hark_egress::{Secret, Shared, SourceGate};
use hark_model::{Placement, SourceName};

use crate::kit::{call, call_with, credential, gate, get, get_with, options};
use crate::server::{Reply, Server, ok, reply};

/// A source of this name with the credential `value`, to all of `origins`.
fn source(shared: &Shared, name: &str, value: &str, origins: &[&str], per_min: u32) -> Arc<SourceGate> {
    let mut options = options(origins);
    options.source = SourceName::parse(name).unwrap();
    let mut key = credential(Placement::Bearer, origins);
    key.secret = Some(Secret::from(value.to_owned()));
    options.credentials = vec![key];
    options.limits.requests_per_min = per_min;
    options.shared = shared.clone();
    gate(options)
}

async fn status(gate: &Arc<SourceGate>, url: String) -> u16 {
    call(gate).send(get_with(url, "key")).await.unwrap().status
}

fn busy(seen: &crate::server::Seen) -> Reply {
    match seen.target.as_str() {
        "/busy" => reply("429 Busy", "retry-after: 600\r\nx-quota: 0\r\n", "slow down"),
        "/down" => reply("503 Down", "retry-after: 600\r\n", "down"),
        "/hint" => reply("429 Busy", "", "slow down"),
        "/soon" => reply("429 Busy", "retry-after: 0\r\n", "slow down"),
        _ => ok("x"),
    }
}

#[tokio::test]
async fn a_wait_is_obeyed_by_all_who_share_the_credential_on_that_host() {
    let (server, other) = (Server::start(busy).await, Server::start(busy).await);
    let origins = [server.origin(), other.origin()];
    let origins = origins.each_ref().map(String::as_str);
    let shared = Shared::default();
    let one = source(&shared, "one", "canary-token", &origins, 600);
    let two = source(&shared, "two", "canary-token", &origins, 600);
    let three = source(&shared, "three", "another-token", &origins, 600);
    let apart = source(&Shared::default(), "two", "canary-token", &origins, 600);
    assert_eq!(status(&one, server.url("/busy")).await, 429);
    let asked = server.seen().len();
    for gate in [&one, &two] {
        let mut call = call(gate);
        let held = call.send(get_with(server.url("/fine"), "key")).await.unwrap();
        assert_eq!((held.status, held.body.as_slice()), (429, &b"slow down"[..]));
        let header =
            |name: &str| held.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value);
        assert_eq!(header("x-quota").map(String::as_str), Some("0"));
        let left: u64 = header("retry-after").unwrap().parse().unwrap();
        assert!((1..=600).contains(&left), "{left}");
        let report = call.finish();
        assert_eq!(
            (report.requests, report.payloads.len()),
            (0, 1),
            "nothing was sent, and the answer is kept"
        );
        assert!(report.payloads[0].label.ends_with("(not asked)"), "{}", report.payloads[0].label);
    }
    assert_eq!(server.seen().len(), asked);
    // Others are not held back: another credential, another host, no credential, another process.
    assert_eq!(status(&three, server.url("/fine")).await, 200);
    assert_eq!(status(&two, other.url("/fine")).await, 200);
    assert_eq!(call(&two).send(get(server.url("/fine"))).await.unwrap().status, 200);
    assert_eq!(status(&apart, server.url("/fine")).await, 200);
}

#[tokio::test]
async fn only_a_wait_that_was_asked_for_holds_back() {
    let server = Server::start(busy).await;
    let origin = server.origin();
    for (path, first, then) in [("/hint", 429, 200), ("/soon", 429, 200), ("/down", 503, 503)] {
        let gate = source(&Shared::default(), "one", "canary-token", &[&origin], 600);
        assert_eq!(status(&gate, server.url(path)).await, first, "{path}");
        assert_eq!(status(&gate, server.url("/fine")).await, then, "after {path}");
    }
}

#[tokio::test]
async fn a_rate_is_shared_and_what_cannot_wait_is_told_so() {
    let server = Server::start(busy).await;
    let origin = server.origin();
    let shared = Shared::default();
    let one = source(&shared, "one", "canary-token", &[&origin], 6);
    let two = source(&shared, "two", "canary-token", &[&origin], 6);
    for gate in [&one, &two, &one, &two, &one, &two] {
        assert_eq!(status(gate, server.url("/fine")).await, 200);
    }
    // The next would go out ten seconds later, and this call does not have them.
    for gate in [&one, &two] {
        let mut brief = call_with(gate, 9, Duration::from_secs(3));
        let held = brief.send(get_with(server.url("/fine"), "key")).await.unwrap();
        assert_eq!((held.status, held.headers.len()), (429, 1), "{held:?}");
        let left: u64 = held.headers[0].1.parse().unwrap();
        assert!(held.headers[0].0 == "retry-after" && (1..=10).contains(&left), "{held:?}");
    }
    assert_eq!(server.seen().len(), 6);
}

#[tokio::test]
async fn what_can_wait_waits() {
    let server = Server::start(busy).await;
    let origin = server.origin();
    let gate = source(&Shared::default(), "one", "canary-token", &[&origin], 600);
    let mut call = call_with(&gate, 2_000, Duration::from_secs(60));
    // A minute's worth at once, and a few that have their turns a tenth of a second apart.
    for at in 0..604 {
        let answer = call.send(get_with(&origin, "key")).await.unwrap();
        assert_eq!(answer.status, 200, "request {at}");
    }
    assert_eq!(server.seen().len(), 604);
}

#[tokio::test]
async fn a_polling_source_makes_fifty_requests_on_one_connection() {
    let server = Server::start(|_| ok("x")).await;
    let origin = server.origin();
    let shared = Shared::default();
    let gate = source(&shared, "one", "canary-token", &[&origin], 3_000);
    for poll in 0..60 {
        // Each poll is a call of its own.
        assert_eq!(status(&gate, server.url(&format!("/poll/{poll}"))).await, 200);
    }
    assert_eq!((server.seen().len(), server.connections()), (60, 1));
}
