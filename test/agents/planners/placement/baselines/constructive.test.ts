import { describe, expect, test } from "vitest";
import { random } from "../../../../../agents/planners/placement/baselines/random.ts";
import { roundRobin } from "../../../../../agents/planners/placement/baselines/round-robin.ts";
import { singleDevice } from "../../../../../agents/planners/placement/baselines/single-device.ts";
import { topoBlocks } from "../../../../../agents/planners/placement/baselines/topo-blocks.ts";
import { testScenario } from "../../../../../env/index.ts";
import { devicesOf, runPlanner } from "../../run-planner.ts";

const withHost = testScenario({
  graph:
    "read GPU:1|CPU:5 8B kinds=CPU\na GPU:10|CPU:99 8B <- read\nb GPU:10|CPU:99 8B <- read\nc GPU:10|CPU:99 <- a b",
  devices: ["CPU", "GPU", "GPU"],
});

describe("single device", () => {
  test("tries every device and keeps the fastest", async () => {
    const scenario = testScenario({ graph: "a A:9|B:4|C:6\nb A:9|B:4|C:6 <- ^a", devices: ["A", "B", "C"] });
    const run = await runPlanner(singleDevice, scenario);
    expect(devicesOf(run)).toEqual([1, 1]);
    expect(run.meter.spent).toBe(3);
    expect(run.report.facts).toEqual([{ name: "all on", value: scenario.cluster.devices[1].name }]);
  });

  test("sends what the device cannot run to the first that can", async () => {
    const run = await runPlanner(singleDevice, withHost);
    expect(devicesOf(run)).toEqual([0, 1, 1, 1]);
    expect(run.report.facts).toEqual([
      { name: "all on", value: withHost.cluster.devices[1].name },
      { name: "groups that it cannot run, elsewhere", value: 1 },
    ]);
  });
});

describe("round robin", () => {
  test("deals groups out to the accelerators and leaves the host what only it can run", async () => {
    const run = await runPlanner(roundRobin, withHost);
    expect(devicesOf(run)).toEqual([0, 2, 1, 2]);
    expect(run.meter.spent).toBe(1);
  });

  test("keeps a group together", async () => {
    const scenario = testScenario({ graph: "a 1 group=g\nb 1 <- ^a\nc 1 group=g <- ^b" });
    expect(devicesOf(await runPlanner(roundRobin, scenario))).toEqual([0, 1, 0]);
  });
});

describe("topological blocks", () => {
  test("cut a chain into blocks of equal compute", async () => {
    const scenario = testScenario({
      graph: "a 10 1B\nb 10 1B\nc 20 1B\nd 5 1B <- a\ne 35 1B <- b",
      devices: 2,
    });
    const run = await runPlanner(topoBlocks, scenario);
    expect(devicesOf(run)).toEqual([0, 0, 0, 1, 1]);
    expect(run.meter.spent).toBe(2);
  });

  test("stay on one accelerator where links are too slow", async () => {
    const scenario = testScenario({
      graph: "a 10 9000B\nb 10 9000B <- a\nc 10 <- b",
      devices: 3,
      bytesPerUs: 1,
    });
    const run = await runPlanner(topoBlocks, scenario);
    expect(devicesOf(run)).toEqual([0, 0, 0]);
    expect(run.meter.spent).toBe(3);
  });

  test("leave out a group that only the host can run", async () => {
    expect(devicesOf(await runPlanner(topoBlocks, withHost))[0]).toBe(0);
  });

  test("say why where no accelerator takes its turn in the order", async () => {
    const scenario = testScenario({
      graph: "a A:1|B:1 kinds=B\nb A:1|B:1 kinds=A <- ^a\nc A:1|B:1 kinds=B <- ^b",
      devices: ["A", "B"],
    });
    const { best, report } = await runPlanner(topoBlocks, scenario);
    expect(best).toBeNull();
    expect(report.failure).toContain("No cut of the group order");
  });
});

describe("random", () => {
  test("draws until the budget ends and may leave the host out", async () => {
    const seen = new Set<string>();
    for (let seed = 0; seed < 20; seed++) {
      const run = await runPlanner(random, withHost, {
        options: { pool: "accelerators" },
        evaluations: 1,
        seed,
      });
      const [read, ...rest] = devicesOf(run);
      expect(read).toBe(0);
      expect(rest).not.toContain(0);
      seen.add(rest.join());
    }
    expect(seen.size).toBeGreaterThan(4);
  });

  test("draws every placement about equally often", async () => {
    const scenario = testScenario({ graph: "a 1\nb 1", devices: 2 });
    const counts = new Map<string, number>();
    for (let seed = 0; seed < 800; seed++) {
      const key = devicesOf(await runPlanner(random, scenario, { evaluations: 1, seed })).join();
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
    expect(counts.size).toBe(4);
    for (const count of counts.values()) expect(Math.abs(count - 200)).toBeLessThan(50);
  });
});
