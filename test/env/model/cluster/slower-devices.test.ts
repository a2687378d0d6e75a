import { describe, expect, test } from "vitest";
import { evaluator, placement, runTimesUs, testScenario, withSlowerDevices } from "../../../../env/index.ts";
import { resolveScenario } from "../../../../scenarios/resolve.ts";

const timesOf = ({ graph, cluster }: Awaited<ReturnType<typeof resolveScenario>>) =>
  runTimesUs(graph, cluster);

describe("slower devices", () => {
  test.each(["toy/memory", "inception-v3/2xP100", "nmt/train/0/2xK80", "layered/test/3/2xP100?ops=40"])(
    "take longer for every op by their share on %s, and the others take as long as before",
    async (address) => {
      const scenario = await resolveScenario(address);
      const { devices } = scenario.cluster;
      const index = devices.findIndex(({ kind }) => kind.toLowerCase() !== "cpu");
      const slower = withSlowerDevices(scenario, { [devices[index].name]: 0.8 });
      const [before, after] = [timesOf(scenario), timesOf(slower)];
      for (const [i, us] of before.entries()) {
        const expected = i % devices.length === index ? us / 0.8 : us;
        if (Number.isFinite(expected))
          expect(Math.abs(after[i] - expected)).toBeLessThanOrEqual(1e-9 * expected);
        else expect(after[i]).toBe(us);
      }
    },
  );

  test("leave memory, links and names alone", async () => {
    const scenario = testScenario({ graph: "a 10 40B\nb 20 <- a", devices: 2, memoryBytes: 99 });
    const [{ name }] = scenario.cluster.devices;
    const slower = withSlowerDevices(scenario, { [name]: 0.5 });
    expect(slower.cluster.links).toEqual(scenario.cluster.links);
    expect(slower.cluster.devices.map((device) => [device.name, device.memoryBytes])).toEqual(
      scenario.cluster.devices.map((device) => [device.name, device.memoryBytes]),
    );
    expect(evaluator(slower).evaluate(placement([0, 0])).value).toBe(60);
    expect(evaluator(slower).evaluate(placement([1, 1])).value).toBe(30);
    expect(withSlowerDevices(scenario, { [name]: 1 }).graph).toBe(scenario.graph);
  });

  test("are refused where there is no such device or no such speed", () => {
    const scenario = testScenario({ graph: "a 10", devices: 2 });
    const [{ name }] = scenario.cluster.devices;
    expect(() => withSlowerDevices(scenario, { none: 0.5 })).toThrow(/^Device "none" is not known/);
    for (const speed of [0, -1, 1.5, Number.NaN])
      expect(() => withSlowerDevices(scenario, { [name]: speed })).toThrow(
        /expected a share above 0 and at most 1/,
      );
  });
});
