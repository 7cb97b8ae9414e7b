//! Takes secrets out of what comes back, by exact match.
//!
//! Holds: a value is found as it is, percent-encoded, as a form's field, escaped in JSON or markup,
//! and in base64 of either alphabet at any offset. Not here: values that a server changed on purpose.

use std::borrow::Cow;
use std::sync::{Arc, PoisonError, RwLock};

use base64::Engine;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use zeroize::Zeroizing;

use crate::limits;

const MASK: &[u8] = b"***";
/// Characters that one expected byte can be spelt with: the longest are `&#x0027;` and `\u0027`.
const SPELLING_BYTES_MAX: usize = 10;
/// Spellings of one needle that are tried at one place before the rest is given up.
const BRANCHES_MAX: usize = 64;

/// Knows every secret of a source and finds them; may learn another at any time.
pub(crate) struct Scrubber(RwLock<Arc<Known>>);

/// What is looked for.
struct Known {
    /// Values that were known from the start.
    fixed: Vec<Zeroizing<String>>,
    /// Values that were learnt, oldest first: an answer may be on its way that holds the one before.
    learnt: Vec<Zeroizing<String>>,
    needles: Vec<Zeroizing<Vec<u8>>>,
    /// Tells which bytes a match can start with, so that most of a body is passed over quickly.
    starts: Box<[bool; 256]>,
}

/// What stands at a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Found {
    Nothing,
    /// A secret of this length.
    Secret(usize),
    /// The input ends inside what could be a secret.
    Cut,
}

impl Scrubber {
    /// Makes a scrubber of `values`; those that are too short to be told from words are left out.
    pub(crate) fn new<'a>(values: impl Iterator<Item = &'a str>) -> Self {
        let fixed = values.map(|value| Zeroizing::new(value.to_owned())).collect();
        Self(RwLock::new(Arc::new(Known::new(fixed, Vec::new()))))
    }

    /// Looks for `value`, too, from now on.
    pub(crate) fn learn(&self, value: &str) {
        let known = self.known();
        if known.fixed.iter().chain(&known.learnt).any(|known| known.as_str() == value) {
            return;
        }
        let (fixed, mut learnt) = (known.fixed.clone(), known.learnt.clone());
        if learnt.len() == limits::SCRUB_LEARNT_MAX {
            learnt.remove(0);
        }
        learnt.push(Zeroizing::new(value.to_owned()));
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(Known::new(fixed, learnt));
    }

    fn known(&self) -> Arc<Known> {
        Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Returns `text` with every secret replaced.
    pub(crate) fn text(&self, text: &str) -> String {
        String::from_utf8_lossy(&self.bytes(text.as_bytes())).into_owned()
    }

    /// Returns `input` with every secret replaced.
    pub(crate) fn bytes<'a>(&self, input: &'a [u8]) -> Cow<'a, [u8]> {
        self.known().bytes(input)
    }

    /// Moves out of `held` what can be told to be no secret, or a whole one; keeps a tail that more
    /// input could make one.
    pub(crate) fn release(&self, held: &mut Vec<u8>) -> Vec<u8> {
        self.known().release(held)
    }
}

impl Known {
    fn new(fixed: Vec<Zeroizing<String>>, learnt: Vec<Zeroizing<String>>) -> Self {
        let mut needles = Vec::new();
        let values = fixed.iter().chain(&learnt).map(|value| value.as_str());
        for value in values.filter(|value| value.len() >= limits::SCRUB_BYTES_MIN) {
            needles.push(Zeroizing::new(value.as_bytes().to_vec()));
            for offset in 0..3 {
                needles.push(base64_core(&STANDARD_NO_PAD, value, offset));
                needles.push(base64_core(&URL_SAFE_NO_PAD, value, offset));
            }
        }
        needles.sort_by(|one: &Zeroizing<Vec<u8>>, other| one.as_slice().cmp(other.as_slice()));
        needles.dedup_by(|one, other| one.as_slice() == other.as_slice());
        let mut starts = Box::new([false; 256]);
        for first in needles.iter().filter_map(|needle| needle.first()) {
            starts[usize::from(*first)] = true;
            let escapes = if *first == b' ' { &b"%\\&+"[..] } else { b"%\\&" };
            escapes.iter().for_each(|escape| starts[usize::from(*escape)] = true);
        }
        Self { fixed, learnt, needles, starts }
    }

