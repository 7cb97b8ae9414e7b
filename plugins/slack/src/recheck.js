// Messages that are looked at again: edited, counted anew, or gone.

import { each, Fault, removal } from "hark-sdk";

import * as api from "./api.js";
import { placeOf } from "./history.js";
import { figures, idOf, message } from "./messages.js";

/** Events of a message that is looked at again: its author, its conversation, itself, its figures. */
const EVENTS = 4;

/** Looks at the messages of the request, or at those that are left of it. */
export function recheck(run) {
  const { request, settings } = run;
  const left = request.continuation ? JSON.parse(new TextDecoder().decode(request.continuation)) : [...request.ids];
  while (left.length > 0 && run.mayAsk() && (run.count === 0 || run.room() >= EVENTS)) {
    const id = left.shift();
    const [, channel, ts] = id.split("/");
    if (ts) run.give(look(run, placeOf(settings, channel), ts));
  }
  return {
    events: run.events(),
    continuation: left.length > 0 ? new TextEncoder().encode(JSON.stringify(left)) : undefined,
  };
}

function look(run, place, ts) {
  // A message within a thread is found by its own time stamp, too.
  const response = run.ask("conversations.replies", { channel: place.channel, ts, oldest: ts, latest: ts, inclusive: "true", limit: 1 });
  const gone = () => [removal({ id: idOf(place, ts), reason: "unknown", origin: response.origin() })];
  if (api.isGone(response)) return gone();
  const found = api.messagesOf(api.good(response).body, response).findIndex((it) => it?.ts === ts);
  if (found < 0) return gone();
  const it = response.json().messages[found];
  if (it.subtype === "tombstone") return gone();
  const origin = () => response.origin(`/messages/${found}`);
  return each([it], origin, (entry, where) => [...message(entry, place, where), ...figures(entry, place, response.receivedAt, where)]);
}
