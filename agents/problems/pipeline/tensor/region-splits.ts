/** Splits of a hybrid plan whose stages divide Megatron's regions along their mesh's only axis. */
import type { OpGraph } from "../../../../env/model/graph/graph.ts";
import type { TensorRegions } from "../../../../env/model/layers/tensor-regions.ts";
import type { OpSplit } from "../../../../env/model/layout/natural.ts";
import { iterationOf } from "../../../../env/model/plan/sharding.ts";

/** `regionsOf`: the regions of a stage. Stages of the host are negative. */
export const regionSplits = (
  graph: OpGraph,
  stageOf: Int32Array,
  regionsOf: (stage: number) => TensorRegions,
): (OpSplit | null)[] =>
  Array.from(stageOf, (stage, v): OpSplit | null => {
    const divided = stage < 0 ? -1 : regionsOf(stage).dimension[v];
    return divided < 0 ? null : iterationOf(graph, v)!.dimensions.map((_, d) => (d === divided ? [0] : []));
  });
