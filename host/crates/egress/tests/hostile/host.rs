//! The host's own downloads: an address that somebody got into the configuration or into a redirect.

use hark_egress::{HostClient, HostClientOptions, HostRequest, HttpFault};
use url::Url;

use crate::server::{Server, ok, redirect};
use crate::verdict::{Verdict, judge};

/// Name, address (`PORT` is that of a server on loopback, `OTHER` one that was not named), rule.
pub const CASES: &[(&str, &str, &str)] = &[
    ("host download in plain from elsewhere", "http://93.184.216.34/x.wasm", "plain-http"),
    ("host download in plain from a name", "http://connectors.example/x.wasm", "plain-http"),
    ("host download in plain from loopback that is not named", "http://127.0.0.1:OTHER/x.wasm", "plain-http"),
    ("host download in plain by a name like localhost", "http://localhost.example:PORT/x.wasm", "plain-http"),
    ("host download redirected to plain", "http://127.0.0.1:PORT/away", "plain-http"),
    ("host download from the metadata service", "https://169.254.169.254/latest", "address"),
    ("host download with a user in the address", "https://user:word@connectors.example/x.wasm", "url-user"),
];

#[tokio::test]
async fn nothing_is_fetched_from_where_it_must_not_be() {
    let other = Server::start(|_| ok("a connector")).await;
    let away = other.url("/x.wasm");
    let named = Server::start(
        move |seen| if seen.target == "/away" { redirect(302, &away) } else { ok("a connector") },
    )
    .await;
    let options =
        HostClientOptions { plain_http: Some(named.address.to_string()), ..HostClientOptions::default() };
    let client = HostClient::new(options).unwrap();

    let control = client.send(HostRequest::get(Url::parse(&named.url("/x.wasm")).unwrap())).await.unwrap();
    assert_eq!(control.status, 200);

    let mut verdicts = Vec::new();
    for (name, address, rule) in CASES {
        let address = address
            .replace("PORT", &named.address.port().to_string())
            .replace("OTHER", &other.address.port().to_string());
        let result = client.send(HostRequest::get(Url::parse(&address).unwrap())).await;
        verdicts.push(
            Verdict::http(name, rule, &result).leak(!other.seen().is_empty(), "the other server was asked"),
        );
    }
    judge(&verdicts, CASES.len());
}

#[tokio::test]
async fn what_is_sent_once_obeys_the_rules_follows_nothing_and_says_whether_it_may_have_arrived() {
    let away = Server::start(|_| redirect(307, "https://connectors.example/x")).await;
    let options =
        HostClientOptions { plain_http: Some(away.address.to_string()), ..HostClientOptions::default() };
    let client = HostClient::new(options).unwrap();
    let post = |address: &str| HostRequest::post(Url::parse(address).unwrap(), "text/plain", "words");

    let answer = client.send_once(&post(&away.url("/x"))).await.unwrap();
    assert_eq!((answer.status, away.seen().len()), (307, 1));
    for (name, address, _) in CASES.iter().filter(|(_, address, _)| !address.contains("PORT")) {
        let address = address.replace("OTHER", "9");
        let refused = client.send_once(&post(&address)).await.unwrap_err();
        assert!(
            !refused.may_have_arrived && matches!(refused.fault, HttpFault::Denied(_)),
            "{name}: {refused:?}"
        );
    }
}
