/** The quick test's law on more plans and longer dimensions. */
import { describe, expect, test } from "vitest";
import { attention, mlp } from "./numbered-graph.ts";
import { expectNumbersOfOneDevice } from "./one-device.ts";
import { convolved, windows } from "./windows.ts";

const WIDE = { kernel: 5, stride: 1, padding: 2 };
const HALF = { kernel: 3, stride: 2, padding: 1 };

describe.each([
  ["an MLP", mlp({ b: 5, k: 3, h: 6, n: 4 })],
  ["attention with a residual", attention({ b: 3, s: 4, h: 5, d: 4 })],
  ["convolutions", windows(4, [convolved(16, WIDE), convolved(16, HALF), convolved(8, WIDE)])],
])("the program of any plan for %s", (_, numbered) => {
  test("gives the numbers of one device on every rank, new weights included", () => {
    expect(expectNumbersOfOneDevice(numbered, 200)).toBeGreaterThan(2_000);
  });
});
