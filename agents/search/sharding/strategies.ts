/**
 * Strategies of FlexFlow's space (Jia, Zaharia, Aiken, SysML 2019): for each op one of its
 * configurations. A configuration says which mesh axes divide which dimension of the op: samples,
 * attributes and parameters. All devices take part in every op.
 */
import { type OpGraph, Role } from "../../../env/model/graph/graph.ts";
import type { Mesh } from "../../../env/model/layout/mesh.ts";
import { sizesOf } from "../../../env/model/layout/mesh.ts";
import type { OpSplit } from "../../../env/model/layout/natural.ts";
import { iterationOf, type ShardingPlan } from "../../../env/model/plan/sharding.ts";
import type { Rng } from "../../../env/model/rng.ts";
import {
  legalChoices,
  type RuleOptions,
  splitOfChoice,
  splitRules,
} from "../../problems/sharding/legal-splits.ts";
import { dataParallelPlan } from "../../problems/sharding/macros/data-parallel.ts";

export interface StrategySpace {
  /** The ops that have configurations. */
  readonly ops: readonly number[];
  /** Configurations of each of them, as numbers. */
  readonly legal: readonly Int32Array[];
  planOf(strategy: ArrayLike<number>): ShardingPlan;
  /** The configurations of a plan's ops; an op whose split is none of its own runs whole. */
  strategyOf(split: ShardingPlan["split"]): Int32Array;
  readonly dataParallel: Int32Array;
  random(rng: Rng): Int32Array;
}

export function strategySpace(graph: OpGraph, mesh: Mesh, options: RuleOptions = {}): StrategySpace {
  const sizes = sizesOf(mesh);
  const rules = splitRules(graph, sizes, options);
  const ops = Array.from({ length: graph.opCount }, (_, v) => v).filter(
    (v) => graph.role[v] === Role.forward && iterationOf(graph, v) !== null,
  );
  const splits = ops.map((v) =>
    legalChoices(graph, sizes, rules, v).map((choice) => splitOfChoice(iterationOf(graph, v)!, choice)),
  );
  const strategyOf = (split: ShardingPlan["split"]): Int32Array =>
    Int32Array.from(ops, (v, i) => Math.max(0, numberOf(splits[i], split[v])));
  return {
    ops,
    legal: splits.map(({ length }) => Int32Array.from({ length }, (_, i) => i)),
    dataParallel: strategyOf(dataParallelPlan(graph, mesh, { evenly: true }).split),
    strategyOf,
    random: (rng) => Int32Array.from(splits, ({ length }) => rng.int(length)),
    planOf(strategy) {
      const split = new Array<OpSplit | null>(graph.opCount).fill(null);
      ops.forEach((v, i) => {
        split[v] = splits[i][strategy[i]];
      });
      return { kind: "sharding", mesh, split };
    },
  };
}

const numberOf = (splits: readonly OpSplit[], wanted: OpSplit | null): number =>
  splits.findIndex((split) => JSON.stringify(split) === JSON.stringify(wanted));
