/**
 * Auto-MAP's lines "works in the gym when". Scale takes seeds, episodes, simulations and spaces.
 * The paper's graphs are not published; these are the gym's, on one mesh axis of all devices.
 *
 * A plan is what decisions on variables lead to without a failure. Spaces are small enough to try
 * every plan, or too large and then compared with other methods.
 */

import type { SystemCheck } from "../check.ts";
import { linkageChecks } from "../auto-map/linkage.ts";
import { maskCheck } from "../auto-map/mask.ts";
import { optimumCheck } from "../auto-map/optimum.ts";
import { rivalsCheck } from "../auto-map/rivals.ts";
import { structureChecks } from "../auto-map/structures.ts";

export const checks: readonly SystemCheck[] = [
  ...linkageChecks,
  optimumCheck,
  ...structureChecks,
  maskCheck,
  rivalsCheck,
];
