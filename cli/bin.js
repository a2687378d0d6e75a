#!/usr/bin/env node
// Starts the command line: the compiled program in an installed package; in a checkout the sources, as compiled.
// It runs without a loader of TypeScript until the first module of a user's, since a loader doubles the time of a start.
import { existsSync } from "node:fs";

let program = new URL("../dist/", import.meta.url);
if (existsSync(new URL("./main.ts", import.meta.url))) {
  const { compileSources } = await import("./start/checkout.js");
  try {
    await compileSources();
  } catch ({ message }) {
    console.error(`placement-gym: the sources cannot be compiled to ".compiled": ${message}`);
    process.exit(1);
  }
  program = new URL("../.compiled/", import.meta.url);
}
const { userModules } = await import(new URL("env/model/user/modules.js", program).href);
userModules.loader = new URL("cli/start/typescript.js", program).href;
const { main } = await import(new URL("cli/main.js", program).href);
await main(process.argv.slice(2));
