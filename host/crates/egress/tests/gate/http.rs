//! What may be reached, what may be sent, and what connections are kept.

use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use hark_egress::{HttpFault, HttpRequest, Names, limits};

use crate::kit::{Authority, all_here, call, call_with, denial, gate, get, hosts, options};
use crate::server::{Server, ok, reply};

#[tokio::test]
async fn an_answer_is_handed_over_and_kept() {
    let server =
        Server::start(|_| reply("201 Made", "content-type: text/plain\r\nx-left: 7\r\n", "hello")).await;
    let gate = gate(options(&[&server.origin()]));
    let mut call = call(&gate);
    let request = HttpRequest {
        method: "POST".to_owned(),
        body: Some(b"question".to_vec()),
        headers: vec![("X-Mine".to_owned(), "1".to_owned())],
        ..get(server.url("/a?b=c"))
    };
    let response = call.send(request).await.unwrap();
    assert_eq!((response.status, response.body.as_slice(), response.payload), (201, &b"hello"[..], 1));
    assert!(response.headers.contains(&("x-left".to_owned(), "7".to_owned())));
    let seen = server.last();
    assert_eq!(
        (seen.method.as_str(), seen.target.as_str(), seen.body.as_slice()),
        ("POST", "/a?b=c", &b"question"[..])
    );
    assert_eq!((seen.header("x-mine"), seen.header("user-agent")), (Some("1"), Some("hark-test")));
    assert_eq!((seen.header("cookie"), seen.header("referer")), (None, None));
    let report = call.finish();
    assert_eq!((report.requests, report.bytes_in, report.bytes_out), (1, 5, 8));
    let kept = &report.payloads[0];
    assert_eq!((kept.id, kept.label.as_str()), (1, format!("POST {}", server.url("/a")).as_str()));
    assert_eq!(
        (kept.media_type.as_str(), kept.status, kept.body.as_slice()),
        ("text/plain", Some(201), &b"hello"[..])
    );
    assert_eq!(kept.url.as_deref(), Some(server.url("/a?b=c").as_str()));
    assert_eq!(kept.received_at, response.received_at);
}

#[test]
fn a_proxy_of_the_environment_is_not_used() {
    let nowhere = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let proxy = format!("http://{nowhere}");
    let mut again = std::process::Command::new(std::env::current_exe().unwrap());
    again.args(["--exact", "http::an_answer_is_handed_over_and_kept"]);
    again.envs(["HTTP_PROXY", "http_proxy", "ALL_PROXY"].map(|name| (name, &proxy)));
    let output = again.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    assert!(String::from_utf8_lossy(&output.stdout).contains("1 passed"));
}

#[tokio::test]
async fn a_switched_protocol_is_no_answer() {
    let server = Server::start(|_| {
        crate::server::Reply::Raw(b"HTTP/1.1 101 Go\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n".to_vec())
    })
    .await;
    let result = call(&gate(options(&[&server.origin()]))).send(get(server.origin())).await;
    assert!(result.is_err(), "{result:?}");
}

#[tokio::test]
async fn connections_are_used_again_across_calls() {
    let authority = Authority::new();
    let plain = Server::start(|_| ok("x")).await;
    let secure = Server::start_with(Some(authority.acceptor("api.example.com")), |_| ok("x")).await;
    let secure_origin = format!("https://api.example.com:{}", secure.address.port());
    let mut options = options(&[&plain.origin(), &secure_origin]);
    options.names = all_here();
    options.grant.ca_file = Some(authority.file());
    let gate = gate(options);
    for _ in 0..6 {
        let mut call = call(&gate);
        for at in 0..10 {
            call.send(get(plain.url(&format!("/{at}")))).await.unwrap();
            call.send(get(format!("{secure_origin}/{at}"))).await.unwrap();
        }
    }
    for server in [&plain, &secure] {
        assert_eq!((server.seen().len(), server.connections()), (60, 1));
    }
}

