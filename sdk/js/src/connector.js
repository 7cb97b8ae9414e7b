// What a connector is, and the defaults for what it need not do.
//
// Holds: a connector sees parsed settings only; whatever it does not implement answers `unsupported`.
// Not its business: what a connector reads, and how its answers leave the component; see `edge.js`.

import { Fault } from "./faults.js";

/** @import { z } from "zod" */
/** @import { Action, Batch, BatchInit, CheckReportInit, Delivery, DeliveryResultInit, Event, Manifest, ManifestInit, Outcome, Raw, ReadRequest, TargetInit } from "./contract.js" */

/**
 * One platform, seen through the contract. Only `settings`, `manifest` and `read` must be written. Each call may
 * run in an instance of its own: nothing is kept between calls but the cursor that the host stores together
 * with the events.
 * @template {z.ZodType} S
 * @typedef {object} ConnectorInit
 * @property {S} settings Schema of the settings of one source.
 * @property {() => ManifestInit} manifest Says what this connector is and asks for. Pure and constant; an empty schema is filled from `settings`.
 * @property {(settings: z.output<S>, request: ReadRequest) => BatchInit} read Reads what is new since `request.cursor`, within `request.budget`. Safe to repeat.
 * @property {(settings: z.output<S>) => CheckReportInit} [check] Tries the settings with at most three cheap requests. The default has parsed them and says so.
 * @property {(settings: z.output<S>) => TargetInit[]} [discover] Lists what could be listened to.
 * @property {(settings: z.output<S>, delivery: Delivery) => DeliveryResultInit} [receive] Turns a webhook delivery into events, its signature verified first.
 * @property {(settings: z.output<S>, action: Action) => Outcome} [act] Does something on the platform; the same key has the same effect.
 * @property {(settings: z.output<S>, raw: Raw) => Event[]} [normalise] Reads a kept payload again. Pure: the same payload gives the same events.
 * @property {(fromVersion: number, cursor: Uint8Array) => Uint8Array} [migrateCursor] Brings a cursor of an earlier version up to date.
 */

/** @param {string} what @returns {() => never} */
const unsupported = (what) => () => {
  throw Fault.unsupported(what);
};

/**
 * Makes a connector of what is given and the defaults for the rest.
 * @template {z.ZodType} S
 * @param {ConnectorInit<S>} given
 * @returns {Required<ConnectorInit<S>>}
 */
export function connector(given) {
  return {
    check: () => ({ warnings: ["settings are well-formed; this connector makes no request to try them"] }),
    discover: unsupported("discover"),
    receive: unsupported("receive"),
    act: unsupported("act"),
    normalise: unsupported("normalise"),
    migrateCursor: (fromVersion, cursor) => {
      const ours = given.manifest().cursorVersion ?? 1;
      if (fromVersion !== ours) throw Fault.staleCursor(`cursor of version ${fromVersion}, ours is ${ours}`);
      return cursor;
    },
    ...given,
  };
}
