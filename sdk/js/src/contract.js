// The records, enums and variants of the contract 0.1.0, with the defaults of the SDK.
//
// Made from `wit/` by `sdk/contract/generate.py`; changes are made there.

export function provenance(given) {
  return { pointer: "", ...given };
}

export function actor(given) {
  return { type: "actor", kind: "unknown", handle: undefined, displayName: undefined, profileUrl: undefined, avatarUrl: undefined, followers: undefined, verified: undefined, isSelf: false, emails: [], ...given };
}

export function conversation(given) {
  return { type: "conversation", title: undefined, url: undefined, place: undefined, visibility: "public", locked: false, ...given };
}

export function relation(given) {
  return { targetIsActor: false, ...given };
}

export function attachment(given) {
  return { url: undefined, mediaType: undefined, name: undefined, alt: undefined, bytes: undefined, width: undefined, height: undefined, ...given };
}

export function counters(given) {
  return { likes: undefined, replies: undefined, shares: undefined, quotes: undefined, views: undefined, score: undefined, byReaction: [], ...given };
}

export function item(given) {
  return { type: "item", revision: "", kind: "post", direction: "inbound", conversation: given.id, author: undefined, html: undefined, title: undefined, url: undefined, language: undefined, publishedIsEstimate: false, editedAt: undefined, visibility: "public", sensitive: false, automated: false, relations: [], attachments: [], tags: [], counters: undefined, ...given };
}

export function removal(given) {
  return { type: "removal", at: undefined, ...given };
}

export function engagement(given) {
  return { type: "engagement", ...given };
}

export function flagReport(given) {
  return { type: "flag-report", reporter: undefined, status: "", ...given };
}

export function gap(given) {
  return { type: "gap", since: undefined, until: undefined, ...given };
}

export function poison(given) {
  return { type: "poison", ...given };
}

export function streamInfo(given) {
  return { modes: ["incremental"], visibilityFloor: "public", editsSeen: false, removalsSeen: false, webhook: false, minPollMs: 60000, maxLookbackMs: undefined, priced: false, ...given };
}

export function actionInfo(given) {
  return { schema: "{\"type\":\"object\"}", maxChars: undefined, needsSummon: false, ...given };
}

export function proof(given) {
  return { ...given };
}

export const placement = {
  bearer: () => ({ tag: "bearer" }),
  bearerProved: (value) => ({ tag: "bearer-proved", val: value }),
  basic: (value) => ({ tag: "basic", val: value }),
  header: (value) => ({ tag: "header", val: value }),
  query: (value) => ({ tag: "query", val: value }),
  oauth1: () => ({ tag: "oauth1" }),
  webhookKey: () => ({ tag: "webhook-key" }),
  wireLogin: () => ({ tag: "wire-login" }),
};

export function credentialInfo(given) {
  return { title: given.name, audience: [], optional: false, ...given };
}

export function manifest(given) {
  return { title: given.id, platform: given.id, configSchema: "", credentials: [], hosts: [], endpoints: [], streams: [], actions: [], defaultZone: "social", cursorVersion: 1, ...given };
}

export function checkReport(given) {
  return { account: undefined, scopes: [], warnings: [], quotaLeft: undefined, ...given };
}

export function target(given) {
  return { url: undefined, visibility: "public", members: undefined, lastActive: undefined, ours: false, ...given };
}

export function budget(given) {
  return { maxEvents: 100, maxRequests: 10, maxCostMicrousd: 0, deadline: 253402300799000, ...given };
}

export function readRequest(given) {
  return { target: undefined, mode: "incremental", cursor: undefined, continuation: undefined, since: undefined, until: undefined, ids: [], ...given };
}

export function batch(given) {
  return { events: [], cursor: undefined, continuation: undefined, notBefore: undefined, limitLeft: undefined, limitResets: undefined, costMicrousd: 0, ...given };
}

export function delivery(given) {
  return { method: "POST", path: "/", query: "", headers: [], ...given };
}

export function deliveryResult(given) {
  return { status: 200, headers: [], body: new Uint8Array(), dedupeKey: undefined, events: [], pollNow: [], streamName: undefined, ...given };
}

export function action(given) {
  return { on: undefined, arguments: "{}", ...given };
}

export const outcome = {
  done: (value) => ({ tag: "done", val: value }),
  alreadyDone: (value) => ({ tag: "already-done", val: value }),
  uncertain: (value) => ({ tag: "uncertain", val: value }),
};

export function raw(given) {
  return { label: "", mediaType: "application/json", ...given };
}
