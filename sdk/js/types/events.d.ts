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
export function each<E>(entries: Iterable<E>, origin: (pointer: string) => Provenance, read: (entry: E, where: Provenance) => Iterable<Event>, pointer?: string): Event[];
import type { Provenance } from "./contract.js";
import type { Event } from "./contract.js";
