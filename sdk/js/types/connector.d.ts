/**
 * Makes a connector of what is given and the defaults for the rest.
 * @template {z.ZodType} S
 * @param {ConnectorInit<S>} given
 * @returns {Required<ConnectorInit<S>>}
 */
export function connector<S extends z.ZodType>(given: ConnectorInit<S>): Required<ConnectorInit<S>>;
/**
 * One platform, seen through the contract. Only `settings`, `manifest` and `read` must be written. Each call may
 * run in an instance of its own: nothing is kept between calls but the cursor that the host stores together
 * with the events.
 */
export type ConnectorInit<S extends z.ZodType> = {
    /**
     * Schema of the settings of one source.
     */
    settings: S;
    /**
     * Says what this connector is and asks for. Pure and constant; an empty schema is filled from `settings`.
     */
    manifest: () => ManifestInit;
    /**
     * Reads what is new since `request.cursor`, within `request.budget`. Safe to repeat.
     */
    read: (settings: z.output<S>, request: ReadRequest) => BatchInit;
    /**
     * Tries the settings with at most three cheap requests. The default has parsed them and says so.
     */
    check?: ((settings: z.output<S>) => CheckReportInit) | undefined;
    /**
     * Lists what could be listened to.
     */
    discover?: ((settings: z.output<S>) => TargetInit[]) | undefined;
    /**
     * Turns a webhook delivery into events, its signature verified first.
     */
    receive?: ((settings: z.output<S>, delivery: Delivery) => DeliveryResultInit) | undefined;
    /**
     * Does something on the platform; the same key has the same effect.
     */
    act?: ((settings: z.output<S>, action: Action) => Outcome) | undefined;
    /**
     * Reads a kept payload again. Pure: the same payload gives the same events.
     */
    normalise?: ((settings: z.output<S>, raw: Raw) => Event[]) | undefined;
    /**
     * Brings a cursor of an earlier version up to date.
     */
    migrateCursor?: ((fromVersion: number, cursor: Uint8Array) => Uint8Array) | undefined;
};
import type { z } from "zod";
import type { ManifestInit } from "./contract.js";
import type { ReadRequest } from "./contract.js";
import type { BatchInit } from "./contract.js";
import type { CheckReportInit } from "./contract.js";
import type { TargetInit } from "./contract.js";
import type { Delivery } from "./contract.js";
import type { DeliveryResultInit } from "./contract.js";
import type { Action } from "./contract.js";
import type { Outcome } from "./contract.js";
import type { Raw } from "./contract.js";
import type { Event } from "./contract.js";
