"""The records, enums and variants of the contract 0.1.0, with the defaults of the SDK.

Made from `wit/` by `sdk/contract/generate.py`; changes are made there. Constructors take what must be
given by position, and everything by name.
"""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass, field
from enum import Enum
from typing import Annotated, Literal, TypeAlias

U16: TypeAlias = Annotated[int, range(1 << 16)]
U32: TypeAlias = Annotated[int, range(1 << 32)]
U64: TypeAlias = Annotated[int, range(1 << 64)]


class Choice(Enum):
    """One of several cases; equal to itself only."""

    @property
    def word(self) -> str:
        """Returns the name of the case as the contract writes it."""
        return self.name.lower().replace("_", "-")


# UTC, milliseconds since 1970-01-01.
Ms: TypeAlias = int


# The platform's own id: opaque, 1 to 512 bytes, never parsed by the host.
NativeId: TypeAlias = str


# BCP 47; absent means unknown (never "und").
Lang: TypeAlias = str


class Zone(Choice):
    """One of the cases below."""

    INTRANET = 0
    EXTRANET = 1
    SOCIAL = 2


class Visibility(Choice):
    """From least to most private. An event may make an item more private, never less."""

    PUBLIC = 0
    UNLISTED = 1
    COMMUNITY = 2
    INTERNAL = 3
    RESTRICTED = 4
    DIRECT = 5


class ItemKind(Choice):
    """One of the cases below."""

    POST = 0
    COMMENT = 1
    MESSAGE = 2
    EMAIL = 3
    ARTICLE = 4
    REVIEW = 5
    SHARE = 6


class Direction(Choice):
    """One of the cases below."""

    INBOUND = 0
    OUTBOUND = 1
    THIRD_PARTY = 2


class ActorKind(Choice):
    """One of the cases below."""

    PERSON = 0
    ORGANISATION = 1
    SERVICE = 2
    GROUP = 3
    UNKNOWN = 4


class RelationKind(Choice):
    """One of the cases below."""

    REPLY_TO = 0
    QUOTE_OF = 1
    SHARE_OF = 2
    MENTION_OF = 3
    LINK_TO = 4


class RemovalReason(Choice):
    """One of the cases below."""

    DELETED_BY_AUTHOR = 0
    REMOVED_BY_MODERATOR = 1
    ACCOUNT_GONE = 2
    NO_LONGER_VISIBLE = 3
    UNKNOWN = 4


class AuthWhy(Choice):
    """One of the cases below."""

    MISSING = 0
    EXPIRED = 1
    REVOKED = 2
    SCOPE = 3
    FORBIDDEN = 4


class Level(Choice):
    """One of the cases below."""

    DEBUG = 0
    INFO = 1
    WARN = 2
    ERROR = 3


class Digest(Choice):
    """One of the cases below."""

    SHA1 = 0
    SHA256 = 1
    SHA512 = 2


class ReadMode(Choice):
    """One of the cases below."""

    INCREMENTAL = 0
    BACKFILL = 1
    RECHECK = 2


@dataclass(slots=True)
class Provenance:
    """Where in which kept payload an event was read from."""

    payload: U64
    """Id that the host gave to the response or delivery it kept."""
    pointer: str = ""
    """JSON pointer, XPath-like path, or "" for the whole body."""


@dataclass(slots=True)
class Actor:
    """A record."""

    id: NativeId
    seen_at: Ms
    _: KW_ONLY
    kind: ActorKind = ActorKind.UNKNOWN
    handle: str | None = None
    display_name: str | None = None
    profile_url: str | None = None
    avatar_url: str | None = None
    followers: U64 | None = None
    verified: bool | None = None
    is_self: bool = False
    """One of our own accounts."""
    emails: list[str] = field(default_factory=list)
    """Only what the platform shows; used to link identities."""


@dataclass(slots=True)
class Conversation:
    """A record."""

    id: NativeId
    _: KW_ONLY
    title: str | None = None
    url: str | None = None
    place: str | None = None
    """Forum, channel, page, mailbox: as people call it, or the id of a discovered target."""
    visibility: Visibility = Visibility.PUBLIC
    locked: bool = False


@dataclass(slots=True)
class Relation:
    """A record."""

    kind: RelationKind
    target: NativeId
    _: KW_ONLY
    target_is_actor: bool = False


@dataclass(slots=True)
class Attachment:
    """A record."""

    _: KW_ONLY
    url: str | None = None
    media_type: str | None = None
    name: str | None = None
    alt: str | None = None
    bytes: U64 | None = None
    width: U32 | None = None
    height: U32 | None = None


@dataclass(slots=True)
class Counters:
    """A record."""

    _: KW_ONLY
    likes: U64 | None = None
    replies: U64 | None = None
    shares: U64 | None = None
    quotes: U64 | None = None
    views: U64 | None = None
    score: int | None = None
    by_reaction: list[tuple[str, int]] = field(default_factory=list)


