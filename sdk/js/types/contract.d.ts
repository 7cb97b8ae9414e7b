// The records, enums and variants of the contract 0.1.0, with the defaults of the SDK.
//
// Made from `wit/` by `sdk/contract/generate.py`; changes are made there.

/** UTC, milliseconds since 1970-01-01. */
export type Ms = number;

/** The platform's own id: opaque, 1 to 512 bytes, never parsed by the host. */
export type NativeId = string;

/** BCP 47; absent means unknown (never "und"). */
export type Lang = string;

export type Zone = "intranet" | "extranet" | "social";

/** From least to most private. An event may make an item more private, never less. */
export type Visibility = "public" | "unlisted" | "community" | "internal" | "restricted" | "direct";

export type ItemKind = "post" | "comment" | "message" | "email" | "article" | "review" | "share";

export type Direction = "inbound" | "outbound" | "third-party";

export type ActorKind = "person" | "organisation" | "service" | "group" | "unknown";

export type RelationKind = "reply-to" | "quote-of" | "share-of" | "mention-of" | "link-to";

export type RemovalReason = "deleted-by-author" | "removed-by-moderator" | "account-gone" | "no-longer-visible" | "unknown";

/** Where in which kept payload an event was read from. */
export interface Provenance {
  /** Id that the host gave to the response or delivery it kept. */
  payload: bigint;
  /** JSON pointer, XPath-like path, or "" for the whole body. */
  pointer: string;
}
/** What must and may be given for a Provenance. */
export interface ProvenanceInit {
  /** Id that the host gave to the response or delivery it kept. */
  payload: bigint;
  /** JSON pointer, XPath-like path, or "" for the whole body. */
  pointer?: string;
}
/** Fills in what was not said. */
export function provenance(given: ProvenanceInit): Provenance;

export interface Actor {
  readonly type: "actor";
  id: NativeId;
  seenAt: Ms;
  kind: ActorKind;
  handle: string | undefined;
  displayName: string | undefined;
  profileUrl: string | undefined;
  avatarUrl: string | undefined;
  followers: number | undefined;
  verified: boolean | undefined;
  /** One of our own accounts. */
  isSelf: boolean;
  /** Only what the platform shows; used to link identities. */
  emails: string[];
}
/** What must and may be given for an Actor. */
export interface ActorInit {
  id: NativeId;
  seenAt: Ms;
  kind?: ActorKind;
  handle?: string | undefined;
  displayName?: string | undefined;
  profileUrl?: string | undefined;
  avatarUrl?: string | undefined;
  followers?: number | undefined;
  verified?: boolean | undefined;
  /** One of our own accounts. */
  isSelf?: boolean;
  /** Only what the platform shows; used to link identities. */
  emails?: string[];
}
/** Fills in what was not said. */
export function actor(given: ActorInit): Actor;

export interface Conversation {
  readonly type: "conversation";
  id: NativeId;
  title: string | undefined;
  url: string | undefined;
  /** Forum, channel, page, mailbox: as people call it, or the id of a discovered target. */
  place: string | undefined;
  visibility: Visibility;
  locked: boolean;
}
/** What must and may be given for a Conversation. */
export interface ConversationInit {
  id: NativeId;
  title?: string | undefined;
  url?: string | undefined;
  /** Forum, channel, page, mailbox: as people call it, or the id of a discovered target. */
  place?: string | undefined;
  visibility?: Visibility;
  locked?: boolean;
}
/** Fills in what was not said. */
export function conversation(given: ConversationInit): Conversation;

export interface Relation {
  kind: RelationKind;
  target: NativeId;
  targetIsActor: boolean;
}
/** What must and may be given for a Relation. */
export interface RelationInit {
  kind: RelationKind;
  target: NativeId;
  targetIsActor?: boolean;
}
/** Fills in what was not said. */
export function relation(given: RelationInit): Relation;

