import { expect, test } from "vitest";
import { dRec } from "../../../../agents/planners/sharding/d-rec.ts";
import type { ShardingPlan } from "../../../../env/model/plan/sharding.ts";
import { machines } from "../../../env/sim/lower/machines.ts";
import { mlp } from "../../../env/sim/lower/sharding/numbered-graph.ts";
import { shardedScenario } from "../../../env/sim/lower/sharding/sharded.ts";
import { runPlanner } from "../run-planner.ts";

const run = (sizes: readonly number[], options = {}) =>
  runPlanner(dRec, shardedScenario(mlp({ b: 4, k: 32, h: 32, n: 32 }), machines(sizes)), { options });

test("one plan with a cut for each op and halving", async () => {
  const { best, report, meter } = await run([2, 2]);
  const { split, mesh } = best!.plan as ShardingPlan;
  expect(mesh.axes.map(({ size }) => size)).toEqual([2, 2]);
  expect(split.filter((own) => own !== null).map((own) => own.flat().sort())).toEqual(
    new Array(5).fill([0, 1]),
  );
  expect([report.facts![0].value, meter.evaluations]).toEqual([10, 1]);
});

test("the two constants decide", async () => {
  const [usual, dear] = [await run([2]), await run([2], { weights: 0 })];
  expect((dear.best!.plan as ShardingPlan).split).not.toEqual((usual.best!.plan as ShardingPlan).split);
});

test("refuses devices that are no power of two", async () => {
  expect((await run([3])).report.failure).toMatch(/^D-Rec halves/);
});
