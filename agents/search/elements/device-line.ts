/**
 * The line of devices under a contiguous assignment. Every edge between elements stays on its
 * device or leads to one that is further on. Devices without elements may stand anywhere.
 */

import { stronglyConnectedComponents } from "../../../env/model/graph/components.ts";
import type { Elements } from "../../../env/model/layers/elements.ts";

/** Position of each device in a line that the assignment allows, shape [deviceCount]. */
export function lineOf(
  { successors }: Pick<Elements, "successors">,
  deviceOf: ArrayLike<number>,
  deviceCount: number,
): Int32Array {
  const onward = Array.from({ length: deviceCount }, () => new Set<number>());
  successors.forEach((list, v) => {
    for (const w of list) if (deviceOf[v] !== deviceOf[w]) onward[deviceOf[v]].add(deviceOf[w]);
  });
  // Edges between components lead from the higher number.
  const { of, count } = stronglyConnectedComponents(onward.map((to) => [...to]));
  if (count < deviceCount) throw new Error("The assignment is not contiguous.");
  return of.map((component) => count - 1 - component);
}

export function predecessorsOf({ successors }: Pick<Elements, "successors">): readonly (readonly number[])[] {
  const predecessors = successors.map((): number[] => []);
  successors.forEach((list, v) => {
    for (const w of list) predecessors[w].push(v);
  });
  return predecessors;
}
