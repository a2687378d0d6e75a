/**
 * `interleaved-1f1b`: each device holds several stages, far apart in the pipeline (Narayanan et
 * al., "Efficient Large-Scale Language Model Training on GPU Clusters Using Megatron-LM", SC 2021).
 *
 * With v stages a device, stage k is on device `k mod S`, and S divides the number M of
 * micro-batches. With equal stages an iteration takes `(M v + S - 1)` times their forward and
 * backward. The bubble is v times smaller than with one stage a device of the same work.
 *
 * A "device" may be a group of replicas, the same one for all its stages. Where stages are dealt,
 * each column of replicas is a pipeline of its own.
 */
import { Phase, type PipelineShape, type ScheduleItem, type ScheduleMaker } from "./contract.ts";
import { inTurn, item, laneCountOf } from "./lanes.ts";
import { checkOptionNames, countOption } from "./options.ts";

const NAME = "interleaved-1f1b";

export interface InterleavedOptions {
  /** Stages of each device; found from the stages where it is not given. */
  readonly chunks: number | null;
}

export const interleaved: ScheduleMaker<InterleavedOptions> = {
  name: NAME,
  summary: "One forward, one backward in turn over several stages a device, with a flush.",
  paper: "Narayanan et al., Efficient Large-Scale Language Model Training on GPU Clusters, SC 2021",
  asynchronous: false,
  options(given) {
    checkOptionNames(NAME, given, ["chunks"]);
    return { chunks: countOption(NAME, given, "chunks", null) };
  },
  refuses(shape, { chunks }) {
    const { stages, microBatches } = shape;
    const groups = groupCountOf(shape);
    if (chunks !== null && chunks * groups !== stages.length)
      return `Schedule "${NAME}" needs ${chunks} stages a device; ${stages.length} stages are on ${groups}.`;
    const misplaced = stages.findIndex((stage, k) => !isSame(stage, stages[k % groups]));
    if (misplaced >= 0 || stages.length % groups !== 0)
      return `Schedule "${NAME}" needs stage k on device k mod S and equally many stages on each device.`;
    if (new Set(stages.slice(0, groups).flatMap(({ devices }) => devices)).size < devicesOf(shape, groups))
      return `Schedule "${NAME}" needs groups of devices that do not overlap.`;
    const lanes = laneCountOf(stages[0]);
    if (stages.some((stage) => laneCountOf(stage) !== lanes))
      return `Schedule "${NAME}" needs the same number of dealt replicas in each stage.`;
    if (microBatches % (groups * lanes) !== 0)
      return `Schedule "${NAME}" needs a multiple of ${groups * lanes} micro-batches, not ${microBatches}.`;
    return null;
  },
  make(shape) {
    const groups = groupCountOf(shape);
    const order = Array.from({ length: shape.deviceCount }, (): ScheduleItem[] => []);
    for (let group = 0; group < groups; group++)
      shape.stages[group].devices.forEach((device, replica) => {
        order[device] = itemsOf(shape, group, groups, replica);
      });
    return {
      order,
      replicaOf: inTurn(shape),
      weightVersions: new Int32Array(shape.stages.length).fill(1),
      update: "iteration",
    };
  },
};

/** S: stages before the first one that is where stage 0 is. */
function groupCountOf({ stages }: PipelineShape): number {
  const second = stages.findIndex((stage, k) => k > 0 && isSame(stage, stages[0]));
  return second < 0 ? stages.length : second;
}

type Stage = PipelineShape["stages"][number];

const isSame = (one: Stage, other: Stage): boolean =>
  one.devices.length === other.devices.length &&
  laneCountOf(one) === laneCountOf(other) &&
  one.devices.every((device, i) => device === other.devices[i]);

const devicesOf = ({ stages }: PipelineShape, groups: number): number =>
  stages.slice(0, groups).reduce((sum, { devices }) => sum + devices.length, 0);

/** Items of a replica of a group, over all iterations. */
function itemsOf(shape: PipelineShape, group: number, groups: number, replica: number): ScheduleItem[] {
  const { stages, microBatches, iterations } = shape;
  const lanes = laneCountOf(stages[0]);
  const chunks = stages.length / groups;
  const own = microBatches / lanes;
  const count = own * chunks;
  const warmUp = own === groups ? count : Math.min(count, (groups - group - 1) * 2 + (chunks - 1) * groups);
  const items: ScheduleItem[] = [];
  const push = (iteration: number, i: number, phase: 0 | 1): void => {
    const turn = Math.floor((i % (groups * chunks)) / groups);
    const chunk = phase === Phase.forward ? turn : chunks - 1 - turn;
    const inColumn = Math.floor(i / (groups * chunks)) * groups + (i % groups);
    const microBatch = iteration * microBatches + inColumn * lanes + (lanes === 1 ? 0 : replica);
    items.push(item(chunk * groups + group, microBatch, phase));
  };
  for (let iteration = 0; iteration < iterations; iteration++) {
    for (let i = 0; i < warmUp; i++) push(iteration, i, Phase.forward);
    for (let i = 0; i < count; i++) {
      if (warmUp + i < count) push(iteration, warmUp + i, Phase.forward);
      push(iteration, i, Phase.backward);
    }
  }
  return items;
}
