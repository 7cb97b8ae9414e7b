// The edge of the component: the one module that knows what the engine wants.
//
// Holds: a fault leaves as the fault of its name; any other error is in the host's log before the trap; an answer
// that does not fit the contract says which field.
// Not its business: outside of a component this module cannot be imported, and nothing else needs it.
// @ts-nocheck

import * as witHost from "hark:connector/host@0.1.0";
import * as witHttp from "hark:connector/http@0.1.0";

import { Fault } from "./faults.js";
import * as host from "./host.js";
import { HttpFault } from "./http.js";
import * as lower from "./lowering.js";
import * as settings from "./settings.js";

const PANIC_CHARS_MAX = 1_000;

host.use({
  now: () => Number(witHost.now()),
  log: (at, message) => witHost.log(at, String(message)),
  progress: (done, total) => witHost.progress(BigInt(done), total === undefined ? undefined : BigInt(total)),
  hmac: witHost.hmac,
  hmacEqual: witHost.hmacEqual,
  send(request) {
    try {
      const it = witHttp.send(request);
      return { ...it, receivedAt: Number(it.receivedAt) };
    } catch (error) {
      const fault = error?.payload ?? error;
      throw typeof fault?.tag === "string" ? new HttpFault(fault.tag, String(fault.val ?? "")) : error;
    }
  },
});

/** Returns a fault as the contract has it. */
function faultToWit(fault) {
  const { tag, detail } = fault;
  const big = (number) => (number == null ? undefined : BigInt(Math.trunc(number)));
  switch (tag) {
    case "transient":
      return { tag, val: { afterMs: big(fault.afterMs), detail } };
    case "rate-limited":
    case "quota-exhausted":
      return { tag, val: { until: big(fault.until), bucket: fault.bucket ?? "http", detail } };
    case "auth":
      return { tag, val: { why: fault.why, scope: fault.scope, detail } };
    case "config":
      return { tag, val: { field: fault.field ?? "", detail } };
    default:
      return { tag, val: detail };
  }
}

/** Says `panic: <type>: <message> at <file>:<line>`, the form that the host looks for. */
function panicLine(error) {
  const message = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  const place = /(?:^|[/@])([^/@\s]+:\d+):\d+\)?$/m.exec(error?.stack ?? "")?.[1];
  return `panic: ${message.slice(0, PANIC_CHARS_MAX)}${place ? ` at ${place}` : ""}`;
}

/** Turns faults into errors of the contract, and logs every other error before it ends the call. */
function told(call) {
  return (...given) => {
    try {
      return call(...given);
    } catch (error) {
      const fault = error instanceof HttpFault ? error.usual() : error;
      if (!(fault instanceof Fault)) {
        witHost.log("error", panicLine(error));
        throw error;
      }
      throw Object.assign(new Error(fault.detail), { payload: faultToWit(fault) });
    }
  };
}

const events = (list) => {
  if (!Array.isArray(list)) throw new TypeError("events must be a list");
  return list.map((event, at) => lower.eventToWit(event, `events[${at}]`));
};

/** Returns the exports of the contract for a connector. */
export function component(connector) {
  const parsed = (config) => settings.parse(connector.settings, config);
  return {
    describe: told(() => {
      const manifest = connector.manifest();
      const configSchema = manifest.configSchema || settings.schema(connector.settings);
      return lower.manifestToWit({ ...manifest, configSchema }, "manifest");
    }),
    check: told((config) => lower.checkReportToWit(connector.check(parsed(config)), "check")),
    discover: told((config) => connector.discover(parsed(config)).map((it, at) => lower.targetToWit(it, `targets[${at}]`))),
    read: told((config, request) => lower.batchToWit(connector.read(parsed(config), lower.readRequestFromWit(request)), "batch")),
    receive: told((config, delivery) =>
      lower.deliveryResultToWit(connector.receive(parsed(config), lower.deliveryFromWit(delivery)), "result"),
    ),
    act: told((config, action) => lower.outcomeToWit(connector.act(parsed(config), lower.actionFromWit(action)), "outcome")),
    normalise: told((config, raw) => events(connector.normalise(parsed(config), lower.rawFromWit(raw)))),
    migrateCursor: told((version, cursor) => connector.migrateCursor(version, cursor)),
  };
}
