/** Data parallelism as splits: all axes divide every forward op along its batch. */
import type { OpGraph } from "../../../env/model/graph/graph.ts";
import { Role } from "../../../env/model/graph/graph.ts";
import type { MeshSizes } from "../../../env/model/layout/mesh.ts";
import { type OpSplit, unsplit } from "../../../env/model/layout/natural.ts";
import { iterationOf } from "../../../env/model/plan/sharding.ts";
import { NONE, type SplitRules, splitOfChoice } from "./legal-splits.ts";

/** Axes that would leave unequal parts of a batch are left out, the inner ones first. */
export function dataParallelSplits(graph: OpGraph, sizes: MeshSizes, rules: SplitRules): (OpSplit | null)[] {
  return Array.from({ length: graph.opCount }, (_, v) => {
    const iteration = iterationOf(graph, v);
    if (graph.role[v] !== Role.forward || iteration === null) return null;
    const batch = iteration.dimensions.findIndex(({ kind }) => kind === "batch");
    for (let axes = sizes.length; axes > 0 && batch !== -1; axes--) {
      const split = splitOfChoice(
        iteration,
        sizes.map((_, axis) => (axis < axes ? batch : NONE)),
      );
      if (rules.isLegal(v, split)) return split;
    }
    return unsplit(iteration);
  });
}
