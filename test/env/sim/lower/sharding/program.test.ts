import { describe, expect, test } from "vitest";
import { attention, mlp } from "./numbered-graph.ts";
import { expectNumbersOfOneDevice } from "./one-device.ts";
import { convolved, windows } from "./windows.ts";

const SAME = { kernel: 3, stride: 1, padding: 1 };
const HALF = { kernel: 3, stride: 2, padding: 1 };

describe.each([
  ["an MLP", mlp({ b: 4, k: 3, h: 6, n: 2 })],
  ["attention with a residual", attention({ b: 2, s: 3, h: 4, d: 2 })],
  ["convolutions", windows(3, [convolved(12, SAME), convolved(12, HALF), convolved(6, SAME)])],
])("the program of any plan for %s", (_, numbered) => {
  test("gives the numbers of one device on every rank, new weights included", () => {
    expect(expectNumbersOfOneDevice(numbered, 15)).toBeGreaterThan(100);
  });
});
