//! From an entry of a phpBB feed to events: pure.
//!
//! Holds: neither a session's id nor the statistics that phpBB writes under a post is part of what was said.

use hark_sdk::prelude::*;

use super::feed::{Entry, parameter};
use crate::limits;
use crate::out::{Draft, line, markup};
use crate::settings::Settings;

/// What stands between the name of a forum and the title.
const BULLET: &str = "\u{2022}";

/// Returns where the entry at `at` stands.
pub fn pointer(at: usize) -> String {
    format!("/feed/entry[{}]", at + 1)
}

/// Turns an entry into a draft.
pub fn draft(entry: Result<Entry, String>, origin: Provenance, settings: &Settings, at: Ms) -> Draft {
    let entry = match entry {
        Ok(entry) => entry,
        Err(why) => {
            return Draft::single(Poison::new(format!("an entry at {}", origin.pointer), why, origin));
        }
    };
    let (content, statistics) = without_statistics(&entry.content);
    let title = title(&entry);
    let visibility = settings.visibility_of(entry.forum, false);
    let conversation = Conversation {
        title: line(title.subject),
        url: entry.topic.map(|topic| format!("{}/viewtopic.php?t={topic}", settings.base())),
        place: entry
            .forum_name
            .as_deref()
            .and_then(line)
            .or_else(|| Some(format!("category:{}", entry.forum?))),
        visibility,
        ..Conversation::new(conversation_id(&entry, title.subject))
    };
    let actor = author(&entry, statistics, settings, at);
    let published = entry.published.or(entry.updated);
    let words = html::to_text(&content[..content.floor_char_boundary(limits::HTML_BYTES_MAX)]);
    let item = Item {
        revision: entry.updated.map(|at| at.to_string()).unwrap_or_default(),
        kind: if title.is_reply { ItemKind::Comment } else { ItemKind::Post },
        conversation: conversation.id.clone(),
        author: actor.as_ref().map(|actor| actor.id.clone()),
        html: Some(markup(content.to_owned())).filter(|content| !content.is_empty()),
        title: line(title.subject).filter(|_| !title.is_reply),
        url: Some(format!("{}/viewtopic.php?p={}#p{}", settings.base(), entry.post, entry.post)),
        published_is_estimate: published.is_none(),
        edited_at: entry.updated.filter(|updated| entry.published.is_some_and(|at| *updated > at)),
        visibility,
        ..Item::new(format!("post:{}", entry.post), words, published.unwrap_or(at), origin)
    };
    Draft { actor, conversation: Some(conversation), last: item.into(), size: 2 * entry.content.len() }
}

/// A title without the forum's name before it.
struct Title<'t> {
    subject: &'t str,
    is_reply: bool,
}

fn title(entry: &Entry) -> Title<'_> {
    let own = entry.title.split_once(BULLET).map_or(entry.title.as_str(), |(_, own)| own).trim();
    let subject = own.trim_start_matches("Re: ").trim();
    Title { subject, is_reply: own.starts_with("Re: ") }
}

/// The topic where it is known; else forum and subject, which all its posts share unless one changes it.
fn conversation_id(entry: &Entry, subject: &str) -> String {
    match entry.topic {
        Some(topic) => format!("topic:{topic}"),
        None => {
            let mut id = format!("subject:{}:{subject}", entry.forum.unwrap_or(0));
            id.truncate(id.floor_char_boundary(limits::ID_BYTES_MAX));
            id
        }
    }
}

/// Splits off the last paragraph that names the poster, and the line below it.
fn without_statistics(content: &str) -> (&str, &str) {
    let content = content.trim();
    let content = content.strip_suffix("<hr />").unwrap_or(content).trim_end();
    let Some(at) = content.rfind("<p>") else { return (content, "") };
    let last = &content[at..];
    // Words differ by language, the link to the profile does not.
    match last.contains("mode=viewprofile") || last.starts_with("<p>Statistics: ") {
        true => (content[..at].trim_end(), last),
        false => (content, ""),
    }
}

/// The poster's id stands in the statistics only; a guest has a name and no id.
fn author(entry: &Entry, statistics: &str, settings: &Settings, seen_at: Ms) -> Option<Actor> {
    let address = statistics.split("href=\"").nth(1).and_then(|rest| rest.split('"').next());
    let id = address.map(html::unescape).and_then(|address| parameter(&address, "u"));
    let name = entry.author.clone();
    let (native, profile_url) = match (id, &name) {
        (Some(id), _) => (
            format!("user:{id}"),
            Some(format!("{}/memberlist.php?mode=viewprofile&u={id}", settings.base())),
        ),
        (None, Some(name)) => (format!("guest:{name}"), None),
        (None, None) => return None,
    };
    let kind = if id.is_some() { ActorKind::Person } else { ActorKind::Unknown };
    let mut native = native;
    native.truncate(native.floor_char_boundary(limits::ID_BYTES_MAX));
    Some(Actor { kind, handle: name.clone(), display_name: name, profile_url, ..Actor::new(native, seen_at) })
}
