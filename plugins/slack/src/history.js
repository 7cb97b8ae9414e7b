// Channels and their threads, newest first, as Slack gives them.
//
// Holds: a cursor comes only between two messages, and passes none that was not given; a message that comes while a run
// goes on waits for the next, so that the replies up to the newest of the first page are known to be read, and of
// threads that were read beyond it the cursor says how far; no batch is larger than the budget says, one message apart;
// where the budget ends, or a request fails for a while after something was given, the continuation says where to go on.
// Not here: what a message means. Replies to what is older than the last page of a run are not looked for.

import { cursor, each, Fault, host, http, poison } from "hark-sdk";

import * as api from "./api.js";
import { message, visibilityOf } from "./messages.js";
import { recheck } from "./recheck.js";

export const CURSOR_VERSION = 2;
const DAY_MS = 86_400_000;
const PAGE = 200;
/** Events of most messages: an author, a conversation, an item. */
const MESSAGE_EVENTS = 3;
/** Threads that wait for their turn, one page more or less: each takes 45 bytes of a continuation, which has 64 KiB. */
const THREADS_MAX = 500;

/** Returns what is known of a channel without asking. */
export function placeOf(settings, channel, type) {
  return { team: settings.team, channel, botUser: settings.bot_user, visibility: visibilityOf(channel, type) };
}

/** Returns a time as Slack's time stamp. */
const stamp = (ms) => `${Math.floor(ms / 1000)}.${String(ms % 1000).padStart(3, "0")}000`;

/** Time stamps are compared as text: the seconds have ten digits for the next two hundred years. */
const later = (one, other) => (one === undefined || other > one ? other : one);

const isStamp = (ts) => typeof ts === "string" && /^\d{1,11}\.\d{1,6}$/.test(ts);

/** Says whether a message stands in the channel itself. */
const isRoot = (it) => !isStamp(it.thread_ts) || it.thread_ts === it.ts;

/** One call: what it has read, and what it may still spend. */
export class Run {
  constructor(settings, request) {
    Object.assign(this, { settings, request, requests: 0, groups: [], count: 0 });
  }

  room() {
    return this.request.budget.maxEvents - this.count;
  }

  mayAsk() {
    return this.requests < this.request.budget.maxRequests && (this.count === 0 || this.room() >= MESSAGE_EVENTS);
  }

  ask(method, query) {
    this.requests += 1;
    return api.ask(this.settings, method, query);
  }

  /** Asks for a page and returns its messages with their events; what has no time stamp is poison, given at once. */
  page(method, query) {
    const { response, body } = api.good(this.ask(method, { ...query, limit: PAGE }));
    const found = api.messagesOf(body, response);
    const place = placeOf(this.settings, query.channel);
    const entries = [];
    found.forEach((it, at) => {
      const origin = () => response.origin(`/messages/${at}`);
      if (isStamp(it?.ts)) entries.push({ it, ts: it.ts, events: () => each([it], origin, (entry, where) => message(entry, place, where)) });
      else this.give([poison({ hint: String(at), why: "it has no time stamp", origin: origin() })]);
    });
    const next = body.response_metadata?.next_cursor;
    return { entries, hasMore: body.has_more === true || (typeof next === "string" && next !== "") };
  }

  /** Gives the events of an entry, if there is room. */
  take(entry) {
    const events = entry.events();
    if (this.count > 0 && events.length > this.room()) return false;
    this.give(events);
    return true;
  }

  give(events) {
    this.groups.push(events);
    this.count += events.length;
  }

  /** Does a part of the reading; a fault that passes by itself stops it half-way if something was given before. */
  holds(part) {
    try {
      return part();
    } catch (error) {
      // A request that got no answer is a fault like any other.
      const fault = error instanceof http.HttpFault ? error.usual() : error;
      if (!(fault instanceof Fault) || this.count === 0 || !passes(fault)) throw fault;
      host.warn(`the read stops half-way: ${fault.detail}`);
      this.stopped = fault;
      return false;
    }
  }

  /** Returns all that was given. */
  events() {
    return this.groups.flat();
  }
}

/**
 * Says whether the host may simply go on from here. What cannot be read is most often an answer that was cut, or a page from
 * in between; if it stays so, the next call tells it, as its first request fails. All else is told at once: what was found
 * before is found again.
 */
function passes(fault) {
  return ["transient", "protocol"].includes(fault.tag) || (fault.tag === "rate-limited" && fault.until !== undefined);
}

/** Reads what is new, old, or to be looked at again. */
export function read(settings, request) {
  const run = new Run(settings, request);
  if (request.mode === "recheck") return recheck(run);
  const goingOn = request.continuation ? JSON.parse(new TextDecoder().decode(request.continuation)) : undefined;
  // Within a run the continuation knows more: a cursor comes between two messages only.
  const state = goingOn?.state ?? known(cursor.read(CURSOR_VERSION, request.cursor));
  const left = goingOn?.left ?? (request.target ? [request.target] : [...settings.channels]);
  let at = goingOn?.at ?? {};
  while (left.length > 0) {
    const channel = new Channel(run, left[0], state, at);
    if (!run.holds(() => (request.mode === "backfill" ? channel.fill() : channel.follow()))) break;
    left.shift();
    at = {};
  }
  const encode = (value) => new TextEncoder().encode(JSON.stringify(value));
  return {
    events: run.events(),
    notBefore: run.stopped?.until,
    cursor: isBetween(request, at) ? cursor.write(CURSOR_VERSION, state) : undefined,
    continuation: left.length > 0 ? encode({ state, left, at }) : undefined,
  };
}

