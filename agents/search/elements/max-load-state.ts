/**
 * The loads of an assignment under search, kept up to date in O(degree) per moved element. The
 * formula is that of env/sim/objectives/max-load.ts in the terms of `SplitProblem`. A device that
 * pays for transfers pays a net exactly if it holds some of the net's elements but not all. So it
 * is enough to count the elements of each net on each device.
 *
 * The energy is the 16-norm of the loads: it falls smoothly where their maximum is flat. Loads are
 * sums that are added to and subtracted from. `reset` computes them from nothing; a caller that
 * needs the last digit asks the evaluator.
 *
 * A move counts as its share of a private pass over all elements. The shares are counted when they
 * make a whole pass.
 */

import type { PassCounter } from "../../../env/sim/evaluator/budget.ts";
import { deviceTimes } from "../../problems/split/element-times.ts";
import type { Nets, SplitProblem } from "../../problems/split/split-problem.ts";
import type { AssignmentState } from "./assignment-state.ts";
import { DeviceMemory } from "./device-memory.ts";

export class MaxLoadState implements AssignmentState {
  readonly problem: SplitProblem;
  readonly deviceCount: number;
  readonly deviceOf: Int32Array;
  readonly simulationsPerProposal: number;
  valueUs = 0;
  /** Shape [deviceCount]. */
  readonly loadUs: Float64Array;
  private readonly markedUs: Float64Array;
  private readonly memory: DeviceMemory;
  private readonly nets: Nets;
  private readonly timeUs: Float64Array;
  private readonly pays: Uint8Array;
  /** Elements of each net on each device, shape [nets x deviceCount]. */
  private readonly held: Int32Array;
  private readonly passes: PassCounter;
  /** Moves that are not yet counted as passes. */
  private moves = 0;

  constructor(problem: SplitProblem, passes: PassCounter, movesPerProposal: number) {
    const times = deviceTimes(problem);
    this.problem = problem;
    this.passes = passes;
    this.simulationsPerProposal = movesPerProposal / problem.elements.count;
    this.deviceCount = times.deviceCount;
    this.deviceOf = new Int32Array(problem.elements.count);
    this.loadUs = new Float64Array(times.deviceCount);
    this.markedUs = new Float64Array(times.deviceCount);
    this.memory = new DeviceMemory(problem, times);
    this.nets = problem.nets;
    this.timeUs = times.timeUs;
    this.pays = times.pays;
    this.held = new Int32Array(problem.nets.count * times.deviceCount);
  }

  reset(given: ArrayLike<number>): void {
    this.countMoves();
    this.passes.pass();
    const { deviceOf, deviceCount, loadUs, timeUs, memory } = this;
    deviceOf.set(given);
    loadUs.fill(0);
    memory.clear();
    for (let v = 0; v < deviceOf.length; v++) {
      loadUs[deviceOf[v]] += timeUs[v * deviceCount + deviceOf[v]];
      memory.add(v, deviceOf[v]);
    }
    this.resetNets();
  }

  private resetNets(): void {
    const { deviceOf, deviceCount, loadUs, held, pays } = this;
    const { count: netCount, pinStart, pins, transferUs } = this.nets;
    held.fill(0);
    for (let h = 0; h < netCount; h++) {
      const size = pinStart[h + 1] - pinStart[h];
      for (let i = pinStart[h]; i < pinStart[h + 1]; i++) held[h * deviceCount + deviceOf[pins[i]]]++;
      for (let d = 0; d < deviceCount; d++) {
        const count = held[h * deviceCount + d];
        if (pays[d] === 1 && count > 0 && count < size) loadUs[d] += transferUs[h];
      }
    }
  }

  fits(v: number, device: number): boolean {
    return this.memory.fits(v, device);
  }

  fitsWithout(v: number, device: number, leaving: number): boolean {
    return this.memory.fitsWithout(v, device, leaving);
  }

  move(v: number, to: number): void {
    const from = this.deviceOf[v];
    if (from === to) return;
    if (++this.moves === this.deviceOf.length) this.countMoves();
    const { deviceCount, timeUs, held, pays } = this;
    const { elementStart, ofElement, pinStart, transferUs } = this.nets;
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
    this.deviceOf[v] = to;
    this.loadUs[from] += fromUs;
    this.loadUs[to] += toUs;
    this.memory.move(v, from, to);
  }

  private countMoves(): void {
    const share = this.moves / this.deviceOf.length;
    this.moves = 0;
    this.passes.pass(share);
  }

  energy(): number {
    const { loadUs } = this;
    let largestUs = 0;
    for (let d = 0; d < loadUs.length; d++) if (loadUs[d] > largestUs) largestUs = loadUs[d];
    this.valueUs = largestUs;
    return normOf(loadUs, largestUs);
  }

  mark(): void {
    this.markedUs.set(this.loadUs);
    this.memory.mark();
  }

  rewind(): void {
    this.loadUs.set(this.markedUs);
    this.memory.rewind();
  }
}

/** `movesPerProposal`: about how many moves a proposal makes, those to take it back included. */
export function createMaxLoadState(
  problem: SplitProblem,
  passes: PassCounter,
  movesPerProposal = 2,
): MaxLoadState {
  return new MaxLoadState(problem, passes, movesPerProposal);
}

/** The 16-norm, scaled by the largest load so that no power overflows. */
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
