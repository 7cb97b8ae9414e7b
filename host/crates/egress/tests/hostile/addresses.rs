//! Hosts that are granted by name or number and turn out to be at an address that is not public.

use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use hark_egress::Names;

use crate::kit::{call, gate, get, options};
use crate::server::{Server, ok, reply};
use crate::verdict::{Verdict, judge};

/// The manifest and the grant name the host itself; only its address is in the way.
#[rustfmt::skip]
pub const LITERALS: &[(&str, &str, &str)] = &[
    ("loopback", "127.0.0.1", "address|loopback"),
    ("loopback elsewhere", "127.8.9.10", "address|loopback"),
    ("this network", "0.0.0.0", "address|unspecified"),
    ("private ten", "10.0.0.1", "address|private"),
    ("private 172", "172.31.255.254", "address|private"),
    ("private 192", "192.168.0.1", "address|private"),
    ("carrier's NAT", "100.64.0.1", "address|shared"),
    ("metadata", "169.254.169.254", "address|metadata"),
    ("metadata of another cloud", "168.63.129.16", "address|metadata"),
    ("link-local", "169.254.0.1", "address|link-local"),
    ("metadata of a third cloud", "100.100.100.200", "address|shared"),
    ("metadata of a fourth cloud", "192.0.0.192", "address|reserved"),
    ("6to4 relay", "192.88.99.1", "address|6to4"),
    ("benchmark", "198.18.0.1", "address|benchmarks"),
    ("documentation", "203.0.113.1", "address|documentation"),
    ("multicast", "224.0.0.251", "address|multicast"),
    ("broadcast", "255.255.255.255", "address|reserved"),
    ("v6 loopback", "[::1]", "address|loopback"),
    ("v6 unspecified", "[::]", "address|unspecified"),
    ("v4-mapped loopback", "[::ffff:7f00:1]", "address|IPv4"),
    ("v4-mapped metadata", "[::ffff:a9fe:a9fe]", "address|IPv4"),
    ("v4-mapped public", "[::ffff:101:101]", "address|IPv4"),
    ("v4-compatible", "[::7f00:1]", "address|reserved"),
    ("v4-translated", "[::ffff:0:7f00:1]", "address|reserved"),
    ("NAT64 loopback", "[64:ff9b::7f00:1]", "address|NAT64"),
    ("NAT64 metadata", "[64:ff9b::a9fe:a9fe]", "address|NAT64"),
    ("NAT64 of the house", "[64:ff9b:1::7f00:1]", "address|NAT64"),
    ("6to4 loopback", "[2002:7f00:1::1]", "address|6to4"),
    ("6to4 private", "[2002:a00:1::1]", "address|6to4"),
    ("Teredo", "[2001:0:4136:e378:8000:63bf:80ff:fffe]", "address|Teredo"),
    ("ISATAP", "[2606:4700::5efe:7f00:1]", "address|ISATAP"),
    ("ISATAP of a public address", "[2606:4700::200:5efe:7f00:1]", "address|ISATAP"),
    ("unique local", "[fd00::1]", "address|private"),
    ("metadata over v6", "[fd00:ec2::254]", "address|private"),
    ("v6 link-local", "[fe80::1]", "address|link-local"),
    ("site-local", "[fec0::1]", "address|site-local"),
    ("v6 multicast", "[ff02::1]", "address|multicast"),
    ("discard", "[100::1]", "address|reserved"),
    ("segment routing", "[5f00::1]", "address|reserved"),
    ("v6 documentation", "[2001:db8::1]", "address|documentation"),
];

/// What a name is answered with, one list for each time that it is asked. 127.0.0.1 is granted.
#[rustfmt::skip]
pub const NAMES: &[(&str, &[&[&str]], &str)] = &[
    ("name of the house", &[&["10.0.0.1"]], "address|private"),
    ("name of a neighbour on this machine", &[&["127.0.0.2"]], "address|loopback"),
    ("public and private", &[&["1.1.1.1", "127.0.0.2"]], "address|loopback"),
    ("private behind the granted", &[&["127.0.0.1", "127.0.0.2"]], "address|loopback"),
    ("private behind many", &[&["127.0.0.1", "127.0.0.1", "127.0.0.1", "127.0.0.1", "::ffff:127.0.0.2"]], "address|IPv4"),
    ("answer that changes", &[&["127.0.0.1"], &["127.0.0.2"]], "address|loopback"),
    ("answer that changes to metadata", &[&["127.0.0.1"], &["169.254.169.254"]], "address|metadata"),
    ("answer that changes its family", &[&["127.0.0.1"], &["::1"]], "address|loopback"),
    ("answer that gains an address", &[&["127.0.0.1"], &["127.0.0.1", "127.0.0.2"]], "address|loopback"),
    ("name behind NAT64", &[&["64:ff9b::7f00:2"]], "address|NAT64"),
    ("name behind 6to4", &[&["2002:7f00:2::"]], "address|6to4"),
];

#[tokio::test]
async fn no_special_address_is_connected_to() {
    let trap = Server::start(|_| ok("x")).await;
    let mut verdicts = Vec::new();
    for (name, host, rule) in LITERALS {
        let origin = format!("http://{host}:{}", trap.address.port());
        let mut options = options(&[&origin]);
        options.grant.private_addresses.clear();
        let result = call(&gate(options)).send(get(origin)).await;
        let reached = trap.connections() > 0;
        verdicts.push(Verdict::http(name, rule, &result).leak(reached, "a connection was made"));
    }
    judge(&verdicts, LITERALS.len());
    // The control: what the first case is refused is reached with a grant.
    call(&gate(options(&[&trap.origin()]))).send(get(trap.origin())).await.unwrap();
    assert_eq!(trap.connections(), 1);
}

/// Answers the first question with the first list, and the last list for ever.
fn changing(answers: &'static [&'static [&'static str]]) -> Names {
    let asked = AtomicUsize::new(0);
    Names::Table(Arc::new(move |_| {
        let at = asked.fetch_add(1, Ordering::SeqCst).min(answers.len() - 1);
        answers[at].iter().map(|address| address.parse().unwrap()).collect()
    }))
}

#[tokio::test]
async fn no_answer_of_a_resolver_leads_inside() {
    // Both listen on one port, so that only the address tells them apart.
    let trap = Server::start_at([127, 0, 0, 2], |_| ok("x")).await;
    let close = |_: &crate::server::Seen| reply("200 OK", "connection: close\r\n", "x");
    let front = Server::start_on((IpAddr::from([127, 0, 0, 1]), trap.address.port()).into(), close).await;
    let origin = format!("http://flip.example.com:{}", trap.address.port());
    let mut verdicts = Vec::new();
    for (name, answers, rule) in NAMES {
        let mut options = options(&[&origin]);
        options.grant.private_addresses = vec!["127.0.0.1/32".parse().unwrap()];
        options.names = changing(answers);
        let gate = gate(options);
        for _ in 1..answers.len() {
            // The control: the first answer is fine, and it is the same gate that is asked again.
            assert_eq!(call(&gate).send(get(&origin)).await.unwrap().status, 200, "{name}");
        }
        let before = front.connections();
        let result = call(&gate).send(get(&origin)).await;
        let reached = trap.connections() > 0 || front.connections() > before;
        verdicts.push(Verdict::http(name, rule, &result).leak(reached, "a connection was made"));
    }
    judge(&verdicts, NAMES.len());
    let mut open = options(&[&origin]);
    open.names = changing(&[&["127.0.0.2"]]);
    call(&gate(open)).send(get(&origin)).await.unwrap();
    assert_eq!(trap.connections(), 1, "the neighbour can be reached");
}
