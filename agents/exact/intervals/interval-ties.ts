/**
 * Which of the plans of one price PipeDream's interval program returns. A choice gives the stages
 * of the states after one up to another on all machines of a level.
 *
 * - `firstCuts`, as the published program, from the last stage to the first. It makes no cut where
 *   that is as good, else the first cut in the order of states, with the fewest replicas.
 * - `evenCuts`: of all divisions into stages within the best time, the one with the least sum of
 *   squares of the times of all machines.
 */
import { firstUs, type LevelCosts, lastUs, START, transferUs } from "./interval-costs.ts";
import type { Row } from "./interval-row.ts";
import { isBefore } from "./interval-states.ts";

export interface Range {
  readonly from: number;
  readonly to: number;
  readonly replicas: number;
  /** Time for one minibatch, shared by its replicas. */
  readonly timeUs: number;
}

/** Values this close, relative to each other, differ by rounding only. */
const ROUNDING = 1e-11;

const within = (row: Row, at: number): number => row[at] * (1 + ROUNDING);

export function firstCuts(
  costs: LevelCosts,
  preferred: ReadonlySet<number>,
  row: Row,
  after: number,
  upTo: number,
): Range[] {
  const { states, machines, mostReplicas } = costs;
  const { count } = states;
  const favoured = [...preferred].sort((a, b) => b - a);
  const ranges: Range[] = [];
  let m = machines;
  let to = upTo;
  const cutBefore = (): Range | null => {
    const limit = within(row, m * count + to);
    const stageAfter = (k: number): Range | null => {
      if (k <= after || k >= to || !isBefore(states, k, to)) return null;
      for (let r = 1; r <= Math.min(mostReplicas, m - 1); r++) {
        const timeUs = lastUs(costs, k, to, r);
        if (Math.max(row[(m - r) * count + k], timeUs, transferUs(costs, k, to, r)) <= limit)
          return { from: k, to, replicas: r, timeUs };
      }
      return null;
    };
    for (const k of favoured) {
      const found = stageAfter(k);
      if (found !== null) return found;
    }
    for (let k = after + 1; k < to; k++) {
      const found = stageAfter(k);
      if (found !== null) return found;
    }
    return null;
  };
  for (;;) {
    const whole = m <= mostReplicas ? firstUs(costs, after, to, m) : Number.POSITIVE_INFINITY;
    const range = whole <= within(row, m * count + to) ? null : cutBefore();
    if (range === null) return [{ from: after, to, replicas: m, timeUs: whole }, ...ranges];
    ranges.unshift(range);
    m -= range.replicas;
    to = range.from;
  }
}

export function evenCuts(costs: LevelCosts, row: Row, after: number, upTo: number): Range[] {
  const { states, machines, mostReplicas } = costs;
  const { count } = states;
  const limit = within(row, machines * count + upTo);
  const least = new Float64Array((machines + 1) * count).fill(Number.POSITIVE_INFINITY);
  const cutOf = new Int32Array(least.length).fill(START);
  const replicas = new Int32Array(least.length);
  const inside: number[] = [];
  for (let j = after + 1; j <= upTo; j++) {
    if (j !== upTo && !isBefore(states, j, upTo)) continue;
    if (after !== START && !isBefore(states, after, j)) continue;
    const offer = (m: number, r: number, sum: number, k: number): void => {
      if (sum >= least[m * count + j]) return;
      least[m * count + j] = sum;
      cutOf[m * count + j] = k;
      replicas[m * count + j] = r;
    };
    for (let m = 1; m <= mostReplicas; m++) {
      const timeUs = firstUs(costs, after, j, m);
      if (timeUs <= limit) offer(m, m, m * timeUs * timeUs, START);
    }
    for (const k of inside) {
      if (!isBefore(states, k, j)) continue;
      for (let r = 1; r <= Math.min(mostReplicas, machines - 1); r++) {
        const timeUs = lastUs(costs, k, j, r);
        if (timeUs > limit || transferUs(costs, k, j, r) > limit) continue;
        for (let m = r + 1; m <= machines; m++)
          offer(m, r, least[(m - r) * count + k] + r * timeUs * timeUs, k);
      }
    }
    inside.push(j);
  }
  const ranges: Range[] = [];
  for (let to = upTo, m = machines; to !== START; ) {
    const cut = cutOf[m * count + to];
    const r = replicas[m * count + to];
    const timeUs = cut === START ? firstUs(costs, after, to, r) : lastUs(costs, cut, to, r);
    ranges.unshift({ from: cut === START ? after : cut, to, replicas: r, timeUs });
    m -= r;
    to = cut;
  }
  return ranges;
}
