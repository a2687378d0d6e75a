/**
 * AutoMap's search for Megatron's sharding, and the time of propagation. Prints in how many of 20
 * seeds the search ends with Megatron's plan: the same bytes sent and the same peak memory, to 1%.
 * It also prints in how many it ends with a plan that costs no more.
 *
 *     npx tsx test/bench/automap.ts            # all seeds
 *     npx tsx test/bench/automap.ts SEEDS
 *
 * The batch is 1, so that data parallelism is no plan. Times are CPU times.
 */
import { automap } from "../../agents/planners/sharding/automap.ts";
import { transformerWeights } from "../../agents/problems/sharding/transformer-weights.ts";
import { runMethod } from "../../agents/run/run.ts";
import { createRng, evaluator, metered, type Scenario, type ShardingPlan } from "../../env/index.ts";
import { Role } from "../../env/model/graph/graph.ts";
import { sizesOf } from "../../env/model/layout/mesh.ts";
import { meshOf } from "../../env/model/layout/mesh-of.ts";
import { completeSharding, propagationPolicies } from "../../env/model/layout/propagation/complete.ts";
import { propagationRules } from "../../env/model/layout/propagation/rules.ts";
import { shardingSummary } from "../../env/sim/timeline/sharding-summary.ts";
import { resolveScenario } from "../../scenarios/index.ts";
import { machines } from "../env/sim/lower/machines.ts";
import { shardedScenario } from "../env/sim/lower/sharding/sharded.ts";
import { megatron, transformerBlock } from "../env/sim/lower/sharding/transformer-block.ts";
import { cpuSeconds } from "./cpu-seconds.ts";
import { halfOfTheWeights, residualMlp } from "./residual-mlp.ts";

const seeds = Number(process.argv[2] ?? 20);
const print = (...cells: readonly (string | number)[]) => console.log(`| ${cells.join(" | ")} |`);

function megatronPlan({ graph, cluster }: Scenario): ShardingPlan {
  const mesh = meshOf(cluster);
  const rules = propagationRules(graph);
  const decisions = transformerWeights(rules).map(({ op, dimension }) => ({ op, dimension, axis: 0 }));
  const { split } = completeSharding(rules, sizesOf(mesh), decisions, "conflict");
  return { kind: "sharding", mesh, split };
}

function sentAndPeak(scenario: Scenario, plan: ShardingPlan) {
  const { collectives, peakBytes } = shardingSummary(scenario, plan);
  return {
    sent: collectives.reduce((sum, { sentBytes }) => sum + sentBytes, 0),
    peak: peakBytes.reduce((most, bytes) => Math.max(most, bytes), 0),
  };
}

interface Search {
  readonly grouped: boolean;
  readonly episodes: number;
}

async function searched(name: string, scenario: Scenario, oracle: ShardingPlan, options: Search) {
  const [cost, expected] = [evaluator(scenario).evaluate(oracle).cost, sentAndPeak(scenario, oracle)];
  let [alike, cheap, best, seconds, evaluations] = [0, 0, Number.POSITIVE_INFINITY, 0, 0];
  for (let seed = 0; seed < seeds; seed++) {
    const meter = metered(evaluator(scenario), { evaluations: options.episodes });
    const begun = cpuSeconds();
    const found = await runMethod({
      module: automap,
      options: automap.options.parse(options),
      scenario,
      meter,
      rng: createRng(seed),
    });
    seconds += cpuSeconds() - begun;
    evaluations += meter.spent;
    const { sent, peak } = sentAndPeak(scenario, found.best!.plan as ShardingPlan);
    alike += Number(Math.abs(sent - expected.sent) <= 0.01 * expected.sent && peak <= 1.01 * expected.peak);
    cheap += Number(found.best!.outcome.cost <= cost);
    best = Math.min(best, found.best!.outcome.cost);
  }
  print(
    name,
    String(options.grouped),
    options.episodes,
    Math.round(evaluations / seeds),
    `${alike} of ${seeds}`,
    `${cheap} of ${seeds}`,
    (best / cost).toFixed(4),
    ((1000 * seconds) / (seeds * options.episodes)).toFixed(2),
  );
}

print(
  "scenario",
  "grouped",
  "episodes",
  "evaluations",
  "is Megatron",
  "costs no more",
  "best / Megatron",
  "ms an episode",
);
print("---", "---", "---:", "---:", "---:", "---:", "---:", "---:");
for (const devices of [2, 4]) {
  const block = transformerBlock({ b: 1, s: 64, h: 256, a: 8, d: 32, f: 1024 });
  const scenario = shardedScenario(block, machines([devices]));
  const plan = megatron(block, devices);
  const split = plan.split.map((own, v) => (block.graph.role[v] === Role.forward ? own : null));
  for (const episodes of [20, 50, 100])
    await searched(`a block on ${devices}`, scenario, { ...plan, split }, { grouped: false, episodes });
}
for (const [layers, grouped] of [
  [1, false],
  [2, true],
] as const) {
  const uri = `gpt2-124m/2xP100?layers=${layers}&batch=1`;
  const scenario = await resolveScenario(uri, { objective: "iteration" });
  await searched(uri, scenario, megatronPlan(scenario), { grouped, episodes: 100 });
}

console.log("");
print("program", "ops", "ops divided", "policy", "rules, ms", "propagation, ms");
print("---", "---:", "---:", "---", "---:", "---:");
const gpt = await resolveScenario("gpt2-1.5b/2xP100?layers=48&batch=4", { objective: "iteration" });
for (const [name, graph] of [
  ["GPT-2 1.5B", gpt.graph],
  ["10,000 forward ops", residualMlp(2500)],
] as const)
  for (const policy of propagationPolicies) {
    let begun = cpuSeconds();
    const rules = propagationRules(graph);
    const rulesMs = 1000 * (cpuSeconds() - begun);
    const all = halfOfTheWeights(rules);
    begun = cpuSeconds();
    const { split } = completeSharding(rules, [2, 2], all, policy);
    const divided = split.filter((own) => own !== null).length;
    print(
      name,
      graph.opCount,
      divided,
      policy,
      rulesMs.toFixed(0),
      (1000 * (cpuSeconds() - begun)).toFixed(0),
    );
  }
