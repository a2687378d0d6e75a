/**
 * Changes of a sharding by one label: groups of ops that cost alike, as those of repeated blocks
 * do, change together. Changes that the label problem estimates to gain most come first.
 */
import type { ShardingPlan } from "../../../env/model/plan/sharding.ts";
import type { LabelTables } from "../../problems/sharding/labels/label-tables.ts";

export interface LabelChange {
  readonly labels: Int32Array;
  /** By how much the cost of the labels grows. */
  readonly growth: number;
}

/** The labels whose splits a plan has; null where some group has a split that is no label. */
export function labelsIn({ groups, planOf, problem }: LabelTables, plan: ShardingPlan): Int32Array | null {
  const labels = new Int32Array(groups.count);
  const most = Math.max(...problem.nodes.map(({ time }) => time.length));
  const missing = new Set(groups.heads.flatMap((head, group) => (head === -1 ? [] : [group])));
  for (let label = 0; label < most && missing.size > 0; label++) {
    const each = problem.nodes.map(({ time }) => Math.min(label, time.length - 1));
    const { mesh, split } = planOf(each);
    if (mesh.axes.map(({ size }) => size).join() !== plan.mesh.axes.map(({ size }) => size).join())
      return null;
    for (const group of missing) {
      const head = groups.heads[group];
      if (JSON.stringify(split[head]) !== JSON.stringify(plan.split[head])) continue;
      labels[group] = each[group];
      missing.delete(group);
    }
  }
  return missing.size === 0 ? labels : null;
}

/** Groups with equal tables of their own, by the first of them. */
export function alikeGroups({ groups, problem }: LabelTables): number[][] {
  const classes = new Map<string, number[]>();
  problem.nodes.forEach(({ time }, group) => {
    if (groups.heads[group] === -1 || time.length < 2) return;
    const key = time.join();
    classes.set(key, [...(classes.get(key) ?? []), group]);
  });
  return [...classes.values()];
}

/** All changes of one class of groups to one other label, least growth first. */
export function labelChanges(
  { problem }: LabelTables,
  alike: readonly (readonly number[])[],
  labels: Int32Array,
): LabelChange[] {
  const before = costOf(problem, labels);
  return alike
    .flatMap((members) =>
      Array.from(problem.nodes[members[0]].time, (_, label) => {
        const changed = Int32Array.from(labels);
        for (const group of members) changed[group] = label;
        return { labels: changed, growth: costOf(problem, changed) - before };
      }),
    )
    .filter((change) => change.labels.some((label, group) => label !== labels[group]))
    .sort((a, b) => a.growth - b.growth);
}

export function costOf({ nodes, edges }: LabelTables["problem"], labels: ArrayLike<number>): number {
  let cost = 0;
  nodes.forEach(({ time }, group) => {
    cost += time[labels[group]];
  });
  for (const { u, v, ways } of edges) cost += ways[0].time[labels[u] * nodes[v].time.length + labels[v]];
  return cost;
}
