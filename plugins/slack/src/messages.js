// Messages as events.
//
// Pure: the same payload gives the same events. Holds: a time stamp is text, an id is `team/channel/ts`.

import { actor, conversation, engagement, item, removal, text } from "hark-sdk";

const VISIBILITY = new Map([
  ["channel", "internal"],
  ["group", "restricted"],
  ["mpim", "direct"],
  ["im", "direct"],
]);
/** Messages that nobody wrote: joins, topics, and their like. */
const NOTICES = /^(channel|group)_|^(bot_add|bot_remove|pinned_item|unpinned_item|reminder_add|tombstone|huddle_thread)$/;

/** What a channel is, by the letter of its id where nothing else says so. */
export function visibilityOf(channel, type) {
  const known = VISIBILITY.get(type) ?? { C: "internal", G: "restricted", D: "direct" }[channel[0]];
  return known ?? "restricted";
}

/** Returns the time of a time stamp. */
export function at(ts) {
  const found = /^(\d{1,11})\.(\d{1,6})$/.exec(ts ?? "");
  if (!found) throw new TypeError(`${JSON.stringify(ts)} is no time stamp`);
  return Number(found[1]) * 1000 + Math.floor(Number(found[2].padEnd(6, "0")) / 1000);
}

/** Returns messages with their places in the page, oldest first; what has no time stamp comes first. */
export function oldestFirst(messages) {
  const key = ([it]) => String(it?.ts ?? "");
  return messages.map((it, index) => [it, index]).sort((one, other) => (key(one) < key(other) ? -1 : key(one) > key(other) ? 1 : 0));
}

/** Returns the id of a message. */
export const idOf = (place, ts) => `${place.team}/${place.channel}/${ts}`;

/** Returns the events of one message of a channel. */
export function message(it, place, origin) {
  const thread = it.thread_ts ?? it.ts;
  const author = it.user ?? it.bot_id;
  const isSelf = author !== undefined && author === place.botUser;
  const events = [
    conversation({ id: idOf(place, thread), place: place.channel, visibility: place.visibility }),
    item({
      id: idOf(place, it.ts),
      revision: it.edited?.ts ?? "",
      kind: "message",
      direction: isSelf ? "outbound" : "inbound",
      conversation: idOf(place, thread),
      author,
      text: plain(it.text ?? ""),
      publishedAt: at(it.ts),
      editedAt: it.edited ? at(it.edited.ts) : undefined,
      visibility: place.visibility,
      automated: it.bot_id !== undefined || NOTICES.test(it.subtype ?? ""),
      relations: [...(thread === it.ts ? [] : [{ kind: "reply-to", target: idOf(place, thread), targetIsActor: false }]), ...mentions(it.text)],
      attachments: (it.files ?? []).map(file),
      counters: it.reactions || it.reply_count !== undefined ? counters(it) : undefined,
      origin,
    }),
  ];
  if (author !== undefined) events.unshift(person(it, author, isSelf));
  return events;
}

function person(it, author, isSelf) {
  const profile = it.user_profile ?? it.bot_profile ?? {};
  const names = { handle: it.username ?? profile.name, displayName: profile.real_name || profile.display_name || profile.name };
  return actor({ id: author, kind: it.bot_id ? "service" : "person", isSelf, seenAt: at(it.ts), ...names });
}

function mentions(words) {
  const users = [...(words ?? "").matchAll(/<@([UW][A-Z0-9]+)(?:\|[^>]*)?>/g)].map(([, user]) => user);
  return [...new Set(users)].map((target) => ({ kind: "mention-of", target, targetIsActor: true }));
}

function file(it) {
  return {
    url: it.url_private, mediaType: it.mimetype, name: it.name, alt: it.alt_txt, bytes: it.size,
    width: it.original_w, height: it.original_h,
  };
}

function counters(it) {
  const byReaction = (it.reactions ?? []).map(({ name, count }) => [name, count]);
  const likes = byReaction.reduce((sum, [, count]) => sum + count, 0);
  return { likes, replies: it.reply_count, shares: undefined, quotes: undefined, views: undefined, score: undefined, byReaction };
}

/** Returns what the Events API tells: a message, an edit, a deletion, a new count of reactions. */
export function event(it, place, origin) {
  switch (it.subtype) {
    case "message_changed":
      // Slack says "changed" for unfurled links, too; the same revision changes nothing.
      return it.message.subtype === "tombstone" ? gone(it, it.message.ts, place, origin) : message(it.message, place, origin);
    case "message_deleted":
      return gone(it, it.deleted_ts ?? it.previous_message.ts, place, origin);
    default:
      return message(it, place, origin);
  }
}

function gone(it, ts, place, origin) {
  const when = it.event_ts ?? it.ts;
  return [removal({ id: idOf(place, ts), reason: "unknown", at: when ? at(when) : undefined, origin })];
}

/** Returns the figures of a message that was looked at again. */
export function figures(it, place, when, origin) {
  return [engagement({ id: idOf(place, it.ts), counters: counters(it), at: when, origin })];
}

/** Returns the words of Slack's markup: people, channels and links by their names. */
export function plain(markup) {
  const shown = markup.replace(/<([^<>]+)>/g, (_, inside) => {
    const [target, label] = inside.split("|");
    if (label) return /^[#@!]/.test(target) ? target[0].replace("!", "@") + label.replace(/^[@#]/, "") : `${label} (${target})`;
    if (target.startsWith("!")) return `@${target.slice(1).split("^")[0]}`;
    return target;
  });
  // Slack escapes these three and nothing else.
  return text.plain(shown.replace(/&lt;/g, "<").replace(/&gt;/g, ">").replace(/&amp;/g, "&"));
}
