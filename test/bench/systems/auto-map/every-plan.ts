/** All plans of a decision process that few decisions lead to, by trying every path of actions. */
import type { VariableProcess } from "../../../../agents/learned/auto-map/variable-process.ts";
import type { ShardingPlan } from "../../../../env/index.ts";

export interface EveryPlan {
  /** By their keys. */
  readonly plans: ReadonlyMap<string, ShardingPlan>;
  readonly failures: number;
}

/** Leaves the process at its last plan. */
export function everyPlan(process: VariableProcess): EveryPlan {
  const plans = new Map<string, ShardingPlan>();
  let failures = 0;
  const open: (readonly number[])[] = [[]];
  for (let path = open.pop(); path !== undefined; path = open.pop()) {
    let end = process.reset();
    for (const action of path) end = process.step(action);
    if (end === "failed") failures++;
    else if (end === "done") plans.set(process.key(), process.plan());
    else for (const [action, legal] of process.mask.entries()) if (legal === 1) open.push([...path, action]);
  }
  return { plans, failures };
}
