// Takes answers to the types of the contract 0.1.0, and questions from them; what does not fit is named.
//
// Made from `wit/` by `sdk/contract/generate.py`; changes are made there.
// @ts-nocheck

import * as check from "./check.js";
import {
  actionInfo,
  actor,
  attachment,
  batch,
  checkReport,
  conversation,
  counters,
  credentialInfo,
  deliveryResult,
  engagement,
  flagReport,
  gap,
  item,
  manifest,
  poison,
  proof,
  provenance,
  relation,
  removal,
  streamInfo,
  target,
} from "./contract.js";

const ZONE = new Set(["intranet", "extranet", "social"]);

const VISIBILITY = new Set(["public", "unlisted", "community", "internal", "restricted", "direct"]);

const ITEM_KIND = new Set(["post", "comment", "message", "email", "article", "review", "share"]);

const DIRECTION = new Set(["inbound", "outbound", "third-party"]);

const ACTOR_KIND = new Set(["person", "organisation", "service", "group", "unknown"]);

const RELATION_KIND = new Set(["reply-to", "quote-of", "share-of", "mention-of", "link-to"]);

const REMOVAL_REASON = new Set(["deleted-by-author", "removed-by-moderator", "account-gone", "no-longer-visible", "unknown"]);

export function provenanceToWit(given, path) {
  const it = provenance(check.object(given, path));
  return {
    payload: check.count(it.payload, `${path}.payload`),
    pointer: check.text(it.pointer, `${path}.pointer`),
  };
}

export function actorToWit(given, path) {
  const it = actor(check.object(given, path));
  return {
    id: check.text(it.id, `${path}.id`),
    kind: check.choice(it.kind, ACTOR_KIND, `${path}.kind`),
    handle: it.handle == null ? undefined : check.text(it.handle, `${path}.handle`),
    displayName: it.displayName == null ? undefined : check.text(it.displayName, `${path}.displayName`),
    profileUrl: it.profileUrl == null ? undefined : check.text(it.profileUrl, `${path}.profileUrl`),
    avatarUrl: it.avatarUrl == null ? undefined : check.text(it.avatarUrl, `${path}.avatarUrl`),
    followers: it.followers == null ? undefined : check.count(it.followers, `${path}.followers`),
    verified: it.verified == null ? undefined : check.flag(it.verified, `${path}.verified`),
    isSelf: check.flag(it.isSelf, `${path}.isSelf`),
    emails: check.list(it.emails, `${path}.emails`, (each, at) => check.text(each, at)),
    seenAt: check.whole(it.seenAt, `${path}.seenAt`),
  };
}

export function conversationToWit(given, path) {
  const it = conversation(check.object(given, path));
  return {
    id: check.text(it.id, `${path}.id`),
    title: it.title == null ? undefined : check.text(it.title, `${path}.title`),
    url: it.url == null ? undefined : check.text(it.url, `${path}.url`),
    place: it.place == null ? undefined : check.text(it.place, `${path}.place`),
    visibility: check.choice(it.visibility, VISIBILITY, `${path}.visibility`),
    locked: check.flag(it.locked, `${path}.locked`),
  };
}

export function relationToWit(given, path) {
  const it = relation(check.object(given, path));
  return {
    kind: check.choice(it.kind, RELATION_KIND, `${path}.kind`),
    target: check.text(it.target, `${path}.target`),
    targetIsActor: check.flag(it.targetIsActor, `${path}.targetIsActor`),
  };
}

export function attachmentToWit(given, path) {
  const it = attachment(check.object(given, path));
  return {
    url: it.url == null ? undefined : check.text(it.url, `${path}.url`),
    mediaType: it.mediaType == null ? undefined : check.text(it.mediaType, `${path}.mediaType`),
    name: it.name == null ? undefined : check.text(it.name, `${path}.name`),
    alt: it.alt == null ? undefined : check.text(it.alt, `${path}.alt`),
    bytes: it.bytes == null ? undefined : check.count(it.bytes, `${path}.bytes`),
    width: it.width == null ? undefined : check.small(it.width, `${path}.width`),
    height: it.height == null ? undefined : check.small(it.height, `${path}.height`),
  };
}

