import { describe, expect, test } from "vitest";
import { imbalanceOf, weightLimits } from "../../../../agents/search/partition/balance.ts";
import { freeProblem, orderedProblem } from "../../../../agents/search/partition/partition-problem.ts";
import {
  cutWeight,
  type WeightedGraph,
  weightedGraph,
} from "../../../../agents/search/partition/weighted-graph.ts";
import { testScenario } from "../../../../env/index.ts";

/** Edges by their ends, the smaller first. */
function edges({ vertexCount, start, neighbour, edgeWeight }: WeightedGraph): Record<string, number> {
  const found: Record<string, number> = {};
  for (let v = 0; v < vertexCount; v++)
    for (let i = start[v]; i < start[v + 1]; i++)
      if (v < neighbour[i]) found[`${v}-${neighbour[i]}`] = edgeWeight[i];
  return found;
}

describe("the graph of a placement", () => {
  test("weighs classes by their time and joins them by transfers both ways, each output once per reading class", () => {
    const { graph } = freeProblem(
      testScenario({
        graph: `
          a 10.0009 transfer=2 8B group=one
          b 20 transfer=3 8B group=one <- a
          c 5 transfer=7 8B group=two <- a b
          d 6 transfer=1 8B group=two <- a
          e 1 group=one <- c d`,
      }),
    );
    expect(Array.from(graph.vertexWeight)).toEqual([31000, 11000]);
    expect(edges(graph)).toEqual({ "0-1": 1000 * (2 + 3 + 7 + 1) });
  });

  test("leaves out what only the host runs, and the host", () => {
    const { graph, group, share, choices } = freeProblem(
      testScenario({
        graph: "read GPU:1|CPU:2 8B kinds=CPU\na GPU:4|CPU:9 8B <- read\nb GPU:6|CPU:9 <- a",
        devices: ["CPU", "GPU", "GPU"],
      }),
    );
    expect(Array.from(group)).toEqual([1, 2]);
    expect(Array.from(graph.vertexWeight)).toEqual([4000, 6000]);
    expect(Array.from(choices.devices)).toEqual([1, 2]);
    expect(Array.from(share)).toEqual([0.5, 0.5]);
  });

  test("shares the weight out by the speed of the devices", () => {
    const { share } = freeProblem(
      testScenario({ graph: "a FAST:1|SLOW:3 8B\nb FAST:2|SLOW:6 <- a", devices: ["FAST", "SLOW"] }),
    );
    expect(share[0]).toBeCloseTo(0.75, 12);
    expect(share[1]).toBeCloseTo(0.25, 12);
  });

  test("keeps the order through ops that only the host runs", () => {
    const { graph, arcs, group } = orderedProblem(
      testScenario({
        graph: "a 1 8B\nhost 1 8B kinds=CPU <- a\nb 1 <- host",
        devices: ["GPU", "GPU", "CPU"],
      }),
    );
    expect(group).toHaveLength(2);
    expect(arcs!.successor).toHaveLength(1);
    expect(edges(graph)).toEqual({ "0-1": 0 });
  });
});

describe("weights", () => {
  const square = weightedGraph(Float64Array.of(3, 3, 2, 2), {
    from: [0, 1, 2, 3, 1, 2],
    to: [1, 2, 3, 0, 0, 2],
    weight: [1, 2, 4, 8, 16, 100],
  });

  test("edges between two vertices add up, loops are left out, and a cut counts each edge once", () => {
    expect(edges(square)).toEqual({ "0-1": 17, "1-2": 2, "2-3": 4, "0-3": 8 });
    expect(cutWeight(square, [0, 0, 1, 1])).toBe(10);
  });

  test("limits are shares with the imbalance on top, whole, and never below the share", () => {
    expect(Array.from(weightLimits(square, Float64Array.of(0.5, 0.5), 0.5))).toEqual([7, 7]);
    expect(Array.from(weightLimits(square, Float64Array.of(0.25, 0.75), 0))).toEqual([3, 8]);
    expect(imbalanceOf(square, Int32Array.of(0, 0, 1, 1), Float64Array.of(0.5, 0.5))).toBeCloseTo(0.2, 12);
  });
});
