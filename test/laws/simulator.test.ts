import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  type Cluster,
  createScenario,
  placement,
  readScenario,
  type Scenario,
  simulate,
  writeScenario,
} from "../../env/index.ts";
import { runTimesUs } from "../../env/model/cluster/speed.ts";
import { scenarioWithPlan } from "../env/sim/drawn-scenario.ts";

const draws = scenarioWithPlan({ maxOps: 14, maxDevices: 4 });

describe("laws of the simulator", () => {
  test("conserves work: what devices compute is what the placed ops take, and fits into the step", () => {
    fc.assert(
      fc.property(draws, ({ scenario, plan }) => {
        const { deviceBusyUs, linkBusyUs, makespanUs } = simulate(scenario, plan);
        const runUs = runTimesUs(scenario.graph, scenario.cluster);
        const placedUs = new Float64Array(deviceBusyUs.length);
        plan.device.forEach((d, v) => {
          placedUs[d] += runUs[v * deviceBusyUs.length + d];
        });
        for (const [d, busyUs] of deviceBusyUs.entries()) expect(busyUs).toBeCloseTo(placedUs[d], 9);
        for (const busyUs of [...deviceBusyUs, ...linkBusyUs])
          expect(busyUs).toBeLessThanOrEqual(makespanUs + 1e-9);
      }),
      { numRuns: 200 },
    );
  });

  test("is blind to names that keep their order", () => {
    fc.assert(
      fc.property(draws, ({ scenario, plan }) => {
        const renamed = renameAll(scenario, (name) => `zz ${name}`);
        expect(simulate(renamed, plan)).toEqual(simulate(scenario, plan));
      }),
      { numRuns: 120 },
    );
  });

  test("permutes its result when equal devices are permuted", () => {
    fc.assert(
      fc.property(draws, fc.nat(), ({ scenario, plan }, turn) => {
        const alike = withAlikeDevices(withoutTies(scenario));
        const count = alike.cluster.devices.length;
        const to = (d: number) => (d + turn) % count;
        const turned = simulate(turnDevices(alike, to), placement(plan.device.map(to)));
        const straight = simulate(alike, plan);
        expect(turned.makespanUs).toBe(straight.makespanUs);
        expect([...turned.startUs]).toEqual([...straight.startUs]);
        straight.peakBytes.forEach((bytes, d) => {
          expect(turned.peakBytes[to(d)]).toBe(bytes);
        });
      }),
      { numRuns: 120 },
    );
  });
});

/** Through the file format, where names are plain to see. */
function renameAll(scenario: Scenario, rename: (name: string) => string): Scenario {
  const file = writeScenario(scenario);
  const ops = file.graph.ops.map((op) => ({
    ...op,
    name: rename(op.name),
    inputs: op.inputs?.map(([source, ...rest]) => [rename(source), ...rest]),
  }));
  const { cluster } = file;
  const named = <T extends { name: string }>(list: T[]) =>
    list.map((entry) => ({ ...entry, name: rename(entry.name) }));
  return readScenario(
    {
      ...file,
      graph: { ...file.graph, ops },
      cluster: { ...cluster, devices: named(cluster.devices), links: named(cluster.links) },
    },
    "renamed",
  );
}

/** Times such that no two events coincide by accident. Then no order of devices can matter. */
function withoutTies(scenario: Scenario): Scenario {
  const odd = (v: number, us: number) => us + 1 + Math.sqrt(v + 2) / 7;
  const measuredUs = new Map(
    [...scenario.graph.measuredUs].map(([kind, times]) => [kind, times.map((us, v) => odd(v, us))]),
  );
  return createScenario({ ...scenario, graph: { ...scenario.graph, measuredUs } });
}

function withAlikeDevices(scenario: Scenario): Scenario {
  const devices = scenario.cluster.devices.map((device) => ({
    ...device,
    kind: scenario.cluster.devices[0].kind,
  }));
  return createScenario({ ...scenario, cluster: { ...scenario.cluster, devices } });
}

/** The same cluster with device d in place to(d), its routes with it. */
function turnDevices(scenario: Scenario, to: (d: number) => number): Scenario {
  const { cluster } = scenario;
  const back = cluster.devices.map((_, d) => cluster.devices.findIndex((_, other) => to(other) === d));
  const turned: Cluster = {
    ...cluster,
    devices: back.map((d) => cluster.devices[d]),
    routes: back.map((from) => back.map((destination) => cluster.routes[from][destination])),
  };
  return createScenario({ ...scenario, cluster: turned });
}
