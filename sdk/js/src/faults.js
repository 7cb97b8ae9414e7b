// The faults of the contract, as exceptions that a connector throws.
//
// Holds: whatever is thrown by these reaches the host as the fault of that name, with what to do about it.
// Not its business: programming errors; they end the call, and their words are in the host's log.

/** @import { AuthWhy, Ms } from "./contract.js" */

/**
 * Why the platform, the operator or the connector could not give an answer.
 */
export class Fault extends Error {
  /**
   * @param {"transient"|"rate-limited"|"quota-exhausted"|"auth"|"config"|"not-found"|"refused"|"stale-cursor"|"unsupported"|"protocol"} tag
   * @param {string} detail
   * @param {{ afterMs?: number, until?: Ms, bucket?: string, why?: AuthWhy, scope?: string, field?: string }} [more]
   */
  constructor(tag, detail, more = {}) {
    super(detail);
    this.name = "Fault";
    /** The name of the fault in the contract. */
    this.tag = tag;
    this.detail = detail;
    this.afterMs = more.afterMs;
    this.until = more.until;
    this.bucket = more.bucket;
    this.why = more.why;
    this.scope = more.scope;
    this.field = more.field;
  }

  /** Something that may pass by itself; the host tries again, not before `afterMs`, with growing pauses.
   * @param {string} detail @param {number} [afterMs] */
  static transient(detail, afterMs) {
    return new Fault("transient", detail, { afterMs });
  }

  /** The platform asks to slow down, until `until` where it says so.
   * @param {string} detail @param {Ms} [until] @param {string} [bucket] */
  static rateLimited(detail, until, bucket = "http") {
    return new Fault("rate-limited", detail, { until, bucket });
  }

  /** An allowance that was paid for is used up.
   * @param {string} detail @param {Ms} [until] @param {string} [bucket] */
  static quotaExhausted(detail, until, bucket = "http") {
    return new Fault("quota-exhausted", detail, { until, bucket });
  }

  /** The credential does not do; a person must act.
   * @param {AuthWhy} why @param {string} detail @param {string} [scope] */
  static auth(why, detail, scope) {
    return new Fault("auth", detail, { why, scope });
  }

  /** A setting is wrong; `field` is its path, as in `feeds[2]`.
   * @param {string} field @param {string} detail */
  static config(field, detail) {
    return new Fault("config", detail, { field });
  }

  /** What was asked for is not there. @param {string} detail */
  static notFound(detail) {
    return new Fault("not-found", detail);
  }

  /** The platform understood, and does not want to. @param {string} detail */
  static refused(detail) {
    return new Fault("refused", detail);
  }

  /** The cursor is of no use any more; the host reads again by time. @param {string} detail */
  static staleCursor(detail) {
    return new Fault("stale-cursor", detail);
  }

  /** This connector does not do that. @param {string} what */
  static unsupported(what) {
    return new Fault("unsupported", what);
  }

  /** The platform answered something that makes no sense. @param {string} detail */
  static protocol(detail) {
    return new Fault("protocol", detail);
  }
}
