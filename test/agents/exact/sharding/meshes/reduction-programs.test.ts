import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  bestProgram,
  programCost,
  reductionPrograms,
} from "../../../../../agents/exact/sharding/meshes/reduction-programs.ts";
import { memberCount, programText } from "../../../../../env/model/layout/reductions/steps.ts";
import { executed } from "../../../../env/model/layout/reductions/executed.ts";
import { drawn } from "../../../../law-runs.ts";

describe.each([[[4]], [[2, 2]], [[2, 4]], [[3, 2]], [[2, 2, 2]]])("on levels %j", (levels) => {
  const programs = reductionPrograms(levels, 4);
  const count = memberCount(levels);
  const numbers = Array.from({ length: count }, (_, member) =>
    Array.from({ length: count + 1 }, (__, element) => 7 ** element + 100 * member),
  );

  test("every program, executed on integers, leaves the sum on each member", () => {
    const sum = numbers[0].map((_, element) => numbers.reduce((total, row) => total + row[element], 0));
    for (const program of programs)
      for (const row of executed(levels, program, numbers)) expect(row, programText(program)).toEqual(sum);
  });

  test("no program is there twice, and one all-reduce is the first", () => {
    expect(new Set(programs.map(programText)).size).toBe(programs.length);
    expect(programText(programs[0])).toBe(`all-reduce 0..${levels.length}`);
  });
});

test("the hierarchical programs of the paper are among those of two levels", () => {
  const found = reductionPrograms([2, 4], 3).map(programText);
  for (const known of [
    "reduce-scatter 1..2, all-reduce 0..1, all-gather 1..2",
    "reduce 1..2, all-reduce* 0..1, broadcast 1..2",
    "all-reduce 1..2, all-reduce 0..1",
  ])
    expect(found).toContain(known);
});

test("the best program is the cheapest of all, on 300 drawn prices", () => {
  const levelsOf = fc.constantFrom([4], [2, 3], [4, 8], [2, 2, 2], [2, 1, 4]);
  fc.assert(
    fc.property(
      levelsOf,
      fc.integer({ min: 1, max: 4 }),
      fc.infiniteStream(fc.nat(50)),
      (levels, most, draws) => {
        const prices = new Map<string, number>();
        const price = (step: object, held: readonly number[]): number => {
          const key = JSON.stringify([step, held]);
          if (!prices.has(key)) prices.set(key, draws.next().value! * Math.max(...held));
          return prices.get(key)!;
        };
        const { program, cost } = bestProgram(levels, price, most);
        const costs = reductionPrograms(levels, most).map((each) => programCost(levels, each, price));
        expect(cost).toBe(Math.min(...costs));
        expect(programCost(levels, program, price)).toBe(cost);
      },
    ),
    { numRuns: drawn(300) },
  );
});
