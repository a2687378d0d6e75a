/**
 * What stays of a sharding plan when devices come or go (Ao et al., arXiv 2112.02752). The mesh
 * axis of the same number goes on dividing the same dimension. Weights that a device holds stay.
 */

import { elementsIn, rangeOf } from "../../../env/model/layout/layout.ts";
import { coordinatesOf, sizesOf } from "../../../env/model/layout/mesh.ts";
import { naturalLayouts } from "../../../env/model/layout/natural.ts";
import { iterationOf, type ShardingPlan, splitOf } from "../../../env/model/plan/sharding.ts";
import type { Scenario } from "../../../env/model/scenario.ts";

/** Sizes for another number of devices: the first axis takes the change where it can. */
export function keptSizes(sizes: readonly number[], count: number): number[] {
  for (const at of sizes.keys()) {
    const rest = sizes.reduce((product, size, axis) => (axis === at ? product : product * size), 1);
    if (count % rest === 0) return sizes.map((size, axis) => (axis === at ? count / rest : size));
  }
  return sizes.map((_, axis) => (axis === 0 ? count : 1));
}

/** Bytes of weights that devices of the second plan lack after the first one. */
export function movedBytes({ graph }: Scenario, before: ShardingPlan, after: ShardingPlan): number {
  let bytes = 0;
  for (let v = 0; v < graph.opCount; v++) {
    const iteration = iterationOf(graph, v);
    if (iteration === null || graph.parameterBytes[v] === 0) continue;
    const elements = iteration.parameters.reduce((sum, { shape }) => sum + elementsIn(shape), 0);
    iteration.parameters.forEach(({ shape }, parameter) => {
      const blocks = [before, after].map((plan) => {
        const layout = naturalLayouts(iteration, splitOf(graph, plan, v)!).parameters[parameter];
        const sizes = sizesOf(plan.mesh);
        return new Map(
          plan.mesh.devices.map((device, rank) => [
            device,
            shape.map((length, t) => rangeOf(length, layout.axes[t], sizes, coordinatesOf(sizes, rank))),
          ]),
        );
      });
      for (const [device, wanted] of blocks[1]) {
        const held = blocks[0].get(device);
        const size = wanted.reduce((product, { from, to }) => product * (to - from), 1);
        const common =
          held === undefined
            ? 0
            : wanted.reduce(
                (product, { from, to }, t) =>
                  product * Math.max(0, Math.min(to, held[t].to) - Math.max(from, held[t].from)),
                1,
              );
        bytes += (graph.parameterBytes[v] * (size - common)) / Math.max(1, elements);
      }
    });
  }
  return bytes;
}
