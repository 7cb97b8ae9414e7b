// Settings: from the JSON of the host to a checked value, and the JSON Schema of it.
//
// Holds: what does not fit is fault `config` with the path of the field, as in `feeds[2]`.
// Not its business: how a schema is written; that is zod's.

import { z } from "zod";

import { Fault } from "./faults.js";

/**
 * Parses the settings of a source; a fault names the field that is wrong.
 * @template {z.ZodType} S
 * @param {S} settings @param {string} config
 * @returns {z.output<S>}
 */
export function parse(settings, config) {
  let value;
  try {
    value = JSON.parse(config.trim() === "" ? "{}" : config);
  } catch (error) {
    throw Fault.config("", `no JSON: ${/** @type {Error} */ (error).message}`);
  }
  const parsed = settings.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw Fault.config(path(issue.path), issue.message);
}

/** Returns the JSON Schema (2020-12) of settings as text. @param {z.ZodType} settings */
export function schema(settings) {
  return JSON.stringify(z.toJSONSchema(settings, { io: "input" }));
}

/** @param {PropertyKey[]} parts */
function path(parts) {
  return parts.reduce((/** @type {string} */ whole, part) => {
    if (typeof part === "number") return `${whole}[${part}]`;
    return whole ? `${whole}.${String(part)}` : String(part);
  }, "");
}
