/** Makes `other` the one that answers from now on, and returns the one before. @param {Host} other */
export function use(other: Host): Host;
export function send(request: RawRequest): RawResponse;
export function now(): Ms;
export function log(at: Level, message: string): void;
export function debug(message: string): void;
export function info(message: string): void;
export function warn(message: string): void;
export function error(message: string): void;
export function progress(done: number, total?: number): void;
export function hmac(credential: string, digest: Digest, message: Uint8Array): Uint8Array<ArrayBufferLike>;
export function hmacEqual(credential: string, digest: Digest, message: Uint8Array, claimed: Uint8Array): boolean;
/**
 * A response as the contract has it.
 */
export type RawRequest = {
    method: string;
    url: string;
    headers: [string, string][];
    body: Uint8Array | undefined;
    credential: string | undefined;
    timeoutMs: number;
};
/**
 * What answers: the real host in a component, a double in a test.
 */
export type RawResponse = {
    payload: bigint;
    status: number;
    headers: [string, string][];
    body: Uint8Array;
    receivedAt: Ms;
};
/**
 * A request as the contract has it.
 */
export type Host = {
    now: () => Ms;
    log: (at: Level, message: string) => void;
    progress: (done: number, total: number | undefined) => void;
    hmac: (credential: string, digest: Digest, message: Uint8Array) => Uint8Array;
    hmacEqual: (credential: string, digest: Digest, message: Uint8Array, claimed: Uint8Array) => boolean;
    send: (request: RawRequest) => RawResponse;
};
import type { Ms } from "./contract.js";
import type { Level } from "./contract.js";
import type { Digest } from "./contract.js";
