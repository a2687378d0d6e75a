import { describe, expect, test } from "vitest";
import type { PlannerModule } from "../../../../../agents/contract.ts";
import { etf } from "../../../../../agents/planners/placement/lists/etf.ts";
import { heft } from "../../../../../agents/planners/placement/lists/heft.ts";
import { mEtf } from "../../../../../agents/planners/placement/lists/m-etf.ts";
import { mSct } from "../../../../../agents/planners/placement/lists/m-sct.ts";
import { mTopo } from "../../../../../agents/planners/placement/lists/m-topo.ts";
import { asPlacement, testScenario, withNetwork } from "../../../../../env/index.ts";
import { randomScenario } from "../../../seeded-scenario.ts";
import { devicesOf, runPlanner } from "../../run-planner.ts";
import { tenTasks } from "./golden-ten-tasks.ts";

describe("HEFT as a planner", () => {
  test("reports the simulator's value as the score and its own makespan as an estimate", async () => {
    const { best, report, meter } = await runPlanner(heft, withNetwork(tenTasks(), "contention-free"));
    expect(report.estimate).toEqual({ value: 80, unit: "us", model: "end of the list schedule" });
    expect(best!.outcome.value).toBe(80);
    expect(asPlacement(best!.plan).opPriority).toBeDefined();
    expect(meter.spent).toBe(1);
  });

  test("is one schedule with its order, as published; asked for all, more and longer delays where transfers queue", async () => {
    const [published, plain, ordered, placed, all] = await Promise.all(
      [
        {},
        { variants: "plain" },
        { variants: "ordered" },
        { variants: "placement" },
        { variants: "all" },
      ].map((options) => runPlanner(heft, tenTasks(), { options })),
    );
    for (const { meter, best, report } of [published, plain, ordered]) {
      expect(meter.spent).toBe(1);
      expect(report.estimate!.value).toBe(80);
      expect(best!.outcome.value).toBeGreaterThan(80);
      expect(best!.plan).toEqual(published.best!.plan);
    }
    expect(asPlacement(published.best!.plan).opPriority).toBeDefined();
    expect(placed.meter.spent).toBe(1);
    expect(asPlacement(placed.best!.plan).opPriority).toBeUndefined();
    expect(all.meter.spent).toBe(2 + 3 * 2);
    for (const { best } of [plain, ordered, placed])
      expect(all.best!.outcome.cost).toBeLessThanOrEqual(best!.outcome.cost);
  });

  test("decides a group by all of it where its first op misleads", async () => {
    const scenario = testScenario({
      graph: "a A:10|B:20 group=g\nb A:500|B:1 group=g <- ^a",
      devices: ["A", "B"],
    });
    const plain = await runPlanner(heft, scenario, { options: { variants: "plain" } });
    expect(plain.best!.outcome.value).toBe(510);
    const all = await runPlanner(heft, scenario, { options: { variants: "all" } });
    expect(all.best!.outcome.value).toBe(21);
  });

  test("reserves room for outputs where the replay shows a device over its limit", async () => {
    const scenario = testScenario({
      graph: `
        a 10 40B params=10
        b 10 40B params=10 <- a
        c 10 40B params=10 <- a b
        d 10 <- a b c`,
      bytesPerUs: 0.1,
      memoryBytes: 145,
    });
    const { best, meter } = await runPlanner(heft, scenario);
    expect(meter.curve[0].feasible).toBe(false);
    expect(meter.spent).toBeGreaterThan(1);
    expect(best!.outcome.feasible).toBe(true);
  });

  test("names the op whose group finds no room left", async () => {
    // It fits as 40 + 60 and 50 + 50, but both devices are too full for d when a, b and c have been
    // placed.
    const scenario = testScenario({
      graph: "a 1 params=40\nb 1 params=50 <- ^a\nc 1 params=60 <- ^b\nd 1 params=50 <- ^c",
      memoryBytes: 100,
    });
    for (const [module, options] of [
      [heft, {}],
      [etf, {}],
      [mEtf, { mode: "paper" }],
    ] as const) {
      const { best, report } = await runPlanner(module as PlannerModule, scenario, { options });
      expect(best).toBeNull();
      expect(report.failure).toBe('No device has room for the group of op "d" with 0% of all outputs kept.');
    }
  });

  test("counts bare weights and no outputs where the objective is max load", async () => {
    const scenario = testScenario({
      graph: "a 10 params=60 8B\nb 10 params=60 8B <- a",
      memoryBytes: 100,
      objective: "max-load",
    });
    const { best, report } = await runPlanner(heft, scenario);
    expect(best!.outcome.feasible).toBe(true);
    expect(report.estimate).toBeUndefined();
  });
});

describe("ETF as a planner", () => {
  test("leaves the host to ops that need it unless asked for all devices", async () => {
    const scenario = testScenario({
      graph: "read GPU:1|CPU:1 8B kinds=CPU\na GPU:10|CPU:500 8B <- read\nb GPU:10|CPU:500 8B <- read",
      devices: ["CPU", "GPU"],
    });
    expect(devicesOf(await runPlanner(etf, scenario))).toEqual([0, 1, 1]);
    expect(devicesOf(await runPlanner(etf, scenario, { options: { pool: "all" } }))).toContain(0);
    expect(devicesOf(await runPlanner(etf, scenario, { options: { pool: "all" } })).slice(1)).toContain(0);
  });
});

describe("Baechi's planners", () => {
  test("m-ETF's estimate is the simulator's value under the half-duplex model", async () => {
    for (let seed = 1; seed <= 30; seed++) {
      const scenario = withNetwork(randomScenario(seed, { ops: 12 }), "half-duplex");
      const { best, report } = await runPlanner(mEtf, scenario, { options: { variants: "ordered" } });
      expect(best!.outcome.value).toBe(report.estimate!.value);
    }
  });

  test("m-TOPO reserves ever less for outputs until a device has room", async () => {
    const scenario = testScenario({
      graph: "a 10 60B params=20\nb 10 60B params=20 <- a\nc 10 60B params=20 <- b\nd 10 params=20 <- c",
      devices: 2,
      memoryBytes: 180,
    });
    const { best, report } = await runPlanner(mTopo, scenario);
    expect(best!.outcome.feasible).toBe(true);
    expect(report.failure).toBeUndefined();
  });

  test("m-SCT schedules by groups alone, or says so, where the linear program is too large", async () => {
    const graph = "a 10 8B group=g\nb 10 8B group=g <- a\nc 10 8B <- b\nd 10 8B <- c\ne 10 <- d b";
    const run = (options: object) => runPlanner(mSct, testScenario({ graph }), { options });
    const [full, byGroups, none] = await Promise.all([29, 24, 2].map((size) => run({ size })));
    expect(full.meter.spent).toBe(1);
    expect(byGroups.meter.spent).toBe(1);
    expect((await run({ size: 29, variants: "all" })).meter.spent).toBe(4);
    expect((await run({ size: 24, variants: "all" })).meter.spent).toBe(2);
    expect(none.best).toBeNull();
    expect(none.report.failure).toBe("The graph is too large for this method.");
  });
});
