/**
 * Mesh axes on the rows of ops: samples, or tokens where there are too few samples. All parts are
 * equal, in the op and in those that follow it.
 */
import type { OpGraph } from "../../../../env/model/graph/graph.ts";
import { Role } from "../../../../env/model/graph/graph.ts";
import { type OpSplit, unsplit, usedAxes } from "../../../../env/model/layout/natural.ts";
import { iterationOf } from "../../../../env/model/plan/sharding.ts";
import type { SplitRules } from "../legal-splits.ts";

const ROW_KINDS = ["batch", "sequence"];

/** The split with the axis on the first dimension of rows that it divides evenly, null for none. */
export function onRows(
  graph: OpGraph,
  rules: SplitRules,
  v: number,
  split: OpSplit,
  axis: number,
): OpSplit | null {
  const { dimensions } = iterationOf(graph, v)!;
  for (const kind of ROW_KINDS)
    for (const [dimension, own] of dimensions.entries()) {
      if (own.kind !== kind) continue;
      const more = split.map((axes, d) => (d === dimension ? [...axes, axis] : axes));
      if (rules.isLegal(v, more)) return more;
    }
  return null;
}

/** Forward ops take mesh axes that divide nothing of them on their rows, where they can. */
export function withSpareAxes(
  graph: OpGraph,
  rules: SplitRules,
  splits: readonly (OpSplit | null)[],
  axes: readonly number[],
): (OpSplit | null)[] {
  return splits.map((given, v) => {
    const iteration = iterationOf(graph, v);
    if (iteration === null || graph.role[v] !== Role.forward) return given;
    let split = given ?? unsplit(iteration);
    for (const axis of axes)
      if (!usedAxes(split).includes(axis)) split = onRows(graph, rules, v, split, axis) ?? split;
    return split;
  });
}
