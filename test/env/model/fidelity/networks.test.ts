import { describe, expect, test } from "vitest";
import {
  createSimulator,
  networkModels,
  placement,
  type Scenario,
  simulate,
  testScenario,
  withNetwork,
} from "../../../../env/index.ts";

// Devices 0 and 1 send 100 bytes (10 us) at time 0: a to b and c, d to e, f to g.
const graph = "a 0 100B\nd 0 100B\nb 1 <- a\nc 1 <- a\ne 1 <- d\nf 0 100B\ng 1 <- f";
const devices = [0, 1, 1, 2, 2, 3, 0];
const scenario = testScenario({ graph, devices: 4 });

const arrivals = (network: string) => {
  const { transfers } = simulate(withNetwork(scenario, network), placement(devices));
  const ends = new Map(
    transfers.map(({ producer, to, endUs }) => [`${scenario.graph.names[producer]}>${to}`, endUs]),
  );
  return Object.fromEntries([...ends].sort());
};

describe("named network models", () => {
  test.each([
    ["contention-free", { "a>1": 10, "a>2": 10, "d>2": 10, "f>0": 10 }],
    ["link-queue", { "a>1": 10, "a>2": 10, "d>2": 10, "f>0": 10 }],
    ["sender-queue", { "a>1": 10, "a>2": 20, "d>2": 10, "f>0": 10 }],
    ["receiver-queue", { "a>1": 10, "a>2": 10, "d>2": 20, "f>0": 10 }],
    ["full-duplex", { "a>1": 10, "a>2": 20, "d>2": 30, "f>0": 10 }],
    ["half-duplex", { "a>1": 10, "a>2": 20, "d>2": 30, "f>0": 30 }],
    ["fair-links", { "a>1": 20, "a>2": 20, "d>2": 10, "f>0": 10 }],
    ["fair", { "a>1": 20, "a>2": 20, "d>2": 20, "f>0": 10 }],
  ])("%s makes transfers wait for what it says", (network, expected) => {
    expect(arrivals(network)).toEqual(expected);
  });

  test("are all shown above, keep lone transfers as they are, and are named in the fidelity", () => {
    const pair = testScenario({ graph: "a 3 100B\nb 1 <- a", latencyUs: 2 });
    for (const { name } of networkModels) {
      const changed = withNetwork(pair, name);
      expect(simulate(changed, placement([0, 1])).makespanUs).toBe(
        simulate(pair, placement([0, 1])).makespanUs,
      );
      expect(changed.fidelity.name).toBe(`default, ${name}`);
      expect(arrivals(name)).toHaveProperty("f>0");
    }
    expect(networkModels).toHaveLength(8);
  });

  test("fair-links shares the uplink that two racks have in common, fair only what devices send and receive", () => {
    const racks = fourInTwoRacks(
      testScenario({ graph: "a 0 100B\nb 0 100B\nc 1 <- a\nd 1 <- b", devices: 4 }),
    );
    const plan = placement([0, 1, 2, 3]);
    expect(simulate(withNetwork(racks, "fair-links"), plan).makespanUs).toBe(20 + 1);
    expect(simulate(withNetwork(racks, "fair"), plan).makespanUs).toBe(10 + 1);
  });

  test("do not look at the names of devices", () => {
    const odd = ["a", "b to c", "a to b", "c", "a out", "a in", "0 out", "1"];
    const plans = Array.from({ length: 30 }, (_, i) =>
      placement(devices.map((_, v) => (v * i + (i >> 2)) % 4)),
    );
    const makespans = (of: Scenario) => {
      const simulator = createSimulator(of);
      return plans.map((plan) => simulator(plan).makespanUs);
    };
    for (const { name } of networkModels) {
      const expected = makespans(withNetwork(scenario, name));
      for (const first of [0, 1, 2, 3, 4])
        expect(makespans(withNetwork(withDeviceNames(scenario, odd.slice(first)), name))).toEqual(expected);
    }
  });

  test("answer an unknown name with those there are", () => {
    expect(() => withNetwork(scenario, "half-duplx")).toThrow(/not known\. Did you mean "half-duplex"\?/);
  });
});

function withDeviceNames(scenario: Scenario, names: readonly string[]): Scenario {
  const { cluster } = scenario;
  const renamed = cluster.devices.map((device, d) => ({ ...device, name: names[d] }));
  return { ...scenario, cluster: { ...cluster, devices: renamed } };
}

/** Devices 0 and 1 reach 2 and 3 over one uplink as fast as their own links. */
function fourInTwoRacks(scenario: Scenario): Scenario {
  const { cluster } = scenario;
  const link = (name: string) => ({ name, bytesPerUs: 10, latencyUs: 0 });
  const links = [...cluster.devices.map(({ name }) => link(`${name} up`)), link("uplink")];
  const rack = (device: number) => Math.floor(device / 2);
  const route = (from: number, to: number) => {
    if (from === to) return [];
    return rack(from) === rack(to) ? [from] : [from, cluster.devices.length];
  };
  const numbers = [0, 1, 2, 3];
  return {
    ...scenario,
    cluster: { ...cluster, links, routes: numbers.map((a) => numbers.map((b) => route(a, b))) },
  };
}
