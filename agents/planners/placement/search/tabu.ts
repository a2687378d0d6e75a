/**
 * Tabu search (Glover, "Tabu Search, Part I", ORSA J. Computing 1989) over single group moves. Each
 * step makes the best of a sample of moves, better or worse. The moved group then may not move for
 * a while, unless that beats the best plan so far.
 *
 * Every move tried costs one incremental evaluation. It continues until the budget ends; it ends by
 * itself where there are no moves. Never worse than its start, which is scored first.
 */
import { z } from "zod";
import type { Rng } from "../../../../env/model/rng.ts";
import type { PlannerModule } from "../../../contract.ts";
import { yieldEvery } from "../../../event-loop.ts";
import { type Choices, choicesOf } from "../../../problems/choices.ts";
import { hasMoves } from "../../../search/groups/metropolis.ts";
import { searchOptions, startPlan } from "../../../search/groups/starts.ts";
import { workingPlan } from "../../../search/groups/working-plan.ts";

const options = z.strictObject({
  ...searchOptions,
  sample: z.int().min(1).default(16).describe("Moves tried in each step, of which the best is made."),
  tenure: z
    .number()
    .min(0)
    .max(1)
    .default(0.15)
    .describe(
      "Mean of the steps for which a moved group stays, as a share of the groups; each stay is drawn from none up to twice that.",
    ),
});

export const tabu: PlannerModule<z.infer<typeof options>> = {
  kind: "planner",
  card: {
    id: "tabu",
    name: "Tabu search",
    summary:
      "Makes the best of a sample of moves, even if the plan gets worse. A moved group stays for some steps.",
    searchSpace: "device per group",
    paper: "Glover: Tabu Search, Part I. ORSA Journal on Computing 1989",
    limits: "Samples its neighbourhood, which is too large to try as a whole in a common budget.",
  },
  traits: { answers: "placement", objectives: "any", effort: "endless", random: true },
  options,
  create: ({ pool, start, sample, tenure }) => ({
    async *plan(scenario, evaluator, rng) {
      const choices = choicesOf(scenario, pool);
      const first = startPlan(start, choices, evaluator, rng);
      yield first.plan;
      if (!hasMoves(choices)) return undefined;

      const working = workingPlan(choices, first.groupDevice);
      const drawMove = moveSampler(choices, rng);
      const mayMoveAt = new Int32Array(choices.groupCount);
      const yieldNow = yieldEvery(256);
      let bestCost = first.cost;
      for (let step = 1; ; step++) {
        let move: { group: number; device: number; cost: number } | null = null;
        for (let i = 0; i < sample; i++) {
          await yieldNow();
          const { group, device } = drawMove(working.groupDevice);
          const { cost } = evaluator.around(working.plan)!.move(group, device);
          if (mayMoveAt[group] > step && cost >= bestCost) continue;
          if (move === null || cost < move.cost) move = { group, device, cost };
        }
        if (move === null) continue;
        working.apply(move.group, move.device);
        mayMoveAt[move.group] = step + 1 + Math.floor(tenure * choices.groupCount * 2 * rng.next());
        if (move.cost >= bestCost) continue;
        bestCost = move.cost;
        yield working.snapshot();
      }
    },
  }),
};

/** Draws a group with a choice and another of its devices, uniformly. */
function moveSampler({ legal }: Choices, rng: Rng) {
  const movable = Int32Array.from(legal.keys()).filter((g) => legal[g].length > 1);
  return (present: Int32Array) => {
    const group = movable[rng.int(movable.length)];
    const others = legal[group].filter((device) => device !== present[group]);
    return { group, device: others[rng.int(others.length)] };
  };
}
