/** The pairs equal those of sorting all groups for each pair, whatever merged in between. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { colocationGrouping, graphBuilder } from "../../../../env/index.ts";
import { createQuotient, type Quotient } from "../../../../env/model/coarsen/quotient.ts";
import { createSmallestPairs } from "../../../../env/model/coarsen/smallest-pairs.ts";

const ops = fc.array(fc.record({ flops: fc.nat(4), kind: fc.constantFrom("a", "b") }), {
  minLength: 1,
  maxLength: 12,
});

test("the two smallest groups of equal support, the smaller first", () => {
  fc.assert(
    fc.property(ops, fc.array(fc.nat(), { maxLength: 14 }), (drawn, choices) => {
      const builder = graphBuilder();
      drawn.forEach(({ flops, kind }, v) => {
        builder.op({ name: `o${v}`, flops, supportedKinds: [kind] });
      });
      const graph = builder.build();
      const quotient = createQuotient(graph, colocationGrouping(graph));
      const pairs = createSmallestPairs(quotient);
      for (const choice of choices) {
        const smallest = smallestPairOf(quotient);
        expect(pairs.find()).toEqual(smallest);
        const pair = choice % 2 === 0 ? smallest : anyPair(quotient, choice);
        if (pair === null) return;
        quotient.merge(pair[0], pair[1]);
        pairs.changed(pair[0], pair[1]);
      }
    }),
    { numRuns: 300 },
  );
});

function smallestPairOf(quotient: Quotient): readonly [number, number] | null {
  const bySize = [...quotient.alive()].sort((a, b) => quotient.work[a] - quotient.work[b] || a - b);
  for (const [i, from] of bySize.entries()) {
    const into = bySize.slice(i + 1).find((other) => quotient.sameSupport(from, other));
    if (into !== undefined) return [from, into];
  }
  return null;
}

function anyPair(quotient: Quotient, choice: number): readonly [number, number] | null {
  const groups = quotient.alive();
  const from = groups[choice % groups.length];
  const into = groups.find((other) => other !== from && quotient.sameSupport(from, other));
  return into === undefined ? null : [from, into];
}
