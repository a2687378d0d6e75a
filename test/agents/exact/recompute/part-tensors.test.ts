import { expect, test } from "vitest";
import { fewestMovedBytes } from "../../../../agents/exact/recompute/host-tensors.ts";
import { partTensors } from "../../../../agents/exact/recompute/part-tensors.ts";
import { blockLine } from "../../../../agents/problems/block-line.ts";
import { resolveScenario } from "../../../../scenarios/index.ts";

const scenario = await resolveScenario(
  "gcn-graphs/test/1/2xP100?vertices=512&degree=8&blocks=4&width=16&features=100&memory=10MB",
);
const line = blockLine(scenario);
if (typeof line === "string") throw new Error(line);
const { graph, grouping } = scenario;
const device = Array.from({ length: graph.opCount }, (_, v) =>
  line.groups.indexOf(grouping.groupOf[v]) < 2 ? 0 : 1,
);

test("steps are ops of one kind in one layer, and tensors of the other device are on the host", () => {
  const second = partTensors(line, device, 1)!;
  const { bytes, onHost, steps, capacityBytes } = second;
  // Products, sums, activations, loss; their gradients; sums of the gradients of weights.
  expect(steps).toHaveLength(2 + 2 + 1 + 1 + 1 + 2 + 2 + 1 + 1);
  // Two blocks of 128 vertices: their own features, and products of the other device.
  const sizes = onHost.map((t) => bytes[t]);
  for (const columns of [100, 16, 41]) expect(sizes).toContain(2 * 128 * columns * 4);
  expect(capacityBytes).toBe(10_000_000);
  expect(partTensors(line, device, 0)!.capacityBytes).toBe(10_000_000 - 3 * 4 * (100 * 16 + 16 * 41));
});

test("less memory makes more bytes cross, until one step does not fit", () => {
  const problem = partTensors(line, device, 1)!;
  let before = fewestMovedBytes({ ...problem, capacityBytes: 1e9 })!;
  const roomy = before.movedBytes;
  // What is on the host comes once.
  const needed = new Set(problem.steps.flatMap(({ reads }) => reads));
  expect(roomy).toBe(
    problem.onHost.filter((t) => needed.has(t)).reduce((sum, t) => sum + problem.bytes[t], 0),
  );
  for (let capacityBytes = before.peakBytes; ; capacityBytes -= 2000) {
    const plan = fewestMovedBytes({ ...problem, capacityBytes });
    if (plan === null) break;
    expect(plan.movedBytes).toBeGreaterThanOrEqual(before.movedBytes);
    expect(plan.peakBytes).toBeLessThanOrEqual(capacityBytes);
    before = plan;
  }
  expect(before.movedBytes).toBeGreaterThan(roomy);
});
