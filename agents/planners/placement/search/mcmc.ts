/**
 * FlexFlow's search over device placements (Jia, Zaharia, Aiken, "Beyond Data and Model Parallelism
 * for Deep Neural Networks", SysML 2019). A Metropolis chain draws an op and a configuration, both
 * uniformly, and accepts a strategy that is dearer by x with probability exp(-beta x).
 *
 * As published, a chain starts from a given or a random strategy. It ends when it has found nothing
 * better for the last half of its time; then the next one starts. Strategies are placements here,
 * and time is counted in evaluations. The public code differs: one chain (restarts=false) that
 * returns to its best plan every hundredth of the budget (resets=true).
 *
 * The paper gives no value of beta. The public code has 1 per millisecond and its examples 0.05,
 * which is hot for a short step and frozen for a long one. So `beta` is over the scenario's lower
 * bound by default. Then multiplying all times by a constant changes no decision.
 *
 * Never worse than its first start, which is scored first.
 */
import { z } from "zod";
import type { MeteredEvaluator } from "../../../../env/sim/evaluator/meter.ts";
import type { PlannerModule } from "../../../contract.ts";
import { yieldEvery } from "../../../event-loop.ts";
import { type Choices, choicesOf } from "../../../problems/choices.ts";
import { createChain, hasMoves, proposalRules } from "../../../search/groups/metropolis.ts";
import { type ScoredStart, searchOptions, startPlan } from "../../../search/groups/starts.ts";
import { workingPlan } from "../../../search/groups/working-plan.ts";

const options = z.strictObject({
  ...searchOptions,
  start: searchOptions.start
    .removeDefault()
    .default("random")
    .describe("The first plan; later chains start from random plans."),
  beta: z
    .number()
    .min(0)
    .default(300)
    .describe("Inverse temperature: a plan dearer by 1 / beta of the unit is accepted 1 in e times."),
  unit: z
    .enum(["bound", "ms"])
    .default("bound")
    .describe("Unit of beta: the lower bound, or milliseconds (for bytes, MB) as in FlexFlow's code."),
  proposals: z
    .enum(proposalRules)
    .default("uniform")
    .describe("Devices proposed: uniform over all as in FlexFlow, or other than the present one."),
  restarts: z
    .boolean()
    .default(true)
    .describe(
      "Start again from a random plan when a chain has found nothing better for the last half of its evaluations.",
    ),
  resets: z
    .boolean()
    .default(false)
    .describe("Return to the chain's best plan every hundredth of the budget, as FlexFlow's code does."),
});
type Options = z.infer<typeof options>;

export const mcmc: PlannerModule<Options> = {
  kind: "planner",
  card: {
    id: "mcmc",
    systems: ["flexflow"],
    name: "FlexFlow MCMC",
    summary: "Metropolis chains over single group moves, from random plans.",
    searchSpace: "device per group",
    paper: "Jia, Zaharia, Aiken: Beyond Data and Model Parallelism for Deep Neural Networks. SysML 2019",
    limits:
      "The device part of FlexFlow's space alone; `flexflow-soap` splits operators. So there is no data parallelism to start from: chains start from random plans, the paper's other start. The paper gives no beta; " +
      "FlexFlow's code has 1 per ms, its examples 0.05 (beta=1&unit=ms). Here beta=300 over the lower bound, the best of five values on small and large graphs. The last group moves too. " +
      "restarts=false&resets=true is the rule of the public code.",
  },
  traits: { answers: "placement", objectives: "any", effort: "endless", random: true },
  options,
  create: (given) => ({
    async *plan(scenario, evaluator, rng) {
      const choices = choicesOf(scenario, given.pool);
      const first = startPlan(given.start, choices, evaluator, rng);
      yield first.plan;
      if (!hasMoves(choices)) return undefined;

      const inverseTemperature = given.beta / unitOf(given.unit, evaluator, first.cost);
      const resetEvery = given.resets ? resetInterval(evaluator) : Number.POSITIVE_INFINITY;
      const leastSteps = given.restarts ? LEAST_TRIES * movesOf(choices) : Number.POSITIVE_INFINITY;
      const yieldNow = yieldEvery(256);
      let shown = first.cost;
      for (let start: ScoredStart = first; ; start = startPlan("random", choices, evaluator, rng)) {
        let best = { groupDevice: start.groupDevice, cost: start.cost, step: 0 };
        const working = workingPlan(choices, start.groupDevice);
        const chain = createChain(choices, rng, {
          state: working,
          cost: start.cost,
          proposals: given.proposals,
          inverseTemperature,
          moveCost: (group, device) => evaluator.around(working.plan)!.move(group, device).cost,
        });
        for (let step = 1; step <= Math.max(leastSteps, 2 * best.step); step++) {
          await yieldNow();
          const { accepted, cost } = chain.step();
          if (accepted && cost < best.cost) {
            best = { groupDevice: working.groupDevice.slice(), cost, step };
            if (cost < shown) yield working.snapshot();
            shown = Math.min(shown, cost);
          }
          if (step % resetEvery === 0) chain.restart(best.groupDevice, best.cost);
        }
      }
    },
  }),
};

/** The fewest proposals of a chain for each single move, so that it has tried most of them. */
const LEAST_TRIES = 2;

const movesOf = ({ legal }: Choices): number =>
  legal.reduce((sum, { length }) => sum + (length > 1 ? length : 0), 0);

const PER_MS = 1_000;
const PER_MB = 1_000_000;

/** The unit of temperatures in the evaluator's; the first cost where the bound says nothing. */
function unitOf(unit: Options["unit"], evaluator: MeteredEvaluator, startCost: number): number {
  if (unit === "ms") return evaluator.unit === "us" ? PER_MS : PER_MB;
  const { value } = evaluator.bound();
  if (value > 0) return value;
  return startCost > 0 ? startCost : 1;
}

const LONGEST_INTERVAL = 1000;

/**
 * A hundredth of the budget, at most 1,000 steps. A budget that does not count gets 1,000 steps.
 */
function resetInterval({ spent, remaining }: MeteredEvaluator): number {
  return Math.max(1, Math.min(LONGEST_INTERVAL, Math.floor((spent + remaining) / 100)));
}
