/**
 * `best` against planners that it is made of, at equal simulations. Scenarios are members of the
 * suites of papers that divide operators, and two blocks of products whose devices have slow links.
 * Prints the median of the seeds in ms, and in brackets the largest where seeds differ. A last
 * column names the planners that are ahead of `best` in the median.
 *
 *     npx tsx test/bench/pipelines/parts-of-best.ts [SIMULATIONS,...] [SCENARIO...]
 */
import { type PlannerModule, refusalOf, traitsOf } from "../../../agents/contract.ts";
import { methods } from "../../../agents/registry/registry.ts";
import { runMethod } from "../../../agents/run/run.ts";
import { createRng, evaluator, metered, type Scenario } from "../../../env/index.ts";
import { resolveScenario } from "../../../scenarios/index.ts";
import { blockScenario } from "../../env/sim/lower/inside/blocks.ts";
import { machines } from "../../env/sim/lower/machines.ts";

const BLOCKS = "two blocks on slow pairs";
const MEMBERS = [
  "alexnet/4x4xP100?batch=256",
  "rnnlm/4x4xP100?batch=64&layers=2&steps=10",
  "alexnet/8xV100-nvlink?batch=128",
  "vgg-16/8xV100-nvlink?batch=128",
  "rnnlm/8xV100-nvlink?batch=64&layers=2&steps=10",
  "gshard-moe/8xV100-nvlink?layers=8&batch=32",
  "gpt2-355m/8xTPUv3?layers=2&batch=8",
  "gpt2-355m/8xTPUv3?layers=4&batch=8",
  BLOCKS,
];
const OTHERS = ["sharding-search", "optcnn", "pase", "alpa", "megatron", "data-parallel", "flexflow-soap"];
const SEEDS = [0, 1, 2];

const budgets = (process.argv[2] ?? "300,1000").split(",").map(Number);
const members = process.argv.length > 3 ? process.argv.slice(3) : MEMBERS;

console.log(`| scenario | simulations | \`best\` | ${OTHERS.map((id) => `\`${id}\``).join(" | ")} | ahead |`);
console.log(`|---|${"---:|".repeat(2 + OTHERS.length)}---|`);
for (const member of members)
  for (const simulations of budgets) console.log(await rowOf(member, simulations));

async function rowOf(member: string, simulations: number): Promise<string> {
  const scenario = await scenarioOf(member);
  const own = await costsOf("best", scenario, simulations);
  const cells: string[] = [];
  const ahead: string[] = [];
  for (const id of OTHERS) {
    const costs = await costsOf(id, scenario, simulations);
    cells.push(textOf(costs));
    if (medianOf(costs) < medianOf(own) * (1 - 1e-12)) ahead.push(`\`${id}\``);
  }
  const name = member === BLOCKS ? member : `\`${member}\``;
  return `| ${name} | ${simulations} | ${textOf(own)} | ${cells.join(" | ")} | ${ahead.join(", ") || "none"} |`;
}

async function scenarioOf(member: string): Promise<Scenario> {
  if (member !== BLOCKS) return resolveScenario(member, { objective: "iteration" });
  return { ...blockScenario(2, machines([2, 2]), { optimizerSlots: 2 }), objective: "iteration" };
}

/** Costs in us by seed; infinite where nothing fits, empty where the planner refuses. */
async function costsOf(id: string, scenario: Scenario, simulations: number): Promise<number[]> {
  const module = methods.find(({ card }) => card.id === id) as PlannerModule;
  const options = module.options.parse({});
  if (refusalOf(module, options, scenario) !== null) return [];
  const costs: number[] = [];
  for (const seed of traitsOf(module).random === true ? SEEDS : SEEDS.slice(0, 1)) {
    const meter = metered(evaluator(scenario), { simulations });
    await runMethod({ module, options, scenario, meter, rng: createRng(seed) });
    const found = meter.best?.outcome;
    costs.push(found?.feasible === true ? found.cost : Number.POSITIVE_INFINITY);
  }
  return costs.sort((a, b) => a - b);
}

function medianOf(costs: readonly number[]): number {
  return costs.length === 0 ? Number.POSITIVE_INFINITY : costs[Math.floor(costs.length / 2)];
}

function textOf(costs: readonly number[]): string {
  if (costs.length === 0) return "refused";
  const [median, most] = [medianOf(costs), costs[costs.length - 1]].map((us) =>
    us === Number.POSITIVE_INFINITY ? "none fits" : (us / 1000).toFixed(3),
  );
  return median === most ? median : `${median} (${most})`;
}
