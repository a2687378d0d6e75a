/**
 * How long `best` takes to plan GPT of 96 layers on 512 devices, op by op, and how long its plan
 * takes to simulate. Prints CPU seconds of all threads. They are of the scenario and its evaluator,
 * then of the planner with its simulations. The last is one more simulation by an evaluator that
 * knows no plan.
 *
 *     npx tsx test/bench/pipelines/hybrid-size.ts [SIMULATIONS] [PRECISION]
 */
import type { PlannerModule } from "../../../agents/contract.ts";
import { methods } from "../../../agents/registry/registry.ts";
import { runMethod } from "../../../agents/run/run.ts";
import { createRng, evaluator, metered } from "../../../env/index.ts";
import { resolveScenario } from "../../../scenarios/index.ts";

const evaluations = Number(process.argv[2] ?? 8);
const ADDRESS = `gpt3-175b/64x8xA100?batch=512&precision=${process.argv[3] ?? 16}`;
const best = methods.find(({ card }) => card.id === "best") as PlannerModule;

const started = cpuSeconds();
const scenario = await resolveScenario(ADDRESS, { objective: "iteration" });
const meter = metered(evaluator(scenario), { evaluations });
const ready = cpuSeconds();
await runMethod({ module: best, options: best.options.parse({}), scenario, meter, rng: createRng(0) });
const planned = cpuSeconds();
const found = meter.best;
const fresh = evaluator(scenario);
const before = cpuSeconds();
if (found !== null) fresh.evaluate(found.plan);
const simulated = cpuSeconds() - before;

console.log("| scenario | ops | simulations | scenario, s | planned, s | simulated, s | batch, s |");
console.log("|---|---:|---:|---:|---:|---:|---:|");
const seconds = [ready - started, planned - ready, simulated].map((each) => each.toFixed(1));
const batch = found?.outcome.feasible === true ? (found.outcome.cost / 1e6).toFixed(1) : "none fits";
console.log(
  `| \`${ADDRESS}\` | ${scenario.graph.opCount} | ${meter.spent} | ${seconds.join(" | ")} | ${batch} |`,
);

function cpuSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}
