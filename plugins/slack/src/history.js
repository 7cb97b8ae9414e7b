// Channels and their threads, page by page.
//
// Holds: Slack gives the newest first, so the cursor of a channel moves only when the oldest page of a run was read;
// until then the continuation says where to go on.

import { cursor, each, Fault, removal } from "hark-sdk";

import * as api from "./api.js";
import { figures, idOf, message, oldestFirst, visibilityOf } from "./messages.js";

export const CURSOR_VERSION = 1;
const PAGE = 200;
/** Threads that are looked at again for replies: so many of each channel, the liveliest last. */
const THREADS_MAX = 50;

/** Returns what is known of a channel without asking. */
export function placeOf(settings, channel, type) {
  return { team: settings.team, channel, botUser: settings.bot_user, visibility: visibilityOf(channel, type) };
}

/** Returns a time as Slack's time stamp. */
const stamp = (ms) => `${Math.floor(ms / 1000)}.${String(ms % 1000).padStart(3, "0")}000`;

/** Compares time stamps as text: the seconds have ten digits for the next two hundred years. */
const later = (one, other) => (one > other ? one : other);

class Run {
  constructor(settings, request) {
    Object.assign(this, { settings, request, requests: 0, events: [], left: undefined });
  }

  spent() {
    const { maxEvents, maxRequests } = this.request.budget;
    return this.requests >= maxRequests || this.events.length >= maxEvents;
  }

  get(method, query) {
    this.requests += 1;
    return api.get(this.settings, method, query);
  }

  /** Gives the events of a page, oldest first. */
  take({ response, body }, place) {
    const messages = body.messages ?? [];
    for (const [it, index] of oldestFirst(messages)) {
      this.events.push(...each([it], () => response.origin(`/messages/${index}`), (entry, where) => message(entry, place, where)));
    }
    return messages.filter((it) => typeof it?.ts === "string");
  }
}

/** Reads what is new, old, or to be looked at again. */
export function read(settings, request) {
  const run = new Run(settings, request);
  if (request.mode === "recheck") return recheck(run);
  const state = cursor.read(CURSOR_VERSION, request.cursor) ?? {};
  const pending = request.continuation ? JSON.parse(new TextDecoder().decode(request.continuation)) : {};
  const more = {};
  const channels = request.target ? [request.target] : settings.channels;
  for (const channel of channels) {
    const known = { ...state[channel] };
    const rest = history(run, channel, known, pending[channel] ?? {});
    if (rest) more[channel] = rest;
    else state[channel] = { ...known, threads: threads(run, channel, known) };
  }
  return {
    events: run.events,
    cursor: cursor.write(CURSOR_VERSION, state),
    continuation: Object.keys(more).length > 0 ? new TextEncoder().encode(JSON.stringify(more)) : undefined,
  };
}

/** Reads a channel from its cursor on; returns where to go on if the budget did not do. */
function history(run, channel, known, pending) {
  const { request } = run;
  const backfill = request.mode === "backfill";
  const oldest = (backfill ? undefined : known.oldest) ?? (request.since === undefined ? undefined : stamp(request.since));
  const latest = backfill && request.until !== undefined ? stamp(request.until) : undefined;
  let { newest, page } = pending;
  const live = { ...known.threads, ...pending.threads };
  while (!run.spent()) {
    const answer = run.get("conversations.history", { channel, oldest, latest, inclusive: "false", limit: PAGE, cursor: page });
    for (const it of run.take(answer, placeOf(run.settings, channel))) {
      newest = newest === undefined ? it.ts : later(newest, it.ts);
      if (it.reply_count > 0) live[it.ts] ??= it.ts;
    }
    page = answer.body.response_metadata?.next_cursor || undefined;
    const firstLook = oldest === undefined && !backfill;
    if (!page || !answer.body.has_more || firstLook) {
      known.oldest = newest ?? oldest ?? "0";
      known.threads = live;
      return undefined;
    }
  }
  return { newest, page, threads: live };
}

/** Reads replies of the threads that are kept in view; returns them with the last reply that was seen. */
function threads(run, channel, known) {
  const kept = Object.entries(known.threads ?? {}).sort(([, one], [, other]) => (one < other ? 1 : -1)).slice(0, THREADS_MAX);
  const seen = {};
  for (const [thread, last] of kept) {
    seen[thread] = last;
    let page;
    do {
      if (run.spent()) break;
      try {
        const answer = run.get("conversations.replies", { channel, ts: thread, oldest: last, limit: PAGE, cursor: page });
        // The first message of a thread comes along each time.
        answer.body.messages = (answer.body.messages ?? []).filter((it) => it?.ts > last);
        for (const it of run.take(answer, placeOf(run.settings, channel))) seen[thread] = later(seen[thread], it.ts);
        page = answer.body.has_more ? answer.body.response_metadata?.next_cursor : undefined;
      } catch (fault) {
        if (!(fault instanceof Fault && fault.tag === "not-found")) throw fault;
        delete seen[thread];
        page = undefined;
      }
    } while (page);
    if (page) seen[thread] = last;
  }
  return seen;
}

/** Looks at messages again: edited, counted anew, or gone. */
function recheck(run) {
  const { request, settings } = run;
  const left = request.continuation ? JSON.parse(new TextDecoder().decode(request.continuation)) : [...request.ids];
  while (left.length > 0 && !run.spent()) {
    const id = left.shift();
    const [, channel, ts] = id.split("/");
    if (!ts) continue;
    const place = placeOf(settings, channel);
    // A message within a thread is found by its own time stamp, too.
    run.requests += 1;
    const response = api.ask(settings, "conversations.replies", { channel, ts, oldest: ts, latest: ts, inclusive: "true", limit: 1 });
    const messages = api.isGone(response) ? [] : (api.good(response).body.messages ?? []);
    const found = messages.find((it) => it.ts === ts);
    if (!found || found.subtype === "tombstone") {
      run.events.push(removal({ id: idOf(place, ts), reason: "unknown", origin: response.origin() }));
    } else {
      run.events.push(...message(found, place, response.origin("/messages/0")), ...figures(found, place, response.receivedAt, response.origin("/messages/0")));
    }
  }
  return {
    events: run.events,
    continuation: left.length > 0 ? new TextEncoder().encode(JSON.stringify(left)) : undefined,
  };
}