export interface Attachment {
  url: string | undefined;
  mediaType: string | undefined;
  name: string | undefined;
  alt: string | undefined;
  bytes: number | undefined;
  width: number | undefined;
  height: number | undefined;
}
/** What must and may be given for an Attachment. */
export interface AttachmentInit {
  url?: string | undefined;
  mediaType?: string | undefined;
  name?: string | undefined;
  alt?: string | undefined;
  bytes?: number | undefined;
  width?: number | undefined;
  height?: number | undefined;
}
/** Fills in what was not said. */
export function attachment(given: AttachmentInit): Attachment;

export interface Counters {
  likes: number | undefined;
  replies: number | undefined;
  shares: number | undefined;
  quotes: number | undefined;
  views: number | undefined;
  score: number | undefined;
  byReaction: [string, number][];
}
/** What must and may be given for a Counters. */
export interface CountersInit {
  likes?: number | undefined;
  replies?: number | undefined;
  shares?: number | undefined;
  quotes?: number | undefined;
  views?: number | undefined;
  score?: number | undefined;
  byReaction?: [string, number][];
}
/** Fills in what was not said. */
export function counters(given: CountersInit): Counters;

export interface Item {
  readonly type: "item";
  id: NativeId;
  /** Plain text: LF, NFC, no markup. */
  text: string;
  publishedAt: Ms;
  origin: Provenance;
  /** The platform's edit marker; "" where the platform has none. */
  revision: string;
  kind: ItemKind;
  direction: Direction;
  conversation: NativeId;
  /** Platforms do hide authors. */
  author: NativeId | undefined;
  /** As received; the host sanitises it before any screen. */
  html: string | undefined;
  title: string | undefined;
  url: string | undefined;
  language: Lang | undefined;
  publishedIsEstimate: boolean;
  editedAt: Ms | undefined;
  visibility: Visibility;
  sensitive: boolean;
  /** Auto-reply, bounce, bot, system notice. */
  automated: boolean;
  relations: Relation[];
  attachments: Attachment[];
  tags: string[];
  counters: Counters | undefined;
}
/** What must and may be given for an Item. */
export interface ItemInit {
  id: NativeId;
  /** Plain text: LF, NFC, no markup. */
  text: string;
  publishedAt: Ms;
  origin: ProvenanceInit;
  /** The platform's edit marker; "" where the platform has none. */
  revision?: string;
  kind?: ItemKind;
  direction?: Direction;
  conversation?: NativeId;
  /** Platforms do hide authors. */
  author?: NativeId | undefined;
  /** As received; the host sanitises it before any screen. */
  html?: string | undefined;
  title?: string | undefined;
  url?: string | undefined;
  language?: Lang | undefined;
  publishedIsEstimate?: boolean;
  editedAt?: Ms | undefined;
  visibility?: Visibility;
  sensitive?: boolean;
  /** Auto-reply, bounce, bot, system notice. */
  automated?: boolean;
  relations?: RelationInit[];
  attachments?: AttachmentInit[];
  tags?: string[];
  counters?: CountersInit | undefined;
}
/** Fills in what was not said. */
export function item(given: ItemInit): Item;

export interface Removal {
  readonly type: "removal";
  id: NativeId;
  reason: RemovalReason;
  origin: Provenance;
  at: Ms | undefined;
}
/** What must and may be given for a Removal. */
export interface RemovalInit {
  id: NativeId;
  reason: RemovalReason;
  origin: ProvenanceInit;
  at?: Ms | undefined;
}
/** Fills in what was not said. */
export function removal(given: RemovalInit): Removal;

export interface Engagement {
  readonly type: "engagement";
  id: NativeId;
  counters: Counters;
  at: Ms;
  origin: Provenance;
}
/** What must and may be given for an Engagement. */
export interface EngagementInit {
  id: NativeId;
  counters: CountersInit;
  at: Ms;
  origin: ProvenanceInit;
}
/** Fills in what was not said. */
export function engagement(given: EngagementInit): Engagement;

