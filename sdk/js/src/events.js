// Help with events: entries of which a bad one must not spoil the page.
//
// Not its business: the events themselves; see `contract.js`.

import { poison } from "./contract.js";

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
      // Whole or not at all: half an entry would be stored without what belongs to it.
      events.push(...read(entry, where));
    } catch (error) {
      if (!(error instanceof TypeError || error instanceof RangeError || error instanceof SyntaxError)) throw error;
      const id = /** @type {{ id?: unknown } | null} */ (entry)?.id;
      events.push(poison({ hint: String(id ?? at).slice(0, 512), why: `${error.name}: ${error.message}`, origin: where }));
    }
    at += 1;
  }
  return events;
}
