/**
 * A good contiguous split for a solver to start from: the ideals program, ended by limits that make it no work beside the
 * solver's.
 */
import type { Scenario } from "../../env/index.ts";
import { contiguousOptimum, type Split } from "./contiguous-optimum.ts";

const limits = { ideals: 100_000, transitions: 2_000_000 };

/** The split and its max load, or null where none fits. */
export function quickSplit(scenario: Scenario): Split | null {
  const search = contiguousOptimum(scenario, limits);
  for (let step = search.next(); ; step = search.next()) if (step.done === true) return step.value.split;
}
