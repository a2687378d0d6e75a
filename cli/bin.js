#!/usr/bin/env node
// Starts the command line: the compiled program in an installed package, the TypeScript sources in a checkout.
// In a checkout the package's own name resolves to the sources too, so a user's agent shares our modules.
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { register as registerRequire } from "tsx/cjs/api";
import { register as registerImport } from "tsx/esm/api";

const source = new URL("./main.ts", import.meta.url);
const inCheckout = existsSync(source);
if (inCheckout) process.env.TSX_TSCONFIG_PATH ??= fileURLToPath(new URL("../tsconfig.json", import.meta.url));
registerImport();
registerRequire();
const { main } = await import((inCheckout ? source : new URL("../dist/cli/main.js", import.meta.url)).href);
await main(process.argv.slice(2));
