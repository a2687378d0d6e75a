/**
 * The least threshold that every stage of a hybrid pipeline can keep to, by bisection. Under a
 * threshold a dynamic program asks how few stages each suffix of the chain takes, for each place
 * where its devices may begin. Fewer stages leave more memory to the stages before, so that the
 * answer is exact.
 *
 * Each question takes (layers^2 / 2) x devices x (options of a range) steps.
 */
import { type OptionView, rowOf, type StageOptions, stageOptions, stagesAlong, viewOf } from "./options.ts";
import type { ChosenStage, HybridPlan, StageProblem } from "./problem.ts";

const NONE = 0x7fffffff;

/** The plan with the least bottleneck, null where nothing fits. */
export function leastBottleneck(problem: StageProblem): HybridPlan | null {
  const options = stageOptions(problem);
  const values = options.period.map((period, o) => Math.max(period, options.sync[o] / options.microBatches));
  return leastThreshold(options, values);
}

/**
 * The least number that all stages of some plan keep their values below or at, and such a plan.
 *
 * @param values one for each option
 */
export function leastThreshold(options: StageOptions, values: Float64Array): HybridPlan | null {
  const candidates = distinct(values);
  let best: HybridPlan | null = null;
  let [low, high] = [0, candidates.length - 1];
  // The last candidate is asked first: nothing fits where it has no plan.
  for (let at = high; low <= high; at = (low + high) >> 1) {
    const stages = stagesWithin(viewOf(options, (o) => values[o] <= candidates[at]));
    if (stages === null) low = at + 1;
    else {
      best = { value: candidates[at], stages };
      high = at - 1;
    }
  }
  return best;
}

/** Ascending, each number once. */
export function distinct(values: Float64Array): Float64Array {
  const sorted = values.slice().sort();
  return sorted.filter((value, i) => i === 0 || value !== sorted[i - 1]);
}

/** Stages of the options, null where no plan has only such. */
function stagesWithin(all: OptionView): ChosenStage[] | null {
  const { of, start: rowStart, list } = all.of.classes === 1 ? smallest(all) : all;
  const { layers, devices, placeClass, replicas, deepest } = of;
  const fewest = new Int32Array((layers + 1) * (devices + 1)).fill(NONE);
  const chosen = new Int32Array(fewest.length);
  fewest.fill(0, layers * (devices + 1));
  for (let first = layers - 1; first >= 0; first--)
    for (let start = 0; start < devices; start++) {
      const state = first * (devices + 1) + start;
      for (let end = layers; end > first; end--) {
        const row = rowOf(of, first, end, placeClass[start]);
        const states = end * (devices + 1) + start;
        for (let i = rowStart[row]; i < rowStart[row + 1]; i++) {
          const o = list[i];
          if (start + replicas[o] > devices) break;
          const after = fewest[states + replicas[o]];
          if (after >= fewest[state] - 1 || after + 1 > deepest[o]) continue;
          fewest[state] = after + 1;
          chosen[state] = o;
        }
      }
    }
  return fewest[0] === NONE ? null : stagesAlong(of, chosen);
}

/**
 * Where places do not matter, unused devices harm nothing. Then of two options of a row the one
 * with more replicas counts only where it also fits deeper.
 */
function smallest({ of, start, list }: OptionView): OptionView {
  const useful = new Uint8Array(of.deepest.length);
  for (let row = 0; row + 1 < start.length; row++) {
    let reached = 0;
    for (let i = start[row]; i < start[row + 1]; i++) {
      const o = list[i];
      if (of.deepest[o] <= reached) continue;
      reached = of.deepest[o];
      useful[o] = 1;
    }
  }
  return viewOf(of, (o) => useful[o] === 1);
}
