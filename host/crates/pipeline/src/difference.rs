//! What another build of a connector makes of an item, field by field: pure.
//!
//! Holds: a field that the store merges and never takes back (a visibility that grows less private) is no
//! difference, for accepting it would change nothing.

use hark_model::{Item, ItemUid};
use hark_store::{AttachmentRow, ItemDetail, RelationRow};

use crate::limits;

/// One field of an item that would be another.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Change {
    /// Which.
    pub field: &'static str,
    /// As stored; cut.
    pub before: String,
    /// As read again; cut.
    pub after: String,
}

/// What became of one item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Difference {
    /// It was not there.
    New {
        /// The platform's id.
        id: String,
        /// Its words; cut.
        text: String,
    },
    /// Fields of it are others.
    Changed {
        /// The platform's id.
        id: String,
        /// Which.
        changes: Vec<Change>,
    },
    /// The build reads it from no payload any more; it stays.
    Gone {
        /// The platform's id.
        id: String,
        /// Its name everywhere.
        uid: ItemUid,
    },
}

/// Returns what of `stored` is another in `said`, which was read from the payload in row `raw`.
pub(crate) fn changes(stored: &ItemDetail, said: &Item, raw: i64) -> Vec<Change> {
    let mut changes = Changes(Vec::new());
    changes.words(stored, said, raw);
    // The rest is known of the revision that is shown only; an older payload says nothing about it.
    if shows(stored, raw) {
        changes.around(stored, said);
    }
    changes.0
}

/// Tells whether the revision that is shown was read from this payload.
fn shows(stored: &ItemDetail, raw: i64) -> bool {
    stored.revisions.iter().any(|revision| revision.revision == stored.row.revision && revision.raw_id == raw)
}

struct Changes(Vec<Change>);

impl Changes {
    fn field(&mut self, field: &'static str, before: &str, after: &str) {
        if before != after {
            self.0.push(Change { field, before: cut(before), after: cut(after) });
        }
    }

    fn maybe(&mut self, field: &'static str, before: Option<&str>, after: Option<&str>) {
        self.field(field, before.unwrap_or_default(), after.unwrap_or_default());
    }

    /// Compares the words: with the revision that this payload gave, or else with any that the item has.
    fn words(&mut self, stored: &ItemDetail, said: &Item, raw: i64) {
        if stored.row.removed_at.is_some() {
            // Its words are hidden from us, too.
            return;
        }
        let same = |text: Option<&str>, title: Option<&str>| {
            text == Some(said.text.as_str()) && title == said.title.as_deref()
        };
        let of_raw = stored.revisions.iter().rev().find(|revision| revision.raw_id == raw);
        let known =
            stored.revisions.iter().any(|revision| same(revision.text.as_deref(), revision.title.as_deref()));
        let Some(base) = of_raw.or(stored.revisions.last()).filter(|_| !known) else { return };
        self.maybe("text", base.text.as_deref(), Some(&said.text));
        self.maybe("title", base.title.as_deref(), said.title.as_deref());
    }

    fn around(&mut self, stored: &ItemDetail, said: &Item) {
        let row = &stored.row;
        if row.removed_at.is_none() {
            self.maybe("html", stored.html.as_deref(), said.html.as_deref());
            self.field("attachments", &files_stored(&stored.attachments), &files_said(said));
        }
        self.field("conversation", &stored.conversation, &said.conversation);
        let author = row.author.as_ref().map(|author| author.native_id.as_str());
        self.maybe("author", author, said.author.as_deref());
        self.field("kind", row.kind.as_str(), said.kind.as_str());
        self.field("direction", row.direction.as_str(), said.direction.as_str());
        self.maybe("url", row.url.as_deref(), said.url.as_deref());
        self.maybe("language", stored.claimed_language.as_deref(), said.language.as_deref());
        self.field("published-at", &row.published_at.to_string(), &said.published_at.to_string());
        let edited = |at: Option<i64>| at.map_or_else(String::new, |at| at.to_string());
        self.field("edited-at", &edited(row.edited_at), &edited(said.edited_at));
        self.field("sensitive", &row.sensitive.to_string(), &said.sensitive.to_string());
        self.field("automated", &row.automated.to_string(), &said.automated.to_string());
        if said.visibility > row.visibility {
            self.field("visibility", row.visibility.as_str(), said.visibility.as_str());
        }
        self.field("relations", &relations_stored(&stored.relations), &relations_said(said));
    }
}

fn relations_stored(relations: &[RelationRow]) -> String {
    sorted(relations.iter().map(|relation| format!("{} {}", relation.kind, relation.target)))
}

fn relations_said(item: &Item) -> String {
    sorted(item.relations.iter().map(|relation| format!("{} {}", relation.kind, relation.target)))
}

fn sorted(lines: impl Iterator<Item = String>) -> String {
    let mut lines: Vec<String> = lines.collect();
    lines.sort();
    lines.dedup();
    lines.join(", ")
}

fn files_stored(files: &[AttachmentRow]) -> String {
    let names = files.iter().map(|row| file(&row.file));
    names.collect::<Vec<_>>().join(", ")
}

fn files_said(item: &Item) -> String {
    item.attachments.iter().map(file).collect::<Vec<_>>().join(", ")
}

fn file(file: &hark_model::Attachment) -> String {
    let name = file.name.as_deref().or(file.url.as_deref()).unwrap_or("?");
    format!("{name} ({})", file.media_type.as_deref().unwrap_or("?"))
}

/// Cuts a value to what is shown of it.
pub(crate) fn cut(text: &str) -> String {
    let end = text.floor_char_boundary(limits::DIFFERENCE_BYTES_MAX);
    if end == text.len() { text.to_owned() } else { format!("{}…", &text[..end]) }
}
