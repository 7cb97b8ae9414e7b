//! Redirects: every hop passes the gate, and a credential stays with its origin and audience.

use hark_egress::HttpRequest;
use hark_model::Placement;

use crate::kit::{
    Authority, CANARY, all_here, call, credential, denial, gate, get, get_with, hosts, options,
};
use crate::server::{Server, ok, redirect, reply};

#[tokio::test]
async fn the_method_and_the_body_follow_the_status() {
    let server = Server::start(|seen| match seen.target.trim_start_matches('/').parse() {
        Ok(status) => redirect(status, "/end"),
        Err(_) => ok("end"),
    })
    .await;
    let gate = gate(options(&[&server.origin()]));
    for (status, method, body) in [
        (301, "GET", ""),
        (302, "GET", ""),
        (303, "GET", ""),
        (307, "POST", "question"),
        (308, "POST", "question"),
    ] {
        let request = HttpRequest {
            method: "POST".to_owned(),
            body: Some(b"question".to_vec()),
            headers: vec![
                ("content-type".to_owned(), "text/plain".to_owned()),
                ("x-a".to_owned(), "1".to_owned()),
            ],
            ..get(server.url(&format!("/{status}")))
        };
        assert_eq!(call(&gate).send(request).await.unwrap().body, b"end");
        let seen = server.last();
        assert_eq!(
            (seen.method.as_str(), seen.body.as_slice()),
            (method, body.as_bytes()),
            "status: {status}"
        );
        assert_eq!(seen.header("content-type").is_some(), !body.is_empty(), "status: {status}");
        assert_eq!((seen.header("x-a"), seen.header("referer")), (Some("1"), None));
    }
    assert_eq!(server.connections(), 1);
}

#[tokio::test]
async fn every_hop_passes_both_keys_and_the_address_check() {
    let other = Server::start(|_| ok("secret of the house")).await;
    let (place, port) = (other.origin(), other.address.port());
    let server = Server::start(move |seen| match seen.target.as_str() {
        "/other" => redirect(302, &place),
        "/chain" => redirect(302, "/other"),
        "/name" => redirect(302, &format!("http://intra.example.com:{port}/")),
        "/v6" => redirect(302, &format!("http://[::1]:{port}/")),
        "/user" => redirect(302, &format!("//u:p@127.0.0.1:{port}/")),
        "/file" => redirect(302, "file:///etc/passwd"),
        "/dots" => redirect(302, "/feed/..%2fadmin"),
        _ => redirect(302, "//evil.example.com/"),
    })
    .await;
    let named = format!("http://intra.example.com:{port}");
    let v6 = format!("http://[::1]:{port}");
    let mut options = options(&[&server.origin(), &named, &v6]);
    options.hosts.extend(hosts(&[&other.origin()]));
    options.names = hark_egress::Names::Table(std::sync::Arc::new(|_| vec!["10.0.0.1".parse().unwrap()]));
    let gate = gate(options);
    for (path, rule) in [
        ("/other", "grant"),
        ("/chain", "grant"),
        ("/name", "10.0.0.1, which is private"),
        ("/v6", "loopback"),
        ("/user", "user or a password"),
        ("/file", "absolute http"),
        ("/dots", "dot segment"),
        ("/evil", "manifest"),
    ] {
        let why = denial(call(&gate).send(get(server.url(path))).await);
        assert!(why.contains(rule), "{path}: {why}");
    }
    assert_eq!(other.connections(), 0);
}

#[tokio::test]
async fn hops_are_counted() {
    let server = Server::start(|seen| match seen.target.trim_start_matches('/').parse::<u32>().unwrap() {
        0 => ok("end"),
        left => redirect(302, &format!("/{}", left - 1)),
    })
    .await;
    let mut options = options(&[&server.origin()]);
    options.limits.redirects = 3;
    let gate = gate(options);
    assert_eq!(call(&gate).send(get(server.url("/3"))).await.unwrap().body, b"end");
    let why = denial(call(&gate).send(get(server.url("/4"))).await);
    assert_eq!(why, "rule redirect-count: more than 3 redirects");
    assert_eq!(server.seen().len(), 8);
}

