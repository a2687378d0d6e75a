/** What goes on inside the stages of hybrids: its parts add up to the batch. */
import { expect, test } from "vitest";
import { shardingInside } from "../../../../../env/model/plan/inside.ts";
import { pipelineLosses } from "../../../../../env/sim/timeline/pipeline/losses.ts";
import { pipelineTimeline } from "../../../../../env/sim/timeline/pipeline/pipeline-timeline.ts";
import { explainSharding } from "../../../../../env/sim/timeline/sharding/sharding-timeline.ts";
import { blockScenario, hybridPlan, megatronSplit } from "../../lower/inside/blocks.ts";
import { drawnHybrid, hybridScenario } from "../../lower/inside/drawn-hybrids.ts";
import { machines } from "../../lower/machines.ts";

const sum = (values: Iterable<number>): number => [...values].reduce((total, each) => total + each, 0);

test("the parts of every device of 15 drawn hybrids add up to the batch", () => {
  let waiting = 0;
  for (let seed = 0; seed < 15; seed++) {
    const told = pipelineTimeline(hybridScenario, drawnHybrid(seed));
    for (const device of told.stageDevices) {
      const time = told.deviceTimes[device];
      expect(sum(Object.values(time)) / told.iterationUs).toBeCloseTo(1, 9);
      expect(Math.min(...Object.values(time))).toBeGreaterThanOrEqual(-1e-9);
      const inside = told.insideWaits.filter((wait) => wait.device === device);
      expect(sum(inside.map(({ us }) => us))).toBeCloseTo(time.inside, 6);
      waiting += time.inside;
    }
    expect(sum(Object.values(pipelineLosses(told).parts)) / told.iterationUs).toBeCloseTo(1, 9);
  }
  expect(waiting).toBeGreaterThan(0);
});

test("one stage of one replica waits inside as long as the ranks of its sharding with exposed sums", () => {
  const scenario = blockScenario(2, machines([4]));
  const inside = { axes: [{ name: "tensor", size: 4 }] };
  const plan = hybridPlan(scenario, [{ devices: [0, 1, 2, 3], inside }], megatronSplit(0));
  const told = pipelineTimeline(scenario, plan);
  const { rankTimes } = explainSharding(scenario, {
    ...shardingInside(plan, 0, [0, 1, 2, 3]),
    sync: "exposed",
  });
  rankTimes.forEach(({ steps, forward, backward, update }, device) => {
    expect(told.deviceTimes[device].inside).toBeCloseTo(steps, 6);
    expect(told.deviceTimes[device].forward).toBeCloseTo(forward, 6);
    expect(told.deviceTimes[device].backward + told.deviceTimes[device].update).toBeCloseTo(
      backward + update,
      6,
    );
  });
  const [wait] = told.insideWaits;
  expect(wait).toMatchObject({ device: 0, stage: 0, step: { kind: "all-reduce", group: [0] }, count: 3 });
});

test("a pipeline without meshes waits for nothing inside", () => {
  const scenario = blockScenario(2, machines([2]));
  const told = pipelineTimeline(
    scenario,
    hybridPlan(scenario, [{ devices: [0] }, { devices: [1] }], () => []),
  );
  expect(told.insideWaits).toEqual([]);
  for (const { inside } of told.deviceTimes) expect(inside).toBe(0);
});
