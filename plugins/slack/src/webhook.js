// The Events API: what Slack sends by itself.
//
// Holds: the signature is checked first, over the bytes as they came, by the host; a wrong one gives 401 and
// nothing else.

import { deliveryResult, each, gap, host } from "hark-sdk";

import { placeOf } from "./history.js";
import { event } from "./messages.js";

export const SIGNING = "signing";
/** How old a delivery may be, either way. */
const AGE_MS_MAX = 300_000;
const JSON_TYPE = [["content-type", "application/json"]];

const header = (delivery, name) => delivery.headers.find(([have]) => have.toLowerCase() === name)?.[1] ?? "";

/** Says whether Slack has signed this delivery, lately. */
function isSigned(delivery) {
  const [sentAt, claimed] = [header(delivery, "x-slack-request-timestamp"), header(delivery, "x-slack-signature")];
  if (!/^\d{1,11}$/.test(sentAt) || !/^v0=[0-9a-f]{64}$/.test(claimed)) return false;
  if (Math.abs(delivery.receivedAt - Number(sentAt) * 1000) > AGE_MS_MAX) return false;
  const prefix = new TextEncoder().encode(`v0:${sentAt}:`);
  const message = new Uint8Array(prefix.length + delivery.body.length);
  message.set(prefix);
  message.set(delivery.body, prefix.length);
  const digest = Uint8Array.from(claimed.slice(3).match(/../g), (pair) => parseInt(pair, 16));
  return host.hmacEqual(SIGNING, "sha256", message, digest);
}

/** Takes a delivery. */
export function receive(settings, delivery) {
  if (!isSigned(delivery)) return deliveryResult({ status: 401 });
  let body;
  try {
    body = JSON.parse(new TextDecoder().decode(delivery.body));
  } catch {
    return deliveryResult({ status: 400 });
  }
  switch (body?.type) {
    case "url_verification":
      return deliveryResult({ headers: JSON_TYPE, body: JSON.stringify({ challenge: String(body.challenge) }) });
    case "event_callback":
      return deliveryResult({ dedupeKey: body.event_id, events: eventsOf(settings, body, origin(delivery)) });
    case "app_rate_limited":
      // It has no id of its own; it is said once a minute.
      return deliveryResult({ dedupeKey: `limited/${body.team_id}/${body.minute_rate_limited}`, events: [missed(body)], pollNow: ["messages"] });
    default:
      return deliveryResult({});
  }
}

const origin = (delivery) => (pointer) => ({ payload: delivery.payload, pointer });

/** Returns the events of one callback; what is not listened to gives none. */
export function eventsOf(settings, body, origin) {
  const it = body.event;
  const heard = it?.type === "message" && (settings.channels.length === 0 || settings.channels.includes(it.channel));
  if (!heard) return [];
  return each([it], () => origin("/event"), (entry, where) => event(entry, placeOf(settings, entry.channel, entry.channel_type), where));
}

function missed(body) {
  const since = Number(body.minute_rate_limited) * 1000;
  return gap({ streamName: "messages", since, until: since + 60_000, why: "Slack sent no events: more than 30,000 within an hour" });
}
