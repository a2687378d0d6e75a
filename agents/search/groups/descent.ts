/**
 * Descent to a local optimum of single group moves. Moves are tried in a random order that stays
 * the same, and each improvement is made. The descent ends when as many moves in a row have failed
 * as there are. Each move tried costs one incremental evaluation.
 */

import type { Rng } from "../../../env/model/rng.ts";
import type { MeteredEvaluator } from "../../../env/sim/evaluator/meter.ts";
import { yieldEvery } from "../../event-loop.ts";
import type { Choices } from "../../problems/choices.ts";
import type { WorkingPlan } from "./working-plan.ts";

export interface Move {
  readonly group: number;
  readonly device: number;
}

/** Every group that has a choice on each of its devices. */
export function movesOf({ legal }: Choices): Move[] {
  return legal.flatMap((devices, group) =>
    devices.length < 2 ? [] : Array.from(devices, (device) => ({ group, device })),
  );
}

/** Moves `working` to a local optimum; yields the cost after every improvement. */
export async function* firstImprovement(
  working: WorkingPlan,
  startCost: number,
  moves: Move[],
  evaluator: MeteredEvaluator,
  rng: Rng,
): AsyncGenerator<number, void> {
  const yieldNow = yieldEvery(256);
  // One order for the whole climb: as many failures in a row as there are moves is then one full
  // pass.
  rng.shuffle(moves);
  let cost = startCost;
  let failures = 0;
  for (let i = 0; failures < moves.length; i = (i + 1) % moves.length) {
    const { group, device } = moves[i];
    failures++;
    if (working.groupDevice[group] === device) continue;
    await yieldNow();
    const next = evaluator.around(working.plan)!.move(group, device).cost;
    if (next >= cost) continue;
    working.apply(group, device);
    cost = next;
    failures = 0;
    yield cost;
  }
}
