import { describe, expect, test } from "vitest";
import { etf } from "../../../agents/planners/etf.ts";
import { heft } from "../../../agents/planners/heft.ts";
import { testScenario } from "../../../env/index.ts";
import { tenTasks } from "../search/golden-ten-tasks.ts";
import { devicesOf, runPlanner } from "./run-planner.ts";

describe("HEFT as a planner", () => {
  test("reports the simulator's value as the score and its own makespan as an estimate", async () => {
    const { best, report, meter } = await runPlanner(heft, tenTasks());
    expect(report.estimate).toBe(80);
    expect(best!.outcome.value).toBeGreaterThanOrEqual(meter.bound().value);
    expect(meter.spent).toBe(2);
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

  test("names the op whose group fits nowhere", async () => {
    const scenario = testScenario({ graph: "a 10 params=500\nb 20 <- ^a", memoryBytes: 100 });
    for (const module of [heft, etf]) {
      const { best, report } = await runPlanner(module, scenario);
      expect(best).toBeNull();
      expect(report.failure).toBe('No device has room for the group of op "a" with 0% of all outputs kept.');
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
