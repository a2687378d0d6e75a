/**
 * Which splits a planner offers for the head of a group. Each mesh axis goes to one of the
 * dimensions that the planner divides, or to none, in every way.
 */
import type { OpGraph } from "../../../../env/model/graph/graph.ts";
import { type OpIteration, WHOLE } from "../../../../env/model/graph/iteration.ts";
import { countAlong, type MeshSizes } from "../../../../env/model/layout/mesh.ts";
import { type OpSplit, usedAxes } from "../../../../env/model/layout/natural.ts";
import { iterationOf } from "../../../../env/model/plan/sharding.ts";
import { mayTake } from "./division.ts";
import { isProduct } from "./groups.ts";

export interface Offer {
  /** Whether the planner divides a dimension of the op. */
  readonly divides: (iteration: OpIteration, dimension: number) => boolean;
  /** For which heads only splits that use the most ranks are offered. */
  readonly fully: "all" | "products" | "none";
  /** What else a split must meet; a head that no split of meets it has them all. */
  readonly requires?: (iteration: OpIteration, split: OpSplit) => boolean;
  /** Parts must be equal; else the last ones may be shorter. */
  readonly evenly?: true;
  /** Height and width may be divided where parts need rows of their neighbours. */
  readonly halos?: true;
}

/** PaSE and TensorOpt: every dimension, over all ranks or fewer. */
export const everyDimension: Offer = { divides: () => true, fully: "none" };

/** Alpa: every dimension, and products are divided among all ranks. */
export const fullyDivided: Offer = { divides: () => true, fully: "products", evenly: true };

/** The same with the batch on the first mesh axis, as Alpa's release has it by default on grids. */
export const batchOnFirst: Offer = {
  ...fullyDivided,
  requires: ({ dimensions }, split) =>
    dimensions.some(({ kind }, d) => kind === "batch" && split[d].includes(0)),
};

/** OptCNN: dimensions of the output that are not summed, so not that of a contraction. */
export const outputDimensions: Offer = {
  divides: ({ outputs, sums, dimensions }, dimension) =>
    !sums.includes(dimension) &&
    dimensions[dimension].kind !== "sequence" &&
    outputs.some(({ along }) => along.some((of) => of !== WHOLE && of === dimension)),
  fully: "none",
};

/** Data parallelism: the batch. */
export const batchAlone: Offer = {
  divides: ({ dimensions }, dimension) => dimensions[dimension].kind === "batch",
  fully: "all",
};

/** In a fixed order, the undivided split first. Axes of size 1 are given to none. */
export function offeredSplits(
  graph: Pick<OpGraph, "iterations">,
  head: number,
  twins: readonly number[],
  { offer, sizes }: { readonly offer: Offer; readonly sizes: MeshSizes },
): OpSplit[] {
  const iteration = iterationOf(graph, head)!;
  const isEven = (split: OpSplit): boolean =>
    split.every((axes, d) => iteration.dimensions[d].size % countAlong(axes, sizes) === 0);
  const isOffered = (split: OpSplit): boolean =>
    mayTake(graph, head, twins, { split, sizes, halos: offer.halos === true }) &&
    (offer.evenly !== true || isEven(split));
  const dimensions = [...iteration.dimensions.keys()].filter((d) => offer.divides(iteration, d));
  let splits: OpSplit[] = [iteration.dimensions.map(() => [])];
  sizes.forEach((size, axis) => {
    if (size === 1) return;
    // What may not be divided now may not be divided further.
    splits = splits
      .flatMap((split) => [
        split,
        ...dimensions.map((d) => split.map((own, i) => (i === d ? [...own, axis] : own))),
      ])
      .filter((split) => isOffered(split));
  });
  const required = splits.filter((split) => offer.requires?.(iteration, split) ?? true);
  if (required.length > 0) splits = required;
  if (offer.fully === "none" || (offer.fully === "products" && !isProduct(iteration))) return splits;
  const ranks = (split: OpSplit) => countAlong(usedAxes(split), sizes);
  const most = Math.max(...splits.map(ranks));
  return splits.filter((split) => ranks(split) === most);
}
