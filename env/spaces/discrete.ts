/**
 * `Discrete`: one of `size` consecutive integers, from `start` (default 0) upwards. After
 * Gymnasium's space of that name.
 *
 * A mask has one entry for each integer. Sampling under a mask that allows nothing throws.
 * Gymnasium answers `start` there, which is an illegal action.
 */
import type { ActionMask, Space } from "../contract.ts";
import { InputError } from "../model/errors.ts";
import type { Rng } from "../model/rng.ts";

export interface Discrete extends Space<number> {
  readonly kind: "Discrete";
  readonly size: number;
  readonly start: number;
}

export function discrete(size: number, { start = 0 }: { readonly start?: number } = {}): Discrete {
  if (!Number.isInteger(size) || size < 1)
    throw new InputError(`Discrete: size is ${size}, expected a whole number of at least 1.`);
  if (!Number.isInteger(start)) throw new InputError(`Discrete: start is ${start}, expected a whole number.`);
  const describe = () => (start === 0 ? `Discrete(${size})` : `Discrete(${size}, start ${start})`);
  return {
    kind: "Discrete",
    size,
    start,
    describe,
    contains: (value): value is number =>
      typeof value === "number" && Number.isInteger(value) && value >= start && value < start + size,
    sample(rng, mask) {
      if (mask === undefined) return start + rng.int(size);
      if (mask.length !== size)
        throw new InputError(`${describe()}: the mask has ${mask.length} entries, expected ${size}.`);
      const choice = sampleMasked(rng, mask);
      if (choice === -1) throw new InputError(`${describe()}: the mask allows nothing to be sampled.`);
      return start + choice;
    },
  };
}

/** Index of a random non-zero entry, -1 where all are zero. */
export function sampleMasked(rng: Rng, mask: ActionMask): number {
  let allowed = 0;
  for (const bit of mask) if (bit !== 0) allowed++;
  if (allowed === 0) return -1;
  let skip = rng.int(allowed);
  return mask.findIndex((bit) => bit !== 0 && skip-- === 0);
}
