import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  CERTIFIED_TOLERANCE,
  type Certificate,
  certify,
} from "../../../../agents/exact/certificate/certificate.ts";
import { standsInLine } from "../../../../agents/exact/certificate/units.ts";
import { contiguousOptimum } from "../../../../agents/exact/ideals/contiguous-optimum.ts";
import { liftToOps, type Scenario, testScenario } from "../../../../env/index.ts";
import { drawn } from "../../../law-runs.ts";
import { leastOf, randomSplit, standInLine } from "../random-split.ts";

function certificateOf(scenario: Scenario, thresholdUs: number, mostSteps = 1e7): Certificate {
  const search = certify(scenario, thresholdUs, mostSteps);
  for (let step = search.next(); ; step = search.next()) if (step.done === true) return step.value;
}

const scenarios = randomSplit({ maxOps: 9, maxClasses: 6, maxAccelerators: 3, mostLessBytes: 4 });

describe("the certificate", () => {
  test("holds just below the least of all contiguous placements and not at it (300 random graphs)", () => {
    let feasible = 0;
    fc.assert(
      fc.property(scenarios, (scenario) => {
        const least = leastOf(scenario, standInLine(scenario));
        if (least === null) {
          expect(certificateOf(scenario, 1e9).holds).toBe(true);
          return;
        }
        if (least === 0) return;
        feasible++;
        expect(certificateOf(scenario, least * (1 - CERTIFIED_TOLERANCE)).holds).toBe(true);
        expect(certificateOf(scenario, least * (1 + CERTIFIED_TOLERANCE)).holds).toBe(false);
      }),
      { numRuns: drawn(300), seed: 5 },
    );
    expect(feasible).toBeGreaterThan(drawn(200));
  });

  test("agrees with the ideals program on graphs too large to try everything", () => {
    let compared = 0;
    fc.assert(
      fc.property(
        randomSplit({ maxOps: 14, maxClasses: 14, maxAccelerators: 4, mostLessBytes: 4 }),
        (scenario) => {
          const search = contiguousOptimum(scenario, { ideals: 1e6, transitions: 1e8 });
          let step = search.next();
          while (step.done !== true) step = search.next();
          const { split, proven } = step.value;
          expect(proven).toBe(true);
          if (split === null) {
            expect(certificateOf(scenario, 1e9).holds).toBe(true);
            return;
          }
          expect(standsInLine(scenario, split.plan.device)).toBe(true);
          if (split.valueUs === 0) return;
          compared++;
          expect(certificateOf(scenario, split.valueUs * (1 - CERTIFIED_TOLERANCE)).holds).toBe(true);
        },
      ),
      { numRuns: drawn(60), seed: 1 },
    );
    expect(compared).toBeGreaterThan(drawn(35));
  });

  test("shows nothing where its limit comes first", () => {
    const wide = testScenario({
      graph: Array.from({ length: 9 }, (_, v) => `op${v} ${v + 1}`).join("\n"),
      devices: 3,
      objective: "max-load",
    });
    expect(certificateOf(wide, 14, 100)).toMatchObject({ holds: null });
    expect(certificateOf(wide, 14)).toMatchObject({ holds: true });
    expect(certificateOf(wide, 15)).toMatchObject({ holds: false });
  });

  test("judges by itself whether the devices can stand in one line", () => {
    fc.assert(
      fc.property(scenarios, fc.infiniteStream(fc.nat()), (scenario, draws) => {
        const { grouping, cluster } = scenario;
        const device = Int32Array.from(
          { length: grouping.groupCount },
          () => draws.next().value % cluster.devices.length,
        );
        expect(standsInLine(scenario, liftToOps(grouping, device))).toBe(standInLine(scenario)(device));
      }),
      { numRuns: drawn(300) },
    );
  });
});
