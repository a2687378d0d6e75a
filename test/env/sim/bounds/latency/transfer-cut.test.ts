import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createTransferCut } from "../../../../../env/sim/bounds/latency/transfer-cut.ts";

const drawn = fc.record({
  lists: fc.array(fc.uniqueArray(fc.integer({ min: 1, max: 6 }), { maxLength: 3 }), {
    minLength: 7,
    maxLength: 7,
  }),
  transferUs: fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 7, maxLength: 7 }),
  parts: fc.array(fc.constantFrom("source", "sink", "other", "other"), { minLength: 7, maxLength: 7 }),
  leads: fc.array(fc.integer({ min: 0, max: 6 }), { minLength: 7, maxLength: 7 }),
  order: fc.shuffledSubarray([0, 1, 2, 3, 4, 5, 6], { minLength: 7 }),
});

/** The least that a set of ops sends if it holds all sources and no sink. */
function leastSent(
  lists: readonly number[][],
  transferUs: readonly number[],
  parts: readonly string[],
  leaderOf: ArrayLike<number>,
): number {
  let least = Number.POSITIVE_INFINITY;
  for (let code = 0; code < 2 ** parts.length; code++) {
    const holds = (v: number) => ((code >> v) & 1) === 1;
    if (parts.some((part, v) => (part === "source" && !holds(v)) || (part === "sink" && holds(v)))) continue;
    if (parts.some((_, v) => holds(v) !== holds(leaderOf[v]))) continue;
    const sent = transferUs.filter((_, u) => holds(u) && lists[u].some((v) => !holds(v)));
    least = Math.min(
      least,
      sent.reduce((sum, us) => sum + us, 0),
    );
  }
  return least;
}

describe("the least transfers between ops", () => {
  test("equal the least that any set of tied ops with the sources and without the sinks sends, in whatever order these come", () => {
    fc.assert(
      fc.property(drawn, ({ lists: steps, transferUs, parts: drawnParts, leads, order }) => {
        // Some ops are tied to an earlier one that leads itself, and are sources or sinks with it.
        const leaderOf = Int32Array.from(leads, (lead, v) => (lead < v && leads[lead] >= lead ? lead : v));
        const parts = drawnParts.map((_, v) => drawnParts[leaderOf[v]]);
        const lists = steps.map((list, u) => [...new Set(list.map((step) => u + step))].filter((v) => v < 7));
        const start = Int32Array.from([0, ...lists.map((_, u) => lists.slice(0, u + 1).flat().length)]);
        const cut = createTransferCut(
          { start, op: Int32Array.from(lists.flat()) },
          Float64Array.from(transferUs),
          leaderOf,
        );
        for (let round = 0; round < 2; round++) {
          cut.reset();
          for (const v of order) {
            if (parts[v] === "source") cut.addSource(v);
            if (parts[v] === "sink") cut.addSink(v);
          }
          expect(cut.valueUs).toBe(leastSent(lists, transferUs, parts, leaderOf));
        }
      }),
      { numRuns: 300, seed: 4 },
    );
  });
});
