import fc from "fast-check";
import { expect, test } from "vitest";
import { SumTree } from "../../../../../agents/training/algorithms/rainbow/sum-tree.ts";

/** The obvious twin: the first index up to which the weights sum to more than the mass. */
function scanned(weights: readonly number[], mass: number): number {
  let sum = 0;
  return weights.findIndex((weight) => {
    sum += weight;
    return sum > mass;
  });
}

function filled(weights: readonly number[]): SumTree {
  const tree = new SumTree(weights.length);
  weights.forEach((weight, i) => {
    tree.set(i, weight);
  });
  return tree;
}

test("finds what a scan of all weights finds, whole weights of any number", () => {
  const weights = fc
    .array(fc.nat(20), { minLength: 1, maxLength: 40 })
    .filter((all) => all.some((w) => w > 0));
  fc.assert(
    fc.property(weights, fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), (all, share) => {
      const tree = filled(all);
      const total = all.reduce((sum, weight) => sum + weight, 0);
      expect(tree.total).toBe(total);
      expect(tree.find(share * total)).toBe(scanned(all, share * total));
    }),
  );
});

test("never finds a weight of 0, rounding or not", () => {
  const weights = fc.array(fc.oneof(fc.constant(0), fc.double({ min: 1e-9, max: 1, noNaN: true })), {
    minLength: 1,
    maxLength: 20,
  });
  fc.assert(
    fc.property(weights, (all) => {
      const tree = filled(all);
      if (tree.total === 0) return;
      for (const share of [0, 0.5, 1 - 2 ** -53])
        expect(all[tree.find(share * tree.total)]).toBeGreaterThan(0);
    }),
  );
});

test("has the same bits whether it was changed step by step or filled at the end", () => {
  const changes = fc.array(fc.tuple(fc.nat(9), fc.double({ min: 0, max: 1, noNaN: true })), {
    maxLength: 60,
  });
  fc.assert(
    fc.property(changes, (all) => {
      const changed = new SumTree(10);
      const last = new Array<number>(10).fill(0);
      for (const [i, weight] of all) {
        changed.set(i, weight);
        last[i] = weight;
      }
      expect(changed.total).toBe(filled(last).total);
      expect(last.map((_, i) => changed.at(i))).toEqual(last);
    }),
  );
});
