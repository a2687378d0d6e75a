/**
 * RaNNC's search over shapes (Tanaka et al., IPDPS 2021; nict-wisdom/rannc): groups of 1, 2, ...
 * nodes that divide the cluster, numbers of stages upwards, numbers of micro-batches.
 *
 * The search ends at the first number of stages at which some number of micro-batches fits, and
 * then takes the plan of least estimated time. So it prefers the fewest stages that fit. With `all`
 * it goes on to all shapes.
 */
import { estimatedTime, type RanncProblem, type RanncShape, type RanncStage } from "./problem.ts";

export interface RanncCluster {
  readonly nodes: number;
  readonly devicesPerNode: number;
}

export interface RanncSearch {
  readonly search: "first" | "all";
  /** Numbers to try. The released planner tries 1, 2, 4, ... 32, up to the samples of the batch. */
  readonly microBatches: readonly number[];
  /** ranncStages or paretoStages. */
  readonly program: (problem: RanncProblem, shape: RanncShape) => RanncStage[] | null;
}

export interface RanncPlan {
  readonly shape: RanncShape;
  readonly stages: readonly RanncStage[];
  readonly estimatedUs: number;
}

/** Null where nothing fits. */
export function ranncPlan(
  problem: RanncProblem,
  cluster: RanncCluster,
  options: RanncSearch,
): RanncPlan | null {
  let best: RanncPlan | null = null;
  for (const shapes of shapesOf(problem, cluster, options)) {
    for (const shape of shapes) {
      const stages = options.program(problem, shape);
      if (stages === null) continue;
      const estimatedUs = estimatedTime(problem, shape, stages);
      if (best === null || estimatedUs < best.estimatedUs) best = { shape, stages, estimatedUs };
    }
    if (best !== null && options.search === "first") break;
  }
  return best;
}

/** Shapes that differ in their micro-batches alone, by groups of nodes and numbers of stages. */
function* shapesOf(
  { blocks }: RanncProblem,
  { nodes, devicesPerNode }: RanncCluster,
  { microBatches }: RanncSearch,
): Generator<RanncShape[]> {
  let most = 0;
  for (let group = 1; group <= nodes; group++) {
    if (nodes % group !== 0) continue;
    const devices = devicesPerNode * group;
    for (let stages = Math.min(most + 1, blocks); stages <= Math.min(devices, blocks); stages++) {
      yield microBatches.map((number) => ({
        stages,
        devices,
        copies: nodes / group,
        microBatches: number,
      }));
    }
    most = devices;
  }
}
