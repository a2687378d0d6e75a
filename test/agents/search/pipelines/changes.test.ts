import { expect, test } from "vitest";
import { changedPlan } from "../../../../agents/search/pipelines/changes.ts";
import type { StagePlan } from "../../../../env/model/layers/stage-plan.ts";
import { isHybrid, sharedOtherwise } from "../../../../env/model/plan/inside.ts";
import { createRng } from "../../../../env/model/rng.ts";

test("stages that share a device get no meshes of other ranks", () => {
  const stage = (from: number, devices: readonly number[]) =>
    ({ from, to: from + 2, devices, share: "split" }) as const;
  const start: StagePlan = {
    stages: [stage(0, [0, 1]), stage(2, [1, 2]), stage(4, [2, 3])],
    microBatches: 4,
    schedule: { name: "1f1b" },
  };
  const limits = { microBatchNumbers: [2, 4, 8], schedules: ["1f1b", "gpipe"], degrees: [1, 2] };
  const rng = createRng("shared");
  let hybrids = 0;
  let plan = start;
  for (let i = 0; i < 2000; i++) {
    plan = changedPlan(i % 20 === 0 ? start : plan, rng, limits) ?? start;
    if (!isHybrid(plan)) continue;
    hybrids++;
    expect(sharedOtherwise(plan.stages)).toBeNull();
  }
  expect(hybrids).toBeGreaterThan(100);
});
