import { describe, expect, test } from "vitest";
import { type PlannerModule, traitsOf } from "../../../agents/contract.ts";
import { methods } from "../../../agents/registry/registry.ts";
import { type MethodResult, runMethod } from "../../../agents/run/run.ts";
import {
  asPlacement,
  createRng,
  evaluator,
  gapOf,
  type MeteredEvaluator,
  metered,
  type Plan,
  type Scenario,
  validatePlan,
} from "../../../env/index.ts";
import { drawnFrom } from "../../law-runs.ts";
import { recordedEvaluator } from "../watched-evaluator.ts";
import { bruteForce, nothingFits, tinyScenarios } from "./tiny-scenarios.ts";

/** Those of pipelines plan for other objectives: pipeline-planners.test.ts. */
const planners = methods.filter(
  (method): method is PlannerModule => method.kind === "planner" && traitsOf(method).answers === "placement",
);
const EVALUATIONS = 150;

interface Run extends MethodResult {
  readonly meter: MeteredEvaluator;
  /** Placements that the evaluator has scored. */
  readonly scored: ReadonlySet<string>;
}

const tiny = (wanted: string) => tinyScenarios.find(({ name }) => name === wanted)!;
const keyOf = (plan: Plan) => asPlacement(plan).device.join(",");

async function run(
  module: PlannerModule,
  scenario: Scenario,
  { seed = 1, evaluations = EVALUATIONS } = {},
): Promise<Run> {
  const inner = evaluator(scenario);
  const scored = new Set<string>();
  const recording = recordedEvaluator(inner, (plan) => scored.add(keyOf(plan)));
  const meter = metered(recording, { evaluations });
  const options = module.options.parse({});
  const result = await runMethod({ module, options, scenario, meter, rng: createRng(seed) });
  return { ...result, meter, scored };
}

/** What must be the same for the same seed. */
const traceOf = ({ meter, best, last, report }: Run) => ({
  curve: meter.curve.map(({ evaluations, cost }) => [evaluations, cost]),
  spent: meter.spent,
  best: best && keyOf(best.plan),
  last: last && keyOf(last),
  report,
});

const TWO_BRANCHES = tiny("two branches");
const ran = new Map<PlannerModule, Promise<Run>>();
/** One run of a planner on two branches, for all tests that look at it. */
function ranOnBranches(module: PlannerModule): Promise<Run> {
  const running = ran.get(module) ?? run(module, TWO_BRANCHES);
  ran.set(module, running);
  return running;
}

describe.each(planners.map((module) => [module.card.id, module] as const))("%s", (id, module) => {
  test.each(drawnFrom(tinyScenarios, `planners ${id}`).map((scenario) => [scenario.name, scenario] as const))(
    "on %s: a valid plan, within the budget, between the optimum and itself rescored",
    async (_name, scenario) => {
      const running = scenario === TWO_BRANCHES ? ranOnBranches(module) : run(module, scenario);
      const { best, last, report, meter, scored } = await running;
      expect(meter.spent).toBeLessThanOrEqual(EVALUATIONS);
      const optimum = bruteForce(scenario)!;
      const bound = evaluator(scenario).bound().value;
      expect(bound).toBeLessThanOrEqual(optimum);
      expect((report.bound?.value ?? 0) * (1 - 1e-9)).toBeLessThanOrEqual(optimum);
      if (best === null) {
        expect(report.failure).toMatch(/^[A-Z].*\.$/);
        return;
      }
      validatePlan(scenario, best.plan);
      expect(evaluator(scenario).evaluate(best.plan)).toEqual(best.outcome);
      if (last !== null) expect(scored).toContain(keyOf(last));
      if (best.outcome.value === null) return;
      expect(best.outcome.value).toBeGreaterThanOrEqual(optimum);
      expect(gapOf(best.outcome.value, bound) ?? 0).toBeGreaterThanOrEqual(0);
    },
  );

  test("claims no value where nothing fits", async () => {
    const { best, report } = await run(module, nothingFits);
    expect(best?.outcome.value ?? null).toBeNull();
    if (best === null) expect(report.failure).toMatch(/^[A-Z].*\.$/);
    else expect(best.outcome.violation).not.toBeNull();
  });

  test("ends cleanly where the budget is one evaluation", async () => {
    const scenarios = [tiny("chain"), tiny("host and two accelerators"), tiny("max load")];
    for (const scenario of drawnFrom(scenarios, `one evaluation of ${id}`)) {
      const { meter, best, report } = await run(module, scenario, { evaluations: 1 });
      expect(meter.spent).toBeLessThanOrEqual(1);
      expect(best !== null || report.failure !== undefined).toBe(true);
    }
  });

  test("gives the same run for the same seed", async () => {
    expect(traceOf(await run(module, TWO_BRANCHES))).toEqual(traceOf(await ranOnBranches(module)));
  });
});

test("planners that draw random numbers differ between seeds, the others do not", async () => {
  const differing: string[] = [];
  for (const module of planners) {
    const first = JSON.stringify(traceOf(await ranOnBranches(module)));
    const second = JSON.stringify(traceOf(await run(module, TWO_BRANCHES, { seed: 2 })));
    if (first !== second) differing.push(module.card.id);
  }
  expect(differing).toEqual([
    ...["random", "hill-climb", "annealing", "mcmc", "tabu", "brkga", "lns"],
    ...["ordered-lns", "go-with-the-winners", "random-list"],
  ]);
  const drawing = planners.filter((module) => traitsOf(module).random).map(({ card }) => card.id);
  expect(drawing).toEqual(expect.arrayContaining(differing));
});
