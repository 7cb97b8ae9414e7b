//! Changed cassettes: the same exchanges with one thing wrong.
//!
//! Holds: what is wrong is wrong in one known place, and the same each time.

use hark_cassette::{Blob, Exchange, HttpAnswer, HttpTrouble, WireStep, WireTrouble};
use serde_json::Value;

use crate::limits;

/// Returns the places of all requests that were answered with a body worth the name.
pub fn answered(exchanges: &[Exchange]) -> Vec<usize> {
    let full = |exchange: &Exchange| {
        matches!(exchange, Exchange::Http(http) if matches!(&http.answer,
            HttpAnswer::Response { status, .. } if (200..300).contains(status)))
    };
    (0..exchanges.len()).filter(|at| full(&exchanges[*at])).collect()
}

/// Chooses some of `places`: the first, the last, and some between.
pub fn some(places: Vec<usize>) -> Vec<usize> {
    let count = places.len();
    if count <= limits::PLACES_MAX {
        return places;
    }
    let step = |at: usize| places[at * (count - 1) / (limits::PLACES_MAX - 1)];
    (0..limits::PLACES_MAX).map(step).collect()
}

/// Returns `exchanges` with another answer at `place`.
pub fn with_answer(exchanges: &[Exchange], place: usize, answer: HttpAnswer) -> Vec<Exchange> {
    let mut changed = exchanges.to_vec();
    if let Some(Exchange::Http(http)) = changed.get_mut(place) {
        http.answer = answer;
    }
    changed
}

/// Returns `exchanges` with `change` made to the body of every full answer.
pub fn with_bodies(exchanges: &[Exchange], change: impl Fn(&[u8]) -> Vec<u8>) -> Vec<Exchange> {
    let mut changed = exchanges.to_vec();
    for exchange in &mut changed {
        if let Exchange::Http(http) = exchange
            && let HttpAnswer::Response { status: 200..=299, body, .. } = &mut http.answer
        {
            *body = Blob(change(&body.0));
        }
    }
    changed
}

/// Returns an answer of `status` with a body as such answers have.
pub fn status(status: u16, headers: &[&str]) -> HttpAnswer {
    let body = format!("{{\"error\":{{\"code\":{status},\"message\":\"as the trial wants it\"}}}}");
    let mut headers: Vec<String> = headers.iter().map(|line| (*line).to_owned()).collect();
    headers.push("content-type: application/json".to_owned());
    HttpAnswer::Response { status, headers, body: Blob(body.into_bytes()) }
}

/// Returns a 200 with `body` in place of what was recorded.
pub fn page(media_type: &str, body: &[u8]) -> HttpAnswer {
    let headers = vec![format!("content-type: {media_type}")];
    HttpAnswer::Response { status: 200, headers, body: Blob::from(body) }
}

/// Returns that nothing came.
pub const fn trouble(trouble: HttpTrouble) -> HttpAnswer {
    HttpAnswer::Trouble { trouble }
}

/// Returns the recorded answer at `place` with `change` made to its body.
pub fn body_at(
    exchanges: &[Exchange],
    place: usize,
    change: impl Fn(&[u8]) -> Vec<u8>,
) -> Option<HttpAnswer> {
    let Exchange::Http(http) = exchanges.get(place)? else { return None };
    match &http.answer {
        HttpAnswer::Response { status, headers, body } => Some(HttpAnswer::Response {
            status: *status,
            headers: headers.clone(),
            body: Blob(change(&body.0)),
        }),
        HttpAnswer::Trouble { .. } => None,
    }
}

/// Returns how many bytes were heard on the connection at `place`.
pub fn heard_bytes(exchanges: &[Exchange], place: usize) -> usize {
    let Some(Exchange::Wire(session)) = exchanges.get(place) else { return 0 };
    let length = |step: &WireStep| if let WireStep::Received(bytes) = step { bytes.0.len() } else { 0 };
    session.steps.iter().map(length).sum()
}

/// Returns the places of all connections.
pub fn wires(exchanges: &[Exchange]) -> Vec<usize> {
    (0..exchanges.len()).filter(|at| matches!(exchanges[*at], Exchange::Wire(_))).collect()
}

/// Returns `exchanges` with the connection at `place` closed after `bytes` were heard.
pub fn cut_wire(exchanges: &[Exchange], place: usize, bytes: usize) -> Vec<Exchange> {
    let mut changed = exchanges.to_vec();
    let Some(Exchange::Wire(session)) = changed.get_mut(place) else { return changed };
    let mut left = bytes;
    let mut steps = Vec::new();
    for step in std::mem::take(&mut session.steps) {
        let WireStep::Received(mut heard) = step else {
            steps.push(step);
            continue;
        };
        if heard.0.len() > left {
            heard.0.truncate(left);
            steps.extend([WireStep::Received(heard), WireStep::Trouble(WireTrouble::Closed)]);
            break;
        }
        left -= heard.0.len();
        steps.push(WireStep::Received(heard));
    }
    session.steps = steps;
    changed
}

