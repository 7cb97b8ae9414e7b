// Requests to Slack: where they go, and what its answers mean.
//
// Holds: every answer that is no success is the right fault, most of which come with status 200.

import { Fault, http } from "hark-sdk";

export const TOKEN = "token";

/** What Slack's words for errors mean: whose trouble it is decides what the host does. */
const AUTH = new Map([
  ["not_authed", "missing"],
  ["invalid_auth", "revoked"],
  ["account_inactive", "revoked"],
  ["token_revoked", "revoked"],
  ["token_expired", "expired"],
  ["missing_scope", "scope"],
  ["no_permission", "scope"],
  ["not_allowed_token_type", "scope"],
  ["access_denied", "forbidden"],
  ["team_access_not_granted", "forbidden"],
  ["ekm_access_denied", "forbidden"],
  ["org_login_required", "forbidden"],
]);
const PASSING = new Set(["internal_error", "fatal_error", "service_unavailable", "request_timeout", "team_added_to_org"]);
const REFUSED = new Set(["is_archived", "msg_too_long", "no_text", "restricted_action", "cannot_reply_to_message", "not_in_channel"]);
const GONE = new Set(["channel_not_found", "thread_not_found", "message_not_found", "user_not_found"]);

/** Asks by GET and returns the answer, whatever it is. */
export function ask(settings, method, query) {
  const request = http.get(`${settings.api}/${method}`).credential(TOKEN);
  for (const [name, value] of Object.entries(query)) request.query(name, value);
  return request.send();
}

/** Asks by GET. */
export const get = (settings, method, query) => good(ask(settings, method, query));

/** Returns the messages of a page; anything else is no page. */
export function messagesOf(body, response) {
  const messages = body.messages ?? [];
  if (!Array.isArray(messages)) throw Fault.protocol(`no messages; ${response.quote()}`);
  return messages;
}

/** Says whether Slack answers that a message is not there. */
export function isGone(response) {
  const word = response.status === 200 ? response.json()?.error : undefined;
  return word === "message_not_found" || word === "thread_not_found";
}

/** Asks by POST with a JSON body. */
export function post(settings, method, body) {
  return good(http.post(`${settings.api}/${method}`).credential(TOKEN).json(body).send());
}

/** Returns the response and its body if Slack says that it is a success, else throws what it means. */
export function good(response) {
  if (response.status === 429) {
    throw Fault.rateLimited(`slow down (status 429); ${response.quote()}`, response.retryAt(), "method");
  }
  response.ok();
  const body = response.json();
  if (typeof body !== "object" || body === null || typeof body.ok !== "boolean") {
    throw Fault.protocol(`no answer of Slack's; ${response.quote()}`);
  }
  if (!body.ok) throw meaning(body, response);
  return { response, body };
}

function meaning(body, response) {
  const word = String(body.error ?? "unknown");
  const detail = body.needed ? `${word}: needed ${body.needed}, provided ${body.provided ?? "nothing"}` : word;
  if (word === "ratelimited" || word === "rate_limited") return Fault.rateLimited(detail, response.retryAt(), "method");
  if (AUTH.has(word)) return Fault.auth(AUTH.get(word), detail, body.needed);
  if (PASSING.has(word)) return Fault.transient(detail);
  if (GONE.has(word)) return Fault.notFound(detail);
  if (REFUSED.has(word)) return Fault.refused(detail);
  if (word === "invalid_cursor") return Fault.staleCursor(detail);
  return Fault.protocol(`Slack says ${detail}`);
}
