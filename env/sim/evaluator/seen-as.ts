/**
 * An evaluator of one scenario that passes for that of another with the same ops, groups and
 * devices. What it is asked from sees the other scenario, and its plans get the true scores.
 */
import type { Scenario } from "../../model/scenario.ts";
import type { Evaluator } from "./contract.ts";

export const seenAs = (believed: Scenario, truth: Evaluator): Evaluator =>
  Object.create(truth, { scenario: { value: believed, enumerable: true } });
