/**
 * A plan of Sailor as steps, one for each replica: times of layers from the profile, sends and sums
 * of gradients at the measured bandwidths. Numbers have 4 bytes; nothing is computed again.
 *
 * A replica's last backward phase is followed by the ring of its stage, whatever the others do. So
 * the plan takes as long as its slowest replica.
 */
import { InputError } from "../../../../env/index.ts";
import { type Step, type StepResult, type StepStage, simulateStep } from "../step.ts";
import type { Group, SailorPlan } from "./plan.ts";
import { type LayerSize, modelOf, type Published } from "./published.ts";

const BYTES = 4;
/** Weight, gradient, two moments and two more of unknown use: 24 bytes in the authors' model. */
const OPTIMIZER_SLOTS = 4;

/** Time of the slowest and memory of the largest of all kinds of replicas. */
export function simulatePlan(plan: SailorPlan, published: Published): StepResult {
  const kinds = new Map<string, number>();
  for (let replica = 0; replica < plan.replicas; replica++) {
    const kind = JSON.stringify(plan.groups.map((stage) => stage[replica]));
    if (!kinds.has(kind)) kinds.set(kind, replica);
  }
  const results = [...kinds.values()].map((replica) => simulateStep(replicaStep(plan, replica, published)));
  return {
    seconds: Math.max(...results.map(({ seconds }) => seconds)),
    peakBytes: Math.max(...results.map(({ peakBytes }) => peakBytes)),
  };
}

export function replicaStep(plan: SailorPlan, replica: number, published: Published): Step {
  const groups = plan.groups.map((stage) => stage[replica]);
  return {
    name: plan.name,
    stages: groups.map((group, stage) => stageOf(plan, stage, group, published)),
    chunks: 1,
    microBatches: plan.microBatches,
    sendS: groups.slice(1).map((to, i) => sendS(plan, i, groups[i], to, published)),
    blocks: true,
    optimizerSlots: OPTIMIZER_SLOTS,
  };
}

const modelOfPlan = ({ layers, name }: SailorPlan): string => modelOf(layers.flat().length, name);

function stageOf(plan: SailorPlan, stage: number, group: Group, published: Published): StepStage {
  const model = modelOfPlan(plan);
  const times = published.times(model, group, plan.microBatch);
  const sizes = published.sizes(model, group.tensor);
  const layers = plan.layers[stage];
  const missing = layers.find((layer) => times[layer] === undefined || sizes[layer] === undefined);
  if (missing !== undefined)
    throw new InputError(
      `${plan.name}: layer ${missing} is not in the profile, which has 0..${times.length - 1}.`,
    );
  const ops = layers.map((layer) => ({
    forwardS: times[layer].forwardS,
    backwardS: times[layer].backwardS,
    weightBytes: BYTES * sizes[layer].parameters,
    keptBytes: BYTES * sizes[layer].kept * plan.microBatch,
  }));
  const parameters = parametersOf(sizes, layers);
  const profiled = parametersOf(sizes, [0, 1, 2, sizes.length - 1]);
  const update = times[layers[0]].updateS * (parameters / profiled);
  return { ops, finishS: gradientSumS(plan, stage, published) + update };
}

const parametersOf = (sizes: readonly LayerSize[], layers: readonly number[]): number =>
  layers.reduce((sum, layer) => sum + sizes[layer].parameters, 0);

/**
 * Each rank of a group sends its own copy of the activation, at the bandwidth of one pair. A send
 * and the receipt of a gradient pass at once, so each takes half of what they take together.
 */
function sendS(plan: SailorPlan, stage: number, from: Group, to: Group, published: Published): number {
  return messageS(plan, stage, { from, to, pairs: 1 }, published) / 2;
}

export interface Way {
  readonly from: Group;
  readonly to: Group;
  readonly pairs: number;
}

/** An activation to the next stage, at the bandwidth of so many pairs. */
export function messageS(plan: SailorPlan, stage: number, way: Way, published: Published): number {
  const last = plan.layers[stage].at(-1) as number;
  const { output } = published.sizes(modelOfPlan(plan), way.from.tensor)[last];
  const bytes = BYTES * output * plan.microBatch;
  return bytes / published.bandwidth(way.from.kind, way.to.kind, way.pairs, bytes);
}

/** A ring over the replicas of a stage; the ranks of a group share its slowest link. */
export function gradientSumS(plan: SailorPlan, stage: number, published: Published): number {
  const members = plan.groups[stage];
  if (members.length === 1) return 0;
  const bytes = Math.max(
    ...members.map(({ tensor }) => {
      const sizes = published.sizes(modelOfPlan(plan), tensor);
      return BYTES * parametersOf(sizes, plan.layers[stage]) * tensor;
    }),
  );
  const slowest = Math.min(
    ...members.map(({ kind, tensor }, i) => {
      const next = members[(i + 1) % members.length];
      return published.bandwidth(kind, next.kind, tensor, bytes / tensor);
    }),
  );
  return ((2 * (members.length - 1)) / members.length) * (bytes / slowest);
}
