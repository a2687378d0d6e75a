/** An order of lowered tasks in which producers come before consumers: Kahn's algorithm. */
import type { Compiled } from "../../engine/compile.ts";

/** Shorter than there are tasks where some wait for each other. */
export function taskOrder({ opCount, waitsFor, depStart, depConsumer }: Compiled): number[] {
  const left = waitsFor.slice();
  const order: number[] = [];
  for (let v = 0; v < opCount; v++) if (left[v] === 0) order.push(v);
  for (const v of order)
    for (let i = depStart[v]; i < depStart[v + 1]; i++)
      if (--left[depConsumer[i]] === 0) order.push(depConsumer[i]);
  return order;
}
