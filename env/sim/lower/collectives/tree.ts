/**
 * Tree all-reduce: a binomial tree sums all bytes to the first member, and sends the sum back the
 * same way. 2 log2(n) steps rounded up, each with all bytes: fewer steps than a ring, more bytes.
 */
import { message, type Steps } from "./steps.ts";

export const treeAllReduce = (steps: Steps): readonly number[] =>
  broadcast(steps, reduce(steps, [...steps.last]));

/** The first member gets the sum of all bytes along a binomial tree. */
export function reduce(steps: Pick<Steps, "builder" | "amount" | "step">, last: number[]): number[] {
  const count = last.length;
  for (let width = 1; width < count; width *= 2)
    for (let to = 0; to + width < count; to += 2 * width)
      message(steps, last, { from: to + width, to, share: 1 });
  return last;
}

/** The first member sends all bytes to the others along a binomial tree. */
export function broadcast(steps: Pick<Steps, "builder" | "amount" | "step">, last: number[]): number[] {
  const count = last.length;
  let width = 1;
  while (width < count) width *= 2;
  for (width /= 2; width >= 1; width /= 2)
    for (let from = 0; from + width < count; from += 2 * width)
      message(steps, last, { from, to: from + width, share: 1 });
  return last;
}
