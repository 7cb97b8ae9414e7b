// What the connector makes of Slack's answers and deliveries, played.

import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { test } from "node:test";

import { http, settings as parsing } from "hark-sdk";
import { jsonResponse, readRequest, response, withHost } from "hark-sdk/testing";
import slack from "../src/index.js";
import { plain } from "../src/messages.js";

const NOW = 1_784_884_365_000;
const SECRET = "8f742231b10e8888abcd99yyyzzz85a5";
const settings = { team: "T1", channels: ["C1"], bot_user: "U0APP", lookback_days: 7, api: "https://slack.test/api" };
const keys = { signing: (digest, message) => new Uint8Array(createHmac(digest, SECRET).update(message).digest()) };
const bytes = (text) => new TextEncoder().encode(text);

const message = (n, more = {}) => ({ type: "message", user: "U1", text: `message ${n}`, ts: `178488436${n}.000200`, ...more });
const page = (messages, next) =>
  jsonResponse({ ok: true, messages, has_more: Boolean(next), response_metadata: { next_cursor: next ?? "" } });
const items = (events) => events.filter((event) => event.type === "item");
const query = (url) => Object.fromEntries(new URL(url).searchParams);

/** Reads with the host answering by `responses`; returns the batch and the queries. */
function read(responses, request = {}) {
  return withHost({ at: NOW }, (host) => {
    // Behind what is given there is nothing more.
    const left = [...responses];
    host.answer(() => left.shift() ?? page([]));
    const batch = slack.read(settings, readRequest("messages", request));
    return { ...batch, asked: host.requests.map(({ url }) => [new URL(url).pathname.split("/").pop(), query(url)]) };
  });
}

test("settings have defaults, and a wrong one is named", () => {
  assert.deepEqual(parsing.parse(slack.settings, '{"team":"T1"}'), { team: "T1", channels: [], lookback_days: 7, api: "https://slack.com/api" });
  assert.throws(() => parsing.parse(slack.settings, '{"team":"T1","channels":["general"]}'), { tag: "config", field: "channels[0]" });
});

test("a message is an item of its thread", () => {
  const files = [{ id: "F1", name: "log.txt", mimetype: "text/plain", url_private: "https://files.test/1", size: 100 }];
  const { events } = read([page([message(5, { thread_ts: "1784884360.000100", files, text: "VPN drops <@U2> &amp; again" })])]);
  const [item] = items(events);
  assert.deepEqual([item.id, item.conversation, item.author], ["T1/C1/1784884365.000200", "T1/C1/1784884360.000100", "U1"]);
  assert.deepEqual([item.text, item.publishedAt, item.visibility], ["VPN drops U2 & again".replace("U2", "@U2"), NOW, "internal"]);
  assert.deepEqual(item.relations.map(({ kind, target }) => [kind, target]), [["reply-to", "T1/C1/1784884360.000100"], ["mention-of", "U2"]]);
  assert.deepEqual([item.attachments[0].name, item.attachments[0].bytes], ["log.txt", 100]);
  assert.deepEqual(events.map(({ type }) => type), ["actor", "conversation", "item"]);
});

test("markup becomes words", () => {
  for (const [markup, words] of [
    ["<@U1> look: <https://a.test/x|the page> &lt;b&gt;", "@U1 look: the page (https://a.test/x) <b>"],
    ["<#C1|general> <!here> <!subteam^S1|@ops> <mailto:a@b.test|a@b.test>", "#general @here @ops a@b.test (mailto:a@b.test)"],
    ["&amp;lt;", "&lt;"],
    ["<https://a.test/>", "https://a.test/"],
  ]) {
    assert.equal(plain(markup), words, markup);
  }
});

test("visibility is that of the channel", () => {
  for (const [channel, type, wanted] of [["C1", "channel", "internal"], ["G1", "group", "restricted"], ["D1", "im", "direct"], ["C1", "group", "restricted"], ["X1", undefined, "restricted"]]) {
    const body = JSON.stringify({ type: "event_callback", event: { ...message(1), channel, channel_type: type } });
    const events = slack.normalise({ ...settings, channels: [] }, { label: "", mediaType: "", body: bytes(body), payload: 1n, receivedAt: NOW });
    assert.equal(items(events)[0].visibility, wanted, `${channel} ${type}`);
  }
});