/** A member reported something to the platform's moderators. */
export interface FlagReport {
  readonly type: "flag-report";
  id: NativeId;
  about: NativeId;
  reason: string;
  at: Ms;
  origin: Provenance;
  reporter: NativeId | undefined;
  status: string;
}
/** What must and may be given for a FlagReport. */
export interface FlagReportInit {
  id: NativeId;
  about: NativeId;
  reason: string;
  at: Ms;
  origin: ProvenanceInit;
  reporter?: NativeId | undefined;
  status?: string;
}
/** Fills in what was not said. */
export function flagReport(given: FlagReportInit): FlagReport;

/** A span that the platform no longer lets us read. */
export interface Gap {
  readonly type: "gap";
  streamName: string;
  why: string;
  since: Ms | undefined;
  until: Ms | undefined;
}
/** What must and may be given for a Gap. */
export interface GapInit {
  streamName: string;
  why: string;
  since?: Ms | undefined;
  until?: Ms | undefined;
}
/** Fills in what was not said. */
export function gap(given: GapInit): Gap;

/** One entry that could not be understood; the rest of the page goes on. */
export interface Poison {
  readonly type: "poison";
  hint: NativeId;
  why: string;
  origin: Provenance;
}
/** What must and may be given for a Poison. */
export interface PoisonInit {
  hint: NativeId;
  why: string;
  origin: ProvenanceInit;
}
/** Fills in what was not said. */
export function poison(given: PoisonInit): Poison;

/** What a connector tells of. */
export type Event = Actor | Conversation | Item | Removal | Engagement | FlagReport | Gap | Poison;

export type AuthWhy = "missing" | "expired" | "revoked" | "scope" | "forbidden";

export type Level = "debug" | "info" | "warn" | "error";

export type Digest = "sha1" | "sha256" | "sha512";

export type ReadMode = "incremental" | "backfill" | "recheck";

export interface StreamInfo {
  /** "mentions", "search", "forum", "inbox". */
  name: string;
  modes: ReadMode[];
  /** Nothing less private than this may come out of the stream. */
  visibilityFloor: Visibility;
  editsSeen: boolean;
  removalsSeen: boolean;
  webhook: boolean;
  minPollMs: number;
  maxLookbackMs: number | undefined;
  priced: boolean;
}
/** What must and may be given for a StreamInfo. */
export interface StreamInfoInit {
  /** "mentions", "search", "forum", "inbox". */
  name: string;
  modes?: ReadMode[];
  /** Nothing less private than this may come out of the stream. */
  visibilityFloor?: Visibility;
  editsSeen?: boolean;
  removalsSeen?: boolean;
  webhook?: boolean;
  minPollMs?: number;
  maxLookbackMs?: number | undefined;
  priced?: boolean;
}
/** Fills in what was not said. */
export function streamInfo(given: StreamInfoInit): StreamInfo;

export interface ActionInfo {
  name: string;
  schema: string;
  maxChars: number | undefined;
  needsSummon: boolean;
}
/** What must and may be given for an ActionInfo. */
export interface ActionInfoInit {
  name: string;
  schema?: string;
  maxChars?: number | undefined;
  needsSummon?: boolean;
}
/** Fills in what was not said. */
export function actionInfo(given: ActionInfoInit): ActionInfo;

/** `parameter` of the query gets the HMAC-SHA256, in hex, of the value that it goes with, under the value of credential `key` (a `webhook-key`); it is left out while that one is not bound. */
export interface Proof {
  key: string;
  parameter: string;
}
/** What must and may be given for a Proof. */
export interface ProofInit {
  key: string;
  parameter: string;
}
/** Fills in what was not said. */
export function proof(given: ProofInit): Proof;

/** `bearer-proved` is `bearer` with a proof beside it. */
export type Placement =
  | { tag: "bearer" }
  | { tag: "bearer-proved"; val: Proof }
  | { tag: "basic"; val: string }
  | { tag: "header"; val: string }
  | { tag: "query"; val: string }
  | { tag: "oauth1" }
  | { tag: "webhook-key" }
  | { tag: "wire-login" };
/** Makes one of its cases. */
export const placement: {
  bearer(): Placement;
  bearerProved(value: Proof): Placement;
  basic(value: string): Placement;
  header(value: string): Placement;
  query(value: string): Placement;
  oauth1(): Placement;
  webhookKey(): Placement;
  wireLogin(): Placement;
};

