/** The golden files that `test/golden/check.ts` knows. */
import { chimeraSchedules } from "./chimera-schedules.ts";
import { collectiveBytes } from "./collective-bytes.ts";
import type { GoldenCheck } from "./contract.ts";
import { dapplePlanner } from "./dapple-planner.ts";
import { heterpsSmall } from "./heterps-small.ts";
import { hybridPipeline } from "./hybrid-pipeline.ts";
import { pipedream } from "./pipedream.ts";
import { pipelineSchedules } from "./pipeline-schedules.ts";
import { torchgpipeBlockpartition } from "./torchgpipe-blockpartition.ts";

export const goldenChecks: readonly GoldenCheck[] = [
  chimeraSchedules,
  collectiveBytes,
  dapplePlanner,
  heterpsSmall,
  hybridPipeline,
  pipedream,
  pipelineSchedules,
  torchgpipeBlockpartition,
];
