import { describe, expect, test } from "vitest";
import { pipedream } from "../../../../../agents/planners/pipeline/pipedream/pipedream.ts";
import { type Scenario, testScenario } from "../../../../../env/index.ts";
import { HOST_STAGE, type PipelinePlan } from "../../../../../env/model/plan/pipeline.ts";
import { resolveScenario } from "../../../../../scenarios/index.ts";
import { runPlanner } from "../../run-planner.ts";
import { trainingStep } from "../training-step.ts";

async function planned(scenario: Scenario, options: Record<string, unknown> = {}) {
  const { best, report } = await runPlanner(pipedream, scenario, { options });
  return { plan: best!.plan as PipelinePlan, value: best!.outcome.value!, report };
}

/** The last layer has weights that are dear to synchronise; nothing else costs a transfer. */
const withHeavyEnd = () =>
  trainingStep({
    forwardUs: [15, 15, 10],
    devices: 4,
    batch: 12,
    sentBytes: 0,
    weightBytes: [0, 0, 1e6],
    bytesPerUs: 1e3,
  });

const devicesOf = ({ stages }: PipelinePlan) => stages.map(({ devices }) => devices);

describe("PipeDream as a planner", () => {
  test.each([1, 2, 5, 8])("ends a minibatch per forward and backward pass on %d equal stages", async (S) => {
    const scenario = trainingStep({ forwardUs: new Array(S).fill(10), devices: S, batch: 8 });
    for (const minibatches of [1, 4]) {
      const { plan, value, report } = await planned(scenario, { minibatches });
      expect(plan.microBatches).toBe(minibatches);
      expect(value).toBeCloseTo(30, 9);
      expect(report.estimate!.value).toBeCloseTo(30, 9);
    }
  });

  test("replicates a stage that is three times as long, and deals minibatches to its replicas", async () => {
    const scenario = withHeavyEnd();
    const { plan, value, report } = await planned(scenario);
    expect(devicesOf(plan)).toEqual([[0, 1, 2], [3]]);
    expect(plan.stages.every(({ share }) => share === "dealt")).toBe(true);
    expect(plan.schedule).toEqual({ name: "pipedream" });
    expect(value).toBeCloseTo(30, 9);
    expect(report.estimate!.value).toBeCloseTo(30, 9);
    const straight = await runPlanner(pipedream, scenario, { options: { replicas: "one" } });
    expect(straight.report.failure).toMatch(/fewer layers than the 4 accelerators/);
  });

  test("synchronises replicas by the formula of its code or of its paper", async () => {
    const scenario = trainingStep({
      forwardUs: [100],
      devices: 2,
      batch: 2,
      weightBytes: 1_000,
      bytesPerUs: 10,
    });
    const [T, W, B, r] = [300, 1_000, 10, 2];
    const estimateOf = async (mode: "code" | "paper") =>
      (await planned(scenario, { mode, minibatches: 1 })).report.estimate!.value;
    expect(await estimateOf("code")).toBeCloseTo((T + (4 * (r - 1) * W) / (B * r)) / r, 9);
    expect(await estimateOf("paper")).toBeCloseTo(Math.max(T, (2 * (r - 1) * W) / B) / r, 9);
  });

  test("uses each accelerator once, in machines of machines or on one level", async () => {
    const scenario = await resolveScenario("alexnet/4xV100-pcie", { objective: "iteration" });
    for (const levels of ["cluster", "flat"]) {
      const { plan, report } = await planned(scenario, { levels });
      const used = devicesOf(plan).flat();
      expect([...used].sort((a, b) => a - b)).toEqual(Array.from({ length: 4 }, (_, d) => d));
      const machines = report.facts!.find(({ name }) => name === "machines of each level")!.value;
      expect(machines).toBe(levels === "flat" ? "4" : "2 x 2");
    }
  });

  test("plans the chain where the graph has too many states, and leaves inputs to the host", async () => {
    const branches = Array.from({ length: 10 }, (_, v) => `op${v} GPU:1 4B <- a`).join("\n");
    const ends = Array.from({ length: 10 }, (_, v) => `op${v}`).join(" ");
    const scenario = testScenario({
      graph: `read CPU:2 8B kinds=CPU\na GPU:1 8B <- read\n${branches}\nout GPU:1 <- ${ends}`,
      devices: ["GPU", "GPU", "CPU"],
      objective: "iteration",
    });
    const statesOf = async (states: number) => {
      const { plan, report } = await planned(scenario, { states });
      expect(plan.stageOf[0]).toBe(HOST_STAGE);
      return report.facts!.find(({ name }) => name.startsWith("states of"))!;
    };
    expect(await statesOf(100)).toEqual({ name: "states of the chain of layers", value: 12 });
    expect((await statesOf(5_000)).name).toBe("states of the graph of layers");
  });
});
