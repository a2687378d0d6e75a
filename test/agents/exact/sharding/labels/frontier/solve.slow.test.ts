import { expect, test } from "vitest";
import { solveByElimination } from "../../../../../../agents/exact/sharding/labels/elimination/solve.ts";
import { pointOf, withoutMemory } from "../../../../../../agents/exact/sharding/labels/frontier/problem.ts";
import { solveFrontier } from "../../../../../../agents/exact/sharding/labels/frontier/solve.ts";
import { partSize } from "../../../../../../agents/exact/sharding/labels/pase/layer.ts";
import { problemOfNet } from "../../../../../golden/checks/pase-nets.ts";

test("PaSE's Transformer on 8 devices has at most 100 points within 1%, one of the least time", () => {
  const problem = problemOfNet({ net: "transformer", batch: 64, p: 8, tflops: 10, gbps: 16 });
  const { nodes, edges } = withoutMemory(problem);
  const withOutputs = nodes.map(({ time }, layer) => {
    const { outputs, outputSplits } = problem.network.layers[layer];
    const memory = problem.configurations[layer].map((splits) =>
      partSize(outputs[0], outputSplits(splits, 0)),
    );
    return { time, memory: Float64Array.from(memory) };
  });
  const both = { nodes: withOutputs, edges };
  const found = solveFrontier(both, { epsilon: 0.01 });
  if (found.kind !== "solved") throw new Error(found.message);
  expect(found.frontier.length).toBeGreaterThan(2);
  expect(found.frontier.length).toBeLessThanOrEqual(100);
  for (const point of found.frontier) expect(pointOf(both, point.labels, point.ways)).toEqual(point);
  const eliminated = solveByElimination(problem);
  expect(eliminated).toMatchObject({ kind: "solved", cost: found.frontier.at(-1)!.time });
});
