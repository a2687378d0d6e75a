/** The golden files that `test/golden/check.ts` knows. */
import { chimeraSchedules } from "./chimera-schedules.ts";
import type { GoldenCheck } from "./contract.ts";
import { dapplePlanner } from "./dapple-planner.ts";
import { heterpsSmall } from "./heterps-small.ts";
import { hybridPipeline } from "./hybrid-pipeline.ts";
import { pipedream } from "./pipedream.ts";
import { pipelineSchedules } from "./pipeline-schedules.ts";
import { piperPlans } from "./piper-plans.ts";
import { piperSmall } from "./piper-small.ts";
import { torchgpipeBlockpartition } from "./torchgpipe-blockpartition.ts";

export const goldenChecks: readonly GoldenCheck[] = [
  chimeraSchedules,
  dapplePlanner,
  heterpsSmall,
  hybridPipeline,
  pipedream,
  pipelineSchedules,
  piperPlans,
  piperSmall,
  torchgpipeBlockpartition,
];
