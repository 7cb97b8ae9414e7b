// What an answer must be before it leaves: the wrong thing is named, rather than a trap without words.
//
// Holds: whatever passes here fits the contract's types.
// @ts-nocheck

export function wrong(path, wanted, found) {
  const shown = found === undefined || found === null ? "nothing" : typeof found === "object" ? "an object" : `${typeof found} ${String(found).slice(0, 40)}`;
  return new TypeError(`${path} must be ${wanted}, not ${shown}`);
}

export function object(value, path) {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw wrong(path, "an object", value);
  return value;
}

export function text(value, path) {
  if (typeof value !== "string") throw wrong(path, "a string", value);
  return value;
}

export function flag(value, path) {
  if (typeof value !== "boolean") throw wrong(path, "true or false", value);
  return value;
}

function big(value, path) {
  if (typeof value === "bigint") return value;
  if (typeof value !== "number" || !Number.isFinite(value)) throw wrong(path, "a whole number", value);
  return BigInt(Math.trunc(value));
}

export function whole(value, path) {
  const number = big(value, path);
  if (BigInt.asIntN(64, number) !== number) throw wrong(path, "a number of 64 bits", value);
  return number;
}

export function count(value, path) {
  const number = big(value, path);
  if (BigInt.asUintN(64, number) !== number) throw wrong(path, "a number from 0, of 64 bits at most", value);
  return number;
}

export function small(value, path) {
  if (!Number.isInteger(value) || value < 0 || value > 0xffff_ffff) throw wrong(path, "a whole number from 0", value);
  return value;
}

export function bytes(value, path) {
  if (typeof value === "string") return new TextEncoder().encode(value);
  if (!(value instanceof Uint8Array)) throw wrong(path, "bytes or a string", value);
  return value;
}

export function choice(value, words, path) {
  if (!words.has(value)) throw wrong(path, `one of ${[...words].join(", ")}`, value);
  return value;
}

export function list(value, path, each) {
  if (!Array.isArray(value)) throw wrong(path, "a list", value);
  return value.map((entry, at) => each(entry, `${path}[${at}]`));
}
