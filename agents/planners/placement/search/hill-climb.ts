/**
 * Local search over single group moves, with restarts, after Tarnawski et al. (NeurIPS 2020). They
 * make the steepest move. By default the first improvement in a random order is made instead, which
 * spends far fewer evaluations.
 *
 * A climb ends in a local optimum, proved by one pass over all moves. Restarts alternate between
 * the best plan with a few groups moved at random and a random plan. It continues until the budget
 * ends; it ends by itself where there are no moves.
 */
import { z } from "zod";
import type { Rng } from "../../../../env/model/rng.ts";
import type { MeteredEvaluator } from "../../../../env/sim/evaluator/meter.ts";
import type { PlannerModule } from "../../../contract.ts";
import { yieldEvery } from "../../../event-loop.ts";
import { type Choices, choicesOf } from "../../../problems/choices.ts";
import { drawn } from "../../../problems/constructions.ts";
import { firstImprovement, type Move, movesOf } from "../../../search/groups/descent.ts";
import { searchOptions, startPlan } from "../../../search/groups/starts.ts";
import { type WorkingPlan, workingPlan } from "../../../search/groups/working-plan.ts";

const options = z.strictObject({
  ...searchOptions,
  improvement: z
    .enum(["first", "steepest"])
    .default("first")
    .describe("The move that is made: the first one that improves, or the best of all of them."),
  kick: z
    .number()
    .min(0)
    .max(1)
    .default(0.1)
    .describe("Share of the groups that are moved at random before a restart from the best plan."),
});
type Options = z.infer<typeof options>;

export const hillClimb: PlannerModule<Options> = {
  kind: "planner",
  card: {
    id: "hill-climb",
    name: "Hill climbing",
    summary:
      "Moves one group at a time while that helps. Restarts alternate between the best plan with some groups moved and a random plan.",
    searchSpace: "device per group",
    paper:
      "Tarnawski et al.: Efficient Algorithms for Device Placement of DNN Graph Operators. NeurIPS 2020 (baseline)",
    limits:
      "Restarts until the budget ends: give it one. The source makes the steepest move (improvement=steepest).",
  },
  traits: { answers: "placement", objectives: "any", effort: "endless", random: true },
  options,
  create: ({ pool, start, improvement, kick }) => ({
    async *plan(scenario, evaluator, rng) {
      const choices = choicesOf(scenario, pool);
      const first = startPlan(start, choices, evaluator, rng);
      yield first.plan;
      const moves = movesOf(choices);
      if (moves.length === 0) return undefined;

      const climbFrom = improvement === "first" ? firstImprovement : steepest;
      let best = { groupDevice: first.groupDevice, cost: first.cost };
      const working = workingPlan(choices, best.groupDevice);
      let cost = best.cost;
      for (let climb = 0; ; climb++) {
        for await (const improved of climbFrom(working, cost, moves, evaluator, rng)) {
          if (improved >= best.cost) continue;
          best = { groupDevice: working.groupDevice.slice(), cost: improved };
          yield working.snapshot();
        }
        working.reset(climb % 2 === 0 ? shaken(choices, best.groupDevice, kick, rng) : drawn(choices, rng));
        cost = evaluator.evaluate(working.plan).cost;
        if (cost >= best.cost) continue;
        best = { groupDevice: working.groupDevice.slice(), cost };
        yield working.snapshot();
      }
    },
  }),
};

/** As `firstImprovement`, but makes the best of all moves each time, the first of equal ones. */
async function* steepest(
  working: WorkingPlan,
  startCost: number,
  moves: readonly Move[],
  evaluator: MeteredEvaluator,
): AsyncGenerator<number, void> {
  const yieldNow = yieldEvery(256);
  let cost = startCost;
  for (;;) {
    let best: Move | null = null;
    let bestCost = cost;
    for (const move of moves) {
      if (working.groupDevice[move.group] === move.device) continue;
      await yieldNow();
      const next = evaluator.around(working.plan)!.move(move.group, move.device).cost;
      if (next >= bestCost) continue;
      best = move;
      bestCost = next;
    }
    if (best === null) return;
    working.apply(best.group, best.device);
    cost = bestCost;
    yield cost;
  }
}

/** A copy with a share of the groups, at least one, drawn again. */
function shaken({ legal }: Choices, groupDevice: Int32Array, share: number, rng: Rng): Int32Array {
  const copy = groupDevice.slice();
  const moved = Math.max(1, Math.round(share * copy.length));
  for (let i = 0; i < moved; i++) {
    const group = rng.int(copy.length);
    copy[group] = legal[group][rng.int(legal[group].length)];
  }
  return copy;
}
