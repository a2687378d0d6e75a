/**
 * Ops and steps whose ranks have parts of different lengths (env/model/layout/ranges.ts). Each rank
 * does and sends what its own part needs, without padding.
 *
 * Gathers and scatters go round the ring, in chunks of the ranks' parts. All-to-alls and exchanges
 * are messages between two ranks: those of an all-to-all pairwise in rounds, those of an exchange
 * at once. Sums run the plan's algorithm in each group, on the part that the group has (moves.ts).
 */
import type { OpIteration } from "../../../../model/graph/iteration.ts";
import { elementsIn, partLength } from "../../../../model/layout/layout.ts";
import { coordinatesOf, groupsAlong, placeAlong, rankCount } from "../../../../model/layout/mesh.ts";
import type { DimensionRanges, OpSplit } from "../../../../model/layout/natural.ts";
import { lengthOf } from "../../../../model/layout/ranges.ts";
import { pairSends } from "../../../../model/layout/steps.ts";
import { ringAllGather, ringReduceScatter } from "../../collectives/ring.ts";
import { bytesOnRank, type Move, type Run, type ShardedProgram } from "../instructions.ts";
import { addStep, keepUntilSent, type ShardedLowering } from "../lowering.ts";

/** The ranges of a run and the share of each rank; nothing where all parts are equal ones. */
export function unevenParts(
  { dimensions }: OpIteration,
  split: OpSplit,
  { sizes, ranges }: DimensionRanges,
): Pick<Run, "shares" | "ranges"> {
  if (!ranges.some((own) => own !== null)) return {};
  const shares = Array.from({ length: rankCount(sizes) }, (_, rank) => {
    const coordinates = coordinatesOf(sizes, rank);
    return dimensions.reduce((share, { size }, d) => {
      if (size === 0) return share;
      const own = ranges[d]?.[placeAlong(split[d], sizes, coordinates)];
      return (share * (own ? lengthOf(own) : partLength(size, split[d], sizes))) / size;
    }, 1);
  });
  return { shares, ranges };
}

/** Whether a step begins or ends with parts of different lengths. */
export const isUneven = ({ values }: Pick<ShardedProgram, "values">, { step, from, to }: Move): boolean =>
  step.kind === "exchange" ||
  values[from].layout.ranges !== undefined ||
  values[to].layout.ranges !== undefined;

/** Returns the last task of each rank. Pre: a gather, scatter, all-to-all or exchange. */
export function lowerUneven(lowering: ShardedLowering, move: Move, first: readonly number[]): number[] {
  const { program } = lowering;
  const { step, from } = move;
  const last = [...first];
  const { shape, bytes } = program.values[from];
  const whole = Math.max(1, elementsIn(shape));
  for (const group of groupsAlong(program.sizes, step.group)) {
    if (group.length === 1) continue;
    if (step.kind === "all-gather" || step.kind === "reduce-scatter")
      roundTheRing(lowering, move, group, last);
    else {
      const pairs = pairSends(step, group, shape, program.sizes);
      sendPairs(
        lowering,
        move,
        group,
        last,
        pairs.map((pair) => ({ ...pair, bytes: (bytes * pair.elements) / whole })),
      );
    }
  }
  return last;
}

function roundTheRing(
  lowering: ShardedLowering,
  { step, from, to }: Move,
  group: readonly number[],
  last: number[],
) {
  const { program, builder, amounts } = lowering;
  const { op } = program.values[from];
  const parts = group.map((rank) => bytesOnRank(program, step.kind === "all-gather" ? from : to, rank));
  const total = parts.reduce((sum, each) => sum + each, 0);
  if (total === 0) return;
  const steps = {
    builder,
    amount: amounts.push(total) - 1,
    chunks: parts.map((part) => part / total),
    step: (member: number) => addStep(lowering, group[member], op),
    last: group.map((rank) => last[rank]),
  };
  const done = step.kind === "all-gather" ? ringAllGather(steps) : ringReduceScatter(steps);
  group.forEach((rank, member) => {
    last[rank] = done[member];
  });
}

interface Sent {
  readonly from: number;
  readonly to: number;
  readonly bytes: number;
}

/** Messages between members; those of an all-to-all to ever more distant ones. */
function sendPairs(
  lowering: ShardedLowering,
  { step, from }: Move,
  group: readonly number[],
  last: number[],
  pairs: readonly Sent[],
): void {
  const count = group.length;
  const inRounds = step.kind === "all-to-all";
  const roundOf = (pair: Sent): number => (inRounds ? (pair.to - pair.from + count) % count : 1);
  for (let round = 1; round < (inRounds ? count : 2); round++) {
    const before = group.map((rank) => last[rank]);
    const received = new Map<number, Sent[]>();
    for (const pair of pairs)
      if (pair.bytes > 0 && roundOf(pair) === round)
        received.set(pair.to, [...(received.get(pair.to) ?? []), pair]);
    for (const [to, sent] of received) receive(lowering, group, { to, sent, before, op: from }, last);
  }
}

/** One task of a member that waits for all that it gets. */
function receive(
  lowering: ShardedLowering,
  group: readonly number[],
  {
    to,
    sent,
    before,
    op: value,
  }: { to: number; sent: readonly Sent[]; before: readonly number[]; op: number },
  last: number[],
): void {
  const { program, builder, amounts } = lowering;
  const next = addStep(lowering, group[to], program.values[value].op);
  builder.after(next, before[to]);
  for (const { from, bytes } of sent) {
    builder.uses(next, builder.message(before[from], amounts.push(bytes) - 1, 1));
    keepUntilSent(lowering, value, group[from], next);
  }
  last[group[to]] = next;
}
