"""Statuses, accounts and notifications as events.

Pure: the same payload gives the same events. Not here: requests, cursors.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from hark_sdk import (
    Actor,
    ActorKind,
    Attachment,
    Conversation,
    Counters,
    Direction,
    Event,
    FlagReport,
    Item,
    ItemKind,
    Ms,
    Provenance,
    Relation,
    RelationKind,
    Visibility,
    dates,
    each,
    html,
)

from .config import Settings

VISIBILITY = {
    "public": Visibility.PUBLIC,
    "unlisted": Visibility.UNLISTED,
    "private": Visibility.RESTRICTED,
    "direct": Visibility.DIRECT,
}
Entry = dict[str, Any]
PIXELS_MAX = (1 << 32) - 1


class Reader:
    """Reads the entries of one payload."""

    def __init__(self, settings: Settings, received_at: Ms, roots: Mapping[str, str] | None = None) -> None:
        self._own = {account.lstrip("@").lower() for account in settings.accounts}
        self._received_at = received_at
        self._parents: dict[str, str] = {}
        self._roots = dict(roots or {})

    def page(self, entries: list[Entry], origin: Callable[[str], Provenance]) -> list[Event]:
        """Reads a page of statuses or notifications, given newest first, and returns its events oldest first."""
        self.learn(entries)
        whole = reversed(list(enumerate(entries)))
        return [event for at, entry in whole for event in self.read(entry, origin(f"/{at}"))]

    def one(self, entry: Entry, origin: Provenance) -> list[Event]:
        """Reads a status or a notification that is the whole answer."""
        self.learn([entry])
        return self.read(entry, origin)

    def read(self, entry: Entry, origin: Provenance) -> list[Event]:
        """Reads a status or a notification; one that is not as expected is poison."""
        return list(each([entry], lambda _: origin, self.entry))

    def entry(self, entry: Entry, origin: Provenance) -> Iterator[Event]:
        """Reads a status or a notification."""
        if "type" in entry and "content" not in entry:
            yield from self._notification(entry, origin)
        else:
            yield from self.status(entry, origin)

    def status(self, status: Entry, origin: Provenance) -> Iterator[Event]:
        """Reads one status; a boost is an item of its own beside what it shares."""
        shared = status.get("reblog")
        if shared:
            yield from self.status(shared, origin)
        account = self._actor(status["account"])
        yield account
        item = self._item(status, origin)
        item.author = account.id
        item.direction = Direction.OUTBOUND if account.is_self else Direction.INBOUND
        item.automated = bool(status["account"].get("bot"))
        if shared:
            item.kind = ItemKind.SHARE
            item.relations.append(Relation(RelationKind.SHARE_OF, shared["id"]))
        yield Conversation(item.conversation, visibility=item.visibility)
        yield item

    def _item(self, status: Entry, origin: Provenance) -> Item:
        published = dates.parse_rfc3339(status["created_at"])
        edited = dates.parse_rfc3339(status.get("edited_at") or "")
        parent = status.get("in_reply_to_id")
        item = Item(
            status["id"],
            _words(status),
            self._received_at if published is None else published,
            origin,
            revision=status.get("edited_at") or "",
            kind=ItemKind.COMMENT if parent else ItemKind.POST,
            conversation=self._root(status["id"]),
            html=status["content"] or None,
            title=status.get("spoiler_text") or None,
            url=status.get("url") or status.get("uri"),
            language=status.get("language"),
            published_is_estimate=published is None,
            edited_at=edited,
            visibility=VISIBILITY[status["visibility"]],
            sensitive=bool(status.get("sensitive")),
            attachments=[_attachment(media) for media in status.get("media_attachments") or []],
            tags=[tag["name"] for tag in status.get("tags") or []],
            counters=_counters(status),
        )
        if parent:
            item.relations.append(Relation(RelationKind.REPLY_TO, parent))
        quoted = ((status.get("quote") or {}).get("quoted_status") or {}).get("id")
        if quoted:
            item.relations.append(Relation(RelationKind.QUOTE_OF, quoted))
        for mention in status.get("mentions") or []:
            item.relations.append(Relation(RelationKind.MENTION_OF, mention["id"], target_is_actor=True))
        return item

    def _notification(self, notification: Entry, origin: Provenance) -> Iterator[Event]:
        if notification["type"] == "admin.report" and notification.get("report"):
            yield self._actor(notification["account"])
            yield from self._report(notification["report"], notification["account"], origin)
        elif notification.get("status") and notification["type"] in ("mention", "status", "update", "quote"):
            yield from self.status(notification["status"], origin)
        elif notification.get("account"):
            # Follows, favourites and boosts of ours: nothing was said, but somebody was seen.
            yield self._actor(notification["account"])

    def _report(self, report: Entry, reporter: Entry, origin: Provenance) -> Iterator[Event]:
        at = dates.parse_rfc3339(report.get("created_at") or "") or self._received_at
        status = "resolved" if report.get("action_taken") else "open"
        reason = f"{report.get('category', 'other')}: {report.get('comment', '')}".rstrip(": ")
        targets = report.get("status_ids") or [report["target_account"]["id"]]
        for about in targets:
            yield FlagReport(
                f"{report['id']}/{about}", about, reason, at, origin, reporter=reporter["id"], status=status
            )

    def _actor(self, account: Entry) -> Actor:
        kind = ActorKind.SERVICE if account.get("bot") else ActorKind.PERSON
        if account.get("group"):
            kind = ActorKind.GROUP
        return Actor(
            account["id"],
            self._received_at,
            kind=kind,
            handle=f"@{account['acct']}",
            display_name=account.get("display_name") or None,
            profile_url=account.get("url"),
            avatar_url=account.get("avatar"),
            followers=_count(account.get("followers_count")),
            is_self=account["acct"].lower() in self._own,
        )

    def learn(self, entries: list[Entry]) -> None:
        """Learns from a page what answers what."""
        for entry in entries:
            about = (entry, entry.get("status"), entry.get("reblog")) if isinstance(entry, dict) else ()
            for status in about:
                id_, parent = (status.get("id"), status.get("in_reply_to_id")) if isinstance(status, dict) else ("", "")
                if isinstance(id_, str) and isinstance(parent, str) and id_ and parent:
                    self._parents[id_] = parent

    def _root(self, of: str) -> str:
        """Follows the parents that this payload shows; a thread that was asked for says the rest."""
        seen = {of}
        while of not in self._roots and of in self._parents and self._parents[of] not in seen:
            of = self._parents[of]
            seen.add(of)
        return self._roots.get(of, of)


def _words(status: Entry) -> str:
    return html.to_text(status["content"])


def _attachment(media: Entry) -> Attachment:
    size = (media.get("meta") or {}).get("original") or {}
    return Attachment(
        url=media.get("url"),
        media_type=media.get("type"),
        alt=media.get("description"),
        width=_count(size.get("width"), PIXELS_MAX),
        height=_count(size.get("height"), PIXELS_MAX),
    )


def _counters(status: Entry) -> Counters:
    return Counters(
        likes=_count(status.get("favourites_count")),
        replies=_count(status.get("replies_count")),
        shares=_count(status.get("reblogs_count")),
        quotes=_count(status.get("quotes_count")),
    )


def _count(value: object, most: int = (1 << 63) - 1) -> int | None:
    return value if type(value) is int and 0 <= value <= most else None
