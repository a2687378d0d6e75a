/**
 * The searches that a learned method has to beat, compared at equal budgets:
 *
 *     npx tsx test/bench/controls.ts [--scenarios SUITE or SCENARIO,...] [--seeds N]
 *       [--simulations N,N,...] [--cpu-seconds S,S,...] [--methods SPEC,SPEC,...]
 *
 * The default is the suite `headroom-train`, three seeds, 300, 1,000 and 3,000 simulations, and
 * `best` with several draws beside its controls. Nothing is tuned on `headroom`.
 *
 * For each budget a row for each scenario shows the mean value of each method. A row for each
 * method then shows its mean gap to the bound, and how far it is above the first method. That is a
 * geometric mean over scenarios and seeds, with a 95% bootstrap interval. The mean CPU seconds and
 * simulations of a run follow.
 * Cells run one after the other, so CPU seconds can be compared within one run.
 */
import { parseArgs } from "node:util";
import type { Budget } from "../../env/index.ts";
import { pairedDifference } from "../../results/statistics/paired-difference.ts";
import { suiteMembers, suiteNamed, suites } from "../../scenarios/index.ts";
import { type Solved, solved } from "./solved.ts";

const METHODS =
  "best,best?draws=4,best?draws=16,best?draws=64,annealing,ordered-lns,go-with-the-winners,random-list";

interface Request {
  readonly scenarios: readonly string[];
  readonly methods: readonly string[];
  readonly seeds: number;
}

async function main(args: string[]): Promise<void> {
  const text = { type: "string" } as const;
  const { values } = parseArgs({
    args,
    options: { scenarios: text, seeds: text, simulations: text, "cpu-seconds": text, methods: text },
  });
  const listed = (value: string | undefined, usual: string): string[] =>
    (value ?? usual).split(",").filter((each) => each !== "");
  const numbers = (value: string | undefined, usual: string) => listed(value, usual).map(Number);
  const request: Request = {
    scenarios: listed(values.scenarios, "headroom-train").flatMap((name) =>
      name in suites ? suiteMembers(suiteNamed(name)) : [name],
    ),
    methods: listed(values.methods, METHODS),
    seeds: Number(values.seeds ?? 3),
  };
  const usual = values["cpu-seconds"] === undefined ? "300,1000,3000" : "";
  for (const simulations of numbers(values.simulations, usual)) await compareAt({ simulations }, request);
  for (const cpuSeconds of numbers(values["cpu-seconds"], "")) await compareAt({ cpuSeconds }, request);
}

async function compareAt(budget: Budget, { scenarios, methods, seeds }: Request): Promise<void> {
  const { simulations, cpuSeconds } = budget;
  console.log(simulations === undefined ? `\n${cpuSeconds} CPU seconds` : `\n${simulations} simulations`);
  const runs: Solved[][] = methods.map(() => []);
  for (const scenario of scenarios) {
    for (let seed = 0; seed < seeds; seed++)
      for (const [i, method] of methods.entries()) runs[i].push(await solved(scenario, method, seed, budget));
    const means = runs.map((own) => shown(own.slice(-seeds)));
    console.log(`  ${scenario.padEnd(56)}${means.map((value) => value.padStart(10)).join("")}`);
  }
  for (const [i, method] of methods.entries())
    console.log(`  ${method.padEnd(32)}${summary(runs[i], runs[0])}`);
}

/** A mean value, or how many of the runs found a plan that fits. */
function shown(runs: readonly Solved[]): string {
  const values = runs.flatMap(({ value }) => value ?? []);
  return values.length === runs.length ? mean(values).toFixed(0) : `${values.length} of ${runs.length}`;
}

/** Over the runs in which both methods found a plan that fits. */
function summary(runs: readonly Solved[], firstRuns: readonly Solved[]): string {
  const both = runs.flatMap((run, i) =>
    run.value === null || firstRuns[i].value === null
      ? []
      : [{ value: run.value, first: firstRuns[i].value, bound: run.bound }],
  );
  const {
    value: above,
    low,
    high,
  } = pairedDifference(
    both.map(({ value }) => value),
    both.map(({ first }) => first),
  );
  return [
    `gap ${percent(mean(both.map(({ value, bound }) => value / bound - 1)))}`,
    `${percent(above)} [${percent(low)}, ${percent(high)}]`,
    `${mean(runs.map((run) => run.cpuSeconds)).toFixed(2)} CPU s`,
    `${mean(runs.map((run) => run.simulations)).toFixed(0)} simulations`,
    `${both.length} of ${runs.length} fit`,
  ].join("  ");
}

const mean = (values: readonly number[]): number => values.reduce((sum, v) => sum + v, 0) / values.length;
const percent = (share: number): string => `${(100 * share).toFixed(2)}%`;

await main(process.argv.slice(2));