/** A channel that lists as Slack does: messages by `n`, replies by the `n` of their root. */
class Workspace {
  constructor(...channels) {
    this.channels = new Map(channels.map((id) => [id, []]));
    this.size = 2;
  }

  say(n, of, channel = "C1") {
    const ts = (number) => `${1_784_884_300 + number}.000200`;
    this.channels.get(channel).push({ type: "message", user: "U1", text: `${channel} ${n}`, ts: ts(n), ...(of && { thread_ts: ts(of) }) });
    return this;
  }

  /** Answers a request. */
  answer(url) {
    const { channel, latest = "9", oldest = "0", inclusive, ts } = query(url);
    const all = this.channels.get(channel).toSorted((one, other) => (one.ts < other.ts ? 1 : -1));
    const inside = (it) => it.ts > oldest && (inclusive === "true" ? it.ts <= latest : it.ts < latest);
    const replies = (root) => all.filter((it) => it.thread_ts === root.ts).reverse();
    const withThread = (it) => {
      const last = replies(it).at(-1);
      return last ? { ...it, thread_ts: it.ts, reply_count: replies(it).length, latest_reply: last.ts } : it;
    };
    const found = ts === undefined ? all.filter((it) => !it.thread_ts && inside(it)) : replies({ ts }).filter(inside);
    const shown = found.slice(0, this.size).map(withThread);
    const root = ts === undefined ? [] : all.filter((it) => it.ts === ts).map(withThread);
    return page([...root, ...shown], found.length > this.size ? "next" : undefined);
  }
}

/** Bytes of a cursor or continuation that the host keeps. */
const KEPT_BYTES_MAX = 65_536;

/** Reads to the end, every batch within the budget; `between` happens after the first batch. */
function drain(workspace, request = {}, between = () => {}) {
  return withHost({ at: NOW }, (host) => {
    host.answer(({ url }) => workspace.answer(url));
    const said = [];
    let { cursor, continuation } = request;
    for (let batches = 0; batches < 100; batches += 1) {
      const asked = host.requests.length;
      const full = readRequest("messages", { ...request, cursor, continuation });
      const batch = slack.read({ ...settings, channels: [...workspace.channels.keys()] }, full);
      const found = items(batch.events);
      assert.ok(host.requests.length - asked <= full.budget.maxRequests, "requests");
      assert.ok(batch.events.length <= full.budget.maxEvents || (found.length <= 1 && batch.events.length <= 4), "events");
      said.push(...found.map(({ text }) => text));
      cursor = batch.cursor ?? cursor;
      continuation = batch.continuation;
      assert.ok((cursor?.length ?? 0) <= KEPT_BYTES_MAX && (continuation?.length ?? 0) <= KEPT_BYTES_MAX, "no more is kept");
      if (batches === 0) between();
      if (continuation === undefined) return { said, cursor };
    }
    throw new Error("it never ends");
  });
}

const BUDGETS = [{}, { maxEvents: 1 }, { maxEvents: 7 }, { maxRequests: 1 }, { maxRequests: 2 }];

test("nothing is lost and nothing comes twice, however small the budget", () => {
  for (const budget of BUDGETS) {
    const workspace = new Workspace("C1", "C2").say(1).say(2).say(3, 1).say(4).say(5, 2).say(6, 1).say(7, 1).say(8, undefined, "C2");
    const first = drain(workspace, { budget });
    assert.deepEqual(first.said.toSorted(), ["C1 1", "C1 2", "C1 3", "C1 4", "C1 5", "C1 6", "C1 7", "C2 8"], JSON.stringify(budget));
    workspace.say(10, 4).say(11).say(12, 11).say(13).say(14).say(15, undefined, "C2");
    const then = drain(workspace, { budget, cursor: first.cursor });
    assert.deepEqual(then.said.toSorted(), ["C1 10", "C1 11", "C1 12", "C1 13", "C1 14", "C2 15"], JSON.stringify(budget));
    assert.deepEqual(drain(workspace, { budget, cursor: then.cursor }).said, []);
    const filled = drain(workspace, { budget, mode: "backfill", since: 1_784_884_300_000 + 2_000 });
    const wanted = ["C1 10", "C1 11", "C1 12", "C1 13", "C1 14", "C1 2", "C1 4", "C1 5", "C2 15", "C2 8"];
    assert.deepEqual(filled.said.toSorted(), wanted, `${JSON.stringify(budget)}: a thread comes with its root`);
  }
});

