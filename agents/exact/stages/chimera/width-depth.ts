/**
 * Chimera's choice of width W, depth D and micro-batch (Li and Hoefler, SC 2021): D stages on D
 * workers, run in both directions by f pairs of pipelines, in W groups of workers. For each even D,
 * a multiple of 2f, the largest micro-batch that fits the memory is taken. The performance model
 * (critical-path.ts) chooses among the depths. `best` tries every micro-batch instead.
 *
 * A worker holds 2f stages with all their weights. Where no micro-batch fits, activations are
 * computed again: a worker then keeps stage inputs, and one micro-batch whole.
 *
 * Micro-batches smaller than asked for by memory are taken until a group has D of them, where the
 * batch has so many. With fewer, workers have nothing to do.
 */
import { chimera } from "../../../../env/model/schedule/chimera/chimera.ts";
import { chimeraStages } from "../../../../env/model/schedule/chimera/layout.ts";
import { criticalPath, peakKeptBytes } from "./critical-path.ts";

/** What the stages of one depth cost for one micro-batch. */
export interface ChimeraStageCosts {
  readonly forwardUs: readonly number[];
  readonly backwardUs: readonly number[];
  readonly transferUs: number;
  readonly keptBytes: readonly number[];
  readonly inputBytes: readonly number[];
  /** Weights, gradients and the state of the optimizer. */
  readonly stateBytes: readonly number[];
  readonly allReduceUs: readonly number[];
}

export interface ChimeraQuestion {
  readonly workers: number;
  readonly layers: number;
  /** f. */
  readonly pairs: number;
  readonly memoryBytes: number;
  /** Micro-batches of the whole batch to choose from, ascending. */
  readonly microBatches: readonly number[];
  readonly microBatch: "largest" | "best";
  readonly mode: "paper" | "code";
  costs(depth: number, microBatches: number, replicas: number): ChimeraStageCosts;
}

export interface ChimeraPlan {
  readonly width: number;
  readonly depth: number;
  readonly microBatches: number;
  readonly recompute: boolean;
  readonly timeUs: number;
}

/** Null where nothing fits, or there are too few workers or layers. */
export function chimeraPlan(question: ChimeraQuestion): ChimeraPlan | null {
  const { workers, layers, pairs } = question;
  let best: ChimeraPlan | null = null;
  for (let depth = 2 * pairs; depth <= Math.min(workers, layers); depth += 2 * pairs) {
    const width = Math.floor(workers / depth);
    // Depths that leave workers idle count only where the greatest depth does, too.
    if (workers % depth !== 0 && depth + 2 * pairs <= Math.min(workers, layers)) continue;
    for (const plan of plansOfDepth(question, width, depth))
      if (best === null || plan.timeUs < best.timeUs) best = plan;
  }
  return best;
}

/** Without recomputation where some micro-batch fits. */
function plansOfDepth(question: ChimeraQuestion, width: number, depth: number): ChimeraPlan[] {
  const dealt = question.microBatches.filter((count) => count % width === 0);
  const filling = dealt.filter((count) => count >= width * depth);
  const counts = filling.length > 0 ? filling : dealt.slice(-1);
  for (const recompute of [false, true]) {
    const plans: ChimeraPlan[] = [];
    for (const microBatches of counts) {
      const timeUs = timeOf(question, { width, depth, microBatches, recompute });
      if (timeUs === null) continue;
      plans.push({ width, depth, microBatches, recompute, timeUs });
      if (question.microBatch === "largest") break;
    }
    if (plans.length > 0) return plans;
  }
  return [];
}

/** Null where a worker has too little memory. */
function timeOf(
  question: ChimeraQuestion,
  { width, depth, microBatches, recompute }: Omit<ChimeraPlan, "timeUs">,
): number | null {
  const { pairs, memoryBytes, mode } = question;
  const workers = Array.from({ length: depth }, (_, worker) => worker);
  const stages = chimeraStages(workers, pairs);
  const shape = { deviceCount: depth, stages, microBatches: microBatches / width, iterations: 1 };
  const schedule = chimera.make(shape, { pairs, concat: "direct", mode });
  const costs = question.costs(depth, microBatches, 2 * pairs * width);
  const kept = peakKeptBytes(schedule, recompute ? costs.inputBytes : costs.keptBytes);
  const again = recompute ? Math.max(...costs.keptBytes) : 0;
  for (const worker of workers) {
    const own = workers.filter((s) => stages[s].devices.includes(worker));
    const stateBytes = own.reduce((sum, s) => sum + costs.stateBytes[s], 0);
    if (stateBytes + kept[worker] + again > memoryBytes) return null;
  }
  const forwardUs = Math.max(...costs.forwardUs);
  return criticalPath(schedule, {
    forwardUs,
    backwardUs: Math.max(...costs.backwardUs.map((us, s) => us + (recompute ? costs.forwardUs[s] : 0))),
    transferUs: costs.transferUs,
    allReduceUs: costs.allReduceUs,
  }).timeUs;
}
