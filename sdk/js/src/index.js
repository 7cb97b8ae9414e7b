// Write a Hark connector in JavaScript: what a connector needs, over the contract in `wit/`.
//
// A connector is the default export of its module, made by `connector`. It runs in the host's sandbox, a fresh
// instance for each call: it keeps no state but its cursor, has no files, no sockets and no secrets, and
// reaches the world through `http` only.
//
// Outside of a component everything works, too: `hark-sdk/testing` then stands in for the host.
// Not its business: what the host does with the events.

export { z } from "zod";
export { connector } from "./connector.js";
export * from "./contract.js";
export { each } from "./events.js";
export { Fault } from "./faults.js";
export * as cursor from "./cursor.js";
export * as dates from "./dates.js";
export * as host from "./host.js";
export * as html from "./html.js";
export * as http from "./http.js";
export * as settings from "./settings.js";
export * as text from "./text.js";
