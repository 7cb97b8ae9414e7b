//! Events of a guest of 0.1 into events of the model: the same shapes under other names.
//!
//! Holds: total; nothing is judged here, since a wrong event is quarantined at admission, not lost.

use hark_model as model;

use super::bindings::types as wit;

pub(super) const fn zone(zone: wit::Zone) -> model::Zone {
    match zone {
        wit::Zone::Intranet => model::Zone::Intranet,
        wit::Zone::Extranet => model::Zone::Extranet,
        wit::Zone::Social => model::Zone::Social,
    }
}

pub(super) const fn visibility(visibility: wit::Visibility) -> model::Visibility {
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
        wit::ItemKind::Post => model::ItemKind::Post,
        wit::ItemKind::Comment => model::ItemKind::Comment,
        wit::ItemKind::Message => model::ItemKind::Message,
        wit::ItemKind::Email => model::ItemKind::Email,
        wit::ItemKind::Article => model::ItemKind::Article,
        wit::ItemKind::Review => model::ItemKind::Review,
        wit::ItemKind::Share => model::ItemKind::Share,
    }
}

const fn direction(direction: wit::Direction) -> model::Direction {
    match direction {
        wit::Direction::Inbound => model::Direction::Inbound,
        wit::Direction::Outbound => model::Direction::Outbound,
        wit::Direction::ThirdParty => model::Direction::ThirdParty,
    }
}

const fn actor_kind(kind: wit::ActorKind) -> model::ActorKind {
    match kind {
        wit::ActorKind::Person => model::ActorKind::Person,
        wit::ActorKind::Organisation => model::ActorKind::Organisation,
        wit::ActorKind::Service => model::ActorKind::Service,
        wit::ActorKind::Group => model::ActorKind::Group,
        wit::ActorKind::Unknown => model::ActorKind::Unknown,
    }
}

const fn relation_kind(kind: wit::RelationKind) -> model::RelationKind {
    match kind {
        wit::RelationKind::ReplyTo => model::RelationKind::ReplyTo,
        wit::RelationKind::QuoteOf => model::RelationKind::QuoteOf,
        wit::RelationKind::ShareOf => model::RelationKind::ShareOf,
        wit::RelationKind::MentionOf => model::RelationKind::MentionOf,
        wit::RelationKind::LinkTo => model::RelationKind::LinkTo,
    }
}

const fn removal_reason(reason: wit::RemovalReason) -> model::RemovalReason {
    match reason {
        wit::RemovalReason::DeletedByAuthor => model::RemovalReason::DeletedByAuthor,
        wit::RemovalReason::RemovedByModerator => model::RemovalReason::RemovedByModerator,
        wit::RemovalReason::AccountGone => model::RemovalReason::AccountGone,
        wit::RemovalReason::NoLongerVisible => model::RemovalReason::NoLongerVisible,
        wit::RemovalReason::Unknown => model::RemovalReason::Unknown,
    }
}

fn provenance(origin: wit::Provenance) -> model::Provenance {
    model::Provenance { payload: origin.payload, pointer: origin.pointer }
}

fn actor(actor: wit::Actor) -> model::Actor {
    model::Actor {
        id: actor.id,
        kind: actor_kind(actor.kind),
        handle: actor.handle,
        display_name: actor.display_name,
        profile_url: actor.profile_url,
        avatar_url: actor.avatar_url,
        followers: actor.followers,
        verified: actor.verified,
        is_self: actor.is_self,
        emails: actor.emails,
        seen_at: actor.seen_at,
    }
}

fn conversation(conversation: wit::Conversation) -> model::Conversation {
    model::Conversation {
        id: conversation.id,
        title: conversation.title,
        url: conversation.url,
        place: conversation.place,
        visibility: visibility(conversation.visibility),
        locked: conversation.locked,
    }
}

fn relation(relation: wit::Relation) -> model::Relation {
    model::Relation {
        kind: relation_kind(relation.kind),
        target: relation.target,
        target_is_actor: relation.target_is_actor,
    }
}

fn attachment(attachment: wit::Attachment) -> model::Attachment {
    model::Attachment {
        url: attachment.url,
        media_type: attachment.media_type,
        name: attachment.name,
        alt: attachment.alt,
        bytes: attachment.bytes,
        width: attachment.width,
        height: attachment.height,
    }
}

