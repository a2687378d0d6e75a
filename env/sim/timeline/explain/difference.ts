/**
 * Two plans of one scenario compared: which ops changed their device, and what that did to the
 * step. Every number comes from the explanations of the two plans. Nothing is attributed to a
 * single move, since moves act together.
 */
import { asPlacement, type Plan } from "../../../model/plan/plan.ts";
import type { Scenario } from "../../../model/scenario.ts";
import { type Explanation, explain } from "./explanation.ts";

/** Ops of one group that went from one device to another; usually the whole group. */
export interface Relocation {
  readonly group: number;
  readonly from: number;
  readonly to: number;
  /** Ascending. */
  readonly ops: readonly number[];
  /** Weights that live with these ops. */
  readonly parameterBytes: number;
}

export interface Difference {
  readonly before: Explanation;
  readonly after: Explanation;
  /** By group, then devices. */
  readonly relocations: readonly Relocation[];
}

export function difference(scenario: Scenario, before: Plan, after: Plan): Difference {
  return {
    before: explain(scenario, before),
    after: explain(scenario, after),
    relocations: relocations(scenario, asPlacement(before).device, asPlacement(after).device),
  };
}

/** Which ops changed their device, by group, then devices. */
export function relocations(
  { graph, grouping }: Scenario,
  before: Int32Array,
  after: Int32Array,
): Relocation[] {
  const found = new Map<string, Relocation & { ops: number[]; parameterBytes: number }>();
  before.forEach((from, op) => {
    const to = after[op];
    if (from === to) return;
    const group = grouping.groupOf[op];
    const key = `${group} ${from} ${to}`;
    const entry = found.get(key) ?? { group, from, to, ops: [], parameterBytes: 0 };
    found.set(key, entry);
    entry.ops.push(op);
    entry.parameterBytes += graph.parameterBytes[op];
  });
  return [...found.values()].sort((a, b) => a.group - b.group || a.from - b.from || a.to - b.to);
}
