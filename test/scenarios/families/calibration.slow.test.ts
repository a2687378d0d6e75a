/**
 * The families stay as hard as in the study that the learning thresholds were set on. Random
 * placements and hill climbing are within 0.1 of its table, as means over the first 16 members of
 * the test split. The command `npm run calibrate` prints all columns.
 */
import { expect, test } from "vitest";
import { familyMembers, resolveScenario } from "../../../scenarios/index.ts";
import { difficulty, referenceRows, tuned } from "./difficulty.ts";

test.each(referenceRows)("$family is as hard as $study on $devices devices", async (row) => {
  const uris = familyMembers(`${row.family}/test/0-15/${row.devices}xK80`);
  const scenarios = await Promise.all(uris.map((uri) => resolveScenario(uri)));
  for (const column of tuned) {
    const ratio = await difficulty(column, scenarios, [1]);
    expect(Math.abs(ratio - row.ratios[column]), `${column}: ${ratio.toFixed(3)}`).toBeLessThanOrEqual(0.1);
  }
});
