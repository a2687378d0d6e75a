/**
 * The default planner: it starts from what every quick planner finds, then searches for the rest of
 * the budget.
 *
 * best-trials.ts lists what is tried first; the search is that of search/groups/best-rounds.ts.
 * Where no plan fits the memory and a proof shows that none can, it ends with the proof. An
 * interruption leaves the best plan and the bound proven until then. Deterministic for a seed and a
 * number of evaluations.
 */
import { z } from "zod";
import { asPlacement, type Plan } from "../../../../env/model/plan/plan.ts";
import type { Rng } from "../../../../env/model/rng.ts";
import type { Scenario } from "../../../../env/model/scenario.ts";
import { refutationBound } from "../../../../env/sim/bounds/makespan/bounds.ts";
import { compile } from "../../../../env/sim/engine/compile.ts";
import { BudgetExhausted, isTimed } from "../../../../env/sim/evaluator/budget.ts";
import type { Bound } from "../../../../env/sim/evaluator/contract.ts";
import type { MeteredEvaluator } from "../../../../env/sim/evaluator/meter.ts";
import type { Method, PlannerModule, PlannerReport } from "../../../contract.ts";
import { provenInfeasible } from "../../../problems/infeasible.ts";
import { isOptimal, type RoundsOptions, searchFrom } from "../../../search/groups/best-rounds.ts";
import { attempt, type StartingPlan } from "../../../search/groups/best-starts.ts";
import { bestPipeline, scoresPipelines } from "../../pipeline/best/best-pipeline.ts";
import { type Trial, trialsOf } from "./best-trials.ts";

/** Options of planners that start and search as `best` does; `rebuilds` is the share by default. */
export const searchFields = (rebuilds: number) => ({
  starts: z
    .number()
    .min(0)
    .max(1)
    .default(0.2)
    .describe("Largest share of the budget for the first plans; up to half of a small budget."),
  groups: z
    .number()
    .min(0)
    .max(1)
    .default(0.7)
    .describe(
      "Share of the search that goes to its first round, mostly over groups; the rest moves co-location classes.",
    ),
  hot: z
    .number()
    .positive()
    .max(1)
    .default(0.005)
    .describe(
      "First temperature, as a share of the present cost: a plan worse by so much is accepted 1 in e times.",
    ),
  cold: z.number().positive().max(1).default(0.0005).describe("Last temperature of the first round."),
  rebuilds: z
    .number()
    .min(0)
    .max(1)
    .default(rebuilds)
    .describe(
      "Share of the steps in which a list schedule decides the devices of several groups again (makespan only).",
    ),
});

const options = z.strictObject({
  ...searchFields(0.6),
  draws: z
    .int()
    .min(1)
    .max(1000)
    .default(16)
    .describe(
      "List schedules of drawn changes for each change that is taken up, a simulation each; fewer above 2,000 ops (makespan only).",
    ),
  prove: z
    .boolean()
    .default(false)
    .describe("Ends with the refutation bound, which takes seconds (makespan only)."),
  flush: z
    .boolean()
    .default(true)
    .describe(
      "Only pipelines that flush between batches, so that gradients are of fresh weights; false also allows stale ones.",
    ),
});
type Options = z.infer<typeof options>;

/**
 * `methods`: all other methods. Its first plans and the search made for an objective come from
 * them.
 */
export const bestOf = (methods: readonly Method[]): PlannerModule<Options> => ({
  kind: "planner",
  card: {
    id: "best",
    name: "Best of all",
    summary:
      "Every quick planner and the search made for the objective, then annealing and rebuilding of placements that each keep the order of their own list schedule.",
    searchSpace: "device per co-location class, and an order of ops on each device",
    limits:
      "Uses all of its budget, unless a plan reaches the bound or a proof shows that no plan fits the memory. Each list " +
      "schedule counts as a simulation. Above 20,000 ops plans run first come, first served. " +
      "Pipelines flush between batches unless flush=false.",
  },
  traits: { answers: "placement", objectives: "any", effort: "endless", random: true },
  options,
  create: (given) => ({
    plan: (scenario, evaluator, rng) =>
      scoresPipelines(scenario)
        ? bestPipeline(methods, scenario, evaluator, rng, given)
        : startThenSearch(methods, scenario, evaluator, rng, given),
  }),
});

interface Composition extends Omit<Options, "flush">, Pick<RoundsOptions, "guide"> {
  /** The search after the first plans. */
  readonly search?: typeof searchFrom;
}

/** The run of `best`, also of planners that differ from it in how they search. */
export async function* startThenSearch(
  methods: readonly Method[],
  scenario: Scenario,
  evaluator: MeteredEvaluator,
  rng: Rng,
  given: Composition,
): AsyncGenerator<Plan, PlannerReport | undefined> {
  const found: Found = { starts: [], bound: undefined };
  try {
    const trials = trialsOf(methods, scenario, evaluator, given.starts);
    yield* firstPlans(trials, scenario, evaluator, rng, found);
    const proof = evaluator.best?.outcome.feasible === true ? null : provenInfeasible(scenario);
    if (proof !== null) return { failure: proof, bound: found.bound };
    yield* (given.search ?? searchFrom)(found.starts, scenario, evaluator, rng, given);
  } catch (error) {
    if (!(error instanceof BudgetExhausted)) throw error;
    // Proven bounds survive an interruption; a further proof of some seconds is not started.
    if (isTimed(error.reason)) return { bound: found.bound };
  }
  return { bound: provenBound(scenario, evaluator, found.bound, given) };
}

interface Found {
  readonly starts: StartingPlan[];
  bound: Bound | undefined;
}

async function* firstPlans(
  trials: readonly Trial[],
  scenario: Scenario,
  evaluator: MeteredEvaluator,
  rng: Rng,
  found: Found,
): AsyncGenerator<Plan, void> {
  for (const trial of trials) {
    const most = trial.most(found.starts.length === 0);
    if (most < 1 || evaluator.exhausted || isOptimal(evaluator)) continue;
    const { start, report } = yield* attempt(trial, scenario, evaluator, rng, most);
    if (start !== null) found.starts.push({ ...start, plan: asPlacement(start.plan) });
    if (report.bound !== undefined && report.bound.value > (found.bound?.value ?? 0))
      found.bound = report.bound;
  }
  found.starts.sort((a, b) => a.cost - b.cost);
}

function provenBound(
  scenario: Scenario,
  evaluator: MeteredEvaluator,
  known: Bound | undefined,
  { prove }: Pick<Options, "prove">,
): Bound | undefined {
  const value = evaluator.best?.outcome.value ?? undefined;
  if (!prove || scenario.objective !== "makespan") return known;
  const proven = refutationBound(compile(scenario), { lowerUs: known?.value, upperUs: value });
  return known !== undefined && known.value >= proven.value ? known : proven;
}
