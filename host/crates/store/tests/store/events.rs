//! Random events over a few ids, so that they meet.

use hark_model::*;
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;

use crate::given::origin;

/// What one source saw at one moment.
#[derive(Debug, Clone)]
pub struct Seen {
    pub source: usize,
    pub stream: &'static str,
    pub observed_at: Ms,
    pub event: Event,
}

/// Words of the texts, so that search can be compared.
pub const WORDS: [&str; 5] = ["apple", "berry", "cherry", "dröge", "elder"];

/// A list of what was seen.
pub fn seen(most: usize) -> impl Strategy<Value = Vec<Seen>> {
    vec((0..3_usize, select(vec!["main", "other"]), time(), event()), 1..most).prop_map(|list| {
        let seen = list.into_iter().map(|(source, stream, observed_at, event)| Seen {
            source,
            stream,
            observed_at,
            event,
        });
        seen.collect()
    })
}

/// Few moments, so that there are ties, and far enough apart for the feed to clamp.
fn time() -> impl Strategy<Value = Ms> {
    (0..8_i64).prop_map(|n| n * 200_000)
}

fn item_id() -> impl Strategy<Value = String> {
    (0..4_u8).prop_map(|n| format!("item-{n}"))
}

fn actor_id() -> impl Strategy<Value = String> {
    (0..3_u8).prop_map(|n| format!("actor-{n}"))
}

fn conversation_id() -> impl Strategy<Value = String> {
    (0..3_u8).prop_map(|n| format!("conversation-{n}"))
}

fn words() -> impl Strategy<Value = String> {
    vec(select(&WORDS[..]), 0..3).prop_map(|words| words.join(" "))
}

fn visibility() -> impl Strategy<Value = Visibility> {
    select(Visibility::ALL)
}

fn event() -> impl Strategy<Value = Event> {
    prop_oneof![
        8 => item().prop_map(Event::Item),
        3 => removal().prop_map(Event::Removal),
        3 => actor().prop_map(Event::Actor),
        3 => conversation().prop_map(Event::Conversation),
        2 => engagement().prop_map(Event::Engagement),
        1 => report().prop_map(Event::FlagReport),
        1 => gap().prop_map(Event::Gap),
        1 => poison().prop_map(Event::Poison),
    ]
}

fn item() -> impl Strategy<Value = Item> {
    let names = (item_id(), conversation_id(), option::of(actor_id()), select(vec!["", "2", "10", "x"]));
    let says = (words(), option::of(words()), option::of(words()), option::of(select(vec!["en", "de"])));
    let times = (time(), any::<bool>(), option::weighted(0.3, time()));
    let kinds = (select(ItemKind::ALL), select(Direction::ALL), visibility(), any::<bool>(), any::<bool>());
    let parts = (
        vec(relation(), 0..3),
        vec(attachment(), 0..2),
        vec(words(), 0..2),
        option::weighted(0.3, counters()),
    );
    (names, says, times, kinds, parts).prop_map(|(names, says, times, kinds, parts)| Item {
        id: names.0,
        revision: names.3.to_owned(),
        kind: kinds.0,
        direction: kinds.1,
        conversation: names.1,
        author: names.2,
        text: says.0,
        html: says.1,
        title: says.2,
        url: None,
        language: says.3.map(str::to_owned),
        published_at: times.0,
        published_is_estimate: times.1,
        edited_at: times.2,
        visibility: kinds.2,
        sensitive: kinds.3,
        automated: kinds.4,
        relations: parts.0,
        attachments: parts.1,
        tags: parts.2,
        counters: parts.3,
        origin: origin(),
    })
}

fn relation() -> impl Strategy<Value = Relation> {
    prop_oneof![
        (select(RelationKind::ALL), item_id()).prop_map(|(kind, target)| Relation {
            kind,
            target,
            target_is_actor: false
        }),
        actor_id().prop_map(|target| Relation {
            kind: RelationKind::MentionOf,
            target,
            target_is_actor: true
        }),
    ]
}

fn attachment() -> impl Strategy<Value = Attachment> {
    (words(), option::of(0..9_u64)).prop_map(|(name, bytes)| Attachment {
        name: Some(name),
        bytes,
        ..Attachment::default()
    })
}

fn counters() -> impl Strategy<Value = Counters> {
    (option::of(0..3_u64), option::of(0..3_u64), option::of(-1..2_i64))
        .prop_map(|(likes, views, score)| Counters { likes, views, score, ..Counters::default() })
}

fn removal() -> impl Strategy<Value = Removal> {
    (item_id(), select(RemovalReason::ALL), option::of(time())).prop_map(|(id, reason, at)| Removal {
        id,
        reason,
        at,
        origin: origin(),
    })
}

fn engagement() -> impl Strategy<Value = Engagement> {
    (item_id(), counters(), time()).prop_map(|(id, counters, at)| Engagement {
        id,
        counters,
        at,
        origin: origin(),
    })
}

fn actor() -> impl Strategy<Value = Actor> {
    let names = (option::of(words()), option::of(words()), option::of(words()));
    (
        actor_id(),
        select(ActorKind::ALL),
        names,
        option::of(0..3_u64),
        option::of(any::<bool>()),
        any::<bool>(),
        time(),
    )
        .prop_map(|(id, kind, names, followers, verified, is_self, seen_at)| Actor {
            id,
            kind,
            handle: names.0,
            display_name: names.1,
            profile_url: names.2,
            avatar_url: None,
            followers,
            verified,
            is_self,
            emails: vec![format!("{seen_at}@example.org")],
            seen_at,
        })
}

fn conversation() -> impl Strategy<Value = Conversation> {
    (conversation_id(), option::of(words()), option::of(words()), visibility(), any::<bool>()).prop_map(
        |(id, title, place, visibility, locked)| Conversation {
            id,
            title,
            url: None,
            place,
            visibility,
            locked,
        },
    )
}

fn report() -> impl Strategy<Value = FlagReport> {
    // A report never changes what it is about or who made it; "item-9" never comes.
    (select(vec!["item-0", "item-9"]), words(), words(), time()).prop_map(|(about, reason, status, at)| {
        FlagReport {
            id: format!("report on {about}"),
            about: about.to_owned(),
            reporter: Some("actor-0".to_owned()),
            reason,
            status,
            at,
            origin: origin(),
        }
    })
}

fn gap() -> impl Strategy<Value = Gap> {
    (option::of(time()), option::of(time())).prop_map(|(since, until)| Gap {
        stream: "main".to_owned(),
        since,
        until,
        why: "quota".to_owned(),
    })
}

fn poison() -> impl Strategy<Value = Poison> {
    (0..3_u8).prop_map(|n| Poison {
        hint: format!("entry {n}"),
        why: "broken".to_owned(),
        origin: Provenance { payload: 1, pointer: format!("/{n}") },
    })
}
