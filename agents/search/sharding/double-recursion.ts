/**
 * D-Rec's double recursion (MindSpore's `recursive_programming`, Huawei). The outer recursion
 * halves the devices. The inner one visits the ops, heaviest first. It cuts each along the
 * dimension of least cost, given the neighbours cut in this halving. Nothing is revised.
 *
 *   cut of a product that leaves whole   costs
 *   the second operand (weights)         half of it, a quarter of that for a matrix product
 *   the first operand                    half of it
 *   the result, as partial sums          half of it
 *
 * All sizes are elements on one device. A neighbour that has the tensor between in another layout
 * costs 16 times its elements. Other ops cost nothing and so follow.
 */
import { type OpGraph, Role } from "../../../env/model/graph/graph.ts";
import { type OpIteration, type TensorAxes, WHOLE } from "../../../env/model/graph/iteration.ts";
import { dataEdges, iterationOf } from "../../../env/model/plan/sharding.ts";
import { pairsOf } from "../../problems/sharding/completed-splits.ts";
import { NONE, type SplitRules, splitOfChoice } from "../../problems/sharding/legal-splits.ts";

export interface CutCosts {
  /** Of a neighbour in another layout, for each element. */
  readonly redistribution: number;
  /** Of the weights of a matrix product that is cut along its batch. */
  readonly weights: number;
  /** Whether convolutions may be cut along their input channels. */
  readonly inputChannels: boolean;
}

export const releasedCosts: CutCosts = { redistribution: 16, weights: 0.25, inputChannels: false };

export const visitingOrders = ["weight", "reversed", "topology"] as const;
export type VisitingOrder = (typeof visitingOrders)[number];

export interface Cut {
  readonly op: number;
  readonly level: number;
  /** `NONE` where nothing can be cut. */
  readonly dimension: number;
}

/** Cuts in the order in which they were decided. */
export function doubleRecursion(
  graph: OpGraph,
  levels: number,
  rules: SplitRules,
  {
    costs = releasedCosts,
    order = "weight",
  }: { readonly costs?: CutCosts; readonly order?: VisitingOrder } = {},
): Cut[] {
  const cuts: Cut[] = [];
  const choices = Array.from({ length: graph.opCount }, (): number[] => []);
  const visited = visitingOrder(graph, order, costs);
  for (let level = 0; level < levels; level++) {
    const decided = new Map<number, number>();
    for (const op of visited) {
      const dimension = cheapest(op, decided);
      decided.set(op, dimension);
      cuts.push({ op, level, dimension });
    }
    for (const [op, dimension] of decided) choices[op].push(dimension);
  }
  return cuts;

  function cheapest(op: number, decided: ReadonlyMap<number, number>): number {
    const iteration = iterationOf(graph, op)!;
    const local = iteration.dimensions.map((_, d) => 2 ** choices[op].filter((cut) => cut === d).length);
    let best = { dimension: NONE, cost: Number.POSITIVE_INFINITY };
    for (const d of inPaperOrder(iteration)) {
      if (!rules.isLegal(op, splitOfChoice(iteration, [...choices[op], d]))) continue;
      const moved = mismatchedElements(graph, op, d, { decided, local });
      const cost = cutCost(iteration, d, local, costs) + costs.redistribution * moved;
      if (cost < best.cost) best = { dimension: d, cost };
    }
    return best.dimension;
  }
}

/** The operands and the result of a product, null for an op that is none. */
function productOf({ inputs, parameters, outputs, sums }: OpIteration): readonly TensorAxes[] | null {
  const second = parameters[0] ?? inputs[1];
  if (sums.length === 0 || inputs.length === 0 || second === undefined || outputs.length === 0) return null;
  return [inputs[0], second, outputs[0]];
}

const elementsOf = ({ shape, along }: TensorAxes, local: readonly number[]): number =>
  shape.reduce((count, length, t) => (count * length) / (along[t] === WHOLE ? 1 : local[along[t]]), 1);

