// Makes the component of a connector: bundles it with the SDK, then gives it an engine.
//
//     node build.mjs --project FOLDER --main src/index.js --out FILE
//
// Holds: the tools are those that the project's own lock file names. `hark plugin build` calls this.

import { mkdir, rename, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { parseArgs } from "node:util";

const { values } = parseArgs({
  options: { project: { type: "string" }, main: { type: "string" }, out: { type: "string" } },
});
const project = resolve(values.project ?? ".");
const out = resolve(values.out ?? join(project, "connector.wasm"));
const sdk = dirname(fileURLToPath(import.meta.url));
const require = createRequire(join(project, "package.json"));

/** Imports a tool from the project's own modules. */
const tool = async (name) => {
  const own = join(project, "node_modules", name);
  const { exports, main } = require(join(own, "package.json"));
  return import(pathToFileURL(join(own, exports?.import ?? main)).href);
};

/** Languages that error messages are never shown in; they are most of zod. */
const oneLanguage = {
  name: "one-language",
  setup(bundler) {
    bundler.onResolve({ filter: /locales\/index\.js$/ }, () => ({ path: "locales", namespace: "none" }));
    bundler.onLoad({ filter: /.*/, namespace: "none" }, () => ({ contents: "export {};" }));
  },
};

const { build } = await tool("esbuild");
const bundle = join(dirname(out), "bundle.js");
await mkdir(dirname(out), { recursive: true });
await build({
  stdin: {
    contents: `import connector from ${JSON.stringify(join(project, values.main ?? "src/index.js"))};
import { component } from "hark-sdk/edge";
const exported = component(connector);
export { exported as connector };`,
    resolveDir: project,
    sourcefile: "hark-component.js",
  },
  bundle: true,
  format: "esm",
  platform: "neutral",
  mainFields: ["module", "main"],
  target: "es2024",
  external: ["hark:*"],
  keepNames: true,
  // The SDK may lie beside the project; its packages are the project's.
  nodePaths: [join(project, "node_modules")],
  plugins: [oneLanguage],
  outfile: bundle,
  logLevel: "warning",
});

const { componentize } = await tool("@bytecodealliance/componentize-js");
const { component } = await componentize({
  sourcePath: bundle,
  witPath: join(sdk, "../../wit/0.1.0"),
  worldName: "listening-connector",
  // What a connector has instead is `hark-sdk`'s http; without these it imports no network at all.
  disableFeatures: ["http", "fetch-event"],
});
await writeFile(`${out}.new`, component);
await rename(`${out}.new`, out);
