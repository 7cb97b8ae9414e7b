//! A connector of a line protocol that is right, and ways in which it is not: a setting chooses one.
//!
//! The server says how many lines follow and the number of the last, then each with its number and length:
//! `LINES 2 7`, `6 5`, five bytes, `7 3`, three bytes.

use hark_sdk::prelude::*;
use hark_sdk::wire::{self, LineReader, Script, Transport};

const CURSOR_VERSION: u32 = 1;
const STREAM: &str = "lines";
/// Longest line of the protocol.
const LINE_BYTES_MAX: usize = 80;
/// Longest text.
const TEXT_BYTES_MAX: usize = 1_000;
/// What one read takes at most, and how long it waits.
const READ_BYTES: u32 = 64 << 10;
const READ_MS: u32 = 1_000;
/// When all lines were written: the protocol does not say.
const WRITTEN_AT: Ms = 1_784_884_365_000;

#[derive(Deserialize, JsonSchema)]
struct Settings {
    server: String,
    /// What is to be wrong; nothing by default.
    #[serde(default)]
    fault: String,
}

impl Settings {
    fn has(&self, fault: &str) -> bool {
        self.fault == fault
    }
}

struct FaultyWire;

impl Connector for FaultyWire {
    type Settings = Settings;

    fn manifest() -> Manifest {
        Manifest::new("faulty-wire", "1.0.0").endpoint("tls://{server}").stream(StreamInfo::new(STREAM))
    }

    fn read(settings: &Settings, request: ReadRequest) -> Result<Batch, Fault> {
        let since: u64 = cursor::read(CURSOR_VERSION, request.cursor.as_deref())?.unwrap_or(0);
        let mut wire = wire::connect(&format!("tls://{}", settings.server))?;
        wire.write(format!("SINCE {since}\n").as_bytes())?;
        if settings.has("one-read-is-all") {
            let heard = wire.transport().read(READ_BYTES, READ_MS)?;
            return lines(settings, &request, since, &mut LineReader::new(Script::new([heard])));
        }
        lines(settings, &request, since, &mut wire)
    }
}

fn lines<T: Transport>(
    settings: &Settings,
    request: &ReadRequest,
    since: u64,
    wire: &mut LineReader<T>,
) -> Result<Batch, Fault> {
    let (count, last) = numbers(settings, wire)?;
    let mut events: Vec<Event> = Vec::new();
    for _ in 0..count.min(u64::from(request.budget.max_events)) {
        match item(settings, wire) {
            // The server said which the last one is, so the rest is never asked for again.
            Err(Fault::Transient(_)) if settings.has("cut-is-the-end") => break,
            item => events.push(item?.into()),
        }
    }
    Ok(Batch::new(events).cursor(cursor::write(CURSOR_VERSION, &since.max(last))?))
}

fn item<T: Transport>(settings: &Settings, wire: &mut LineReader<T>) -> Result<Item, Fault> {
    let (number, length) = numbers(settings, wire)?;
    let bytes = wire.read_exact(usize::try_from(length).unwrap_or(usize::MAX), TEXT_BYTES_MAX)?;
    let payload = wire.keep(&format!("line {number}"), "text/plain", &bytes);
    let text = text::plain(&String::from_utf8_lossy(&bytes));
    Ok(Item::new(number.to_string(), text, WRITTEN_AT, Provenance::new(payload, "")))
}

/// Reads a line and returns its last two words as numbers.
fn numbers<T: Transport>(settings: &Settings, wire: &mut LineReader<T>) -> Result<(u64, u64), Fault> {
    let line = wire.read_line(LINE_BYTES_MAX)?;
    let line = String::from_utf8_lossy(&line);
    let mut words = line.trim_end().rsplit(' ').map(str::parse::<u64>);
    match (words.next(), words.next()) {
        (Some(Ok(second)), Some(Ok(first))) => Ok((first, second)),
        wrong if settings.has("trusts-the-server") => panic!("{wrong:?}"),
        _ => Err(Fault::protocol(format!("no two numbers: {line:?}"))),
    }
}

hark_sdk::export!(FaultyWire);
