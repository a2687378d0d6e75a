import { expect, test } from "vitest";
import { tensorGroups } from "../../../../../agents/exact/sharding/recursive/partition-graph.ts";
import { mlp } from "../../../../env/sim/lower/sharding/numbered-graph.ts";

const { graph } = mlp({ b: 2, k: 3, h: 5, n: 7 });
const groups = tensorGroups(graph);
const madeBy = (name: string) => groups.madeBy[graph.names.indexOf(name)][0];

test("a tensor and its gradients are one", () => {
  expect(madeBy("da")).toBe(madeBy("a"));
  expect(groups.tensors[madeBy("dV")].shape).toEqual([5, 7]);
  expect(groups.tensors[madeBy("dW")].shape).toEqual([3, 5]);
  expect(madeBy("dW")).not.toBe(madeBy("dV"));
});

test("a forward op and its gradient ops are one group", () => {
  expect(groups.leaders.map((v) => graph.names[v])).toEqual(["x", "target", "z", "a", "y"]);
  const y = groups.groups[4];
  // Forward: reads a and V, makes y. Gradients: read dy, V, and dy, a; make da and dV.
  expect(y.filter(({ sums }) => sums !== undefined).map(({ tensor }) => tensor)).toEqual([
    madeBy("y"),
    madeBy("da"),
    madeBy("dV"),
  ]);
  expect(y.filter(({ sums }) => sums === undefined)).toHaveLength(6);
});
