/** Every collective algorithm: what its members send, and that the data of all reach all. */
import { describe, expect, test } from "vitest";
import {
  double,
  halve,
  halvingDoublingAllReduce,
  isPowerOfTwo,
} from "../../../../../env/sim/lower/collectives/halving-doubling.ts";
import { hierarchicalAllReduce } from "../../../../../env/sim/lower/collectives/hierarchical.ts";
import { allToAll, permute } from "../../../../../env/sim/lower/collectives/pairwise.ts";
import { railsAllReduce } from "../../../../../env/sim/lower/collectives/rails.ts";
import {
  ringAllGather,
  ringAllReduce,
  ringReduceScatter,
} from "../../../../../env/sim/lower/collectives/ring.ts";
import { treeAllReduce } from "../../../../../env/sim/lower/collectives/tree.ts";
import { type Collective, counted } from "./counted.ts";

const ELEMENTS = 840;
const pairs = Int32Array.from({ length: 16 }, (_, d) => Math.floor(d / 2));

const everyCollective: readonly [string, Collective, (count: number) => boolean][] = [
  ["a ring's sum", ringAllReduce, () => true],
  ["a ring's reduce-scatter", ringReduceScatter, () => true],
  ["a ring's all-gather", ringAllGather, () => true],
  ["a tree's sum", treeAllReduce, () => true],
  ["a hierarchical sum", (steps) => hierarchicalAllReduce(steps, pairs), () => true],
  ["a sum on rails", (steps) => railsAllReduce(steps, pairs), () => true],
  ["halving and doubling", halvingDoublingAllReduce, () => true],
  ["halving", halve, isPowerOfTwo],
  ["doubling", double, isPowerOfTwo],
  ["an all-to-all", allToAll, () => true],
];

test.each(everyCollective)("%s brings something of every member to every member", (_, collective, suits) => {
  for (let count = 2; count <= 9; count++) {
    if (!suits(count)) continue;
    const { heard } = counted(collective, { elements: ELEMENTS, sizes: [count] });
    for (const members of heard) expect(members.size, `${count} members`).toBe(count);
  }
});

describe.each([2, 4, 8])("among %i members", (n) => {
  const part = (ELEMENTS * (n - 1)) / n;
  test.each([
    ["a ring's sum", ringAllReduce, 2 * part, 2 * (n - 1)],
    ["a reduce-scatter", ringReduceScatter, part, n - 1],
    ["an all-gather", ringAllGather, part, n - 1],
    ["halving and doubling", halvingDoublingAllReduce, 2 * part, 2 * Math.log2(n)],
    ["halving", halve, part, Math.log2(n)],
    ["doubling", double, part, Math.log2(n)],
    ["an all-to-all", allToAll, part, n - 1],
  ] as const)("%s sends the bytes and takes the steps of the table", (_, collective, elements, steps) => {
    const found = counted(collective, { elements: ELEMENTS, sizes: [n] });
    for (const sent of found.inside) expect(sent).toBeCloseTo(elements, 9);
    expect(found.steps).toBe(steps);
  });
});

test("halving and doubling of 6 members lends two of them a partner at both ends", () => {
  const { inside, steps } = counted(halvingDoublingAllReduce, { elements: ELEMENTS, sizes: [6] });
  expect(steps).toBe(2 + 2 * 2);
  expect(inside).toEqual([1.5 + 1, 1.5 + 1, 1.5, 1.5, 1, 1].map((wholes) => wholes * ELEMENTS));
});

test("rails of unequal machines are a ring", () => {
  const machineOf = Int32Array.of(0, 0, 1);
  const sizes = [2, 1];
  expect(counted((steps) => railsAllReduce(steps, machineOf), { elements: ELEMENTS, sizes })).toEqual(
    counted(ringAllReduce, { elements: ELEMENTS, sizes }),
  );
});

test("a permutation sends all bytes to whoever has another source than itself", () => {
  const { inside } = counted((steps) => permute(steps, [1, 0, 2]), { elements: ELEMENTS, sizes: [3] });
  expect(inside).toEqual([ELEMENTS, ELEMENTS, 0]);
});
