// Cursors as JSON with a version, so that a connector can keep any JSON value in one.
//
// Holds: a cursor that cannot be read is fault `stale-cursor`, which makes the host read again by time.

import { Fault } from "./faults.js";

/** Most bytes that the host keeps of a cursor. */
export const BYTES_MAX = 64 << 10;

/** Writes `state` as a cursor of `version`, the manifest's `cursorVersion`. @param {number} version @param {unknown} state */
export function write(version, state) {
  const cursor = new TextEncoder().encode(JSON.stringify({ v: version, at: state }));
  if (cursor.length > BYTES_MAX) {
    throw Fault.protocol(`the cursor has ${cursor.length} bytes, at most ${BYTES_MAX} are kept`);
  }
  return cursor;
}

/** Reads a cursor of `version` that `write` wrote; none gives none.
 * @param {number} version @param {Uint8Array | undefined} cursor @returns {any} */
export function read(version, cursor) {
  if (cursor === undefined) return undefined;
  let found;
  try {
    found = JSON.parse(new TextDecoder().decode(cursor));
  } catch (error) {
    throw Fault.staleCursor(`the cursor cannot be read: ${error}`);
  }
  if (typeof found?.v !== "number" || !("at" in found)) throw Fault.staleCursor("the cursor cannot be read: it is not ours");
  if (found.v !== version) throw Fault.staleCursor(`cursor of version ${found.v}, ours is ${version}`);
  return found.at;
}
