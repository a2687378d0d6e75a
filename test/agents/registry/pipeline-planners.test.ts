import { describe, expect, test } from "vitest";
import { type PlannerModule, traitsOf } from "../../../agents/contract.ts";
import { methods } from "../../../agents/registry/registry.ts";
import { pipelinePlanners } from "../../../agents/selection.ts";
import { evaluator, gapOf, type Plan, type Scenario, validatePlan } from "../../../env/index.ts";
import { scheduleOf } from "../../../env/model/schedule/index.ts";
import { drawnFrom } from "../../law-runs.ts";
import { type PlannerRun, runPlanner } from "../planners/run-planner.ts";
import { tightPipeline, tinyPipelines } from "./tiny-pipelines.ts";

const EVALUATIONS = 120;
const best = methods.find(({ card }) => card.id === "best") as PlannerModule;
const planners = pipelinePlanners(methods, "iteration");
const run = (module: PlannerModule, scenario: Scenario, options = {}) =>
  runPlanner(module, scenario, { evaluations: EVALUATIONS, options });

/** The same for all planners, since the best plan is compared with theirs. */
const scenarios = drawnFrom([...tinyPipelines, tightPipeline], "tiny pipelines");
const roomy = scenarios.filter((scenario) => scenario !== tightPipeline);

const ran = new Map<PlannerModule, Map<Scenario, Promise<PlannerRun>>>(
  planners.map((module) => [module, new Map()]),
);
/** One run of a planner for all tests that look at it. */
function ranOn(module: PlannerModule, scenario: Scenario): Promise<PlannerRun> {
  const runs = ran.get(module)!;
  const running = runs.get(scenario) ?? run(module, scenario);
  runs.set(scenario, running);
  return running;
}

/** By its plan, so that a wrong trait of a planner is seen. */
const flushes = (plan: Plan | undefined): boolean =>
  plan?.kind === "pipeline" && !scheduleOf(plan.schedule.name).asynchronous;

/** What must be the same for the same seed. */
const traceOf = ({ meter, best: found, last, report }: PlannerRun) => ({
  curve: meter.curve.map(({ evaluations, cost }) => [evaluations, cost]),
  best: found?.plan,
  last,
  report,
});

describe.each(planners.map((module) => [module.card.id, module] as const))("%s", (id, module) => {
  test.each(roomy.map((scenario) => [scenario.name, scenario] as const))(
    "on %s: a pipeline that fits, within the bound, with an estimate",
    async (_name, scenario) => {
      const { best: found, last, report } = await ranOn(module, scenario);
      expect(found?.outcome.feasible, report.failure).toBe(true);
      expect(last!.kind).toBe("pipeline");
      validatePlan(scenario, found!.plan);
      const again = evaluator(scenario).evaluate(found!.plan);
      expect([again.value, again.cost]).toEqual([found!.outcome.value, found!.outcome.cost]);
      const { value: bound } = evaluator(scenario).bound();
      expect(gapOf(found!.outcome.value!, bound) ?? 0).toBeGreaterThanOrEqual(0);
      expect(report.estimate).toMatchObject({ unit: "us", model: expect.any(String) });
      expect(report.estimate!.value).toBeGreaterThan(0);
      expect(report.facts!.map(({ name }) => name)).toEqual(
        expect.arrayContaining(["layers of each stage", "micro-batches"]),
      );
    },
  );

  test("claims no value where its plan does not fit", async () => {
    const { best: found, report } = await ranOn(module, tightPipeline);
    if (found?.outcome.feasible === true) expect(found.outcome.violation).toBeNull();
    else expect(report.failure).toMatch(/^[A-Z].*\.$/);
  });

  test("gives the same run for the same seed", async () => {
    for (const scenario of drawnFrom(tinyPipelines.slice(1, 6), `pipelines of ${id}`))
      expect(traceOf(await run(module, scenario))).toEqual(traceOf(await ranOn(module, scenario)));
  });

  test("says which objectives it plans for, and refuses others", async () => {
    expect(traitsOf(module).objectives).toEqual(["iteration", "throughput"]);
    const { report } = await run(module, { ...tinyPipelines[1], objective: "makespan" });
    expect(report.failure).toMatch(/made for the objective iteration or throughput/);
  });
});

test.each(scenarios.map((scenario) => [scenario.name, scenario] as const))(
  "best is never behind a planner that flushes, nor behind any with flush=false: %s",
  async (_, scenario) => {
    const { best: fresh } = await run(best, scenario);
    const { best: found } = await run(best, scenario, { flush: false });
    expect([fresh!.outcome.feasible, found!.outcome.feasible]).toEqual([true, true]);
    for (const module of planners) {
      const { best: other } = await ranOn(module, scenario);
      const cost = other?.outcome.cost ?? Infinity;
      expect(found!.outcome.cost, module.card.id).toBeLessThanOrEqual(cost);
      if (flushes(other?.plan)) expect(fresh!.outcome.cost, module.card.id).toBeLessThanOrEqual(cost);
    }
  },
);
