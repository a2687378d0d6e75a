import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  createScenario,
  evaluator,
  partedBounds,
  placement,
  type Scenario,
  testScenario,
} from "../../../../../env/index.ts";
import { leastOf, randomSplit } from "../../../../agents/exact/random-split.ts";
import { drawn as instances } from "../../../../law-runs.ts";

const cutOpsUs = (scenario: Scenario): number => partedBounds(scenario)[1].value;
const pathUs = (scenario: Scenario): number => partedBounds(scenario)[0].value;

describe("the bound by cut ops between which memory divides", () => {
  test("counts all branches between two cut ops, where a path sees one", () => {
    // a and d do not fit together, nor with both of b and c, which are too slow for the CPU.
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
    expect(cutOpsUs(scenario)).toBe(21);
    expect(pathUs(scenario)).toBeLessThan(21);
  });

  test("never exceeds the optimum of a random graph", () => {
    let compared = 0;
    fc.assert(
      fc.property(randomSplit({ maxOps: 7, maxClasses: 6, maxAccelerators: 2 }), (drawn) => {
        const scenario = createScenario({ ...drawn, objective: "latency" });
        const least = leastOf(scenario, () => true);
        if (least === null) return;
        compared++;
        expect(cutOpsUs(scenario)).toBeLessThanOrEqual(least);
      }),
      { numRuns: instances(150), seed: 2 },
    );
    expect(compared).toBeGreaterThan(instances(100));
  });

  test("never exceeds the optimum of branches between cut ops, and often is equal to it", () => {
    const counts = { equal: 0, ahead: 0 };
    fc.assert(
      fc.property(branchedGraph, (scenario) => {
        const least = leastOf(scenario, () => true);
        if (least === null) return;
        const own = cutOpsUs(scenario);
        expect(own).toBeLessThanOrEqual(least);
        if (own === 0) return;
        if (own === least) counts.equal++;
        if (own > pathUs(scenario)) counts.ahead++;
      }),
      { numRuns: instances(60), seed: 3 },
    );
    expect(counts.equal).toBeGreaterThan(instances(10));
    expect(counts.ahead).toBeGreaterThan(instances(5));
  });
});

const opDraw = fc.record({
  us: fc.integer({ min: 0, max: 9 }),
  slowdown: fc.integer({ min: 1, max: 12 }),
  transfer: fc.integer({ min: 0, max: 6 }),
  params: fc.integer({ min: 0, max: 50 }),
});

/**
 * Three cut ops with up to two branches of up to two ops between them, some of them in one
 * co-location class.
 */
const branchedGraph: fc.Arbitrary<Scenario> = fc
  .record({
    ops: fc.array(opDraw, { minLength: 11, maxLength: 11 }),
    branches: fc.array(fc.array(fc.integer({ min: 1, max: 2 }), { maxLength: 2 }), {
      minLength: 2,
      maxLength: 2,
    }),
    direct: fc.array(fc.boolean(), { minLength: 2, maxLength: 2 }),
    shared: fc.boolean(),
    memoryBytes: fc.integer({ min: 40, max: 160 }),
  })
  .map(({ ops, branches, direct, shared, memoryBytes }) => {
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
    let cutOp = line("n0", []);
    branches.forEach((lengths, section) => {
      const ends = lengths.map((length, branch) => {
        let end = cutOp;
        for (let step = 0; step < length; step++) end = line(`s${section}.${branch}.${step}`, [end]);
        return end;
      });
      cutOp = line(`n${section + 1}`, direct[section] || ends.length === 0 ? [cutOp, ...ends] : ends);
    });
    return testScenario({
      graph: lines.join("\n"),
      devices: ["G", "G", "cpu"],
      memoryBytes,
      objective: "latency",
    });
  });
