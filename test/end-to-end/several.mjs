/**
 * Runs several command lines in one process, as `cli/bin.js` runs one: a start costs seconds. They
 * come as JSON, and what each said goes to stdout.
 */
import { fileURLToPath } from "node:url";
import { register as registerRequire } from "tsx/cjs/api";
import { register as registerImport } from "tsx/esm/api";

process.env.TSX_TSCONFIG_PATH ??= fileURLToPath(new URL("../../tsconfig.json", import.meta.url));
registerImport();
registerRequire();
const { pgym } = await import("../cli/recorded-terminal.ts");
const said = [];
for (const args of JSON.parse(process.argv[2])) said.push(await pgym(args));
process.stdout.write(JSON.stringify(said));
