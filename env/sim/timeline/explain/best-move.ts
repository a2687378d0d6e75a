/**
 * Every plan that is one move away from a plan: one group on another device that may run it. This
 * is the plain neighbourhood of local search. Here it tells which single change helps most.
 */
import { allowedDevices } from "../../../model/cluster/allowed-devices.ts";
import { OrderDeadlock } from "../../../model/errors.ts";
import { asPlacement, type Plan } from "../../../model/plan/plan.ts";
import type { Scenario } from "../../../model/scenario.ts";
import type { Evaluator, Outcome } from "../../evaluator/contract.ts";

export interface Move {
  readonly group: number;
  readonly from: number;
  readonly to: number;
  readonly outcome: Outcome;
}

/** `outcome` is null where the plan's order of ops would wait for itself after the move. */
export interface TriedMove extends Omit<Move, "outcome"> {
  readonly outcome: Outcome | null;
}

/**
 * How many moves `singleMoves` tries: pairs of a group and a device that may run it and does not
 * yet run all of it.
 */
export function singleMoveCount(scenario: Scenario, plan: Plan): number {
  return candidates(scenario, plan).length;
}

/**
 * Evaluates the moves group by group, one for each step, so that the caller can report progress or
 * stop.
 */
export function* singleMoves(evaluator: Evaluator, plan: Plan): Generator<TriedMove> {
  for (const { group, from, to } of candidates(evaluator.scenario, plan))
    yield { group, from, to, outcome: outcomeOf(evaluator, plan, group, to) };
}

function outcomeOf(evaluator: Evaluator, plan: Plan, group: number, to: number): Outcome | null {
  try {
    return evaluator.around(plan)!.move(group, to);
  } catch (error) {
    if (error instanceof OrderDeadlock) return null;
    throw error;
  }
}

/** The better of two moves by cost; the first of equal ones, and never one without an outcome. */
export function betterMove(best: Move | null, next: TriedMove): Move | null {
  const { outcome } = next;
  if (outcome === null || (best !== null && outcome.cost >= best.outcome.cost)) return best;
  return { ...next, outcome };
}

function candidates(scenario: Scenario, plan: Plan): Omit<Move, "outcome">[] {
  const { device } = asPlacement(plan);
  const { grouping, cluster } = scenario;
  const { groupCount, memberStart, members } = grouping;
  const deviceCount = cluster.devices.length;
  const allowed = allowedDevices(scenario);
  const moves: Omit<Move, "outcome">[] = [];
  for (let group = 0; group < groupCount; group++) {
    const ops = members.subarray(memberStart[group], memberStart[group + 1]);
    const from = ops.every((v) => device[v] === device[ops[0]]) ? device[ops[0]] : -1;
    for (let to = 0; to < deviceCount; to++)
      if (to !== from && allowed[group * deviceCount + to] === 1) moves.push({ group, from, to });
  }
  return moves;
}
