// An HTTP client: the host makes the connection, checks where it goes and puts credentials in place.
//
// Holds: a transport failure and a status that is none are the right fault unless the connector looks first.
// Not its business: redirects, TLS, compression, pools; the host does them.

import * as dates from "./dates.js";
import { Fault } from "./faults.js";
import * as host from "./host.js";

/** @import { Ms, Provenance } from "./contract.js" */
/** @import { RawResponse } from "./host.js" */

/** How long a request may take unless it says otherwise; the host caps it. */
export const TIMEOUT_MS = 20_000;
const QUOTE_CHARS_MAX = 120;

/** A request that got no response; reaches the host as the usual fault of its kind. */
export class HttpFault extends Error {
  /** @param {"denied"|"timeout"|"connect"|"tls"|"too-large"|"budget"} kind @param {string} [detail] */
  constructor(kind, detail = "") {
    super(detail || kind);
    this.name = "HttpFault";
    this.kind = kind;
    this.detail = detail;
  }

  /** Returns the usual fault. */
  usual() {
    switch (this.kind) {
      case "denied":
        return Fault.config("grant.hosts", this.detail);
      case "timeout":
        return Fault.transient("the request timed out");
      case "connect":
        return Fault.transient(`no connection: ${this.detail}`);
      case "tls":
        return Fault.transient(`no secure connection: ${this.detail}`);
      case "too-large":
        return Fault.protocol(`the response is too large (${this.detail} bytes)`);
      default:
        return Fault.transient("the call has used up its requests");
    }
  }
}

/** A request to be sent. Each method changes it and returns it. */
export class Request {
  /** @param {string} method @param {string} url */
  constructor(method, url) {
    this.method = method;
    this.url = url;
    /** @type {[string, string][]} */
    this.headers = [];
    /** @type {Uint8Array | undefined} */
    this.content = undefined;
    /** @type {string | undefined} */
    this.credentialName = undefined;
    this.timeout = TIMEOUT_MS;
  }

  /** Adds a header. @param {string} name @param {string} value */
  header(name, value) {
    this.headers.push([name, value]);
    return this;
  }

