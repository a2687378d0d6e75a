import { describe, expect, test } from "vitest";
import { weightDimensions } from "../../../../env/model/layers/weight-dimensions.ts";
import { hasEqualParts, isEvenAlong } from "../../../../env/model/layout/equal-parts.ts";
import { iterationOf } from "../../../../env/model/plan/sharding.ts";
import { mlp } from "../../sim/lower/sharding/numbered-graph.ts";
import { convolved, windows } from "../../sim/lower/sharding/windows.ts";

const { graph } = mlp({ b: 4, k: 3, h: 6, n: 2 });
const of = (name: string) => iterationOf(graph, graph.names.indexOf(name))!;
const named = (name: string, dimensions: readonly number[]) =>
  dimensions.map((d) => of(name).dimensions[d].name);

describe("the dimensions of a weight", () => {
  test("are columns that outputs have, and rows that are summed", () => {
    const { columns, rows } = weightDimensions(of("z"));
    expect([named("z", columns), named("z", rows)]).toEqual([["h"], ["k"]]);
  });

  test("are none of an op without weights, and of an update that sums nothing", () => {
    expect(weightDimensions(of("a"))).toEqual({ columns: [], rows: [] });
    expect(weightDimensions(of("W update"))).toEqual({ columns: [], rows: [] });
  });
});

describe("equal parts", () => {
  test("need every axis along a dimension to be a multiple", () => {
    const dimension = (name: string) => of("z").dimensions.findIndex((each) => each.name === name);
    expect([2, 3, 4].map((parts) => isEvenAlong(of("z"), dimension("h"), parts))).toEqual([
      true,
      true,
      false,
    ]);
    expect([2, 3].map((parts) => isEvenAlong(of("z"), dimension("k"), parts))).toEqual([false, true]);
  });

  test("of rows with a halo are offered where halos are", () => {
    const image = windows(2, [convolved(12, { kernel: 3, stride: 1, padding: 1 })]).graph;
    const iteration = iterationOf(image, image.names.indexOf("y0"))!;
    const parts = iteration.dimensions.map(({ name }) => (name === "rows" ? 4 : 1));
    expect(hasEqualParts(iteration, parts)).toBe(false);
    expect(hasEqualParts(iteration, parts, { halos: true })).toBe(true);
  });
});
