import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  createScenario,
  evaluator,
  partedBounds,
  placement,
  type Scenario,
  testScenario,
} from "../../../../../env/index.ts";
import { leastOf, randomSplit } from "../../../../agents/exact/random-split.ts";

const narrowsUs = (scenario: Scenario): number => partedBounds(scenario)[1].value;
const pathUs = (scenario: Scenario): number => partedBounds(scenario)[0].value;

describe("the bound by narrows that memory parts", () => {
  it("counts all strands between two narrows, where a path sees one", () => {
    // a and d fit neither together nor with both of b and c, which are too slow for the CPU.
    const scenario = testScenario({
      graph: [
        "a G:1|cpu:1 1B transfer=2 params=80",
        "b G:9|cpu:900 1B transfer=3 params=30 <- a",
        "c G:8|cpu:900 1B transfer=4 params=30 <- a",
        "d G:1|cpu:900 params=40 <- b c",
      ].join("\n"),
      devices: ["G", "G", "cpu"],
      memoryBytes: 100,
      objective: "latency",
    });
    // On two devices: a sends 2, then b, c and d receive it and run.
    expect(evaluator(scenario).evaluate(placement([0, 1, 1, 1])).value).toBe(1 + 2 + 2 + 9 + 8 + 1);
    expect(leastOf(scenario, () => true)).toBe(21);
    expect(narrowsUs(scenario)).toBe(21);
    expect(pathUs(scenario)).toBeLessThan(21);
  });

  it("never exceeds the optimum of a random graph", () => {
    fc.assert(
      fc.property(randomSplit({ maxOps: 7, maxClasses: 6, maxAccelerators: 2 }), (drawn) => {
        const scenario = createScenario({ ...drawn, objective: "latency" });
        const least = leastOf(scenario, () => true);
        if (least !== null) expect(narrowsUs(scenario)).toBeLessThanOrEqual(least);
      }),
      { numRuns: 150, seed: 2 },
    );
  });

  it("never exceeds the optimum of strands between narrows, and often is equal to it", () => {
    const counts = { equal: 0, ahead: 0 };
    fc.assert(
      fc.property(strandedGraph, (scenario) => {
        const least = leastOf(scenario, () => true);
        if (least === null) return;
        const own = narrowsUs(scenario);
        expect(own).toBeLessThanOrEqual(least);
        if (own === 0) return;
        if (own === least) counts.equal++;
        if (own > pathUs(scenario)) counts.ahead++;
      }),
      { numRuns: 60, seed: 3 },
    );
    expect(counts.equal).toBeGreaterThan(10);
    expect(counts.ahead).toBeGreaterThan(5);
  });
});

const opDraw = fc.record({
  us: fc.integer({ min: 0, max: 9 }),
  slowdown: fc.integer({ min: 1, max: 12 }),
  transfer: fc.integer({ min: 0, max: 6 }),
  params: fc.integer({ min: 0, max: 50 }),
});

/**
 * Three narrows with up to two strands of up to two ops between them, some in one co-location
 * class.
 */
const strandedGraph: fc.Arbitrary<Scenario> = fc
  .record({
    ops: fc.array(opDraw, { minLength: 11, maxLength: 11 }),
    strands: fc.array(fc.array(fc.integer({ min: 1, max: 2 }), { maxLength: 2 }), {
      minLength: 2,
      maxLength: 2,
    }),
    direct: fc.array(fc.boolean(), { minLength: 2, maxLength: 2 }),
    shared: fc.boolean(),
    memoryBytes: fc.integer({ min: 40, max: 160 }),
  })
  .map(({ ops, strands, direct, shared, memoryBytes }) => {
    const lines: string[] = [];
    const line = (name: string, inputs: readonly string[]): string => {
      const { us, slowdown, transfer, params } = ops[lines.length];
      const group = shared && (name === "n0" || name === "s1.0.0") ? " group=g" : "";
      const reads = inputs.length === 0 ? "" : ` <- ${inputs.join(" ")}`;
      lines.push(
        `${name} G:${us}|cpu:${us * slowdown} 1B transfer=${transfer} params=${params}${group}${reads}`,
      );
      return name;
    };
    let narrow = line("n0", []);
    strands.forEach((lengths, gap) => {
      const ends = lengths.map((length, strand) => {
        let end = narrow;
        for (let step = 0; step < length; step++) end = line(`s${gap}.${strand}.${step}`, [end]);
        return end;
      });
      narrow = line(`n${gap + 1}`, direct[gap] || ends.length === 0 ? [narrow, ...ends] : ends);
    });
    return testScenario({
      graph: lines.join("\n"),
      devices: ["G", "G", "cpu"],
      memoryBytes,
      objective: "latency",
    });
  });
