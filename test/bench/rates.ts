/**
 * Evaluations and steps per CPU second of learning agents, on `nmt` with 64 groups and 4 devices.
 *
 *     npx tsx test/bench/rates.ts
 *
 * - `train`: the agent trains, updates and simulations included;
 * - `roll out`: the greedy or sampled rollouts and simulations of the same policy alone.
 */
import type { AgentModule } from "../../agents/contract.ts";
import { placeto } from "../../agents/learned/placeto.ts";
import { seq2seq } from "../../agents/learned/seq2seq.ts";
import { oneTask } from "../../agents/run/tasks.ts";
import { createRng, evaluator, metered } from "../../env/index.ts";
import { workload } from "../agents/learned/workloads.ts";

const SECONDS = 3;
const WARM_UP = 2;

async function main(): Promise<void> {
  for (const [name, module] of [
    ["seq2seq", seq2seq],
    ["placeto", placeto],
  ] as const)
    console.log(
      `${name.padEnd(8)} train ${(await trainRate(module)).toFixed(0)} evaluations per CPU second, acting ${(await actRate(module)).toFixed(0)}`,
    );
}

const cpuSeconds = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
};

async function agentOf(module: AgentModule<never> | AgentModule) {
  const scenario = workload({ family: "nmt", gpus: 4 });
  const task = { name: scenario.name, scenario, evaluator: metered(evaluator(scenario), {}) };
  const agent = await (module as AgentModule).create({
    tasks: oneTask(task),
    rng: createRng("rates"),
    options: module.options.parse({}) as never,
    backend: "wasm",
  });
  return { agent, task };
}

/** Calls per CPU second of what the evaluator counts. */
async function rateOf(used: () => number, once: () => Promise<unknown>): Promise<number> {
  const begun = cpuSeconds();
  while (cpuSeconds() - begun < WARM_UP) await once();
  const [before, start] = [used(), cpuSeconds()];
  while (cpuSeconds() - start < SECONDS) await once();
  return (used() - before) / (cpuSeconds() - start);
}

async function trainRate(module: Parameters<typeof agentOf>[0]): Promise<number> {
  const { agent, task } = await agentOf(module);
  const training = agent.train();
  return rateOf(
    () => task.evaluator.evaluations,
    () => training.next(),
  );
}

async function actRate(module: Parameters<typeof agentOf>[0]): Promise<number> {
  const { agent, task } = await agentOf(module);
  return rateOf(
    () => task.evaluator.evaluations,
    () => agent.act(task),
  );
}

await main();