/** What the connector needs to prove itself, and the only hosts that may ever receive it: `audience` holds patterns as in `hosts` and `endpoints`. The user of `basic` may name a settings field. */
export interface CredentialInfo {
  name: string;
  placement: Placement;
  title: string;
  audience: string[];
  optional: boolean;
}
/** What must and may be given for a CredentialInfo. */
export interface CredentialInfoInit {
  name: string;
  placement: Placement;
  title?: string;
  audience?: string[];
  optional?: boolean;
}
/** Fills in what was not said. */
export function credentialInfo(given: CredentialInfoInit): CredentialInfo;

export interface Manifest {
  id: string;
  version: string;
  title: string;
  platform: string;
  /** JSON Schema 2020-12 of the settings. */
  configSchema: string;
  credentials: CredentialInfo[];
  /** Outbound allow-list for `http`: `https://host[:port][/path-prefix]`, or `http://...` where the platform has no TLS (the operator must then grant `http://` by name, too). May name a settings field as `{field}`: a string takes its place, a list of strings gives one pattern an entry. */
  hosts: string[];
  /** Outbound allow-list for `wire`: `tls://host:port` (TLS from the first byte) or `starttls://host:port` (plain until `start-tls`; secrets are refused before it). May name settings fields as `{field}`. */
  endpoints: string[];
  streams: StreamInfo[];
  actions: ActionInfo[];
  defaultZone: Zone;
  cursorVersion: number;
}
/** What must and may be given for a Manifest. */
export interface ManifestInit {
  id: string;
  version: string;
  title?: string;
  platform?: string;
  /** JSON Schema 2020-12 of the settings. */
  configSchema?: string;
  credentials?: CredentialInfoInit[];
  /** Outbound allow-list for `http`: `https://host[:port][/path-prefix]`, or `http://...` where the platform has no TLS (the operator must then grant `http://` by name, too). May name a settings field as `{field}`: a string takes its place, a list of strings gives one pattern an entry. */
  hosts?: string[];
  /** Outbound allow-list for `wire`: `tls://host:port` (TLS from the first byte) or `starttls://host:port` (plain until `start-tls`; secrets are refused before it). May name settings fields as `{field}`. */
  endpoints?: string[];
  streams?: StreamInfoInit[];
  actions?: ActionInfoInit[];
  defaultZone?: Zone;
  cursorVersion?: number;
}
/** Fills in what was not said. */
export function manifest(given: ManifestInit): Manifest;

export interface CheckReport {
  account: string | undefined;
  scopes: string[];
  warnings: string[];
  quotaLeft: number | undefined;
}
/** What must and may be given for a CheckReport. */
export interface CheckReportInit {
  account?: string | undefined;
  scopes?: string[];
  warnings?: string[];
  quotaLeft?: number | undefined;
}
/** Fills in what was not said. */
export function checkReport(given: CheckReportInit): CheckReport;

/** Something that could be listened to, ours or not: one line of the inventory. */
export interface Target {
  id: NativeId;
  streamName: string;
  title: string;
  url: string | undefined;
  visibility: Visibility;
  members: number | undefined;
  lastActive: Ms | undefined;
  ours: boolean;
}
/** What must and may be given for a Target. */
export interface TargetInit {
  id: NativeId;
  streamName: string;
  title: string;
  url?: string | undefined;
  visibility?: Visibility;
  members?: number | undefined;
  lastActive?: Ms | undefined;
  ours?: boolean;
}
/** Fills in what was not said. */
export function target(given: TargetInit): Target;

export interface Budget {
  maxEvents: number;
  maxRequests: number;
  maxCostMicrousd: number;
  deadline: Ms;
}
/** What must and may be given for a Budget. */
export interface BudgetInit {
  maxEvents?: number;
  maxRequests?: number;
  maxCostMicrousd?: number;
  deadline?: Ms;
}
/** Fills in what was not said. */
export function budget(given: BudgetInit): Budget;