#[tokio::test]
async fn a_redirect_without_a_place_is_an_answer() {
    let server = Server::start(|_| reply("302 Where", "", "x")).await;
    let gate = gate(options(&[&server.origin()]));
    assert_eq!(call(&gate).send(get(server.origin())).await.unwrap().status, 302);
}

#[tokio::test]
async fn https_never_becomes_http() {
    let authority = Authority::new();
    let plain = Server::start(|_| ok("x")).await;
    let plain_origin = format!("http://api.example.com:{}", plain.address.port());
    let target = plain_origin.clone();
    let secure =
        Server::start_with(Some(authority.acceptor("api.example.com")), move |_| redirect(302, &target))
            .await;
    let secure_origin = format!("https://api.example.com:{}", secure.address.port());
    let mut options = options(&[&plain_origin, &secure_origin]);
    options.names = all_here();
    options.grant.ca_file = Some(authority.file());
    let gate = gate(options);
    let why = denial(call(&gate).send(get(&secure_origin)).await);
    assert!(why.contains("from https to http"), "{why}");
    assert_eq!(plain.connections(), 0);
}

#[tokio::test]
async fn a_credential_is_dropped_with_the_origin_and_never_comes_back() {
    let first = Server::start(|seen| match seen.target.as_str() {
        "/stay" => redirect(302, "/end"),
        "/leave-audience" => redirect(302, "/elsewhere"),
        target if target.starts_with("/to/") => redirect(307, &format!("http://{}", &target[4..])),
        _ => ok("end"),
    })
    .await;
    let home = first.origin();
    let second = Server::start(move |seen| match seen.target.as_str() {
        "/back" => redirect(302, &format!("{home}/end")),
        _ => ok("end"),
    })
    .await;
    let mut options = options(&[&first.origin(), &second.origin()]);
    let paths = ["/stay", "/leave-audience", "/to", "/end"].map(|path| first.url(path));
    let mut audience: Vec<&str> = paths.iter().map(String::as_str).collect();
    let other = second.origin();
    // Even an audience that holds the other origin does not take the value along.
    audience.push(&other);
    options.credentials = vec![credential(Placement::Bearer, &audience)];
    let gate = gate(options);
    let bearer = format!("Bearer {CANARY}");
    let cases = [
        ("/stay".to_owned(), vec![&first], Some(bearer.as_str())),
        ("/leave-audience".to_owned(), vec![&first], None),
        (format!("/to/{}/end", second.address), vec![&second], None),
        (format!("/to/{}/back", second.address), vec![&second, &first], None),
    ];
    for (path, hops, want) in cases {
        let response = call(&gate).send(get_with(first.url(&path), "key")).await.unwrap();
        assert_eq!(response.body, b"end");
        for hop in hops {
            assert_eq!(hop.last().header("authorization"), want, "path: {path}");
        }
    }
}

#[tokio::test]
async fn a_redirect_cannot_carry_a_query_secret_away() {
    let other = Server::start(|_| ok("end")).await;
    let away = other.origin();
    let server = Server::start(move |seen| {
        let query = seen.target.split_once('?').map_or("", |(_, query)| query).to_owned();
        match seen.target.split('?').next() {
            Some("/away") => redirect(302, &format!("{away}/end?{query}")),
            Some("/stay") => redirect(302, &format!("/end?{query}&page=2")),
            _ => ok("end"),
        }
    })
    .await;
    let mut options = options(&[&server.origin(), &other.origin()]);
    options.credentials = vec![credential(Placement::Query("key".to_owned()), &[&server.origin()])];
    let gate = gate(options);
    let placed = "key=canary%2F7f%2B3+a%26b%3D9";
    call(&gate).send(get_with(server.url("/stay?a=b"), "key")).await.unwrap();
    assert_eq!(server.last().target, format!("/end?a=b&page=2&{placed}"));
    call(&gate).send(get_with(server.url("/away?a=b"), "key")).await.unwrap();
    assert_eq!(server.last().target, format!("/away?a=b&{placed}"));
    assert_eq!(other.last().target, "/end?a=b");
}
