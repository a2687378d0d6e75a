import { expect, test } from "vitest";
import { Role } from "../../../../env/index.ts";
import { symmetric } from "../../../../scenarios/workloads/data-graphs/data-graph.ts";
import { gcnBlocks } from "../../../../scenarios/workloads/data-graphs/gcn-blocks.ts";

/** Vertices 0 - 1 - 2 - 3 in a row, two to a block. */
const row = symmetric(4, Int32Array.of(0, 1, 2), Int32Array.of(1, 2, 3));
const shape = { blocks: 2, layers: 2, features: 8, width: 4, classes: 3, cacheBytes: 0 };
const graph = gcnBlocks(row, shape);
const op = (name: string) => graph.names.indexOf(name);
const inputsOf = (v: number) =>
  [...graph.edgeSource.subarray(graph.inStart[v], graph.inStart[v + 1])].map((u) => graph.names[u]);

test("each block has a class of its own, and is all that there is to place", () => {
  expect(graph.colocationCount).toBe(2);
  expect(graph.colocation.includes(-1)).toBe(false);
});

test("a layer multiplies by its weights and sums the neighbours, in all blocks that have some", () => {
  const product = op("layer_0/block_1/matmul");
  expect(inputsOf(product)).toEqual(["features/block_1", "layer_0/weights"]);
  expect(graph.flops[product]).toBe(2 * 2 * 8 * 4);
  const sum = op("layer_0/block_1/aggregate");
  expect(inputsOf(sum)).toEqual(["layer_0/block_0/matmul", "layer_0/block_1/matmul"]);
  expect(graph.flops[sum]).toBe(2 * 3 * 4);
  expect(graph.dataFeatures?.[sum]).toEqual({
    vertices: 2,
    neighbours: 3,
    runs: 3,
    idLoads: 3,
    activationLoads: 3,
  });
  // A load brings 32 elements of 4 bytes; the result has 2 vertices of 4 numbers.
  expect(graph.bytesTouched[sum]).toBe(128 * (3 + 3) + 4 * 2 * 4);
});

test("gradients follow the edges backwards, and weights are updated once", () => {
  const back = op("layer_1/block_0/aggregate/grad");
  expect(inputsOf(back)).toEqual(["loss/block_0/grad", "loss/block_1/grad"]);
  expect(graph.names[graph.twin[back]]).toBe("layer_1/block_0/aggregate");
  const updates = [...graph.role.keys()].filter((v) => graph.role[v] === Role.update);
  expect(updates.map((v) => graph.names[v])).toEqual(["layer_1/weights/update", "layer_0/weights/update"]);
  expect(inputsOf(updates[1])).toEqual(["layer_0/block_0/weights_sum_1"]);
  expect(inputsOf(op("layer_0/block_0/weights_sum_1"))).toEqual([
    "layer_0/block_0/matmul/grad",
    "layer_0/block_1/matmul/grad",
  ]);
});

test("an odd number of blocks sums all gradients of the weights", () => {
  const odd = gcnBlocks(symmetric(5, Int32Array.of(0, 1, 2, 3), Int32Array.of(1, 2, 3, 4)), {
    ...shape,
    blocks: 5,
  });
  const sums = odd.names.filter((name) => name.startsWith("layer_0/") && name.includes("weights_sum"));
  expect(sums).toHaveLength(4);
});

test("a cache saves loads of what is read again, and no first one", () => {
  const star = symmetric(4, Int32Array.of(0, 0, 0), Int32Array.of(1, 2, 3));
  const touched = (cacheBytes: number) => {
    const made = gcnBlocks(star, { ...shape, cacheBytes });
    return made.bytesTouched[made.names.indexOf("layer_0/block_1/aggregate")];
  };
  // Vertices 2 and 3 read vertex 0 each: one of two loads is saved.
  expect(touched(0)).toBe(128 * (2 + 2) + 4 * 2 * 4);
  expect(touched(1e9)).toBe(128 * (2 + 1) + 4 * 2 * 4);
});
