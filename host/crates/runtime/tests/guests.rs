//! One test for each guest: the limit holds, the error is readable, and the next call of another connector
//! works.

#![allow(clippy::unwrap_used, reason = "a test may end at once")]

mod house;

use hark_egress::BoundCredential;
use hark_kit::guest_names;
use hark_model::{AuthWhy, CredentialInfo, Event, Fault, FaultClass, Placement, Raw, SourceLimits};
use hark_runtime::{CallContext, CallError, LoadError, LogLevel, TrapKind};
use house::{House, SMALL, all, context, id, listened, request};
use tokio::net::TcpListener;

/// Guests that other tests call.
const CALLED_ELSEWHERE: &[&str] =
    &["faulty", "faulty_always", "faulty_wire", "hunts", "pages", "platform", "speaks_0_1", "speaks_0_2"];

/// Makes one test of each guest, and the list of guests that have one.
macro_rules! guests {
    ($($guest:ident)+) => {
        const CALLED: &[&str] = &[$(stringify!($guest)),+];
        mod guest {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $guest() {
                let house = super::House::new().await;
                super::$guest(&house).await;
                house.still_serves().await;
            })+
        }
    };
}

guests! {
    floods_log good hoards_memory huge_list invalid_events lies panics pries recurses sleeps_in_host_call spins
    traps
}

#[test]
fn every_guest_is_called_by_a_test() {
    let mut called = [CALLED, CALLED_ELSEWHERE].concat();
    called.sort_unstable();
    assert_eq!(guest_names(), called);
}

async fn good(house: &House) {
    let (context, lines) = listened(SMALL);
    let report = house.good.read(context.clone(), "{}", request("items")).await;
    let batch = report.result.unwrap();
    assert_eq!(batch.events.len(), 3);
    assert_eq!(batch.cursor.as_deref(), Some(&b"1"[..]));
    assert!(report.payloads.is_empty());
    let usage = report.usage;
    assert_eq!((usage.log_lines, usage.log_lines_dropped, usage.progress), (3, 0, Some((1, Some(2)))));
    assert!(usage.memory_peak_bytes > 0 && usage.memory_peak_bytes <= 8 << 20, "{usage:?}");
    assert!(!usage.computing.is_zero() && usage.computing <= usage.wall, "{usage:?}");
    drop(context);
    let lines: Vec<_> = all(lines).into_iter().map(|line| (line.level, line.text)).collect();
    let want = [(LogLevel::Info, "reading items"), (LogLevel::Debug, "out"), (LogLevel::Info, "err")];
    assert_eq!(lines, want.map(|(level, text)| (level, text.to_owned())));

    let raw = |body: &str| Raw {
        label: "page".to_owned(),
        media_type: "text/plain".to_owned(),
        body: body.into(),
        payload: 7,
        received_at: 0,
    };
    let events = house.good.normalise(self::context(SMALL), "{}", raw("one two")).await.result.unwrap();
    assert_eq!(events.iter().map(id).collect::<Vec<_>>(), ["one", "two"]);

    let fault = house.good.read(self::context(SMALL), "{}", request("nothing")).await.result.unwrap_err();
    assert_eq!((fault.class(), fault.to_string()), (FaultClass::NotFound, "not found: nothing".to_owned()));
    let fault = house.good.discover(self::context(SMALL), "{}").await.result.unwrap_err();
    assert_eq!(fault.class(), FaultClass::Unsupported);
    // Pure exports have no network, whatever gate there is.
    let (gated, _listener) = gate("normalise").await;
    let denied = house.good.normalise(gated, "{}", raw("ask")).await.result.unwrap_err();
    assert!(denied.to_string().contains("`normalise` has no network"), "{denied}");
}

