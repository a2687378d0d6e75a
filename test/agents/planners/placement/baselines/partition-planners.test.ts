import { describe, expect, test } from "vitest";
import { acyclicPartition } from "../../../../../agents/planners/placement/baselines/acyclic-partition.ts";
import { multilevel } from "../../../../../agents/planners/placement/baselines/multilevel.ts";
import { evaluator, type Scenario, testScenario } from "../../../../../env/index.ts";
import { devicesOf, runPlanner } from "../../run-planner.ts";

/** Two chains with large transfers inside each and almost none between them. */
const twoChains = `
  a1 10 900B
  b1 10 900B
  a2 10 900B <- a1
  b2 10 900B <- b1
  a3 10 1B <- a2
  b3 10 1B <- b2
  end 0 <- a3 b3`;

describe.each([multilevel, acyclicPartition])("$card.id", (planner) => {
  test("says how much it cut and how unbalanced it is", async () => {
    const { report } = await runPlanner(planner, testScenario({ graph: twoChains }));
    expect(report.facts).toEqual([
      { name: "transfers cut", value: expect.any(Number), unit: "us" },
      { name: "heaviest part above its share", value: expect.stringMatching(/^[\d.]+%$/) },
    ]);
  });

  test("says where the balance that was asked for was not found", async () => {
    const scenario = testScenario({ graph: "a 10 8B\nb 90 <- a" });
    const { report } = await runPlanner(planner, scenario);
    expect(report.facts![1].value).toBe("80.0%, more than asked: no better balance was found");
  });

  test("moves ops off a device over its memory, or leaves that to chance when told to", async () => {
    const scenario = testScenario({
      graph: "a 30 9B params=10\nb 10 9B params=60 <- a\nc 10 1B params=60 <- b\nd 10 9B params=10 <- c",
      objective: "max-load",
      memoryBytes: 100,
    });
    const repaired = await runPlanner(planner, scenario);
    expect(repaired.best!.outcome.feasible).toBe(true);
    expect(devicesOf(repaired)[1]).not.toBe(devicesOf(repaired)[2]);
    const ignored = await runPlanner(planner, scenario, { options: { memory: "ignore" } });
    expect(ignored.best!.outcome.feasible).toBe(false);
    expect(ignored.report.failure).toBe("Every partition is over a memory limit in the simulator.");
  });

  test("counts more of the outputs where weights alone do not fill a device", async () => {
    const scenario = testScenario({
      graph: "a 10 60B\nb 10 60B <- a\nc 10 60B <- a\nd 10 60B <- b c\ne 1 <- a b c d",
      memoryBytes: 250,
    });
    const { best } = await runPlanner(planner, scenario, { options: { imbalance: 2 } });
    expect(best!.outcome.feasible).toBe(true);
  });

  test("takes a wider imbalance where that cuts less", async () => {
    const scenario = testScenario({ graph: "a 30 1B\nb 20 9000B <- a\nc 10 9B <- b", objective: "max-load" });
    expect(devicesOf(await runPlanner(planner, scenario, { options: { imbalance: 0.05 } }))).toSatisfy(
      ([a, b, c]: number[]) => a !== b && b === c,
    );
    const whole = await runPlanner(planner, scenario, { options: { imbalance: 1 } });
    expect(new Set(devicesOf(whole)).size).toBe(1);
  });

  test("leaves the host what only it runs", async () => {
    const scenario = testScenario({
      graph: "read GPU:1|CPU:5 8B kinds=CPU\na GPU:10|CPU:99 8B <- read\nb GPU:10|CPU:99 8B <- read",
      devices: ["CPU", "GPU", "GPU"],
    });
    const devices = devicesOf(await runPlanner(planner, scenario));
    expect([devices[0], ...devices.slice(1).sort()]).toEqual([0, 1, 2]);
  });

  test("gives ops that one kind of accelerator cannot run to another", async () => {
    const scenario = testScenario({
      graph: "a A:9|B:9 8B kinds=A\nb A:9|B:9 8B kinds=A <- a\nc A:9|B:9 8B kinds=A <- b\nd A:9|B:9 <- c",
      devices: ["A", "B"],
    });
    expect(devicesOf(await runPlanner(planner, scenario)).slice(0, 3)).toEqual([0, 0, 0]);
  });

  test("with one evaluation scores its last partition, with more every better one", async () => {
    const scenario = testScenario({ graph: twoChains });
    const one = await runPlanner(planner, scenario, { evaluations: 1 });
    expect(one.meter.spent).toBe(1);
    expect(one.best!.outcome).toEqual(evaluator(scenario).evaluate(one.last!));
  });
});

test("multilevel separates what exchanges little", async () => {
  const [a1, b1, a2, b2, a3, b3] = devicesOf(
    await runPlanner(multilevel, testScenario({ graph: twoChains, objective: "max-load" })),
  );
  expect([a2, a3]).toEqual([a1, a1]);
  expect([b2, b3]).toEqual([b1, b1]);
  expect(a1).not.toBe(b1);
});

test("acyclic-partition makes stages of a training step, backward ops with their forward ops", async () => {
  const scenario: Scenario = testScenario({
    graph: `
      f1 10 40B
      f2 10 40B <- f1
      f3 10 40B <- f2
      f4 10 40B <- f3
      b4 20 40B role=backward twin=f4 <- f4
      b3 20 40B role=backward twin=f3 <- b4 f3
      b2 20 40B role=backward twin=f2 <- b3 f2
      b1 20 40B role=backward twin=f1 <- b2 f1`,
    objective: "max-load",
  });
  expect(devicesOf(await runPlanner(acyclicPartition, scenario))).toEqual([0, 0, 1, 1, 1, 1, 0, 0]);
});
