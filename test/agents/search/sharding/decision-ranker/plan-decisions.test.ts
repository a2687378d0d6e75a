import { expect, test } from "vitest";
import { decisionsOf } from "../../../../../agents/search/sharding/decision-ranker/plan-decisions.ts";
import { batchPlan } from "../../../../../env/model/layout/propagation/batch-plan.ts";
import { completeSharding } from "../../../../../env/model/layout/propagation/complete.ts";
import { propagationRules } from "../../../../../env/model/layout/propagation/rules.ts";
import { tilesOf } from "../../../../../env/model/layout/propagation/tiles.ts";
import { replicatedPlan } from "../../../../../env/model/plan/sharding.ts";
import { machines } from "../../../../env/sim/lower/machines.ts";
import { shardedScenario } from "../../../../env/sim/lower/sharding/sharded.ts";
import { megatron, transformerStack } from "../../../../env/sim/lower/sharding/transformer-block.ts";

const stack = transformerStack({ b: 2, s: 4, h: 8, a: 4, d: 2, f: 16 }, 2);
const scenario = shardedScenario(stack, machines([2]));
const mesh = { axes: [{ name: "x", size: 2 }], devices: [0, 1] };
const rules = propagationRules(stack.graph);
const tiles = tilesOf(rules, [2], { scope: "arguments", grouped: false });
const { names, iterations } = stack.graph;
const nameOf = (i: number) =>
  `${names[tiles[i].ops[0]]}.${iterations![tiles[i].ops[0]]!.dimensions[tiles[i].dimension].name}`;

test.each([
  ["Megatron's layout", megatron(stack, 2), ["q.a", "inner.f", "block 1 q.a", "block 1 inner.f"]],
  ["data parallelism", batchPlan(scenario, mesh), ["x.b"]],
  ["whole tensors", replicatedPlan(stack.graph, mesh), []],
] as const)("%s comes from few decisions, the first that lead to it", (_, plan, expected) => {
  const found = decisionsOf(rules, [2], tiles, plan);
  expect(found.map(nameOf)).toEqual(expected);
  const decisions = found.map((i) => ({ op: tiles[i].ops[0], dimension: tiles[i].dimension, axis: 0 }));
  const { split } = completeSharding(rules, [2], decisions, "conflict");
  for (const op of rules.ops) expect(split[op] ?? null, names[op]).toEqual(dividedOnly(plan.split[op]));
});

/** A split that divides nothing is none. */
function dividedOnly(split: readonly (readonly number[])[] | null) {
  return split?.some((axes) => axes.length > 0) ? split : null;
}
