/**
 * How far the estimates of pipeline planners agree with the simulator. For each planner of the
 * registry it prints the rank correlation (Spearman) between its own analytic objective and the
 * simulated time of a batch.
 *
 *     npx tsx test/bench/pipelines/estimates.ts [PLANNER...]
 *
 * Each planner plans each scenario with its defaults, and with one option changed at a time. So
 * there are several plans for each scenario. A row has, in Markdown: plans that fit, the
 * correlation over all of them, its mean within scenarios, and the median of simulated over
 * estimated. Times of scenarios differ widely, so the mean within them says more.
 */
import type { PlannerModule } from "../../../agents/contract.ts";
import { composedMethods } from "../../../agents/registry/methods.ts";
import { runMethod } from "../../../agents/run/run.ts";
import { pipelinePlanners } from "../../../agents/selection.ts";
import { createRng, evaluator, metered, type Scenario } from "../../../env/index.ts";
import { rankCorrelation } from "../../../results/statistics/spearman.ts";
import { resolveScenario } from "../../../scenarios/index.ts";

const ADDRESSES = [
  "vgg-16/4xV100-pcie?granularity=layer",
  "vgg-16/2xP100+2xK80?granularity=layer",
  "alexnet/16xP100-2racks?granularity=layer",
  "resnet-50/8xP100?granularity=layer",
  "inception-v3/4xP100?granularity=layer",
  "gnmt-8/8xV100-nvlink?granularity=layer",
  "bert-base/4xP100?granularity=layer&batch=32",
  "bert-large/2x8xV100?granularity=layer&batch=64",
  "gpt2-1.5b/8xA100-switch?granularity=layer&batch=64",
];

/** Values of options, tried where a planner has the option and another default. */
const CHANGES: Readonly<Record<string, readonly unknown[]>> = {
  microBatches: [2, 4, 16],
  minibatches: [2, 4, 16],
  stages: [2],
  partitions: [2],
  mode: ["code", "paper", "exact"],
  schedule: ["gpipe", "1f1b", "pipedream", "dapple-pb"],
  pairs: [2, 4],
  recompute: ["always", "except_last", "never", true],
  checkpoint: ["always", "never"],
  partition: ["even-layers"],
  transfers: ["free"],
  levels: ["flat"],
  flush: [true],
  depth: [1, 2, 4, 8],
  microBatch: ["largest", "best"],
  policy: ["node", "equal", "hybrid"],
  sync: ["sample"],
  overlapped: [true],
  swap: [false, true],
  frozen: [4],
  labels: ["pareto"],
  search: ["all"],
  dataParallel: [false],
};

const EVALUATIONS = 60;
/** Fewer plans of a scenario have no rank worth a number. */
const LEAST_PLANS = 3;

interface Point {
  readonly estimateUs: number;
  readonly simulatedUs: number;
}

const asked = process.argv.slice(2);
const planners = pipelinePlanners(composedMethods, "iteration").filter(
  ({ card }) => asked.length === 0 || asked.includes(card.id),
);
const scenarios: Scenario[] = [];
for (const address of ADDRESSES) scenarios.push(await resolveScenario(address, { objective: "iteration" }));

console.log("| planner | its objective | plans | over all | within scenarios | simulated / estimated |");
console.log("|---|---|---|---|---|---|");
for (const module of planners) console.log(await rowOf(module));

async function rowOf(module: PlannerModule): Promise<string> {
  const lists: Point[][] = [];
  let model = "";
  for (const scenario of scenarios) {
    const points = new Map<string, Point>();
    const scored = evaluator(scenario);
    for (const options of variantsOf(module)) {
      const meter = metered(scored, { evaluations: EVALUATIONS });
      const { last, report } = await runMethod({ module, options, scenario, meter, rng: createRng(0) });
      if (last === null || report.estimate === undefined) continue;
      model = report.estimate.model;
      const { value } = scored.evaluate(last);
      if (value === null) continue;
      const point = { estimateUs: report.estimate.value, simulatedUs: value };
      // Options that change nothing would count a plan twice.
      points.set(`${point.estimateUs} ${value}`, point);
    }
    lists.push([...points.values()]);
  }
  const all = lists.flat();
  const within = lists.filter((points) => points.length >= LEAST_PLANS).map(correlationOf);
  const ratios = all.map(({ estimateUs, simulatedUs }) => simulatedUs / estimateUs).sort((a, b) => a - b);
  const known = within.filter((rho) => Number.isFinite(rho));
  const cells = [
    `\`${module.card.id}\``,
    model,
    all.length,
    shown(correlationOf(all)),
    shown(known.reduce((sum, rho) => sum + rho, 0) / known.length),
    shown(ratios[Math.floor(ratios.length / 2)]),
  ];
  return `| ${cells.join(" | ")} |`;
}

/** The defaults, and each change of one option that the planner takes. */
function variantsOf({ options }: PlannerModule): unknown[] {
  const defaults = options.parse({});
  const known = Object.entries(CHANGES).flatMap(([name, values]) =>
    values.map((value) => options.safeParse({ [name]: value })),
  );
  return [defaults, ...known.filter(({ success }) => success).map(({ data }) => data)];
}

function correlationOf(points: readonly Point[]): number {
  const estimates = points.map(({ estimateUs }) => estimateUs);
  const simulated = points.map(({ simulatedUs }) => simulatedUs);
  return rankCorrelation(estimates, simulated) ?? Number.NaN;
}

function shown(value: number): string {
  return Number.isFinite(value) ? value.toFixed(2) : "-";
}
