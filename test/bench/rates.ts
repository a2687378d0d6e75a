/**
 * Evaluations and steps per CPU second of learning agents.
 *
 *     npx tsx test/bench/rates.ts
 *
 * On `nmt` with 68 groups and 4 devices:
 * - `training`: updates and simulations included;
 * - `acting`: the greedy plan, simulations included;
 * - `rolling out`: sampled placements of seq2seq, as many at once as its updates have, simulations
 *   included.
 *
 * On a random graph of 200 groups, 337 edges and 4 devices it counts steps on
 * `Placement/Refine-v1` with Placeto's default policy, simulations included. They are of its 2
 * episodes at once, and of 16.
 */
import type { AgentModule } from "../../agents/contract.ts";
import { placeto } from "../../agents/learned/placeto.ts";
import { seq2seq } from "../../agents/learned/seq2seq.ts";
import { createPositionalNetwork, type Visit } from "../../agents/nets/positional-policy.ts";
import { scenarioPolicy } from "../../agents/nets/scenario-policy.ts";
import { sequenceNetwork } from "../../agents/nets/sequence-network.ts";
import { visitColumns, visitOf } from "../../agents/nets/visit.ts";
import { createWeights } from "../../agents/nets/weights.ts";
import { oneTask } from "../../agents/run/tasks.ts";
import { loadTf } from "../../agents/tensors/tf.ts";
import { SAMPLE } from "../../agents/training/contract.ts";
import { oneShotLesson } from "../../agents/training/lessons/one-shot-lesson.ts";
import { tiltedRules } from "../../agents/training/policy-gradient-options.ts";
import { SweepLesson } from "../../agents/training/sweeps/sweep-lesson.ts";
import { sweepUtility } from "../../agents/training/sweeps/sweep-utility.ts";
import { createRng, evaluator, metered, type Scenario } from "../../env/index.ts";
import { resolveScenario } from "../../scenarios/index.ts";
import { workload } from "../agents/learned/workloads.ts";
import { cpuSeconds } from "./cpu-seconds.ts";

const SECONDS = 3;
const WARM_UP = 2;

async function main(): Promise<void> {
  for (const [name, module] of [
    ["seq2seq", seq2seq],
    ["placeto", placeto],
  ] as const)
    console.log(
      `${name.padEnd(8)} training ${(await trainRate(module)).toFixed(0)} evaluations per CPU second, acting ${(await actRate(module)).toFixed(0)}`,
    );
  console.log(`seq2seq  rolling out ${(await sequenceRate()).toFixed(0)} evaluations per CPU second`);
  for (const episodes of [2, 16])
    console.log(
      `placeto  ${(await refineRate(episodes)).toFixed(0)} steps per CPU second on 200 groups, ${episodes} episodes`,
    );
}

const taskOf = (scenario: Scenario) => ({
  name: scenario.name,
  scenario,
  evaluator: metered(evaluator(scenario), {}),
});

async function agentOf(module: AgentModule<never> | AgentModule) {
  const task = taskOf(workload({ family: "nmt", gpus: 4 }));
  const agent = await (module as AgentModule).create({
    tasks: oneTask(task),
    rng: createRng("rates"),
    options: module.options.parse({}) as never,
    backend: "wasm",
  });
  return { agent, task };
}

/** Calls per CPU second of what the evaluator counts. */
async function rateOf(used: () => number, once: () => unknown): Promise<number> {
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

async function sequenceRate(): Promise<number> {
  const { tf } = await loadTf("wasm");
  const task = taskOf(workload({ family: "nmt", gpus: 4 }));
  const options = seq2seq.options.parse({});
  const shape = { bidirectional: false, groupInput: true, projected: true, typeEmbedding: 0 };
  const rng = createRng("rates");
  const network = sequenceNetwork(tf, task.scenario, rng, { ...options, ...shape });
  const lesson = oneShotLesson(tf, task, network.on(task.scenario), tiltedRules(options));
  return rateOf(
    () => task.evaluator.evaluations,
    () => lesson.rollOut(options.batch, SAMPLE, 0, rng),
  );
}

async function refineRate(episodes: number): Promise<number> {
  const { tf } = await loadTf("wasm");
  const task = taskOf(await resolveScenario("layered/train/0/4xK80?ops=200"));
  const options = placeto.options.parse({});
  const rng = createRng("rates");
  const size = { columns: visitColumns.length, width: options.width, rounds: options.rounds };
  const network = createPositionalNetwork(tf, createWeights(tf), size, rng);
  const policy = scenarioPolicy(tf, network, task.scenario);
  const sweeping = {
    see: visitOf,
    logits: (visits: readonly Visit[]) => policy.logits(visits),
    numbers: (visits: readonly Visit[]) => policy.numbers(visits),
  };
  const lesson = new SweepLesson(tf, task, sweeping, {
    ...options,
    labels: undefined,
    seed: 1,
    reward: options.credit,
    utilityOn: (of) => sweepUtility(of, { ...options, scale: options.reward }),
  });
  let steps = 0;
  return rateOf(
    () => steps,
    () => {
      for (const { actions } of lesson.rollOut(episodes, SAMPLE, 0, rng)) steps += actions.length;
    },
  );
}

await main();
