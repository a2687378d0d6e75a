/**
 * What came of the moves that a search has tried: for each group and device the cost change of the
 * last try, and when. Old tries fade as the placement changes around them.
 */

/** Steps after which a try, or a move, counts half. */
const HALF_STEPS = 60;
const HALF_MOVES = 12;
/** Largest relative change of the cost that is told apart. */
const LARGEST = 0.1;

export class ChangePast {
  private readonly deviceCount: number;
  private readonly lastGain: Float64Array;
  private readonly lastTry: Float64Array;
  private readonly lastMove: Float64Array;
  private step = 0;
  private moves = 0;

  constructor(groupCount: number, deviceCount: number) {
    this.deviceCount = deviceCount;
    this.lastGain = new Float64Array(groupCount * deviceCount);
    this.lastTry = new Float64Array(groupCount * deviceCount).fill(Number.NEGATIVE_INFINITY);
    this.lastMove = new Float64Array(groupCount).fill(Number.NEGATIVE_INFINITY);
  }

  /** A change was scored; its cost is higher by the share `relative`. */
  tried(groups: ArrayLike<number>, devices: ArrayLike<number>, relative: number): void {
    this.step++;
    const gain = -Math.max(-LARGEST, Math.min(LARGEST, relative)) / Math.sqrt(groups.length);
    for (let i = 0; i < groups.length; i++) {
      this.lastGain[groups[i] * this.deviceCount + devices[i]] = gain;
      this.lastTry[groups[i] * this.deviceCount + devices[i]] = this.step;
    }
  }

  /** The search took the change. */
  moved(groups: ArrayLike<number>): void {
    this.moves++;
    for (let i = 0; i < groups.length; i++) this.lastMove[groups[i]] = this.moves;
  }

  /** Mean gain of the last tries of the moves, faded; 0 for moves never tried. */
  gain(groups: ArrayLike<number>, devices: ArrayLike<number>): number {
    let sum = 0;
    for (let i = 0; i < groups.length; i++) {
      const at = groups[i] * this.deviceCount + devices[i];
      sum += this.lastGain[at] * faded(this.step - this.lastTry[at], HALF_STEPS);
    }
    return (sum / groups.length / LARGEST) * 2;
  }

  /** Mean over the moves of how lately each was tried, 0 to 1. */
  tries(groups: ArrayLike<number>, devices: ArrayLike<number>): number {
    let sum = 0;
    for (let i = 0; i < groups.length; i++)
      sum += faded(this.step - this.lastTry[groups[i] * this.deviceCount + devices[i]], HALF_STEPS);
    return sum / groups.length;
  }

  /** Mean over the groups of how lately each has moved, 0 to 1. */
  movedLately(groups: ArrayLike<number>): number {
    let sum = 0;
    for (let i = 0; i < groups.length; i++) sum += faded(this.moves - this.lastMove[groups[i]], HALF_MOVES);
    return sum / groups.length;
  }
}

const faded = (age: number, half: number): number => half / (half + age);