export interface ReadRequest {
  streamName: string;
  budget: Budget;
  target: NativeId | undefined;
  mode: ReadMode;
  cursor: Uint8Array | undefined;
  continuation: Uint8Array | undefined;
  since: Ms | undefined;
  until: Ms | undefined;
  /** Recheck only. */
  ids: NativeId[];
}
/** What must and may be given for a ReadRequest. */
export interface ReadRequestInit {
  streamName: string;
  budget: BudgetInit;
  target?: NativeId | undefined;
  mode?: ReadMode;
  cursor?: Uint8Array | undefined;
  continuation?: Uint8Array | undefined;
  since?: Ms | undefined;
  until?: Ms | undefined;
  /** Recheck only. */
  ids?: NativeId[];
}
/** Fills in what was not said. */
export function readRequest(given: ReadRequestInit): ReadRequest;

export interface Batch {
  events: Event[];
  /** Present when it is safe to resume from here once these events are stored. */
  cursor: Uint8Array | undefined;
  /** Present when there is more now; valid for this run only. */
  continuation: Uint8Array | undefined;
  /** Do not call this stream before. */
  notBefore: Ms | undefined;
  limitLeft: number | undefined;
  limitResets: Ms | undefined;
  costMicrousd: number;
}
/** What must and may be given for a Batch. */
export interface BatchInit {
  events?: Event[];
  /** Present when it is safe to resume from here once these events are stored. */
  cursor?: Uint8Array | undefined;
  /** Present when there is more now; valid for this run only. */
  continuation?: Uint8Array | undefined;
  /** Do not call this stream before. */
  notBefore?: Ms | undefined;
  limitLeft?: number | undefined;
  limitResets?: Ms | undefined;
  costMicrousd?: number;
}
/** Fills in what was not said. */
export function batch(given: BatchInit): Batch;

export interface Delivery {
  payload: bigint;
  body: Uint8Array;
  receivedAt: Ms;
  method: string;
  path: string;
  query: string;
  headers: [string, string][];
}
/** What must and may be given for a Delivery. */
export interface DeliveryInit {
  payload: bigint;
  body: Uint8Array;
  receivedAt: Ms;
  method?: string;
  path?: string;
  query?: string;
  headers?: [string, string][];
}
/** Fills in what was not said. */
export function delivery(given: DeliveryInit): Delivery;

/** `stream-name` is that of the stream that all `events` belong to; without it they must be as private as the most private of the streams that are pushed. */
export interface DeliveryResult {
  status: number;
  headers: [string, string][];
  body: Uint8Array;
  dedupeKey: string | undefined;
  events: Event[];
  pollNow: string[];
  streamName: string | undefined;
}
/** What must and may be given for a DeliveryResult. */
export interface DeliveryResultInit {
  status?: number;
  headers?: [string, string][];
  body?: Uint8Array;
  dedupeKey?: string | undefined;
  events?: Event[];
  pollNow?: string[];
  streamName?: string | undefined;
}
/** Fills in what was not said. */
export function deliveryResult(given: DeliveryResultInit): DeliveryResult;

export interface Action {
  name: string;
  idempotencyKey: string;
  on: NativeId | undefined;
  arguments: string;
}
/** What must and may be given for an Action. */
export interface ActionInit {
  name: string;
  idempotencyKey: string;
  on?: NativeId | undefined;
  arguments?: string;
}
/** Fills in what was not said. */
export function action(given: ActionInit): Action;

export type Outcome =
  | { tag: "done"; val: Event[] }
  | { tag: "already-done"; val: Event[] }
  | { tag: "uncertain"; val: string };
/** Makes one of its cases. */
export const outcome: {
  done(value: Event[]): Outcome;
  alreadyDone(value: Event[]): Outcome;
  uncertain(value: string): Outcome;
};

export interface Raw {
  body: Uint8Array;
  payload: bigint;
  receivedAt: Ms;
  label: string;
  mediaType: string;
}
/** What must and may be given for a Raw. */
export interface RawInit {
  body: Uint8Array;
  payload: bigint;
  receivedAt: Ms;
  label?: string;
  mediaType?: string;
}
/** Fills in what was not said. */
export function raw(given: RawInit): Raw;
