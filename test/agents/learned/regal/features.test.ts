import { expect, test } from "vitest";
import { edgeColumns, featuresOf, nodeColumns } from "../../../../agents/learned/regal/features.ts";
import { testScenario } from "../../../../env/index.ts";
import { resolveScenario } from "../../../../scenarios/index.ts";

const column = (table: Float32Array, columns: readonly string[], name: string): number[] =>
  Array.from(
    { length: table.length / columns.length },
    (_, row) => table[row * columns.length + columns.indexOf(name)],
  );

test("nodes tell sizes over their mean and levels as shares of the longest path", () => {
  const scenario = testScenario({
    graph: "a 100 300B\nb 100 100B <- a\nc 100 200B <- a\nd 100 <- b c",
    devices: 2,
  });
  const { nodes } = featuresOf(scenario);
  const of = (name: (typeof nodeColumns)[number]) => column(nodes, nodeColumns, name);
  expect(of("compute")).toEqual([0, 0, 0, 0]);
  expect(of("level from the first op")).toEqual([-1, 0, 0, 1]);
  expect(of("level from the last op")).toEqual([1, 0, 0, -1]);
  expect(of("slack")).toEqual([0, 0, 0, 0]);
  expect(of("edges in").map(Math.sign)).toEqual([-1, 0, 0, 1]);
  // a holds 300 bytes and frees none; d frees 300 and holds none.
  const freed = of("bytes in less bytes held");
  expect([freed[0], freed[3]]).toEqual([-1, 1]);
  expect(freed[1]).toBeCloseTo((300 - 100) / 400, 6);
});

test("edges go both ways, and say which way round they are", () => {
  const scenario = testScenario({ graph: "a 1 300B\nb 1 100B <- a\nc 1 <- b", devices: 2 });
  const { edges, edgeFeatures } = featuresOf(scenario).graph;
  expect([...edges.from]).toEqual([0, 1, 1, 2]);
  expect([...edges.to]).toEqual([1, 2, 0, 1]);
  expect(column(edgeFeatures, edgeColumns, "is turned round")).toEqual([0, 0, 1, 1]);
  expect(column(edgeFeatures, edgeColumns, "levels apart")).toEqual([0.5, 0.5, -0.5, -0.5]);
  const bytes = column(edgeFeatures, edgeColumns, "bytes");
  expect(bytes[0]).toBe(bytes[2]);
  expect(bytes[0]).toBeGreaterThan(bytes[1]);
});

test("are finite for groups of cyclic quotients, free ops and lone ops", async () => {
  for (const scenario of [
    testScenario({ graph: "a 1", devices: 2 }),
    testScenario({ graph: "a 0 0B\nb 0 0B <- a", devices: 2 }),
    await resolveScenario("inception-v3/2xP100?groups=16"),
  ]) {
    const { nodes, graph } = featuresOf(scenario);
    expect(nodes.length).toBe(scenario.grouping.groupCount * nodeColumns.length);
    expect([...nodes, ...graph.edgeFeatures].every(Number.isFinite)).toBe(true);
  }
});