#[tokio::test]
async fn what_the_gate_brings_arrives_with_its_payload() {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let house = House::new().await;
    let (context, listener) = gate("page").await;
    let address = listener.local_addr().unwrap();
    let server = tokio::spawn(async move {
        let (mut socket, _) = listener.accept().await.unwrap();
        let mut request = Vec::new();
        while !request.ends_with(b"\r\n\r\n") {
            request.push(socket.read_u8().await.unwrap());
        }
        let head = "HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\ncontent-length: 5\r\nconnection: close";
        socket.write_all(format!("{head}\r\n\r\nhello").as_bytes()).await.unwrap();
    });
    let mut request = request("page");
    request.cursor = Some(format!("http://{address}/").into_bytes());
    let report = house.good.read(CallContext { limits: SMALL, ..context }, "{}", request).await;
    server.await.unwrap();
    let batch = report.result.unwrap();
    let [Event::Item(item)] = &batch.events[..] else { panic!("{batch:?}") };
    let [payload] = &report.payloads[..] else { panic!("{:?}", report.payloads) };
    assert_eq!((item.text.as_str(), item.origin.payload), ("hello", payload.id));
    assert_eq!((payload.body.as_slice(), payload.status), (&b"hello"[..], Some(200)));
    assert_eq!((report.usage.requests, report.usage.bytes_in), (1, 5));
}

async fn spins(house: &House) {
    let limits = SourceLimits { cpu_ms: 50, ..SMALL };
    let error = house.failure("spins", "all", limits).await;
    assert!(matches!(error, CallError::CpuBudget { spent_ms: 50.., limit_ms: 50 }), "{error}");
    let told = error.to_string();
    assert!(told.starts_with("connector spun for 0."), "{told}");
    assert!(told.ends_with("s of computing (limit `cpu_ms` is 50)"), "{told}");
    assert_eq!((error.class(), error.limit_key()), (FaultClass::Broken, Some("cpu_ms")));
}

async fn hoards_memory(house: &House) {
    let report = house.read("hoards_memory", "pieces", SMALL).await;
    let error = report.result.unwrap_err();
    assert!(matches!(error, CallError::Memory { wanted_mib: 9.., limit_mib: 8 }), "{error}");
    assert!(error.to_string().ends_with("MiB of memory (limit `memory_mib` is 8)"), "{error}");
    assert!(report.usage.memory_peak_bytes > 4 << 20 && report.usage.memory_peak_bytes <= 8 << 20);
    // Who asks first and takes no for an answer goes on.
    let error = house.failure("hoards_memory", "asks-first", SMALL).await;
    assert_eq!(error.to_string(), "passing trouble: no memory for that");
    // No source gets more than the slots have, whatever its own limit says.
    let greedy = SourceLimits { memory_mib: 1 << 40, ..SMALL };
    let error = house.failure("hoards_memory", "pieces", greedy).await;
    assert!(matches!(error, CallError::Memory { limit_mib: 64, .. }), "{error}");
}

async fn recurses(house: &House) {
    for (stream, function) in [("deep", "deeper"), ("wide", "wider")] {
        let error = house.failure("recurses", stream, SMALL).await;
        let want = "connector crashed: it called itself too deep (stack overflow)";
        assert_eq!(error.to_string(), want, "{stream}");
        let CallError::Trap { kind, backtrace, .. } = error else { panic!("{stream}: {error}") };
        assert_eq!(kind, TrapKind::StackOverflow, "{stream}");
        assert!(backtrace.contains(function), "{stream}: {backtrace}");
    }
}

async fn floods_log(house: &House) {
    let connector = house.load("floods_log").await;
    for stream in ["many", "stdout"] {
        let (context, lines) = listened(SMALL);
        let report = connector.read(context, "{}", request(stream)).await;
        assert!(report.result.is_ok(), "{stream}");
        assert_eq!((report.usage.log_lines, report.usage.log_lines_dropped), (20, 4_980), "{stream}");
        assert_eq!(all(lines).last().unwrap().text, "line 19", "{stream}");
    }
    let (context, lines) = listened(SMALL);
    assert!(connector.read(context, "{}", request("nasty")).await.result.is_ok());
    let line = all(lines).remove(0).text;
    assert!(line.starts_with("\\u{1b}[2Jgone\\r\\nERROR host: all is lost \\u{202e}xxx"), "{line}");
    assert!(line.ends_with("x…") && line.len() < 150 && !line.chars().any(char::is_control), "{line}");
    let error = house.failure("floods_log", "huge", SMALL).await;
    assert_eq!(
        error.to_string(),
        "connector passed more than 64 KiB to one host call (limit `host_call_kib`)"
    );
}

