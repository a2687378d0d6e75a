/**
 * AccPar's types of layers whose paths part and join, such as residual blocks (Song et al., HPCA
 * 2020). The paper tries all types at a fork and its join, with a program on each path between. The
 * label core finds the same optimum on any graph of layers: types are labels, borders are edges.
 */
import { solveByElimination } from "../labels/elimination/solve.ts";
import type { LabelProblem } from "../labels/problem.ts";
import {
  type ChainLayer,
  exchangedElements,
  type SplitType,
  type TypeCosts,
  type TypedLevel,
} from "./type-chain.ts";

/** A tensor that layer `to` reads of layer `from`. */
export interface LayerEdge {
  readonly from: number;
  readonly to: number;
}

/** The label problem: a label is the place of a type among the offered ones. */
export const typeProblem = (
  layers: readonly ChainLayer[],
  edges: readonly LayerEdge[],
  offered: readonly SplitType[],
  { inside, between }: TypeCosts = exchangedElements,
): LabelProblem => ({
  nodes: layers.map((layer, l) => Float64Array.from(offered, (type) => inside(layer, type, l))),
  edges: edges.map(({ from, to }) => ({
    u: from,
    v: to,
    costs: Float64Array.from(
      offered.flatMap((before) => offered.map((type) => between(layers[to], before, type))),
    ),
  })),
});

/** Pre: some assignment of types is not forbidden. */
export function bestTypesOf(...given: Parameters<typeof typeProblem>): TypedLevel {
  const [, , offered] = given;
  const found = solveByElimination(typeProblem(...given));
  if (found.kind !== "solved") throw new Error(`The types of these layers are ${found.kind}.`);
  return { types: Array.from(found.labels, (label) => offered[label]), cost: found.cost };
}
