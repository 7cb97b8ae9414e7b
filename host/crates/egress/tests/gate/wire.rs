//! Wires: both keys, TLS, logins, and what is read back.

use std::future::Future;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hark_egress::{GateOptions, Names, SecretEncoding, WireConnection, WireFault, limits};
use hark_model::Placement;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

use crate::kit::{Authority, CANARY, all_here, call, call_with, credential, endpoints, gate, wire_options};

const NAME: &str = "mail.example.com";

/// Accepts one connection after another and hands each to `script`.
pub async fn serve<F, R>(script: F) -> SocketAddr
where
    F: Fn(TcpStream) -> R + Send + 'static,
    R: Future<Output = ()> + Send + 'static,
{
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((tcp, _)) = listener.accept().await {
            tokio::spawn(script(tcp));
        }
    });
    address
}

/// A TLS server that answers each line with `got ` and the line.
pub async fn echo(acceptor: TlsAcceptor) -> SocketAddr {
    serve(move |tcp| {
        let acceptor = acceptor.clone();
        async move {
            let Ok(tls) = acceptor.accept(tcp).await else { return };
            let mut stream = BufReader::new(tls);
            stream.write_all(b"* hello\r\n").await.unwrap();
            let mut line = Vec::new();
            while stream.read_until(b'\n', &mut line).await.is_ok_and(|count| count > 0) {
                let answer = [b"got ", line.as_slice()].concat();
                if stream.write_all(&answer).await.is_err() {
                    return;
                }
                line.clear();
            }
        }
    })
    .await
}

/// Options for one endpoint that takes the canary as its login.
pub fn secured(authority: &Authority, pattern: &str) -> GateOptions {
    let mut options = wire_options(pattern);
    options.names = all_here();
    options.grant.ca_file = Some(authority.file());
    options.credentials = vec![credential(Placement::WireLogin, &[pattern])];
    options
}

async fn connect(options: GateOptions, endpoint: &str) -> Result<WireConnection, WireFault> {
    call(&gate(options)).connect(endpoint).await
}

/// Reads until `end` was read.
async fn read_to(wire: &mut WireConnection, end: &str) -> String {
    let mut text = Vec::new();
    while !text.ends_with(end.as_bytes()) {
        text.extend(wire.read(4096, 10_000).await.unwrap());
    }
    String::from_utf8(text).unwrap()
}

fn denied<T>(result: Result<T, WireFault>) -> String {
    match result {
        Err(WireFault::Denied(why)) => why,
        Err(other) => panic!("not denied: {other:?}"),
        Ok(_) => panic!("not denied"),
    }
}

#[tokio::test]
async fn tls_from_the_first_byte_and_a_login() {
    let authority = Authority::new();
    let address = echo(authority.acceptor(NAME)).await;
    let endpoint = format!("tls://{NAME}:{}", address.port());
    let gate = gate(secured(&authority, &endpoint));
    let mut call = call(&gate);
    let mut wire = call.connect(&endpoint).await.unwrap();
    assert_eq!(read_to(&mut wire, "\n").await, "* hello\r\n");
    wire.write(b"a1 CAPABILITY\r\n").await.unwrap();
    assert_eq!(read_to(&mut wire, "\n").await, "got a1 CAPABILITY\r\n");
    wire.write_secret(b"a2 LOGIN jo ", "key", "jo", SecretEncoding::ImapQuoted, b"\r\n").await.unwrap();
    assert_eq!(read_to(&mut wire, "\n").await, "got a2 LOGIN jo \"***\"\r\n");
    let id = call.keep("mail 7", "message/rfc822", format!("From: x\r\n\r\n{CANARY}").into_bytes(), 5);
    let report = call.finish();
    assert_eq!((id, report.requests), (1, 1));
    assert_eq!(report.bytes_out, 15 + 12 + 2 + CANARY.len() as u64 + 2);
    assert_eq!(
        (report.payloads[0].label.as_str(), report.payloads[0].body.as_slice()),
        ("mail 7", &b"From: x\r\n\r\n***"[..])
    );
}

