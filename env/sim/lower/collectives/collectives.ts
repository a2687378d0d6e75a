/**
 * The sum of the gradients of replicas as tasks on the cluster's own links. A plan chooses among
 * `ring`, `tree` and `hierarchical`; one small file makes each.
 */
import { levelsOf } from "../../../model/cluster/levels.ts";
import type { Lowering } from "../lowering.ts";
import { hierarchicalAllReduce } from "./hierarchical.ts";
import { ringAllReduce } from "./ring.ts";
import { treeAllReduce } from "./tree.ts";

export interface Members {
  /** Devices of the members, in ring order. */
  readonly devices: readonly number[];
  /** Entry of the table of bytes that is summed. */
  readonly amount: number;
  /** The task that each member waits for, -1 for none. */
  readonly ready: readonly number[];
  /** Adds a task without work for a member. */
  readonly step: (member: number) => number;
}

/** Returns the last task of each member. Pre: at least two members. */
export function allReduce(lowering: Lowering, members: Members): readonly number[] {
  const { builder, plan, scenario } = lowering;
  const first = members.ready.map((ready, member) => {
    const task = members.step(member);
    if (ready !== -1) builder.after(task, ready);
    return task;
  });
  const started = { ...members, builder, last: first };
  if (plan.collective === "tree") return treeAllReduce(started);
  if (plan.collective === "hierarchical")
    return hierarchicalAllReduce(started, levelsOf(scenario.cluster)[0]);
  return ringAllReduce(started);
}
