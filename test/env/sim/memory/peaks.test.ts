import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createRng, evaluator, placement, simulate, testScenario } from "../../../../env/index.ts";
import { compile } from "../../../../env/sim/engine/compile.ts";
import { memoryViolation } from "../../../../env/sim/memory/peaks.ts";
import { referenceRun } from "../../../../env/sim/reference/reference.ts";
import { drawn } from "../../../law-runs.ts";
import { scenarioWithPlan } from "../drawn-scenario.ts";

describe("peaks of memory", () => {
  test("are those of the slow reference where most of a step happens in one slice of its time", () => {
    fc.assert(
      fc.property(fc.nat(), fc.integer({ min: 0, max: 100_000 }), (seed, longUs) => {
        const rng = createRng(seed);
        const ops = Array.from({ length: 120 }, (_, v) => {
          const inputs = Array.from({ length: rng.int(3) }, () => rng.int(Math.max(1, v))).filter(
            (u) => u < v,
          );
          const uses = inputs.length === 0 ? "" : ` <- ${inputs.map((u) => `^op${u}`).join(" ")}`;
          return `op${v} ${rng.int(4)} ${1 + rng.int(9)}B params=${rng.int(5)} workspace=${rng.int(7)}${uses}`;
        });
        const scenario = testScenario({ graph: [...ops, `long ${longUs}`].join("\n"), devices: 3 });
        const plan = placement(Array.from({ length: 121 }, () => rng.int(3)));
        expect([...simulate(scenario, plan).peakBytes]).toEqual(
          referenceRun(scenario, plan.device).peakBytes,
        );
      }),
      { numRuns: drawn(20) },
    );
  });

  test("tell which device is over its memory as the whole timeline does, however little of it was looked at", () => {
    let over = 0;
    fc.assert(
      fc.property(
        fc
          .constantFrom(8, 20, 40, 80)
          .chain((memoryBytes) => scenarioWithPlan({ maxOps: 25, maxDevices: 4, memoryBytes })),
        ({ scenario, plan }) => {
          const timeline = simulate(scenario, plan);
          const whole = memoryViolation(compile(scenario), {
            bytes: timeline.peakBytes,
            op: new Int32Array(timeline.peakBytes.length),
          });
          const outcome = evaluator(scenario).evaluate(plan);
          expect(outcome.violation).toEqual(timeline.violation);
          expect(outcome.violation?.excessBytes).toBe(whole?.excessBytes);
          expect(outcome.feasible).toBe(whole === null);
          if (whole !== null) over++;
        },
      ),
      { numRuns: drawn(300), seed: 1 },
    );
    expect(over).toBeGreaterThan(drawn(30));
  });
});

describe("an outcome", () => {
  test("keeps its start times and peaks, whatever is evaluated, moved or changed after it", () => {
    fc.assert(
      fc.property(scenarioWithPlan({ maxOps: 20, maxDevices: 3 }), fc.nat(), ({ scenario, plan }, seed) => {
        const rng = createRng(seed);
        const score = evaluator(scenario);
        const { startUs, peakBytes } = simulate(scenario, plan);
        const device = plan.device.slice();
        const mine = { ...plan, device };
        const [first, second] = [score.evaluate(mine), score.evaluate(mine)];
        const other = rng.int(scenario.cluster.devices.length);
        const moved = [1, 2, 3].map(() => score.around(mine)!.move(0, device[scenario.grouping.members[0]]));
        device.fill(other);
        if (rng.next() < 0.5) expect(second.startUs).toEqual(startUs);
        for (const outcome of [first, second, ...moved]) {
          expect(outcome.startUs).toEqual(startUs);
          expect(outcome.peakBytes).toEqual(peakBytes);
        }
      }),
      { numRuns: drawn(100) },
    );
  });
});
