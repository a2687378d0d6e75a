/**
 * Agents trained on a family first, beside annealing at the same simulations on members that they
 * have never seen:
 *
 *     npx tsx test/bench/transfer.ts FOLDER [--families nmt,enas-cifar] [--agents placeto,gdp]
 *         [--split test] [--members 6] [--seeds 5] [--simulations 300] [--cpu-seconds 20]
 *
 * FOLDER keeps the training and every cell, line by line. A run that was stopped, or that has spent
 * its CPU seconds, goes on where it was. Once all is there the table comes out:
 *
 * - the best plan over the bound, the policy's own zero-shot plan, CPU seconds of a cell;
 * - the paired difference to annealing with its interval of 95%, below 0 where it is shorter;
 * - `untrained` is the same decoding with fresh weights. What it reaches, the search alone does.
 */
import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import type { AgentModule } from "../../agents/contract.ts";
import { resolveMethod } from "../../agents/registry/registry.ts";
import { runMethod } from "../../agents/run/run.ts";
import { taskSource } from "../../agents/run/tasks.ts";
import { createLedger, createRng, evaluator, metered } from "../../env/index.ts";
import type { Interval } from "../../results/statistics/contract.ts";
import { pairedDifference } from "../../results/statistics/paired-difference.ts";
import { resolveScenario } from "../../scenarios/index.ts";
import { cpuSeconds } from "./cpu-seconds.ts";
import { type Setting, settings } from "./transfer/settings.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    families: { type: "string", default: "nmt,enas-cifar" },
    agents: { type: "string", default: Object.keys(settings).join(",") },
    split: { type: "string", default: "test" },
    members: { type: "string", default: "6" },
    seeds: { type: "string", default: "5" },
    simulations: { type: "string", default: "300" },
    "cpu-seconds": { type: "string", default: "Infinity" },
  },
});
const [folder] = positionals;
if (folder === undefined) throw new Error("Give the folder that keeps the training and the cells.");
mkdirSync(folder, { recursive: true });

const CONTROLS = ["annealing", "heft", "best"];
const CONTROL = "annealing";
const TRAINING_SEED = 1;
const simulations = Number(values.simulations);
const cellFile = join(folder, `cells-${values.split}-${simulations}.jsonl`);

interface Cell {
  readonly family: string;
  readonly row: string;
  readonly scenario: string;
  readonly seed: number;
  readonly value: number;
  /** Of the policy's own plan, the last one of a planner; null where there is none. */
  readonly own: number | null;
  readonly bound: number;
  readonly simulations: number;
  readonly cpuSeconds: number;
  /** Simulations that the policy had cost before. */
  readonly pretraining: number;
}

interface Trained {
  readonly updates: number;
  readonly simulations: number;
  readonly cpuSeconds: number;
  readonly run: unknown;
  readonly policy: unknown;
}

const isSpent = () => cpuSeconds() >= Number(values["cpu-seconds"]);

const cells: Cell[] = existsSync(cellFile)
  ? readFileSync(cellFile, "utf8")
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => JSON.parse(line))
  : [];

/** Trains on the train split, or goes on with it; null where the CPU seconds ended it. */
async function trainedOn(family: string, agent: string, setting: Setting): Promise<Trained | null> {
  const file = join(folder, `${family}-${agent}.json`);
  let known: Trained | null = existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : null;
  if (known !== null && known.updates >= setting.updates) return known;
  const { module, options } = await resolveMethod(`${agent}?${setting.training}`);
  const ledger = createLedger({});
  const names = Array.from({ length: setting.graphs }, (_, i) => `${family}/train/${i}/2xK80`);
  const tasks = taskSource(names, async (name) => {
    const scenario = await resolveScenario(name);
    return { name, scenario, evaluator: ledger.meter(evaluator(scenario)) };
  });
  const learner = await (module as AgentModule).create({ tasks, rng: createRng(TRAINING_SEED), options });
  if (known !== null) await learner.loadRun(known.run);
  const [before, spent] = [cpuSeconds(), known];
  let updates = known?.updates ?? 0;
  for await (const { metrics } of learner.train()) {
    updates++;
    if (updates % 50 === 0)
      console.error(`${family} ${agent} ${updates} loss ${metrics.loss} cost ${metrics.meanCost}`);
    if (updates >= setting.updates || isSpent()) break;
  }
  known = {
    updates,
    simulations: (spent?.simulations ?? 0) + ledger.simulations,
    cpuSeconds: (spent?.cpuSeconds ?? 0) + cpuSeconds() - before,
    run: await learner.saveRun(),
    policy: await learner.savePolicy(),
  };
  writeFileSync(file, JSON.stringify(known));
  learner.dispose();
  return updates >= setting.updates ? known : null;
}

