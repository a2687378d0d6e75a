/**
 * The direct counts of the shared sheet on the families of tensor parallelism. They are the bytes
 * that each rank sends in a training step of products one after another. The gradient of the first
 * input is not needed; that of the output is given.
 */
import type { FamilyShape } from "../../../../../agents/problems/sharding/macros/family.ts";

export interface Products {
  readonly widths: readonly number[];
  readonly rows: number;
  readonly elementBytes: number;
}

export function directBytes({ widths, rows, elementBytes }: Products, shape: FamilyShape): number {
  const linears = widths.slice(1).map((to, i) => ({
    x: rows * widths[i] * elementBytes,
    w: widths[i] * to * elementBytes,
    y: rows * to * elementBytes,
    isFirst: i === 0,
  }));
  if (shape.family === "1d") {
    // A pair sums the output of its second product, and nothing for the first one's input. The
    // third product is whole, with equal gradients on all ranks.
    return ((2 * (shape.ranks - 1)) / shape.ranks) * linears[1].y;
  }
  const depth = shape.family === "2.5d" ? shape.depth! : 1;
  let bytes = 0;
  if (shape.family === "3d") {
    const side = Math.cbrt(shape.ranks);
    const share = (side - 1) / side ** 3;
    // Forward X, W, Y; backward dY, dX, dW and W once more.
    for (const { x, w, y, isFirst } of linears)
      bytes += share * (x + w + y) + share * (isFirst ? y + w : y + w + x + w);
    return bytes;
  }
  const side = Math.sqrt(shape.ranks / depth);
  const share = (side - 1) / side ** 2;
  for (const { x, w, isFirst } of linears) {
    const forward = share * (x / depth + w);
    const inputGradient = isFirst ? 0 : share * (w + x / depth);
    const weightGradient = share * (x / depth + w) + ((2 * (depth - 1)) / depth) * (w / side ** 2);
    bytes += forward + inputGradient + weightGradient;
  }
  return bytes;
}
