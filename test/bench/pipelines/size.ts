/**
 * How long `best` takes to plan pipelines of 32 layers on 512 devices, the size of Piper's largest.
 * Prints CPU seconds by the number of simulations: of the scenario and its evaluator, of all
 * simulations, and of the planner with them.
 *
 *     npx tsx test/bench/pipelines/size.ts [SIMULATIONS...]
 *
 * The CPU time is that of all threads, in a process that has run nothing before the first row.
 */
import type { PlannerModule } from "../../../agents/contract.ts";
import { methods } from "../../../agents/registry/registry.ts";
import { runMethod } from "../../../agents/run/run.ts";
import { createRng, type Evaluator, evaluator, metered } from "../../../env/index.ts";
import { resolveScenario } from "../../../scenarios/index.ts";

const ADDRESSES = [
  "gpt3-6.7b/64x8xA100?granularity=layer&batch=512",
  "bert-large/64x8xV100?granularity=layer&batch=512&layers=32",
];

const asked = process.argv.slice(2).map(Number);
const best = methods.find(({ card }) => card.id === "best") as PlannerModule;

console.log("| scenario | simulations | scenario, s | simulating, s | planned, s | batch, ms |");
console.log("|---|---:|---:|---:|---:|---:|");
for (const address of ADDRESSES)
  for (const evaluations of asked.length === 0 ? [4, 20, 50] : asked)
    console.log(await rowOf(address, evaluations));

async function rowOf(address: string, evaluations: number): Promise<string> {
  const started = cpuSeconds();
  const scenario = await resolveScenario(address, { objective: "iteration" });
  const scored = timed(evaluator(scenario));
  const ready = cpuSeconds();
  const meter = metered(scored, { evaluations });
  await runMethod({ module: best, options: best.options.parse({}), scenario, meter, rng: createRng(0) });
  const shown = [ready - started, scored.seconds(), cpuSeconds() - ready].map((each) => each.toFixed(1));
  const batchMs = ((meter.best?.outcome.value ?? Number.NaN) / 1000).toFixed(1);
  return `| \`${address.split("?")[0]}\` | ${evaluations} | ${shown.join(" | ")} | ${batchMs} |`;
}

function timed(inner: Evaluator): Evaluator & { seconds(): number } {
  let seconds = 0;
  return {
    ...inner,
    seconds: () => seconds,
    evaluate(plan) {
      const before = cpuSeconds();
      const outcome = inner.evaluate(plan);
      seconds += cpuSeconds() - before;
      return outcome;
    },
  };
}

function cpuSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}