/** Says whether resuming from the state alone would neither lose nor double anything. */
function isBetween(request, at) {
  return request.mode === "backfill" ? !at.threads?.length : at.upTo === undefined;
}

function known(state) {
  if (state !== undefined && (typeof state !== "object" || state === null || Array.isArray(state))) {
    throw Fault.staleCursor("the cursor cannot be read: it is not ours");
  }
  return state ?? {};
}

/** One channel in one call. `at` is where the run stands in it. */
class Channel {
  constructor(run, channel, state, at) {
    Object.assign(this, { run, channel, state, at });
  }

  /** Reads what is new; says whether that was all. */
  follow() {
    const { at, run, state, channel } = this;
    const settled = state[channel] ?? {};
    const floor = settled.oldest ?? stamp(run.request.since ?? Math.max(0, host.now() - run.settings.lookback_days * DAY_MS));
    while (!at.isRead) {
      if (at.threads?.length >= THREADS_MAX && !this.threads()) return false;
      if (!run.mayAsk()) return false;
      const { entries, hasMore } = this.page(at.below);
      at.upTo ??= entries.reduce((most, { it, ts }) => later(later(most, ts), replied(it)), settled.replies ?? floor);
      const first = run.groups.length;
      const cut = entries.some((entry) => !this.see(entry, floor, settled));
      // Oldest first is how a batch is read.
      run.groups.push(...run.groups.splice(first).reverse());
      if (cut) return false;
      at.isRead = !hasMore || entries.length === 0 || entries.some(({ ts }) => ts <= floor);
    }
    if (!this.threads()) return false;
    const ahead = Object.fromEntries(Object.entries(at.ahead ?? {}).filter(([, last]) => last > at.upTo));
    state[channel] = { oldest: at.newest ?? floor, replies: at.upTo, ahead };
    return true;
  }

  /** Looks at a message of a page: gives it if it is new, and remembers its thread if that has something new. */
  see(entry, floor, settled) {
    const { at, run } = this;
    // What came after the run began waits: its thread would be taken for one that was read. The rest was given before
    // the budget ended.
    if (entry.ts > at.upTo || (at.below !== undefined && entry.ts >= at.below)) return true;
    const isNew = entry.ts > floor;
    if (isNew && !run.take(entry)) return false;
    at.below = entry.ts;
    if (isNew) at.newest = later(at.newest, entry.ts);
    this.remember(entry, isNew ? entry.ts : (settled.ahead?.[entry.ts] ?? settled.replies ?? floor));
    return true;
  }

  /** Reads back to `since`; says whether that was all. Every message with its thread is a place to resume from. */
  fill() {
    const { run, state, channel } = this;
    const { since, until } = run.request;
    const [floor, upTo] = [since, until].map((ms) => (ms === undefined ? undefined : stamp(ms)));
    for (;;) {
      if (!this.threads(upTo) || !run.mayAsk()) return false;
      const { entries, hasMore } = this.page(state[channel]?.below ?? upTo);
      for (const entry of entries) {
        if (floor !== undefined && entry.ts < floor) return true;
        if (!run.take(entry)) return false;
        state[channel] = { below: entry.ts };
        this.remember(entry, entry.ts);
        if (!this.threads(upTo)) return false;
      }
      if (!hasMore || entries.length === 0) return true;
    }
  }

  page(below) {
    return this.run.page("conversations.history", { channel: this.channel, latest: below, inclusive: "false" });
  }

  /** Remembers a thread whose replies after `from` are to be read. */
  remember({ it, ts }, from) {
    if (isRoot(it) && replied(it) !== undefined && replied(it) > from) (this.at.threads ??= []).push([ts, from]);
  }

  /** Reads the replies of the threads that are remembered, before `upTo` if given; says whether those were all. */
  threads(upTo) {
    const { at, run } = this;
    for (; at.threads?.length > 0; at.threads.shift()) {
      while (at.threads[0] !== undefined) {
        if (!run.mayAsk()) return false;
        const rest = this.replies(at.threads[0], upTo);
        if (rest === undefined) return false;
        if (rest.length === 0) break;
      }
    }
    return true;
  }

  /** Reads a page of replies; returns those it gave, nothing where there was no room for all. */
  replies(thread, upTo) {
    const [ts, from] = thread;
    const given = [];
    let page;
    try {
      page = this.run.page("conversations.replies", { channel: this.channel, ts, oldest: from, latest: upTo, inclusive: "false" });
    } catch (fault) {
      // Deleted since it was listed.
      if (fault instanceof Fault && fault.tag === "not-found") return given;
      throw fault;
    }
    for (const entry of page.entries) {
      // The root comes along each time, and what was said to the channel as well is read there.
      const isOurs = entry.ts !== ts && entry.ts > thread[1] && (upTo === undefined || entry.ts < upTo);
      if (!isOurs || entry.it.subtype === "thread_broadcast") continue;
      if (!this.run.take(entry)) return undefined;
      thread[1] = entry.ts;
      // What is no newer is known to be read once the run is over; to go back needs none of it.
      if (this.at.upTo !== undefined && entry.ts > this.at.upTo) (this.at.ahead ??= {})[ts] = entry.ts;
      given.push(entry);
    }
    return page.hasMore ? given : [];
  }
}

/** Returns the time stamp of the last reply to a message, nothing where it has none. */
function replied(it) {
  return typeof it?.reply_count === "number" && it.reply_count > 0 && isStamp(it.latest_reply) ? it.latest_reply : undefined;
}
