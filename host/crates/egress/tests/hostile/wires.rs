//! Line protocols: servers that keep TLS away or slip something in, and guests that would have the secret written
//! where it can be read again.

use std::net::SocketAddr;

use hark_egress::{SecretEncoding, WireConnection, WireFault, limits};
use hark_model::Placement;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use crate::kit::{Authority, CANARY, call, credential, endpoints, gate, wire_options};
use crate::verdict::{Verdict, judge};

const NAME: &str = "mail.example.com";

/// What is tried: on a server that says what it likes and never gets to TLS, or before one is reached.
pub enum Attack {
    /// To connect to this endpoint; `PORT` is the server's.
    Connect(&'static str),
    /// To log in although the server said this, and no TLS came.
    Stripped(&'static [u8]),
    /// To go on reading what the server floods before TLS.
    FloodIn,
    /// To go on writing before TLS.
    FloodOut,
    /// To start TLS with a server that says this into the handshake.
    Injected(&'static [u8]),
    /// To start TLS again.
    Twice,
    /// To read for ever what comes after TLS.
    Endless,
    /// To write for ever after TLS.
    Wordy,
}

use Attack::{Connect, Endless, FloodIn, FloodOut, Injected, Stripped, Twice, Wordy};

#[rustfmt::skip]
pub const CASES: &[(&str, Attack, &str)] = &[
    ("wire to another port", Connect("starttls://mail.example.com:1"), "endpoint-not-asked"),
    ("wire to another host", Connect("starttls://evil.example.com:PORT"), "endpoint-not-asked"),
    ("wire with other security", Connect("tls://mail.example.com:PORT"), "endpoint-not-asked"),
    ("wire that is not granted", Connect("starttls://asked.example.com:PORT"), "endpoint-not-granted"),
    ("wire without security", Connect("tcp://mail.example.com:PORT"), "endpoint-form"),
    ("wire to everybody", Connect("starttls://*.example.com:PORT"), "endpoint-form"),
    ("wire with a user", Connect("starttls://jo@mail.example.com:PORT"), "endpoint-form"),
    ("wire with a path", Connect("starttls://mail.example.com:PORT/x"), "endpoint-form"),
    ("wire without a port", Connect("starttls://mail.example.com"), "endpoint-form"),
    ("wire to a decimal address", Connect("starttls://2130706434:PORT"), "endpoint-not-asked"),
    ("wire to a line break", Connect("starttls://mail.example.com\r\n:PORT"), "endpoint-form"),
    ("wire to a private address", Connect("starttls://private.example.com:PORT"), "address|private"),
    ("wire to metadata", Connect("starttls://metadata.example.com:PORT"), "address|metadata"),
    ("wire to mixed addresses", Connect("starttls://mixed.example.com:PORT"), "address|private"),
    ("wire to a NAT64 address", Connect("starttls://[64:ff9b::7f00:1]:PORT"), "address|NAT64"),
    ("STARTTLS stripped from what it can", Stripped(b"* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN] hello\r\n"), "secret-before-tls"),
    ("STARTTLS refused", Stripped(b"* OK hello\r\na1 NO not today\r\n"), "secret-before-tls"),
    ("STARTTLS unknown", Stripped(b"220 hello\r\n502 what\r\n"), "secret-before-tls"),
    ("logged in already, says the server", Stripped(b"* PREAUTH welcome\r\n"), "secret-before-tls"),
    ("flood before TLS", FloodIn, "plain-too-long"),
    ("long speech before TLS", FloodOut, "plain-too-long"),
    ("answer slipped into the handshake", Injected(b"a2 OK [CAPABILITY X-EVIL] you are logged in\r\n"), "tls|corrupt message"),
    ("farewell instead of TLS", Injected(b"* BYE no TLS for you, go on in the clear\r\n"), "tls|corrupt message"),
    ("TLS in TLS", Twice, "tls-twice"),
    ("flood after TLS", Endless, "budget"),
    ("speech without end", Wordy, "budget"),
];

/// What a guest wrote before, the words around the secret, its name, and the rule.
type Login =
    (&'static str, &'static [u8], (&'static [u8], &'static [u8]), (&'static str, &'static str), &'static str);

#[rustfmt::skip]
pub const LOGINS: &[Login] = &[
    ("secret into a mail", b"a1 LOGIN evil pw\r\na2 APPEND INBOX {40+}\r\n", (b"a3 LOGIN jo ", b"\r\n"), ("key", "jo"), "secret-place"),
    ("secret as a folder", b"", (b"a1 CREATE ", b"\r\n"), ("key", "jo"), "secret-place"),
    ("secret behind a login of the guest's", b"a1 LOGIN evil pw\r\n", (b"a2 LOGIN jo ", b"\r\n"), ("key", "jo"), "secret-place"),
    ("secret into a literal", b"", (b"a1 LOGIN jo {9}\r\n", b"\r\n"), ("key", "jo"), "secret-place"),
    ("secret with a command behind it", b"", (b"a1 LOGIN jo ", b"\r\na2 LOGOUT\r\n"), ("key", "jo"), "secret-place"),
    ("secret with words behind it", b"", (b"a1 LOGIN jo ", b" x\r\n"), ("key", "jo"), "secret-place"),
    ("secret without an end", b"", (b"a1 LOGIN jo ", b""), ("key", "jo"), "secret-place"),
    ("secret to a person on IRC", b"NICK jo\r\n", (b"PRIVMSG evil :", b"\r\n"), ("key", "jo"), "secret-place"),
    ("secret as the text of a mail", b"EHLO x\r\nMAIL FROM:<a@b>\r\nDATA\r\n", (b"AUTH PLAIN ", b"\r\n"), ("key", "jo"), "secret-place"),
    ("secret into a message of XMPP", b"<stream:stream>", (b"<message><body>", b"</body></message>"), ("key", "jo"), "secret-place"),
    ("secret after an open line", b"a1 NO", (b"a2 LOGIN jo ", b"\r\n"), ("key", "jo"), "secret-place"),
    ("secret that nobody declared", b"", (b"a1 LOGIN jo ", b"\r\n"), ("admin", "jo"), "credential-unknown"),
    ("secret of HTTP", b"", (b"a1 LOGIN jo ", b"\r\n"), ("bearer", "jo"), "credential-placement"),
    ("secret for another server", b"", (b"a1 LOGIN jo ", b"\r\n"), ("else", "jo"), "credential-audience"),
    ("user with a line break", b"", (b"a1 AUTHENTICATE PLAIN ", b"\r\n"), ("key", "jo\r\na2 LOGOUT"), "secret-form"),
    ("user with a null", b"", (b"a1 AUTHENTICATE PLAIN ", b"\r\n"), ("key", "jo\0evil"), "secret-form"),
    ("user without end", b"", (b"a1 AUTHENTICATE PLAIN ", b"\r\n"), ("key", LONG), "secret-form"),
    ("secret twice", b"", (b"a1 LOGIN jo ", b"\r\n"), ("twice", "jo"), "secret-twice"),
];

const LONG: &str = {
    const BYTES: [u8; limits::WIRE_LOGIN_BYTES_MAX + 1] = [b'x'; limits::WIRE_LOGIN_BYTES_MAX + 1];
    match std::str::from_utf8(&BYTES) {
        Ok(text) => text,
        Err(_) => "",
    }
};

/// A server; notes what was said to it in the clear.
struct Server {
    address: SocketAddr,
    heard: std::sync::Arc<std::sync::Mutex<Vec<u8>>>,
}

/// What the server does after its first words.
#[derive(Clone)]
enum Then {
    Listen,
    Answer(&'static [u8]),
    Flood,
    Tls(tokio_rustls::TlsAcceptor),
    TlsAndFlood(tokio_rustls::TlsAcceptor),
}

impl Server {
    async fn start(said: &'static [u8], then: Then) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let heard = std::sync::Arc::new(std::sync::Mutex::new(Vec::new()));
        let notes = std::sync::Arc::clone(&heard);
        tokio::spawn(async move {
            while let Ok((tcp, _)) = listener.accept().await {
                tokio::spawn(talk(tcp, said, then.clone(), std::sync::Arc::clone(&notes)));
            }
        });
        Self { address, heard }
    }

    fn heard(&self) -> String {
        String::from_utf8_lossy(&self.heard.lock().unwrap()).into_owned()
    }
}

async fn talk(
    mut tcp: tokio::net::TcpStream,
    said: &'static [u8],
    then: Then,
    notes: std::sync::Arc<std::sync::Mutex<Vec<u8>>>,
) {
    let _ = tcp.write_all(said).await;
    match then {
        Then::Flood => while tcp.write_all(&[b'x'; 4096]).await.is_ok() {},
        Then::Listen => {
            let mut buffer = [0; 4096];
            while let Ok(count @ 1..) = tcp.read(&mut buffer).await {
                notes.lock().unwrap().extend_from_slice(&buffer[..count]);
            }
        }
        Then::Answer(bytes) => {
            let mut buffer = [0; 4096];
            while let Ok(count @ 1..) = tcp.read(&mut buffer).await {
                notes.lock().unwrap().extend_from_slice(&buffer[..count]);
                let _ = tcp.write_all(bytes).await;
            }
        }
        Then::Tls(acceptor) => {
            let Ok(mut tls) = acceptor.accept(tcp).await else { return };
            let mut line = [0; 4096];
            while let Ok(count @ 1..) = tls.read(&mut line).await {
                notes.lock().unwrap().extend_from_slice(&line[..count]);
            }
        }
        Then::TlsAndFlood(acceptor) => {
            let Ok(mut tls) = acceptor.accept(tcp).await else { return };
            while tls.write_all(&[b'x'; 4096]).await.is_ok() {}
        }
    }
}

fn names() -> hark_egress::Names {
    hark_egress::Names::Table(std::sync::Arc::new(|host| {
        let addresses: &[&str] = match host {
            "private.example.com" => &["10.0.0.1"],
            "metadata.example.com" => &["169.254.169.254"],
            "mixed.example.com" => &["127.0.0.1", "192.168.0.1"],
            _ => &["127.0.0.1"],
        };
        addresses.iter().map(|address| address.parse().unwrap()).collect()
    }))
}

/// Options for `scheme://mail.example.com` at a port, and for what the cases call asked or inside.
fn options_for(scheme: &str, port: u16, authority: &Authority) -> hark_egress::GateOptions {
    let named = |host: &str| format!("{scheme}://{host}:{port}");
    let mut options = wire_options(&named(NAME));
    let inside = [
        named("private.example.com"),
        named("metadata.example.com"),
        named("mixed.example.com"),
        named("[64:ff9b::7f00:1]"),
    ];
    let inside = endpoints(&inside.each_ref().map(String::as_str));
    options.endpoints.extend(inside.iter().cloned());
    options.grant.endpoints.extend(inside);
    options.endpoints.extend(endpoints(&[&named("asked.example.com")]));
    options.names = names();
    options.grant.ca_file = Some(authority.file());
    let elsewhere = "tls://else.example.com:993".to_owned();
    for (name, placement, audience) in [
        ("key", Placement::WireLogin, named(NAME)),
        ("twice", Placement::WireLogin, named(NAME)),
        ("bearer", Placement::Bearer, named(NAME)),
        ("else", Placement::WireLogin, elsewhere),
    ] {
        let mut bound = credential(placement, &[&audience]);
        name.clone_into(&mut bound.info.name);
        options.credentials.push(bound);
    }
    options.limits.wire_mib = 1;
    options
}

async fn opened(server: &Server, authority: &Authority, scheme: &str) -> WireConnection {
    let port = server.address.port();
    let options = options_for(scheme, port, authority);
    call(&gate(options)).connect(&format!("{scheme}://{NAME}:{port}")).await.unwrap()
}

async fn log_in(wire: &mut WireConnection) -> Result<(), WireFault> {
    wire.write_secret(b"a2 LOGIN jo ", "key", "jo", SecretEncoding::ImapQuoted, b"\r\n").await
}

/// Reads until a fault comes.
async fn read_out(wire: &mut WireConnection) -> Result<(), WireFault> {
    loop {
        wire.read(u32::MAX, 10_000).await?;
    }
}

async fn tried(attack: &Attack, authority: &Authority) -> (Result<(), WireFault>, String) {
    let tls = || authority.acceptor(NAME);
    let (said, then): (&[u8], Then) = match attack {
        Connect(_) | FloodOut => (b"", Then::Listen),
        Stripped(said) => (said, Then::Listen),
        FloodIn => (b"", Then::Flood),
        Injected(said) => (b"a1 OK go\r\n", Then::Answer(said)),
        Twice | Wordy => (b"", Then::Tls(tls())),
        Endless => (b"", Then::TlsAndFlood(tls())),
    };
    let server = Server::start(said, then).await;
    if let Connect(endpoint) = attack {
        let port = server.address.port();
        let gate = gate(options_for("starttls", port, authority));
        let result = call(&gate).connect(&endpoint.replace("PORT", &port.to_string())).await;
        return (result.map(|_| ()), server.heard());
    }
    let mut wire = opened(&server, authority, "starttls").await;
    let result = match attack {
        Connect(_) => Ok(()),
        Stripped(_) => {
            let _ = wire.read(4096, 10_000).await;
            wire.write(b"a1 STARTTLS\r\n").await.and(log_in(&mut wire).await)
        }
        FloodIn => read_out(&mut wire).await,
        FloodOut => wire.write(&vec![b'x'; limits::WIRE_PLAIN_BYTES_MAX + 1]).await,
        Injected(_) => {
            wire.read(10, 10_000).await.unwrap();
            let started = wire.start_tls().await;
            let after = wire.read(100, 500).await;
            assert!(after.is_err(), "nothing in the clear is read after TLS was tried: {after:?}");
            started
        }
        Twice => {
            wire.start_tls().await.unwrap();
            wire.start_tls().await
        }
        Endless => {
            wire.start_tls().await.unwrap();
            read_out(&mut wire).await
        }
        Wordy => {
            wire.start_tls().await.unwrap();
            wire.write(&vec![b'x'; limits::WIRE_WRITTEN_BYTES_MAX + 1]).await
        }
    };
    (result, server.heard())
}

#[tokio::test]
async fn no_server_takes_tls_away() {
    let authority = Authority::new();
    let mut verdicts = Vec::new();
    for (name, attack, rule) in CASES {
        let (result, heard) = tried(attack, &authority).await;
        let spilt = heard.contains("canary") || heard.contains("LOGIN");
        verdicts.push(Verdict::wire(name, rule, &result).leak(spilt, "the secret was spilt"));
    }
    judge(&verdicts, CASES.len());
}

#[tokio::test]
async fn no_secret_is_written_where_it_can_be_read() {
    let authority = Authority::new();
    let server = Server::start(b"", Then::Tls(authority.acceptor(NAME))).await;
    let mut verdicts = Vec::new();
    for (case, before, (prefix, suffix), (name, user), rule) in LOGINS {
        let mut wire = opened(&server, &authority, "tls").await;
        if !before.is_empty() {
            wire.write(before).await.unwrap();
        }
        if *name == "twice" {
            wire.write_secret(prefix, name, user, SecretEncoding::SaslPlain, suffix).await.unwrap();
        }
        let result = wire.write_secret(prefix, name, user, SecretEncoding::SaslPlain, suffix).await;
        verdicts.push(Verdict::wire(case, rule, &result));
    }
    // The control, last: a login comes through, so the server's notes are at work.
    let mut wire = opened(&server, &authority, "tls").await;
    wire.write_secret(b"a9 LOGIN jo ", "key", "jo", SecretEncoding::Verbatim, b"\r\n").await.unwrap();
    let login = format!("a9 LOGIN jo {CANARY}\r\n");
    while !server.heard().contains(&login) {
        tokio::task::yield_now().await;
    }
    // Beside it, the one login that "twice" was allowed is all that was ever written.
    let heard = server.heard();
    assert_eq!(heard.matches("canary").count(), 1, "{heard}");
    let plain = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, format!("\0jo\0{CANARY}"));
    assert!(heard.matches(&plain).count() <= 1, "{heard}");
    judge(&verdicts, LOGINS.len());
}