async fn huge_list(house: &House) {
    let roomy = SourceLimits { memory_mib: 64, ..SMALL };
    let cases = [
        ("many", "connector answered with 101 events (limit `batch_events` is 100)", "batch_events"),
        ("very-many", "connector answered with more than 1 MiB (limit `batch_mib`)", "batch_mib"),
        ("large", "connector answered with more than 1 MiB (limit `batch_mib`)", "batch_mib"),
    ];
    for (stream, want, key) in cases {
        let error = house.failure("huge_list", stream, roomy).await;
        assert_eq!((error.to_string().as_str(), error.limit_key()), (want, Some(key)), "{stream}");
    }
    // Within its limits the same answer arrives.
    let raised = SourceLimits { batch_mib: 16, batch_events: 200, memory_mib: 64, ..SMALL };
    for (stream, events) in [("many", 101), ("large", 1)] {
        let batch = house.read("huge_list", stream, raised).await.result.unwrap();
        assert_eq!(batch.events.len(), events, "{stream}");
    }
}

async fn invalid_events(house: &House) {
    // Inside the types nothing is judged here: admission sees every event, and keeps the good ones.
    let batch = house.read("invalid_events", "odd", SMALL).await.result.unwrap();
    assert_eq!(batch.events.len(), 6);
    assert_eq!(id(&batch.events[1]).len(), 10_000);
    assert!(matches!(&batch.events[2], Event::Item(item) if item.published_at == i64::MIN));

    let error = house.failure("invalid_events", "not-utf8", SMALL).await;
    assert!(matches!(error, CallError::InvalidBatch(_)), "{error}");
    assert!(
        error.to_string().starts_with("connector answered outside the contract: invalid utf-8"),
        "{error}"
    );
    for (stream, what) in [("long-cursor", "cursor"), ("long-continuation", "continuation")] {
        let roomy = SourceLimits { batch_mib: 8, ..SMALL };
        let error = house.failure("invalid_events", stream, roomy).await;
        let want = format!(
            "connector answered outside the contract: the {what} has 1048576 bytes, at most 65536 are kept"
        );
        assert_eq!(error.to_string(), want);
    }
    let delivery = hark_model::Delivery {
        payload: 1,
        method: "POST".to_owned(),
        path: "/".to_owned(),
        query: String::new(),
        headers: Vec::new(),
        body: Vec::new(),
        received_at: 0,
    };
    let connector = house.load("invalid_events").await;
    let error = connector.receive(context(SMALL), "{}", delivery).await.result.unwrap_err();
    assert!(error.to_string().ends_with("7 is no HTTP status to answer a delivery with"), "{error}");
}

async fn panics(house: &House) {
    let report = house.read("panics", "all", SMALL).await;
    let error = report.result.unwrap_err();
    assert!(matches!(error, CallError::Panic(_)), "{error}");
    let told = error.to_string();
    assert!(told.starts_with("connector panicked: no idea what to do with all at "), "{told}");
    assert!(told.contains("panics.rs:"), "{told}");
    assert!(report.usage.panic_message.unwrap().starts_with("no idea"));
    // The message is kept also where no log line is.
    let mute = SourceLimits { log_lines: 0, ..SMALL };
    assert_eq!(house.failure("panics", "all", mute).await.to_string(), told);
}

async fn traps(house: &House) {
    let cases = [
        ("aborts", TrapKind::Unreachable, "connector crashed: it aborted without a word"),
        (
            "complains",
            TrapKind::Unreachable,
            "connector crashed: it aborted; its last words: the world is not as it should be",
        ),
        ("exits", TrapKind::Exit, "connector crashed: it ended itself with exit code 1"),
        ("reaches-out", TrapKind::OutOfBounds, "connector crashed: it touched memory that is not there"),
    ];
    for (stream, want_kind, want) in cases {
        let error = house.failure("traps", stream, SMALL).await;
        assert_eq!(error.to_string(), want, "{stream}");
        let CallError::Trap { kind, .. } = error else { panic!("{stream}: {error}") };
        assert_eq!(kind, want_kind, "{stream}");
    }
}

