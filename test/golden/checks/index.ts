/** The golden files that `test/golden/check.ts` knows. */
import type { GoldenCheck } from "./contract.ts";
import { heterpsSmall } from "./heterps-small.ts";

export const goldenChecks: readonly GoldenCheck[] = [heterpsSmall];