@dataclass(slots=True)
class Item:
    """A record."""

    id: NativeId
    text: str
    """Plain text: LF, NFC, no markup."""
    published_at: Ms
    origin: Provenance
    _: KW_ONLY
    revision: str = ""
    """The platform's edit marker; "" where the platform has none."""
    kind: ItemKind = ItemKind.POST
    direction: Direction = Direction.INBOUND
    conversation: NativeId = ""
    author: NativeId | None = None
    """Platforms do hide authors."""
    html: str | None = None
    """As received; the host sanitises it before any screen."""
    title: str | None = None
    url: str | None = None
    language: Lang | None = None
    published_is_estimate: bool = False
    edited_at: Ms | None = None
    visibility: Visibility = Visibility.PUBLIC
    sensitive: bool = False
    automated: bool = False
    """Auto-reply, bounce, bot, system notice."""
    relations: list[Relation] = field(default_factory=list)
    attachments: list[Attachment] = field(default_factory=list)
    tags: list[str] = field(default_factory=list)
    counters: Counters | None = None

    def __post_init__(self) -> None:
        self.conversation = self.conversation or self.id


@dataclass(slots=True)
class Removal:
    """A record."""

    id: NativeId
    reason: RemovalReason
    origin: Provenance
    _: KW_ONLY
    at: Ms | None = None


@dataclass(slots=True)
class Engagement:
    """A record."""

    id: NativeId
    counters: Counters
    at: Ms
    origin: Provenance


@dataclass(slots=True)
class FlagReport:
    """A member reported something to the platform's moderators."""

    id: NativeId
    about: NativeId
    reason: str
    at: Ms
    origin: Provenance
    _: KW_ONLY
    reporter: NativeId | None = None
    status: str = ""


@dataclass(slots=True)
class Gap:
    """A span that the platform no longer lets us read."""

    stream_name: str
    why: str
    _: KW_ONLY
    since: Ms | None = None
    until: Ms | None = None


@dataclass(slots=True)
class Poison:
    """One entry that could not be understood; the rest of the page goes on."""

    hint: NativeId
    why: str
    origin: Provenance


# What a connector tells of.
Event: TypeAlias = (
    Actor | Conversation | Item | Removal | Engagement | FlagReport | Gap | Poison
)


@dataclass(slots=True)
class StreamInfo:
    """A record."""

    name: str
    """"mentions", "search", "forum", "inbox"."""
    _: KW_ONLY
    modes: list[ReadMode] = field(default_factory=lambda: [ReadMode.INCREMENTAL])
    visibility_floor: Visibility = Visibility.PUBLIC
    """Nothing less private than this may come out of the stream."""
    edits_seen: bool = False
    removals_seen: bool = False
    webhook: bool = False
    min_poll_ms: U64 = 60_000
    max_lookback_ms: U64 | None = None
    priced: bool = False


@dataclass(slots=True)
class ActionInfo:
    """A record."""

    name: str
    _: KW_ONLY
    schema: str = '{"type":"object"}'
    max_chars: U32 | None = None
    needs_summon: bool = False


@dataclass(slots=True)
class Proof:
    """`parameter` of the query gets the HMAC-SHA256, in hex, of the value that it goes with, under the value of credential `key` (a `webhook-key`); it is left out while that one is not bound."""

    key: str
    parameter: str


@dataclass(slots=True)
class Placement:
    """`bearer-proved` is `bearer` with a proof beside it."""

    case: Literal["bearer", "bearer-proved", "basic", "header", "query", "oauth1", "webhook-key", "wire-login"]
    value: Proof | str | None

    @classmethod
    def bearer(cls) -> Placement:
        """The case `bearer`."""
        return cls("bearer", None)

    @classmethod
    def bearer_proved(cls, value: Proof) -> Placement:
        """The case `bearer-proved`."""
        return cls("bearer-proved", value)

    @classmethod
    def basic(cls, value: str) -> Placement:
        """The case `basic`."""
        return cls("basic", value)

    @classmethod
    def header(cls, value: str) -> Placement:
        """The case `header`."""
        return cls("header", value)

    @classmethod
    def query(cls, value: str) -> Placement:
        """The case `query`."""
        return cls("query", value)

    @classmethod
    def oauth1(cls) -> Placement:
        """The case `oauth1`."""
        return cls("oauth1", None)

    @classmethod
    def webhook_key(cls) -> Placement:
        """The case `webhook-key`."""
        return cls("webhook-key", None)

    @classmethod
    def wire_login(cls) -> Placement:
        """The case `wire-login`."""
        return cls("wire-login", None)


@dataclass(slots=True)
class CredentialInfo:
    """What the connector needs to prove itself, and the only hosts that may ever receive it: `audience` holds patterns as in `hosts` and `endpoints`. The user of `basic` may name a settings field."""

    name: str
    placement: Placement
    _: KW_ONLY
    title: str = ""
    audience: list[str] = field(default_factory=list)
    optional: bool = False

    def __post_init__(self) -> None:
        self.title = self.title or self.name


