//! The events of one batch: authors and conversations once each, posts within the budget.

use std::collections::{BTreeMap, BTreeSet};

use hark_sdk::prelude::*;

use crate::limits;

/// One post, ready to be put out.
#[derive(Debug, Clone)]
pub struct Draft {
    pub actor: Option<Actor>,
    pub conversation: Option<Conversation>,
    /// The item, or its removal.
    pub last: Event,
    /// Bytes of text and markup, about.
    pub size: usize,
}

impl Draft {
    /// Starts a draft of a removal, a report, a gap or other single event.
    pub fn single(event: impl Into<Event>) -> Self {
        Self { actor: None, conversation: None, last: event.into(), size: 0 }
    }
}

/// The drafts of a batch.
#[derive(Debug)]
pub struct Out {
    drafts: Vec<Draft>,
    bytes: usize,
    drafts_max: usize,
}

impl Out {
    /// Starts a batch of at most `max_events` events.
    pub fn new(max_events: u32) -> Self {
        let drafts_max = usize::try_from(max_events / limits::POST_EVENTS_MAX).unwrap_or(usize::MAX).max(1);
        Self { drafts: Vec::new(), bytes: 0, drafts_max }
    }

    /// Takes a draft in if it fits; the first always does, as otherwise nothing ever would.
    pub fn take(&mut self, draft: Draft) -> bool {
        let fits = self.room() > 0 && self.bytes + draft.size <= limits::BATCH_BYTES_MAX;
        if fits || self.drafts.is_empty() {
            self.put(draft);
            return true;
        }
        false
    }

    /// Takes in a draft for which there was room before.
    pub fn put(&mut self, draft: Draft) {
        self.bytes += draft.size;
        self.drafts.push(draft);
    }

    /// Returns how many more drafts there is room for.
    pub fn room(&self) -> usize {
        self.drafts_max.saturating_sub(self.drafts.len())
    }

    /// Tells whether nothing was taken yet.
    pub fn is_empty(&self) -> bool {
        self.drafts.is_empty()
    }

    /// Returns the events, oldest post first, each after its author and conversation.
    pub fn events(self) -> Vec<Event> {
        events(self.drafts)
    }
}

/// Returns the events of `drafts`, oldest post first, each after its author and conversation.
pub fn events(mut drafts: Vec<Draft>) -> Vec<Event> {
    // Of the same moment the smaller id is the older.
    drafts.sort_by_cached_key(|draft| match &draft.last {
        Event::Item(item) => (item.published_at, item.id.len(), item.id.clone()),
        _ => (Ms::MAX, 0, String::new()),
    });
    // Of a conversation the most private account counts, so that an order of posts never opens one.
    let mut conversations: BTreeMap<String, Conversation> = BTreeMap::new();
    for conversation in drafts.iter().filter_map(|draft| draft.conversation.as_ref()) {
        let known = conversations.entry(conversation.id.clone()).or_insert_with(|| conversation.clone());
        known.visibility = crate::settings::more_private(known.visibility, conversation.visibility);
    }
    let (mut actors, mut said) = (BTreeSet::new(), BTreeSet::new());
    let mut events = Vec::new();
    for Draft { actor, conversation, last, .. } in drafts {
        events.extend(actor.filter(|actor| actors.insert(actor.id.clone())).map(Event::from));
        let conversation = conversation.filter(|one| said.insert(one.id.clone()));
        let conversation = conversation.and_then(|one| conversations.remove(&one.id));
        events.extend(conversation.map(Event::from));
        events.push(last);
    }
    events
}

/// Returns `text` on one line, no longer than a line may be; none if nothing is left.
pub fn line(text: &str) -> Option<String> {
    let mut line = text::line(text);
    line.truncate(line.floor_char_boundary(limits::LINE_BYTES_MAX));
    (!line.is_empty()).then_some(line)
}

/// Returns markup no longer than markup may be.
pub fn markup(mut markup: String) -> String {
    markup.truncate(markup.floor_char_boundary(limits::HTML_BYTES_MAX));
    markup
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draft(id: &str, at: Ms, visibility: Visibility) -> Draft {
        let item = Item::new(id, "words", at, Provenance::new(1, ""));
        Draft {
            actor: Some(Actor::new("user:7", 0)),
            conversation: Some(Conversation { visibility, ..Conversation::new("topic:1") }),
            last: item.into(),
            size: 3 << 20,
        }
    }

    #[test]
    fn authors_and_conversations_stand_once_and_before() {
        let events = events(vec![draft("b", 2, Visibility::Restricted), draft("a", 1, Visibility::Internal)]);
        let shape: Vec<&str> = events
            .iter()
            .map(|event| match event {
                Event::Actor(_) => "actor",
                Event::Conversation(conversation) => {
                    assert_eq!(conversation.visibility, Visibility::Restricted);
                    "conversation"
                }
                Event::Item(item) => item.id.as_str(),
                _ => "other",
            })
            .collect();
        assert_eq!(shape, ["actor", "conversation", "a", "b"]);
    }

    #[test]
    fn a_batch_keeps_its_bounds_and_always_takes_one() {
        let mut out = Out::new(1);
        assert!(out.take(draft("a", 1, Visibility::Internal)));
        assert!(!out.take(draft("b", 2, Visibility::Internal)));
        let mut out = Out::new(300);
        let taken = (0..9).filter(|_| out.take(draft("a", 1, Visibility::Internal))).count();
        assert_eq!(taken, 2, "by their bytes");
    }
}
