#!/usr/bin/env node
// Starts the command line: the compiled program in an installed package; in a checkout the sources, as compiled.
import { existsSync } from "node:fs";

let program = new URL("../dist/", import.meta.url);
if (existsSync(new URL("./main.ts", import.meta.url))) {
  const { compileSources } = await import("./start/checkout.js");
  await compileSources();
  program = new URL("../.compiled/", import.meta.url);
}
const { run } = await import(new URL("cli/start/run.js", program).href);
await run(process.argv.slice(2));
