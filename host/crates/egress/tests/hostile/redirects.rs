//! Redirects of a granted server to where nothing is granted. `FRONT` is granted, an attack is after the server at
//! port `TRAP`; `SECURE` is a granted server with TLS.

use hark_egress::HttpRequest;

use crate::kit::{Authority, all_here, call, gate, get, options};
use crate::server::{Server, ok, redirect};
use crate::verdict::{Verdict, judge};

/// `/plain` is asked of the server without TLS, `/secure` of the one with it.
#[rustfmt::skip]
pub const CASES: &[(&str, &str, &str, &str)] = &[
    ("redirect to another port", "/plain", "http://127.0.0.1:TRAP/", "redirect, host-not-asked"),
    ("redirect by // to another host", "/plain", "//127.0.0.1:TRAP/", "redirect, host-not-asked"),
    ("redirect by /// to another host", "/plain", "///127.0.0.1:TRAP/", "redirect, url-form"),
    ("redirect by a backslash", "/plain", "/\\127.0.0.1:TRAP/", "redirect, url-character"),
    ("redirect by two backslashes", "/plain", "\\\\127.0.0.1:TRAP/", "redirect, url-character"),
    ("redirect with a tab in it", "/plain", "/\t/127.0.0.1:TRAP/", "redirect, url-character"),
    ("redirect to a user at a host", "/plain", "http://FRONT@127.0.0.1:TRAP/", "redirect, url-user"),
    ("redirect by // to a user at a host", "/plain", "//u:p@127.0.0.1:TRAP/", "redirect, url-user"),
    ("redirect to an empty user", "/plain", "http://@FRONT/", "redirect, url-user"),
    ("redirect to a decimal address", "/plain", "http://2130706433:TRAP/", "redirect, url-host"),
    ("redirect to an octal address", "/plain", "http://0177.0.0.1:TRAP/", "redirect, url-host"),
    ("redirect to a hexadecimal address", "/plain", "//0x7f.1:TRAP/", "redirect, url-host"),
    ("redirect to mixed scripts", "/plain", "http://p\u{430}ypal.example/", "redirect, url-host"),
    ("redirect to a mapped address", "/plain", "http://[::ffff:7f00:1]:TRAP/", "redirect, host-not-asked"),
    ("redirect to a file", "/plain", "file:///etc/passwd", "redirect, url-form"),
    ("redirect to a script", "/plain", "javascript:alert(1)", "redirect, url-form"),
    ("redirect to data", "/plain", "data:text/plain,x", "redirect, url-form"),
    ("redirect to ftp", "/plain", "ftp://127.0.0.1:TRAP/", "redirect, url-form"),
    ("redirect to gopher", "/plain", "gopher://127.0.0.1:TRAP/_x", "redirect, url-form"),
    ("redirect up an encoded path", "/plain", "/feed/..%2fadmin", "redirect, url-dots"),
    ("redirect to a host in the path", "/plain", "/a/..//127.0.0.1:TRAP/", "redirect, url-slashes"),
    ("redirect to an address without end", "/plain", "/LONG", "redirect, url-too-long"),
    ("redirect to the granted name inside", "/plain", "http://inside.example.com:TRAP/", "address|private"),
    ("redirect to what only the manifest names", "/plain", "http://asked.example.com:TRAP/", "redirect, host-not-granted"),
    ("redirect to a placed parameter", "/plain", "/a?key=mine", "redirect, query-reserved"),
    ("redirect to itself", "/plain", "/plain", "redirect-count"),
    ("redirect in a ring", "/ring/0", "", "redirect-count"),
    ("redirect without end", "/count/0", "", "redirect-count"),
    ("redirect off TLS", "/secure", "http://FRONT/", "redirect, redirect-downgrade"),
    ("redirect off TLS on the same host", "/secure", "http://api.example.com:TRAP/", "redirect, redirect-downgrade"),
    ("redirect off TLS by way of TLS", "/twice", "http://FRONT/", "redirect, redirect-downgrade"),
];