/// A context that may go to a listener of this test, which accepts and never says a word.
async fn gate(source: &str) -> (CallContext, TcpListener) {
    gate_with(source, Vec::new()).await
}

async fn gate_with(source: &str, credentials: Vec<BoundCredential>) -> (CallContext, TcpListener) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let limits = SourceLimits { call_secs: 1, request_secs: 600, ..SMALL };
    let gate = Some(house::gate(source, port, credentials, limits));
    (CallContext { source: source.to_owned(), gate, limits, log: None }, listener)
}

async fn sleeps_in_host_call(house: &House) {
    let connector = house.load("sleeps_in_host_call").await;
    for stream in ["http", "wire", "clock"] {
        let (context, listener) = gate(stream).await;
        let port = listener.local_addr().unwrap().port();
        let scheme = if stream == "wire" { "tls" } else { "http" };
        let mut request = request(stream);
        request.cursor = Some(format!("{scheme}://127.0.0.1:{port}").into_bytes());
        let report = connector.read(context, "{}", request).await;
        let error = report.result.unwrap_err();
        assert_eq!(error, CallError::Deadline { secs: 1 }, "{stream}: {error}");
        assert_eq!(error.to_string(), "connector did not answer within 1 s (limit `call_secs`)");
        assert_eq!(error.class(), FaultClass::Transient);
        // What the call had spent is told all the same.
        assert_eq!(report.usage.requests, u32::from(stream != "clock"), "{stream}");
    }
    let error = connector.read(context(SMALL), "{}", request("http")).await.result.unwrap_err();
    assert_eq!(error.to_string(), "setting `grant.hosts`: this call has no network");
}

async fn lies(house: &House) {
    let error = house.runtime.load(&hark_kit::guest_bytes("lies")).await.unwrap_err();
    let LoadError::Manifest(why) = &error else { panic!("{error}") };
    assert_eq!(error.to_string(), "the connector's manifest is wrong");
    assert_eq!(why.to_string(), "streams: \"inbox\" stands there twice");
}

async fn pries(house: &House) {
    let connector = house.load("pries").await;
    // More often than there are slots: what an earlier call left behind would be found.
    for _ in 0..3 {
        let (context, lines) = listened(SMALL);
        let report = connector.read(context, "{}", request("all")).await;
        assert!(report.result.is_ok(), "{:?}", report.result);
        let texts: Vec<_> = all(lines).into_iter().map(|line| line.text).collect();
        assert_eq!(texts, ["looked at 13"]);
    }
    // A key that is not there is no empty signature: the call ends, and the operator is told.
    let error = house.failure("pries", "key", SMALL).await;
    assert_eq!(
        error.to_string(),
        "connector was stopped: credential \"hook\" cannot be used here: this call has no gate"
    );
    assert_eq!(error.class(), FaultClass::Config);
    // Declared, optional and not bound is no crash either: it is the fault that the operator can mend.
    let connector = house.load("pries").await;
    let (gated, _listener) = gate_with("keyless", vec![unbound("hook")]).await;
    let error = connector.read(gated, "{}", request("key")).await.result.unwrap_err();
    let CallError::Fault(Fault::Auth { why: AuthWhy::Missing, .. }) = &error else { panic!("{error:?}") };
    assert_eq!(
        error.to_string(),
        "not signed in: credential `hook` has no value: set `hook = \"env:...\"` (or file:, cmd:) under [source.keyless.credentials]"
    );
    assert_eq!(error.class(), FaultClass::Auth);
}

/// A webhook key that the operator has not bound.
fn unbound(name: &str) -> BoundCredential {
    BoundCredential {
        info: CredentialInfo {
            name: name.to_owned(),
            title: "a key".to_owned(),
            placement: Placement::WebhookKey,
            audience: Vec::new(),
            optional: true,
        },
        audience_hosts: Vec::new(),
        audience_endpoints: Vec::new(),
        secret: None,
    }
}
