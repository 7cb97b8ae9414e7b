// Dates as platforms write them, to milliseconds since 1970.

/** @import { Ms } from "./contract.js" */

const RFC3339 = /^(\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d):(\d\d)(?:[.,](\d+))?\s*(?:[Zz]|([+-])(\d\d):?(\d\d)?)$/;
const RFC2822 =
  /^(?:[A-Za-z]+,?\s+)?(\d{1,2})[\s-]([A-Za-z]{3})[a-z]*[\s-](\d{2,4})\s+(\d{1,2}):(\d\d)(?::(\d\d))?\s*(?:([A-Za-z]{1,3})|([+-])(\d\d):?(\d\d))?(?:\s*\(.*\))?$/;
const ASCTIME = /^[A-Za-z]{3}\s+([A-Za-z]{3})\s+(\d{1,2})\s+(\d\d):(\d\d):(\d\d)\s+(\d{4})$/;
const MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
/** Hours east of the zones that mails and feeds still name. @type {Record<string, number>} */
const ZONES = { ut: 0, utc: 0, gmt: 0, z: 0, est: -5, edt: -4, cst: -6, cdt: -5, mst: -7, mdt: -6, pst: -8, pdt: -7 };

/**
 * Returns a moment, none where there is no such day or time.
 * @param {number} year @param {number} month @param {number} day @param {number} hour @param {number} minute @param {number} second
 * @param {number} [ms] @param {number} [offset] minutes east
 * @returns {Ms | undefined}
 */
function moment(year, month, day, hour, minute, second, ms = 0, offset = 0) {
  // A leap second is the end of its minute.
  const at = Date.UTC(year, month, day, hour, minute, Math.min(second, 59), ms);
  const date = new Date(at);
  const real = date.getUTCMonth() === month && date.getUTCDate() === day && hour < 24 && minute < 60;
  return real ? at - offset * 60_000 : undefined;
}

/** @param {string | undefined} sign @param {string | undefined} hours @param {string | undefined} minutes */
function offset(sign, hours, minutes) {
  return (Number(hours ?? 0) * 60 + Number(minutes ?? 0)) * (sign === "-" ? -1 : 1);
}

/** Reads `2026-07-24T21:23:23Z` and its like: any offset, with or without colon, any fraction.
 * @param {string} text @returns {Ms | undefined} */
export function parseRfc3339(text) {
  const found = RFC3339.exec(text.trim());
  if (!found) return undefined;
  const [, year, month, day, hour, minute, second, fraction, sign, hours, minutes] = found;
  const ms = Number(`${fraction ?? ""}000`.slice(0, 3));
  return moment(+year, +month - 1, +day, +hour, +minute, +second, ms, offset(sign, hours, minutes));
}

/** Reads `Fri, 24 Jul 2026 09:12:45 GMT` and its like: 2-digit years, named zones, no seconds.
 * @param {string} text @returns {Ms | undefined} */
export function parseRfc2822(text) {
  const found = RFC2822.exec(text.trim());
  if (!found) return undefined;
  const [, day, month, years, hour, minute, second, zone, sign, hours, minutes] = found;
  const of = MONTHS.indexOf(month.toLowerCase());
  if (of < 0) return undefined;
  const year = years.length > 2 ? +years : +years + (+years < 50 ? 2000 : 1900);
  const east = zone ? (ZONES[zone.toLowerCase()] ?? 0) * 60 : offset(sign, hours, minutes);
  return moment(year, of, +day, +hour, +minute, Number(second ?? 0), 0, east);
}

/** Reads the three date forms of HTTP. @param {string} text @returns {Ms | undefined} */
export function parseHttpDate(text) {
  const found = ASCTIME.exec(text.trim());
  if (!found) return parseRfc2822(text);
  const [, month, day, hour, minute, second, year] = found;
  const of = MONTHS.indexOf(month.toLowerCase());
  return of < 0 ? undefined : moment(+year, of, +day, +hour, +minute, +second);
}
