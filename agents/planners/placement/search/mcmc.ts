/**
 * FlexFlow's search over device placements (Jia, Zaharia, Aiken, "Beyond Data and Model Parallelism
 * for Deep Neural Networks", SysML 2019). It is a Metropolis chain that returns to its best plan
 * every hundredth of the budget, as the public code does.
 *
 * The inverse temperature is `beta` over the scenario's lower bound, never in absolute time, so
 * multiplying all times by a constant changes no decision. Never worse than its start, which is
 * scored first.
 */
import { z } from "zod";
import type { MeteredEvaluator } from "../../../../env/sim/evaluator/meter.ts";
import type { PlannerModule } from "../../../contract.ts";
import { yieldEvery } from "../../../event-loop.ts";
import { choicesOf } from "../../../problems/choices.ts";
import { createChain, hasMoves, proposalRules } from "../../../search/groups/metropolis.ts";
import { searchOptions, startPlan } from "../../../search/groups/starts.ts";
import { workingPlan } from "../../../search/groups/working-plan.ts";

const options = z.strictObject({
  ...searchOptions,
  beta: z
    .number()
    .min(0)
    .default(100)
    .describe("Inverse temperature, relative: a plan worse by bound / beta is accepted 1 in e times."),
  proposals: z
    .enum(proposalRules)
    .default("other")
    .describe("Devices proposed: other than the present one, or uniform over all as in FlexFlow."),
  resets: z.boolean().default(true).describe("Return to the best plan every hundredth of the budget."),
});

export const mcmc: PlannerModule<z.infer<typeof options>> = {
  kind: "planner",
  card: {
    id: "mcmc",
    systems: ["flexflow"],
    name: "FlexFlow MCMC",
    summary: "A Metropolis chain over single group moves with returns to the best plan.",
    searchSpace: "device per group",
    paper: "Jia, Zaharia, Aiken: Beyond Data and Model Parallelism for Deep Neural Networks. SysML 2019",
    limits:
      "Devices only, ops are not split. Starts on one device, FlexFlow on data parallelism. The temperature is relative to the lower bound; FlexFlow's is in milliseconds. " +
      "proposals=uniform may draw the present device, as FlexFlow does, which costs an evaluation. The last group moves too.",
  },
  traits: { answers: "placement", objectives: "any", effort: "endless", random: true },
  options,
  create: ({ pool, start, beta, proposals, resets }) => ({
    async *plan(scenario, evaluator, rng) {
      const choices = choicesOf(scenario, pool);
      const first = startPlan(start, choices, evaluator, rng);
      yield first.plan;
      if (!hasMoves(choices)) return undefined;

      let best = { groupDevice: first.groupDevice, cost: first.cost };
      const working = workingPlan(choices, best.groupDevice);
      const chain = createChain(choices, rng, {
        state: working,
        cost: best.cost,
        proposals,
        inverseTemperature: beta / referenceCost(evaluator, best.cost),
        moveCost: (group, device) => evaluator.around(working.plan)!.move(group, device).cost,
      });
      const resetEvery = resets ? resetInterval(evaluator) : Number.POSITIVE_INFINITY;
      const yieldNow = yieldEvery(256);
      for (let step = 1; ; step++) {
        await yieldNow();
        const { accepted, cost } = chain.step();
        if (accepted && cost < best.cost) {
          best = { groupDevice: working.groupDevice.slice(), cost };
          yield working.snapshot();
        }
        if (step % resetEvery === 0) chain.restart(best.groupDevice, best.cost);
      }
    },
  }),
};

/** The unit of temperatures: the bound, or the value of the start where the bound says nothing. */
function referenceCost(evaluator: MeteredEvaluator, startCost: number): number {
  const { value } = evaluator.bound();
  if (value > 0) return value;
  return startCost > 0 ? startCost : 1;
}

const LONGEST_INTERVAL = 1000;

/**
 * A hundredth of the budget, at most 1,000 steps. A budget that does not count gets 1,000 steps.
 */
function resetInterval({ budget }: MeteredEvaluator): number {
  const evaluations = budget.evaluations ?? Number.POSITIVE_INFINITY;
  return Math.max(1, Math.min(LONGEST_INTERVAL, Math.floor(evaluations / 100)));
}