fn counters(counters: wit::Counters) -> model::Counters {
    model::Counters {
        likes: counters.likes,
        replies: counters.replies,
        shares: counters.shares,
        quotes: counters.quotes,
        views: counters.views,
        score: counters.score,
        by_reaction: counters.by_reaction,
    }
}

fn item(item: wit::Item) -> model::Item {
    model::Item {
        id: item.id,
        revision: item.revision,
        kind: item_kind(item.kind),
        direction: direction(item.direction),
        conversation: item.conversation,
        author: item.author,
        text: item.text,
        html: item.html,
        title: item.title,
        url: item.url,
        language: item.language,
        published_at: item.published_at,
        published_is_estimate: item.published_is_estimate,
        edited_at: item.edited_at,
        visibility: visibility(item.visibility),
        sensitive: item.sensitive,
        automated: item.automated,
        relations: item.relations.into_iter().map(relation).collect(),
        attachments: item.attachments.into_iter().map(attachment).collect(),
        tags: item.tags,
        counters: item.counters.map(counters),
        origin: provenance(item.origin),
    }
}

fn flag_report(report: wit::FlagReport) -> model::FlagReport {
    model::FlagReport {
        id: report.id,
        about: report.about,
        reporter: report.reporter,
        reason: report.reason,
        status: report.status,
        at: report.at,
        origin: provenance(report.origin),
    }
}

fn event(event: wit::Event) -> model::Event {
    match event {
        wit::Event::Actor(it) => model::Event::Actor(actor(it)),
        wit::Event::Conversation(it) => model::Event::Conversation(conversation(it)),
        wit::Event::Item(it) => model::Event::Item(item(it)),
        wit::Event::Removal(it) => model::Event::Removal(model::Removal {
            id: it.id,
            reason: removal_reason(it.reason),
            at: it.at,
            origin: provenance(it.origin),
        }),
        wit::Event::Engagement(it) => model::Event::Engagement(model::Engagement {
            id: it.id,
            counters: counters(it.counters),
            at: it.at,
            origin: provenance(it.origin),
        }),
        wit::Event::FlagReport(it) => model::Event::FlagReport(flag_report(it)),
        wit::Event::Gap(it) => model::Event::Gap(model::Gap {
            stream: it.stream_name,
            since: it.since,
            until: it.until,
            why: it.why,
        }),
        wit::Event::Poison(it) => {
            model::Event::Poison(model::Poison { hint: it.hint, why: it.why, origin: provenance(it.origin) })
        }
    }
}

pub(super) fn events(events: Vec<wit::Event>) -> Vec<model::Event> {
    events.into_iter().map(event).collect()
}

const fn auth_why(why: wit::AuthWhy) -> model::AuthWhy {
    match why {
        wit::AuthWhy::Missing => model::AuthWhy::Missing,
        wit::AuthWhy::Expired => model::AuthWhy::Expired,
        wit::AuthWhy::Revoked => model::AuthWhy::Revoked,
        wit::AuthWhy::Scope => model::AuthWhy::Scope,
        wit::AuthWhy::Forbidden => model::AuthWhy::Forbidden,
    }
}

pub(super) fn fault(fault: wit::Fault) -> model::Fault {
    match fault {
        wit::Fault::Transient(it) => model::Fault::Transient { after_ms: it.after_ms, detail: it.detail },
        wit::Fault::RateLimited(it) => {
            model::Fault::RateLimited { until: it.until, bucket: it.bucket, detail: it.detail }
        }
        wit::Fault::QuotaExhausted(it) => {
            model::Fault::QuotaExhausted { until: it.until, bucket: it.bucket, detail: it.detail }
        }
        wit::Fault::Auth(it) => {
            model::Fault::Auth { why: auth_why(it.why), scope: it.scope, detail: it.detail }
        }
        wit::Fault::Config(it) => model::Fault::Config { field: it.field, detail: it.detail },
        wit::Fault::NotFound(what) => model::Fault::NotFound(what),
        wit::Fault::Refused(why) => model::Fault::Refused(why),
        wit::Fault::StaleCursor(why) => model::Fault::StaleCursor(why),
        wit::Fault::Unsupported(what) => model::Fault::Unsupported(what),
        wit::Fault::Protocol(what) => model::Fault::Protocol(what),
    }
}
