import { expect, test } from "vitest";
import { orderBlocks } from "../../../../agents/search/lines/order-blocks.ts";
import { testScenario } from "../../../../env/index.ts";

test("cuts the order over 1, 2, ... accelerators, with the slowest block as fast as possible", () => {
  const scenario = testScenario({
    graph: "a 1 4B\nb 2 4B <- a\nc 1 4B <- b\nd 4 4B <- c",
    devices: ["GPU", "GPU", "CPU"],
  });
  expect(orderBlocks(scenario)).toEqual([Int32Array.of(0, 0, 0, 0), Int32Array.of(0, 0, 0, 1)]);
});

test("leaves a group where it can run", () => {
  const scenario = testScenario({
    graph: "a 1 4B\nb 2 4B kinds=CPU <- a\nc 1 4B <- b",
    devices: ["GPU", "CPU"],
  });
  expect(orderBlocks(scenario)).toEqual([Int32Array.of(0, 1, 0)]);
});
