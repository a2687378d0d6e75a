import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { bestOfLoads } from "../../../../agents/exact/cover/best-of-loads.ts";
import { coverBound } from "../../../../agents/exact/cover/cover-bound.ts";
import { deviceSets } from "../../../../agents/exact/cover/device-sets.ts";
import { coverOrder } from "../../../../agents/problems/split/forward-order.ts";
import { type SplitProblem, splitProblem } from "../../../../agents/problems/split/split-problem.ts";
import { evaluator, type Scenario, testScenario } from "../../../../env/index.ts";
import { colocated } from "../../../../env/model/layers/elements.ts";
import { drawn } from "../../../law-runs.ts";
import { leastOf, randomSplit } from "../random-split.ts";

const floor = Number.NEGATIVE_INFINITY;
const limits = { nodes: 10_000, entries: 500, steps: 250, work: 1e6 };

function boundUs(scenario: Scenario, upperUs: number): number | null {
  const problem = splitProblem(scenario, colocated(scenario));
  const proof = coverBound(problem, coverOrder(scenario, problem.elements), { upperUs, lowerUs: 0, limits });
  for (let step = proof.next(); ; step = proof.next(false)) if (step.done === true) return step.value;
}

/** The load on an accelerator that holds exactly these elements. */
function loadOf({ timeUs, types, nets }: SplitProblem, type: number, held: Uint8Array): number {
  let us = 0;
  for (let v = 0; v < held.length; v++) if (held[v] === 1) us += timeUs[v * types.length + type];
  for (let h = 0; h < nets.count; h++) {
    const pins = [...nets.pins.subarray(nets.pinStart[h], nets.pinStart[h + 1])];
    const inside = pins.filter((v) => held[v] === 1).length;
    if (inside > 0 && inside < pins.length) us += nets.transferUs[h];
  }
  return us;
}

describe("the graph of device sets", () => {
  test("knows the largest price of any set at every load", () => {
    fc.assert(
      fc.property(
        randomSplit({ maxOps: 8, maxClasses: 7, maxAccelerators: 2 }),
        fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 8, maxLength: 8 }),
        (scenario, drawn) => {
          const problem = splitProblem(scenario, colocated(scenario));
          const n = problem.elements.count;
          const type = problem.types.findIndex(({ paysTransfers }) => paysTransfers);
          const prices = Float64Array.from(drawn.slice(0, n));
          const sets = deviceSets(problem, coverOrder(scenario, problem.elements), {
            upperUs: 60,
            mostNodes: 1e5,
          })!;
          const best = bestOfLoads(sets, type, prices, { upperUs: 60, floor, most: 1e4 });
          const expected = new Map<number, number>();
          for (let code = 0; code < 2 ** n; code++) {
            const held = Uint8Array.from({ length: n }, (_, v) => (code >> v) & 1);
            const price = prices.reduce((sum, p, v) => sum + held[v] * p, 0);
            const us = loadOf(problem, type, held);
            if (us <= 60) expected.set(us, Math.max(price, expected.get(us) ?? 0));
          }
          let largest = -1;
          const front = [...expected]
            .sort(([a], [b]) => a - b)
            .filter(([, price]) => {
              if (price <= largest) return false;
              largest = price;
              return true;
            });
          expect([...best.loadUs].map((us, i) => [us, best.price[i]])).toEqual(front);
          for (let i = 0; i < best.count; i++) {
            expect(loadOf(problem, type, best.setOf(i))).toBe(best.loadUs[i]);
            expect(prices.reduce((sum, p, v) => sum + best.setOf(i)[v] * p, 0)).toBe(best.price[i]);
          }
        },
      ),
      { numRuns: drawn(60), seed: 3 },
    );
  });

  test("is never below the truth where a node keeps few entries", () => {
    fc.assert(
      fc.property(randomSplit({ maxOps: 9, maxClasses: 9, maxAccelerators: 2 }), (scenario) => {
        const problem = splitProblem(scenario, colocated(scenario));
        const type = problem.types.findIndex(({ paysTransfers }) => paysTransfers);
        const prices = Float64Array.from({ length: problem.elements.count }, (_, v) => 1 + ((v * 7) % 5));
        const sets = deviceSets(problem, coverOrder(scenario, problem.elements), {
          upperUs: 60,
          mostNodes: 1e5,
        })!;
        const all = bestOfLoads(sets, type, prices, { upperUs: 60, floor, most: 1e4 });
        const few = bestOfLoads(sets, type, prices, { upperUs: 60, floor, most: 3 });
        const priceAt = ({ loadUs, price }: typeof all, us: number) =>
          price[loadUs.findLastIndex((load) => load <= us)];
        for (const us of all.loadUs) expect(priceAt(few, us)).toBeGreaterThanOrEqual(priceAt(all, us));
      }),
      { numRuns: drawn(40), seed: 4 },
    );
  });

  test("is not made where the network is too wide", () => {
    const scenario = testScenario({ graph: "a 1 1B\nb 1 1B\nc 1 1B\nd 1 <- a b c", objective: "max-load" });
    const problem = splitProblem(scenario, colocated(scenario));
    expect(deviceSets(problem, Int32Array.of(0, 1, 2, 3), { upperUs: 100, mostNodes: 8 })).toBeNull();
  });
});

describe("the bound by device sets", () => {
  test("never exceeds the optimum of all placements, and often says more than the others", () => {
    let tight = 0;
    let better = 0;
    fc.assert(
      fc.property(randomSplit({ maxOps: 9, maxClasses: 6, maxAccelerators: 3 }), (scenario) => {
        const least = leastOf(scenario, () => true);
        if (least === null) return;
        const value = boundUs(scenario, least)!;
        expect(value).toBeLessThanOrEqual(least);
        if (value > least * (1 - 1e-6)) tight++;
        if (value > evaluator(scenario).bound().value * (1 + 1e-6)) better++;
      }),
      { numRuns: drawn(60), seed: 6 },
    );
    expect(tight).toBeGreaterThan(drawn(35));
    expect(better).toBeGreaterThanOrEqual(drawn(8));
  });

  test("never exceeds the optimum where the known plan is a loose one", () => {
    let compared = 0;
    fc.assert(
      fc.property(
        randomSplit({ maxOps: 8, maxClasses: 5, maxAccelerators: 3 }),
        fc.double({ min: 1, max: 2, noNaN: true }),
        (scenario, looseness) => {
          const least = leastOf(scenario, () => true);
          if (least === null) return;
          compared++;
          expect(boundUs(scenario, looseness * least)!).toBeLessThanOrEqual(least);
        },
      ),
      { numRuns: drawn(12), seed: 7 },
    );
    expect(compared).toBeGreaterThanOrEqual(drawn(7));
  });

  test("counts transfers that no plan avoids", () => {
    // Each of two devices needs 10; a chain cannot be halved without paying 6 on both sides.
    const graph = "a 5 1B transfer=6\nb 5 1B transfer=6 <- a\nc 5 1B transfer=6 <- b\nd 5 <- c";
    const scenario = testScenario({ graph, devices: 2, objective: "max-load" });
    expect(evaluator(scenario).bound().value).toBeLessThan(16);
    expect(boundUs(scenario, 16)).toBeCloseTo(16, 6);
  });
});
