import { expect, test } from "vitest";
import { layerFeatures } from "../../../../agents/nets/placers/layer-features.ts";
import { typesView } from "../../../../agents/problems/provisioning/types-view.ts";
import { randomProblem } from "../../../env/sim/objectives/provisioning/problems.ts";

const problem = {
  ...randomProblem("features", { layers: 3, types: 2 }),
  computeTime: Float64Array.of(10, 4, 20, Number.POSITIVE_INFINITY, 0, 0),
  transferTime: Float64Array.of(1, 4, 2),
  price: Float64Array.of(1, 5),
};
const view = typesView(problem, {
  name: "features",
  objective: "makespan",
  layers: [
    { name: "a", kind: "Embedding", weightBytes: 30, inputBytes: 1 },
    { name: "b", kind: "MatMul", weightBytes: 60, inputBytes: 8 },
    { name: "c", kind: "MatMul", weightBytes: 0, inputBytes: 4 },
  ],
  types: ["slow", "fast"],
});
const rows = (compute: boolean) => {
  const { columns, values } = layerFeatures(view, problem, { compute });
  return Array.from({ length: 3 }, (_, layer) => [
    ...values.subarray(layer * columns, (layer + 1) * columns),
  ]);
};

test("A layer shows its number and kind, its bytes and its transfer time", () => {
  expect(rows(false)).toEqual([
    [1, 0, 0, 1, 0, 0, 0.5, 0.25],
    [0, 1, 0, 0, 1, 1, 1, 1],
    [0, 0, 1, 0, 1, 0.5, 0, 0.5],
  ]);
});

test("With compute it shows what each type costs, over the dearest that can run it", () => {
  expect(rows(true).map((row) => row.slice(8))).toEqual([
    [0.5, 1],
    [1, 1],
    [0, 0],
  ]);
});
