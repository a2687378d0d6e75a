/**
 * What each device of a pipeline holds over time, by name. The highest level of a device is its
 * peak. Weights, their versions and optimizer state are there all the time; the rest lives as the
 * evaluator counts it (env/sim/memory/tensor-columns.ts).
 */
import { NO_SLOT } from "../../engine/compile.ts";
import { Work } from "../../lower/stage-costs.ts";
import { COPY, WORKSPACE } from "../../memory/interval-columns.ts";
import type { MemoryInterval, PassingPart } from "../../memory/memory.ts";
import { createTensorColumns } from "../../memory/tensor-columns.ts";
import {
  type MemoryPart,
  type MemoryParts,
  type MemoryStep,
  noParts,
  trainingSteps,
} from "../explain/memory-steps.ts";
import type { LoggedPipeline } from "./pipeline-timeline.ts";

/** Of the scenario's devices, in order of time. */
export function pipelineMemory(run: LoggedPipeline, deviceCount: number): MemoryStep[] {
  const { compiled, device, engine } = run;
  const columns = createTensorColumns(compiled);
  const rows = columns.fill(engine, device);
  const gradient = gradientSlots(run);
  const partOf = (row: number): PassingPart => {
    if (columns.kindOf[row] === WORKSPACE) return "workspace";
    if (columns.kindOf[row] === COPY) return "copies";
    return gradient[columns.slotOf[row]] === 1 ? "gradients" : "activations";
  };
  const intervals: MemoryInterval[] = [];
  for (let row = 0; row < rows; row++) {
    if (columns.deviceOf[row] >= deviceCount) continue;
    intervals.push({
      part: partOf(row),
      device: columns.deviceOf[row],
      bytes: columns.bytesOf[row],
      op: columns.opOf[row],
      fromUs: columns.fromUs[row],
      toUs: columns.toUs[row],
    });
  }
  return trainingSteps(intervals, residentParts(run, deviceCount));
}

/** 1 for tensors that an update uses: gradients of weights. */
function gradientSlots({ compiled, tasks }: LoggedPipeline): Uint8Array {
  const { opCount, depStart, depConsumer, depSlot, slotCount } = compiled;
  const isGradient = new Uint8Array(slotCount);
  for (let i = 0; i < depStart[opCount]; i++)
    if (depSlot[i] !== NO_SLOT && tasks[depConsumer[i]].work === Work.update) isGradient[depSlot[i]] = 1;
  return isGradient;
}

function residentParts(run: LoggedPipeline, deviceCount: number): MemoryParts[] {
  const { compiled, device, tasks, costs, schedule } = run;
  const parts = Array.from({ length: deviceCount }, (): Record<MemoryPart, number> => ({ ...noParts }));
  tasks.forEach(({ stage }, task) => {
    const bytes = compiled.residentBytes[task];
    if (bytes === 0) return;
    const own = parts[device[task]];
    const weights = costs.weightBytes[stage];
    const versions = weights * (schedule.weightVersions[stage] - 1);
    own.weights += weights;
    own.versions += versions;
    own.optimizer += bytes - weights - versions;
  });
  return parts;
}
