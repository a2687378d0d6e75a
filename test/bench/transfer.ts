/**
 * Agents trained on a family by their defaults, beside controls at equal simulations on members
 * that they have never seen. It runs the commands of docs/agents/transfer.md, for many families:
 *
 *     npx tsx test/bench/transfer.ts FOLDER [--families nmt,enas-cifar] [--clusters 2xK80]
 *         [--agents placeto,gdp,regal] [--training 200000] [--training-seed 1]
 *         [--split test] [--members 6] [--seeds 5] [--simulations 300]
 *
 * FOLDER keeps trainings and comparisons. A run that was stopped goes on where it was.
 *
 * - Paired differences are to annealing and to `best` on the same member and seed, with an interval
 *   of 95%.
 * - `untrained` is the agent after a training of almost no step size: what its search does alone.
 * - The own plan is the policy's without search.
 */
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import type { CellResult } from "../../results/cells/cell.ts";
import type { Interval } from "../../results/statistics/contract.ts";
import { pairedDifference } from "../../results/statistics/paired-difference.ts";
import { untrained } from "./learners/untrained.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    families: { type: "string", default: "nmt,enas-cifar" },
    clusters: { type: "string", default: "2xK80" },
    agents: { type: "string", default: "placeto,gdp,regal" },
    training: { type: "string", default: "200000" },
    "training-seed": { type: "string", default: "1" },
    split: { type: "string", default: "test" },
    members: { type: "string", default: "6" },
    seeds: { type: "string", default: "5" },
    simulations: { type: "string", default: "300" },
  },
});
const [folder] = positionals;
if (folder === undefined) throw new Error("Give the folder that keeps trainings and comparisons.");
mkdirSync(folder, { recursive: true });

const CONTROLS = ["annealing", "heft", "best"];
/** Those that differences are taken to. */
const JUDGES = ["annealing", "best"];
/** Simulations of a training whose steps are almost 0: enough for an update of each agent. */
const UNTRAINED = "10000";
const program = fileURLToPath(new URL("../../cli/bin.js", import.meta.url));

type Cell = Pick<CellResult, "method" | "scenario" | "seedIndex" | "value" | "ownPlan" | "pretraining"> & {
  readonly bound: number;
  readonly cpuSeconds: number;
};

const placementGym = (...args: readonly string[]): string =>
  execFileSync(process.execPath, [program, ...args], { encoding: "utf8", maxBuffer: 1e9 });

/** Trains, or goes on with it, and answers with the run's folder. */
function trained(name: string, agent: string, scenarios: string, simulations: string): string {
  const out = join(folder, name);
  if (existsSync(join(out, "result.json"))) return out;
  console.error(`Training ${agent} on ${scenarios}`);
  if (existsSync(out)) placementGym("train", "--resume", out);
  else
    placementGym(
      ...["train", "--agent", agent, "--scenarios", scenarios, "--simulations", simulations],
      ...["--seed", values["training-seed"], "--out", out],
    );
  return out;
}

/** Cells by the row that they belong to. */
async function cellsOn(family: string, cluster: string): Promise<Map<string, Cell[]>> {
  const at = `${family}-${cluster}`;
  const rows = new Map(CONTROLS.map((control) => [control, control]));
  for (const agent of values.agents.split(",")) {
    const scenarios = `${family}/train/0-15/${cluster}`;
    const learned = trained(`${at}-${agent}`, agent, scenarios, values.training);
    const still = trained(`${at}-${agent}-untrained`, (await untrained(agent))!, scenarios, UNTRAINED);
    rows.set(`${agent}@${learned}`, agent);
    rows.set(`${agent}@${still}`, `${agent}, untrained`);
  }
  const printed = placementGym(
    ...["compare", "--scenarios", `${family}/${values.split}/0-${Number(values.members) - 1}/${cluster}`],
    ...["--methods", [...rows.keys()].join(","), "--simulations", values.simulations],
    ...["--seeds", values.seeds, "--out", join(folder, `${at}-${values.split}`), "--json"],
  );
  const { cells } = JSON.parse(printed) as { readonly cells: readonly Cell[] };
  return new Map([...rows].map(([spec, row]) => [row, cells.filter(({ method }) => method === spec)]));
}

const mean = (numbers: readonly number[]) => numbers.reduce((sum, x) => sum + x, 0) / numbers.length;
const percent = (share: number) => `${share < 0 ? "" : "+"}${(100 * share).toFixed(1)}%`;
const told = ({ value, low, high }: Interval) => `${percent(value)} (${percent(low)}, ${percent(high)})`;
const keyOf = ({ scenario, seedIndex }: Cell) => `${scenario} ${seedIndex}`;

function printTable(rows: ReadonlyMap<string, readonly Cell[]>): void {
  const judges = JUDGES.map((judge) => `to \`${judge}\``).join(" | ");
  console.log(`| method | over bound | ${judges} | own plan | CPU s | pretraining |`);
  console.log(`|---|---:|${"---|".repeat(JUDGES.length)}---:|---:|---:|`);
  const ordered = [...rows].sort(([, a], [, b]) => overBound(a) - overBound(b));
  for (const [row, cells] of ordered) {
    const own = cells.flatMap(({ ownPlan, bound }) => (ownPlan === null ? [] : [ownPlan.value! / bound]));
    const columns = [
      `\`${row}\``,
      overBound(cells).toFixed(3),
      ...JUDGES.map((judge) => (row === judge ? "" : told(differenceTo(rows.get(judge)!, cells)))),
      own.length === 0 ? "" : mean(own).toFixed(3),
      mean(cells.map(({ cpuSeconds }) => cpuSeconds)).toFixed(2),
      cells[0].pretraining?.simulations.toLocaleString("en-US") ?? "",
    ];
    console.log(`| ${columns.join(" | ")} |`);
  }
}

/** Of the same members and seeds; below 0 is shorter. */
function differenceTo(judge: readonly Cell[], cells: readonly Cell[]): Interval {
  const known = new Map(judge.map((cell) => [keyOf(cell), cell.value]));
  return pairedDifference(
    cells.map(({ value }) => value as number),
    cells.map((cell) => known.get(keyOf(cell)) as number),
  );
}

const overBound = (cells: readonly Cell[]) =>
  mean(cells.map(({ value, bound }) => (value as number) / bound));

for (const cluster of values.clusters.split(","))
  for (const family of values.families.split(",")) {
    const rows = await cellsOn(family, cluster);
    console.log(`\n\`${family}/${values.split}\` on \`${cluster}\`, ${values.simulations} simulations:\n`);
    printTable(rows);
  }
