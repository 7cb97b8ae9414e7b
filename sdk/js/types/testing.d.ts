/**
 * Runs `test` with a host of its own, and puts back the one before.
 * @template T
 * @param {{ at?: Ms, keys?: Record<string, Key> }} given
 * @param {(host: TestHost) => T} test
 * @returns {T}
 */
export function withHost<T>(given: {
    at?: Ms;
    keys?: Record<string, Key>;
}, test: (host: TestHost) => T): T;
/**
 * Returns a response, received now.
 * @param {number} status @param {Uint8Array | string} [body] @param {Record<string, string>} [headers] @param {bigint} [payload]
 * @returns {RawResponse}
 */
export function response(status: number, body?: Uint8Array | string, headers?: Record<string, string>, payload?: bigint): hosts.RawResponse;
/**
 * Returns a JSON response, received now.
 * @param {unknown} value @param {number} [status] @param {Record<string, string>} [headers] @param {bigint} [payload]
 */
export function jsonResponse(value: unknown, status?: number, headers?: Record<string, string>, payload?: bigint): hosts.RawResponse;
/**
 * Returns a request for `stream`: incremental, from the beginning, with a roomy budget.
 * @param {string} streamName @param {Partial<ReadRequestInit>} [more] @returns {ReadRequest}
 */
export function readRequest(streamName: string, more?: Partial<ReadRequestInit>): ReadRequest;
/** @import { Digest, Level, Ms, ReadRequest, ReadRequestInit } from "./contract.js" */
/** @import { RawRequest, RawResponse } from "./host.js" */
/** @typedef {(digest: Digest, message: Uint8Array) => Uint8Array} Key */
/** A host that does what the test says. */
export class TestHost {
    /** @param {{ at?: Ms, keys?: Record<string, Key> }} [given] */
    constructor(given?: {
        at?: Ms;
        keys?: Record<string, Key>;
    });
    /** When it is; the system's clock if undefined. */
    at: number | undefined;
    /** Keyed hashes of the credentials, by name. @type {Record<string, Key>} */
    keys: Record<string, Key>;
    /** @type {RawRequest[]} */
    requests: hosts.RawRequest[];
    /** @type {[Level, string][]} */
    lines: [Level, string][];
    /** @type {(request: RawRequest) => RawResponse} */
    answering: (request: hosts.RawRequest) => hosts.RawResponse;
    now: () => number;
    log: (at: Level, message: string) => undefined;
    progress: () => void;
    hmac: (credential: string, digest: Digest, message: Uint8Array) => Uint8Array<ArrayBufferLike>;
    hmacEqual: (credential: string, digest: Digest, message: Uint8Array, claimed: Uint8Array) => boolean;
    send: (request: hosts.RawRequest) => hosts.RawResponse;
    /** Answers each further request by `answer`. @param {(request: RawRequest) => RawResponse} answer */
    answer(answer: (request: hosts.RawRequest) => hosts.RawResponse): this;
    /** Answers one request after the other with what is given. @param {...(RawResponse | HttpFault)} responses */
    play(...responses: (hosts.RawResponse | HttpFault)[]): this;
}
export type Key = (digest: Digest, message: Uint8Array) => Uint8Array;
import type { Ms } from "./contract.js";
import * as hosts from "./host.js";
import type { ReadRequestInit } from "./contract.js";
import type { ReadRequest } from "./contract.js";
import type { Level } from "./contract.js";
import type { Digest } from "./contract.js";
import { HttpFault } from "./http.js";
