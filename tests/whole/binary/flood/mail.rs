//! A mailbox of a real Dovecot, read by time, through a proxy that cuts one connection of ten.

use std::time::{Duration, SystemTime};

use hark_kit::dovecot::Dovecot;
use serde_json::json;

use crate::source::Source;
use crate::trial::Host;
use crate::{held, items_slow};

mod proxy;

use proxy::Proxy;

/// Between two mails: five hundred a day.
const STEP: Duration = Duration::from_secs(170);
/// Seed of what the proxy does.
const SEED: u64 = 1;

pub fn email() {
    let mut dovecot = Dovecot::start();
    let now = SystemTime::now();
    let count = items_slow();
    let arrived = |number: u64| now - STEP * u32::try_from(count - number).unwrap();
    dovecot.fill((0..count).map(|number| (mail(number), arrived(number))));
    let proxy = Proxy::start(dovecot.tls_port(), SEED);
    let port = proxy.port();
    let settings = json!({ "host": "127.0.0.1", "port": port, "user": Dovecot::USER });
    let grant = json!({
        "endpoints": [format!("tls://127.0.0.1:{port}")], "private_addresses": ["127.0.0.1/32"],
        "ca_file": dovecot.ca_file(),
    });
    let source = Source::new("email", settings, grant).credential("imap-password", Dovecot::PASSWORD);
    let ms = |at: SystemTime| {
        i64::try_from(at.duration_since(SystemTime::UNIX_EPOCH).unwrap().as_millis()).unwrap()
    };
    let host = Host::backfill(&source, "inbox", ms(arrived(0)) - 86_400_000, ms(now));
    let report = host.done(|until| panic!("a mailbox has no limit to wait for, but it waits until {until}"));
    let (connections, cut) = proxy.counts();
    report.judge("email", &format!("{cut} of {connections} connections were cut"));
    assert!(connections < 50 || (cut > 0 && cut * 4 < connections), "{cut} of {connections}");
    held::assert_same(&source.store(), (0..count).map(id));
}

fn id(number: u64) -> String {
    format!("{number}@flood.example.org")
}

fn mail(number: u64) -> Vec<u8> {
    let jo = number % 1_000;
    format!(
        "From: Jo {jo} <jo{jo}@example.org>\r\nTo: support@example.com\r\nSubject: Widget {number}\r\n\
         Message-ID: <{}>\r\n\r\nMy acme widget number {number} stopped after the update.\r\n",
        id(number)
    )
    .into_bytes()
}
