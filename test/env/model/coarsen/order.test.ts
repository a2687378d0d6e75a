/**
 * What makes coarsening fast, against slow and obvious twins: paths in a quotient, and the next
 * pair to merge.
 */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  atMost,
  colocationGrouping,
  type Grouping,
  graphBuilder,
  type OpGraph,
} from "../../../../env/index.ts";
import { createQuotient, type Quotient } from "../../../../env/model/coarsen/quotient.ts";

const graphs = fc
  .array(
    fc.record({
      flops: fc.nat(3),
      inputs: fc.array(fc.nat(), { maxLength: 3 }),
      // Few classes, so that groups often wait for each other in a cycle.
      colocation: fc.option(fc.nat(4), { freq: 2 }),
    }),
    { minLength: 2, maxLength: 16 },
  )
  .map((ops): OpGraph => {
    const builder = graphBuilder();
    ops.forEach(({ flops, colocation }, v) => {
      const label = colocation === null ? {} : { colocation: `class ${colocation}` };
      builder.op({ name: `op_${v}`, flops, outputs: [4], ...label });
    });
    ops.forEach(({ inputs }, v) => {
      for (const input of v === 0 ? [] : inputs) builder.edge({ from: `op_${input % v}`, to: `op_${v}` });
    });
    return builder.build();
  });

function reachesSlowly(quotient: Quotient, from: number, to: number): boolean {
  const seen = new Set<number>();
  const open = [...quotient.consumers(from)];
  while (open.length > 0) {
    const next = open.pop()!;
    if (next === to) return true;
    if (seen.has(next)) continue;
    seen.add(next);
    open.push(...quotient.consumers(next));
  }
  return false;
}

/**
 * The joined pair of least work without a detour, otherwise the two smallest groups. It searches
 * again for every merge.
 */
function atMostSlowly(graph: OpGraph, limit: number): Grouping {
  const quotient = createQuotient(graph, colocationGrouping(graph));
  const { work } = quotient;
  for (let count = quotient.alive().length; count > limit; count--) {
    const alive = quotient.alive();
    const joined = alive.flatMap((from) =>
      [...quotient.consumers(from)].map((into) => [from, into] as const),
    );
    const free = joined.filter(
      ([from, into]) =>
        ![...quotient.consumers(from)].some((next) => next !== into && reachesSlowly(quotient, next, into)),
    );
    free.sort(([a, b], [c, d]) => work[a] + work[b] - work[c] - work[d] || a - c || b - d);
    const [first, second] = [...alive].sort((a, b) => work[a] - work[b] || a - b);
    const [from, into] = free[0] ?? [first, second];
    quotient.merge(from, into);
  }
  return quotient.grouping();
}

describe("a quotient", () => {
  test("knows its paths after any merges, circles included", () => {
    const merges = fc.array(fc.tuple(fc.nat(), fc.nat()), { maxLength: 10 });
    fc.assert(
      fc.property(graphs, merges, (graph, pairs) => {
        const quotient = createQuotient(graph, colocationGrouping(graph));
        for (const [a, b] of pairs) {
          const alive = quotient.alive();
          const [from, into] = [alive[a % alive.length], alive[b % alive.length]];
          if (from !== into) quotient.merge(from, into);
          for (const x of quotient.alive())
            for (const y of quotient.alive())
              expect(quotient.reaches(x, y)).toBe(reachesSlowly(quotient, x, y));
        }
      }),
      { numRuns: 60 },
    );
  });
});

describe("at most so many groups", () => {
  test("merges the same pairs as a search through all of them", () => {
    fc.assert(
      fc.property(graphs, fc.integer({ min: 1, max: 8 }), (graph, limit) => {
        const fast = atMost(graph, colocationGrouping(graph), limit);
        expect([...fast.groupOf]).toEqual([...atMostSlowly(graph, limit).groupOf]);
      }),
      { numRuns: 300 },
    );
  });
});
