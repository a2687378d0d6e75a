/**
 * Runs the lines "works in the gym when" of published systems. Each result goes to
 * docs/systems.jsonl as it is there, and docs/systems.md is written from them.
 *
 *     npx tsx test/bench/systems.ts [SYSTEM...] [--only TEXT] [--scale 0.1] [--again]
 *     npx tsx test/bench/systems.ts --page
 *
 * At scale 1 a learned system takes hours, a planner of pipelines seconds to minutes. Checks that
 * are known at that scale or a larger one are left out, unless `--again` is given. `--only` runs
 * those with a text in their words. `--page` runs nothing and writes the page. `--data FILE` takes
 * another file of results and writes no page. What needs files of ../shared is not run without
 * them, and says so.
 *
 * A check that was stopped goes on from parts kept under runs/systems. `--again` forgets those of
 * its system.
 *
 * With options from the environment, such as GDP_OPTIONS, results are shown and not kept.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { checksOf, type NotRun, type SystemCheck, seedCount, systemIds } from "./systems/check.ts";
import { cpuSeconds, forget } from "./systems/kept.ts";
import { pageOf } from "./systems/page.ts";
import { appendRecord, type CheckRecord, isKnown, keyOf, readRecords, sortFile } from "./systems/records.ts";
import { thresholdsSection } from "./systems/thresholds.ts";

const pathOf = (name: string) => fileURLToPath(new URL(`../../docs/${name}`, import.meta.url));
const OWN_DATA = pathOf("systems.jsonl");

const { values, positionals } = parseArgs({
  options: {
    scale: { type: "string", default: "1" },
    only: { type: "string", default: "" },
    data: { type: "string", default: OWN_DATA },
    again: { type: "boolean", default: false },
    page: { type: "boolean", default: false },
  },
  allowPositionals: true,
});
const scale = Number(values.scale);
if (!(scale > 0 && scale <= 1))
  throw new Error(`--scale is ${values.scale}, expected above 0 and at most 1.`);
const unknown = positionals.find((name) => !systemIds.includes(name));
if (unknown !== undefined)
  throw new Error(`There is no system "${unknown}", expected ${systemIds.join(", ")}.`);

async function recordOf(given: SystemCheck): Promise<CheckRecord | NotRun> {
  const { system, check, target, seeds, run } = given;
  const ran = run.length === 0 ? 1 : scale;
  const before = cpuSeconds();
  const result = await run(scale);
  if ("notRun" in result) return result;
  return {
    system,
    check,
    target,
    measured: result.measured,
    seeds: result.seeds ?? seedCount(seeds, ran),
    passed: result.passed,
    scale: ran,
    cpuSeconds: Number((cpuSeconds() - before).toFixed(1)),
  };
}

const systems = new Map<string, readonly SystemCheck[]>();
for (const system of systemIds) systems.set(system, await checksOf(system));

function writePage(): void {
  const checks = [...systems.values()].flat();
  const known = new Set(checks.map(keyOf));
  for (const key of readRecords(OWN_DATA).keys())
    if (!known.has(key)) console.error(`Left out, since there is no such check: ${key}`);
  const records = sortFile(OWN_DATA, checks);
  const difficulty = thresholdsSection(readFileSync(pathOf("families.md"), "utf8"));
  writeFileSync(pathOf("systems.md"), pageOf(systems, records, difficulty));
}

const isOptioned = Object.keys(process.env).some((name) =>
  systemIds.some((id) => name === `${id.toUpperCase()}_OPTIONS`),
);
const isOwn = values.data === OWN_DATA && !isOptioned;
const asked = [...systems].filter(([system]) => positionals.length === 0 || positionals.includes(system));
if (values.again && !values.page) for (const [system] of asked) forget(system);
for (const check of values.page ? [] : asked.flatMap(([, checks]) => checks)) {
  if (!check.check.toLowerCase().includes(values.only.toLowerCase())) continue;
  const whole = check.run.length === 0 ? 1 : scale;
  if (!values.again && !isOptioned && isKnown(readRecords(values.data), check, whole)) {
    console.log(`${check.system}: ${check.check}\n  is known\n`);
    continue;
  }
  const record = await recordOf(check);
  if ("notRun" in record) {
    console.log(`${check.system}: ${check.check}\n  not run, because ${record.notRun}\n`);
    continue;
  }
  if (!isOptioned) appendRecord(values.data, record);
  const { system, target, measured, seeds, passed, cpuSeconds: spent } = record;
  const words = [`target    ${target}`, `measured  ${measured}`, `met       ${passed ? "yes" : "no"}`];
  console.log(`${system}: ${check.check}\n  ${words.join("\n  ")}`);
  console.log(`  scale ${record.scale}, ${seeds} seeds, ${spent} CPU s\n`);
  if (isOwn) writePage();
}
if (isOwn) writePage();
