import { describe, expect, test } from "vitest";
import { attention, mlp } from "./numbered-graph.ts";
import { expectNumbersOfOneDevice } from "./one-device.ts";

describe.each([
  ["an MLP", mlp({ b: 4, k: 3, h: 6, n: 2 })],
  ["attention with a residual", attention({ b: 2, s: 3, h: 4, d: 2 })],
])("the program of any plan for %s", (_, numbered) => {
  test("gives the numbers of one device on every rank, new weights included", () => {
    expect(expectNumbersOfOneDevice(numbered, 15)).toBeGreaterThan(100);
  });
});