/// Sends `location` with the next status at each request of a case, so that every kind of redirect is tried.
fn astray(path: &str, location: &str) -> crate::server::Reply {
    match path.split('/').collect::<Vec<_>>()[..] {
        [_, "ring", at] => redirect(302, &format!("/ring/{}", 1 - at.parse::<u32>().unwrap())),
        [_, "count", at] => redirect(307, &format!("/count/{}", at.parse::<u32>().unwrap() + 1)),
        [_, "twice"] => redirect(308, "/secure"),
        _ => redirect(302, location),
    }
}

struct Place {
    location: std::sync::Arc<std::sync::Mutex<String>>,
    front: Server,
    secure: Server,
    trap: Server,
    authority: Authority,
}

impl Place {
    async fn new() -> Self {
        let location = std::sync::Arc::new(std::sync::Mutex::new(String::new()));
        let authority = Authority::new();
        let sending = |location: &std::sync::Arc<std::sync::Mutex<String>>| {
            let location = std::sync::Arc::clone(location);
            move |seen: &crate::server::Seen| astray(&seen.target, &location.lock().unwrap())
        };
        let front = Server::start(sending(&location)).await;
        let acceptor = authority.acceptor("api.example.com");
        let secure = Server::start_with(Some(acceptor), sending(&location)).await;
        Self { front, secure, trap: Server::start(|_| ok("x")).await, location, authority }
    }

    fn named(&self, name: &str) -> String {
        format!("http://{name}.example.com:{}", self.trap.address.port())
    }

    fn secure_origin(&self) -> String {
        format!("https://api.example.com:{}", self.secure.address.port())
    }

    fn gate(&self) -> std::sync::Arc<hark_egress::SourceGate> {
        let granted = [self.front.origin(), self.secure_origin(), self.named("inside"), self.named("api")];
        let mut options = options(&granted.each_ref().map(String::as_str));
        options.hosts.extend(crate::kit::hosts(&[&self.named("asked")]));
        options.grant.ca_file = Some(self.authority.file());
        options.credentials = vec![crate::kit::credential(
            hark_model::Placement::Query("key".to_owned()),
            &[&self.front.origin()],
        )];
        options.names = hark_egress::Names::Table(std::sync::Arc::new(|host| match host {
            "inside.example.com" => vec!["10.0.0.1".parse().unwrap()],
            _ => vec!["127.0.0.1".parse().unwrap()],
        }));
        gate(options)
    }

    fn start(&self, path: &str) -> String {
        match path {
            "/secure" | "/twice" => format!("{}{path}", self.secure_origin()),
            _ => self.front.url(path),
        }
    }
}

#[tokio::test]
async fn no_redirect_leads_astray() {
    let place = Place::new().await;
    let gate = place.gate();
    let mut verdicts = Vec::new();
    for (name, path, location, rule) in CASES {
        let location = location
            .replace("FRONT", &place.front.address.to_string())
            .replace("TRAP", &place.trap.address.port().to_string())
            .replace("LONG", &"a".repeat(hark_model::limits::URL_BYTES_MAX));
        *place.location.lock().unwrap() = location;
        for method in ["GET", "POST"] {
            let before = place.front.connections();
            let body = Some(b"question".to_vec()).filter(|_| method == "POST");
            let request = HttpRequest { method: method.to_owned(), body, ..get(place.start(path)) };
            let result = call(&gate).send(request).await;
            // Off TLS, even the granted server without it is the wrong place.
            let off = place.front.connections() > before && place.start(path).starts_with("https");
            let verdict = Verdict::http(name, rule, &result);
            verdicts.push(
                verdict.leak(place.trap.connections() > 0, "a connection was made").leak(off, "TLS was left"),
            );
        }
    }
    judge(&verdicts, CASES.len() * 2);
    // The control: a redirect that is granted is followed, to the trap as well.
    *place.location.lock().unwrap() = place.trap.url("/end");
    let mut options = options(&[&place.front.origin(), &place.trap.origin()]);
    options.names = all_here();
    let answer = call(&crate::kit::gate(options)).send(get(place.front.url("/plain"))).await.unwrap();
    assert_eq!((answer.body.as_slice(), place.trap.last().target.as_str()), (&b"x"[..], "/end"));
}
