/**
 * Alpa's line "works in the gym when" on its inter-operator program. Those on its intra-operator
 * program have no subject here: the planner offers Megatron's layouts alone.
 */
import { submeshPlan } from "../../../../agents/exact/stages/alpa/submesh-stages.ts";
import { createRng } from "../../../../env/index.ts";
import { bestLatency, drawnProblem } from "../../../agents/exact/stages/alpa/every-submesh-plan.ts";
import type { SystemCheck } from "../check.ts";
import { range } from "./figures.ts";

const PROBLEMS = 200;

const program: SystemCheck = {
  system: "alpa",
  check: `inter-operator program against every plan, ${PROBLEMS} drawn problems of at most 6 layers and 8 devices, half with memory`,
  target: "equal on all",
  seeds: 1,
  async run() {
    let equal = 0;
    let feasible = 0;
    for (const seed of range(0, PROBLEMS - 1)) {
      const rng = createRng(`alpa ${seed}`);
      const [layers, devices, microBatches] = [1 + rng.int(6), 1 + rng.int(8), 1 + rng.int(8)];
      const problem = drawnProblem(seed, { layers, devices, microBatches, hasLimit: seed % 2 === 1 });
      const latency = submeshPlan(problem)?.latency ?? null;
      if (latency === bestLatency(problem)) equal++;
      if (latency !== null) feasible++;
    }
    return {
      measured: `equal ${equal} of ${PROBLEMS}, of which ${feasible} have a plan`,
      passed: equal === PROBLEMS,
    };
  },
};

export const checks: readonly SystemCheck[] = [program];