#[tokio::test]
async fn every_encoding_arrives_and_none_comes_back() {
    let authority = Authority::new();
    let address = echo(authority.acceptor(NAME)).await;
    let endpoint = format!("tls://{NAME}:{}", address.port());
    let gate = gate(secured(&authority, &endpoint));
    for (encoding, prefix) in [
        (SecretEncoding::Verbatim, "PASS "),
        (SecretEncoding::ImapQuoted, "a1 LOGIN jo "),
        (SecretEncoding::SaslPlain, "a1 AUTHENTICATE PLAIN "),
        (SecretEncoding::SaslXoauth2, "a1 AUTHENTICATE XOAUTH2 "),
    ] {
        let mut wire = call(&gate).connect(&endpoint).await.unwrap();
        wire.write_secret(prefix.as_bytes(), "key", "jo", encoding, b"\r\n").await.unwrap();
        // One byte at a time, so that only whole matches can help.
        let mut text = String::new();
        while !text.ends_with("\r\n") || !text.contains("got") {
            text.push_str(&String::from_utf8(wire.read(1, 10_000).await.unwrap()).unwrap());
        }
        assert!(text.contains("***"), "{text}");
        for part in [
            CANARY,
            "canary",
            &STANDARD.encode(CANARY)[..8],
            &STANDARD.encode(format!("\0jo\0{CANARY}"))[8..16],
        ] {
            assert!(!text.contains(part), "{text}");
        }
    }
}

#[tokio::test]
async fn both_keys_addresses_and_budget_hold_for_wires() {
    let authority = Authority::new();
    let address = echo(authority.acceptor(NAME)).await;
    let endpoint = format!("tls://{NAME}:{}", address.port());
    let mut cases = Vec::new();
    let mut options = secured(&authority, &endpoint);
    options.endpoints.clear();
    cases.push((options, "manifest"));
    let mut options = secured(&authority, &endpoint);
    options.grant.endpoints = endpoints(&[&endpoint.replace("tls:", "starttls:")]);
    cases.push((options, "grants"));
    let mut options = secured(&authority, &endpoint);
    options.grant.private_addresses.clear();
    cases.push((options, "loopback"));
    let mut options = secured(&authority, &endpoint);
    options.names = Names::Table(Arc::new(|_| vec![[127, 0, 0, 1].into(), [10, 0, 0, 1].into()]));
    cases.push((options, "10.0.0.1, which is private"));
    for (options, rule) in cases {
        let why = denied(connect(options, &endpoint).await);
        assert!(why.contains(rule), "{why}");
    }
    let literal = format!("tls://127.0.0.1:{}", address.port());
    let mut options = wire_options(&literal);
    options.grant.private_addresses.clear();
    assert!(denied(connect(options, &literal).await).contains("loopback"));
    let why = denied(connect(secured(&authority, &endpoint), "tls://*.example.com:993").await);
    assert!(why.contains("no wildcard"), "{why}");
    let mut spent = call_with(&gate(secured(&authority, &endpoint)), 1, Duration::from_secs(60));
    assert!(spent.connect(&endpoint).await.is_ok());
    assert!(matches!(spent.connect(&endpoint).await, Err(WireFault::Budget)));
}

#[tokio::test]
async fn tls_checks_authority_and_name() {
    let authority = Authority::new();
    let address = echo(authority.acceptor("other.example.com")).await;
    let endpoint = format!("tls://{NAME}:{}", address.port());
    assert!(matches!(connect(secured(&authority, &endpoint), &endpoint).await, Err(WireFault::Tls(_))));
    let right = endpoint.replace(NAME, "other.example.com");
    let mut stranger = secured(&authority, &right);
    stranger.grant.ca_file = None;
    assert!(matches!(connect(stranger, &right).await, Err(WireFault::Tls(_))));
    assert!(connect(secured(&authority, &right), &right).await.is_ok());
}

/// A server that says `greeting`, waits for a line, says `answer`, and then does TLS.
async fn starttls(acceptor: TlsAcceptor, answer: Vec<u8>) -> SocketAddr {
    serve(move |mut tcp| {
        let (acceptor, answer) = (acceptor.clone(), answer.clone());
        async move {
            tcp.write_all(b"* hello\r\n").await.unwrap();
            let mut line = Vec::new();
            while !line.ends_with(b"\n") {
                let Ok(byte) = tcp.read_u8().await else { return };
                line.push(byte);
            }
            if tcp.write_all(&answer).await.is_err() {
                return;
            }
            let Ok(mut tls) = acceptor.accept(tcp).await else { return };
            tls.write_all(b"* now secret\r\n").await.unwrap();
            let mut rest = Vec::new();
            let _ = tls.read_to_end(&mut rest).await;
        }
    })
    .await
}

