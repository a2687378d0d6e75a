import { describe, expect, test } from "vitest";
import { featureCount, nodeFeatures } from "../../../../agents/nets/gdp/node-features.ts";
import { colocationGrouping, groupGraph, testScenario } from "../../../../env/index.ts";

const rowsOf = (scenario: Parameters<typeof groupGraph>[0], set: "plain" | "wide") => {
  const groups = groupGraph(scenario);
  const values = nodeFeatures(scenario as never, groups, set);
  const columns = featureCount(set);
  return Array.from({ length: groups.groupCount }, (_, g) => values.subarray(g * columns, (g + 1) * columns));
};

describe("nodeFeatures", () => {
  const graph = `
    a 100 400B type=Conv2D
    b 100 400B type=Conv2D <- a
    c 900 400B type=MatMul <- b`;

  test("plain tells nodes apart by type, bytes and time alone", () => {
    const [a, b, c] = rowsOf(testScenario({ graph, devices: 2 }), "plain");
    expect([...a]).toEqual([...b]);
    expect([...a]).not.toEqual([...c]);
  });

  test("wide also tells apart what differs in place alone", () => {
    const [a, b] = rowsOf(testScenario({ graph, devices: 2 }), "wide");
    expect([...a]).not.toEqual([...b]);
  });

  test("a group has the mean of its ops' types, and every number is finite", () => {
    const scenario = testScenario({ graph, devices: 2 });
    const merged = { ...scenario, grouping: colocationGrouping(scenario.graph) };
    for (const set of ["plain", "wide"] as const)
      for (const row of rowsOf(merged, set)) {
        expect(row.subarray(0, 128).reduce((sum, share) => sum + share, 0)).toBeCloseTo(1);
        expect(row.every(Number.isFinite)).toBe(true);
      }
  });
});
