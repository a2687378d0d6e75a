/** All single moves of a plan, counted. Tells what is known after each, so a caller can stop. */
import { evaluator } from "../../../../env/sim/objectives/evaluator.ts";
import {
  betterMove,
  type Move,
  singleMoveCount,
  singleMoves,
} from "../../../../env/sim/timeline/explain/best-move.ts";
import type { ScoredPlan } from "../../../../env/sim/timeline/scored-plan.ts";
import type { MoveSearch } from "../../../reports/plans/explain-report.ts";

export const NO_MOVES: MoveSearch = { best: null, tried: 0, helping: 0, stuck: 0, complete: false };

/** Nothing where the plan has no moves. */
export function* triedMoves({ scenario, plan, outcome }: ScoredPlan): Generator<MoveSearch, void> {
  const total = singleMoveCount(scenario, plan);
  let best: Move | null = null;
  let [tried, helping, stuck] = [0, 0, 0];
  for (const move of singleMoves(evaluator(scenario), plan)) {
    best = betterMove(best, move);
    tried++;
    if (move.outcome === null) stuck++;
    else if (move.outcome.cost < outcome.cost) helping++;
    const helps = best !== null && best.outcome.cost < outcome.cost;
    yield { best: helps ? best : null, tried, helping, stuck, complete: tried === total };
  }
}