#[tokio::test]
async fn both_keys_must_turn() {
    let server = Server::start(|_| ok("x")).await;
    let cases: [(&[&str], &[&str], Option<&str>); 4] = [
        (&[&server.origin()], &[], Some("grant")),
        (&[], &[&server.origin()], Some("manifest")),
        (&[&server.url("/api")], &[&server.origin()], Some("manifest")),
        (&[&server.origin()], &[&server.url("/feed")], None),
    ];
    for (asked, granted, refused) in cases {
        let mut options = options(&[]);
        options.hosts = hosts(asked);
        options.grant.hosts = hosts(granted);
        let result = call(&gate(options)).send(get(server.url("/feed/x"))).await;
        match refused {
            Some(key) => assert!(denial(result).contains(key), "{asked:?} and {granted:?}"),
            None => assert_eq!(result.unwrap().status, 200),
        }
    }
    assert_eq!(server.connections(), 1);
}

#[tokio::test]
async fn private_addresses_need_a_grant() {
    let server = Server::start(|_| ok("x")).await;
    let port = server.address.port();
    let named = format!("http://intra.example.com:{port}");
    let v6 = format!("http://[::1]:{port}");
    let mut options = options(&[&server.origin(), &named, &v6]);
    options.names = all_here();
    options.grant.private_addresses = vec!["10.0.0.0/8".parse().unwrap()];
    let gate = gate(options);
    for url in [server.origin(), named, v6] {
        let why = denial(call(&gate).send(get(url)).await);
        assert!(why.contains("loopback") && why.contains("private_addresses"), "{why}");
    }
    assert_eq!(server.connections(), 0);
}

#[tokio::test]
async fn one_refused_address_refuses_all_and_a_changed_answer_is_checked_again() {
    let server = Server::start(|_| reply("200 OK", "connection: close\r\n", "x")).await;
    let origin = format!("http://flip.example.com:{}", server.address.port());
    let answers: [&[[u8; 4]]; 3] =
        [&[[127, 0, 0, 1]], &[[127, 0, 0, 1], [10, 0, 0, 1]], &[[169, 254, 169, 254]]];
    let asked = Arc::new(AtomicUsize::new(0));
    let mut options = options(&[&origin]);
    let counter = Arc::clone(&asked);
    options.names = Names::Table(Arc::new(move |host| {
        assert_eq!(host, "flip.example.com");
        let at = counter.fetch_add(1, Ordering::SeqCst).min(2);
        answers[at].iter().map(|address| IpAddr::from(*address)).collect()
    }));
    let gate = gate(options);
    assert_eq!(call(&gate).send(get(&origin)).await.unwrap().status, 200);
    assert_eq!(asked.load(Ordering::SeqCst), 1, "a name is resolved once for a connection");
    let mixed = denial(call(&gate).send(get(&origin)).await);
    assert!(mixed.contains("flip.example.com is at 10.0.0.1"), "{mixed}");
    let moved = denial(call(&gate).send(get(&origin)).await);
    assert!(moved.contains("metadata"), "{moved}");
    assert_eq!(server.connections(), 1);
}

#[tokio::test]
async fn addresses_with_a_user_a_fragment_or_another_scheme_are_refused() {
    let server = Server::start(|_| ok("x")).await;
    let gate = gate(options(&[&server.origin()]));
    let host = server.address;
    for (url, rule) in [
        (format!("http://u:p@{host}/"), "user"),
        (format!("http://{host}/#a"), "fragment"),
        (format!("ftp://{host}/"), "absolute http"),
        (format!("http://{host}/a b"), "percent-encoded"),
        (format!("http://2130706433:{}/", host.port()), "normal form, which is 127.0.0.1"),
        (format!("http://{host}/..%2fa"), "dot segment"),
    ] {
        let why = denial(call(&gate).send(get(&url)).await);
        assert!(why.contains(rule), "{url}: {why}");
    }
    for method in ["CONNECT", "TRACE", "get", "GET / HTTP/1.1\r\nx:", ""] {
        let why =
            denial(call(&gate).send(HttpRequest { method: method.to_owned(), ..get(server.origin()) }).await);
        assert!(why.contains("is not one of GET"), "{method}: {why}");
    }
    assert_eq!(server.connections(), 0);
}

