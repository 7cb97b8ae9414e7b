//! Attempts to have a credential sent to where it must not go, or to learn it.

use hark_egress::{HmacDenied, HmacDigest, HttpFault, HttpRequest, Secret, SecretEncoding, WireFault};
use hark_model::{Oauth2Ref, Placement, SecretRef};

use crate::kit::{Authority, all_here, call, credential, gate, get, get_with, options, wire_options};
use crate::server::{Server, ok, reply};
use crate::verdict::{Verdict, judge};

/// What is asked of a source whose credential `key` is a bearer's, `query` goes into the parameter `token`, `hook`
/// is a webhook key, `login` is for wires, and `none` has no value. The audience of all is `FRONT/api`.
pub enum Attack {
    Send {
        url: &'static str,
        credential: Option<&'static str>,
    },
    Sign(&'static str),
    /// To log in on a wire with a token that the token endpoint, asked by the host, refuses with this answer.
    Refused(&'static str),
}

use Attack::{Refused, Send, Sign};

#[rustfmt::skip]
pub const CASES: &[(&str, Attack, &str)] = &[
    ("credential outside its path", Send { url: "FRONT/feed", credential: Some("key") }, "credential-audience"),
    ("credential to a path like its own", Send { url: "FRONT/apis", credential: Some("key") }, "credential-audience"),
    ("credential to another granted host", Send { url: "OTHER/api", credential: Some("key") }, "credential-audience"),
    ("credential without TLS to a name", Send { url: "NAMED/api", credential: Some("key") }, "credential-plain"),
    ("credential without TLS into a query", Send { url: "NAMED/api", credential: Some("query") }, "credential-plain"),
    ("credential that nobody declared", Send { url: "FRONT/api", credential: Some("admin") }, "credential-unknown"),
    ("credential in other letters", Send { url: "FRONT/api", credential: Some("KEY") }, "credential-unknown"),
    ("credential without a name", Send { url: "FRONT/api", credential: Some("") }, "credential-unknown"),
    ("credential by a path", Send { url: "FRONT/api", credential: Some("../other/key") }, "credential-unknown"),
    ("credential without a value", Send { url: "FRONT/api", credential: Some("none") }, "credential-unbound"),
    ("webhook key as a credential", Send { url: "FRONT/api", credential: Some("hook") }, "credential-placement"),
    ("login as a credential", Send { url: "FRONT/api", credential: Some("login") }, "credential-placement"),
    ("parameter of a credential", Send { url: "FRONT/api?token=mine", credential: Some("query") }, "query-reserved"),
    ("parameter of a credential that is not asked for", Send { url: "FRONT/feed?token=mine", credential: None }, "query-reserved"),
    ("parameter of a credential, encoded", Send { url: "FRONT/api?t%6fken=mine", credential: Some("query") }, "query-reserved"),
    ("parameter of a credential, twice", Send { url: "FRONT/api?a=b&token=***&token=mine", credential: Some("query") }, "query-reserved"),
    ("signature by a bearer", Sign("key"), "credential-placement"),
    ("signature by a login", Sign("login"), "credential-placement"),
    ("signature by a key that nobody declared", Sign("admin"), "credential-unknown"),
    ("login with a token that was revoked", Refused(r#"{"error":"invalid_grant"}"#), "credential-refused"),
    ("login of a client that is not believed", Refused(r#"{"error":"invalid_client"}"#), "credential-refused"),
];

/// A key without a value has a fault of its own, which names no rule.
fn told(denied: HmacDenied) -> String {
    match denied {
        HmacDenied::Refused(why) => why,
        HmacDenied::Unbound { .. } => format!("rule credential-unbound: {denied}"),
    }
}

#[tokio::test]
async fn no_credential_goes_astray() {
    let (front, other) = (Server::start(|_| ok("x")).await, Server::start(|_| ok("x")).await);
    let named = format!("http://api.example.com:{}", front.address.port());
    let mut options = options(&[&front.origin(), &other.origin(), &named]);
    options.names = all_here();
    let audience = [front.url("/api"), format!("{named}/api")];
    let audience = audience.each_ref().map(String::as_str);
    let placements = [
        ("key", Placement::Bearer),
        ("query", Placement::Query("token".to_owned())),
        ("hook", Placement::WebhookKey),
        ("login", Placement::WireLogin),
        ("none", Placement::Header("x-none".to_owned())),
    ];
    for (name, placement) in placements {
        let mut bound = credential(placement, &audience);
        name.clone_into(&mut bound.info.name);
        if name == "none" {
            (bound.info.optional, bound.secret) = (true, None);
        }
        options.credentials.push(bound);
    }
    let gate = gate(options);
    let mut verdicts = Vec::new();
    for (case, attack, rule) in CASES {
        let call_of = || call(&gate);
        let result = match attack {
            Sign(name) => call_of()
                .hmac(name, HmacDigest::Sha256, b"x")
                .map(|_| ())
                .map_err(|denied| HttpFault::Denied(told(denied))),
            Refused(answer) => refused(answer).await,
            Send { url, credential } => {
                let url = url
                    .replace("FRONT", &front.origin())
                    .replace("OTHER", &other.origin())
                    .replace("NAMED", &named);
                let credential = credential.map(str::to_owned);
                call_of().send(HttpRequest { credential, ..get(url) }).await.map(|_| ())
            }
        };
        let reached = front.connections() + other.connections() > 0;
        verdicts.push(Verdict::http(case, rule, &result).leak(reached, "a connection was made"));
    }
    judge(&verdicts, CASES.len());
    // The control: to its audience it goes.
    call(&gate).send(get_with(front.url("/api/x"), "key")).await.unwrap();
    assert!(front.last().header("authorization").is_some_and(|value| value.contains("canary")));
}

/// Logs in with a token of an endpoint that says `answer`.
async fn refused(answer: &'static str) -> Result<(), HttpFault> {
    let endpoint = Server::start(move |_| reply("400 No", "", answer)).await;
    let authority = Authority::new();
    let mail = Server::start_with(Some(authority.acceptor("mail.example.com")), |_| ok("x")).await;
    let place = format!("tls://mail.example.com:{}", mail.address.port());
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("secret");
    std::fs::write(&file, "canary-client-secret").unwrap();
    let client = Oauth2Ref {
        token_url: endpoint.url("/token"),
        client_id: "hark".to_owned(),
        client_secret: Some(SecretRef::File(file)),
        refresh_token: None,
        scope: None,
        client_in_form: false,
    };
    let mut options = wire_options(&place);
    options.names = all_here();
    options.grant.ca_file = Some(authority.file());
    let mut login = credential(Placement::WireLogin, &[&place]);
    login.secret = Some(Secret::resolve(&SecretRef::Oauth2(Box::new(client))).await.unwrap());
    options.credentials = vec![login];
    let mut wire = call(&gate(options)).connect(&place).await.unwrap();
    let result = wire
        .write_secret(b"a1 AUTHENTICATE XOAUTH2 ", "key", "jo", SecretEncoding::SaslXoauth2, b"\r\n")
        .await;
    assert!(mail.seen().is_empty(), "nothing was written");
    match result {
        Err(WireFault::Denied(why)) => Err(HttpFault::Denied(why)),
        other => panic!("{other:?}"),
    }
}
