/**
 * Recursive halving and doubling (Thakur, Rabenseifner and Gropp, IJHPCA 2005): partners exchange
 * half of what they have, then a quarter, and so on; to gather, the other way round. 2 log2(n)
 * rounds with the bytes of a ring.
 *
 * Where n is no power of 2, the members beyond the largest power send all they have to one of the
 * others first. They get the sum from it at the end.
 */
import { message, round, type Steps } from "./steps.ts";

export function halvingDoublingAllReduce(steps: Steps): readonly number[] {
  const count = steps.last.length;
  const inner = 2 ** Math.floor(Math.log2(count));
  const last = [...steps.last];
  for (let extra = inner; extra < count; extra++)
    message(steps, last, { from: extra, to: extra - inner, share: 1 });
  const halved = halve({ ...steps, last: last.slice(0, inner) });
  const done = [...double({ ...steps, last: halved }), ...last.slice(inner)];
  for (let extra = inner; extra < count; extra++)
    message(steps, done, { from: extra - inner, to: extra, share: 1 });
  return done;
}

/** A reduce-scatter. Pre: the number of members is a power of 2. */
export function halve(steps: Steps): readonly number[] {
  const count = steps.last.length;
  let last = steps.last;
  for (let width = count / 2; width >= 1; width /= 2) last = exchange(steps, last, width, width / count);
  return last;
}

/** An all-gather. Pre: the number of members is a power of 2. */
export function double(steps: Steps): readonly number[] {
  const count = steps.last.length;
  let last = steps.last;
  for (let width = 1; width < count; width *= 2) last = exchange(steps, last, width, width / count);
  return last;
}

const exchange = (steps: Steps, last: readonly number[], width: number, share: number) =>
  round(
    steps,
    last,
    () => share,
    (member) => member ^ width,
  );

export const isPowerOfTwo = (count: number): boolean => Number.isInteger(Math.log2(count));
