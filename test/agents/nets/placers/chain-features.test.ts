import { describe, expect, test } from "vitest";
import { layerGroupFeatures, layerRows } from "../../../../agents/nets/placers/chain-features.ts";
import { layerFlows } from "../../../../agents/problems/pipeline/layer-flows.ts";
import { testScenario } from "../../../../env/index.ts";
import { layersOf } from "../../training/lessons/layer-chains.ts";

const WORD = 20;

/** a feeds b and c, both feed d. The layers are a, c, b, d. */
const chain = layersOf(
  testScenario({
    graph: `
      a 10 40B params=5 type=conv
      b 20 20B params=10 type=conv <- a
      c 30 20B type=pool <- a
      d 40 <- b c`,
    devices: 2,
    objective: "iteration",
  }),
);
const rowsOf = (variant: "paper" | "sums") => {
  const rows = layerRows(chain, layerFlows(chain), [0, 1], variant);
  const list = Array.from({ length: rows.count }, (_, i) => [
    ...rows.values.subarray(i * rows.columns, (i + 1) * rows.columns),
  ]);
  return { rows, list };
};

describe("a layer", () => {
  test("shows a vector of its operation, its bytes and the numbers of its neighbours", () => {
    const { list } = rowsOf("paper");
    expect(list[0].slice(0, WORD)).toEqual(list[2].slice(0, WORD));
    expect(list[1].slice(0, WORD)).not.toEqual(list[2].slice(0, WORD));
    for (const row of list) expect(Math.hypot(...row.slice(0, WORD))).toBeCloseTo(1, 5);
    // Weights, outputs once for each user; what it uses: least, most; what uses it: least, most.
    expect(list.map((row) => row.slice(WORD))).toEqual([
      [0.5, 1, 0, 0, 0.25, 0.5],
      [0, 0.25, 0, 0, 0.75, 0.75],
      [1, 0.25, 0, 0, 0.75, 0.75],
      [0, 0, 0.25, 0.5, 0.75, 0.75],
    ]);
  });

  test("with sums shows its computing on each device and its place too", () => {
    const { list } = rowsOf("sums");
    expect(list.map((row) => row.slice(WORD + 6, WORD + 8))).toEqual([
      [0.25, 0.25],
      [0.75, 0.75],
      [0.5, 0.5],
      [1, 1],
    ]);
    const bins = list.map((row) => row.slice(WORD + 8));
    for (const row of bins) expect(row.reduce((sum, x) => sum + x, 0)).toBeCloseTo(1, 5);
    expect([bins[0][0], bins[3][31]]).toEqual([1, 1]);
  });
});

describe("a group of layers", () => {
  const group = Int32Array.of(0, 1, 1, 2);
  const MOST = 5;

  test("shows the mean of its layers and which groups use its data", () => {
    const { rows, list } = rowsOf("paper");
    const { columns, values, types } = layerGroupFeatures(rows, group, MOST);
    expect([columns, values.length, types]).toEqual([rows.columns + MOST, 3 * columns, WORD]);
    const middle = [...values.subarray(columns, 2 * columns)];
    middle.slice(0, rows.columns).forEach((value, c) => {
      expect(value).toBeCloseTo((list[1][c] + list[2][c]) / 2, 5);
    });
    const next = [0, 1, 2].map((g) => [...values.subarray((g + 1) * columns - MOST, (g + 1) * columns)]);
    expect(next).toEqual([
      [0, 1, 0, 0, 0],
      [0, 0, 1, 0, 0],
      [0, 0, 0, 0, 0],
    ]);
  });

  test("with sums shows its shares of all computing, weights and outputs", () => {
    const { rows } = rowsOf("sums");
    const { columns, values } = layerGroupFeatures(rows, group, MOST);
    const shares = [0, 1, 2].map((g) => [
      ...values.subarray(g * columns + rows.columns, (g + 1) * columns - MOST),
    ]);
    const expected = [
      [0.1, 0.1, 1 / 3, 80 / 120],
      [0.5, 0.5, 2 / 3, 40 / 120],
      [0.4, 0.4, 0, 0],
    ];
    shares.forEach((row, g) => {
      row.forEach((value, i) => {
        expect(value).toBeCloseTo(expected[g][i], 5);
      });
    });
  });
});
