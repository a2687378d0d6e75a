/**
 * A training step as a scenario and a pipeline plan of the gym, run by its engine.
 *
 * - One device stands for the ranks of a tensor group, which do the same at the same time. Their
 *   collectives are part of a layer's time.
 * - Replicas meet only in the sum of gradients. So a pipeline of one replica is simulated, once for
 *   each kind of replica. The sum comes before the update, in the update's time.
 * - Megatron computes activations again once the gradient is there. So that is backward time here,
 *   while the gym's own recomputation may run ahead of the gradient.
 */
import {
  type Cluster,
  colocationGrouping,
  createScenario,
  defaultFidelity,
  evaluator,
  graphBuilder,
  type Outcome,
  type PipelinePlan,
  type Scenario,
} from "../../../env/index.ts";

/** A part of a stage's work, for one micro-batch of one replica; times in seconds. */
export interface StepOp {
  readonly forwardS: number;
  readonly backwardS: number;
  /** Of one device. */
  readonly weightBytes?: number;
  /** What the backward pass needs, of one micro-batch. */
  readonly keptBytes?: number;
}

export interface StepStage {
  readonly ops: readonly StepOp[];
  /** Sum of gradients and update, seconds. */
  readonly finishS: number;
}

export interface Step {
  readonly name: string;
  /** Stages in order; with `chunks` above 1 stage k is on device k mod (stages / chunks). */
  readonly stages: readonly StepStage[];
  readonly chunks: number;
  readonly microBatches: number;
  /** Seconds that an activation, or its gradient, takes from each stage to the next. */
  readonly sendS: readonly number[];
  /** Whether a device waits while it sends or receives; by default it computes on. */
  readonly blocks?: boolean;
  /** Optimizer state per byte of weights. */
  readonly optimizerSlots?: number;
}

export interface StepResult {
  readonly seconds: number;
  /** Of the device that needs most. */
  readonly peakBytes: number;
}

const US_PER_S = 1e6;
/** A link needs a finite speed. */
const SHORTEST_US = 1e-6;
/**
 * Bytes of an activation. Links are as fast as `sendS` says, so any number does for the time. It is
 * small, as `keptBytes` counts activations.
 */
const MESSAGE_BYTES = 1024;

export function simulateStep(step: Step): StepResult {
  const scenario = scenarioOf(step);
  const outcome: Outcome = evaluator(scenario).evaluate(planOf(step, scenario));
  if (outcome.value === null) throw new Error(`Step "${step.name}" has no time: ${outcome.violation}.`);
  return { seconds: outcome.value / US_PER_S, peakBytes: Math.max(...(outcome.peakBytes ?? [])) };
}

function scenarioOf(step: Step): Scenario {
  const graph = graphOf(step);
  return createScenario({
    name: step.name,
    graph,
    grouping: colocationGrouping(graph),
    cluster: clusterOf(step),
    objective: "iteration",
    fidelity: {
      ...defaultFidelity,
      overlap: step.blocks !== true,
      optimizerSlots: step.optimizerSlots ?? 0,
    },
  });
}

/** Times and activations are of a batch, which micro-batches divide. */
function graphOf({ stages, microBatches }: Step) {
  const builder = graphBuilder();
  const us = (seconds: number) => ({ "*": seconds * microBatches * US_PER_S });
  const all = opsOf(stages);
  all.forEach(({ op, name, stage }, i) => {
    builder.op({
      name: `f${name}`,
      measuredUs: us(op.forwardS),
      parameterBytes: op.weightBytes ?? 0,
      outputs: [MESSAGE_BYTES * microBatches, (op.keptBytes ?? 0) * microBatches],
      colocation: `stage ${stage}`,
    });
    if (i > 0) builder.edge({ from: `f${all[i - 1].name}`, to: `f${name}` });
  });
  for (let i = all.length - 1; i >= 0; i--) {
    const { op, name, stage } = all[i];
    const outputs = [MESSAGE_BYTES * microBatches, op.weightBytes ?? 0];
    const shared = { role: "backward", twin: `f${name}`, colocation: `stage ${stage}` } as const;
    builder.op({ ...shared, name: `b${name}`, measuredUs: us(op.backwardS), outputs });
    builder.edge({ from: `f${name}`, to: `b${name}`, output: 1 });
    if (i + 1 < all.length) builder.edge({ from: `b${all[i + 1].name}`, to: `b${name}` });
    const finishS = name.endsWith(".0") ? stages[stage].finishS : 0;
    builder.op({ ...shared, role: "update", name: `u${name}`, measuredUs: { "*": finishS * US_PER_S } });
    builder.edge({ from: `b${name}`, to: `u${name}`, output: 1 });
  }
  return builder.build();
}

const opsOf = (stages: readonly StepStage[]) =>
  stages.flatMap(({ ops }, stage) => ops.map((op, i) => ({ op, stage, name: `${stage}.${i}` })));

const deviceCountOf = ({ stages, chunks }: Step): number => stages.length / chunks;

/** A link for each pair of devices that neighbours among the stages are on. */
function clusterOf(step: Step): Cluster {
  const count = deviceCountOf(step);
  const devices = Array.from({ length: count }, (_, d) => ({
    name: `group ${d}`,
    kind: "GPU",
    flopsPerUs: { float32: 1 },
    memoryBytesPerUs: 1,
    memoryBytes: Number.POSITIVE_INFINITY,
    launchUs: 0,
  }));
  const links: { name: string; bytesPerUs: number; latencyUs: number }[] = [];
  const routes = devices.map((_, from) => devices.map((_, to): number[] => (from === to ? [] : [from])));
  devices.forEach((_, d) => {
    links.push({ name: `unused ${d}`, bytesPerUs: 1, latencyUs: 0 });
  });
  step.sendS.forEach((seconds, k) => {
    const [from, to] = [k % count, (k + 1) % count];
    const bytesPerUs = MESSAGE_BYTES / Math.max(seconds * US_PER_S, SHORTEST_US);
    if (from === to) return;
    for (const [a, b] of [
      [from, to],
      [to, from],
    ]) {
      links.push({ name: `${a} to ${b}, cut ${k}`, bytesPerUs, latencyUs: 0 });
      routes[a][b] = [links.length - 1];
    }
  });
  return { name: `${count} groups`, devices, links, routes };
}

function planOf(step: Step, { graph }: Scenario): PipelinePlan {
  const count = deviceCountOf(step);
  return {
    kind: "pipeline",
    stageOf: Int32Array.from(graph.names, (name) => Number(name.slice(1).split(".")[0])),
    stages: step.stages.map((_, k) => ({ devices: [k % count], share: "split" })),
    microBatches: step.microBatches,
    schedule: step.chunks > 1 ? { name: "interleaved-1f1b" } : { name: "1f1b" },
    sync: "exposed",
  };
}