test("thousands of threads fit into what is kept between two calls", () => {
  const workspace = new Workspace("C1");
  workspace.size = 200;
  for (let n = -3_600; n < 0; n += 2) workspace.say(n).say(n + 1, n);
  for (const mode of ["incremental", "backfill"]) {
    const { said } = drain(workspace, { mode, since: 0, budget: { maxEvents: 2_000, maxRequests: 50 } });
    assert.equal(said.length, 3_600, mode);
    assert.equal(new Set(said).size, 3_600, mode);
  }
});

test("a request that fails half-way loses nothing and doubles nothing", () => {
  const workspace = new Workspace("C1", "C2");
  for (let n = 1; n <= 19; n += 1) workspace.say(n, n % 5 === 4 ? n - 2 : undefined, n % 2 ? "C1" : "C2");
  // A gateway is down for a moment; an answer is cut; there is none.
  const troubles = [
    [() => response(502, "<html>Bad gateway</html>"), "transient"],
    [() => response(200, '{"ok":true,"mess'), "protocol"],
    [() => { throw new http.HttpFault("connect", "reset by peer"); }, "transient"],
  ];
  for (const [mode, [trouble, tag]] of ["incremental", "backfill"].flatMap((it) => troubles.map((each) => [it, each]))) {
    let asked = 0;
    const said = withHost({ at: NOW + 60_000 }, (host) => {
      host.answer(({ url }) => ((asked += 1) % 3 === 0 ? trouble() : workspace.answer(url)));
      const told = [];
      let cursor, continuation;
      for (let calls = 0; calls < 100; calls += 1) {
        let batch;
        try {
          batch = slack.read({ ...settings, channels: ["C1", "C2"] }, readRequest("messages", { mode, cursor, continuation, since: 0 }));
        } catch (fault) {
          assert.equal(fault.tag, tag, "nothing was given, so the host asks again from where it was");
          continue;
        }
        told.push(...items(batch.events).map(({ text }) => text));
        cursor = batch.cursor ?? cursor;
        continuation = batch.continuation;
        if (continuation === undefined) return told;
      }
      throw new Error("it never ends");
    });
    assert.deepEqual(said.sort(), Array.from({ length: 19 }, (_, n) => `${(n + 1) % 2 ? "C1" : "C2"} ${n + 1}`).sort(), `${mode}, ${tag}`);
  }
});

test("a limit half-way says when to come back", () => {
  const limited = jsonResponse({ ok: false, error: "ratelimited" }, 429, { "Retry-After": "30" });
  const { events, notBefore, continuation } = read([page([message(2)], "next"), limited], { mode: "backfill", since: 0 });
  assert.deepEqual([items(events).length, notBefore, continuation === undefined], [1, limited.receivedAt + 30_000, false]);
});

test("what comes while a run goes on waits for the next", () => {
  for (const budget of BUDGETS.slice(1)) {
    const workspace = new Workspace("C1").say(1).say(2, 1).say(3).say(4).say(5, 4).say(6);
    // Replies are seen to what stands on the last page of a run, and no further back.
    workspace.size = 5;
    const first = drain(workspace, { budget }, () => workspace.say(20, 1).say(21).say(22, 21).say(23, 3));
    const then = drain(workspace, { budget, cursor: first.cursor });
    const all = [...first.said, ...then.said];
    const wanted = [1, 2, 20, 21, 22, 23, 3, 4, 5, 6].map((n) => `C1 ${n}`);
    assert.deepEqual(all.toSorted(), wanted, JSON.stringify(budget));
  }
});

