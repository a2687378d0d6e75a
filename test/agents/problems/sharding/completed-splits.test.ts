import { expect, test } from "vitest";
import { completedSplits } from "../../../../agents/problems/sharding/completed-splits.ts";
import { iterationOf } from "../../../../env/model/plan/sharding.ts";
import { mlp } from "../../../env/sim/lower/sharding/numbered-graph.ts";

const { graph } = mlp({ b: 4, k: 6, h: 12, n: 4 });
/** Dimensions that are divided, by name. */
const told = (splits: ReturnType<typeof completedSplits>) =>
  Object.fromEntries(
    splits.flatMap((split, v) =>
      split === null
        ? []
        : [
            [
              graph.names[v],
              split
                .flatMap((axes, d) =>
                  axes.map((axis) => `${iterationOf(graph, v)!.dimensions[d].name}${axis}`),
                )
                .join(" "),
            ],
          ],
    ),
  );
const splitBy = (name: string, dimension: string, axes: readonly number[]) =>
  graph.names.map((each, v) =>
    each === name ? iterationOf(graph, v)!.dimensions.map((d) => (d.name === dimension ? axes : [])) : null,
  );

test("ops after a divided one are divided as it arrives, those before as it needs", () => {
  expect(told(completedSplits(graph, [2], splitBy("z", "h", [0])))).toEqual({
    x: "",
    target: "",
    z: "h0",
    a: "h0",
    y: "h0",
  });
  expect(told(completedSplits(graph, [2, 2], splitBy("z", "b", [1, 0])))).toEqual({
    x: "b1 b0",
    target: "",
    z: "b1 b0",
    a: "b1 b0",
    y: "b1 b0",
  });
});

test("what would be unequal is left whole", () => {
  expect(told(completedSplits(graph, [3], splitBy("z", "h", [0])))).toMatchObject({ a: "h0", y: "h0" });
  expect(told(completedSplits(graph, [3], splitBy("y", "n", [0])))).toMatchObject({ z: "", a: "" });
});
