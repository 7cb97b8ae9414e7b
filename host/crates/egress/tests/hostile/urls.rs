//! Addresses that mean one thing to the gate and another to somebody else. Granted is `FRONT`, an attack is after
//! the server at port `TRAP`.

use crate::kit::{call, gate, get, options};
use crate::server::{Server, ok};
use crate::verdict::{Verdict, judge};

#[rustfmt::skip]
pub const CASES: &[(&str, &str, &str)] = &[
    ("user that looks like the granted host", "http://FRONT@127.0.0.1:TRAP/", "url-user"),
    ("user and password", "http://u:p@FRONT/", "url-user"),
    ("empty user", "http://@FRONT/", "url-user"),
    ("two ats", "http://FRONT@FRONT@127.0.0.1:TRAP/", "url-user"),
    ("user with an encoded at", "http://FRONT%40x@127.0.0.1:TRAP/", "url-user"),
    ("password that looks like a path", "http://u:/@127.0.0.1:TRAP/", "host-not-asked"),
    ("backslash before the at", "http://FRONT\\@127.0.0.1:TRAP/", "url-character"),
    ("backslashes for slashes", "http:\\\\127.0.0.1:TRAP\\", "url-character"),
    ("backslash in the path", "http://FRONT/\\127.0.0.1:TRAP/", "url-character"),
    ("tab in the scheme", "ht\ttp://127.0.0.1:TRAP/", "url-character"),
    ("line feed in the host", "http://127.0.0\n.1:TRAP/", "url-character"),
    ("request line in the path", "http://FRONT/ HTTP/1.1\r\nhost: 127.0.0.1:TRAP\r\n\r\nGET /", "url-character"),
    ("blank in the path", "http://FRONT/a b", "url-character"),
    ("no-break space", "http://FRONT/\u{a0}", "url-character"),
    ("ideographic space before the host", "http://\u{3000}127.0.0.1:TRAP/", "url-character"),
    ("line separator", "http://FRONT/\u{2028}", "url-character"),
    ("delete", "http://FRONT/\u{7f}", "url-character"),
    ("null", "http://FRONT/\0", "url-character"),
    ("scheme in capitals", "HTTP://127.0.0.1:TRAP/", "url-form"),
    ("no scheme", "//127.0.0.1:TRAP/", "url-form"),
    ("path alone", "/a", "url-form"),
    ("nothing", "", "url-form"),
    ("one slash", "http:/127.0.0.1:TRAP/", "url-form"),
    ("no slash", "http:127.0.0.1:TRAP/", "url-form"),
    ("three slashes", "http:///127.0.0.1:TRAP/", "url-host"),
    ("file", "file:///etc/passwd", "url-form"),
    ("gopher", "gopher://127.0.0.1:TRAP/_GET", "url-form"),
    ("data", "data:text/plain,x", "url-form"),
    ("websocket", "ws://127.0.0.1:TRAP/", "url-form"),
    ("view-source", "view-source:http://127.0.0.1:TRAP/", "url-form"),
    ("port too high", "http://127.0.0.1:65616/", "url-form"),
    ("port with a sign", "http://127.0.0.1:+TRAP/", "url-form"),
    ("fragment with the granted host", "http://127.0.0.1:TRAP/#@FRONT/", "url-fragment"),
    ("empty fragment", "http://FRONT/#", "url-fragment"),
    ("decimal", "http://2130706433:TRAP/", "url-host"),
    ("octal", "http://0177.0.0.01:TRAP/", "url-host"),
    ("hexadecimal", "http://0x7f000001:TRAP/", "url-host"),
    ("hexadecimal in parts", "http://0x7f.0x0.0x0.0x1:TRAP/", "url-host"),
    ("octal and hexadecimal mixed", "http://0177.0x0.0.1:TRAP/", "url-host"),
    ("two parts", "http://127.1:TRAP/", "url-host"),
    ("three parts", "http://127.0.1:TRAP/", "url-host"),
    ("dot behind an address", "http://127.0.0.1.:TRAP/", "url-host"),
    ("digits of full width", "http://\u{ff11}27.0.0.1:TRAP/", "url-host"),
    ("digits in circles", "http://\u{2460}\u{2461}\u{2466}.0.0.1:TRAP/", "url-host"),
    ("ideographic full stops", "http://127\u{3002}0\u{3002}0\u{3002}1:TRAP/", "url-host"),
    ("percent-encoded host", "http://%31%32%37.0.0.1:TRAP/", "url-host"),
    ("percent-encoded dot", "http://127%2e0.0.1:TRAP/", "url-host"),
    ("soft hyphen in the host", "http://local\u{ad}host:TRAP/", "url-host"),
    ("mapped v4 with dots", "http://[::ffff:127.0.0.1]:TRAP/", "url-host"),
    ("long v6 zeroes", "http://[0:0:0:0:0:0:0:1]:TRAP/", "url-host"),
    ("v6 zone", "http://[fe80::1%25lo]:TRAP/", "url-form"),
    ("v6 future", "http://[v1.fe80::1]:TRAP/", "url-form"),
    ("open bracket", "http://[::1:TRAP/", "url-form"),
    ("name in another script", "http://b\u{fc}cher.example:TRAP/", "url-host"),
    ("mixed scripts", "http://p\u{430}ypal.example:TRAP/", "url-host"),
    ("letters of full width", "http://\u{ff41}pi.example:TRAP/", "url-host"),
    ("sharp s", "http://stra\u{df}e.example:TRAP/", "url-host"),
    ("zero-width joiner", "http://api\u{200d}.example:TRAP/", "url-form"),
    ("kelvin sign", "http://\u{212a}api.example:TRAP/", "url-host"),
    ("punycode that is none", "http://xn--a.example:TRAP/", "url-form"),
    ("encoded dots", "http://FRONT/feed/..%2f..%2fadmin", "url-dots"),
    ("dots encoded twice", "http://FRONT/feed/%252e%252e%252fadmin", "url-dots"),
    ("dots with a parameter", "http://FRONT/feed/..;a=b/admin", "url-dots"),
    ("dots and an encoded backslash", "http://FRONT/feed/..%5cadmin", "url-dots"),
    ("host in the path", "http://FRONT//127.0.0.1:TRAP/", "url-slashes"),
    ("host in the path behind dots", "http://FRONT/a/..//127.0.0.1:TRAP/", "url-slashes"),
    ("other port of the granted host", "http://127.0.0.1:TRAP/", "host-not-asked"),
    ("granted host as a label", "http://127.0.0.1.evil.example:TRAP/", "host-not-asked"),
    ("granted host in the query", "http://evil.example:TRAP/?FRONT", "host-not-asked"),
    ("other scheme of the granted host", "https://FRONT/", "host-not-asked"),
    ("name of this machine", "http://localhost:TRAP/", "host-not-asked"),
    ("name of this machine with a dot", "http://localhost.:TRAP/", "host-not-asked"),
    ("address without end", "http://FRONT/LONG", "url-too-long"),
];

fn filled(text: &str, front: &Server, trap: &Server) -> String {
    text.replace("FRONT", &front.address.to_string())
        .replace("TRAP", &trap.address.port().to_string())
        .replace("LONG", &"a".repeat(hark_model::limits::URL_BYTES_MAX))
}

#[tokio::test]
async fn no_spelling_leads_astray() {
    let (front, trap) = (Server::start(|_| ok("x")).await, Server::start(|_| ok("x")).await);
    let gate = gate(options(&[&front.origin()]));
    let mut verdicts = Vec::new();
    for (name, url, rule) in CASES {
        let result = call(&gate).send(get(filled(url, &front, &trap))).await;
        let reached = front.connections() + trap.connections() > 0;
        verdicts.push(Verdict::http(name, rule, &result).leak(reached, "a connection was made"));
    }
    judge(&verdicts, CASES.len());
    // The control: both can be reached, and it shows.
    let gate = crate::kit::gate(options(&[&front.origin(), &trap.origin()]));
    for server in [&front, &trap] {
        call(&gate).send(get(server.url("/a?b=@c"))).await.unwrap();
        assert_eq!((server.connections(), server.last().target.as_str()), (1, "/a?b=@c"));
    }
}
