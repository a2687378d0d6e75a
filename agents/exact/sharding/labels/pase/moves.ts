/**
 * What moves between two layers, as in PaSE's released code. A device needs its part of the tensor
 * and holds the part that it has made. The two overlap in the smaller size of each dimension. Where
 * the consumer has more parts, some device holds nothing, so nothing counts as held.
 */
import { partSize, product, type Shape, type Splits } from "./layer.ts";
import type { Machine } from "./machine.ts";

/** Words that a device needs and does not hold. */
export function missingWords(shape: Shape, made: Splits, needed: Splits): number {
  const need = partSize(shape, needed);
  if (product(needed) > product(made)) return need;
  let held = 1;
  for (let i = 0; i < shape.length; i++) held *= Math.min(shape[i] / made[i], shape[i] / needed[i]);
  return Math.max(0, need - held);
}

/** Forward and backward. */
export const moveCost = (shape: Shape, made: Splits, needed: Splits, { flopPerWord }: Machine): number =>
  2 * flopPerWord * missingWords(shape, made, needed);
