// Settings, cursors, requests, entries and the edge: what each promises.

import assert from "node:assert/strict";
import { test } from "node:test";

import { connector, cursor, each, Fault, http, item, settings, z } from "../src/index.js";
import { batchToWit, manifestToWit, readRequestFromWit } from "../src/lowering.js";
import { response, withHost } from "../src/testing.js";

const isFault = (tag, more = {}) => (fault) => {
  assert.ok(fault instanceof Fault, String(fault));
  assert.equal(fault.tag, tag);
  for (const [name, value] of Object.entries(more)) assert.equal(fault[name], value);
  return true;
};

test("a wrong setting is named", () => {
  const schema = z.strictObject({ feeds: z.array(z.string()), pages: z.int().min(1).max(10).default(3) });
  for (const [config, field] of [
    ["", "feeds"],
    ['{"feeds":["a",2]}', "feeds[1]"],
    ['{"feeds":[],"pages":300}', "pages"],
    ['{"feeds":[],"page":3}', ""],
    ["nonsense", ""],
  ]) {
    assert.throws(() => settings.parse(schema, config), isFault("config", { field }), config);
  }
  assert.deepEqual(settings.parse(schema, '{"feeds":["a"]}'), { feeds: ["a"], pages: 3 });
  const described = JSON.parse(settings.schema(schema));
  assert.equal(described.$schema, "https://json-schema.org/draft/2020-12/schema");
  assert.deepEqual([described.required, described.additionalProperties], [["feeds"], false]);
});

test("a cursor comes back and a foreign one is stale", () => {
  const bytes = cursor.write(2, ["a", "b"]);
  assert.deepEqual(cursor.read(2, bytes), ["a", "b"]);
  assert.equal(cursor.read(2, undefined), undefined);
  const encode = (text) => new TextEncoder().encode(text);
  for (const [version, foreign] of [[1, bytes], [2, encode("{}")], [2, new Uint8Array([255])], [2, encode("7")]]) {
    assert.throws(() => cursor.read(version, foreign), isFault("stale-cursor"));
  }
  assert.throws(() => cursor.write(1, "x".repeat(cursor.BYTES_MAX)), isFault("protocol"));
});

test("a request is what was asked for", () => {
  withHost({ at: 1000 }, (host) => {
    host.play(response(200, new Uint8Array([0xff, 0xfe, 0x61, 0x00])), response(200, "caf\u00e9", { "Content-Type": "text/plain; charset=nonsense" }));
    const answer = http.post("https://x.test/a?b=1#part").query("q", "a b&c").query("none", undefined).credential("token").json({ n: 1 }).send();
    const [request] = host.requests;
    assert.equal(request.url, "https://x.test/a?b=1&q=a%20b%26c#part");
    assert.deepEqual([request.method, request.credential, new TextDecoder().decode(request.body)], ["POST", "token", '{"n":1}']);
    assert.deepEqual(request.headers, [["content-type", "application/json"]]);
    assert.equal(answer.text(), "a");
    assert.deepEqual(answer.origin("/0"), { payload: 1n, pointer: "/0" });
    assert.equal(http.get("https://x.test/").send().text(), "café");
    assert.throws(() => http.get("https://x.test/").send(), /one request too many/);
  });
});

test("transport failures are the usual faults", () => {
  for (const [kind, tag] of [["denied", "config"], ["timeout", "transient"], ["connect", "transient"], ["tls", "transient"], ["too-large", "protocol"], ["budget", "transient"]]) {
    assert.equal(new http.HttpFault(kind, "why").usual().tag, tag, kind);
  }
});

test("a bad entry becomes poison, and the rest goes on", () => {
  const origin = (pointer) => ({ payload: 7n, pointer });
  const entries = [{ id: "1", text: "a" }, { id: "2" }, null];
  const events = each(entries, origin, (entry, where) => [item({ id: entry.id, text: entry.text.trim(), publishedAt: 0, origin: where })], "/list");
  assert.deepEqual(events.map((event) => event.type), ["item", "poison", "poison"]);
  assert.deepEqual(events[1].origin, { payload: 7n, pointer: "/list/1" });
  assert.equal(events[1].hint, "2");
  assert.throws(() => each([1], origin, () => { throw Fault.transient("later"); }), isFault("transient"));
});

test("what need not be done has a default", () => {
  const least = connector({ settings: z.object({}), manifest: () => ({ id: "least", version: "1" }), read: () => ({ events: [] }) });
  assert.equal(least.check({}).warnings.length, 1);
  for (const name of ["discover", "receive", "act", "normalise"]) assert.throws(() => least[name]({}), isFault("unsupported"));
  assert.deepEqual(least.migrateCursor(1, new Uint8Array([1])), new Uint8Array([1]));
  assert.throws(() => least.migrateCursor(2, new Uint8Array()), isFault("stale-cursor"));
});

test("answers leave as the contract has them, and what does not fit is named", () => {
  const origin = { payload: 7n };
  const batch = batchToWit({ events: [item({ id: "1", text: "a", publishedAt: 12.7, origin })], limitLeft: 3 }, "batch");
  const [{ tag, val }] = batch.events;
  assert.deepEqual([tag, val.publishedAt, val.origin, val.conversation], ["item", 12n, { payload: 7n, pointer: "" }, "1"]);
  assert.equal("type" in val, false);
  assert.deepEqual([batch.limitLeft, batch.costMicrousd, batch.cursor], [3n, 0n, undefined]);
  const manifest = manifestToWit({ id: "x", version: "1", credentials: [{ name: "t", placement: { tag: "bearer" }, audience: [] }] }, "manifest");
  assert.deepEqual([manifest.title, manifest.defaultZone, manifest.credentials[0].placement], ["x", "social", { tag: "bearer" }]);
  for (const [events, words] of [
    [[item({ id: 7, text: "a", publishedAt: 0, origin })], "batch.events[0].id must be a string, not number 7"],
    [[item({ id: "7", text: "a", publishedAt: NaN, origin })], "batch.events[0].publishedAt must be a whole number, not number NaN"],
    [[item({ id: "7", text: "a", publishedAt: 0, origin, visibility: "secret" })], "batch.events[0].visibility must be one of public"],
    [[{ id: "7" }], "batch.events[0] must be an event, not an object"],
    ["none", "batch.events must be a list, not string none"],
  ]) {
    assert.throws(() => batchToWit({ events }, "batch"), (error) => error.message.startsWith(words), words);
  }
});

test("questions come as the SDK has them", () => {
  const budget = { maxEvents: 5, maxRequests: 2, maxCostMicrousd: 0n, deadline: 99n };
  const asked = readRequestFromWit({ streamName: "s", mode: "recheck", since: 5n, until: undefined, ids: ["a"], budget });
  assert.deepEqual([asked.since, asked.until, asked.budget.deadline, asked.mode], [5, undefined, 99, "recheck"]);
});

test("an entry that does not fit the contract is poison, and the rest goes on", () => {
  const origin = (pointer) => ({ payload: 1n, pointer });
  const made = (likes, title) => item({ id: "1", text: "a", publishedAt: 1, title, counters: { likes }, origin: origin("") });
  const entries = [[1, "a"], [-1, "a"], [2 ** 70, "a"], [1, ["a"]], [1, undefined]];
  const events = each(entries, origin, ([likes, title]) => [made(likes, title)]);
  assert.deepEqual(events.map(({ type }) => type), ["item", "poison", "poison", "poison", "item"]);
  assert.match(events[3].why, /event\.title must be a string/);
});