export function countersToWit(given, path) {
  const it = counters(check.object(given, path));
  return {
    likes: it.likes == null ? undefined : check.count(it.likes, `${path}.likes`),
    replies: it.replies == null ? undefined : check.count(it.replies, `${path}.replies`),
    shares: it.shares == null ? undefined : check.count(it.shares, `${path}.shares`),
    quotes: it.quotes == null ? undefined : check.count(it.quotes, `${path}.quotes`),
    views: it.views == null ? undefined : check.count(it.views, `${path}.views`),
    score: it.score == null ? undefined : check.whole(it.score, `${path}.score`),
    byReaction: check.list(it.byReaction, `${path}.byReaction`, (each, at) => [check.text(each[0], at), check.count(each[1], at)]),
  };
}

export function itemToWit(given, path) {
  const it = item(check.object(given, path));
  return {
    id: check.text(it.id, `${path}.id`),
    revision: check.text(it.revision, `${path}.revision`),
    kind: check.choice(it.kind, ITEM_KIND, `${path}.kind`),
    direction: check.choice(it.direction, DIRECTION, `${path}.direction`),
    conversation: check.text(it.conversation, `${path}.conversation`),
    author: it.author == null ? undefined : check.text(it.author, `${path}.author`),
    text: check.text(it.text, `${path}.text`),
    html: it.html == null ? undefined : check.text(it.html, `${path}.html`),
    title: it.title == null ? undefined : check.text(it.title, `${path}.title`),
    url: it.url == null ? undefined : check.text(it.url, `${path}.url`),
    language: it.language == null ? undefined : check.text(it.language, `${path}.language`),
    publishedAt: check.whole(it.publishedAt, `${path}.publishedAt`),
    publishedIsEstimate: check.flag(it.publishedIsEstimate, `${path}.publishedIsEstimate`),
    editedAt: it.editedAt == null ? undefined : check.whole(it.editedAt, `${path}.editedAt`),
    visibility: check.choice(it.visibility, VISIBILITY, `${path}.visibility`),
    sensitive: check.flag(it.sensitive, `${path}.sensitive`),
    automated: check.flag(it.automated, `${path}.automated`),
    relations: check.list(it.relations, `${path}.relations`, (each, at) => relationToWit(each, at)),
    attachments: check.list(it.attachments, `${path}.attachments`, (each, at) => attachmentToWit(each, at)),
    tags: check.list(it.tags, `${path}.tags`, (each, at) => check.text(each, at)),
    counters: it.counters == null ? undefined : countersToWit(it.counters, `${path}.counters`),
    origin: provenanceToWit(it.origin, `${path}.origin`),
  };
}

export function removalToWit(given, path) {
  const it = removal(check.object(given, path));
  return {
    id: check.text(it.id, `${path}.id`),
    reason: check.choice(it.reason, REMOVAL_REASON, `${path}.reason`),
    at: it.at == null ? undefined : check.whole(it.at, `${path}.at`),
    origin: provenanceToWit(it.origin, `${path}.origin`),
  };
}

export function engagementToWit(given, path) {
  const it = engagement(check.object(given, path));
  return {
    id: check.text(it.id, `${path}.id`),
    counters: countersToWit(it.counters, `${path}.counters`),
    at: check.whole(it.at, `${path}.at`),
    origin: provenanceToWit(it.origin, `${path}.origin`),
  };
}

export function flagReportToWit(given, path) {
  const it = flagReport(check.object(given, path));
  return {
    id: check.text(it.id, `${path}.id`),
    about: check.text(it.about, `${path}.about`),
    reporter: it.reporter == null ? undefined : check.text(it.reporter, `${path}.reporter`),
    reason: check.text(it.reason, `${path}.reason`),
    status: check.text(it.status, `${path}.status`),
    at: check.whole(it.at, `${path}.at`),
    origin: provenanceToWit(it.origin, `${path}.origin`),
  };
}

export function gapToWit(given, path) {
  const it = gap(check.object(given, path));
  return {
    streamName: check.text(it.streamName, `${path}.streamName`),
    since: it.since == null ? undefined : check.whole(it.since, `${path}.since`),
    until: it.until == null ? undefined : check.whole(it.until, `${path}.until`),
    why: check.text(it.why, `${path}.why`),
  };
}

export function poisonToWit(given, path) {
  const it = poison(check.object(given, path));
  return {
    hint: check.text(it.hint, `${path}.hint`),
    why: check.text(it.why, `${path}.why`),
    origin: provenanceToWit(it.origin, `${path}.origin`),
  };
}

