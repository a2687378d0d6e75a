/** The golden files that `test/golden/check.ts` knows. */
import type { GoldenCheck } from "./contract.ts";
import { pipedream } from "./pipedream.ts";

export const goldenChecks: readonly GoldenCheck[] = [pipedream];
