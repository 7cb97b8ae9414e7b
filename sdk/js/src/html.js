// HTML to plain text, for search, sentiment and the command line.
//
// Holds: every word that a reader sees is there, words of different blocks never melt together, scripts and
// styles are not words; it takes any tag soup in one pass, without a tree.
// Not its business: making HTML safe for a screen; the host does that.

import { decodeHTML } from "entities";
import { Tokenizer } from "htmlparser2";

import * as text from "./text.js";

/** Deepest quote that is marked; deeper ones look like this one. */
export const QUOTE_DEPTH_MAX = 8;

const words = (/** @type {string} */ list) => new Set(list.split(" "));
const HIDDEN = words("script style head template noscript iframe object svg math select");
const APART = words("p h1 h2 h3 h4 h5 h6 blockquote pre ul ol table hr dl figure");
const BLOCKS = words(
  "div li tr section article header footer main nav aside address dt dd figcaption form fieldset details summary caption body html center",
);

/**
 * Returns the words of `html`: blocks on lines of their own, paragraphs apart by an empty line, `- ` before list
 * entries, `> ` before quotes, pictures by their alternative text.
 * @param {string} html
 */
export function toText(html) {
  const writer = new Writer();
  tokenize(html, writer);
  return text.plain(writer.out.join(""));
}

/** Returns `words` with its character references put in, tags left as they are. @param {string} words */
export function unescape(words) {
  return words.includes("&") ? decodeHTML(words) : words;
}

/** @param {string} html @param {Writer} writer */
function tokenize(html, writer) {
  let [name, attribute, alt] = ["", "", ""];
  const part = (/** @type {number} */ from, /** @type {number} */ to) => html.slice(from, to);
  const opened = (/** @type {boolean} */ closed) => {
    if (!(closed && HIDDEN.has(name))) writer.start(name, alt);
  };
  const nothing = () => {};
  const tokenizer = new Tokenizer(
    { xmlMode: false, decodeEntities: true },
    {
      onopentagname: (from, to) => ([name, alt] = [part(from, to).toLowerCase(), ""]),
      onattribname: (from, to) => (attribute = part(from, to).toLowerCase()),
      onattribdata: (from, to) => (alt += attribute === "alt" ? part(from, to) : ""),
      onattribentity: (code) => (alt += attribute === "alt" ? String.fromCodePoint(code) : ""),
      onattribend: nothing,
      onopentagend: () => opened(false),
      onselfclosingtag: () => opened(true),
      onclosetag: (from, to) => writer.end(part(from, to).toLowerCase()),
      ontext: (from, to) => writer.text(part(from, to)),
      ontextentity: (code) => writer.text(String.fromCodePoint(code)),
      oncdata: nothing,
      oncomment: nothing,
      ondeclaration: nothing,
      onprocessinginstruction: nothing,
      onend: nothing,
    },
  );
  tokenizer.write(html);
  tokenizer.end();
}

class Writer {
  constructor() {
    /** @type {string[]} */
    this.out = [];
    /** Line ends owed before the next word: 1 ends the line, 2 leave one empty. */
    this.breaks = 0;
    this.space = false;
    this.bullet = false;
    this.quotes = 0;
    this.quoted = 0;
    this.preformatted = 0;
    /** @type {string | undefined} */
    this.hidden = undefined;
    this.depth = 0;
  }

  /** @param {string} name @param {string} alt */
  start(name, alt) {
    if (this.hidden) {
      this.depth += Number(name === this.hidden);
      return;
    }
    if (HIDDEN.has(name)) {
      [this.hidden, this.depth] = [name, 1];
      return;
    }
    this.owe(breaksAround(name));
    if (name === "li") this.bullet = true;
    else if (name === "blockquote") this.quotes += 1;
    else if (name === "pre" || name === "textarea") this.preformatted += 1;
    else if (name === "br") this.owe(this.breaks === 0 ? 1 : 2);
    else if (name === "td" || name === "th") this.space = true;
    else if (name === "img") this.text(alt);
  }

  /** @param {string} name */
  end(name) {
    if (this.hidden) {
      this.depth -= Number(name === this.hidden);
      if (this.depth === 0) this.hidden = undefined;
      return;
    }
    this.owe(breaksAround(name));
    if (name === "li") this.bullet = false;
    else if (name === "blockquote") this.quotes = Math.max(0, this.quotes - 1);
    else if (name === "pre" || name === "textarea") this.preformatted = Math.max(0, this.preformatted - 1);
  }

  /** @param {string} data */
  text(data) {
    if (this.hidden) return;
    if (this.preformatted > 0) {
      data.split("\n").forEach((line, at, lines) => {
        this.put(line.replace(/\r$/, ""));
        if (at + 1 < lines.length) [this.breaks, this.space] = [Math.min(this.breaks + 1, 2), false];
      });
      return;
    }
    data.split(/\s/).forEach((word, at) => {
      this.space ||= at > 0;
      this.put(word);
    });
  }

  /** @param {string} word */
  put(word) {
    if (word === "") return;
    if (this.out.length === 0 || this.breaks > 0) this.beginLine();
    else if (this.space) this.out.push(" ");
    this.space = false;
    this.out.push(word);
  }

  beginLine() {
    const depth = Math.min(this.quotes, QUOTE_DEPTH_MAX);
    if (this.out.length > 0) {
      this.out.push("\n");
      if (this.breaks > 1) this.out.push(`${"> ".repeat(Math.min(depth, this.quoted)).trimEnd()}\n`);
    }
    [this.breaks, this.quoted] = [0, depth];
    this.out.push("> ".repeat(depth));
    if (this.bullet) this.out.push("- ");
    this.bullet = false;
  }

  /** @param {number} breaks */
  owe(breaks) {
    this.breaks = Math.max(this.breaks, breaks);
    if (breaks > 0) this.space = false;
  }
}

/** @param {string} name */
const breaksAround = (name) => (APART.has(name) ? 2 : BLOCKS.has(name) ? 1 : 0);
