/**
 * Gathers and scatters over several mesh axes. They go round one ring, or round rings along blocks
 * of the axes in turn. The shortest way on idle links is taken, by the formulas of
 * env/model/layout/alpha-beta.ts. Every way sends the same bytes from a rank.
 *
 * A block gathers what the blocks before it have left on a rank. Scatters go the same way back.
 */
import { gatherWay } from "../../../../model/layout/alpha-beta.ts";
import { countAlong, groupsAlong } from "../../../../model/layout/mesh.ts";
import { dividingOrder, type ReshardStep } from "../../../../model/layout/steps.ts";
import { ringAllGather, ringReduceScatter } from "../../collectives/ring.ts";
import { type Move, rankBytes } from "../instructions.ts";
import { addStep, type ShardedLowering } from "../lowering.ts";

/** Halving and doubling has a way of its own through all ranks of a group. */
export const goesInBlocks = (
  { plan }: Pick<ShardedLowering, "plan">,
  { kind, group }: ReshardStep,
): boolean =>
  group.length > 1 &&
  (kind === "all-gather" || kind === "reduce-scatter") &&
  plan.collective !== "halving-doubling";

/** Returns the last task of each rank. Pre: equal parts, and `goesInBlocks`. */
export function lowerInBlocks(
  lowering: ShardedLowering,
  { step, from, to }: Move,
  first: readonly number[],
): number[] {
  const { program, builder, amounts, linkOf } = lowering;
  const { sizes } = program;
  const isGather = step.kind === "all-gather";
  const { op } = program.values[from];
  let bytes = rankBytes(program, isGather ? from : to);
  const parts = gatherWay(dividingOrder(step).reverse(), sizes, bytes, linkOf).blocks.map((block) => {
    bytes *= countAlong(block, sizes);
    return { block, bytes };
  });
  const last = [...first];
  for (const part of isGather ? parts : parts.toReversed()) {
    const amount = amounts.push(part.bytes) - 1;
    for (const group of groupsAlong(sizes, part.block)) {
      if (group.length === 1) continue;
      const steps = {
        builder,
        amount,
        step: (member: number) => addStep(lowering, group[member], op),
        last: group.map((rank) => last[rank]),
      };
      const done = isGather ? ringAllGather(steps) : ringReduceScatter(steps);
      group.forEach((rank, member) => {
        last[rank] = done[member];
      });
    }
  }
  return last;
}
