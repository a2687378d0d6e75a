/**
 * The baseline of Piper's paper ("equi", like PipeDream-2BW; msr-fiddle/piper). Stages have as
 * equal numbers of repeated layers as possible, the last ones one more. All have the same replicas,
 * degree and recomputation. What is in front of the repeated layers goes to the first stage, what
 * is behind to the last one. Or each goes to a stage of its own.
 *
 * Without repeated layers all layers are cut so, in a depth-first topological order.
 */
import { type PiperStage, planCost } from "./plan-cost.ts";
import type { PiperPlan } from "./planner.ts";
import { choicesAt, type PiperProblem } from "./problem.ts";

/** Null where no equal split fits. @param repeated layers of one kind; empty for none */
export function equalSplit(problem: PiperProblem, repeated: ReadonlySet<number>): PiperPlan | null {
  const order = depthFirstOrder(problem);
  const { head, middle, tail } = partsOf(problem, order, repeated);
  const { devices, microBatches, replicas, degrees } = problem;
  let best: PiperPlan | null = null;
  for (const own of repeated.size > 0 ? [0, 1] : [0]) {
    const most = repeated.size > 0 ? Math.min(devices, repeated.size + 2 * own) : devices;
    for (let count = 1 + 2 * own; count <= most; count++) {
      const parts = equalParts(middle, count - 2 * own);
      const layers = own === 1 ? [head, ...parts, tail] : joined(head, parts, tail);
      for (const d of replicas) {
        if (count * d > Math.min(devices, microBatches)) break;
        for (const degree of degrees) {
          if (count * d * degree > devices) break;
          for (const recomputes of [0, 1]) {
            const stages = layers.map((own) => stageOf(problem, own, { d, degree, recomputes }));
            if (stages.includes(null)) continue;
            const { time, fits } = planCost(problem, stages as PiperStage[]);
            if (fits && (best === null || time < best.time)) best = { time, stages: stages as PiperStage[] };
          }
        }
      }
    }
  }
  return best;
}

/** Null where some layer has no such choice. */
function stageOf(
  problem: PiperProblem,
  layers: readonly number[],
  { d, degree, recomputes }: { readonly d: number; readonly degree: number; readonly recomputes: number },
): PiperStage | null {
  const choices = layers.map((layer) => {
    const [from, to] = choicesAt(problem, problem.degrees.indexOf(degree), layer);
    const at = problem.recomputes.subarray(from, to).indexOf(recomputes);
    return at === -1 ? -1 : problem.numberOf[from + at];
  });
  return choices.includes(-1) ? null : { layers, replicas: d, degree, choices };
}

/** Of the layers that are not repeated, those that lead to a repeated one are the head. */
function partsOf({ predecessors }: PiperProblem, order: readonly number[], repeated: ReadonlySet<number>) {
  if (repeated.size === 0) return { head: [], middle: order, tail: [] };
  const leads = new Set<number>();
  for (const v of [...order].reverse())
    if (repeated.has(v) || leads.has(v)) for (const u of predecessors[v]) leads.add(u);
  const others = order.filter((v) => !repeated.has(v));
  return {
    head: others.filter((v) => leads.has(v)),
    middle: order.filter((v) => repeated.has(v)),
    tail: others.filter((v) => !leads.has(v)),
  };
}

/** The last ones are longer where the number of layers does not divide. */
function equalParts(layers: readonly number[], parts: number): number[][] {
  const length = Math.floor(layers.length / parts);
  const shorter = parts - (layers.length % parts);
  let from = 0;
  return Array.from({ length: parts }, (_, part) => {
    const to = from + length + Number(part >= shorter);
    const own = layers.slice(from, to);
    from = to;
    return own;
  });
}

function joined(head: readonly number[], parts: readonly number[][], tail: readonly number[]): number[][] {
  const stages = parts.map((own) => [...own]);
  stages[0] = [...head, ...stages[0]];
  stages[stages.length - 1].push(...tail);
  return stages;
}

/** The layer that became ready last comes next. */
function depthFirstOrder({ successors, predecessors }: PiperProblem): number[] {
  const waiting = predecessors.map((list) => list.length);
  const ready = waiting.flatMap((count, v) => (count === 0 ? [v] : []));
  const order: number[] = [];
  while (ready.length > 0) {
    const v = ready.pop()!;
    order.push(v);
    for (const w of successors[v]) if (--waiting[w] === 0) ready.push(w);
  }
  return order;
}
