/** The quick test's law on more plans and longer dimensions. */
import { describe, expect, test } from "vitest";
import { attention, mlp } from "./numbered-graph.ts";
import { expectNumbersOfOneDevice } from "./one-device.ts";

describe.each([
  ["an MLP", mlp({ b: 5, k: 3, h: 6, n: 4 })],
  ["attention with a residual", attention({ b: 3, s: 4, h: 5, d: 4 })],
])("the program of any plan for %s", (_, numbered) => {
  test("gives the numbers of one device on every rank, new weights included", () => {
    expect(expectNumbersOfOneDevice(numbered, 200)).toBeGreaterThan(2_000);
  });
});