#[tokio::test]
async fn starttls_upgrades_in_place_and_opens_the_way_for_a_login() {
    let authority = Authority::new();
    let address = starttls(authority.acceptor(NAME), b"a1 OK go\r\n".to_vec()).await;
    let endpoint = format!("starttls://{NAME}:{}", address.port());
    let mut wire = connect(secured(&authority, &endpoint), &endpoint).await.unwrap();
    assert_eq!(read_to(&mut wire, "\n").await, "* hello\r\n");
    wire.write(b"a1 STARTTLS\r\n").await.unwrap();
    let early = wire.write_secret(b"a2 LOGIN jo ", "key", "jo", SecretEncoding::ImapQuoted, b"\r\n").await;
    assert!(denied(early).contains("only after TLS"));
    assert_eq!(read_to(&mut wire, "\n").await, "a1 OK go\r\n");
    wire.start_tls().await.unwrap();
    assert_eq!(read_to(&mut wire, "\n").await, "* now secret\r\n");
    assert!(denied(wire.start_tls().await).contains("up already"));
    wire.write_secret(b"a2 LOGIN jo ", "key", "jo", SecretEncoding::ImapQuoted, b"\r\n").await.unwrap();
}

#[tokio::test]
async fn what_was_slipped_in_before_tls_is_never_read() {
    let authority = Authority::new();
    // More than the gate reads ahead, so that some waits in the socket, too.
    let mut answer = b"a1 OK go\r\n* injected\r\n".to_vec();
    answer.resize(20_000, b'x');
    for answer in [b"a1 OK go\r\n* injected\r\n".to_vec(), answer] {
        let address = starttls(authority.acceptor(NAME), answer).await;
        let endpoint = format!("starttls://{NAME}:{}", address.port());
        let mut wire = connect(secured(&authority, &endpoint), &endpoint).await.unwrap();
        assert_eq!(read_to(&mut wire, "\n").await, "* hello\r\n");
        wire.write(b"a1 STARTTLS\r\n").await.unwrap();
        let first = wire.read(10, 10_000).await.unwrap();
        assert!(b"a1 OK go\r\n".starts_with(&first));
        match wire.start_tls().await {
            Ok(()) => assert_eq!(read_to(&mut wire, "\n").await, "* now secret\r\n"),
            // What comes after the upgrade has begun breaks the handshake, and is not read either.
            Err(WireFault::Tls(_)) => assert_eq!(wire.read(10, 1_000).await, Err(WireFault::Closed)),
            Err(other) => panic!("{other:?}"),
        }
    }
}

#[tokio::test]
async fn a_server_without_starttls_gets_no_secret_and_little_else() {
    let authority = Authority::new();
    let address = serve(|mut tcp| async move {
        let _ = tcp.write_all(b"* hello\r\na1 NO not here\r\n").await;
        while tcp.write_all(&[b'x'; 4096]).await.is_ok() {}
    })
    .await;
    let endpoint = format!("starttls://{NAME}:{}", address.port());
    let mut wire = connect(secured(&authority, &endpoint), &endpoint).await.unwrap();
    let login = wire.write_secret(b"a2 LOGIN jo ", "key", "jo", SecretEncoding::ImapQuoted, b"\r\n").await;
    assert!(denied(login).contains("only after TLS"));
    let mut read = 0;
    let end = loop {
        match wire.read(4096, 10_000).await {
            Ok(bytes) => read += bytes.len(),
            Err(fault) => break fault,
        }
    };
    assert!(matches!(end, WireFault::Denied(_)), "{end:?}");
    assert!(read <= limits::WIRE_PLAIN_BYTES_MAX);
    let mut wire = connect(secured(&authority, &endpoint), &endpoint).await.unwrap();
    assert!(denied(wire.write(&vec![b'x'; limits::WIRE_PLAIN_BYTES_MAX + 1]).await).contains("before TLS"));
}

#[tokio::test]
async fn a_secret_is_written_once_as_a_login_to_its_audience() {
    let authority = Authority::new();
    let address = echo(authority.acceptor(NAME)).await;
    let endpoint = format!("tls://{NAME}:{}", address.port());
    let login = |prefix: &'static [u8], name: &'static str, before: &'static [u8], options: GateOptions| {
        let endpoint = endpoint.clone();
        async move {
            let mut wire = connect(options, &endpoint).await.unwrap();
            wire.write(before).await.unwrap();
            let first = wire.write_secret(prefix, name, "jo", SecretEncoding::SaslPlain, b"\r\n").await;
            (first, wire)
        }
    };
    let fine = || secured(&authority, &endpoint);
    let (first, mut wire) = login(b"a1 AUTHENTICATE PLAIN ", "key", b"a0 NOOP\r\n", fine()).await;
    assert_eq!(first, Ok(()));
    let second = wire.write_secret(b"a2 LOGIN jo ", "key", "jo", SecretEncoding::SaslPlain, b"\r\n").await;
    assert!(denied(second).contains("one secret"));
    let (first, _) = login(b"a1 APPEND INBOX ", "key", b"", fine()).await;
    assert!(denied(first).contains("only as part of a login"));
    let (first, _) = login(b"a1 LOGIN jo ", "key", b"a0 LOGIN evil pw\r\n", fine()).await;
    assert!(denied(first).contains("only as part of a login"));
    let (first, _) = login(b"a1 LOGIN jo ", "other", b"", fine()).await;
    assert!(denied(first).contains("not declared"));
    let mut astray = fine();
    astray.credentials = vec![credential(Placement::WireLogin, &["tls://else.example.com:993"])];
    let (first, _) = login(b"a1 LOGIN jo ", "key", b"", astray).await;
    assert!(denied(first).contains("outside the audience"));
    let mut bearer = fine();
    bearer.credentials = vec![credential(Placement::Bearer, &[&endpoint])];
    let (first, _) = login(b"a1 LOGIN jo ", "key", b"", bearer).await;
    assert!(denied(first).contains("not a wire login"));
}

