/**
 * `npx tsx test/golden/check.ts NAME FILE`: compares every row of a golden file with the
 * implementation and prints one line of JSON, {name, rows, equal, worstRelative, first}. It exits
 * with 1 where a row is not equal, and with 2 on bad input.
 */
import { readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { goldenChecks } from "./checks/index.ts";
import { summaryOf } from "./checks/summary.ts";

const [name, file] = process.argv.slice(2);
const check = goldenChecks.find((known) => known.name === name);
if (check === undefined || file === undefined) {
  const names = goldenChecks.map((known) => known.name).join(", ");
  console.error(`Usage: npx tsx test/golden/check.ts NAME FILE, where NAME is one of ${names}.`);
  process.exit(2);
}
try {
  const summary = summaryOf(check, JSON.parse(readFileSync(file, "utf8")), dirname(resolve(file)));
  console.log(JSON.stringify(summary));
  process.exitCode = summary.equal === summary.rows ? 0 : 1;
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 2;
}
