/** @import { AuthWhy, Ms } from "./contract.js" */
/**
 * Why the platform, the operator or the connector could not give an answer.
 */
export class Fault extends Error {
    /** Something that may pass by itself; the host tries again, not before `afterMs`, with growing pauses.
     * @param {string} detail @param {number} [afterMs] */
    static transient(detail: string, afterMs?: number): Fault;
    /** The platform asks to slow down, until `until` where it says so.
     * @param {string} detail @param {Ms} [until] @param {string} [bucket] */
    static rateLimited(detail: string, until?: Ms, bucket?: string): Fault;
    /** An allowance that was paid for is used up.
     * @param {string} detail @param {Ms} [until] @param {string} [bucket] */
    static quotaExhausted(detail: string, until?: Ms, bucket?: string): Fault;
    /** The credential does not do; a person must act.
     * @param {AuthWhy} why @param {string} detail @param {string} [scope] */
    static auth(why: AuthWhy, detail: string, scope?: string): Fault;
    /** A setting is wrong; `field` is its path, as in `feeds[2]`.
     * @param {string} field @param {string} detail */
    static config(field: string, detail: string): Fault;
    /** What was asked for is not there. @param {string} detail */
    static notFound(detail: string): Fault;
    /** The platform understood, and does not want to. @param {string} detail */
    static refused(detail: string): Fault;
    /** The cursor is of no use any more; the host reads again by time. @param {string} detail */
    static staleCursor(detail: string): Fault;
    /** This connector does not do that. @param {string} what */
    static unsupported(what: string): Fault;
    /** The platform answered something that makes no sense. @param {string} detail */
    static protocol(detail: string): Fault;
    /**
     * @param {"transient"|"rate-limited"|"quota-exhausted"|"auth"|"config"|"not-found"|"refused"|"stale-cursor"|"unsupported"|"protocol"} tag
     * @param {string} detail
     * @param {{ afterMs?: number, until?: Ms, bucket?: string, why?: AuthWhy, scope?: string, field?: string }} [more]
     */
    constructor(tag: "transient" | "rate-limited" | "quota-exhausted" | "auth" | "config" | "not-found" | "refused" | "stale-cursor" | "unsupported" | "protocol", detail: string, more?: {
        afterMs?: number;
        until?: Ms;
        bucket?: string;
        why?: AuthWhy;
        scope?: string;
        field?: string;
    });
    /** The name of the fault in the contract. */
    tag: "transient" | "rate-limited" | "quota-exhausted" | "auth" | "config" | "not-found" | "refused" | "stale-cursor" | "unsupported" | "protocol";
    detail: string;
    afterMs: number | undefined;
    until: number | undefined;
    bucket: string | undefined;
    why: AuthWhy | undefined;
    scope: string | undefined;
    field: string | undefined;
}
import type { AuthWhy } from "./contract.js";
import type { Ms } from "./contract.js";
