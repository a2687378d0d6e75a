/**
 * What each device of a pipeline holds over time, by name. The highest level of a device is its
 * peak. Weights, their versions and optimizer state are there all the time; the rest lives as the
 * evaluator counts it (env/sim/memory/tensor-columns.ts).
 */
import { amountIndex } from "../../lower/tasks/amounts.ts";
import { COPY, WORKSPACE } from "../../memory/interval-columns.ts";
import type { MemoryInterval, PassingPart } from "../../memory/memory.ts";
import {
  type MemoryPart,
  type MemoryParts,
  type MemoryStep,
  noParts,
  trainingSteps,
} from "../explain/memory-steps.ts";
import type { LoggedPipeline } from "./read-pipeline.ts";

/** Of the scenario's devices, in order of time. */
export function pipelineMemory(run: LoggedPipeline, deviceCount: number): MemoryStep[] {
  const { columns, device, engine } = run;
  const { deviceOf, opOf, bytesOf, fromUs, toUs } = columns;
  const rows = columns.fill(engine, device);
  const intervals: MemoryInterval[] = [];
  for (let row = 0; row < rows; row++) {
    if (deviceOf[row] >= deviceCount || bytesOf[row] === 0 || toUs[row] <= fromUs[row]) continue;
    intervals.push({
      part: partOf(run, row),
      device: deviceOf[row],
      bytes: bytesOf[row],
      op: opOf[row],
      fromUs: fromUs[row],
      toUs: toUs[row],
    });
  }
  return trainingSteps(intervals, residentParts(run, deviceCount));
}

/** Rows of buffers come after one row for each task. */
function partOf({ columns, compiled, buffers, costs }: LoggedPipeline, row: number): PassingPart {
  if (columns.kindOf[row] === WORKSPACE) return "workspace";
  if (columns.kindOf[row] === COPY) return "copies";
  const amount = buffers.amount[row - compiled.opCount];
  return amount >= amountIndex(costs).gradient(0) ? "gradients" : "activations";
}

function residentParts(run: LoggedPipeline, deviceCount: number): MemoryParts[] {
  const { compiled, device, tasks, costs, schedule, places } = run;
  const parts = Array.from({ length: deviceCount }, (): Record<MemoryPart, number> => ({ ...noParts }));
  device.forEach((on, task) => {
    const bytes = compiled.residentBytes[task];
    if (bytes === 0) return;
    const own = parts[on];
    const stage = tasks.stage[task];
    const ofRank = costs.inside?.isInside[stage] === 1 ? costs.byRank?.[places?.rankOf[on] ?? 0] : undefined;
    const weights = (ofRank ?? costs).weightBytes[stage];
    const versions = weights * (schedule.weightVersions[stage] - 1);
    own.weights += weights;
    own.versions += versions;
    own.optimizer += bytes - weights - versions;
  });
  return parts;
}