export function eventToWit(it, path) {
  switch (check.object(it, path).type) {
    case "actor":
      return { tag: "actor", val: actorToWit(it, path) };
    case "conversation":
      return { tag: "conversation", val: conversationToWit(it, path) };
    case "item":
      return { tag: "item", val: itemToWit(it, path) };
    case "removal":
      return { tag: "removal", val: removalToWit(it, path) };
    case "engagement":
      return { tag: "engagement", val: engagementToWit(it, path) };
    case "flag-report":
      return { tag: "flag-report", val: flagReportToWit(it, path) };
    case "gap":
      return { tag: "gap", val: gapToWit(it, path) };
    case "poison":
      return { tag: "poison", val: poisonToWit(it, path) };
    default:
      throw check.wrong(path, "an event", it);
  }
}

const READ_MODE = new Set(["incremental", "backfill", "recheck"]);

export function streamInfoToWit(given, path) {
  const it = streamInfo(check.object(given, path));
  return {
    name: check.text(it.name, `${path}.name`),
    modes: check.list(it.modes, `${path}.modes`, (each, at) => check.choice(each, READ_MODE, at)),
    visibilityFloor: check.choice(it.visibilityFloor, VISIBILITY, `${path}.visibilityFloor`),
    editsSeen: check.flag(it.editsSeen, `${path}.editsSeen`),
    removalsSeen: check.flag(it.removalsSeen, `${path}.removalsSeen`),
    webhook: check.flag(it.webhook, `${path}.webhook`),
    minPollMs: check.count(it.minPollMs, `${path}.minPollMs`),
    maxLookbackMs: it.maxLookbackMs == null ? undefined : check.count(it.maxLookbackMs, `${path}.maxLookbackMs`),
    priced: check.flag(it.priced, `${path}.priced`),
  };
}

export function actionInfoToWit(given, path) {
  const it = actionInfo(check.object(given, path));
  return {
    name: check.text(it.name, `${path}.name`),
    schema: check.text(it.schema, `${path}.schema`),
    maxChars: it.maxChars == null ? undefined : check.small(it.maxChars, `${path}.maxChars`),
    needsSummon: check.flag(it.needsSummon, `${path}.needsSummon`),
  };
}

export function proofToWit(given, path) {
  const it = proof(check.object(given, path));
  return {
    key: check.text(it.key, `${path}.key`),
    parameter: check.text(it.parameter, `${path}.parameter`),
  };
}

export function placementToWit(it, path) {
  switch (check.object(it, path).tag) {
    case "bearer":
      return { tag: "bearer" };
    case "bearer-proved":
      return { tag: "bearer-proved", val: proofToWit(it.val, path) };
    case "basic":
      return { tag: "basic", val: check.text(it.val, path) };
    case "header":
      return { tag: "header", val: check.text(it.val, path) };
    case "query":
      return { tag: "query", val: check.text(it.val, path) };
    case "oauth1":
      return { tag: "oauth1" };
    case "webhook-key":
      return { tag: "webhook-key" };
    case "wire-login":
      return { tag: "wire-login" };
    default:
      throw check.wrong(path, "placement", it);
  }
}

export function credentialInfoToWit(given, path) {
  const it = credentialInfo(check.object(given, path));
  return {
    name: check.text(it.name, `${path}.name`),
    title: check.text(it.title, `${path}.title`),
    placement: placementToWit(it.placement, `${path}.placement`),
    audience: check.list(it.audience, `${path}.audience`, (each, at) => check.text(each, at)),
    optional: check.flag(it.optional, `${path}.optional`),
  };
}

export function manifestToWit(given, path) {
  const it = manifest(check.object(given, path));
  return {
    id: check.text(it.id, `${path}.id`),
    version: check.text(it.version, `${path}.version`),
    title: check.text(it.title, `${path}.title`),
    platform: check.text(it.platform, `${path}.platform`),
    configSchema: check.text(it.configSchema, `${path}.configSchema`),
    credentials: check.list(it.credentials, `${path}.credentials`, (each, at) => credentialInfoToWit(each, at)),
    hosts: check.list(it.hosts, `${path}.hosts`, (each, at) => check.text(each, at)),
    endpoints: check.list(it.endpoints, `${path}.endpoints`, (each, at) => check.text(each, at)),
    streams: check.list(it.streams, `${path}.streams`, (each, at) => streamInfoToWit(each, at)),
    actions: check.list(it.actions, `${path}.actions`, (each, at) => actionInfoToWit(each, at)),
    defaultZone: check.choice(it.defaultZone, ZONE, `${path}.defaultZone`),
    cursorVersion: check.small(it.cursorVersion, `${path}.cursorVersion`),
  };
}

