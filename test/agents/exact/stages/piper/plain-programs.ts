/**
 * Slow obvious twins of Piper's planner, for a few layers. `plainProgram` is the recurrence of the
 * released planner over all down-sets, devices k and sums of replicas s, both at most. `everyPlan`
 * tries all sequences of stages, degrees, replicas and choices by the evaluator of plans alone.
 */
import type { Knapsack } from "../../../../../agents/exact/stages/piper/knapsack.ts";
import { stageCost } from "../../../../../agents/exact/stages/piper/plan-cost.ts";
import { choicesAt, type PiperProblem } from "../../../../../agents/exact/stages/piper/problem.ts";
import { itemsOf } from "../../../../../agents/exact/stages/piper/stage-items.ts";

/** Least time, infinite where nothing fits. */
export function plainProgram(problem: PiperProblem, knapsack: Knapsack): number {
  const { devices, microBatches, degrees, replicas } = problem;
  const most = Math.min(devices, microBatches);
  const sets = downSetMasks(problem);
  const value = new Map<string, number>();
  const at = (set: number, k: number, s: number) => (set === 0 ? 0 : value.get(`${set} ${k} ${s}`)!);
  for (const set of sets.filter((mask) => mask > 0))
    for (let k = 0; k <= devices; k++)
      for (let s = 0; s <= most; s++) {
        let best = s === 0 ? Number.POSITIVE_INFINITY : at(set, k, s - 1);
        for (const below of sets.filter((mask) => mask !== set && (mask & ~set) === 0)) {
          const layers = membersOf(set & ~below);
          for (const [i, t] of degrees.entries())
            for (const d of replicas) {
              if (d * t > k || d > s || !hasChoices(problem, layers, i)) continue;
              const time = knapsack.solve(itemsOf(problem, layers, t, d), Math.ceil(s / d));
              best = Math.min(best, Math.max(at(below, k - d * t, s - d), time));
            }
        }
        value.set(`${set} ${k} ${s}`, best);
      }
  return at(2 ** problem.count - 1, devices, most);
}

/** Least time of all plans that fit, infinite where none does. */
export function everyPlan(problem: PiperProblem): number {
  const { devices, microBatches, degrees, replicas } = problem;
  const sets = downSetMasks(problem);
  const full = 2 ** problem.count - 1;
  const known = new Map<string, number>();
  const stageTime = (mask: number, t: number, d: number, inFlight: number): number => {
    const key = `${mask} ${t} ${d} ${inFlight}`;
    const time = known.get(key) ?? bestStage(problem, membersOf(mask), t, d, inFlight);
    known.set(key, time);
    return time;
  };
  const from = (placed: number, used: number, suffix: number): number => {
    if (placed === full) return 0;
    let best = Number.POSITIVE_INFINITY;
    for (const set of sets.filter((mask) => mask !== placed && (placed & ~mask) === 0))
      for (const t of degrees)
        for (const d of replicas) {
          if (used + d * t > devices || suffix + d > microBatches) continue;
          const time = stageTime(set & ~placed, t, d, Math.ceil((suffix + d) / d));
          if (time < best) best = Math.min(best, Math.max(time, from(set, used + d * t, suffix + d)));
        }
    return best;
  };
  return from(0, 0, 0);
}

/** All combinations of choices. */
function bestStage(
  problem: PiperProblem,
  layers: readonly number[],
  degree: number,
  replicas: number,
  inFlight: number,
): number {
  let best = Number.POSITIVE_INFINITY;
  const choices: number[] = [];
  const choose = (i: number): void => {
    if (i === layers.length) {
      const { time, bytes } = stageCost(problem, { layers, replicas, degree, choices }, inFlight);
      if (bytes <= problem.memoryBytes) best = Math.min(best, time);
      return;
    }
    const [start, end] = choicesAt(problem, problem.degrees.indexOf(degree), layers[i]);
    for (let c = start; c < end; c++) {
      choices[i] = problem.numberOf[c];
      choose(i + 1);
    }
  };
  choose(0);
  return best;
}

/** Sets closed under successors, as bit masks, ascending: subsets come first. */
export function downSetMasks({ count, successors }: PiperProblem): number[] {
  return Array.from({ length: 2 ** count }, (_, mask) => mask).filter((mask) =>
    membersOf(mask).every((v) => successors[v].every((w) => (mask >> w) & 1)),
  );
}

const membersOf = (mask: number): number[] =>
  Array.from({ length: 32 }, (_, v) => v).filter((v) => (mask >> v) & 1);

const hasChoices = (problem: PiperProblem, layers: readonly number[], degree: number): boolean =>
  layers.every((layer) => {
    const [from, to] = choicesAt(problem, degree, layer);
    return to > from;
  });
