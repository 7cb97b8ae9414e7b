/** @import { Ms, Provenance } from "./contract.js" */
/** @import { RawResponse } from "./host.js" */
/** How long a request may take unless it says otherwise; the host caps it. */
export const TIMEOUT_MS: 20000;
/** A request that got no response; reaches the host as the usual fault of its kind. */
export class HttpFault extends Error {
    /** @param {"denied"|"timeout"|"connect"|"tls"|"too-large"|"budget"} kind @param {string} [detail] */
    constructor(kind: "denied" | "timeout" | "connect" | "tls" | "too-large" | "budget", detail?: string);
    kind: "denied" | "timeout" | "connect" | "tls" | "too-large" | "budget";
    detail: string;
    /** Returns the usual fault. */
    usual(): Fault;
}
/** A request to be sent. Each method changes it and returns it. */
export class Request {
    /** @param {string} method @param {string} url */
    constructor(method: string, url: string);
    method: string;
    url: string;
    /** @type {[string, string][]} */
    headers: [string, string][];
    /** @type {Uint8Array | undefined} */
    content: Uint8Array | undefined;
    /** @type {string | undefined} */
    credentialName: string | undefined;
    timeout: number;
    /** Adds a header. @param {string} name @param {string} value */
    header(name: string, value: string): this;
    /** Adds a query parameter, encoded here; undefined adds nothing. @param {string} name @param {string | number | undefined} value */
    query(name: string, value: string | number | undefined): this;
    /** Names the credential that the host puts in place; it must stand in the manifest. @param {string} name */
    credential(name: string): this;
    /** Sets how long it may take. @param {number} timeoutMs */
    timeoutMs(timeoutMs: number): this;
    /** Sets the body and its media type. @param {string} mediaType @param {Uint8Array | string} content */
    body(mediaType: string, content: Uint8Array | string): this;
    /** Sets a JSON body. @param {unknown} value */
    json(value: unknown): this;
    /** Sets the body of a form. @param {Record<string, string>} fields */
    form(fields: Record<string, string>): this;
    /** Sends it and returns the response whatever its status; see `Response.ok`. */
    send(): Response;
}
export function get(url: string): Request;
export function post(url: string): Request;
/** What came back. */
export class Response {
    /** @param {string} url @param {RawResponse} raw */
    constructor(url: string, raw: host.RawResponse);
    url: string;
    status: number;
    headers: [string, string][];
    body: Uint8Array<ArrayBufferLike>;
    /** Id of the payload that the host kept. */
    payload: bigint;
    receivedAt: number;
    /** Returns the first header of that name, whatever its case. @param {string} name */
    header(name: string): string | undefined;
    /** Points into this response, for an event's origin. @param {string} [pointer] @returns {Provenance} */
    origin(pointer?: string): Provenance;
    /** Returns the media type without parameters, lower-case; "" where there is none. */
    mediaType(): string;
    /** Returns the body as text: by byte order mark, else the charset it claims, else UTF-8. */
    text(): string;
    /** Parses the body as JSON; nonsense is a protocol fault that quotes how the body begins. @returns {any} */
    json(): any;
    /** Returns the response itself if its status is 2xx or 304, else throws `fault()`. */
    ok(): this;
    /**
     * Returns the usual fault of this status, undefined for 2xx and 304. A platform that means something else
     * by its statuses is asked before this.
     */
    fault(): Fault | undefined;
    /** Returns when `Retry-After` allows the next request: seconds or a date, never before now. @returns {Ms | undefined} */
    retryAt(): Ms | undefined;
    /** Says what the body is and how it begins, for a fault's detail. */
    quote(): string;
}
import { Fault } from "./faults.js";
import type { Provenance } from "./contract.js";
import type { Ms } from "./contract.js";
import * as host from "./host.js";
