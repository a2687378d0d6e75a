import { expect, test } from "vitest";
import { gspmd } from "../../../../agents/planners/sharding/gspmd.ts";
import { paddleAdaptive } from "../../../../agents/planners/sharding/paddle-adaptive.ts";
import { validatePlan } from "../../../../env/index.ts";
import type { ShardingPlan } from "../../../../env/model/plan/sharding.ts";
import { machines } from "../../../env/sim/lower/machines.ts";
import { shardedScenario } from "../../../env/sim/lower/sharding/sharded.ts";
import { perceptron } from "../../problems/sharding/labels/small-networks.ts";
import { runPlanner } from "../run-planner.ts";

const network = perceptron([32, 64, 32], 24);
const scenario = shardedScenario(network, machines([2, 2, 2, 2]));

test("when a machine is lost the new plan has live devices alone, at most 1.5 times one from scratch", async () => {
  const { best, report } = await runPlanner(paddleAdaptive, scenario, {
    options: { lost: "3", patience: 4 },
    evaluations: 2000,
  });
  const plan = best!.plan as ShardingPlan;
  validatePlan(scenario, plan);
  expect([...plan.mesh.devices].sort((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5]);
  const left = shardedScenario(network, machines([2, 2, 2]));
  const scratch = await runPlanner(paddleAdaptive, left, { options: { patience: 4 }, evaluations: 2000 });
  expect(best!.outcome.value!).toBeLessThanOrEqual(1.5 * scratch.best!.outcome.value!);
  const facts = new Map(report.facts!.map(({ name, value }) => [name, value]));
  expect(facts.get("devices that stay")).toBe(6);
  expect(facts.get("simulations of the new plan")).toBeGreaterThan(0);
});

test("hints are completed as GSPMD completes them", async () => {
  const hints = "x:b:x";
  const { last } = await runPlanner(gspmd, scenario, { options: { annotations: hints } });
  // The first mesh has one axis of all devices, as GSPMD's default has.
  const { meter } = await runPlanner(paddleAdaptive, scenario, {
    options: { start: "hints", hints },
    evaluations: 1,
  });
  const whole = (plan: ShardingPlan) =>
    plan.split.map((own) => (own?.some((axes) => axes.length > 0) ? own : null));
  expect(whole(meter.best!.plan as ShardingPlan)).toEqual(whole(last as ShardingPlan));
});

test("hints that differ on one axis of an op are refused with both", async () => {
  const run = runPlanner(paddleAdaptive, scenario, {
    options: { start: "hints", hints: "layer0:b:x,layer0:k:x" },
  });
  await expect(run).rejects.toThrow(/"layer0:b:x" and "layer0:k:x"/);
});

test("with pipelines it answers one where that is faster, and never one that is slower", async () => {
  const slow = shardedScenario(
    perceptron([64, 64, 64, 64, 64], 8),
    machines([1, 1], { betweenBytesPerUs: 0.03 }),
  );
  const given = { patience: 8 };
  const plain = await runPlanner(paddleAdaptive, slow, { options: given, evaluations: 2000 });
  const both = await runPlanner(paddleAdaptive, slow, {
    options: { ...given, pipeline: true },
    evaluations: 2000,
  });
  validatePlan(slow, both.best!.plan);
  expect(both.best!.plan.kind).toBe("pipeline");
  expect(both.best!.outcome.value!).toBeLessThan(plain.best!.outcome.value!);
  expect(both.report.facts).toEqual([
    { name: "mesh", value: "2" },
    { name: "stages", value: 2 },
  ]);
});

test.each([
  [{ pipeline: true, lost: "1" }, /give pipeline or lost, not both/],
  [{ lost: "9" }, /no machine "9" to lose/],
  [{ lost: "0,1,2,3" }, /0 devices are left/],
])("%j is refused in a sentence", async (options, sentence) => {
  expect((await runPlanner(paddleAdaptive, scenario, { options })).report.failure).toMatch(sentence);
});
