/**
 * Splits of all forward ops from those of a few. An op is divided as its inputs arrive, and one
 * before all given ops as its outputs are needed. Planners that decide for layers with weights
 * complete their plans so. It takes the first input that divides a dimension, axis by axis.
 */
import type { OpGraph } from "../../../env/model/graph/graph.ts";
import { Role } from "../../../env/model/graph/graph.ts";
import { type OpIteration, type TensorAxes, WHOLE } from "../../../env/model/graph/iteration.ts";
import { matchedAxes } from "../../../env/model/graph/matched-axes.ts";
import { elementsIn } from "../../../env/model/layout/layout.ts";
import type { MeshSizes } from "../../../env/model/layout/mesh.ts";
import { naturalLayouts, type OpSplit, type Panels, unsplit } from "../../../env/model/layout/natural.ts";
import { dataEdges, iterationOf } from "../../../env/model/plan/sharding.ts";
import type { OpPanels } from "../../../env/model/plan/sharding-fields/op-fields.ts";
import { splitRules } from "./legal-splits.ts";

/**
 * `given`: a split for each op that is decided, null for the rest. Some of these may pass `panels`.
 * Post: forward ops with dimensions have a split, all others null. Every split has equal parts if
 * the given ones have.
 */
export function completedSplits(
  graph: OpGraph,
  sizes: MeshSizes,
  given: readonly (OpSplit | null)[],
  panels: readonly OpPanels[] = [],
): (OpSplit | null)[] {
  const rules = splitRules(graph, sizes);
  const splits = [...given];
  const so: SoFar = { graph, splits, panelsOf: new Map(panels.map((each) => [each.op, each])) };
  const order = graph.topologicalOrder.filter((v) => graph.role[v] === Role.forward);
  for (const v of order) fill(v, (iteration) => arriving(so, v, iteration));
  for (const v of order.toReversed()) fill(v, (iteration) => needed(so, v, iteration));
  for (const v of order) {
    const iteration = iterationOf(graph, v);
    if (iteration !== null) splits[v] ??= unsplit(iteration);
  }
  return splits;

  /** Adds what is wanted of an open op, as far as it is legal. */
  function fill(v: number, wantedOf: (iteration: OpIteration) => Iterable<Wanted>): void {
    const iteration = iterationOf(graph, v);
    if (iteration === null || given[v] !== null) return;
    let split: OpSplit = splits[v] ?? unsplit(iteration);
    for (const { axis, dimension } of wantedOf(iteration)) {
      if (split.some((axes) => axes.includes(axis))) continue;
      const more = split.map((axes, d) => (d === dimension ? [...axes, axis] : axes));
      if (rules.isLegal(v, more)) split = more;
    }
    if (split.some(({ length }) => length > 0)) splits[v] = split;
  }
}

interface Wanted {
  readonly axis: number;
  readonly dimension: number;
}

interface SoFar {
  readonly graph: OpGraph;
  readonly splits: readonly (OpSplit | null)[];
  readonly panelsOf: ReadonlyMap<number, Panels>;
}

function* arriving({ graph, splits, panelsOf }: SoFar, v: number, iteration: OpIteration): Iterable<Wanted> {
  for (const [i, e] of dataEdges(graph, v).entries()) {
    const [source, port] = [graph.edgeSource[e], graph.edgeOutput[e]];
    const maker = iterationOf(graph, source);
    const split = splits[source];
    if (maker === null || split === null || iteration.inputs[i] === undefined) continue;
    const { axes } = naturalLayouts(maker, split, panelsOf.get(source)).outputs[port];
    for (const [from, to] of pairsOf(maker.outputs[port], iteration.inputs[i]))
      if (iteration.inputs[i].along[to] !== WHOLE)
        for (const axis of axes[from]) yield { axis, dimension: iteration.inputs[i].along[to] };
  }
}

function* needed({ graph, splits, panelsOf }: SoFar, v: number, iteration: OpIteration): Iterable<Wanted> {
  for (let i = graph.outStart[v]; i < graph.outStart[v + 1]; i++) {
    const e = graph.outEdge[i];
    const [user, port] = [graph.edgeDestination[e], graph.edgeOutput[e]];
    const reader = iterationOf(graph, user);
    const split = splits[user];
    if (reader === null || split === null || graph.role[user] !== Role.forward) continue;
    const input = dataEdges(graph, user).indexOf(e);
    if (input === -1 || iteration.outputs[port] === undefined) continue;
    const { axes } = naturalLayouts(reader, split, panelsOf.get(user)).inputs[input];
    for (const [from, to] of pairsOf(iteration.outputs[port], reader.inputs[input]))
      if (iteration.outputs[port].along[from] !== WHOLE)
        for (const axis of axes[to]) yield { axis, dimension: iteration.outputs[port].along[from] };
  }
}

/** Equal axes of two shapes of one tensor, from the maker's to the reader's. */
export function pairsOf(made: TensorAxes, read: TensorAxes): [number, number][] {
  if (made.shape.join() === read.shape.join()) return made.shape.map((_, t) => [t, t]);
  const count = elementsIn(made.shape);
  if (count === 0 || count !== elementsIn(read.shape)) return [];
  return matchedAxes(made.shape, read.shape).map(({ from, to }) => [from, to]);
}
