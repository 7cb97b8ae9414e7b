//! Marked secrets, one for each place that a secret is put to, and the search for them.

use std::fmt::Write as _;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};

/// How every secret begins, and how it ends: what is left of one that was cut is found, too.
const HEAD: &str = "Zw1tscher";
const TAIL: &str = "Kan4rienv";
/// What seals tokens: a key is 64 digits of hex.
pub const KEY: &str = "5cb1f0e7d39a486205cb1f0e7d39a4862a5cb1f0e7d39a486205cb1f0e7d39a4";
/// No secret: whoever finds it has looked in the right place.
pub const PLANT: &str = "Pl4nted-in-plain-sight";

/// Every secret that the test gives to the program. What is sent, the platform hears.
pub const SENT: [&str; 10] = [
    "bearer",
    "basic",
    "header",
    "query",
    "oauth1-consumer-key",
    "oauth1-token",
    "client-secret",
    "first-refresh",
    "refused-secret",
    "refused-refresh",
];
/// Secrets that sign, and never leave.
pub const KEPT: [&str; 3] = ["oauth1-consumer-secret", "oauth1-token-secret", "hook"];
/// Secrets that the platform makes.
pub const MADE: [&str; 2] = ["access", "next-refresh"];

/// Returns the secret of that name; it needs escapes wherever there are any.
pub fn mark(name: &str) -> String {
    format!("{HEAD}+{name}/of a&{name}\"{TAIL}")
}

/// Every usual spelling of `text`, whatever stands beside it.
pub fn spellings(text: &str) -> Vec<Vec<u8>> {
    let bytes = |form: fn(u8) -> String| text.bytes().map(form).collect::<String>();
    let mut all = vec![
        text.to_owned(),
        bytes(|byte| format!("%{byte:02X}")),
        bytes(|byte| format!("%{byte:02x}")),
        bytes(|byte| format!("{byte:02x}")),
        bytes(|byte| format!("{byte:02X}")),
        bytes(|byte| format!("\\u{byte:04x}")),
        bytes(|byte| format!("&#{byte};")),
        // As a list of numbers: how bytes are printed for developers, and written by a careless serializer.
        bytes(|byte| format!("{byte}, ")),
        bytes(|byte| format!("{byte},")),
    ];
    for before in 0..3 {
        let plain = [&b"x".repeat(before), text.as_bytes()].concat();
        // Whole groups only: the others hold a part of what stands beside them.
        let from = before.div_ceil(3) * 4;
        let to = plain.len() / 3 * 4;
        all.push(STANDARD.encode(&plain)[from..to].to_owned());
        all.push(URL_SAFE_NO_PAD.encode(&plain)[from..to].to_owned());
    }
    all.sort();
    all.dedup();
    all.into_iter().map(String::into_bytes).collect()
}

/// Returns where a part of a secret stands in `bytes`, with what is around it.
pub fn leak(bytes: &[u8]) -> Option<String> {
    let mut needles: Vec<_> = [HEAD, TAIL, KEY].into_iter().flat_map(spellings).collect();
    needles.push(hex::decode(KEY).unwrap());
    let found = needles.iter().filter_map(|needle| position(bytes, needle)).min()?;
    let around = &bytes[found.saturating_sub(100)..(found + 200).min(bytes.len())];
    let mut shown = String::new();
    write!(shown, "at {found}: {:?}", String::from_utf8_lossy(around)).unwrap();
    Some(shown)
}

/// Tells whether `text` stands in `bytes` in any spelling.
pub fn holds(bytes: &[u8], text: &str) -> bool {
    spellings(text).iter().any(|needle| position(bytes, needle).is_some())
}

fn position(bytes: &[u8], needle: &[u8]) -> Option<usize> {
    let (first, rest) = needle.split_first().unwrap();
    let starts = bytes.iter().enumerate().filter(|(_, byte)| *byte == first);
    starts.map(|(at, _)| at).find(|at| bytes[at + 1..].starts_with(rest))
}

/// Tells whether the secret `name` stands in `bytes`, whole, as requests spell it.
pub fn hears(bytes: &[u8], name: &str) -> bool {
    let mark = mark(name);
    let kept = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    let percent = |space: &str| {
        mark.bytes().fold(String::new(), |text, byte| match byte {
            b' ' => text + space,
            byte if kept(byte) => text + char::from(byte).encode_utf8(&mut [0; 4]),
            byte => text + &format!("%{byte:02X}"),
        })
    };
    let form = percent("+");
    let basic = format!("hark:{form}");
    [percent("%20"), form].iter().chain([&mark, &basic]).any(|text| holds(bytes, text))
}

#[test]
fn every_part_of_every_secret_would_be_found() {
    for name in SENT.iter().chain(&KEPT).chain(&MADE) {
        let mark = mark(name);
        for text in [&mark[..], &mark[..20], &mark[mark.len() - 20..]] {
            for spelling in spellings(text) {
                let text = [b"something before ", &spelling[..], b" and after"].concat();
                assert!(leak(&text).is_some(), "{}", String::from_utf8_lossy(&text));
            }
        }
    }
    for key in [KEY.as_bytes().to_vec(), hex::decode(KEY).unwrap(), STANDARD.encode(KEY).into_bytes()] {
        assert!(leak(&[b"x", &key[..], b"y"].concat()).is_some());
    }
    assert_eq!(leak(format!("nothing of the kind {PLANT} Zw1tsche").as_bytes()), None);
}
