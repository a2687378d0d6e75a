import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { countIdeals } from "../../../../agents/exact/ideals/all-ideals.ts";
import { capacityLeftBytes } from "../../../../agents/exact/ideals/capacity-bytes.ts";
import { allAbsorbable, dominanceOf } from "../../../../agents/exact/ideals/dominance.ts";
import { IdealQueue } from "../../../../agents/exact/ideals/ideal-queue.ts";
import { searchIdeals } from "../../../../agents/exact/ideals/ideals.ts";
import { workWindows } from "../../../../agents/exact/ideals/work-windows.ts";
import { type SplitProblem, splitProblem } from "../../../../agents/problems/split/split-problem.ts";
import { testScenario } from "../../../../env/index.ts";
import { contract } from "../../../../env/model/layers/elements.ts";
import { drawn } from "../../../law-runs.ts";
import { randomSplit } from "../random-split.ts";

const problems = randomSplit({ maxOps: 9, maxClasses: 9, maxAccelerators: 3 }).map((scenario) =>
  splitProblem(scenario, contract(scenario)),
);

function search(problem: SplitProblem, upperUs: number, dominated: "by absorption" | "not at all") {
  const floorUs = upperUs === Number.POSITIVE_INFINITY ? Number.MAX_VALUE : upperUs * (1 - 1e-12);
  const dominance =
    upperUs === Number.POSITIVE_INFINITY
      ? allAbsorbable(problem, dominanceOf(problem))
      : dominanceOf(problem);
  const steps = searchIdeals(problem, {
    upperUs,
    floorUs: dominated === "by absorption" ? floorUs : 0,
    limits: { ideals: 1e6, transitions: 1e8 },
    chain: false,
    order: dominated === "by absorption" ? "promise" : "size",
    dominance: dominated === "by absorption" ? dominance : null,
  });
  for (let step = steps.next(); ; step = steps.next()) if (step.done === true) return step.value;
}

describe("sets that absorb others", () => {
  test("answer every question for a split below a threshold as the search without them does", () => {
    let some = 0;
    let none = 0;
    fc.assert(
      fc.property(problems, fc.double({ min: 0.9, max: 1.3, noNaN: true }), (problem, share) => {
        const best = search(problem, Number.POSITIVE_INFINITY, "not at all").split;
        const any = search(problem, Number.POSITIVE_INFINITY, "by absorption").split;
        expect(any === null).toBe(best === null);
        if (best === null || best.valueUs === 0) return;
        expect(any!.valueUs).toBeGreaterThanOrEqual(best.valueUs - 1e-9);
        const thresholdUs = best.valueUs * share;
        const found = search(problem, thresholdUs, "by absorption").split;
        const isBelow = best.valueUs < thresholdUs * (1 - 1e-12);
        expect(found !== null).toBe(isBelow);
        if (found !== null) expect(found.valueUs).toBeLessThan(thresholdUs);
        if (isBelow) some++;
        else none++;
      }),
      { numRuns: drawn(300), seed: 3 },
    );
    expect(some).toBeGreaterThan(drawn(50));
    expect(none).toBeGreaterThan(drawn(30));
  });

  test("leave few ideals of many where transfers are short", () => {
    // Two parallel chains and one long op, which leaves time to spare: 11 x 11 x 2 ideals.
    const chain = (name: string) =>
      Array.from(
        { length: 10 },
        (_, i) => `${name}${i} ${5 + i} 1B${i > 0 ? ` <- ${name}${i - 1}` : ""}`,
      ).join("\n");
    const scenario = testScenario({
      graph: `${chain("a")}\n${chain("b")}\nlong 150 1B`,
      devices: 4,
      objective: "max-load",
    });
    const problem = splitProblem(scenario, contract(scenario));
    const best = search(problem, Number.POSITIVE_INFINITY, "not at all");
    const thresholdUs = best.split!.valueUs;
    expect(countIdeals(problem.elements, 1000)).toBe(242);
    const proof = search(problem, thresholdUs, "by absorption");
    expect(proof).toMatchObject({ split: null, complete: true });
    expect(proof.ideals).toBeLessThan(search(problem, thresholdUs, "not at all").ideals / 2);
  });
});

test("no ideal cuts more transfers than the bound on all of them", () => {
  fc.assert(
    fc.property(problems, fc.nat(), (problem, draw) => {
      const { nets, elements } = problem;
      const { mostCrossingUs, predecessors } = dominanceOf(problem);
      const inside = new Set<number>();
      for (let v = 0, bits = draw; v < elements.count; v++, bits = Math.floor(bits / 2))
        if (bits % 2 === 1 && predecessors[v].every((u) => inside.has(u))) inside.add(v);
      let us = 0;
      for (let h = 0; h < nets.count; h++) {
        const pins = [...nets.pins.subarray(nets.pinStart[h], nets.pinStart[h + 1])];
        if (pins.some((pin) => inside.has(pin)) && pins.some((pin) => !inside.has(pin)))
          us += nets.transferUs[h];
      }
      expect(us).toBeLessThanOrEqual(mostCrossingUs + 1e-9);
    }),
    { numRuns: drawn(300) },
  );
});

test("devices hold no more than the bound on their bytes, for all that they can run below the threshold", () => {
  fc.assert(
    fc.property(
      problems,
      fc.integer({ min: 1, max: 60 }),
      fc.infiniteStream(fc.nat()),
      (problem, us, draws) => {
        const windows = workWindows(problem);
        const bound = capacityLeftBytes(problem, windows, us);
        const busyUs = new Map<string, number>();
        const held = new Map<string, number>();
        let bytes = 0;
        for (let v = 0; v < problem.elements.count; v++) {
          const type = draws.next().value % problem.types.length;
          const device = `${type}:${draws.next().value % problem.types[type].devices.length}`;
          const time = (busyUs.get(device) ?? 0) + problem.timeUs[v * problem.types.length + type];
          const weights = (held.get(device) ?? 0) + problem.memoryBytes[v];
          if (time > us || weights > problem.types[type].memoryBytes) continue;
          busyUs.set(device, time);
          held.set(device, weights);
          bytes += problem.memoryBytes[v];
        }
        expect(bytes).toBeLessThanOrEqual(bound[0]);
      },
    ),
    { numRuns: drawn(200) },
  );
});

test("the queue gives the least key first, then the least ideal", () => {
  fc.assert(
    fc.property(
      fc.array(fc.record({ key: fc.integer({ min: 0, max: 9 }), ideal: fc.nat(999) })),
      (entries) => {
        const queue = new IdealQueue();
        for (const { key, ideal } of entries) queue.push(ideal, key);
        const sorted = [...entries].sort((a, b) => a.key - b.key || a.ideal - b.ideal);
        for (const { ideal } of sorted) expect(queue.pop()).toBe(ideal);
        expect(queue.isEmpty).toBe(true);
      },
    ),
  );
});
