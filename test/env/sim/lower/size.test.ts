import { expect, test } from "vitest";
import { runPipeline } from "../../../../env/sim/lower/run.ts";
import { checkSize, mostTasksOf, PlanTooLarge } from "../../../../env/sim/lower/size.ts";
import { layOut } from "../../../../env/sim/lower/structures.ts";
import { drawnPipeline } from "./drawn-pipelines.ts";

test("is at least the number of tasks, for each way to sum gradients", () => {
  let closest = Number.POSITIVE_INFINITY;
  for (let seed = 0; seed < 90; seed++) {
    const { scenario, plan: drawn } = drawnPipeline(seed, { networks: ["pairs"] });
    for (const collective of ["ring", "tree", "hierarchical"] as const) {
      const { swap: _, ...plan } = { ...drawn, collective };
      const most = mostTasksOf(plan, layOut(scenario, plan));
      const { length } = runPipeline(scenario, plan).device;
      expect(most).toBeGreaterThanOrEqual(length);
      closest = Math.min(closest, most / length);
    }
  }
  expect(closest).toBeLessThan(1.5);
});

test("refuses, in a sentence, a plan of more tasks than the engine holds", () => {
  const { scenario, plan } = drawnPipeline(8, { networks: ["pairs"] });
  const laid = layOut(scenario, plan);
  const devices = Array.from({ length: 4000 }, (_, d) => d);
  const wide = { ...plan, stages: plan.stages.map((stage) => ({ ...stage, devices })) };
  expect(() => checkSize(plan, laid)).not.toThrow();
  expect(() => checkSize(wide, laid)).toThrow(PlanTooLarge);
  expect(() => checkSize(wide, laid)).toThrow(
    /^The pipeline has up to [\d,]+ tasks .* 8,000,000 are simulated\.$/,
  );
});
