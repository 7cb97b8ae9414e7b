//! What the mail connector makes of a mail.

use hark_plugin_email::Email;
use hark_sdk::types::{Event, Raw};
use hark_sdk::{Connector, parse_settings};

use crate::{Verdict, events};

const SETTINGS: &str = r#"{"host": "mail.fuzz.test", "user": "we@fuzz.test"}"#;
/// Where the mail lies, as the connector writes it down.
const LABEL: &str = "imap uidvalidity=7 uid=9 received=1784885565000 mailbox=INBOX";
const PAYLOAD: u64 = 11;

/// Reads a mail: always to events, the same each time. A mail is one item with at most its author and its
/// conversation before it; what is none is one poison.
pub fn email(data: &[u8]) -> Verdict {
    let events = read(data);
    assert_eq!(events, read(data), "a mail gives the same events whenever it is read");
    // Our own answer does not tell where its conversation takes place.
    events::hold(&events, PAYLOAD, |item| item.author.as_deref() == Some("we@fuzz.test"));
    match &events[..] {
        [Event::Poison(_)] => Verdict::Refused,
        [others @ .., Event::Item(_)] => {
            let is_beside = |event: &Event| matches!(event, Event::Actor(_) | Event::Conversation(_));
            assert!(others.len() <= 2 && others.iter().all(is_beside), "{events:?}");
            Verdict::Taken
        }
        _ => panic!("a mail that is neither one item nor one poison: {events:?}"),
    }
}

fn read(data: &[u8]) -> Vec<Event> {
    let raw = Raw {
        label: LABEL.to_owned(),
        media_type: "message/rfc822".to_owned(),
        body: data.to_owned(),
        payload: PAYLOAD,
        received_at: 0,
    };
    let settings = parse_settings(SETTINGS).expect("the settings are right");
    Email::normalise(&settings, raw).expect("no mail is an error")
}
