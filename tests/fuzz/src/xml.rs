//! What the feed connectors make of a document: RSS, Atom and JSON Feed by one, the Atom of phpBB by another.

use hark_plugin_forum::Forum;
use hark_plugin_rss::Rss;
use hark_sdk::types::{Event, Fault, Raw};
use hark_sdk::{Connector, parse_settings};

use crate::{Verdict, events};

const FEEDS: &str = r#"{"feeds": ["https://feeds.fuzz.test/all"]}"#;
const FORUM: &str = r#"{"software": "phpbb", "url": "https://forum.fuzz.test"}"#;
const PAYLOAD: u64 = 11;
/// Begins an input that names its media type in its first line.
const TYPED: &[u8] = b"Content-Type: ";

/// Reads a document as any feed and as one of a phpBB. It gives the same events each time, or is said to be none.
pub fn xml(data: &[u8]) -> Verdict {
    let is_feed = holds(|| read::<Rss>(FEEDS, data));
    let is_forum = holds(|| read::<Forum>(FORUM, data));
    if is_feed || is_forum { Verdict::Taken } else { Verdict::Refused }
}

fn holds(read: impl Fn() -> Result<Vec<Event>, Fault>) -> bool {
    let told = read();
    assert_eq!(told, read(), "a document says the same whenever it is read");
    match told {
        Ok(told) => {
            events::hold(&told, PAYLOAD, |_| false);
            true
        }
        Err(fault) => {
            events::has_words(&fault);
            false
        }
    }
}

fn read<C: Connector>(settings: &str, data: &[u8]) -> Result<Vec<Event>, Fault> {
    let (media_type, body) = typed(data).unwrap_or(("application/xml", data));
    let raw = Raw {
        label: "GET https://feeds.fuzz.test/all".to_owned(),
        media_type: media_type.to_owned(),
        body: body.to_owned(),
        payload: PAYLOAD,
        received_at: 1_784_885_565_000,
    };
    C::normalise(&parse_settings(settings).expect("the settings are right"), raw)
}

fn typed(data: &[u8]) -> Option<(&str, &[u8])> {
    let rest = data.strip_prefix(TYPED)?;
    let end = rest.iter().position(|byte| *byte == b'\n')?;
    Some((std::str::from_utf8(&rest[..end]).ok()?, &rest[end + 1..]))
}