test("a cursor comes only where resuming from it loses and doubles nothing", () => {
  const workspace = new Workspace("C1").say(1).say(2, 1).say(3).say(4);
  withHost({ at: NOW }, (host) => {
    host.answer(({ url }) => workspace.answer(url));
    const first = slack.read(settings, readRequest("messages", { budget: { maxEvents: 3 } }));
    assert.deepEqual([items(first.events).length, first.cursor], [1, undefined]);
    assert.ok(first.continuation);
    const filled = slack.read(settings, readRequest("messages", { mode: "backfill", budget: { maxEvents: 3 } }));
    assert.ok(filled.cursor, "backwards, every message is a place to resume from");
  });
});

test("a channel is asked once where nothing is new, and a thread only where a reply is", () => {
  const workspace = new Workspace("C1").say(1).say(2, 1).say(3).say(4, 3);
  const { cursor } = drain(workspace);
  workspace.say(5, 1);
  withHost({ at: NOW }, (host) => {
    host.answer(({ url }) => workspace.answer(url));
    slack.read(settings, readRequest("messages", { cursor }));
    const asked = host.requests.map(({ url }) => [new URL(url).pathname.split("/").pop(), query(url).ts]);
    assert.deepEqual(asked, [["conversations.history", undefined], ["conversations.replies", "1784884301.000200"]]);
  });
});

test("a first read goes back as many days as are set", () => {
  const workspace = new Workspace("C1").say(1);
  workspace.channels.get("C1").push({ type: "message", user: "U1", text: "old", ts: "1783000000.000100" });
  assert.deepEqual(drain(workspace).said, ["C1 1"]);
});

test("a cursor that is not ours is stale", () => {
  for (const odd of ["{}", '{"v":2,"at":7}', '{"v":2,"at":[]}', "[".repeat(1_000)]) {
    assert.throws(() => slack.read(settings, readRequest("messages", { cursor: bytes(odd) })), { tag: "stale-cursor" });
  }
});

test("mentions stand in messages and in replies", () => {
  const { events } = read([page([message(5, { text: "<@U2> look" })])]);
  assert.deepEqual(items(events)[0].relations.map(({ kind, target }) => [kind, target]), [["mention-of", "U2"]]);
});

test("a bad message is poison, and the rest goes on", () => {
  const { events } = read([page([message(2), { type: "message", user: "U1", text: "no time" }, message(1)])]);
  assert.deepEqual(events.filter(({ type }) => type !== "actor" && type !== "conversation").map(({ type }) => type).sort(), ["item", "item", "poison"]);
});

test("recheck sees edits, reactions and removals", () => {
  const edited = message(1, { text: "fixed", edited: { user: "U1", ts: "1784884400.000000" }, reactions: [{ name: "rage", count: 3, users: [] }] });
  const ids = ["T1/C1/1784884361.000200", "T1/C1/1784884362.000200"];
  const { events } = read([page([edited]), jsonResponse({ ok: false, error: "message_not_found" })], { mode: "recheck", ids });
  const [item] = items(events);
  assert.deepEqual([item.text, item.revision, item.counters.byReaction], ["fixed", "1784884400.000000", [["rage", 3]]]);
  assert.deepEqual(events.filter(({ type }) => type === "removal").map(({ id }) => id), [ids[1]]);
  assert.equal(events.filter(({ type }) => type === "engagement").length, 1);
});

test("errors are the right faults, most with status 200", () => {
  for (const [answer, tag, more] of [
    [jsonResponse({ ok: false, error: "invalid_auth" }), "auth", { why: "revoked" }],
    [jsonResponse({ ok: false, error: "token_expired" }), "auth", { why: "expired" }],
    [jsonResponse({ ok: false, error: "missing_scope", needed: "channels:history", provided: "chat:write" }), "auth", { why: "scope", scope: "channels:history" }],
    [jsonResponse({ ok: false, error: "channel_not_found" }), "not-found", {}],
    [jsonResponse({ ok: false, error: "not_in_channel" }), "refused", {}],
    [jsonResponse({ ok: false, error: "internal_error" }), "transient", {}],
    [jsonResponse({ ok: false, error: "ratelimited" }, 200, { "Retry-After": "5" }), "rate-limited", {}],
    [jsonResponse({ ok: false, error: "ratelimited" }, 429, { "Retry-After": "30" }), "rate-limited", {}],
    [jsonResponse({ ok: false, error: "something_new" }), "protocol", {}],
    [response(502, "<html>Bad gateway</html>"), "transient", {}],
    [response(200, "<html>"), "protocol", {}],
    [response(200, ""), "protocol", {}],
    [response(200, "[]"), "protocol", {}],
  ]) {
    assert.throws(() => read([answer]), { tag, ...more }, tag);
  }
});

