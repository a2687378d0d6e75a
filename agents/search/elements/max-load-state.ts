/**
 * The loads of an assignment under search, kept up to date in O(degree) for each element that
 * moves. The formula is that of env/sim/objectives/max-load.ts in the terms of `SplitProblem`: a
 * device that pays for transfers pays a net exactly where it holds some of the net's elements but
 * not all, so it is enough to count the elements of each net on each device.
 *
 * The energy is the 16-norm of the loads, smooth where their maximum is flat. Loads are sums that
 * are added to and taken from; `reset` makes them afresh, and whoever needs the last digit asks the
 * evaluator. A move is a private pass over its share of the elements, counted whenever the shares
 * make a whole.
 */

import type { PassCounter } from "../../../env/sim/evaluator/budget.ts";
import { deviceTimes } from "../../problems/element-times.ts";
import type { SplitProblem } from "../../problems/split-problem.ts";
import type { AssignmentState } from "./assignment-state.ts";

export interface MaxLoadState extends AssignmentState {
  /** Shape [deviceCount]. */
  readonly loadUs: Float64Array;
}

export function createMaxLoadState(problem: SplitProblem, passes: PassCounter): MaxLoadState {
  const { elements, memoryBytes, nets } = problem;
  const { pinStart, pins, elementStart, ofElement, transferUs } = nets;
  const { deviceCount, timeUs, limitBytes, pays } = deviceTimes(problem);
  const deviceOf = new Int32Array(elements.count);
  const loadUs = new Float64Array(deviceCount);
  const heldBytes = new Float64Array(deviceCount);
  /** Elements of each net on each device, shape [nets x deviceCount]. */
  const held = new Int32Array(nets.count * deviceCount);

  let moves = 0;
  const countMoves = (): void => {
    const share = moves / elements.count;
    moves = 0;
    passes.pass(share);
  };

  const move = (v: number, to: number): void => {
    const from = deviceOf[v];
    if (from === to) return;
    if (++moves === elements.count) countMoves();
    let fromUs = -timeUs[v * deviceCount + from];
    let toUs = timeUs[v * deviceCount + to];
    for (let i = elementStart[v]; i < elementStart[v + 1]; i++) {
      const h = ofElement[i];
      const size = pinStart[h + 1] - pinStart[h];
      const left = --held[h * deviceCount + from];
      const got = ++held[h * deviceCount + to];
      if (pays[from] === 1) {
        if (left + 1 === size) fromUs += transferUs[h];
        if (left === 0) fromUs -= transferUs[h];
      }
      if (pays[to] === 1) {
        if (got === 1) toUs += transferUs[h];
        if (got === size) toUs -= transferUs[h];
      }
    }
    deviceOf[v] = to;
    loadUs[from] += fromUs;
    loadUs[to] += toUs;
    heldBytes[from] -= memoryBytes[v];
    heldBytes[to] += memoryBytes[v];
  };

  let valueUs = 0;
  const markedUs = new Float64Array(deviceCount);
  const markedBytes = new Float64Array(deviceCount);

  return {
    problem,
    deviceCount,
    deviceOf,
    simulationsPerProposal: 2 / elements.count,
    loadUs,
    get valueUs() {
      return valueUs;
    },
    reset(given) {
      countMoves();
      passes.pass();
      deviceOf.set(given);
      loadUs.fill(0);
      heldBytes.fill(0);
      held.fill(0);
      for (let v = 0; v < elements.count; v++) {
        loadUs[deviceOf[v]] += timeUs[v * deviceCount + deviceOf[v]];
        heldBytes[deviceOf[v]] += memoryBytes[v];
      }
      for (let h = 0; h < nets.count; h++) {
        for (let i = pinStart[h]; i < pinStart[h + 1]; i++) held[h * deviceCount + deviceOf[pins[i]]]++;
        for (let d = 0; d < deviceCount; d++) {
          const count = held[h * deviceCount + d];
          if (pays[d] === 1 && count > 0 && count < pinStart[h + 1] - pinStart[h]) loadUs[d] += transferUs[h];
        }
      }
    },
    fits: (v, d) =>
      timeUs[v * deviceCount + d] !== Number.POSITIVE_INFINITY &&
      heldBytes[d] + memoryBytes[v] <= limitBytes[d],
    fitsWithout: (v, d, leaving) =>
      timeUs[v * deviceCount + d] !== Number.POSITIVE_INFINITY &&
      heldBytes[d] - memoryBytes[leaving] + memoryBytes[v] <= limitBytes[d],
    move,
    energy() {
      valueUs = 0;
      for (let d = 0; d < deviceCount; d++) if (loadUs[d] > valueUs) valueUs = loadUs[d];
      return normOf(loadUs, valueUs);
    },
    mark() {
      markedUs.set(loadUs);
      markedBytes.set(heldBytes);
    },
    rewind() {
      loadUs.set(markedUs);
      heldBytes.set(markedBytes);
    },
  };
}

/** The 16-norm, scaled by the largest so that no power overflows. */
function normOf(loadUs: Float64Array, largestUs: number): number {
  if (largestUs === 0) return 0;
  let sum = 0;
  for (let d = 0; d < loadUs.length; d++) {
    let power = loadUs[d] / largestUs;
    power *= power;
    power *= power;
    power *= power;
    power *= power;
    sum += power;
  }
  return largestUs * Math.sqrt(Math.sqrt(Math.sqrt(Math.sqrt(sum))));
}