#[tokio::test]
async fn bytes_and_time_are_capped_and_the_end_is_told() {
    let authority = Authority::new();
    let acceptor = authority.acceptor(NAME);
    let address = serve(move |tcp| {
        let acceptor = acceptor.clone();
        async move {
            let Ok(mut tls) = acceptor.accept(tcp).await else { return };
            match tls.read_u8().await.unwrap_or(0) {
                b'f' => while tls.write_all(&[b'x'; 4096]).await.is_ok() {},
                b'e' => _ = tls.shutdown().await,
                // The beginning of the secret, and no more.
                b'h' => {
                    tls.write_all(b"say canary").await.unwrap();
                    _ = tls.read_u8().await;
                }
                _ => _ = tls.read_to_end(&mut Vec::new()).await,
            }
        }
    })
    .await;
    let endpoint = format!("tls://{NAME}:{}", address.port());
    let mut options = secured(&authority, &endpoint);
    options.limits.wire_mib = 1;
    let gate = gate(options);

    let mut flood = call(&gate).connect(&endpoint).await.unwrap();
    flood.write(b"f").await.unwrap();
    let mut read = 0;
    let end = loop {
        match flood.read(u32::MAX, 10_000).await {
            Ok(bytes) => read += bytes.len(),
            Err(fault) => break fault,
        }
    };
    assert_eq!(end, WireFault::Budget);
    assert!(read <= 1 << 20, "{read}");

    let mut ended = call(&gate).connect(&endpoint).await.unwrap();
    ended.write(b"e").await.unwrap();
    assert_eq!(ended.read(10, 10_000).await, Err(WireFault::Closed));

    let mut held = call(&gate).connect(&endpoint).await.unwrap();
    held.write(b"h").await.unwrap();
    assert_eq!(held.read(100, 10_000).await.unwrap(), b"say ");
    assert_eq!(held.read(100, 50).await.unwrap(), b"canary");

    let mut silent = call(&gate).connect(&endpoint).await.unwrap();
    silent.write(b"s").await.unwrap();
    assert_eq!(silent.read(0, 10).await.unwrap(), b"");
    assert_eq!(silent.read(10, 30).await, Err(WireFault::Timeout));
    assert_eq!(silent.write(&vec![0; limits::WIRE_WRITTEN_BYTES_MAX]).await, Err(WireFault::Budget));
    let mut brief = call_with(&gate, 1, Duration::from_millis(500));
    let mut late = brief.connect(&endpoint).await.unwrap();
    late.write(b"s").await.unwrap();
    assert_eq!(late.read(10, u32::MAX).await, Err(WireFault::Timeout));
}

#[tokio::test]
async fn a_mute_server_does_not_hold_a_call() {
    let authority = Authority::new();
    let address = serve(|mut tcp| async move { _ = tcp.read_to_end(&mut Vec::new()).await }).await;
    let endpoint = format!("tls://{NAME}:{}", address.port());
    let mut brief = call_with(&gate(secured(&authority, &endpoint)), 1, Duration::from_millis(100));
    assert!(matches!(brief.connect(&endpoint).await, Err(WireFault::Timeout)));
    let gone = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let endpoint = format!("tls://{NAME}:{}", gone.port());
    let Err(WireFault::Connect(why)) = connect(secured(&authority, &endpoint), &endpoint).await else {
        panic!("nobody listens there");
    };
    // The name that the connector gave, not the address that the host found for it.
    assert!(why.starts_with(&format!("{endpoint}: ")) && !why.contains("127.0.0.1"), "{why}");
}