/** Batch, then output, then summed dimensions (i, j, k): the first of equal cuts is taken. */
function inPaperOrder(iteration: OpIteration): number[] {
  const [first, second, result] = productOf(iteration) ?? [];
  const rank = (d: number) => {
    if (first === undefined) return 0;
    if (!second.along.includes(d)) return 0;
    if (!first.along.includes(d)) return 1;
    return result.along.includes(d) ? 3 : 2;
  };
  return [...iteration.dimensions.keys()].sort((a, b) => rank(a) - rank(b) || a - b);
}

function cutCost(iteration: OpIteration, d: number, local: readonly number[], costs: CutCosts): number {
  const product = productOf(iteration);
  if (product === null) return 0;
  const [first, second, result] = product;
  const isConvolution = iteration.dimensions.some(({ kind }) => kind === "spatial");
  if (isConvolution && iteration.dimensions[d].kind === "spatial") return Number.POSITIVE_INFINITY;
  if (!second.along.includes(d)) return (elementsOf(second, local) / 2) * (isConvolution ? 1 : costs.weights);
  if (!first.along.includes(d)) return elementsOf(first, local) / 2;
  if (result.along.includes(d)) return 0;
  return isConvolution && !costs.inputChannels ? Number.POSITIVE_INFINITY : elementsOf(result, local) / 2;
}

/** Heaviest first, of equal ones the later op. Weights are those of whole shapes. */
function visitingOrder(graph: OpGraph, order: VisitingOrder, costs: CutCosts): number[] {
  const ops = Array.from(graph.topologicalOrder).filter(
    (v) => graph.role[v] === Role.forward && iterationOf(graph, v) !== null,
  );
  if (order === "topology") return ops;
  const weights = new Map(ops.map((v) => [v, weightOf(iterationOf(graph, v)!, costs)]));
  const heaviest = [...ops].sort((a, b) => weights.get(b)! - weights.get(a)! || b - a);
  return order === "weight" ? heaviest : heaviest.reverse();
}

/** The largest cost of a matrix product's cuts, the least of a convolution's. */
function weightOf(iteration: OpIteration, costs: CutCosts): number {
  if (productOf(iteration) === null) return 0;
  const local = iteration.dimensions.map(() => 1);
  const found = [...iteration.dimensions.keys()]
    .map((d) => cutCost(iteration, d, local, costs))
    .filter((cost) => cost < Number.POSITIVE_INFINITY);
  const isConvolution = iteration.dimensions.some(({ kind }) => kind === "spatial");
  return isConvolution ? Math.min(...found) : Math.max(0, ...found);
}

interface Decisions {
  readonly decided: ReadonlyMap<number, number>;
  /** Parts of each dimension of the op by now. */
  readonly local: readonly number[];
}

/** Elements of the tensors that decided neighbours have in another layout in this halving. */
function mismatchedElements(graph: OpGraph, op: number, d: number, { decided, local }: Decisions): number {
  const own = iterationOf(graph, op)!;
  let elements = 0;
  const compare = (mine: TensorAxes | undefined, other: number, its: TensorAxes | undefined) => {
    const cut = decided.get(other);
    if (cut === undefined || mine === undefined || its === undefined) return;
    const myAxis = mine.along.indexOf(d);
    const itsAxis = cut === NONE ? -1 : its.along.indexOf(cut);
    const isSame =
      myAxis === -1 || itsAxis === -1
        ? myAxis === itsAxis
        : pairsOf(mine, its).some(([from, to]) => from === myAxis && to === itsAxis);
    if (!isSame) elements += elementsOf(mine, local);
  };
  dataEdges(graph, op).forEach((e, i) => {
    const maker = graph.edgeSource[e];
    compare(own.inputs[i], maker, iterationOf(graph, maker)?.outputs[graph.edgeOutput[e]]);
  });
  for (let i = graph.outStart[op]; i < graph.outStart[op + 1]; i++) {
    const e = graph.outEdge[i];
    const user = graph.edgeDestination[e];
    if (!decided.has(user)) continue;
    compare(
      own.outputs[graph.edgeOutput[e]],
      user,
      iterationOf(graph, user)?.inputs[dataEdges(graph, user).indexOf(e)],
    );
  }
  return elements;
}
