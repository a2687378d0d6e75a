/**
 * Completes a few decisions to the splits of a whole plan. The two policies share links, divisions
 * and decisions (rules.ts, divisions.ts, decisions.ts):
 *
 * - `priority`: GSPMD's levels (by-priority.ts); parts are rounded up;
 * - `conflict`: PartIR's stops and AutoMap's `InferRest` (by-conflict.ts, infer-rest.ts); parts are
 *   equal.
 */
import { WHOLE } from "../../graph/iteration.ts";
import type { MeshSizes } from "../mesh.ts";
import type { OpSplit } from "../natural.ts";
import { emptyWorklist, noteChange, propagateToConflicts } from "./by-conflict.ts";
import { propagateByPriority } from "./by-priority.ts";
import { type Decision, decide } from "./decisions.ts";
import { Divisions } from "./divisions.ts";
import { inferRest, type OpAxis, stuckOps } from "./infer-rest.ts";
import type { PropagationRules } from "./rules.ts";

export const propagationPolicies = ["priority", "conflict"] as const;
export type PropagationPolicy = (typeof propagationPolicies)[number];

export interface Completed {
  /** The split of each op, null for one that is not divided or that follows its twin. */
  readonly split: (OpSplit | null)[];
  /** Where `conflict` stopped before the rest was inferred. */
  readonly stuck: readonly OpAxis[];
  /** Which of these stay whole, by `InferRest`. With the splits, it is all that was decided. */
  readonly whole: readonly OpAxis[];
  /** Passes of `priority`, or ops that `conflict` looked at. */
  readonly work: number;
}

/** Throws one sentence on a decision that cannot be taken. */
export function completeSharding(
  rules: PropagationRules,
  sizes: MeshSizes,
  decisions: readonly Decision[],
  policy: PropagationPolicy,
): Completed {
  const divisions = new Divisions(rules, sizes, policy === "conflict");
  for (const decision of decisions) decide(divisions, decision);
  if (policy === "priority") {
    const divided = decisions.filter(({ dimension }) => dimension !== WHOLE);
    const fixed = new Set(divided.map(({ op, dimension }) => rules.dimensionStart[op] + dimension));
    const work = propagateByPriority(divisions, fixed);
    return { split: divisions.splits(), stuck: [], whole: [], work };
  }
  const changed = emptyWorklist(divisions);
  for (const { op, axis } of decisions) noteChange(divisions, changed, op, axis);
  const work = propagateToConflicts(divisions, changed);
  const stuck = stuckOps(divisions);
  const whole = inferRest(divisions);
  return { split: divisions.splits(), stuck, whole, work };
}