  /** Adds a query parameter, encoded here; undefined adds nothing. @param {string} name @param {string | number | undefined} value */
  query(name, value) {
    if (value === undefined) return this;
    const [, base, fragment] = /^([^#]*)(.*)$/s.exec(this.url) ?? [];
    this.url = `${base}${base.includes("?") ? "&" : "?"}${encode(name)}=${encode(String(value))}${fragment}`;
    return this;
  }

  /** Names the credential that the host puts in place; it must stand in the manifest. @param {string} name */
  credential(name) {
    this.credentialName = name;
    return this;
  }

  /** Sets how long it may take. @param {number} timeoutMs */
  timeoutMs(timeoutMs) {
    this.timeout = timeoutMs;
    return this;
  }

  /** Sets the body and its media type. @param {string} mediaType @param {Uint8Array | string} content */
  body(mediaType, content) {
    this.content = typeof content === "string" ? new TextEncoder().encode(content) : content;
    return this.header("content-type", mediaType);
  }

  /** Sets a JSON body. @param {unknown} value */
  json(value) {
    return this.body("application/json", JSON.stringify(value));
  }

  /** Sets the body of a form. @param {Record<string, string>} fields */
  form(fields) {
    const pairs = Object.entries(fields).map(([name, value]) => `${encode(name)}=${encode(value)}`);
    return this.body("application/x-www-form-urlencoded", pairs.join("&"));
  }

  /** Sends it and returns the response whatever its status; see `Response.ok`. */
  send() {
    const raw = host.send({
      method: this.method,
      url: this.url,
      headers: this.headers,
      body: this.content,
      credential: this.credentialName,
      timeoutMs: this.timeout,
    });
    return new Response(this.url, raw);
  }
}

/** Starts a GET. @param {string} url */
export const get = (url) => new Request("GET", url);

/** Starts a POST. @param {string} url */
export const post = (url) => new Request("POST", url);

/** What came back. */
export class Response {
  /** @param {string} url @param {RawResponse} raw */
  constructor(url, raw) {
    this.url = url;
    this.status = raw.status;
    this.headers = raw.headers;
    this.body = raw.body;
    /** Id of the payload that the host kept. */
    this.payload = raw.payload;
    this.receivedAt = raw.receivedAt;
  }

  /** Returns the first header of that name, whatever its case. @param {string} name */
  header(name) {
    const wanted = name.toLowerCase();
    return this.headers.find(([have]) => have.toLowerCase() === wanted)?.[1];
  }

  /** Points into this response, for an event's origin. @param {string} [pointer] @returns {Provenance} */
  origin(pointer = "") {
    return { payload: this.payload, pointer };
  }

  /** Returns the media type without parameters, lower-case; "" where there is none. */
  mediaType() {
    return (this.header("content-type") ?? "").split(";")[0].trim().toLowerCase();
  }

  /** Returns the body as text: by byte order mark, else the charset it claims, else UTF-8. */
  text() {
    const [first, second] = this.body;
    if (first === 0xff && second === 0xfe) return decode("utf-16le", this.body);
    if (first === 0xfe && second === 0xff) return decode("utf-16be", this.body);
    const utf8 = first === 0xef && second === 0xbb && this.body[2] === 0xbf;
    return decode(utf8 ? "utf-8" : charset(this.header("content-type") ?? ""), this.body);
  }

  /** Parses the body as JSON; nonsense is a protocol fault that quotes how the body begins. @returns {any} */
  json() {
    try {
      return JSON.parse(decode("utf-8", this.body));
    } catch (error) {
      throw Fault.protocol(`no JSON as expected: ${/** @type {Error} */ (error).message}; ${this.quote()}`);
    }
  }

  /** Returns the response itself if its status is 2xx or 304, else throws `fault()`. */
  ok() {
    const fault = this.fault();
    if (fault) throw fault;
    return this;
  }

  /**
   * Returns the usual fault of this status, undefined for 2xx and 304. A platform that means something else
   * by its statuses is asked before this.
   */
  fault() {
    const { status } = this;
    if ((status >= 200 && status <= 299) || status === 304) return undefined;
    const detail = `status ${status} of ${this.url.split(/[?#]/)[0]}; ${this.quote()}`;
    if (status === 401) return Fault.auth("expired", detail);
    if (status === 403) return Fault.auth("forbidden", detail);
    if (status === 404 || status === 410) return Fault.notFound(detail);
    const at = this.retryAt();
    if (status === 429) return Fault.rateLimited(detail, at);
    if (status === 408 || status === 425 || (status >= 500 && status <= 599)) {
      return Fault.transient(detail, at === undefined ? undefined : at - this.receivedAt);
    }
    return Fault.protocol(detail);
  }

  /** Returns when `Retry-After` allows the next request: seconds or a date, never before now. @returns {Ms | undefined} */
  retryAt() {
    const value = (this.header("retry-after") ?? "").trim();
    if (/^\d{1,9}$/.test(value)) return this.receivedAt + Number(value) * 1000;
    const at = dates.parseHttpDate(value);
    return at === undefined ? undefined : Math.max(at, this.receivedAt);
  }

  /** Says what the body is and how it begins, for a fault's detail. */
  quote() {
    const mediaType = this.mediaType() || "a body of unknown type";
    const words = decode("utf-8", this.body.subarray(0, 4 * QUOTE_CHARS_MAX)).trim().replace(/\s+/g, " ");
    const start = [...words].slice(0, QUOTE_CHARS_MAX).join("");
    return start ? `got ${mediaType} beginning ${JSON.stringify(start)}` : `got ${mediaType} with nothing in it`;
  }
}

/** @param {string} contentType */
function charset(contentType) {
  return /;\s*charset\s*=\s*"?([^";\s]+)/i.exec(contentType)?.[1] ?? "utf-8";
}

/** Decodes by a charset that the engine knows, else as UTF-8. @param {string} label @param {Uint8Array} bytes */
function decode(label, bytes) {
  let decoder;
  try {
    decoder = new TextDecoder(label);
  } catch {
    decoder = new TextDecoder();
  }
  return decoder.decode(bytes);
}

/** Percent-encodes all but the unreserved characters of RFC 3986. @param {string} text */
function encode(text) {
  return encodeURIComponent(text.toWellFormed?.() ?? text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
}