#[tokio::test]
async fn the_hosts_headers_and_broken_ones_are_refused() {
    let server = Server::start(|_| ok("x")).await;
    let gate = gate(options(&[&server.origin()]));
    for (name, value, rule) in [
        ("Authorization", "Bearer mine", "belongs to the host"),
        ("cookie", "a=b", "belongs to the host"),
        ("host", "evil.example", "belongs to the host"),
        ("Transfer-Encoding", "chunked", "belongs to the host"),
        ("content-length", "0", "belongs to the host"),
        ("accept-encoding", "zstd", "belongs to the host"),
        ("x-a", "b\r\nhost: evil.example", "control character"),
        ("x-a: b\r\nhost", "evil.example", "control character"),
    ] {
        let headers = vec![(name.to_owned(), value.to_owned())];
        let why = denial(call(&gate).send(HttpRequest { headers, ..get(server.origin()) }).await);
        assert!(why.contains(rule), "{name}: {why}");
    }
    let headers = vec![("x-a".to_owned(), "1".to_owned()); limits::HEADERS_MAX + 1];
    let why = denial(call(&gate).send(HttpRequest { headers, ..get(server.origin()) }).await);
    assert!(why.contains("headers are more than"), "{why}");
    let body = Some(vec![0; limits::REQUEST_BODY_BYTES_MAX + 1]);
    let why = denial(call(&gate).send(HttpRequest { body, ..get(server.origin()) }).await);
    assert!(why.contains("request body is longer"), "{why}");
    assert_eq!(server.connections(), 0);
}

#[tokio::test]
async fn sessions_and_framing_are_not_shown() {
    let server = Server::start(|_| {
        let hidden =
            "set-cookie: a=b\r\nwww-authenticate: Basic\r\nproxy-authenticate: x\r\nauthorization: y\r\n";
        reply("401 No", &format!("{hidden}etag: \"1\"\r\nretry-after: 3\r\n"), "x")
    })
    .await;
    let gate = gate(options(&[&server.origin()]));
    let mut call = call(&gate);
    let response = call.send(get(server.origin())).await.unwrap();
    let names: Vec<&str> = response.headers.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["etag", "retry-after"]);
    call.send(get(server.origin())).await.unwrap();
    assert_eq!(server.last().header("cookie"), None);
}

#[tokio::test]
async fn tls_checks_authority_and_name() {
    let authority = Authority::new();
    let server = Server::start_with(Some(authority.acceptor("right.example.com")), |_| ok("x")).await;
    let origin = |name: &str| format!("https://{name}.example.com:{}", server.address.port());
    let build = |trusted: bool| {
        let mut options = options(&[&origin("right"), &origin("wrong")]);
        options.names = all_here();
        options.grant.ca_file = trusted.then(|| authority.file());
        gate(options)
    };
    assert_eq!(call(&build(true)).send(get(origin("right"))).await.unwrap().status, 200);
    for (gate, name) in [(build(true), "wrong"), (build(false), "right")] {
        let result = call(&gate).send(get(origin(name))).await;
        assert!(matches!(result, Err(HttpFault::Tls(_))), "{name}: {result:?}");
    }
    assert_eq!(server.seen().len(), 1);
}

#[tokio::test]
async fn failures_say_what_failed_without_the_query() {
    let gone = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let unknown = "http://gone.example.com:9".to_owned();
    let mut options = options(&[&format!("http://{gone}"), &unknown]);
    options.names = Names::Table(Arc::new(|_| Vec::new()));
    let gate = gate(options);
    let refused = call(&gate).send(get(format!("http://{gone}/?private"))).await;
    let Err(HttpFault::Connect(why)) = refused else { panic!("{refused:?}") };
    assert!(!why.contains("private") && why.contains("onnect"), "{why}");
    let unresolved = call(&gate).send(get(unknown)).await;
    assert_eq!(unresolved, Err(HttpFault::Connect("gone.example.com has no address".to_owned())));
}

#[tokio::test]
async fn answers_without_a_body_are_answers() {
    let server = Server::start(|seen| match seen.target.as_str() {
        "/304" => crate::server::Reply::Raw(
            b"HTTP/1.1 304 Same\r\ncontent-encoding: gzip\r\netag: \"1\"\r\n\r\n".to_vec(),
        ),
        _ => crate::server::Reply::Raw(
            b"HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: 99\r\n\r\n".to_vec(),
        ),
    })
    .await;
    let gate = gate(options(&[&server.origin()]));
    let mut call = call_with(&gate, 9, std::time::Duration::from_secs(60));
    for _ in 0..2 {
        let same = call.send(get(server.url("/304"))).await.unwrap();
        assert_eq!((same.status, same.body.len()), (304, 0));
        let head = HttpRequest { method: "HEAD".to_owned(), ..get(server.url("/head")) };
        assert_eq!(call.send(head).await.unwrap().body.len(), 0);
    }
    assert_eq!(server.connections(), 1);
}
