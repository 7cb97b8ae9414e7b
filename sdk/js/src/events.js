// Help with events: entries of which a bad one must not spoil the page.
//
// Not its business: the events themselves; see `contract.js`.

import { poison } from "./contract.js";
import { eventToWit } from "./lowering.js";

/** @import { Event, Provenance } from "./contract.js" */

/**
 * Reads entries one by one; one that is not as expected becomes poison, the rest goes on. `origin` makes a
 * pointer into the payload, as `response.origin`; `pointer` leads to the list.
 * @template E
 * @param {Iterable<E>} entries
 * @param {(pointer: string) => Provenance} origin
 * @param {(entry: E, where: Provenance) => Iterable<Event>} read
 * @param {string} [pointer]
 * @returns {Event[]}
 */
export function each(entries, origin, read, pointer = "") {
  /** @type {Event[]} */
  const events = [];
  let at = 0;
  for (const entry of entries) {
    const where = origin(`${pointer}/${at}`);
    try {
      // Whole or not at all: half an entry would be stored without what belongs to it. What does not fit the
      // contract is as bad as what cannot be read: it would end the call at the edge.
      const all = [...read(entry, where)];
      for (const event of all) eventToWit(event, "event");
      events.push(...all);
    } catch (error) {
      if (!(error instanceof TypeError || error instanceof RangeError || error instanceof SyntaxError)) throw error;
      const id = /** @type {{ id?: unknown } | null} */ (entry)?.id;
      // A hint has at most 512 bytes, and a character at most four.
      const hint = (typeof id === "string" || typeof id === "number" ? String(id).slice(0, 128) : "") || String(at);
      events.push(poison({ hint, why: `${error.name}: ${error.message}`.slice(0, 1_000), origin: where }));
    }
    at += 1;
  }
  return events;
}
