/**
 * What steps between layouts take on the links of a mesh, by the closed formulas of a ring
 * (env/model/layout/alpha-beta.ts). All groups along the step's mesh axes send at once, and share
 * the links that their routes have in common. Gathers and scatters over several axes go the way
 * that the lowering takes.
 */
import type { Cluster } from "../../../../env/model/cluster/cluster.ts";
import { allReduceUs, gatherWay, linkCosts, sendUs } from "../../../../env/model/layout/alpha-beta.ts";
import { localElements } from "../../../../env/model/layout/layout.ts";
import { countAlong, type Mesh, sizesOf } from "../../../../env/model/layout/mesh.ts";
import {
  commonElements,
  dividingOrder,
  type ReshardStep,
  sentElements,
} from "../../../../env/model/layout/steps.ts";

/** Time of a step, or its cost in a planner's own unit. */
export type StepCost = (step: ReshardStep, shape: readonly number[], bytesPerElement: number) => number;

/** On idle links, us. */
export function stepTimes(cluster: Cluster, mesh: Mesh): StepCost {
  const sizes = sizesOf(mesh);
  const linkOf = linkCosts(cluster, mesh);
  return (step, shape, bytesPerElement) => {
    const { kind, group, from, to } = step;
    if (kind === "slice") return 0;
    const count = countAlong(group, sizes);
    if (count === 1) return 0;
    const held = localElements(shape, from, sizes) * bytesPerElement;
    if (kind === "all-reduce") return allReduceUs(count, held, linkOf(group, 1));
    if (kind === "reduce-scatter") {
      const left = localElements(shape, to, sizes) * bytesPerElement;
      return gatherWay(dividingOrder(step).reverse(), sizes, left, linkOf).us;
    }
    if (kind === "all-gather") return gatherWay(dividingOrder(step).reverse(), sizes, held, linkOf).us;
    if (kind === "exchange")
      return sendUs(sentElements(step, shape, sizes) * bytesPerElement, linkOf(group, 1));
    if (kind === "permute") return sendUs(held, linkOf(group, 1));
    const part = commonElements(step, shape, sizes) * bytesPerElement;
    let us = 0;
    for (let shift = 1; shift < count; shift++) us += sendUs(part, linkOf(group, shift));
    return us;
  };
}
