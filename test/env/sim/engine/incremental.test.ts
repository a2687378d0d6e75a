import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createRng, evaluator, movedPlan, testScenario } from "../../../../env/index.ts";
import { compile } from "../../../../env/sim/engine/compile.ts";
import { createEngine } from "../../../../env/sim/engine/engine.ts";
import { canSimulateMoves, createIncrementalEngine } from "../../../../env/sim/engine/incremental.ts";
import { scenarioWithPlan } from "../drawn-scenario.ts";

describe("the incremental engine", () => {
  test("gives the makespan of a full run for any moved ops, whatever was asked before", () => {
    let moves = 0;
    fc.assert(
      fc.property(scenarioWithPlan({ maxOps: 30, maxDevices: 4 }), fc.nat(), ({ scenario, plan }, seed) => {
        const compiled = compile(scenario);
        if (!canSimulateMoves(compiled)) return;
        const incremental = createIncrementalEngine(compiled);
        const full = createEngine(compiled);
        const rng = createRng(seed);
        const device = plan.device.slice();
        expect(incremental.record(device)).toBe(full.run(device));
        for (let i = 0; i < 12; i++) {
          const count = 1 + rng.int(3);
          const ops = Int32Array.from(new Set(Array.from({ length: count }, () => rng.int(device.length))));
          const to = rng.int(compiled.deviceCount);
          const moved = device.slice();
          for (const v of ops) moved[v] = to;
          const makespanUs = incremental.move(ops, to);
          if (makespanUs === null) continue;
          moves++;
          expect(makespanUs).toBe(full.run(moved));
          if (rng.next() > 0.3) continue;
          device.set(moved);
          expect(incremental.record(device)).toBe(makespanUs);
        }
      }),
      { numRuns: 400 },
    );
    expect(moves).toBeGreaterThan(300);
  });

  test("is exact where an op waits for more than a byte can count", () => {
    const sources = Array.from({ length: 300 }, (_, i) => `s${i} ${1 + (i % 7)} 50B`);
    const scenario = testScenario({
      graph: [...sources, `sink 5 <- ${sources.map((_, i) => `^s${i}`).join(" ")}`, "after 9 <- ^sink"].join(
        "\n",
      ),
      devices: 3,
    });
    const compiled = compile(scenario);
    const [incremental, full] = [createIncrementalEngine(compiled), createEngine(compiled)];
    const device = Int32Array.from({ length: 302 }, (_, v) => v % 3);
    incremental.record(device);
    for (const v of [300, 301])
      for (const to of [0, 1, 2]) {
        const moved = device.slice();
        moved[v] = to;
        expect(incremental.move(Int32Array.of(v), to)).toBe(full.run(moved));
      }
  });

  test("makes an evaluator's moves equal its evaluations along a walk, memory limits included", () => {
    const limited = { maxOps: 25, maxDevices: 4, memoryBytes: 40 };
    fc.assert(
      fc.property(scenarioWithPlan(limited), fc.nat(), ({ scenario, plan: first }, seed) => {
        const [moves, evaluations] = [evaluator(scenario), evaluator(scenario)];
        const rng = createRng(seed);
        let plan = first;
        for (let i = 0; i < 15; i++) {
          const group = rng.int(scenario.grouping.groupCount);
          const device = rng.int(scenario.cluster.devices.length);
          const next = movedPlan(scenario, plan, group, device);
          const [asMove, asPlan] = [moves.around(plan)!.move(group, device), evaluations.evaluate(next)];
          expect(asMove).toEqual(asPlan);
          if (rng.next() < 0.3) plan = next;
        }
      }),
      { numRuns: 150 },
    );
  });

  test("leaves networks whose links share their speed, and transfers of several hops, to full runs", () => {
    const draws = fc.sample(scenarioWithPlan({ maxOps: 5, maxDevices: 3 }), { numRuns: 300, seed: 1 });
    for (const { scenario } of draws) {
      const { contention, routing } = scenario.fidelity;
      const severalHops =
        routing !== "cut-through" && scenario.cluster.routes.flat().some((route) => route.length > 1);
      expect(canSimulateMoves(compile(scenario))).toBe(contention !== "fair" && !severalHops);
    }
  });
});
