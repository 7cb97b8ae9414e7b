// Plain text as the contract wants it: LF, NFC, no NUL, no control characters.

// @ts-ignore: it has no types
import unorm from "unorm";

const UNWANTED = /[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]/g;

const ASCII = /^[\x00-\x7f]*$/;

/** Returns `text` with LF line ends, in NFC, without control characters but tab and LF, trimmed. @param {string} text */
export function plain(text) {
  const clean = text.trim().replace(/\r\n?/g, "\n").replace(UNWANTED, "");
  if (ASCII.test(clean)) return clean;
  // The engine of a component comes without `normalize`.
  return typeof clean.normalize === "function" ? clean.normalize("NFC") : unorm.nfc(clean);
}

/** Returns `text` as `plain` on one line: each run of white space is one space. @param {string} text */
export function line(text) {
  return plain(text.replace(/\s+/g, " "));
}