/** Delivers `body`, signed unless `headers` say otherwise. */
function deliver(body, headers = {}, at = NOW) {
  const sentAt = String(NOW / 1000);
  const signature = `v0=${createHmac("sha256", SECRET).update(`v0:${sentAt}:${body}`).digest("hex")}`;
  const all = { "X-Slack-Request-Timestamp": sentAt, "X-Slack-Signature": signature, ...headers };
  const delivery = { payload: 7n, method: "POST", path: "/", query: "", headers: Object.entries(all), body: bytes(body), receivedAt: at };
  return withHost({ at, keys }, () => slack.receive(settings, delivery));
}

test("the sample of Slack's documentation is signed as it says", () => {
  const body =
    "token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c";
  const headers = {
    "X-Slack-Request-Timestamp": "1531420618",
    "X-Slack-Signature": "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503",
  };
  assert.equal(deliver(body, headers, 1_531_420_618_000).status, 400, "signed, and no JSON");
  assert.equal(deliver(`${body}x`, headers, 1_531_420_618_000).status, 401);
});

test("a wrong signature gives 401 and no events", () => {
  const body = JSON.stringify({ type: "event_callback", event: { ...message(1), channel: "C1" } });
  const good = `v0=${createHmac("sha256", SECRET).update(`v0:${NOW / 1000}:${body}`).digest("hex")}`;
  for (const headers of [
    { "X-Slack-Signature": good.toUpperCase() },
    { "X-Slack-Signature": `v0=${good.slice(3).toUpperCase()}` },
    { "X-Slack-Signature": good.replace("v0=", "sha1=") },
    { "X-Slack-Signature": good.slice(3) },
    { "X-Slack-Signature": `v0=${Buffer.from(good.slice(3), "hex").toString("base64")}` },
    { "X-Slack-Signature": "" },
    { "X-Slack-Request-Timestamp": String(NOW / 1000 - 1) },
    { "X-Slack-Request-Timestamp": "" },
  ]) {
    const { status, events } = deliver(body, headers);
    assert.deepEqual([status, events], [401, []], JSON.stringify(headers));
  }
  assert.equal(deliver(body, {}, NOW + 301_000).status, 401, "too old");
  assert.equal(deliver(body, {}, NOW + 299_000).status, 200);
});

test("the handshake is answered", () => {
  const { status, body } = deliver(JSON.stringify({ type: "url_verification", challenge: "3eZbrw1a", token: "x" }));
  assert.deepEqual([status, body], [200, '{"challenge":"3eZbrw1a"}']);
});

test("messages, edits and deletions are delivered", () => {
  const callback = (event) => JSON.stringify({ type: "event_callback", event_id: "Ev1", team_id: "T1", event: { type: "message", channel: "C1", channel_type: "channel", ...event } });
  const said = deliver(callback(message(5)));
  assert.deepEqual([said.dedupeKey, items(said.events)[0].text, items(said.events)[0].origin], ["Ev1", "message 5", { payload: 7n, pointer: "/event" }]);
  const edit = { subtype: "message_changed", ts: "1784884400.000300", message: message(5, { text: "VPN drops hourly", edited: { user: "U1", ts: "1784884400.000000" } }) };
  const [edited] = items(deliver(callback(edit)).events);
  assert.deepEqual([edited.id, edited.text, edited.revision], ["T1/C1/1784884365.000200", "VPN drops hourly", "1784884400.000000"]);
  const [gone] = deliver(callback({ subtype: "message_deleted", ts: "1784884500.000300", deleted_ts: "1784884365.000200" })).events;
  assert.deepEqual([gone.type, gone.id, gone.at], ["removal", "T1/C1/1784884365.000200", 1_784_884_500_000]);
  assert.deepEqual(deliver(callback({ ...message(1), channel: "C9" })).events, [], "a channel that is not listened to");
  const limited = deliver(JSON.stringify({ type: "app_rate_limited", team_id: "T1", minute_rate_limited: 1784884320 }));
  assert.equal(limited.dedupeKey, "limited/T1/1784884320");
  assert.deepEqual([limited.events[0].type, limited.events[0].since, limited.pollNow], ["gap", 1_784_884_320_000, ["messages"]]);
});

