import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { sealedAgain } from "../../../../.ci/build-kernels.js";
import {
  createRng,
  explain,
  parseGraph,
  placement,
  type Scenario,
  simulate,
  testScenario,
  withNetwork,
} from "../../../../env/index.ts";
import { compile } from "../../../../env/sim/engine/compile.ts";
import { createEngine } from "../../../../env/sim/engine/engine.ts";
import { createParallelEngine } from "../../../../env/sim/engine/parallel.ts";
import { referenceRun } from "../../../../env/sim/reference/reference.ts";
import { randomFidelity, scenarioWithPlan } from "../drawn-scenario.ts";

describe("the event engine", () => {
  test.each([
    { runs: 400, maxOps: 12, maxDevices: 4, sources: "few" },
    { runs: 80, maxOps: 24, maxDevices: 10, sources: "more than 64" },
  ])("equals the slow reference on random scenarios with $sources event sources", ({ runs, ...size }) => {
    fc.assert(
      fc.property(scenarioWithPlan(size), ({ scenario, plan }) => {
        const fast = simulate(scenario, plan);
        const slow = referenceRun(scenario, plan.device);
        expect(fast.makespanUs).toBe(slow.makespanUs);
        expect([...fast.startUs]).toEqual(slow.startUs);
        expect([...fast.endUs]).toEqual(slow.endUs);
        const cutThrough = scenario.fidelity.routing === "cut-through";
        const hops = slow.transfers.flatMap(({ startUs, route }) =>
          cutThrough ? route.map(() => startUs[0]) : startUs,
        );
        expect(fast.transfers.map(({ startUs }) => startUs).sort(byValue)).toEqual(hops.sort(byValue));
        if (scenario.fidelity.memory === "training") expect([...fast.peakBytes]).toEqual(slow.peakBytes);
      }),
      { numRuns: runs },
    );
  });

  test("lets a transfer end later when another joins it, also among more than 64 event sources", () => {
    const fair = { contention: "fair", routing: "cut-through" } as const;
    // a's 100 bytes have their link alone for 5 us, then share it with b's: 50 bytes at half the
    // speed.
    const graph = "a 0 100B\nb 5 100B\nc 1 <- a\nd 1 <- b";
    const scenario = testScenario({ graph, devices: 40, bytesPerUs: 10, fidelity: fair });
    const plan = placement([0, 0, 1, 2]);
    expect([...simulate(scenario, plan).endUs]).toEqual([0, 5, 16, 21]);
    expect(referenceRun(scenario, plan.device).endUs).toEqual([0, 5, 16, 21]);
  });

  test("equals the slow reference where each device follows an order, and refuses an order that waits for itself", () => {
    let refused = 0;
    fc.assert(
      fc.property(scenarioWithPlan({ maxOps: 12, maxDevices: 3 }), fc.nat(), ({ scenario, plan }, seed) => {
        const rng = createRng(seed);
        const priority =
          rng.next() < 0.7 ? anOrder(scenario, seed) : Float64Array.from(plan.device, () => rng.int(6));
        const engine = createEngine(compile(scenario));
        const slow = referenceRun(scenario, plan.device, priority);
        if (Number.isNaN(slow.makespanUs)) {
          refused++;
          expect(() => engine.run(plan.device, priority)).toThrow(/waits? for/);
          return;
        }
        expect(engine.run(plan.device, priority)).toBe(slow.makespanUs);
        expect([...engine.startUs]).toEqual(slow.startUs);
      }),
      { numRuns: 300 },
    );
    expect(refused).toBeGreaterThan(3);
  });

  test("equals the slow reference where transfers follow the plan's order too", () => {
    const fidelity = randomFidelity.map((drawn) => ({
      ...drawn,
      routing: "cut-through" as const,
      contention: "queue" as const,
      overlap: true,
      dispatch: "strict" as const,
      transferOrder: "plan" as const,
    }));
    let differing = 0;
    fc.assert(
      fc.property(
        scenarioWithPlan({ maxOps: 14, maxDevices: 4, fidelity }),
        fc.nat(),
        ({ scenario, plan }, seed) => {
          const opPriority = anOrder(scenario, seed);
          const fast = simulate(scenario, { ...plan, opPriority });
          const slow = referenceRun(scenario, plan.device, opPriority);
          expect(fast.makespanUs).toBe(slow.makespanUs);
          expect([...fast.startUs]).toEqual(slow.startUs);
          const hops = slow.transfers.flatMap(({ startUs, route }) => route.map(() => startUs[0]));
          expect(fast.transfers.map(({ startUs }) => startUs).sort(byValue)).toEqual(hops.sort(byValue));
          if (scenario.fidelity.memory === "training") expect([...fast.peakBytes]).toEqual(slow.peakBytes);
          const { segments } = explain(scenario, { ...plan, opPriority }).criticalPath;
          for (let i = 1; i < segments.length; i++) expect(segments[i].fromUs).toBe(segments[i - 1].toUs);
          const firstCome = { ...scenario.fidelity, transferOrder: "first-come" as const };
          const other = simulate({ ...scenario, fidelity: firstCome }, { ...plan, opPriority });
          if (other.makespanUs !== fast.makespanUs) differing++;
        },
      ),
      { numRuns: 300 },
    );
    expect(differing).toBeGreaterThan(3);
  });

  test("keeps a transfer waiting for the one that the plan puts first", () => {
    // Both go from device 0 to device 1: b's output could leave at 1, but y comes before x in the
    // plan.
    const scenario = withNetwork(
      testScenario({ graph: "a 5 20B\nb 1 20B\nx 1 <- b\ny 1 <- a" }),
      "half-duplex",
    );
    const device = [0, 0, 1, 1];
    const ordered = { ...placement(device), opPriority: Float64Array.from([1, 0, 3, 2]) };
    expect([...simulate(scenario, ordered).startUs]).toEqual([1, 0, 10, 8]);
    expect([
      ...simulate(scenario, { ...ordered, opPriority: Float64Array.from([1, 0, 2, 3]) }).startUs,
    ]).toEqual([1, 0, 3, 8]);
  });

  test("equals the slow reference where a free device takes the ready op of highest priority", () => {
    const size = { maxOps: 20, maxDevices: 3 };
    fc.assert(
      fc.property(scenarioWithPlan(size), fc.nat(), (draw, seed) => {
        const { plan } = draw;
        const fidelity = { ...draw.scenario.fidelity, overlap: true, dispatch: "ready" as const };
        const scenario = { ...draw.scenario, fidelity };
        const rng = createRng(seed);
        const opPriority = Float64Array.from(plan.device, () => rng.int(8));
        const fast = simulate(scenario, { ...plan, opPriority });
        const slow = referenceRun(scenario, plan.device, opPriority);
        expect(fast.makespanUs).toBe(slow.makespanUs);
        expect([...fast.startUs]).toEqual(slow.startUs);
        expect([...fast.endUs]).toEqual(slow.endUs);
        if (fidelity.memory === "training") expect([...fast.peakBytes]).toEqual(slow.peakBytes);
        const { segments } = explain(scenario, { ...plan, opPriority }).criticalPath;
        for (let i = 1; i < segments.length; i++) expect(segments[i].fromUs).toBe(segments[i - 1].toUs);
      }),
      { numRuns: 250 },
    );
  });

  test("lets a free device take the urgent op first, also where both became ready while it was busy", () => {
    const graph = "run 10\nlate 5\nurgent 3\nafter 1 <- ^urgent";
    const scenario = testScenario({ graph, devices: 1, fidelity: { dispatch: "ready" } });
    const first = { ...placement([0, 0, 0, 0]), opPriority: Float64Array.from([0, 9, 1, 1]) };
    expect([...simulate(scenario, first).startUs]).toEqual([0, 14, 10, 13]);
    expect([...simulate(scenario, placement([0, 0, 0, 0])).startUs]).toEqual([0, 10, 15, 18]);
    // A device does not wait for ops that are not ready: `c` comes first by priority, but only
    // after `a`.
    const waits = testScenario({
      graph: "a 10\nb 2\nc 1 <- ^a",
      devices: 2,
      fidelity: { dispatch: "ready" },
    });
    const plan = { ...placement([0, 1, 1]), opPriority: Float64Array.from([0, 2, 1]) };
    expect([...simulate(waits, plan).startUs]).toEqual([0, 0, 10]);
  });

  test("charges a chain on two devices the transfer in between", () => {
    const scenario = testScenario({ graph: "a 100 400B\nb 50 <- a", bytesPerUs: 10, latencyUs: 3 });
    expect(simulate(scenario, placement([0, 0])).makespanUs).toBe(150);
    expect(simulate(scenario, placement([0, 1])).makespanUs).toBe(100 + 40 + 3 + 50);
  });

  test("sends one copy to each remote device that needs it, one after the other on the sender's link", () => {
    const graph = "a 10 100B\nb 1 <- a\nc 1 <- a\nd 1 <- a";
    const scenario = testScenario({ graph, devices: 3, bytesPerUs: 10 });
    const { transfers, makespanUs } = simulate(scenario, placement([0, 1, 1, 2]));
    expect(transfers.map(({ to, startUs, endUs }) => [to, startUs, endUs])).toEqual([
      [1, 10, 20],
      [2, 20, 30],
    ]);
    expect(makespanUs).toBe(31);
  });

  test("keeps weights, optimizer state, outputs and received copies until their last use", () => {
    const graph = "a 10 100B params=40\nb 5 7B <- a\nc 5 <- b";
    const scenario = testScenario({ graph, fidelity: { optimizerSlots: 2 } });
    // Device 0: weights 3 x 40 and a's output until it has been sent; device 1: a's copy with b's
    // output.
    expect([...simulate(scenario, placement([0, 1, 1])).peakBytes]).toEqual([220, 107]);
    expect([...simulate(scenario, placement([0, 0, 0])).peakBytes]).toEqual([227, 0]);
  });

  test("reports the device, the excess and the op at the peak where memory does not fit", () => {
    const scenario = testScenario({ graph: "a 10 100B\nb 5 50B <- a", memoryBytes: 120 });
    const { violation } = simulate(scenario, placement([1, 1]));
    expect(violation).toEqual({ device: 1, peakBytes: 150, limitBytes: 120, excessBytes: 30, op: 1 });
    const roomy = testScenario({ graph: "a 10 100B\nb 5 50B <- a", memoryBytes: 150 });
    expect(simulate(roomy, placement([1, 1])).violation).toBeNull();
  });

  test("never lets two tasks share a device or a link, and starts no op before its inputs arrive", () => {
    fc.assert(
      fc.property(scenarioWithPlan({ maxOps: 14, maxDevices: 4 }), ({ scenario, plan }) => {
        const { startUs, endUs, transfers, device } = simulate(scenario, plan);
        const { graph, cluster } = scenario;
        for (let d = 0; d < cluster.devices.length; d++) {
          const tasks = [...startUs.keys()].filter((v) => device[v] === d);
          expectNoOverlap(tasks.map((v) => [startUs[v], endUs[v]]));
        }
        for (let link = 0; link < cluster.links.length && scenario.fidelity.contention === "queue"; link++) {
          const { bytesPerUs } = cluster.links[link];
          const own = transfers.filter((transfer) => transfer.link === link);
          expectNoOverlap(own.map(({ startUs: from, bytes }) => [from, from + bytes / bytesPerUs]));
        }
        for (let e = 0; e < graph.edgeCount; e++) {
          expect(startUs[graph.edgeDestination[e]]).toBeGreaterThanOrEqual(endUs[graph.edgeSource[e]]);
        }
      }),
      { numRuns: 100 },
    );
  });

  test("gives a batch the makespans of its placements, whatever the batch's size", () => {
    const { scenario } = fc.sample(scenarioWithPlan({ maxOps: 12, maxDevices: 4 }), {
      numRuns: 1,
      seed: 5,
    })[0];
    const compiled = compile(scenario);
    const rng = createRng(1);
    const draw = () =>
      Int32Array.from({ length: scenario.graph.opCount }, () => rng.int(compiled.deviceCount));
    const placements = Array.from({ length: 37 }, draw);
    const alone = createEngine(compiled);
    expect([...createEngine(compiled).runBatch(placements)]).toEqual(
      placements.map((device) => alone.run(device)),
    );
  });

  test("gives the same makespans on several threads as on one, bit for bit", async () => {
    const { scenario } = fc.sample(scenarioWithPlan({ maxOps: 12, maxDevices: 4 }), {
      numRuns: 1,
      seed: 8,
    })[0];
    const compiled = compile(scenario);
    const rng = createRng(2);
    const draw = () =>
      Int32Array.from({ length: scenario.graph.opCount }, () => rng.int(compiled.deviceCount));
    const placements = Array.from({ length: 200 }, draw);
    const parallel = createParallelEngine(compiled, 3);
    const first = await parallel.runBatch(placements);
    const again = await parallel.runBatch(placements.slice(0, 50));
    await parallel.close();
    expect(first).toEqual(createEngine(compiled).runBatch(placements));
    expect(again).toEqual(first.slice(0, 50));
  });

  test("bears the seal of the AssemblyScript source beside it", async () => {
    const built = readFileSync(
      new URL("../../../../env/sim/engine/kernel/engine-wasm.ts", import.meta.url),
      "utf8",
    );
    expect(await sealedAgain("engine", built)).toBe(built);
  });

  test("simulates the same placement the same way whatever ran before on the same engine", () => {
    const graph = parseGraph("a 3 9B\nb 4 5B <- a\nc 5 5B <- a\nd 1 <- b c");
    const scenario = testScenario({ graph });
    const alone = simulate(scenario, placement([0, 1, 0, 1]));
    simulate(scenario, placement([1, 0, 0, 0]));
    expect(simulate(scenario, placement([0, 1, 0, 1]))).toEqual(alone);
  });
});

/** A random topological order, as priorities. */
function anOrder({ graph }: Scenario, seed: number): Float64Array {
  const rng = createRng(seed);
  const depth = new Float64Array(graph.opCount);
  for (const v of graph.topologicalOrder) {
    depth[v] = rng.next();
    for (let e = graph.inStart[v]; e < graph.inStart[v + 1]; e++)
      depth[v] = Math.max(depth[v], depth[graph.edgeSource[e]] + 0.5 * rng.next());
  }
  return depth;
}

const byValue = (a: number, b: number): number => a - b;

function expectNoOverlap(intervals: number[][]): void {
  intervals.sort((a, b) => a[0] - b[0] || a[1] - b[1]);
  for (let i = 1; i < intervals.length; i++)
    expect(intervals[i][0]).toBeGreaterThanOrEqual(intervals[i - 1][1] - 1e-9);
}
