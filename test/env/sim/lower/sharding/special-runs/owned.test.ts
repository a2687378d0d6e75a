import { expect, test } from "vitest";
import type { ShardingPlan } from "../../../../../../env/model/plan/sharding.ts";
import { machines } from "../../machines.ts";
import { numberedGraph } from "../numbered-graph.ts";
import { runSharding, shardedScenario } from "../sharded.ts";

const numbered = numberedGraph({ b: 4, k: 3, h: 5 }, [
  { name: "x", rule: "input", outputs: ["b k"] },
  {
    name: "z",
    rule: "product",
    inputs: ["x b k"],
    parameters: ["k h"],
    outputs: ["b h"],
    operands: [[0, 1]],
    sums: "k",
  },
  { name: "y", rule: "square", inputs: ["z b h"], outputs: ["b h"] },
]);
const scenario = shardedScenario(numbered, machines([2]));
const plan: ShardingPlan = {
  kind: "sharding",
  mesh: { axes: [{ name: "data", size: 2 }], devices: [0, 1] },
  split: [[[0], []], null, [[0], []]],
  owners: [{ op: 1, rank: 1 }],
};

test("the other rank sends its part to the owner, and gets its part of what is made", () => {
  const { compiled, device } = runSharding(scenario, plan);
  const sent: [number, number, number][] = [];
  for (let v = 0; v < compiled.opCount; v++)
    for (let i = compiled.depStart[v]; i < compiled.depStart[v + 1]; i++) {
      const slot = compiled.depSlot[i];
      if (slot >= 0)
        sent.push([device[v] % 2, device[compiled.depConsumer[i]] % 2, compiled.slotBytes[slot]]);
    }
  expect(sent).toEqual([
    [0, 1, 2 * 3 * 8],
    [1, 0, 2 * 5 * 8],
  ]);
});

test("weights are on the owner alone, and it runs the op once, whole", () => {
  const { opOf, rankOf, compiled, peakBytes } = runSharding(scenario, plan);
  const own = opOf.flatMap((op, task) =>
    op === 1 && compiled.runUs[task] > 0 ? [[rankOf[task], compiled.runUs[task]]] : [],
  );
  expect(own).toEqual([[1, numbered.graph.flops[1]]]);
  const weights = 3 * 5 * 8;
  const { peakBytes: copied } = runSharding(scenario, {
    ...plan,
    owners: undefined,
    split: [plan.split[0], [[0], [], []], plan.split[2]],
  });
  expect(copied[0] - peakBytes[0]).toBeGreaterThanOrEqual(weights - 4 * 5 * 8);
  expect(peakBytes[1]).toBeGreaterThanOrEqual(weights + 4 * 3 * 8 + 4 * 5 * 8);
});
