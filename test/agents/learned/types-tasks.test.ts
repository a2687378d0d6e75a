import { describe, expect, test } from "vitest";
import { typesTasks } from "../../../agents/learned/types-tasks.ts";
import { typesViewOf } from "../../../agents/problems/provisioning/types-view.ts";
import { oneTask } from "../../../agents/run/tasks.ts";
import { allowedDevices, evaluator, metered, placement, pricedChain } from "../../../env/index.ts";
import { typesOfPlan } from "../../../env/sim/objectives/provisioning/plan-of-types.ts";
import { diamondScenario, rented, supportScenario } from "../../env/envs/scenarios.ts";
import { rentedScenario } from "../../env/sim/objectives/provisioning/rented.ts";

describe("the view on types", () => {
  test("has an op for each layer and a device for each type, and bars types that cannot run a layer", () => {
    const scenario = rented(supportScenario);
    const chain = pricedChain(scenario);
    const view = typesViewOf(scenario, chain);
    const { layers, types, computeTime } = chain.problem;
    expect([view.graph.opCount, view.grouping.groupCount, view.cluster.devices.length]).toEqual([
      layers,
      layers,
      types,
    ]);
    expect([...allowedDevices(view)]).toEqual([...computeTime].map((time) => Number(Number.isFinite(time))));
    expect(allowedDevices(view)).toContain(0);
  });
});

describe("tasks on types", () => {
  const scenario = rentedScenario("tasks", { layers: 4, kinds: 2, limits: [4, 1], floor: 0.2 });

  test("score a placement as the pipeline of its types, on the task's own meter", async () => {
    const meter = metered(evaluator(scenario), { evaluations: 3 });
    const tasks = typesTasks(oneTask({ name: "one", scenario, evaluator: meter }));
    const view = await tasks.views.task("one");
    const outcome = view.evaluator.evaluate(placement([1, 1, 0, 0]));
    const chain = pricedChain(scenario);
    const plan = tasks.pipelineOf(view.scenario, placement([1, 1, 0, 0]));
    expect([...typesOfPlan(chain, plan)!]).toEqual([1, 1, 0, 0]);
    expect(outcome).toEqual(evaluator(scenario).evaluate(plan));
    expect([meter.evaluations, view.evaluator.remaining]).toEqual([1, 2]);
    expect(meter.best!.plan).toEqual(plan);
    expect(await tasks.views.task("one")).toBe(view);
    expect(view.evaluator.bound().value).toBe(meter.bound().value);
  });

  test("replace types without a unit left", async () => {
    const meter = metered(evaluator(scenario), { evaluations: 3 });
    const tasks = typesTasks(oneTask({ name: "one", scenario, evaluator: meter }));
    const { scenario: view } = await tasks.views.task("one");
    const plan = tasks.pipelineOf(view, placement([1, 0, 1, 0]));
    expect([...typesOfPlan(pricedChain(scenario), plan)!]).toEqual([1, 0, 0, 0]);
  });

  test("are refused under another objective", async () => {
    const meter = metered(evaluator(diamondScenario), { evaluations: 3 });
    const tasks = typesTasks(oneTask({ name: "one", scenario: diamondScenario, evaluator: meter }));
    await expect(tasks.views.task("one")).rejects.toThrow("are for the objective cost");
  });
});
