/** The golden files that `test/golden/check.ts` knows. */
import type { GoldenCheck } from "./contract.ts";
import { torchgpipeBlockpartition } from "./torchgpipe-blockpartition.ts";

export const goldenChecks: readonly GoldenCheck[] = [torchgpipeBlockpartition];
