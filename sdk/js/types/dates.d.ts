/** Reads `2026-07-24T21:23:23Z` and its like: any offset, with or without colon, any fraction.
 * @param {string} text @returns {Ms | undefined} */
export function parseRfc3339(text: string): Ms | undefined;
/** Reads `Fri, 24 Jul 2026 09:12:45 GMT` and its like: 2-digit years, named zones, no seconds.
 * @param {string} text @returns {Ms | undefined} */
export function parseRfc2822(text: string): Ms | undefined;
/** Reads the three date forms of HTTP. @param {string} text @returns {Ms | undefined} */
export function parseHttpDate(text: string): Ms | undefined;
import type { Ms } from "./contract.js";
