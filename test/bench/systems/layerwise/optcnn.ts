/** OptCNN's lines "works in the gym when". */
import { enumerateLabels } from "../../../../agents/exact/sharding/labels/enumeration.ts";
import { solveByReduction } from "../../../../agents/exact/sharding/labels/reduction.ts";
import { type SystemCheck, seedCount } from "../check.ts";
import { cases } from "../pipelines/figures.ts";
import { seriesParallelProblem } from "./drawn-labels.ts";

const GRAPHS = 1000;

const bruteForce: SystemCheck = {
  system: "optcnn",
  check: `elimination against all labelings, ${GRAPHS} drawn series-parallel graphs of at most 7 layers with at most 6 configurations`,
  target: "equal cost on all, and at most 2 nodes remain",
  seeds: 1,
  async run(scale) {
    const problems = cases("optcnn", seedCount(GRAPHS, scale)).map((rng) =>
      seriesParallelProblem(rng, { layers: 7, labels: 6 }),
    );
    let [equal, mostLeft] = [0, 0];
    for (const problem of problems) {
      const found = solveByReduction(problem);
      if (found.kind !== "solved") continue;
      if (found.cost === enumerateLabels(problem).cost) equal++;
      mostLeft = Math.max(mostLeft, found.remaining);
    }
    return {
      measured: `equal on ${equal} of ${problems.length}, at most ${mostLeft} nodes remain`,
      passed: equal === problems.length && mostLeft <= 2,
    };
  },
};

export const checks: readonly SystemCheck[] = [bruteForce];
