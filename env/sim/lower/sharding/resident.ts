/**
 * Weights and optimizer state that are there at all times: on a rank, and on its host for the rank.
 * They are alike on all ranks, unless parts have different lengths.
 */
import { rankShare } from "../../../model/layout/layout.ts";
import type { Offload } from "../../../model/plan/sharding-fields/offload.ts";
import type { ShardedProgram } from "./instructions.ts";

/** Bytes of a rank. `optimizerSlots`: numbers of the optimizer for each weight. */
export function residentOf(
  program: ShardedProgram,
  { optimizer: hostsUpdate = false, weights: isAway = false }: Offload = {},
  optimizerSlots: number,
): (rank: number) => number {
  const { weights, values, sizes } = program;
  const isUneven = weights.some(
    ({ value, optimizer }) => values[value].layout.ranges !== undefined || optimizer.ranges !== undefined,
  );
  const of = (rank: number): number =>
    weights.reduce((sum, { value, optimizer }) => {
      const { bytes, shape, layout } = values[value];
      const copies = isAway ? 0 : rankShare(shape, layout, sizes, rank);
      const slots = hostsUpdate ? 0 : optimizerSlots * rankShare(shape, optimizer, sizes, rank);
      return sum + bytes * (copies + slots);
    }, 0);
  if (isUneven) return of;
  const alike = of(0);
  return () => alike;
}

/** Bytes of a host that updates weights for a rank: a copy of them, and the optimizer's state. */
export const hostBytes = (
  { weights, values, sizes }: ShardedProgram,
  optimizerSlots: number,
  rank: number,
): number =>
  weights.reduce((sum, { value, optimizer }) => {
    const { bytes, shape } = values[value];
    return sum + bytes * (1 + optimizerSlots) * rankShare(shape, optimizer, sizes, rank);
  }, 0);
