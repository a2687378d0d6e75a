/**
 * Which worker has which stage in Chimera, with f pairs and D workers a group. Down pipeline i has
 * stage s on worker `s + i D/f`, up pipeline i on worker `D - 1 - s + i D/f`, both modulo the
 * number of workers. The down pipelines come first, as the replicas of every stage do.
 */
import type { PipelineShape } from "../contract.ts";

/** Stages for D workers, in the order of devices that the schedule needs. */
export function chimeraStages(workers: readonly number[], pairs: number): PipelineShape["stages"] {
  return workers.map((_, stage) => ({
    devices: Array.from({ length: 2 * pairs }, (_, p) => workers[workerOf(stage, p, workers.length, pairs)]),
    share: "dealt",
  }));
}

/** Place among the workers of a group where a pipeline has a stage. */
export function workerOf(stage: number, pipeline: number, depth: number, pairs: number): number {
  const start = (pipeline % pairs) * (depth / pairs);
  return (start + (pipeline < pairs ? stage : depth - 1 - stage)) % depth;
}

/** Workers of each group in order: where the group's first down pipeline has its stages. */
export function workersOf({ stages }: PipelineShape, pairs: number): number[][] {
  const groups = stages[0].devices.length / (2 * pairs);
  return Array.from({ length: groups }, (_, group) =>
    stages.map(({ devices }) => devices[group * 2 * pairs]),
  );
}

/** What is wrong with the number of stages or replicas, in one sentence, else null. */
export function sizeFault({ stages }: PipelineShape, pairs: number): string | null {
  const width = 2 * pairs;
  if (stages.length % width !== 0)
    return `needs a multiple of ${width} stages where pairs is ${pairs}, not ${stages.length}`;
  const replicas = stages[0].devices.length;
  if (replicas % width !== 0 || stages.some(({ devices }) => devices.length !== replicas))
    return `needs ${width} replicas of each stage where pairs is ${pairs}, or a multiple of that`;
  if (stages.some(({ share }) => share !== "dealt")) return "needs stages that are dealt, not split";
  return null;
}

/** What is wrong with the devices of the stages, else null. Pre: the sizes are right. */
export function layoutFault(shape: PipelineShape, pairs: number): string | null {
  const groups = workersOf(shape, pairs);
  const width = 2 * pairs;
  for (const [group, workers] of groups.entries()) {
    const wanted = chimeraStages(workers, pairs);
    for (const [stage, { devices }] of shape.stages.entries()) {
      const given = devices.slice(group * width, (group + 1) * width);
      const right = wanted[stage].devices;
      if (given.every((device, p) => device === right[p])) continue;
      return `needs stage ${stage} on devices ${right.join(", ")} in this order, not ${given.join(", ")}`;
    }
  }
  const workerCount = groups.flat().length;
  return new Set(groups.flat()).size === workerCount ? null : `needs ${workerCount} different devices`;
}