    fn bytes<'a>(&self, input: &'a [u8]) -> Cow<'a, [u8]> {
        let mut output = Vec::new();
        let (mut at, mut copied, mut changed) = (0, 0, false);
        while at < input.len() {
            match self.find(&input[at..]) {
                Found::Secret(length) => {
                    output.extend_from_slice(&input[copied..at]);
                    output.extend_from_slice(MASK);
                    at += length;
                    (copied, changed) = (at, true);
                }
                Found::Nothing | Found::Cut => at += 1,
            }
        }
        if !changed {
            return Cow::Borrowed(input);
        }
        output.extend_from_slice(&input[copied..]);
        Cow::Owned(output)
    }

    fn release(&self, held: &mut Vec<u8>) -> Vec<u8> {
        let mut at = 0;
        while at < held.len() {
            match self.find(&held[at..]) {
                Found::Secret(length) => at += length,
                Found::Nothing => at += 1,
                Found::Cut => break,
            }
        }
        let tail = held.split_off(at);
        let clear = std::mem::replace(held, tail);
        self.bytes(&clear).into_owned()
    }

    fn find(&self, input: &[u8]) -> Found {
        if !input.first().is_some_and(|first| self.starts[usize::from(*first)]) {
            return Found::Nothing;
        }
        let mut best = Found::Nothing;
        for needle in &self.needles {
            match (spelt(needle, input), best) {
                (Found::Secret(length), Found::Secret(known)) if length <= known => {}
                (Found::Secret(length), _) => best = Found::Secret(length),
                (Found::Cut, Found::Nothing) => best = Found::Cut,
                _ => {}
            }
        }
        best
    }
}

/// Returns those characters of the base64 form of anything holding `value` at `offset` (mod 3) that
/// `value` alone decides.
fn base64_core(alphabet: &impl Engine, value: &str, offset: usize) -> Zeroizing<Vec<u8>> {
    let mut padded = Zeroizing::new(vec![0; offset]);
    padded.extend_from_slice(value.as_bytes());
    let encoded = Zeroizing::new(alphabet.encode(&padded).into_bytes());
    let core = (offset * 8).div_ceil(6)..padded.len() * 8 / 6;
    Zeroizing::new(encoded[core].to_vec())
}

/// Tells whether `input` starts with `needle` in any mixture of spellings.
fn spelt(needle: &[u8], input: &[u8]) -> Found {
    // Other readings of what was passed; empty nearly always, so nothing is allocated.
    let mut branches = Vec::new();
    let mut branch = Some((0, 0));
    let mut tried = 0;
    let mut cut = false;
    while let Some((mut expected, mut at)) = branch {
        while expected < needle.len() {
            let rest = &input[at..];
            let raw = rest.first() == Some(&needle[expected]);
            match escape(rest, &needle[expected..]) {
                Escape::Spells { bytes, length } => {
                    if raw && tried < BRANCHES_MAX {
                        tried += 1;
                        branches.push((expected + 1, at + 1));
                    }
                    (expected, at) = (expected + bytes, at + length);
                }
                other if raw => {
                    cut |= other == Escape::Cut;
                    (expected, at) = (expected + 1, at + 1);
                }
                other => {
                    cut |= other == Escape::Cut;
                    break;
                }
            }
        }
        if expected == needle.len() {
            return Found::Secret(at);
        }
        branch = branches.pop();
    }
    if cut { Found::Cut } else { Found::Nothing }
}

/// An escape at some place, compared with the bytes that are expected there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Escape {
    None,
    /// `length` characters of input spell `bytes` bytes of the needle.
    Spells {
        bytes: usize,
        length: usize,
    },
    /// The input ends before it can be told.
    Cut,
}

fn escape(input: &[u8], expected: &[u8]) -> Escape {
    let spells = |length| Escape::Spells { bytes: 1, length };
    match input {
        [] => Escape::Cut,
        [b'+', ..] if expected[0] == b' ' => spells(1),
        [b'%'] | [b'%', _] | [b'\\'] => Escape::Cut,
        [b'%', high, low, ..] if hex(&[*high, *low]) == Some(u32::from(expected[0])) => spells(3),
        [b'\\', b'u', rest @ ..] if rest.len() < 4 => Escape::Cut,
        [b'\\', b'u', rest @ ..] => character(hex(&rest[..4]), 6, expected),
        [b'\\', short, ..] if unescaped(*short) == expected[0] => spells(2),
        [b'&', rest @ ..] => entity(rest, expected),
        _ => Escape::None,
    }
}

fn unescaped(short: u8) -> u8 {
    match short {
        b'b' => 8,
        b'f' => 12,
        b'n' => b'\n',
        b'r' => b'\r',
        b't' => b'\t',
        other => other,
    }
}

/// Reads an entity of markup without its `&`.
fn entity(rest: &[u8], expected: &[u8]) -> Escape {
    let Some(end) = rest.iter().take(SPELLING_BYTES_MAX).position(|byte| *byte == b';') else {
        return if rest.len() < SPELLING_BYTES_MAX { Escape::Cut } else { Escape::None };
    };
    let code = match &rest[..end] {
        [b'#', b'x' | b'X', digits @ ..] => hex(digits),
        [b'#', digits @ ..] => std::str::from_utf8(digits).ok().and_then(|text| text.parse().ok()),
        b"amp" => Some(u32::from(b'&')),
        b"lt" => Some(u32::from(b'<')),
        b"gt" => Some(u32::from(b'>')),
        b"quot" => Some(u32::from(b'"')),
        b"apos" => Some(u32::from(b'\'')),
        _ => None,
    };
    character(code, end + 2, expected)
}

