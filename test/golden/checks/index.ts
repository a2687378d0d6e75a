/** The golden files that `test/golden/check.ts` knows. */
import type { GoldenCheck } from "./contract.ts";
import { dapplePlanner } from "./dapple-planner.ts";
import { hybridPipeline } from "./hybrid-pipeline.ts";

export const goldenChecks: readonly GoldenCheck[] = [dapplePlanner, hybridPipeline];