@dataclass(slots=True)
class Manifest:
    """A record."""

    id: str
    version: str
    _: KW_ONLY
    title: str = ""
    platform: str = ""
    config_schema: str = ""
    """JSON Schema 2020-12 of the settings."""
    credentials: list[CredentialInfo] = field(default_factory=list)
    hosts: list[str] = field(default_factory=list)
    """Outbound allow-list for `http`: `https://host[:port][/path-prefix]`, or `http://...` where the platform has no TLS (the operator must then grant `http://` by name, too). May name a settings field as `{field}`: a string takes its place, a list of strings gives one pattern an entry."""
    endpoints: list[str] = field(default_factory=list)
    """Outbound allow-list for `wire`: `tls://host:port` (TLS from the first byte) or `starttls://host:port` (plain until `start-tls`; secrets are refused before it). May name settings fields as `{field}`."""
    streams: list[StreamInfo] = field(default_factory=list)
    actions: list[ActionInfo] = field(default_factory=list)
    default_zone: Zone = Zone.SOCIAL
    cursor_version: U32 = 1

    def __post_init__(self) -> None:
        self.title = self.title or self.id
        self.platform = self.platform or self.id


@dataclass(slots=True)
class CheckReport:
    """A record."""

    _: KW_ONLY
    account: str | None = None
    scopes: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    quota_left: U64 | None = None


@dataclass(slots=True)
class Target:
    """Something that could be listened to, ours or not: one line of the inventory."""

    id: NativeId
    stream_name: str
    title: str
    _: KW_ONLY
    url: str | None = None
    visibility: Visibility = Visibility.PUBLIC
    members: U64 | None = None
    last_active: Ms | None = None
    ours: bool = False


@dataclass(slots=True)
class Budget:
    """A record."""

    _: KW_ONLY
    max_events: U32 = 100
    max_requests: U32 = 10
    max_cost_microusd: U64 = 0
    deadline: Ms = 253_402_300_799_000


@dataclass(slots=True)
class ReadRequest:
    """A record."""

    stream_name: str
    budget: Budget
    _: KW_ONLY
    target: NativeId | None = None
    mode: ReadMode = ReadMode.INCREMENTAL
    cursor: bytes | None = None
    continuation: bytes | None = None
    since: Ms | None = None
    until: Ms | None = None
    ids: list[NativeId] = field(default_factory=list)
    """Recheck only."""


@dataclass(slots=True)
class Batch:
    """A record."""

    events: list[Event] = field(default_factory=list)
    cursor: bytes | None = None
    """Present when it is safe to resume from here once these events are stored."""
    continuation: bytes | None = None
    """Present when there is more now; valid for this run only."""
    not_before: Ms | None = None
    """Do not call this stream before."""
    limit_left: U64 | None = None
    limit_resets: Ms | None = None
    cost_microusd: U64 = 0


@dataclass(slots=True)
class Delivery:
    """A record."""

    payload: U64
    body: bytes
    received_at: Ms
    _: KW_ONLY
    method: str = "POST"
    path: str = "/"
    query: str = ""
    headers: list[tuple[str, str]] = field(default_factory=list)


@dataclass(slots=True)
class DeliveryResult:
    """`stream-name` is that of the stream that all `events` belong to; without it they must be as private as the most private of the streams that are pushed."""

    _: KW_ONLY
    status: U16 = 200
    headers: list[tuple[str, str]] = field(default_factory=list)
    body: bytes = b""
    dedupe_key: str | None = None
    events: list[Event] = field(default_factory=list)
    poll_now: list[str] = field(default_factory=list)
    stream_name: str | None = None


@dataclass(slots=True)
class Action:
    """A record."""

    name: str
    idempotency_key: str
    _: KW_ONLY
    on: NativeId | None = None
    arguments: str = "{}"


@dataclass(slots=True)
class Outcome:
    """One of the cases below, made by the method of its name."""

    case: Literal["done", "already-done", "uncertain"]
    value: list[Event] | str

    @classmethod
    def done(cls, value: list[Event]) -> Outcome:
        """The case `done`."""
        return cls("done", value)

    @classmethod
    def already_done(cls, value: list[Event]) -> Outcome:
        """The case `already-done`."""
        return cls("already-done", value)

    @classmethod
    def uncertain(cls, value: str) -> Outcome:
        """The case `uncertain`."""
        return cls("uncertain", value)


@dataclass(slots=True)
class Raw:
    """A record."""

    body: bytes
    payload: U64
    received_at: Ms
    _: KW_ONLY
    label: str = ""
    media_type: str = "application/json"


__all__ = [
    "Action",
    "ActionInfo",
    "Actor",
    "ActorKind",
    "Attachment",
    "AuthWhy",
    "Batch",
    "Budget",
    "CheckReport",
    "Conversation",
    "Counters",
    "CredentialInfo",
    "Delivery",
    "DeliveryResult",
    "Digest",
    "Direction",
    "Engagement",
    "Event",
    "FlagReport",
    "Gap",
    "Item",
    "ItemKind",
    "Lang",
    "Level",
    "Manifest",
    "Ms",
    "NativeId",
    "Outcome",
    "Placement",
    "Poison",
    "Proof",
    "Provenance",
    "Raw",
    "ReadMode",
    "ReadRequest",
    "Relation",
    "RelationKind",
    "Removal",
    "RemovalReason",
    "StreamInfo",
    "Target",
    "Visibility",
    "Zone",
]
