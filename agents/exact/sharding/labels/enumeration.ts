/**
 * The optimum of a label problem by trying all labelings, and how many reach it. It finishes what a
 * reduction leaves, and it is the slow twin of the other solvers.
 */
import { costOf, type LabelProblem } from "./problem.ts";

export interface Enumeration {
  /** The first optimum in order of the labels; null where every labeling is forbidden. */
  readonly labels: Int32Array | null;
  readonly cost: number;
  /** Labelings of exactly that cost, as `costOf` adds it up. */
  readonly optima: number;
}

export const labelings = ({ nodes }: LabelProblem): number =>
  nodes.reduce((product, { length }) => product * length, 1);

/** Pre: few labelings; their number is the time. */
export function enumerateLabels(problem: LabelProblem): Enumeration {
  let [best, optima] = [Number.POSITIVE_INFINITY, 0];
  let first: Int32Array | null = null;
  for (const labels of everyLabeling(problem)) {
    const cost = costOf(problem, labels);
    if (cost > best || cost === Number.POSITIVE_INFINITY) continue;
    if (cost < best) [best, optima, first] = [cost, 0, Int32Array.from(labels)];
    optima++;
  }
  return { labels: first, cost: best, optima };
}

/** The same array each time, the last node's label fastest. */
export function* everyLabeling({ nodes }: LabelProblem): Generator<Int32Array> {
  const labels = new Int32Array(nodes.length);
  while (true) {
    yield labels;
    let node = nodes.length - 1;
    while (node >= 0 && ++labels[node] === nodes[node].length) labels[node--] = 0;
    if (node < 0) return;
  }
}
