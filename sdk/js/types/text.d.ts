/** Returns `text` with LF line ends, in NFC, without control characters but tab and LF, trimmed. @param {string} text */
export function plain(text: string): any;
/** Returns `text` as `plain` on one line: each run of white space is one space. @param {string} text */
export function line(text: string): any;
