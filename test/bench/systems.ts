/**
 * Runs the lines "works in the gym when" of published systems and prints a table of {check,
 * target, measured, seeds}. At scale 1 a system takes hours.
 *
 *     npx tsx test/bench/systems.ts [SYSTEM...] [--scale 0.1]
 */
import { existsSync } from "node:fs";
import { parseArgs } from "node:util";
import type { SystemCheck } from "./systems/check.ts";

const ALL = ["colocrl", "hdp", "spotlight", "placeto", "gdp", "regal", "doppler"];

const { values, positionals } = parseArgs({
  options: { scale: { type: "string", default: "1" } },
  allowPositionals: true,
});
const scale = Number(values.scale);
if (!(scale > 0 && scale <= 1))
  throw new Error(`--scale is ${values.scale}, expected above 0 and at most 1.`);

const cpuSeconds = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
};

console.log(`Scale ${scale}.\n`);
console.log("| system | check | target | measured | seeds | met | CPU s |");
console.log("|---|---|---|---|---|---|---|");
for (const system of positionals.length > 0 ? positionals : ALL) {
  const file = new URL(`./systems/${system}.ts`, import.meta.url);
  if (!existsSync(file)) {
    console.log(`| ${system} | no checks are written | | | | no | |`);
    continue;
  }
  const { checks } = (await import(file.href)) as { readonly checks: readonly SystemCheck[] };
  for (const { check, target, seeds, run } of checks) {
    const before = cpuSeconds();
    const { measured, passed } = await run(scale);
    const spent = (cpuSeconds() - before).toFixed(0);
    console.log(
      `| ${system} | ${check} | ${target} | ${measured} | ${seeds} | ${passed ? "yes" : "no"} | ${spent} |`,
    );
  }
}
