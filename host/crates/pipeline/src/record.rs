//! What rules look at: an item that just came in, or one that the store has.
//!
//! Holds: what is not known is left out, and no rule guesses it.

use hark_model::{AnnotationKind, Item, ItemUid, Ms, Relation, RelationKind, Sentiment};
use hark_query::{Flag, Flags, Record};
use hark_store::{Entry, ItemDetail, SourceRecord};

use crate::enrich::About;

/// Returns what rules see of `item`, which is that of `entry`.
pub(crate) fn of_entry<'a>(
    item: &'a Item,
    entry: &'a Entry,
    about: &'a About,
    source: &'a SourceRecord,
    now: Ms,
) -> Record<'a> {
    let opinion = |kind| entry.annotations.iter().find(|own| own.kind == kind);
    let sentiment = opinion(AnnotationKind::Sentiment);
    let actor = item.author.as_deref().and_then(|id| about.actor(id));
    let mut author: Vec<&str> = item.author.as_deref().into_iter().collect();
    author.extend(actor.into_iter().flat_map(names));
    let counters = item.counters.clone().unwrap_or_default();
    let latest = now.saturating_add(hark_model::limits::CLOCK_SKEW_MS_MAX);
    Record {
        near_dup_of: entry.copy_of.as_ref().map(|copy| copy.uid),
        title: item.title.as_deref(),
        kind: item.kind,
        direction: item.direction,
        visibility: item.visibility,
        sources: vec![source.name.as_str()],
        platforms: vec![source.platform.as_str()],
        place: about.place(&item.conversation),
        author,
        followers: actor.and_then(|actor| actor.followers),
        mentions: mentions(&item.relations, about),
        tags: item.tags.iter().map(String::as_str).collect(),
        language: opinion(AnnotationKind::Language)
            .map(|own| own.value.as_str())
            .or(item.language.as_deref()),
        sentiment: sentiment.and_then(|own| own.value.parse().ok()).unwrap_or(Sentiment::Unknown),
        score: sentiment.and_then(|own| own.score),
        confidence: sentiment.and_then(|own| own.confidence),
        likes: counters.likes,
        replies: counters.replies,
        shares: counters.shares,
        views: counters.views,
        flags: flags(item, actor, entry.copy_of.is_some()),
        ..Record::new(
            ItemUid::derive(&source.scope, &item.id),
            source.zone,
            &item.text,
            item.published_at.min(latest),
        )
    }
}

fn names(actor: &hark_model::Actor) -> impl Iterator<Item = &str> {
    let shown = actor.handle.as_deref().into_iter().chain(actor.display_name.as_deref());
    shown.chain(actor.emails.iter().map(String::as_str))
}

fn mentions<'a>(relations: &'a [Relation], about: &'a About) -> Vec<&'a str> {
    let mentioned = relations.iter().filter(|own| own.kind == RelationKind::MentionOf);
    mentioned
        .flat_map(|own| {
            let known = about.actor(&own.target).into_iter().flat_map(names);
            std::iter::once(own.target.as_str()).chain(known)
        })
        .collect()
}

fn flags(item: &Item, actor: Option<&hark_model::Actor>, is_copy: bool) -> Flags {
    let points = |kind| item.relations.iter().any(|own| own.kind == kind);
    with(&[
        (Flag::Attachment, !item.attachments.is_empty()),
        (Flag::Link, points(RelationKind::LinkTo)),
        (Flag::Title, item.title.as_ref().is_some_and(|title| !title.is_empty())),
        (Flag::Reply, points(RelationKind::ReplyTo)),
        (Flag::Quote, points(RelationKind::QuoteOf)),
        (Flag::Share, points(RelationKind::ShareOf)),
        (Flag::Edited, item.edited_at.is_some()),
        (Flag::Automated, item.automated),
        (Flag::Sensitive, item.sensitive),
        (Flag::Verified, actor.is_some_and(|own| own.verified == Some(true))),
        (Flag::Ours, actor.is_some_and(|own| own.is_self)),
        (Flag::Duplicate, is_copy),
    ])
}

fn with(flags: &[(Flag, bool)]) -> Flags {
    let held = flags.iter().filter(|(_, holds)| *holds);
    held.fold(Flags::default(), |flags, (flag, _)| flags.with(*flag))
}

/// Returns what rules see of an item that the store has. Tags that rules gave it are among its tags by now.
pub(crate) fn of_detail(detail: &ItemDetail) -> Record<'_> {
    let row = &detail.row;
    let author = row.author.iter().flat_map(|own| {
        let shown = own.handle.as_deref().into_iter().chain(own.display_name.as_deref());
        std::iter::once(own.native_id.as_str()).chain(shown)
    });
    let points = |kind| detail.relations.iter().any(|own| own.kind == kind);
    let mentioned = detail.relations.iter().filter(|own| own.kind == RelationKind::MentionOf);
    let counters = row.counters.clone().unwrap_or_default();
    let flags = with(&[
        (Flag::Attachment, row.attachments > 0),
        (Flag::Link, points(RelationKind::LinkTo)),
        (Flag::Title, row.title.as_ref().is_some_and(|title| !title.is_empty())),
        (Flag::Reply, points(RelationKind::ReplyTo)),
        (Flag::Quote, points(RelationKind::QuoteOf)),
        (Flag::Share, points(RelationKind::ShareOf)),
        (Flag::Edited, row.edited_at.is_some() || row.revisions > 1),
        (Flag::Removed, row.removed_at.is_some()),
        (Flag::Automated, row.automated),
        (Flag::Sensitive, row.sensitive),
        (Flag::Verified, row.author.as_ref().is_some_and(|own| own.verified == Some(true))),
        (Flag::Ours, row.author.as_ref().is_some_and(|own| own.is_self)),
        (Flag::Duplicate, row.copy_of.is_some()),
    ]);
    Record {
        near_dup_of: row.copy_of.as_ref().map(|copy| copy.uid),
        title: row.title.as_deref(),
        kind: row.kind,
        direction: row.direction,
        visibility: row.visibility,
        sources: row.sources.iter().map(String::as_str).collect(),
        platforms: vec![row.platform.as_str()],
        place: row.place.as_deref(),
        author: author.collect(),
        followers: row.author.as_ref().and_then(|own| own.followers),
        mentions: mentioned.map(|own| own.target.as_str()).collect(),
        tags: row.tags.iter().map(String::as_str).collect(),
        language: row.language.as_deref(),
        sentiment: row.sentiment.as_ref().map_or(Sentiment::Unknown, |own| own.label),
        score: row.sentiment.as_ref().and_then(|own| own.score),
        confidence: row.sentiment.as_ref().and_then(|own| own.confidence),
        likes: counters.likes,
        replies: counters.replies,
        shares: counters.shares,
        views: counters.views,
        flags,
        ..Record::new(row.uid, row.zone, &row.text, row.key.at)
    }
}
