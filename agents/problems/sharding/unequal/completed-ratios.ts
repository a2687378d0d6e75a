/**
 * Ratios of all forward ops from those of a few. An op takes the parts of a producer's dimension
 * along the same axis of the tensor between, if the same mesh axes divide both. Ops before all
 * given ones take the parts of a reader.
 *
 * Parts that would leave a rank nothing of a dimension are not taken; the dimension is then divided
 * equally. What arrives in other parts is exchanged.
 */
import { type OpGraph, Role } from "../../../../env/model/graph/graph.ts";
import { type TensorAxes, WHOLE } from "../../../../env/model/graph/iteration.ts";
import { ratioRanges } from "../../../../env/model/layout/ranges.ts";
import { dataEdges, iterationOf, type ShardingPlan } from "../../../../env/model/plan/sharding.ts";
import type { OpRatio } from "../../../../env/model/plan/sharding-fields/op-fields.ts";

/** Pre: forward ops with dimensions have splits. */
export function completedRatios(
  graph: OpGraph,
  { split }: Pick<ShardingPlan, "split">,
  given: readonly OpRatio[],
): OpRatio[] {
  const found = new Map(given.map((ratio) => [`${ratio.op} ${ratio.dimension}`, ratio]));
  const known = new Set(given.map(({ op }) => op));
  const order = Array.from(graph.topologicalOrder).filter(
    (v) => graph.role[v] === Role.forward && split[v] !== null,
  );

  /** Parts of one op's dimensions for another's, along the tensor that both have. */
  const pass = (
    from: number,
    made: TensorAxes | undefined,
    to: number,
    read: TensorAxes | undefined,
  ): void => {
    if (split[from] === null || split[to] === null || made?.shape.join() !== read?.shape.join()) return;
    made?.along.forEach((source, t) => {
      const dimension = read!.along[t];
      const ratio = found.get(`${from} ${source}`);
      if (ratio === undefined || dimension === WHOLE || found.has(`${to} ${dimension}`)) return;
      if (split[from]![source].join() !== split[to]![dimension].join()) return;
      const { size } = iterationOf(graph, to)!.dimensions[dimension];
      if (ratioRanges(size, ratio.parts).some((range) => range.from === range.to)) return;
      found.set(`${to} ${dimension}`, { op: to, dimension, parts: ratio.parts });
    });
  };
  const edges = (v: number) =>
    dataEdges(graph, v).map((e, input) => {
      const source = graph.edgeSource[e];
      return {
        source,
        made: iterationOf(graph, source)?.outputs[graph.edgeOutput[e]],
        read: iterationOf(graph, v)?.inputs[input],
      };
    });
  for (const v of order)
    if (!known.has(v)) for (const { source, made, read } of edges(v)) pass(source, made, v, read);
  for (const v of order.toReversed())
    for (const { source, made, read } of edges(v)) if (!known.has(source)) pass(v, read, source, made);
  return [...found.values()].sort((a, b) => a.op - b.op || a.dimension - b.dimension);
}
