// The connector of the README: it is what the README shows, short, and works.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import hello from "../examples/hello.js";
import { Fault } from "../src/index.js";
import { jsonResponse, readRequest, response, withHost } from "../src/testing.js";

const read = (name) => readFileSync(new URL(name, import.meta.url), "utf8");

test("the README shows the connector that is tested", () => {
  const source = read("../examples/hello.js");
  assert.equal(read("../README.md").split("```js\n")[1].split("```")[0], source);
  assert.ok(source.trimEnd().split("\n").length <= 25);
});

test("it reads posts", () => {
  const settings = { url: "https://x.test/posts.json" };
  withHost({ at: 1_784_884_365_000 }, (host) => {
    host.play(jsonResponse([{ id: "1", text: "Hello", at: 1_700_000_000_000 }]), response(200, "<html>"));
    const { events } = hello.read(settings, readRequest("posts"));
    assert.deepEqual(events.map((event) => [event.type, event.id, event.text, event.conversation]), [["item", "1", "Hello", "1"]]);
    assert.equal(events[0].publishedAt, 1_700_000_000_000);
    assert.deepEqual([host.requests[0].method, host.requests[0].url], ["GET", settings.url]);
    assert.throws(() => hello.read(settings, readRequest("posts")), (fault) => fault instanceof Fault && fault.tag === "protocol");
  });
});