/** Replies with the host answering by `responses`. */
function reply(...responses) {
  return withHost({ at: NOW }, (host) => {
    host.play(...responses);
    const action = { name: "reply", on: "T1/C1/1784884365.000200", arguments: '{"text":"a < b & c"}', idempotencyKey: "key-1" };
    return [slack.act(settings, action), host.requests];
  });
}

test("a reply goes into the thread, once", () => {
  const thread = page([message(0, { thread_ts: "1784884360.000200" }), message(5, { thread_ts: "1784884360.000200" })]);
  const posted = jsonResponse({ ok: true, channel: "C1", ts: "1784884399.000100", message: { user: "U0APP", bot_id: "B1", text: "a &lt; b &amp; c" } });
  const [done, requests] = reply(thread, posted);
  const sent = JSON.parse(new TextDecoder().decode(requests[1].body));
  assert.deepEqual([sent.thread_ts, sent.text, sent.metadata.event_payload], ["1784884360.000200", "a &lt; b &amp; c", { key: "key-1" }]);
  const [item] = items(done.val);
  assert.deepEqual([done.tag, item.id, item.direction, item.text], ["done", "T1/C1/1784884399.000100", "outbound", "a < b & c"]);
  assert.equal(item.conversation, "T1/C1/1784884360.000200");
  const metadata = { event_type: "hark_reply", event_payload: { key: "key-1" } };
  const [again, asked] = reply(page([message(5), message(9, { metadata, user: "U0APP" })]));
  assert.deepEqual([again.tag, asked.length], ["already-done", 1]);
});

test("a reply that may have arrived is uncertain", () => {
  for (const kind of ["timeout", "connect", "too-large"]) {
    assert.equal(reply(page([message(5)]), new http.HttpFault(kind))[0].tag, "uncertain");
  }
  assert.equal(reply(page([message(5)]), response(502, "<html>"))[0].tag, "uncertain");
  assert.throws(() => reply(page([message(5)]), jsonResponse({ ok: false, error: "is_archived" })), { tag: "refused" });
});

test("check names the account, and the wrong workspace", () => {
  const answer = (team_id) => jsonResponse({ ok: true, team: "Acme", user: "hark", team_id, user_id: "U0APP" }, 200, { "X-OAuth-Scopes": "channels:history,chat:write" });
  const check = (team) => withHost({}, (host) => {
    host.play(answer(team));
    return slack.check(settings);
  });
  assert.deepEqual(check("T1"), { account: "hark in Acme", scopes: ["channels:history", "chat:write"], warnings: [] });
  assert.throws(() => check("T2"), { tag: "config", field: "team" });
});

test("discover lists channels, page by page", () => {
  const channels = [{ id: "C1", name: "general", is_private: false, num_members: 9 }];
  const more = [{ id: "C2", name: "board", is_private: true, num_members: 3 }];
  const targets = withHost({}, (host) => {
    host.play(jsonResponse({ ok: true, channels, response_metadata: { next_cursor: "n" } }), jsonResponse({ ok: true, channels: more }));
    return slack.discover(settings);
  });
  assert.deepEqual(targets.map(({ id, visibility, ours }) => [id, visibility, ours]), [["C1", "internal", true], ["C2", "restricted", false]]);
});

test("the same payload gives the same events", () => {
  const raw = { label: "https://slack.test/api/conversations.history?channel=C1", mediaType: "application/json", body: bytes(JSON.stringify({ ok: true, messages: [message(2), {}, message(1)] })), payload: 3n, receivedAt: NOW };
  assert.deepEqual(slack.normalise(settings, raw), slack.normalise(settings, raw));
  assert.deepEqual(items(slack.normalise(settings, raw)).map(({ text }) => text), ["message 1", "message 2"]);
});