fn character(code: Option<u32>, length: usize, expected: &[u8]) -> Escape {
    let mut buffer = [0; 4];
    let spelt = code.and_then(char::from_u32).map(|letter| letter.encode_utf8(&mut buffer).as_bytes());
    match spelt {
        Some(bytes) if expected.starts_with(bytes) => Escape::Spells { bytes: bytes.len(), length },
        _ => Escape::None,
    }
}

fn hex(digits: &[u8]) -> Option<u32> {
    let text = std::str::from_utf8(digits).ok()?;
    if text.starts_with('+') { None } else { u32::from_str_radix(text, 16).ok() }
}

#[cfg(test)]
mod tests {
    use base64::engine::general_purpose::{STANDARD, URL_SAFE};

    use super::*;

    const SECRET: &str = "p&ss w/rd+\"ü%25~?>";

    fn scrubber() -> Scrubber {
        Scrubber::new([SECRET, "second-canary"].into_iter())
    }

    fn percent(text: &str, keep: fn(u8) -> bool) -> String {
        text.bytes().map(|b| if keep(b) { char::from(b).to_string() } else { format!("%{b:02x}") }).collect()
    }

    #[test]
    fn every_usual_spelling_is_found() {
        let html = SECRET.replace('&', "&amp;").replace('"', "&#34;").replace('>', "&gt;");
        let spellings = [
            SECRET.to_owned(),
            percent(SECRET, |b| b.is_ascii_alphanumeric()),
            SECRET.replace('&', "%26").replace('/', "%2F").replace('?', "%3F").replace('>', "%3E"),
            percent(SECRET, |_| false),
            percent(SECRET, |b| b.is_ascii_alphanumeric() || b == b' ').replace(' ', "+"),
            SECRET.replace('"', "\\\""),
            SECRET.replace('"', "\\u0022").replace('ü', "\\u00fc").replace('/', "\\/"),
            html,
            "second-canary".to_owned(),
        ];
        for spelling in &spellings {
            let clean = scrubber().text(&format!("a={spelling};b"));
            assert_eq!(clean, "a=***;b", "spelling: {spelling}");
        }
    }

    #[test]
    fn base64_is_found_at_every_offset() {
        for before in ["", "u", "us", "use", "user:", "\0user\0"] {
            for after in ["", "a", "ab", "abc"] {
                let plain = format!("{before}{SECRET}{after}");
                for encoded in
                    [STANDARD.encode(&plain), URL_SAFE.encode(&plain), URL_SAFE_NO_PAD.encode(&plain)]
                {
                    let clean = scrubber().text(&format!("Basic {encoded}"));
                    assert!(clean.contains("***"), "{plain:?} as {encoded}");
                    // What is left beside the mask is what stood beside the secret, and 4 bits of it.
                    assert!(
                        clean.len() <= "Basic ***".len() + (before.len() + after.len()) * 4 / 3 + 6,
                        "{clean}"
                    );
                }
            }
        }
    }

    #[test]
    fn all_else_stays_as_it_is() {
        for text in ["", "p&ss w/rd", "second-canar", "%", "\\u00", "&#12", "100% %zz \\ & &amp;"] {
            assert_eq!(scrubber().text(text), text);
            assert!(matches!(scrubber().bytes(text.as_bytes()), Cow::Borrowed(_)));
        }
        let binary = [0xff, 0xfe, b'%', 0x00];
        assert_eq!(&*scrubber().bytes(&binary), &binary);
        assert_eq!(Scrubber::new(["short"].into_iter()).text("short"), "short");
    }

    #[test]
    fn a_value_is_learnt_and_so_is_the_one_after_it() {
        let scrubber = scrubber();
        let text = "second-canary third-canary fourth-canary";
        assert_eq!(scrubber.text(text), "*** third-canary fourth-canary");
        scrubber.learn("third-canary");
        scrubber.learn("fourth-canary");
        assert_eq!(scrubber.text(text), "*** *** ***");
        (0..limits::SCRUB_LEARNT_MAX).for_each(|at| scrubber.learn(&format!("later-canary-{at}")));
        assert_eq!(scrubber.text(text), "*** third-canary fourth-canary", "only the latest are looked for");
    }

    #[test]
    fn neighbours_and_repeats_are_found() {
        let text = format!("second-canarysecond-canary{SECRET}ssecond-canary");
        assert_eq!(scrubber().text(&text), "*********s***");
    }

    #[test]
    fn a_stream_never_lets_a_part_out() {
        let text = format!("x second-canary y {SECRET} z second-cat %41 second");
        for step in 1..text.len() {
            let (mut held, mut output) = (Vec::new(), Vec::new());
            for chunk in text.as_bytes().chunks(step) {
                held.extend_from_slice(chunk);
                output.extend(scrubber().release(&mut held));
            }
            assert_eq!(held, b"second", "step: {step}");
            assert_eq!(output, b"x *** y *** z second-cat %41 ", "step: {step}");
        }
    }
}
