/** The least pivot latency of all plans under DAPPLE's three policies, without a memo. */
import { deviceSet } from "../../../../../agents/exact/stages/dapple/machines.ts";
import { placeStage, policies } from "../../../../../agents/exact/stages/dapple/placements.ts";
import {
  type DappleQuestion,
  type DappleStage,
  dappleLatency,
} from "../../../../../agents/exact/stages/dapple/planner.ts";

/** By trying all cuts, device counts and policies. */
export function leastLatency(question: DappleQuestion): number {
  const { ends, chain } = question;
  const sizes = ends.map((end, i) => end - (i === 0 ? 0 : ends[i - 1]));
  const layers = chain.forward.length;
  let least = Number.POSITIVE_INFINITY;
  const extend = (stages: readonly DappleStage[], first: number, used: readonly number[]): void => {
    const free = sizes.reduce((sum, size, i) => sum + size - used[i], 0);
    for (let need = 1; need <= free; need++)
      for (const policy of policies) {
        const taken = placeStage(policy, sizes, used, need);
        const devices = taken.flatMap((count, i) =>
          Array.from({ length: count }, (_, k) => ends[i] - sizes[i] + used[i] + k),
        );
        const on = deviceSet(devices, ends);
        if (need === free) {
          least = Math.min(least, dappleLatency(question, [...stages, { first, end: layers, on }]));
          continue;
        }
        const after = used.map((count, i) => count + taken[i]);
        for (let end = first + 1; end < layers; end++) extend([...stages, { first, end, on }], end, after);
      }
  };
  extend(
    [],
    0,
    sizes.map(() => 0),
  );
  return least;
}
