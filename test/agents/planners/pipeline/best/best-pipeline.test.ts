/** `best` under the objectives that score pipelines. */
import { expect, test } from "vitest";
import { methods } from "../../../../../agents/registry/registry.ts";
import { ranksOf } from "../../../../../env/model/plan/inside.ts";
import { scheduleOf } from "../../../../../env/model/schedule/index.ts";
import { chainScenario, uniformLayers } from "../../../../env/model/plan/chain.ts";
import { blockScenario } from "../../../../env/sim/lower/inside/blocks.ts";
import { machines } from "../../../../env/sim/lower/machines.ts";
import { runPlanner } from "../../run-planner.ts";

const best = methods.find(({ card }) => card.id === "best")!;
const scenario = {
  ...chainScenario({
    layers: uniformLayers(6, { forwardUs: 40, backwardUs: 80, updateUs: 2, weightBytes: 30, outputBytes: 4 }),
    devices: 3,
    batch: 12,
  }),
};

test("answers with a schedule that flushes unless stale weights are allowed", async () => {
  if (best.kind !== "planner") throw new Error("best is a planner");
  const free = await runPlanner(best, scenario, { evaluations: 120, options: { flush: false } });
  const flushed = await runPlanner(best, scenario, { evaluations: 120 });
  const scheduleIn = ({ best: found }: typeof free) =>
    found?.plan.kind === "pipeline" ? scheduleOf(found.plan.schedule.name) : null;
  expect(scheduleIn(free)?.asynchronous).toBe(true);
  expect(scheduleIn(flushed)?.asynchronous).toBe(false);
  expect(free.best!.outcome.cost).toBeLessThan(flushed.best!.outcome.cost);
  expect(free.report.facts).toBeUndefined();
  expect(flushed.report.facts).toEqual([
    { name: "estimated gain with stale weights, flush=false", value: expect.any(Number), unit: "%" },
  ]);
});

test("divides tensors where weights fit no device, which pipelines alone cannot", async () => {
  const cluster = machines([4], { insideBytesPerUs: 1e6 });
  const devices = cluster.devices.map((device) => ({ ...device, memoryBytes: 900 }));
  const tight = {
    ...blockScenario(1, { ...cluster, devices }, { optimizerSlots: 2 }),
    objective: "iteration" as const,
  };
  if (best.kind !== "planner") throw new Error("best is a planner");
  const { best: found } = await runPlanner(best, tight, { evaluations: 150 });
  expect(found!.outcome.feasible).toBe(true);
  const { plan } = found!;
  const isDivided =
    plan.kind === "sharding" || (plan.kind === "pipeline" && plan.stages.some((s) => ranksOf(s) > 1));
  expect(isDivided).toBe(true);
});
