/**
 * The examples in Python beside methods of the package, at equal simulations:
 *
 *     npx tsx test/bench/python/learners.ts [--page FILE] [--picture FILE] [--runs FILE]
 *         [--add FILE,FILE,...]
 *         [--methods A,B,...] [--seeds 5] [--from-seed 0] [--simulations 80000]
 *
 * The table between the marks of docs/python.md and the picture are made from the runs in
 * docs/python/curves.jsonl. Without `--add` and `--methods` nothing is run. `--add` takes files
 * that the examples wrote with `--curve`, `--methods` runs methods of the package. Both replace
 * what there is of the same method and seed. An evaluation of an example is a step or a reset of
 * its envs.
 */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { evaluator } from "../../../env/index.ts";
import { groupBy } from "../../../results/comparison/ranking.ts";
import { panelsSvg } from "../../../results/page/charts/training-curves.ts";
import { methodMarks } from "../../../results/page/marks.ts";
import { bootstrap } from "../../../results/statistics/bootstrap.ts";
import { formatCount, formatGap } from "../../../results/text/format.ts";
import { curveSet } from "../../../results/training/curves/curve-set.ts";
import { resolveScenario } from "../../../scenarios/index.ts";
import { type Point, runCell } from "../learners/cell.ts";
import { bestRuns, type Improving, METRIC, SPANS } from "../learners/picture.ts";

const SCENARIO = "nmt/test/0/2xK80";
/** Simulations at which all are judged. */
const BUDGETS = [10_000, 80_000];

interface Run extends Improving {
  readonly method: string;
  readonly kind: "agent" | "planner";
}

/** What an example writes with `--curve`. */
interface Written {
  readonly method: string;
  readonly scenario: string;
  readonly seed: number;
  readonly evaluations: number;
  readonly improvements: readonly (readonly [evaluations: number, valueUs: number])[];
}

const { values } = parseArgs({
  options: {
    runs: { type: "string", default: "docs/python/curves.jsonl" },
    page: { type: "string", default: "docs/python.md" },
    picture: { type: "string", default: "docs/python/curves.svg" },
    add: { type: "string" },
    methods: { type: "string" },
    seeds: { type: "string", default: "5" },
    "from-seed": { type: "string", default: "0" },
    simulations: { type: "string", default: "80000" },
  },
});

const [END] = BUDGETS.slice(-1);
const runs = new Map<string, Run>();
const keep = (run: Run): void => void runs.set(JSON.stringify([run.method, run.seed]), run);

async function added(path: string): Promise<Run> {
  const { method, scenario, seed, evaluations, improvements } = JSON.parse(
    readFileSync(path, "utf8"),
  ) as Written;
  if (scenario !== SCENARIO || evaluations < END)
    throw new Error(
      `${path} is of ${evaluations} evaluations on ${scenario}, expected ${END} on ${SCENARIO}.`,
    );
  const bound = evaluator(await resolveScenario(scenario)).bound().value;
  const points = improvements.map(([spent, value]): Point => [spent, value / bound]);
  return { method, kind: "agent", scenario, seed, budgets: [END], improvements: within(points) };
}

async function ran(method: string, seed: number): Promise<Run> {
  const budgets = [Number(values.simulations)];
  const cell = await runCell({ scenario: SCENARIO, method, seed, budgets });
  const kind = cell.updates.length > 0 ? "agent" : "planner";
  return { method, kind, scenario: SCENARIO, seed, budgets, improvements: within(cell.improvements) };
}

/** Five digits are enough for a picture and a table. */
const within = (points: readonly Point[]): Point[] =>
  points.flatMap(([spent, over]): Point[] => (spent <= END ? [[spent, Number(over.toPrecision(6))]] : []));

function bestAt({ improvements }: Run, budget: number): number {
  const last = improvements.findLast(([spent]) => spent <= budget);
  if (last === undefined) throw new Error(`A run has no plan within ${budget} simulations.`);
  return last[1] - 1;
}

const mean = (scores: Float64Array): number => scores.reduce((sum, score) => sum + score, 0) / scores.length;

function told(own: readonly Run[], budget: number): string {
  if (own[0].budgets[0] < budget) return "";
  const { value, low, high } = bootstrap([own.map((run) => bestAt(run, budget))], mean, { range: [0, 1] });
  return own.length === 1
    ? formatGap(value)
    : `${formatGap(value)} (${formatGap(low)} to ${formatGap(high)})`;
}

if (existsSync(values.runs))
  for (const line of readFileSync(values.runs, "utf8").split("\n").slice(0, -1))
    keep(JSON.parse(line) as Run);
for (const path of values.add?.split(",") ?? []) keep(await added(path));
for (const method of values.methods?.split(",") ?? [])
  for (let seed = Number(values["from-seed"]); seed < Number(values.seeds); seed++) {
    keep(await ran(method, seed));
    console.error(`${method} seed ${seed}`);
  }

/** By the budget, the largest first, and then by the mean gap at its end. */
const turnOf = (own: readonly Run[]): number => {
  const [budget] = own[0].budgets;
  return -budget + mean(Float64Array.from(own, (run) => bestAt(run, budget)));
};
const inOrder = [...runs.values()].sort((a, b) => a.seed - b.seed);
const methods = [...groupBy(inOrder, ({ method }) => method).entries()].sort(
  ([, a], [, b]) => turnOf(a) - turnOf(b),
);
const lines = methods.map(
  ([method, own]) =>
    `| \`${method}\` | ${own.length} | ${BUDGETS.map((budget) => told(own, budget)).join(" | ")} |`,
);
const table = [
  `| method | seeds | ${BUDGETS.map((budget) => `after ${formatCount(budget)}`).join(" | ")} |`,
  `|---|---:|${"---:|".repeat(BUDGETS.length)}`,
  ...lines,
].join("\n");
console.log(table);

const [FROM, TO] = ["<!-- learners -->", "<!-- /learners -->"];
const page = readFileSync(values.page, "utf8");
const [head, rest] = page.split(FROM);
const after = rest?.split(TO)[1];
if (after !== undefined) writeFileSync(values.page, `${head}${FROM}\n\n${table}\n\n${TO}${after}`);

const drawn = methods.flatMap(([method, own]) => bestRuns(method, own[0].kind, own));
const set = curveSet(drawn, { metrics: [METRIC], spans: SPANS });
const title = `${SCENARIO}: gap of the best plan to the bound`;
const panel = { title, curves: set.metrics[0], set, marks: methodMarks(set.labels) };
writeFileSync(values.picture, panelsSvg("learning curves of the examples in Python", [panel]));
writeFileSync(
  values.runs,
  methods
    .flatMap(([, own]) => own)
    .map((run) => `${JSON.stringify(run)}\n`)
    .join(""),
);