async function addCells(
  family: string,
  row: string,
  method: string,
  budget: number,
  trained: Trained | null,
): Promise<void> {
  const { module, options } = await resolveMethod(method);
  for (let member = 0; member < Number(values.members); member++) {
    const uri = `${family}/${values.split}/${member}/2xK80`;
    for (let seed = 1; seed <= Number(values.seeds); seed++) {
      if (cells.some((cell) => cell.row === row && cell.scenario === uri && cell.seed === seed)) continue;
      if (isSpent()) return;
      const scenario = await resolveScenario(uri);
      const meter = metered(evaluator(scenario), { simulations: budget });
      const before = cpuSeconds();
      const policy = trained?.policy;
      const { best, last } = await runMethod({
        module,
        options,
        scenario,
        meter,
        rng: createRng(seed),
        policy,
      });
      if (best === null) throw new Error(`${method} has no plan for ${uri}.`);
      const cell: Cell = {
        family,
        row,
        scenario: uri,
        seed,
        value: best.outcome.cost,
        own: last === null ? null : evaluator(scenario).evaluate(last).cost,
        bound: meter.bound().value,
        simulations: meter.simulations,
        cpuSeconds: cpuSeconds() - before,
        pretraining: trained?.simulations ?? 0,
      };
      cells.push(cell);
      appendFileSync(cellFile, `${JSON.stringify(cell)}\n`);
    }
  }
}

const families = values.families.split(",");
for (const family of families) {
  for (const control of CONTROLS) await addCells(family, control, control, simulations, null);
  for (const agent of values.agents.split(",")) {
    const setting = settings[agent];
    const trained = isSpent() ? null : await trainedOn(family, agent, setting);
    if (trained === null) continue;
    const act = `${agent}?${[setting.network, setting.decoding].filter((part) => part !== "").join("&")}`;
    const greedy = `${agent}?${[setting.network, setting.greedy].filter((part) => part !== "").join("&")}`;
    await addCells(family, `${agent}, zero-shot`, greedy, setting.greedySimulations, trained);
    await addCells(family, agent, act, simulations, trained);
    await addCells(family, `${agent}, untrained`, act, simulations, null);
  }
}

const mean = (numbers: readonly number[]) => numbers.reduce((sum, x) => sum + x, 0) / numbers.length;
const percent = (share: number) => `${share < 0 ? "" : "+"}${(100 * share).toFixed(1)}%`;
const told = ({ value: middle, low, high }: Interval) =>
  `${percent(middle)} (${percent(low)}, ${percent(high)})`;

console.log(`Budget ${simulations} simulations, ${values.split} split.\n`);
console.log("| family | method | cells | over bound | own plan | to annealing | CPU s | pretraining |");
console.log("|---|---|---:|---:|---:|---:|---:|---:|");
for (const family of families) {
  const keyOf = ({ scenario, seed }: Cell) => `${scenario} ${seed}`;
  const ofRow = (row: string) => cells.filter((cell) => cell.family === family && cell.row === row);
  const control = new Map(ofRow(CONTROL).map((cell) => [keyOf(cell), cell.value]));
  for (const row of new Set(cells.filter((cell) => cell.family === family).map((cell) => cell.row))) {
    const all = ofRow(row).filter((cell) => control.has(keyOf(cell)));
    if (all.length === 0) continue;
    const own = all.flatMap((cell) => (cell.own === null ? [] : [cell.own / cell.bound]));
    const others = all.map((cell) => control.get(keyOf(cell)) as number);
    const columns = [
      family,
      row,
      all.length,
      mean(all.map((cell) => cell.value / cell.bound)).toFixed(4),
      own.length === 0 ? "" : mean(own).toFixed(4),
      row === CONTROL
        ? ""
        : told(
            pairedDifference(
              all.map(({ value }) => value),
              others,
            ),
          ),
      mean(all.map((cell) => cell.cpuSeconds)).toFixed(2),
      all[0].pretraining.toLocaleString("en-US"),
    ];
    console.log(`| ${columns.join(" | ")} |`);
  }
}
