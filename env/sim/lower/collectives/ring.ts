/**
 * Collectives on a ring: in each round every member sends a chunk to the next (Patarasuk and Yuan,
 * "Bandwidth Optimal All-reduce Algorithms for Clusters of Workstations", JPDC 2009). The bytes are
 * cut into a chunk for each of n members.
 *
 * A reduce-scatter and an all-gather take n - 1 rounds, an all-reduce both, one after the other. So
 * each member sends 2 (n - 1) / n of the bytes for a sum.
 */
import { chunkOf, round, type Steps } from "./steps.ts";

/** Returns the last task of each member, in the order of `last`. */
export const ringAllReduce = (steps: Steps): readonly number[] =>
  rounds(steps, { count: 2 * (steps.last.length - 1), first: 0 });

/** Each member ends with the sum of the chunk of its own number. */
export const ringReduceScatter = (steps: Steps): readonly number[] =>
  rounds(steps, { count: steps.last.length - 1, first: -1 });

/** Each member begins with the chunk of its own number. */
export const ringAllGather = (steps: Steps): readonly number[] =>
  rounds(steps, { count: steps.last.length - 1, first: 0 });

/** `first`: the chunk that a member sends first, counted from its own. */
function rounds(steps: Steps, { count, first }: { readonly count: number; readonly first: number }) {
  const members = steps.last.length;
  let last = steps.last;
  for (let number = 0; number < count; number++)
    last = round(
      steps,
      last,
      (member) => chunkOf(steps, member + first - number),
      (member) => (member + members - 1) % members,
    );
  return last;
}
