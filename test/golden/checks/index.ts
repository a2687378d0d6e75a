/** The golden files that `test/golden/check.ts` knows. */
import { accparChains } from "./accpar-chains.ts";
import { alpaInterop } from "./alpa-interop.ts";
import { chimeraSchedules } from "./chimera-schedules.ts";
import { collectiveBytes } from "./collective-bytes.ts";
import type { GoldenCheck } from "./contract.ts";
import { dapplePlanner } from "./dapple-planner.ts";
import { galvatronSearch } from "./galvatron-search.ts";
import { heterpsSmall } from "./heterps-small.ts";
import { hybridPipeline } from "./hybrid-pipeline.ts";
import { labelProblems } from "./label-problems.ts";
import { numberPartitioning } from "./number-partitioning.ts";
import { p2Matrices } from "./p2-matrices.ts";
import { paseNets } from "./pase-nets.ts";
import { pipedream } from "./pipedream.ts";
import { pipelineSchedules } from "./pipeline-schedules.ts";
import { piperPlans } from "./piper-plans.ts";
import { piperSmall } from "./piper-small.ts";
import { tableSharding } from "./table-sharding.ts";
import { torchgpipeBlockpartition } from "./torchgpipe-blockpartition.ts";

export const goldenChecks: readonly GoldenCheck[] = [
  chimeraSchedules,
  collectiveBytes,
  dapplePlanner,
  heterpsSmall,
  hybridPipeline,
  labelProblems,
  paseNets,
  pipedream,
  pipelineSchedules,
  piperPlans,
  piperSmall,
  torchgpipeBlockpartition,
  accparChains,
  alpaInterop,
  numberPartitioning,
  p2Matrices,
  tableSharding,
  galvatronSearch,
];
