//! Mails that answer questions of ours: taken out of what a source said, before anything becomes an item.
//!
//! Holds: an answer is taken before the batch that brought it is stored, so that a crash between the two only has it
//! read again, and whoever takes it knows it then; nothing of it is stored here, not even the mail, whose address is a
//! ticket. Not here: what an answer is; that is decided above.

use std::collections::HashSet;
use std::pin::Pin;
use std::sync::Arc;

use hark_model::{Event, KeptPayload, SourceName};
use hark_store::StoreError;

/// Media type of a payload that is a mail.
const MAIL: &str = "message/rfc822";

/// Tells whether the mails of a source are looked at.
type Wants = Arc<dyn Fn(&SourceName) -> bool + Send + Sync>;
/// Takes a mail; false if it is none of ours.
type Take =
    Arc<dyn Fn(Vec<u8>) -> Pin<Box<dyn Future<Output = Result<bool, StoreError>> + Send>> + Send + Sync>;

/// Who takes answers; given from above, so that nothing here knows what a question is.
#[derive(Clone)]
pub struct Answers {
    /// Asked for each batch, so that another source may have them tomorrow.
    pub wants: Wants,
    /// Asked for each mail of such a source.
    pub take: Take,
}

impl std::fmt::Debug for Answers {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Answers")
    }
}

impl Answers {
    /// Returns what is left of a batch of `source` once the answers are taken out.
    pub(crate) async fn take_out(
        &self,
        source: &SourceName,
        mut events: Vec<Event>,
        mut payloads: Vec<KeptPayload>,
    ) -> Result<(Vec<Event>, Vec<KeptPayload>), StoreError> {
        if !(self.wants)(source) {
            return Ok((events, payloads));
        }
        let mut taken = HashSet::new();
        for payload in payloads.iter().filter(|payload| payload.media_type.starts_with(MAIL)) {
            if (self.take)(payload.body.clone()).await? {
                taken.insert(payload.id);
            }
        }
        if !taken.is_empty() {
            leave_out(&mut events, &taken);
            payloads.retain(|payload| !taken.contains(&payload.id));
        }
        Ok((events, payloads))
    }
}

/// Leaves out what was read from these payloads, and the threads and people that nothing else names.
fn leave_out(events: &mut Vec<Event>, taken: &HashSet<u64>) {
    let is_taken = |event: &Event| event.origin().is_some_and(|origin| taken.contains(&origin.payload));
    let (gone, left): (Vec<&Event>, Vec<&Event>) = events.iter().partition(|event| is_taken(event));
    let named = |events: &[&Event]| -> HashSet<String> {
        events.iter().flat_map(|event| names(event)).map(str::to_owned).collect()
    };
    let (gone, left) = (named(&gone), named(&left));
    let only_there = |id: &str| gone.contains(id) && !left.contains(id);
    events.retain(|event| match event {
        Event::Actor(actor) => !only_there(&actor.id),
        Event::Conversation(conversation) => !only_there(&conversation.id),
        event => !is_taken(event),
    });
}

/// Returns the ids of people and threads that an item names.
fn names(event: &Event) -> Vec<&str> {
    let Event::Item(item) = event else { return Vec::new() };
    let people = item.relations.iter().filter(|relation| relation.target_is_actor);
    let people = people.map(|relation| relation.target.as_str()).chain(item.author.as_deref());
    people.chain([item.conversation.as_str()]).collect()
}

#[cfg(test)]
mod tests {
    use hark_model::{
        Actor, ActorKind, Conversation, Direction, Item, ItemKind, Provenance, Via, Visibility,
    };

    use super::*;

    fn mail(id: u64, body: &str) -> KeptPayload {
        KeptPayload {
            id,
            label: format!("mail {id}"),
            media_type: MAIL.to_owned(),
            body: body.as_bytes().to_vec(),
            url: None,
            status: None,
            received_at: 0,
            via: Via::Poll,
        }
    }

    fn said(id: &str, author: &str, payload: u64) -> [Event; 3] {
        let actor = Actor {
            id: author.to_owned(),
            kind: ActorKind::Person,
            handle: None,
            display_name: None,
            profile_url: None,
            avatar_url: None,
            followers: None,
            verified: None,
            is_self: false,
            emails: Vec::new(),
            seen_at: 1,
        };
        let conversation = Conversation {
            id: format!("thread of {id}"),
            title: None,
            url: None,
            place: None,
            visibility: Visibility::Direct,
            locked: false,
        };
        let item = Item {
            id: id.to_owned(),
            revision: String::new(),
            kind: ItemKind::Email,
            direction: Direction::Inbound,
            conversation: conversation.id.clone(),
            author: Some(author.to_owned()),
            text: String::new(),
            html: None,
            title: None,
            url: None,
            language: None,
            published_at: 1,
            published_is_estimate: false,
            edited_at: None,
            visibility: Visibility::Direct,
            sensitive: false,
            automated: false,
            relations: Vec::new(),
            attachments: Vec::new(),
            tags: Vec::new(),
            counters: None,
            origin: Provenance { payload, pointer: String::new() },
        };
        [Event::Actor(actor), Event::Conversation(conversation), Event::Item(item)]
    }

    fn answers() -> Answers {
        Answers {
            wants: Arc::new(|source| source.as_str() == "mail"),
            take: Arc::new(|raw| Box::pin(async move { Ok(raw.starts_with(b"answer")) })),
        }
    }

    async fn left(source: &str) -> (Vec<Event>, Vec<u64>) {
        let events = [said("a", "zoe", 1), said("b", "jo", 2), said("c", "zoe", 3)].concat();
        let payloads = vec![mail(1, "answer"), mail(2, "answer"), mail(3, "question")];
        let source = SourceName::parse(source).unwrap();
        let (events, payloads) = answers().take_out(&source, events, payloads).await.unwrap();
        (events, payloads.iter().map(|payload| payload.id).collect())
    }

    #[tokio::test]
    async fn an_answer_leaves_nothing_behind_and_the_rest_goes_on() {
        let (events, payloads) = left("mail").await;
        let [zoe, ..] = said("a", "zoe", 1);
        let want = [vec![zoe], said("c", "zoe", 3).to_vec()].concat();
        assert_eq!((events, payloads), (want, vec![3]));
    }

    #[tokio::test]
    async fn of_other_sources_nothing_is_looked_at() {
        let (events, payloads) = left("other").await;
        assert_eq!((events.len(), payloads.len()), (9, 3));
    }
}
