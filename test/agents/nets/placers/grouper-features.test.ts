import { describe, expect, test } from "vitest";
import {
  intraGroupShare,
  sampledGroupFeatures,
  unitFeatures,
  unitsOf,
} from "../../../../agents/nets/placers/grouper-features.ts";
import { testScenario } from "../../../../env/index.ts";

/** d has three producers and two consumers. */
const scenario = testScenario({
  graph: `
    a 100 400B
    b 100 200B
    c 100 100B
    d 100 400B <- a b c
    e 100 <- d
    f 100 <- d`,
  devices: 2,
});
const units = unitsOf(scenario);
const OUTPUTS = 6;

describe("features of units", () => {
  // Published code resets a producers' list at each incoming edge, so that only the last is left.
  test("name all producers and all consumers of a unit", () => {
    const { columns, values } = unitFeatures(units, "paper");
    const row = values.subarray(3 * columns, 4 * columns);
    const producers = [...row.subarray(OUTPUTS, OUTPUTS + 6)].filter((value) => value !== -1);
    const consumers = [...row.subarray(OUTPUTS + 6)].filter((value) => value !== -1);
    expect(producers).toEqual([0, 1 / 6, 2 / 6].map(Math.fround));
    expect(consumers).toEqual([4 / 6, 5 / 6].map(Math.fround));
  });

  test("of the code variant hold neighbours with their side, five of them here", () => {
    const { columns, values } = unitFeatures(units, "code");
    const row = values.subarray(3 * columns, 4 * columns);
    const signs = [...row.subarray(1 + OUTPUTS)].filter((_, i) => i % 2 === 1);
    expect(signs.slice(0, 5).sort()).toEqual([-1, -1, -1, 1, 1]);
  });

  test("hold outputs over the graph's largest, padded with -1", () => {
    const { columns, values } = unitFeatures(units, "paper");
    expect([...values.subarray(columns, columns + OUTPUTS)]).toEqual([0.5, -1, -1, -1, -1, -1]);
  });
});

describe("features of sampled groups", () => {
  const group = Int32Array.of(0, 0, 1, 1, 2, 2);
  const first = units.typeCount + OUTPUTS;

  // Published code adds output sizes on top of type counts.
  test("keep types, outputs and neighbours in columns of their own", () => {
    const { columns, values, types } = sampledGroupFeatures(units, group, 3, "paper");
    expect([columns, types]).toEqual([units.typeCount + OUTPUTS + 3, units.typeCount]);
    const plain = { ...units, outputs: new Float32Array(units.outputs.length) };
    const without = sampledGroupFeatures(plain, group, 3, "paper").values;
    for (let g = 0; g < 3; g++)
      for (let i = 0; i < columns; i++)
        if (i < units.typeCount || i >= first) expect(values[g * columns + i]).toBe(without[g * columns + i]);
    expect(values[units.typeCount]).toBeGreaterThan(0);
  });

  test("mark neighbours in both directions, and never the group itself", () => {
    const { columns, values } = sampledGroupFeatures(units, group, 3, "paper");
    const neighbours = [0, 1, 2].map((g) => [...values.subarray(g * columns + first, (g + 1) * columns)]);
    expect(neighbours).toEqual([
      [0, 1, 0],
      [1, 0, 1],
      [0, 1, 0],
    ]);
  });

  test("of the code variant count edges out and in", () => {
    const { columns, values } = sampledGroupFeatures(units, group, 3, "code");
    const row = (g: number) => [...values.subarray(g * columns + first, (g + 1) * columns)];
    expect(row(0)).toEqual([0, 2 / 3, 0, 0, 0, 0].map(Math.fround));
    expect(row(1)).toEqual([0, 0, 2 / 3, 2 / 3, 0, 0].map(Math.fround));
  });
});

test("the share of edges within groups is 1 in one group and 0 where all are alone", () => {
  expect(intraGroupShare(units, new Int32Array(6))).toBe(1);
  expect(intraGroupShare(units, Int32Array.of(0, 1, 2, 3, 4, 5))).toBe(0);
});
