import { expect, test } from "vitest";
import { NONE, splitRules } from "../../../../agents/problems/sharding/legal-splits.ts";
import { doubleRecursion } from "../../../../agents/search/sharding/double-recursion.ts";
import { iterationOf } from "../../../../env/model/plan/sharding.ts";
import { mlp } from "../../../env/sim/lower/sharding/numbered-graph.ts";

function cutsOf(lengths: { b: number; k: number; h: number; n: number }, options = {}): string[] {
  const { graph } = mlp(lengths);
  return doubleRecursion(graph, 2, splitRules(graph, [2, 2]), options).map(
    ({ op, level, dimension }) =>
      `${level} ${graph.names[op]} ${dimension === NONE ? "-" : iterationOf(graph, op)!.dimensions[dimension].name}`,
  );
}

test("two layers of a small batch are cut as by hand", () => {
  // Elements: x and z 128 each, W and V 1024. A cut of b costs 1024 / 2 / 4, of h or k 128 / 2.
  // Both products weigh 128, so the later one is first. A follows z, since y needs all of it.
  // Then W is 512 and z 64 on a device: b 64, h 64, k 32.
  expect(cutsOf({ b: 4, k: 32, h: 32, n: 32 })).toEqual([
    "0 y n",
    "0 z h",
    "0 a h",
    "0 target b",
    "0 x b",
    "1 y h",
    "1 z k",
    "1 a h",
    "1 target b",
    "1 x k",
  ]);
});

test("a large batch is cut alone, and where it is odd nothing follows it", () => {
  expect(cutsOf({ b: 64, k: 16, h: 32, n: 8 }).every((cut) => cut.endsWith(" b"))).toBe(true);
  expect(cutsOf({ b: 1, k: 1, h: 1, n: 1 }).every((cut) => cut.endsWith(" -"))).toBe(true);
});

test("the order of visits decides", () => {
  const lengths = { b: 4, k: 32, h: 32, n: 32 };
  expect(cutsOf(lengths, { order: "topology" }).slice(0, 3)).toEqual(["0 x b", "0 target b", "0 z b"]);
  expect(cutsOf(lengths, { order: "reversed" }).sort()).not.toEqual(cutsOf(lengths).sort());
});
