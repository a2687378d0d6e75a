/** What is known of the outputs of an op. */
import type { OpGraph } from "../../../model/graph/graph.ts";
import { iterationOf } from "../../../model/plan/sharding.ts";

/** Shapes and bytes of an op's outputs; the empty shape where the op does not tell. */
export function outputsOf(
  graph: OpGraph,
  v: number,
): { readonly shape: readonly number[]; readonly bytes: number }[] {
  const iteration = iterationOf(graph, v);
  const first = graph.outputStart[v];
  return Array.from({ length: graph.outputStart[v + 1] - first }, (_, output) => ({
    shape: iteration?.outputs[output]?.shape ?? [],
    bytes: graph.outputBytes[first + output],
  }));
}
