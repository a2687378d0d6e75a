import { expect, test } from "vitest";
import { equalCells } from "../../../../../agents/exact/sharding/recursive/equal-cells.ts";
import { tensorGroups } from "../../../../../agents/exact/sharding/recursive/partition-graph.ts";
import { recursivePartition } from "../../../../../agents/exact/sharding/recursive/recursion.ts";
import { resolveScenario } from "../../../../../scenarios/index.ts";
import { mlp } from "../../../../env/sim/lower/sharding/numbered-graph.ts";

const uri = "rnnlm/2xK80?layers=2&steps=5&width=64&vocabulary=64&batch=8";
const { graph } = await resolveScenario(uri);
const groups = tensorGroups(graph);
const cells = equalCells(graph, groups);

test("time steps of a cell are one class but for the ends, and layers stay apart", () => {
  const classOf = (name: string) =>
    cells.classOfGroup[groups.leaders.findIndex((leader) => graph.names[leader] === name)];
  for (const op of ["matmul", "concat", "gates", "dropout"]) {
    const steps = [0, 1].map((layer) =>
      // The first step has no gradient of its state, the last one none from a step after it.
      [1, 2, 3].map((step) => classOf(`layer_${layer}/step_${step}/${op}`)),
    );
    for (const [first, ...rest] of steps) expect(rest, op).toEqual([first, first]);
    expect(steps[0][0], op).not.toBe(steps[1][0]);
  }
});

test("members have tensors of equal shapes, and uses are those of all members", () => {
  groups.tensors.forEach(({ shape }, tensor) => {
    expect(groups.tensors[cells.firstTensors[cells.classOfTensor[tensor]]].shape).toEqual(shape);
  });
  const count = (all: readonly (readonly unknown[])[]) => all.reduce((sum, { length }) => sum + length, 0);
  expect(count(cells.graph.groups)).toBe(count(groups.groups));
});

test("a step that is alike for all time steps is no cheaper than one that is not, here as cheap", () => {
  const bytesOf = (of: ArrayLike<number>) => Float64Array.from(of, (tensor) => groups.tensors[tensor].bytes);
  const axes = (tensor: number) =>
    groups.tensors[tensor].shape.flatMap((length, axis) => (length % 2 === 0 ? [axis] : []));
  const whole = recursivePartition(groups, [2], bytesOf([...groups.tensors.keys()]), {
    divisible: { axes, dimensions: (group) => [0, 1].slice(0, dimensionsOf(group)) },
  });
  const merged = recursivePartition(cells.graph, [2], bytesOf(cells.firstTensors), {
    divisible: {
      axes: (tensor) => axes(cells.firstTensors[tensor]),
      dimensions: (group) => [0, 1].slice(0, dimensionsOf(cells.firstGroups[group])),
    },
  });
  if (typeof whole === "string" || typeof merged === "string") throw new Error("A step is too large.");
  expect(merged.bytes).toBeGreaterThanOrEqual(whole.bytes);
  expect(merged.bytes).toBe(whole.bytes);
});

const dimensionsOf = (group: number): number => graph.iterations![groups.leaders[group]]!.dimensions.length;

test("a network that shares no weights stays as it is", () => {
  const network = mlp({ b: 4, k: 4, h: 4, n: 4 }).graph;
  const own = tensorGroups(network);
  const { graph: same } = equalCells(network, own);
  expect([same.tensorCount, same.groups.length]).toEqual([own.tensorCount, own.groups.length]);
});