/// Returns `exchanges` with no connection that comes about.
pub fn refuse_wires(exchanges: &[Exchange]) -> Vec<Exchange> {
    let mut changed = exchanges.to_vec();
    for exchange in &mut changed {
        if let Exchange::Wire(session) = exchange {
            session.steps = vec![WireStep::Trouble(WireTrouble::Connect)];
        }
    }
    changed
}

/// Returns `exchanges` with some bytes of every connection changed, others for each `seed`.
pub fn garble_wires(exchanges: &[Exchange], seed: u64) -> Vec<Exchange> {
    let mut dice = Dice(seed);
    let mut changed = exchanges.to_vec();
    for exchange in &mut changed {
        let Exchange::Wire(session) = exchange else { continue };
        for step in &mut session.steps {
            if let WireStep::Received(heard) = step {
                for _ in 0..1 + heard.0.len() / 400 {
                    let at = dice.below(heard.0.len().max(1));
                    let byte = [0, 0xff, b'\n', b'{', b'"', b'('][dice.below(6)];
                    if let Some(place) = heard.0.get_mut(at) {
                        *place = byte;
                    }
                }
            }
        }
    }
    changed
}

/// The numbers of Knuth's MMIX, high bits: the same on every machine.
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap_or(0) % bound
    }
}

/// One way to make an answer hostile.
pub struct Torture {
    /// What it is called.
    pub name: &'static str,
    /// What it does to a body.
    pub change: fn(&[u8]) -> Vec<u8>,
}

/// All ways.
pub const TORTURES: &[Torture] = &[
    Torture { name: "NUL, right-to-left, joiners and emoji in every text", change: strange },
    Torture { name: "lone surrogates in every text", change: surrogates },
    Torture { name: "scripts in every text", change: scripts },
    Torture { name: "`javascript:` in every address", change: addresses },
    Torture { name: "numbers beyond 64 bits, below zero and broken", change: numbers },
    Torture { name: "nothing where something stood", change: nothing },
    Torture { name: "lists where texts stood", change: wrong_types },
    Torture { name: "texts of 10,000 characters everywhere", change: long },
    Torture { name: "nested 100,000 levels deep", change: deep },
    Torture { name: "bytes that are no text", change: no_text },
];

const STRANGE: &str = "\0\u{202e}\u{200d}👩\u{200d}👩\u{200d}👧\u{feff}\u{fffd}a\u{301}\u{1f}𝒳";

fn strange(body: &[u8]) -> Vec<u8> {
    texts(body, &|text| Value::String(format!("{STRANGE}{text}{STRANGE}")))
}

fn surrogates(body: &[u8]) -> Vec<u8> {
    let marked = texts(body, &|text| Value::String(format!("{text}@@LONE@@")));
    let text = String::from_utf8_lossy(&marked).into_owned();
    let lone = if is_json(body) { "\\ud83d" } else { "&#xD83D;" };
    text.replace("@@LONE@@", lone).into_bytes()
}

fn scripts(body: &[u8]) -> Vec<u8> {
    const SCRIPT: &str = "<script>alert(1)</script><img src=x onerror=alert(1)>";
    texts(body, &|text| Value::String(format!("{text}{SCRIPT}")))
}

fn addresses(body: &[u8]) -> Vec<u8> {
    let text = String::from_utf8_lossy(body);
    text.replace("https://", "javascript://").replace("http://", "javascript://").into_bytes()
}

fn numbers(body: &[u8]) -> Vec<u8> {
    let Ok(value) = serde_json::from_slice::<Value>(body) else { return addresses(body) };
    let marked = walk(value, &|leaf| match leaf {
        Value::Number(number) if number.as_u64().is_some_and(|it| it % 2 == 0) => "@@BIG@@".into(),
        Value::Number(_) => "@@LOW@@".into(),
        other => other,
    });
    let text = marked.to_string();
    text.replace("\"@@BIG@@\"", "36893488147419103232").replace("\"@@LOW@@\"", "-1.5e308").into_bytes()
}

fn nothing(body: &[u8]) -> Vec<u8> {
    match serde_json::from_slice::<Value>(body) {
        Ok(value) => walk(value, &|_| Value::Null).to_string().into_bytes(),
        Err(_) => texts(body, &|_| Value::String(String::new())),
    }
}

