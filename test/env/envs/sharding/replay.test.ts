import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  createMeshEnv,
  evaluator,
  type Scenario,
  type ShardingPlan,
  shardingReplay,
} from "../../../../env/index.ts";
import { completeSharding } from "../../../../env/model/layout/propagation/complete.ts";
import { propagationRules } from "../../../../env/model/layout/propagation/rules.ts";
import { drawn } from "../../../law-runs.ts";
import { decisionsOn } from "../../model/layout/propagation/random-decisions.ts";
import { machines } from "../../sim/lower/machines.ts";
import { attention } from "../../sim/lower/sharding/numbered-graph.ts";
import { shardedScenario } from "../../sim/lower/sharding/sharded.ts";
import { megatron, transformerBlock } from "../../sim/lower/sharding/transformer-block.ts";

const small = attention({ b: 4, s: 4, h: 4, d: 2 });
const scenario = shardedScenario(small, machines([4]));
const numberedBlock = transformerBlock({ b: 2, s: 4, h: 8, a: 4, d: 2, f: 16 });
const block = shardedScenario(numberedBlock, machines([2]));

/** Plays the episode of a replay and answers its cost and plan. */
function played(on: Scenario, replay: ReturnType<typeof shardingReplay>) {
  if (typeof replay === "string") throw new Error(replay);
  const env = createMeshEnv({ scenario: on, ...replay.options });
  env.reset();
  const steps = replay.actions.map((action) => env.step(action));
  const last = steps[steps.length - 1];
  expect(last.terminated).toBe(true);
  return { cost: last.info.outcome!.cost, plan: env.plan() };
}

describe("the replay of a sharding plan", () => {
  test("costs what a plan of Megatron's splits costs", () => {
    const plan: ShardingPlan = { ...megatron(numberedBlock, 2), memory: { zero: 1 }, collective: "tree" };
    // Nothing propagates a split to an op of gradients that has no twin, so the block has none.
    const own = { ...plan, split: plan.split.map((split, v) => (block.graph.role[v] === 0 ? split : null)) };
    const replay = shardingReplay(block, own);
    expect(played(block, replay).cost).toBe(evaluator(block).evaluate(own).cost);
  });

  test("costs what a plan of a few decisions costs, or a sentence says where it is not reached", () => {
    const rules = propagationRules(small.graph);
    const mesh = {
      axes: [
        { name: "x", size: 2 },
        { name: "y", size: 2 },
      ],
      devices: [0, 1, 2, 3],
    };
    let replayed = 0;
    fc.assert(
      fc.property(decisionsOn(rules, [2, 2], true), (decisions) => {
        const { split } = completeSharding(rules, [2, 2], decisions, "conflict");
        const plan: ShardingPlan = { kind: "sharding", mesh, split };
        const replay = shardingReplay(scenario, plan);
        if (typeof replay === "string") {
          expect(replay).toMatch(/^Propagation divides op ".*" in another way than the plan\.$/);
          return;
        }
        replayed++;
        expect(played(scenario, replay).cost).toBe(evaluator(scenario).evaluate(plan).cost);
      }),
      { numRuns: drawn(80), seed: 1 },
    );
    expect(replayed).toBeGreaterThan(drawn(20));
  });

  test("is a sentence where the plan has layouts, or splits of gradients", () => {
    const plan = megatron(numberedBlock, 2);
    const layouts = [{ op: 0, output: 0, axes: [[], [], []] }];
    expect(shardingReplay(block, { ...plan, layouts })).toBe(
      "The plan gives outputs layouts of their own; no action does.",
    );
    const dx = block.graph.names.indexOf("dx");
    const split = plan.split.map((own, v) => (v === dx ? [[0], [], []] : own));
    expect(shardingReplay(block, { ...plan, split })).toBe(
      'Op "dx" of the plan has a split of its own; here it follows its twin.',
    );
  });
});
