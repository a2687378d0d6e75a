/**
 * Loads of sets of elements counted from the definition (env/sim/objectives/max-load.ts): run time,
 * and on types that pay them the transfers of cut nets.
 */
import type { SplitProblem } from "./split-problem.ts";

/** The elements of one device. Stages are in the order of the line. */
export interface Stage {
  readonly type: number;
  readonly elements: readonly number[];
}

export function stageUs({ timeUs, types, nets }: SplitProblem, { type, elements }: Stage): number {
  let us = 0;
  for (const v of elements) us += timeUs[v * types.length + type];
  if (!types[type].paysTransfers) return us;
  const inside = new Set(elements);
  const touched = new Set<number>();
  for (const v of elements)
    for (let i = nets.elementStart[v]; i < nets.elementStart[v + 1]; i++) touched.add(nets.ofElement[i]);
  for (const h of touched) {
    const pins = nets.pins.subarray(nets.pinStart[h], nets.pinStart[h + 1]);
    if (!pins.every((pin) => inside.has(pin))) us += nets.transferUs[h];
  }
  return us;
}

export const maxLoadUs = (problem: SplitProblem, stages: readonly Stage[]): number =>
  stages.reduce((most, stage) => Math.max(most, stageUs(problem, stage)), 0);
