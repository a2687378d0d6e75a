/**
 * Learning agents beside the controls, at equal simulations:
 *
 *     npx tsx test/bench/learners.ts [--simulations 1000,3000] [--seeds 5] [--methods A,B,...]
 *         [--scenarios URI,URI,...] [--cells FILE] [--page FILE] [--pictures FOLDER] [--report]
 *     npx tsx test/bench/learners.ts SIMULATIONS SEEDS METHOD,METHOD,... SCENARIO ...
 *
 * There is a table for each scenario. It has the mean of the best plans over the bound, and of the
 * policies' own plans. Then come paired differences, to the same agent untrained and to hill
 * climbing, with 95% intervals; below 0 is a shorter step. List scheduling, hill climbing,
 * annealing and `best` are always there.
 *
 * Cells are kept in FILE, one line each, and a run that was stopped goes on. `--report` runs
 * nothing: it tells of the methods whose cells are all there. `--page` writes the tables between
 * the marks of a page, `--pictures` draws the curves of each agent into `AGENT.svg`. A cell knows
 * the options that it was run with, and not the code: after a change of an agent its lines have to
 * go.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { methods as registry } from "../../agents/registry/registry.ts";
import { type Cell, sharedBudgets } from "./learners/cell.ts";
import { keptCells } from "./learners/kept-cells.ts";
import { learningCurves, type Panel } from "./learners/picture.ts";
import { cellsFor, type Judgements, judgements, type Row, tableOf } from "./learners/rows.ts";
import { untrained } from "./learners/untrained.ts";

/** Those whose curves are drawn. */
const SCENARIOS = ["inception-v3/4xK80?groups=64", "nmt/test/0/2xK80", "enas-cifar/test/0/2xK80"];
const NEIGHBOURS = ["nmt/test/1/2xK80", "enas-cifar/test/1/2xK80"];
const CONTROLS = ["random", "heft", "hill-climb", "annealing", "best"];
const DRAWN = ["heft", "hill-climb", "annealing", "best"];
const agents = registry.filter(({ kind }) => kind === "agent").map(({ card }) => card.id);

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    simulations: { type: "string", default: "1000,3000" },
    seeds: { type: "string", default: "5" },
    methods: { type: "string", default: agents.join(",") },
    scenarios: { type: "string", default: [...SCENARIOS, ...NEIGHBOURS].join(",") },
    cells: { type: "string" },
    page: { type: "string" },
    pictures: { type: "string" },
    report: { type: "boolean", default: false },
  },
});
const [simulations, repetitions, methods, ...uris] = positionals;
const budgets = (simulations ?? values.simulations).split(",").map(Number);
const seeds = Number(repetitions ?? values.seeds);
const learners = (methods ?? values.methods).split(",");
const scenarios = uris.length > 0 ? uris : values.scenarios.split(",");
const kept = keptCells(values.cells);

/** Runs what is missing. Progress goes to stderr. */
async function run(method: string, scenario: string): Promise<void> {
  for (const shared of await sharedBudgets(method, budgets))
    for (let seed = 0; seed < seeds; seed++) {
      const { judged } = await kept.get({ scenario, method, seed, budgets: shared });
      const best = judged.map((each) => each.best.toFixed(3)).join(" ");
      console.error(`${scenario} ${method} seed ${seed}: ${best}`);
    }
}

const cellsOf = async (method: string, scenario: string): Promise<Cell[]> =>
  cellsFor(kept, { scenario, method }, await sharedBudgets(method, budgets), seeds);

async function rowOf(method: string, scenario: string): Promise<Row | null> {
  const still = await untrained(method);
  const [trained, before] = [method, still].map(async (spec) =>
    spec === null ? null : judgements(await cellsOf(spec, scenario)),
  );
  const row = { method, trained: (await trained)!, untrained: await before };
  const isWhole = (judged: Judgements | null) =>
    judged === null || budgets.every((budget) => judged.get(budget)?.length === seeds);
  if (isWhole(row.trained) && isWhole(row.untrained)) return row;
  console.error(`${scenario} ${method}: cells are missing, so it has no row`);
  return null;
}

async function panelsOf(method: string): Promise<Panel[]> {
  const end = budgets[budgets.length - 1];
  const drawn = async (label: string, spec: string, scenario: string) => {
    const cells = (await cellsOf(spec, scenario)).filter((cell) => cell.budgets.at(-1) === end);
    return { label, cells };
  };
  const panels: Panel[] = [];
  for (const scenario of SCENARIOS) {
    const agent = await drawn(method, method, scenario);
    const before = await drawn("untrained", (await untrained(method))!, scenario);
    const controls = await Promise.all(DRAWN.map((control) => drawn(control, control, scenario)));
    // One update makes no curve.
    const isTrained = agent.cells.every(({ updates }) => updates.length > 1);
    if (isTrained && [agent, before].every(({ cells }) => cells.length === seeds))
      panels.push({ scenario, agent, untrained: before, controls });
  }
  return panels;
}

if (!values.report)
  for (const method of [...CONTROLS, ...learners])
    for (const scenario of scenarios) {
      const still = await untrained(method);
      await run(method, scenario);
      if (still !== null) await run(still, scenario);
    }

const tables: string[] = [];
for (const scenario of scenarios) {
  const all = await Promise.all([...CONTROLS, ...learners].map((method) => rowOf(method, scenario)));
  const rows = all.filter((row) => row !== null);
  tables.push(`\`${scenario}\`:\n\n${tableOf(rows, budgets)}`);
}
console.log(tables.join("\n\n"));

const [FROM, TO] = ["<!-- tables -->", "<!-- end of tables -->"];
if (values.page !== undefined) {
  const [head, rest] = readFileSync(values.page, "utf8").split(FROM);
  const end = rest?.split(TO)[1];
  if (end === undefined) throw new Error(`${values.page} has no marks "${FROM}" and "${TO}".`);
  writeFileSync(values.page, `${head}${FROM}\n\n${tables.join("\n\n")}\n\n${TO}${end}`);
}

if (values.pictures !== undefined)
  for (const method of learners) {
    const panels = await panelsOf(method);
    if (panels.length > 0)
      writeFileSync(join(values.pictures, `${method}.svg`), learningCurves(method, panels));
  }
