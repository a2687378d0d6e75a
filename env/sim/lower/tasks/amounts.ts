/**
 * Fills a structure of tasks with the times and bytes of a plan's costs. Plans of one structure
 * differ in these numbers alone.
 */
import type { RankCosts, StageCosts } from "../costs/stage-costs.ts";
import { fillByRank, fillInside, type RankPlaces } from "../inside/fill.ts";
import type { TaskStructure } from "./task-builder.ts";

/** Entries of the table of bytes. */
export interface AmountIndex {
  parcel(number: number): number;
  hold(number: number): number;
  gradient(stage: number): number;
  sharedGradient(number: number): number;
}

export function amountIndex({ parcels, holds, stageCount }: StageCosts): AmountIndex {
  const afterHolds = parcels.length + holds.length;
  return {
    parcel: (number) => number,
    hold: (number) => parcels.length + number,
    gradient: (stage) => afterHolds + stage,
    sharedGradient: (number) => afterHolds + stageCount + number,
  };
}

/** The table of bytes in the order of `amountIndex`. */
function amountsOf({ parcels, holds, gradientBytes, sharedGradients }: RankCosts | StageCosts): Float64Array {
  const bytesOf = ({ bytes }: { readonly bytes: number }) => bytes;
  return Float64Array.from([
    ...parcels.map(bytesOf),
    ...holds.map(bytesOf),
    ...gradientBytes,
    ...sharedGradients.map(bytesOf),
  ]);
}

/** `places`: see `LoweredPipeline`. */
type FilledStructure = TaskStructure & { readonly places?: RankPlaces };

/** Writes the arrays of `compiled`; returns the bytes of each buffer. */
export function fillAmounts(structure: FilledStructure, costs: StageCosts): Float64Array {
  const { compiled, references, buffers, places } = structure;
  const { taskTime, taskShare, taskUnit, taskWeights, weightCopies, slotAmount, slotShare } = references;
  const { runUs, workspaceBytes, residentBytes, slotBytes, outputBytes } = compiled;
  const { runUs: wholeUs, fixedUs, scratchBytes, weightBytes } = costs;
  const amounts = amountsOf(costs);
  for (let v = 0; v < runUs.length; v++) {
    const time = taskTime[v];
    const share = taskShare[v];
    // As shareUs of env/model/cluster/micro-batch.ts, which this loop is too hot to call.
    if (time !== -1) runUs[v] = fixedUs[time] + share * (wholeUs[time] - fixedUs[time]);
    if (taskUnit[v] !== -1) workspaceBytes[v] = scratchBytes[taskUnit[v]] * share;
    if (taskWeights[v] !== -1) residentBytes[v] = weightBytes[taskWeights[v]] * weightCopies[v];
  }
  if (costs.inside !== undefined && places !== undefined) fillInside(structure, costs, costs.inside, places);
  for (let slot = 0; slot < slotBytes.length; slot++)
    slotBytes[slot] = amounts[slotAmount[slot]] * slotShare[slot];
  const bufferBytes = new Float64Array(buffers.task.length);
  for (let b = 0; b < bufferBytes.length; b++) bufferBytes[b] = amounts[buffers.amount[b]] * buffers.share[b];
  if (costs.byRank !== undefined && places !== undefined)
    fillByRank(structure, costs.byRank.map(amountsOf), places, bufferBytes);
  outputBytes.fill(0);
  for (let b = 0; b < bufferBytes.length; b++) outputBytes[buffers.task[b]] += bufferBytes[b];
  return bufferBytes;
}
