/**
 * `house` against `best` and annealing at equal simulations, on families that its network was not
 * trained on:
 *
 *     npx tsx test/bench/house.ts [--simulations 300,1000,3000] [--seeds 3] [--rows house,best,...]
 *         [--scenarios URI,URI,...] [--cells FILE]
 *     npx tsx test/bench/house.ts --cpu-seconds 2,10
 *
 * Each row is paired with `best` on the same scenario and seed. The table shows the mean relative
 * difference of the step, its interval of 95% by bootstrap over the cells, wins and losses, and CPU
 * seconds. Under equal simulations all rows of a cell begin with the same first plans, made once.
 * Under equal CPU seconds each row is a whole run. Cells are kept in FILE, one line each, and a run
 * that was stopped goes on.
 */
import { appendFileSync, existsSync, readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { runMethod } from "../../agents/index.ts";
import { resolveMethod } from "../../agents/registry/registry.ts";
import { createRng, evaluator } from "../../env/index.ts";
import { metered } from "../../env/sim/evaluator/meter.ts";
import { resolveScenario, suiteMembers, suiteNamed } from "../../scenarios/index.ts";
import { type Case, openCase, searchCase } from "./house/lab.ts";
import { roundsOf, rowNames } from "./house/rows.ts";
import { paired } from "./house/statistics.ts";

const unseen = [
  "nmt/test/1/4xK80",
  "enas-cifar/test/1/4xP100",
  "inception-v3/4xK80?groups=64",
  ...suiteMembers(suiteNamed("headroom")),
];

const { values } = parseArgs({
  options: {
    simulations: { type: "string", default: "300,1000,3000" },
    "cpu-seconds": { type: "string" },
    seeds: { type: "string", default: "3" },
    rows: { type: "string", default: rowNames.join(",") },
    scenarios: { type: "string", default: unseen.join(",") },
    cells: { type: "string" },
  },
});

interface Cell {
  readonly budget: string;
  readonly uri: string;
  readonly seed: number;
  readonly row: string;
  readonly value: number;
  readonly cpuUs: number;
}

const known: Cell[] =
  values.cells !== undefined && existsSync(values.cells)
    ? readFileSync(values.cells, "utf8")
        .split("\n")
        .filter((line) => line !== "")
        .map((line) => JSON.parse(line))
    : [];

async function main(): Promise<void> {
  const rows = values.rows.split(",");
  const timed = values["cpu-seconds"];
  const budgets = (timed ?? values.simulations).split(",").map(Number);
  const cells: Cell[] = [];
  for (const budget of budgets) {
    const name = timed === undefined ? `${budget} simulations` : `${budget} CPU seconds`;
    for (const uri of values.scenarios.split(","))
      for (let seed = 0; seed < Number(values.seeds); seed++) {
        let opened: Case | null = null;
        for (const row of rows) {
          const done = known.find(
            (cell) => cell.budget === name && cell.uri === uri && cell.seed === seed && cell.row === row,
          );
          if (done === undefined && timed === undefined) opened ??= await openCase(uri, budget, seed);
          const cell = done ?? {
            ...{ budget: name, uri, seed, row },
            ...(await (timed === undefined
              ? simulated(opened!, row, budget, seed)
              : timedRun(uri, row, budget, seed))),
          };
          cells.push(cell);
          if (done === undefined && values.cells !== undefined)
            appendFileSync(values.cells, `${JSON.stringify(cell)}\n`);
        }
      }
    print(
      name,
      rows,
      cells.filter((cell) => cell.budget === name),
    );
  }
}

async function simulated(from: Case, row: string, simulations: number, seed: number) {
  const rounds = await roundsOf(row);
  if (rounds !== null) return searchCase(from, simulations, seed, rounds);
  return wholeRun(from.uri, row, { simulations }, seed);
}

const timedRun = (uri: string, row: string, cpuSeconds: number, seed: number) =>
  wholeRun(uri, row, { cpuSeconds }, seed);

async function wholeRun(
  uri: string,
  spec: string,
  budget: { simulations?: number; cpuSeconds?: number },
  seed: number,
) {
  const scenario = await resolveScenario(uri);
  const { module, options } = await resolveMethod(spec);
  const before = process.cpuUsage();
  const cpuUs = () => {
    const { user, system } = process.cpuUsage(before);
    return user + system;
  };
  const meter = metered(evaluator(scenario), budget, { cpuClock: () => cpuUs() / 1e6 });
  await runMethod({ module, options, scenario, meter, rng: createRng(seed) });
  return { value: meter.best!.outcome.cost, cpuUs: cpuUs() };
}

function print(budget: string, rows: readonly string[], cells: readonly Cell[]): void {
  const of = (row: string) => cells.filter((cell) => cell.row === row);
  const base = of("best");
  console.log(`\n${budget}, ${base.length} cells; difference to best`);
  console.log("| row | mean | 95% interval | better / equal / worse | CPU s |\n|---|---|---|---|---|");
  for (const row of rows) {
    const own = of(row);
    const differences = own.map((cell, i) => cell.value / base[i].value - 1);
    const { mean, low, high, better, equal, worse } = paired(differences);
    const cpu = own.reduce((sum, { cpuUs }) => sum + cpuUs, 0) / 1e6;
    const cell = [percent(mean), `${percent(low)} to ${percent(high)}`, `${better} / ${equal} / ${worse}`];
    console.log(`| ${row} | ${cell.join(" | ")} | ${cpu.toFixed(1)} |`);
  }
  console.log(
    `\n| scenario | best, ms | ${rows.slice(1).join(" | ")} |\n|---|---|${"---|".repeat(rows.length - 1)}`,
  );
  for (const uri of new Set(base.map((cell) => cell.uri))) {
    const mean = (row: string) => meanOf(of(row).filter((cell) => cell.uri === uri));
    const cellsOfRow = rows.slice(1).map((row) => percent(mean(row) / mean("best") - 1));
    console.log(`| ${uri} | ${(mean("best") / 1000).toFixed(2)} | ${cellsOfRow.join(" | ")} |`);
  }
}

const meanOf = (cells: readonly Cell[]) => cells.reduce((sum, { value }) => sum + value, 0) / cells.length;
const percent = (share: number) => `${(100 * share).toFixed(2)}%`;

await main();