fn wrong_types(body: &[u8]) -> Vec<u8> {
    match serde_json::from_slice::<Value>(body) {
        Ok(value) => walk(value, &|leaf| Value::Array(vec![leaf])).to_string().into_bytes(),
        Err(_) => texts(body, &|text| Value::String(format!("<b>{text}</b>"))),
    }
}

fn long(body: &[u8]) -> Vec<u8> {
    texts(body, &|text| Value::String(format!("{text}{}", "long ".repeat(2_000))))
}

fn deep(body: &[u8]) -> Vec<u8> {
    let (open, close) = if is_json(body) { ("[", "]") } else { ("<a>", "</a>") };
    (open.repeat(limits::DEEP_LEVELS) + &close.repeat(limits::DEEP_LEVELS)).into_bytes()
}

fn no_text(body: &[u8]) -> Vec<u8> {
    let middle = body.len() / 2;
    [&body[..middle], b"\xff\xfe\xc0\x80\xed\xa0\x80", &body[middle..]].concat()
}

/// Returns `body` with its longest text made as long as a text may never be.
pub fn huge(body: &[u8]) -> Vec<u8> {
    let long = "0123456789 ".repeat(limits::HUGE_BYTES / 11);
    let text = String::from_utf8_lossy(body).into_owned();
    let middle = if is_json(body) { last_text(&text) } else { text.find("</title>") };
    match middle {
        Some(at) => format!("{}{long}{}", &text[..at], &text[at..]).into_bytes(),
        None => (text + &long).into_bytes(),
    }
}

/// Returns where the last text of a JSON document ends.
fn last_text(text: &str) -> Option<usize> {
    text.rfind('"')
}

fn is_json(body: &[u8]) -> bool {
    matches!(body.iter().find(|byte| !byte.is_ascii_whitespace()), Some(b'{' | b'['))
}

/// Changes every text of a document, JSON or markup; others get one more text at their end.
fn texts(body: &[u8], change: &dyn Fn(&str) -> Value) -> Vec<u8> {
    if let Ok(value) = serde_json::from_slice::<Value>(body) {
        let leaf = |leaf| match leaf {
            Value::String(text) => change(&text),
            other => other,
        };
        return walk(value, &leaf).to_string().into_bytes();
    }
    let plain = |text: &str| change(text).as_str().unwrap_or_default().to_owned();
    let text = String::from_utf8_lossy(body);
    let mut parts = text.split('>');
    let mut changed = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        changed.push('>');
        match part.split_once('<') {
            Some((words, tag)) if !words.trim().is_empty() => {
                changed.push_str(&format!("{}<{tag}", plain(words)));
            }
            _ => changed.push_str(part),
        }
    }
    changed.into_bytes()
}

fn walk(value: Value, leaf: &dyn Fn(Value) -> Value) -> Value {
    match value {
        Value::Array(list) => Value::Array(list.into_iter().map(|it| walk(it, leaf)).collect()),
        Value::Object(fields) => {
            Value::Object(fields.into_iter().map(|(name, it)| (name, walk(it, leaf))).collect())
        }
        other => leaf(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const JSON: &[u8] = br#"{"a":[{"id":7,"text":"hi"},3],"u":"https://x"}"#;
    const XML: &[u8] = b"<rss> <item><title>hi</title></item></rss>";

    #[test]
    fn every_torture_changes_something() {
        for torture in TORTURES {
            assert_ne!((torture.change)(JSON), JSON, "{}", torture.name);
            let address_or_number = torture.name.contains("address") || torture.name.contains("numbers");
            assert!(address_or_number || (torture.change)(XML) != XML, "{}", torture.name);
        }
        assert!(huge(JSON).len() > limits::HUGE_BYTES / 2 && huge(XML).len() > limits::HUGE_BYTES / 2);
    }

    #[test]
    fn lone_surrogates_are_written_as_json_writes_them() {
        let text = String::from_utf8(surrogates(JSON)).unwrap();
        assert_eq!(text.matches("\\ud83d\"").count(), 2, "{text}");
        assert!(serde_json::from_str::<Value>(&text).is_err());
    }

    #[test]
    fn a_wire_is_cut_where_it_should_be() {
        let steps = vec![
            WireStep::Received(Blob::from("hello")),
            WireStep::Sent(Blob::from("a")),
            WireStep::Received(Blob::from("world")),
        ];
        let wire = Exchange::Wire(hark_cassette::WireSession { endpoint: "tls://a:1".to_owned(), steps });
        assert_eq!(heard_bytes(std::slice::from_ref(&wire), 0), 10);
        let Exchange::Wire(cut) = cut_wire(&[wire], 0, 7).remove(0) else { panic!("a wire stays one") };
        assert_eq!(
            cut.steps[2..],
            [WireStep::Received(Blob::from("wo")), WireStep::Trouble(WireTrouble::Closed)]
        );
    }
}
