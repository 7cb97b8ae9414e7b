// Listens to channels of a Slack workspace: history and threads, the Events API, replies.
//
// Holds: a cursor never passes a message that was not given; nothing of a delivery counts before its signature.
// Not its business: users' names beyond what messages carry; files' contents.

import { connector, each, Fault, z } from "hark-sdk";

import * as actions from "./actions.js";
import * as api from "./api.js";
import * as history from "./history.js";
import { message, oldestFirst, visibilityOf } from "./messages.js";
import { eventsOf, receive, SIGNING } from "./webhook.js";

const settings = z.strictObject({
  team: z.string().min(1).describe("Id of the workspace, as in T061EG9R6."),
  channels: z.array(z.string().regex(/^[CGD][A-Z0-9]+$/)).max(200).default([]).describe("Ids of the channels to listen to, as in C024BE91L."),
  bot_user: z.string().optional().describe("User id of our own app, as in U0APP."),
  lookback_days: z.int().min(0).max(36_500).default(7).describe("How many days back the first read goes."),
  api: z.string().default("https://slack.com/api").describe("Address of the Web API."),
});

function manifest() {
  return {
    id: "slack",
    version: "0.1.0",
    title: "Slack",
    hosts: ["{api}"],
    credentials: [
      { name: api.TOKEN, title: "Bot token", placement: { tag: "bearer" }, audience: ["{api}"], optional: false },
      { name: SIGNING, title: "Signing secret of the Events API", placement: { tag: "webhook-key" }, audience: [], optional: true },
    ],
    streams: [
      {
        name: "messages", modes: ["incremental", "backfill", "recheck"], visibilityFloor: "internal",
        editsSeen: true, removalsSeen: true, webhook: true, minPollMs: 60_000, priced: false,
      },
    ],
    actions: [{ name: "reply", schema: actions.SCHEMA, maxChars: actions.CHARS_MAX, needsSummon: false }],
    defaultZone: "intranet",
    cursorVersion: history.CURSOR_VERSION,
  };
}

/** Names the account and what it lacks. */
function check(given) {
  const { response, body } = api.get(given, "auth.test", {});
  const scopes = (response.header("x-oauth-scopes") ?? "").split(",").map((scope) => scope.trim()).filter(Boolean);
  const warnings = [];
  if (body.team_id !== given.team) throw Fault.config("team", `the token is of workspace ${body.team_id}`);
  if (given.channels.length === 0) warnings.push("`channels` names none: nothing is polled");
  if (given.bot_user === undefined) warnings.push(`\`bot_user\` is not set; ${body.user_id} would be it`);
  if (scopes.length > 0 && !scopes.some((scope) => scope.endsWith(":history"))) warnings.push("the token lacks channels:history");
  return { account: `${body.user} in ${body.team}`, scopes, warnings };
}

/** Lists the channels that the token can see. */
function discover(given) {
  const targets = [];
  let page;
  do {
    const { body } = api.get(given, "conversations.list", { types: "public_channel,private_channel", limit: 200, cursor: page });
    for (const it of Array.isArray(body.channels) ? body.channels : []) {
      if (typeof it?.id !== "string") continue;
      const visibility = visibilityOf(it.id, it.is_private ? "group" : "channel");
      targets.push({
        id: it.id, streamName: "messages", title: `#${it.name}`, visibility, members: it.num_members,
        ours: given.channels.includes(it.id),
      });
    }
    page = body.response_metadata?.next_cursor;
  } while (page && targets.length < 5_000);
  return targets;
}

/** Reads a kept payload again. */
function normalise(given, raw) {
  let found;
  try {
    found = JSON.parse(new TextDecoder().decode(raw.body));
  } catch (error) {
    throw Fault.protocol(`no JSON: ${error.message}`);
  }
  const origin = (pointer) => ({ payload: raw.payload, pointer });
  if (found?.type === "event_callback") return eventsOf(given, found, origin);
  const channel = found?.channel ?? /[?&]channel=([A-Z0-9]+)/.exec(raw.label)?.[1];
  if (!Array.isArray(found?.messages) || channel === undefined) return [];
  const place = history.placeOf(given, channel);
  return oldestFirst(found.messages).flatMap(([it, at]) => each([it], () => origin(`/messages/${at}`), (entry, where) => message(entry, place, where)));
}

export default connector({
  settings,
  manifest,
  check,
  discover,
  read: history.read,
  receive,
  act: actions.act,
  normalise,
});
