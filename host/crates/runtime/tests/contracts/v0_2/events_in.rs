//! Events and faults of a guest of 0.2 into those of the model.

use hark_model as model;

use super::bindings::types as wit;

pub const fn visibility(visibility: wit::Visibility) -> model::Visibility {
    match visibility {
        wit::Visibility::Public => model::Visibility::Public,
        wit::Visibility::Unlisted => model::Visibility::Unlisted,
        wit::Visibility::Community => model::Visibility::Community,
        wit::Visibility::Internal => model::Visibility::Internal,
        wit::Visibility::Restricted => model::Visibility::Restricted,
        wit::Visibility::Direct => model::Visibility::Direct,
    }
}

const fn item_kind(kind: wit::ItemKind) -> model::ItemKind {
    match kind {
        // The model has no polls: what people read of one is its question.
        wit::ItemKind::Post | wit::ItemKind::Poll => model::ItemKind::Post,
        wit::ItemKind::Comment => model::ItemKind::Comment,
        wit::ItemKind::Message => model::ItemKind::Message,
        wit::ItemKind::Email => model::ItemKind::Email,
        wit::ItemKind::Article => model::ItemKind::Article,
        wit::ItemKind::Review => model::ItemKind::Review,
        wit::ItemKind::Share => model::ItemKind::Share,
    }
}

fn provenance(origin: wit::Provenance) -> model::Provenance {
    model::Provenance { payload: origin.payload, pointer: origin.pointer }
}

fn item(item: wit::Item) -> model::Item {
    let mut tags = item.tags;
    if item.pinned {
        tags.push("pinned".to_owned());
    }
    model::Item {
        id: item.id,
        revision: String::new(),
        kind: item_kind(item.kind),
        direction: if item.ours { model::Direction::Outbound } else { model::Direction::Inbound },
        conversation: item.conversation,
        author: item.author,
        text: item.text,
        html: None,
        title: None,
        url: None,
        language: None,
        published_at: item.published.at,
        published_is_estimate: item.published.is_estimate,
        edited_at: None,
        visibility: visibility(item.visibility),
        sensitive: false,
        automated: false,
        relations: Vec::new(),
        attachments: Vec::new(),
        tags,
        counters: None,
        origin: provenance(item.origin),
    }
}

fn event(event: wit::Event) -> model::Event {
    match event {
        wit::Event::Item(it) => model::Event::Item(item(it)),
        wit::Event::Removal(it) => model::Event::Removal(model::Removal {
            id: it.id,
            reason: model::RemovalReason::Unknown,
            at: None,
            origin: provenance(it.origin),
        }),
    }
}

pub fn events(events: Vec<wit::Event>) -> Vec<model::Event> {
    events.into_iter().map(event).collect()
}

pub fn fault(fault: wit::Fault) -> model::Fault {
    match fault {
        wit::Fault::Transient(it) => model::Fault::Transient { after_ms: it.after_ms, detail: it.detail },
        wit::Fault::Maintenance(it) => {
            model::Fault::Transient { after_ms: it.after_ms, detail: format!("maintenance: {}", it.detail) }
        }
        wit::Fault::NotFound(what) => model::Fault::NotFound(what),
        wit::Fault::Unsupported(what) => model::Fault::Unsupported(what),
        wit::Fault::Protocol(what) => model::Fault::Protocol(what),
    }
}
