// The helpers give what the cases of all languages want.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { dates, html, http, text } from "../src/index.js";
import { response, withHost } from "../src/testing.js";

const cases = (name) => JSON.parse(readFileSync(new URL(`../../cases/${name}.json`, import.meta.url), "utf8"));

test("html becomes the words that a reader sees", () => {
  for (const [page, words] of cases("html")) assert.equal(html.toText(page), words, page);
});

test("depth costs nothing", () => {
  const deep = `${"<blockquote>".repeat(50_000)}x${"</div>".repeat(50_000)}`;
  assert.equal(html.toText(deep), `${"> ".repeat(html.QUOTE_DEPTH_MAX)}x`);
});

test("text is plain", () => {
  for (const [raw, plain] of cases("text")) assert.equal(text.plain(raw), plain, JSON.stringify(raw));
  assert.equal(text.line(" a \n\t b\u00a0c "), "a b c");
});

test("dates of all forms are read", () => {
  for (const [written, at] of cases("dates")) {
    assert.equal(dates.parseHttpDate(written) ?? dates.parseRfc3339(written) ?? null, at, written);
  }
});

test("statuses are the usual faults", () => {
  for (const [given, wanted] of cases("statuses")) {
    const headers = given["retry-after"] ? { "Retry-After": given["retry-after"] } : {};
    const fault = withHost({ at: 1_784_884_365_000 }, (host) => {
      host.play(response(given.status, "<html>no</html>", headers));
      return http.get("https://x.test/a?b=c").send().fault();
    });
    const why = JSON.stringify(given);
    assert.equal(fault?.tag, wanted?.fault, why);
    assert.deepEqual([fault?.why, fault?.until, fault?.afterMs], [wanted?.why, wanted?.until, wanted?.after], why);
    if (fault) assert.match(fault.detail, /^status \d+ of https:\/\/x.test\/a; got a body of unknown type beginning "<html>/, why);
  }
});
