import { describe, expect, test } from "vitest";
import { transformerWeights } from "../../../../agents/problems/sharding/transformer-weights.ts";
import { batchDecisions } from "../../../../env/model/layout/propagation/batch-decisions.ts";
import { completeSharding, propagationPolicies } from "../../../../env/model/layout/propagation/complete.ts";
import { propagationRules } from "../../../../env/model/layout/propagation/rules.ts";
import type { ShardingPlan } from "../../../../env/model/plan/sharding.ts";
import { shardedProgram } from "../../../../env/sim/lower/sharding/program.ts";
import { resolveScenario } from "../../../../scenarios/index.ts";

const scenario = await resolveScenario("gpt2-124m/2xP100?layers=2&batch=4");
const { graph } = scenario;
const rules = propagationRules(graph);

/** What is sent: the kind, the role of the op, and what for. */
function collectivesOf(split: ShardingPlan["split"]): Record<string, number> {
  const mesh = { axes: [{ name: "x", size: 2 }], devices: [0, 1] };
  const { instructions, values } = shardedProgram(scenario, { kind: "sharding", mesh, split });
  const counts: Record<string, number> = {};
  for (const each of instructions) {
    if (each.kind !== "move" || each.step.kind === "slice") continue;
    const role = ["forward", "backward", "update"][graph.role[values[each.from].op]];
    const name = `${each.step.kind} ${role} ${each.purpose}`;
    counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
}

test("the weights of GPT-2 are found by dimensions: W_qkv and W_1 by features, W_o and W_2 by sums", () => {
  const found = transformerWeights(rules).map(({ op, isSummed, part }) => [graph.names[op], isSummed, part]);
  expect(found.slice(0, 6)).toEqual([
    ["layer_0/attention/query/matmul", false, "attention"],
    ["layer_0/attention/key/matmul", false, "attention"],
    ["layer_0/attention/value/matmul", false, "attention"],
    ["layer_0/attention/output/matmul", true, "attention"],
    ["layer_0/feed_forward/inner/matmul", false, "feed-forward"],
    ["layer_0/feed_forward/outer/matmul", true, "feed-forward"],
  ]);
  expect(found).toHaveLength(12);
});

test("networks after which norms follow are found too, and those without heads are none", async () => {
  const bert = await resolveScenario("bert-base/2xP100?layers=1&batch=2");
  const names = transformerWeights(propagationRules(bert.graph)).map(({ op }) => bert.graph.names[op]);
  expect(names.filter((name) => name.startsWith("layer_0"))).toHaveLength(6);
  const vgg = await resolveScenario("vgg-16/2xP100?batch=2");
  expect(transformerWeights(propagationRules(vgg.graph))).toEqual([]);
});

describe.each(propagationPolicies)("by %s", (policy) => {
  test("these weights complete to Megatron: 2 all-reduces a layer forward, 2 backward, no other", () => {
    const decisions = transformerWeights(rules).map(({ op, dimension }) => ({ op, dimension, axis: 0 }));
    const { split, stuck } = completeSharding(rules, [2], decisions, policy);
    expect(collectivesOf(split)).toEqual({ "all-reduce forward data": 4, "all-reduce backward data": 4 });
    expect(stuck).toEqual([]);
  });

  test("the batch of the input alone completes to data parallelism: all-reduces of gradients alone", () => {
    const tokens = batchDecisions(rules, 0).filter(({ op }) => graph.names[op] === "token_ids");
    expect(tokens).toHaveLength(1);
    const { split } = completeSharding(rules, [2], tokens, policy);
    const weights = graph.role.reduce((sum, role) => sum + Number(role === 2), 0);
    expect(collectivesOf(split)).toEqual({ "all-reduce backward gradient": weights });
  });
});
