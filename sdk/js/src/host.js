// What every connector may ask of its host: time, log, progress, keyed hashes, and HTTP underneath.
//
// Holds: outside of a component `hark-sdk/testing` answers in the host's place.
// Not its business: how a request is made; see `http.js`.

/** @import { Digest, Level, Ms } from "./contract.js" */

/**
 * A request as the contract has it.
 * @typedef {{ method: string, url: string, headers: [string, string][], body: Uint8Array | undefined, credential: string | undefined, timeoutMs: number }} RawRequest
 * A response as the contract has it.
 * @typedef {{ payload: bigint, status: number, headers: [string, string][], body: Uint8Array, receivedAt: Ms }} RawResponse
 * What answers: the real host in a component, a double in a test.
 * @typedef {object} Host
 * @property {() => Ms} now
 * @property {(at: Level, message: string) => void} log
 * @property {(done: number, total: number | undefined) => void} progress
 * @property {(credential: string, digest: Digest, message: Uint8Array) => Uint8Array} hmac
 * @property {(credential: string, digest: Digest, message: Uint8Array, claimed: Uint8Array) => boolean} hmacEqual
 * @property {(request: RawRequest) => RawResponse} send
 */

/** @returns {never} */
function nobody() {
  throw new Error("no host answers here: see hark-sdk/testing");
}

/** @type {Host} */
let host = { now: () => Date.now(), log: () => {}, progress: () => {}, hmac: nobody, hmacEqual: nobody, send: nobody };

/** Makes `other` the one that answers from now on, and returns the one before. @param {Host} other */
export function use(other) {
  const before = host;
  host = other;
  return before;
}

/** Sends a raw request. @param {RawRequest} request */
export const send = (request) => host.send(request);

/** Returns the time as the host sees it: UTC, milliseconds since 1970. @returns {Ms} */
export const now = () => host.now();

/** Writes a line to the host's log. @param {Level} at @param {string} message */
export const log = (at, message) => host.log(at, message);

/** Logs at debug level. @param {string} message */
export const debug = (message) => host.log("debug", message);

/** Logs at info level. @param {string} message */
export const info = (message) => host.log("info", message);

/** Logs at warn level. @param {string} message */
export const warn = (message) => host.log("warn", message);

/** Logs at error level. @param {string} message */
export const error = (message) => host.log("error", message);

/** Tells the host how far a long call has come. @param {number} done @param {number} [total] */
export const progress = (done, total) => host.progress(done, total);

/** Returns the keyed hash of `message` under the credential called `credential`.
 * @param {string} credential @param {Digest} digest @param {Uint8Array} message */
export const hmac = (credential, digest, message) => host.hmac(credential, digest, message);

/** Compares a keyed hash in constant time.
 * @param {string} credential @param {Digest} digest @param {Uint8Array} message @param {Uint8Array} claimed */
export const hmacEqual = (credential, digest, message, claimed) => host.hmacEqual(credential, digest, message, claimed);
