// Plain text as the contract wants it: LF, NFC, no NUL, no control characters.

const UNWANTED = /[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]/g;

/** Returns `text` with LF line ends, in NFC, without control characters but tab and LF, trimmed. @param {string} text */
export function plain(text) {
  return text.trim().replace(/\r\n?/g, "\n").replace(UNWANTED, "").normalize("NFC");
}

/** Returns `text` as `plain` on one line: each run of white space is one space. @param {string} text */
export function line(text) {
  return plain(text.replace(/\s+/g, " "));
}
