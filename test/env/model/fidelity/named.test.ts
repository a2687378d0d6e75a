/** A named fidelity sets all switches, and what it assumes of the cluster. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  type Cluster,
  evaluator,
  fidelities,
  namedFidelities,
  placement,
  simulate,
  testScenario,
  withFidelity,
} from "../../../../env/index.ts";
import { resolveCluster, resolveScenario } from "../../../../scenarios/index.ts";

const pair = testScenario({ graph: "a 3 5700B\nb 1 <- a", bytesPerUs: 7600, latencyUs: 25 });

const under = (cluster: Cluster) => withFidelity({ ...pair, cluster }, "tf-2017").cluster;
const memoryOf = (name: string): number => under(resolveCluster(name)).devices[0].memoryBytes / 2 ** 30;

describe("withFidelity", () => {
  test("knows every fidelity, and no other", () => {
    expect(namedFidelities.map(({ fidelity }) => fidelity)).toEqual(fidelities);
    expect(() => withFidelity(pair, "tf-2018")).toThrow('Did you mean "tf-2017"?');
  });

  test("keeps the optimizer state where weights count, and the routing of switches", () => {
    const adam = { ...pair, fidelity: { ...pair.fidelity, optimizerSlots: 2 } };
    expect(withFidelity(adam, "tf-2017").fidelity).toMatchObject({
      name: "tf-2017, 2 optimizer slots",
      optimizerSlots: 2,
    });
    expect(withFidelity(adam, "placeto").fidelity).toMatchObject({ name: "placeto", optimizerSlots: 0 });
    const switched = { ...pair, cluster: { ...pair.cluster, routing: "cut-through" as const } };
    expect(withFidelity(switched, "default").fidelity.routing).toBe("cut-through");
  });

  test("is an option of built-in scenarios and of files", async () => {
    const { fidelity, cluster } = await resolveScenario("vgg-16/2xK80?fidelity=tf-2017&network=half-duplex");
    expect(fidelity).toMatchObject({ name: "tf-2017, half-duplex", transferGapUs: 134 });
    expect(Math.max(...cluster.links.map((link) => link.latencyUs))).toBe(134);
  });
});

describe("tf-2017", () => {
  test("makes a transfer arrive 134 us later and its link busy as long", () => {
    const scenario = withFidelity(
      testScenario({ graph: "a 3 5700B\nb 1 <- a", bytesPerUs: 7600 }),
      "tf-2017",
    );
    expect(simulate(scenario, placement([0, 1])).makespanUs).toBeCloseTo(3 + 1 + 134 + 1, 9);
    const two = testScenario({ graph: "a 3 5700B\nb 3 5700B\nc 1 <- a\nd 1 <- b", bytesPerUs: 7600 });
    const ends = simulate(withFidelity(two, "tf-2017"), placement([0, 0, 1, 1])).endUs;
    expect(Array.from(ends.slice(2))).toEqual([3 + 135 + 1, 3 + 1 + 134 + 135 + 1]);
  });

  test("leaves what TensorFlow's log and allocator leave: 10.5 GiB of a K80, 14.8 of a P100", () => {
    expect(memoryOf("2xK80")).toBeCloseTo(11.1 * 0.95, 9);
    expect(memoryOf("2xP100")).toBeCloseTo(15.61 * 0.95, 9);
    expect(memoryOf("2xV100")).toBeCloseTo(15.61 * 0.95, 9);
  });

  test("takes 300 MiB where 5% is less, and leaves the host and unlimited devices alone", () => {
    expect(memoryOf("2xK80?memory=4GiB")).toBeCloseTo((4 * 11.1) / 12 - 300 / 1024, 9);
    const { devices } = resolveCluster("2xK80");
    expect(under(resolveCluster("2xK80")).devices[2]).toEqual(devices[2]);
    expect(under(pair.cluster).devices[0].memoryBytes).toBe(Number.POSITIVE_INFINITY);
  });

  test("never has a longer route, a faster link or more memory than the cluster", () => {
    const names = ["2xK80", "4xP100", "8xV100-nvlink", "4xT4", "2xP100-10gbe"];
    fc.assert(
      fc.property(fc.constantFrom(...names), fc.integer({ min: 1, max: 64 }), (name, gib) => {
        const own = resolveCluster(`${name}?memory=${gib}GiB`);
        const changed = under(own);
        changed.links.forEach(({ bytesPerUs, latencyUs }, i) => {
          expect(bytesPerUs).toBeLessThanOrEqual(own.links[i].bytesPerUs);
          expect(latencyUs).toBeGreaterThanOrEqual(own.links[i].latencyUs);
        });
        changed.devices.forEach(({ memoryBytes }, d) => {
          expect(memoryBytes).toBeGreaterThan(0);
          expect(memoryBytes).toBeLessThanOrEqual(own.devices[d].memoryBytes);
        });
      }),
    );
  });

  test("never makes a plan that fits shorter", async () => {
    const plain = await resolveScenario("nmt/test/0/2xK80");
    const slow = withFidelity(plain, "tf-2017");
    const alone = placement(new Int32Array(plain.graph.opCount));
    const halved = placement(Int32Array.from({ length: plain.graph.opCount }, (_, v) => v % 2));
    const value = (of: typeof plain, plan: typeof alone) => evaluator(of).evaluate(plan).value;
    expect(value(slow, alone)).toBe(value(plain, alone));
    expect(value(slow, halved)!).toBeGreaterThan(value(plain, halved)!);
  });
});
