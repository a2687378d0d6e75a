/**
 * Times of policy updates on every TensorFlow.js backend that is installed, each in its own
 * process.
 *
 *     npx tsx test/bench/policy.ts
 *
 * - `placeto`: one update of the default policy, without rollout and evaluations. It has 4 episodes
 *   on a grid of 64 groups with 4 devices;
 * - `seq2seq`: one update of the default policy on the same scenario, with rollout and evaluations;
 * - `dense`: forward, backward and Adam of 8 rounds X <- relu(A X W) on 16 graphs of 200 ops, 64
 *   wide, composed of plain TensorFlow operations.
 *
 * It prints the median of repeated updates in ms, and CPU ms as well, because a native backend may
 * use all cores.
 */
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { BackendName } from "../../agents/contract.ts";
import { seq2seq } from "../../agents/learned/seq2seq.ts";
import { createPositionalNetwork, type Visit } from "../../agents/nets/positional-policy.ts";
import { visitColumns } from "../../agents/nets/visit.ts";
import { createWeights } from "../../agents/nets/weights.ts";
import { oneTask } from "../../agents/run/tasks.ts";
import { loadTf } from "../../agents/tensors/tf.ts";
import type { Tensor, Tf } from "../../agents/tensors/types.ts";
import { createAdam } from "../../agents/training/adam.ts";
import { takenLogProbability } from "../../agents/training/policy-gradient.ts";
import { createRng, evaluator, groupGraph, InputError, metered } from "../../env/index.ts";
import { workload } from "../agents/learned/workloads.ts";

const backends: readonly BackendName[] = ["wasm", "native", "cpu"];

interface Times {
  readonly medianMs: number;
  readonly cpuMs: number;
}

async function main([only]: readonly string[]): Promise<void> {
  if (only !== undefined) return benchmark(only as BackendName);
  const self = fileURLToPath(import.meta.url);
  for (const backend of backends)
    process.stdout.write(
      execFileSync(process.execPath, [...process.execArgv, self, backend], { encoding: "utf8" }),
    );
}

async function benchmark(backend: BackendName): Promise<void> {
  let tf: Tf;
  try {
    tf = (await loadTf(backend)).tf;
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    console.log(`${backend.padEnd(8)} left out: ${error.message}`);
    return;
  }
  const updates = {
    placeto: placetoUpdate(tf),
    seq2seq: await seq2seqUpdate(backend),
    dense: denseUpdate(tf),
  };
  for (const [name, update] of Object.entries(updates)) {
    const { medianMs, cpuMs } = await timesOf(update);
    console.log(
      `${backend.padEnd(8)} ${name.padEnd(8)} ${medianMs.toFixed(1)} ms, CPU ${cpuMs.toFixed(1)} ms`,
    );
  }
}

async function timesOf(update: () => unknown): Promise<Times> {
  const [warmUps, repeats] = [2, 7];
  for (let i = 0; i < warmUps; i++) await update();
  const cpuBefore = process.cpuUsage();
  const times: number[] = [];
  for (let i = 0; i < repeats; i++) {
    const start = performance.now();
    await update();
    times.push(performance.now() - start);
  }
  const { user, system } = process.cpuUsage(cpuBefore);
  times.sort((a, b) => a - b);
  return { medianMs: times[repeats >> 1], cpuMs: (user + system) / 1000 / repeats };
}

function placetoUpdate(tf: Tf): () => void {
  const { groupCount, deviceCount, edgeSource, edgeDestination } = groupGraph(
    workload({ family: "nmt", gpus: 4 }),
  );
  const columns = visitColumns.length;
  const rng = createRng("placeto");
  const weights = createWeights(tf);
  const edges = { from: edgeSource, to: edgeDestination };
  const speeds = new Float32Array(groupCount * deviceCount).fill(1);
  const network = createPositionalNetwork(tf, weights, { columns, width: 8, rounds: 4 }, rng);
  const policy = network.on({ groups: groupCount, edges, devices: deviceCount, speeds });
  const adam = createAdam(tf, weights.list, { learningRate: 0.001 });
  const visits: Visit[] = Array.from({ length: 4 * groupCount }, (_, step) => ({
    features: Float32Array.from({ length: groupCount * columns }, () => rng.next()),
    current: step % groupCount,
    placement: Int32Array.from({ length: groupCount }, () => rng.int(deviceCount)),
  }));
  const actions = Int32Array.from(visits, () => rng.int(deviceCount));
  return () =>
    adam.minimize(() =>
      tf.neg(tf.mean(takenLogProbability(tf, tf.logSoftmax(policy.logits(visits)), [actions]))),
    );
}

async function seq2seqUpdate(backend: BackendName): Promise<() => Promise<unknown>> {
  const scenario = workload({ family: "nmt", gpus: 4 });
  const agent = await seq2seq.create({
    tasks: oneTask({ name: scenario.name, scenario, evaluator: metered(evaluator(scenario), {}) }),
    rng: createRng("seq2seq"),
    options: seq2seq.options.parse({}),
    backend,
  });
  const training = agent.train();
  return () => training.next();
}

function denseUpdate(tf: Tf): () => void {
  const [graphs, ops, width, rounds] = [16, 200, 64, 8];
  const rng = createRng("dense");
  const weights = createWeights(tf);
  const matrix = weights.matrix("W", width, width, rng);
  const adam = createAdam(tf, weights.list, { learningRate: 0.001 });
  const random = (shape: number[], scale: number) => {
    const size = shape.reduce((a, b) => a * b, 1);
    return tf.tensor(
      Float32Array.from({ length: size }, () => scale * rng.normal()),
      shape,
    );
  };
  const neighbours = random([graphs, ops, ops], 1 / Math.sqrt(ops));
  const start = random([graphs, ops, width], 1);
  const loss = () => {
    let x: Tensor = start;
    for (let round = 0; round < rounds; round++) {
      const transformed = tf.matMul(tf.reshape(x, [graphs * ops, width]), matrix as never);
      x = tf.relu(tf.matMul(neighbours, tf.reshape(transformed, [graphs, ops, width])));
    }
    return tf.mean(tf.square(x));
  };
  return () => adam.minimize(loss);
}

await main(process.argv.slice(2));
