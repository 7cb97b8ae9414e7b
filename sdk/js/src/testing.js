// The host's place in tests: answers requests, stands still in time, keeps the log.
//
// Not its business: the sandbox; `hark plugin try` runs the component itself.

import { budget, readRequest as fullRequest } from "./contract.js";
import * as hosts from "./host.js";
import { HttpFault } from "./http.js";

/** @import { Digest, Level, Ms, ReadRequest, ReadRequestInit } from "./contract.js" */
/** @import { RawRequest, RawResponse } from "./host.js" */
/** @typedef {(digest: Digest, message: Uint8Array) => Uint8Array} Key */

/** A host that does what the test says. */
export class TestHost {
  /** @param {{ at?: Ms, keys?: Record<string, Key> }} [given] */
  constructor(given = {}) {
    /** When it is; the system's clock if undefined. */
    this.at = given.at;
    /** Keyed hashes of the credentials, by name. @type {Record<string, Key>} */
    this.keys = given.keys ?? {};
    /** @type {RawRequest[]} */
    this.requests = [];
    /** @type {[Level, string][]} */
    this.lines = [];
    /** @type {(request: RawRequest) => RawResponse} */
    this.answering = () => {
      throw new HttpFault("denied", "no host answers here: see hark-sdk/testing");
    };
    this.now = () => this.at ?? Date.now();
    this.log = (/** @type {Level} */ at, /** @type {string} */ message) => void this.lines.push([at, message]);
    this.progress = () => {};
    this.hmac = (/** @type {string} */ credential, /** @type {Digest} */ digest, /** @type {Uint8Array} */ message) =>
      this.keys[credential](digest, message);
    this.hmacEqual = (
      /** @type {string} */ credential,
      /** @type {Digest} */ digest,
      /** @type {Uint8Array} */ message,
      /** @type {Uint8Array} */ claimed,
    ) => String(this.keys[credential](digest, message)) === String(claimed);
    this.send = (/** @type {RawRequest} */ request) => {
      this.requests.push(request);
      return this.answering(request);
    };
  }

  /** Answers each further request by `answer`. @param {(request: RawRequest) => RawResponse} answer */
  answer(answer) {
    this.answering = answer;
    return this;
  }

  /** Answers one request after the other with what is given. @param {...(RawResponse | HttpFault)} responses */
  play(...responses) {
    return this.answer((request) => {
      const next = responses.shift();
      if (next === undefined) throw new Error(`one request too many: ${request.method} ${request.url}`);
      if (next instanceof HttpFault) throw next;
      return next;
    });
  }
}

/**
 * Runs `test` with a host of its own, and puts back the one before.
 * @template T
 * @param {{ at?: Ms, keys?: Record<string, Key> }} given
 * @param {(host: TestHost) => T} test
 * @returns {T}
 */
export function withHost(given, test) {
  const host = new TestHost(given);
  const before = hosts.use(host);
  try {
    return test(host);
  } finally {
    hosts.use(before);
  }
}

/**
 * Returns a response, received now.
 * @param {number} status @param {Uint8Array | string} [body] @param {Record<string, string>} [headers] @param {bigint} [payload]
 * @returns {RawResponse}
 */
export function response(status, body = "", headers = {}, payload = 1n) {
  const bytes = typeof body === "string" ? new TextEncoder().encode(body) : body;
  return { payload, status, headers: Object.entries(headers), body: bytes, receivedAt: hosts.now() };
}

/**
 * Returns a JSON response, received now.
 * @param {unknown} value @param {number} [status] @param {Record<string, string>} [headers] @param {bigint} [payload]
 */
export function jsonResponse(value, status = 200, headers = {}, payload = 1n) {
  return response(status, JSON.stringify(value), { "content-type": "application/json", ...headers }, payload);
}

/**
 * Returns a request for `stream`: incremental, from the beginning, with a roomy budget.
 * @param {string} streamName @param {Partial<ReadRequestInit>} [more] @returns {ReadRequest}
 */
export function readRequest(streamName, more = {}) {
  const given = fullRequest({ streamName, ...more, budget: more.budget ?? {} });
  return { ...given, budget: budget(given.budget) };
}