export function checkReportToWit(given, path) {
  const it = checkReport(check.object(given, path));
  return {
    account: it.account == null ? undefined : check.text(it.account, `${path}.account`),
    scopes: check.list(it.scopes, `${path}.scopes`, (each, at) => check.text(each, at)),
    warnings: check.list(it.warnings, `${path}.warnings`, (each, at) => check.text(each, at)),
    quotaLeft: it.quotaLeft == null ? undefined : check.count(it.quotaLeft, `${path}.quotaLeft`),
  };
}

export function targetToWit(given, path) {
  const it = target(check.object(given, path));
  return {
    id: check.text(it.id, `${path}.id`),
    streamName: check.text(it.streamName, `${path}.streamName`),
    title: check.text(it.title, `${path}.title`),
    url: it.url == null ? undefined : check.text(it.url, `${path}.url`),
    visibility: check.choice(it.visibility, VISIBILITY, `${path}.visibility`),
    members: it.members == null ? undefined : check.count(it.members, `${path}.members`),
    lastActive: it.lastActive == null ? undefined : check.whole(it.lastActive, `${path}.lastActive`),
    ours: check.flag(it.ours, `${path}.ours`),
  };
}

export function budgetFromWit(it) {
  return {
    maxEvents: it.maxEvents,
    maxRequests: it.maxRequests,
    maxCostMicrousd: Number(it.maxCostMicrousd),
    deadline: Number(it.deadline),
  };
}

export function readRequestFromWit(it) {
  return {
    streamName: it.streamName,
    target: it.target,
    mode: it.mode,
    cursor: it.cursor,
    continuation: it.continuation,
    since: it.since == null ? undefined : Number(it.since),
    until: it.until == null ? undefined : Number(it.until),
    ids: it.ids,
    budget: budgetFromWit(it.budget),
  };
}

export function batchToWit(given, path) {
  const it = batch(check.object(given, path));
  return {
    events: check.list(it.events, `${path}.events`, (each, at) => eventToWit(each, at)),
    cursor: it.cursor == null ? undefined : check.bytes(it.cursor, `${path}.cursor`),
    continuation: it.continuation == null ? undefined : check.bytes(it.continuation, `${path}.continuation`),
    notBefore: it.notBefore == null ? undefined : check.whole(it.notBefore, `${path}.notBefore`),
    limitLeft: it.limitLeft == null ? undefined : check.count(it.limitLeft, `${path}.limitLeft`),
    limitResets: it.limitResets == null ? undefined : check.whole(it.limitResets, `${path}.limitResets`),
    costMicrousd: check.count(it.costMicrousd, `${path}.costMicrousd`),
  };
}

export function deliveryFromWit(it) {
  return {
    payload: it.payload,
    method: it.method,
    path: it.path,
    query: it.query,
    headers: it.headers,
    body: it.body,
    receivedAt: Number(it.receivedAt),
  };
}

export function deliveryResultToWit(given, path) {
  const it = deliveryResult(check.object(given, path));
  return {
    status: check.small(it.status, `${path}.status`),
    headers: check.list(it.headers, `${path}.headers`, (each, at) => [check.text(each[0], at), check.text(each[1], at)]),
    body: check.bytes(it.body, `${path}.body`),
    dedupeKey: it.dedupeKey == null ? undefined : check.text(it.dedupeKey, `${path}.dedupeKey`),
    events: check.list(it.events, `${path}.events`, (each, at) => eventToWit(each, at)),
    pollNow: check.list(it.pollNow, `${path}.pollNow`, (each, at) => check.text(each, at)),
    streamName: it.streamName == null ? undefined : check.text(it.streamName, `${path}.streamName`),
  };
}

export function actionFromWit(it) {
  return {
    name: it.name,
    on: it.on,
    arguments: it.arguments,
    idempotencyKey: it.idempotencyKey,
  };
}

export function outcomeToWit(it, path) {
  switch (check.object(it, path).tag) {
    case "done":
      return { tag: "done", val: check.list(it.val, path, (each, at) => eventToWit(each, at)) };
    case "already-done":
      return { tag: "already-done", val: check.list(it.val, path, (each, at) => eventToWit(each, at)) };
    case "uncertain":
      return { tag: "uncertain", val: check.text(it.val, path) };
    default:
      throw check.wrong(path, "outcome", it);
  }
}

export function rawFromWit(it) {
  return {
    label: it.label,
    mediaType: it.mediaType,
    body: it.body,
    payload: it.payload,
    receivedAt: Number(it.receivedAt),
  };
}
