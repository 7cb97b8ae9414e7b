//! What every event of our own connectors promises, so that admission has nothing to cut and nothing to refuse.

use std::collections::BTreeSet;

use hark_model::limits;
use hark_sdk::types::{Event, Fault, Item, Provenance};

/// Year 1 to year 9999.
const TIMES: std::ops::RangeInclusive<i64> = -62_135_596_800_000..=253_402_300_799_999;
/// Longest fault that is worth reading.
const FAULT_BYTES_MAX: usize = 4 << 10;

/// Asserts that these events, read from `payload`, are within the schema, and that each item comes with its author and
/// its place. Items for which `is_settled` holds may lie in a conversation that was told before.
pub fn hold(events: &[Event], payload: u64, is_settled: impl Fn(&Item) -> bool) {
    let mut actors = BTreeSet::new();
    let mut conversations = BTreeSet::new();
    for event in events {
        match event {
            Event::Actor(actor) => {
                id(&actor.id);
                time(actor.seen_at);
                lines(&[&actor.handle, &actor.display_name]);
                urls(&[&actor.profile_url, &actor.avatar_url]);
                assert!(actor.emails.len() <= limits::EMAILS_MAX);
                assert!(actors.insert(actor.id.as_str()), "{:?} is told twice", actor.id);
            }
            Event::Conversation(conversation) => {
                id(&conversation.id);
                lines(&[&conversation.title, &conversation.place]);
                urls(&[&conversation.url]);
                conversations.insert(conversation.id.as_str());
            }
            Event::Item(item) => {
                holds(item, payload);
                let is_known = conversations.contains(item.conversation.as_str()) || is_settled(item);
                assert!(is_known, "{:?} is no conversation", item.conversation);
                let author = item.author.as_deref();
                assert!(author.is_none_or(|author| actors.contains(author)), "{author:?} is nobody");
            }
            Event::Removal(removal) => {
                id(&removal.id);
                removal.at.into_iter().for_each(time);
                origin(&removal.origin, payload);
            }
            Event::Poison(poison) => {
                assert!(!poison.why.is_empty() && poison.why.len() <= limits::LINE_BYTES_MAX, "{poison:?}");
                origin(&poison.origin, payload);
            }
            other => panic!("a mail or a feed does not tell this: {other:?}"),
        }
    }
}

/// Asserts that a fault has words, and not too many.
pub fn has_words(fault: &Fault) {
    let Fault::Protocol(why) = fault else { panic!("a document is at fault, nothing else: {fault:?}") };
    assert!((1..=FAULT_BYTES_MAX).contains(&why.len()), "{} bytes of words", why.len());
}

fn holds(item: &Item, payload: u64) {
    id(&item.id);
    id(&item.conversation);
    item.author.iter().for_each(|author| id(author));
    time(item.published_at);
    item.edited_at.into_iter().for_each(time);
    assert!(item.revision.len() <= limits::NATIVE_ID_BYTES_MAX, "{:?}", item.revision);
    assert!(item.text.len() <= limits::TEXT_BYTES_MAX, "a text of {} bytes", item.text.len());
    assert!(!item.text.contains(['\r', '\0']), "{:?}", item.text);
    assert!(item.html.as_ref().is_none_or(|html| html.len() <= limits::HTML_BYTES_MAX));
    lines(&[&item.title]);
    urls(&[&item.url]);
    assert!(item.language.as_deref().is_none_or(is_language), "{:?}", item.language);
    assert!(item.relations.len() <= limits::RELATIONS_MAX);
    item.relations.iter().for_each(|relation| id(&relation.target));
    assert!(item.attachments.len() <= limits::ATTACHMENTS_MAX);
    for attachment in &item.attachments {
        lines(&[&attachment.media_type, &attachment.name, &attachment.alt]);
        urls(&[&attachment.url]);
    }
    assert!(item.tags.len() <= limits::TAGS_MAX);
    assert!(item.tags.iter().all(|tag| (1..=limits::NATIVE_ID_BYTES_MAX).contains(&tag.len())));
    origin(&item.origin, payload);
}

fn id(id: &str) {
    assert!((1..=limits::NATIVE_ID_BYTES_MAX).contains(&id.len()), "an id of {} bytes: {id:?}", id.len());
}

fn time(at: i64) {
    assert!(TIMES.contains(&at), "{at} ms");
}

fn origin(origin: &Provenance, payload: u64) {
    assert_eq!(origin.payload, payload, "it was read from another payload");
    assert!(origin.pointer.len() <= limits::LINE_BYTES_MAX, "a pointer of {} bytes", origin.pointer.len());
}

fn lines(lines: &[&Option<String>]) {
    for line in lines.iter().copied().flatten() {
        assert!(line.len() <= limits::LINE_BYTES_MAX, "a line of {} bytes", line.len());
    }
}

fn urls(urls: &[&Option<String>]) {
    for url in urls.iter().copied().flatten() {
        assert!(url.len() <= limits::URL_BYTES_MAX, "an address of {} bytes", url.len());
    }
}

fn is_language(tag: &str) -> bool {
    let is_part =
        |part: &str| (1..=8).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphanumeric());
    tag.len() <= 35 && tag != "und" && tag.split('-').all(is_part)
}
