// Replies into threads.
//
// Holds: a reply carries its key as metadata, and the thread is looked through for it first, so that asking twice
// posts once.

import { Fault, http, outcome } from "hark-sdk";

import * as api from "./api.js";
import { placeOf } from "./history.js";
import { message } from "./messages.js";

export const CHARS_MAX = 4_000;
export const SCHEMA = JSON.stringify({
  type: "object",
  properties: { text: { type: "string", minLength: 1, description: "What to say." } },
  required: ["text"],
  additionalProperties: false,
});
const MARK = "hark_reply";
const THREAD = 1_000;

/** Does what is asked for. */
export function act(settings, action) {
  const [, channel, ts] = (action.on ?? "").split("/");
  if (action.name !== "reply" || !ts) throw Fault.unsupported(`action ${action.name}`);
  const { text } = JSON.parse(action.arguments);
  const thread = api.get(settings, "conversations.replies", { channel, ts, include_all_metadata: "true", limit: THREAD });
  const messages = thread.body.messages ?? [];
  const place = placeOf(settings, channel);
  const before = messages.find((it) => it.metadata?.event_type === MARK && it.metadata.event_payload?.key === action.idempotencyKey);
  if (before) return outcome.alreadyDone(message(before, place, thread.response.origin()));
  const root = messages.find((it) => it.ts === ts)?.thread_ts ?? messages[0]?.thread_ts ?? ts;
  const metadata = { event_type: MARK, event_payload: { key: action.idempotencyKey } };
  // Slack would read these three as its own markup.
  const escaped = text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");
  return post(settings, place, { channel, thread_ts: root, text: escaped, metadata });
}

function post(settings, place, body) {
  let sent;
  try {
    sent = http.post(`${settings.api}/chat.postMessage`).credential(api.TOKEN).json(body).send();
  } catch (fault) {
    if (!(fault instanceof http.HttpFault) || !["timeout", "connect", "too-large"].includes(fault.kind)) throw fault;
    return outcome.uncertain(`the reply may have arrived: ${fault.usual().detail}`);
  }
  if (sent.status >= 500) return outcome.uncertain(`the reply may have arrived: status ${sent.status}; ${sent.quote()}`);
  const answer = api.good(sent).body;
  return outcome.done(message({ thread_ts: body.thread_ts, ...answer.message, ts: answer.ts }, place, sent.origin("/message")));
}
