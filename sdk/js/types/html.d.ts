/**
 * Returns the words of `html`: blocks on lines of their own, paragraphs apart by an empty line, `- ` before list
 * entries, `> ` before quotes, pictures by their alternative text.
 * @param {string} html
 */
export function toText(html: string): any;
/** Returns `words` with its character references put in, tags left as they are. @param {string} words */
export function unescape(words: string): string;
/** Deepest quote that is marked; deeper ones look like this one. */
export const QUOTE_DEPTH_MAX: 8;
