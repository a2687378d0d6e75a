/**
 * Random moves that keep an assignment contiguous (device-line.ts).
 *
 * An element that moves on in the line takes along what comes after it and would be left behind.
 * One that moves back takes along what comes before it. A trade is such a move and then another one
 * in the opposite direction between the same devices. Two neighbours in the line without an edge
 * between them also change places, which moves no element. No move exceeds a memory limit.
 */
import type { Rng } from "../../../env/model/rng.ts";
import type { Nets } from "../../problems/split/split-problem.ts";
import { type Moves, randomNeighbour } from "./assignment-moves.ts";
import type { AssignmentState } from "./assignment-state.ts";
import { lineOf, predecessorsOf } from "./device-line.ts";

/** The most elements that move at once, the first included; most draws allow far fewer. */
const LARGEST_SHIFT = 64;
/** Shares of the kinds of moves; the rest are trades. */
const SINGLE = 0.6;
const PLACES = 0.03;
/** How often an element goes to the device of a neighbour, not to one near in the line. */
const FOLLOWS = 0.6;
/** How far in the line the others go at most. */
const FURTHEST = 2;
/** Draws of an element of a device before a trade is given up. */
const DRAWS = 12;

/** Pre: the state's assignment is contiguous. */
export function createLineMoves(state: AssignmentState, rng: Rng): Moves {
  return new LineMoves(state, rng);
}

class LineMoves implements Moves {
  private readonly state: AssignmentState;
  private readonly rng: Rng;
  private readonly nets: Nets;
  private readonly deviceOf: Int32Array;
  private readonly after: readonly (readonly number[])[];
  private readonly before: readonly (readonly number[])[];
  /** Position of each device, and the device at each position. */
  private readonly position: Int32Array;
  private readonly line: Int32Array;
  /** What the last move relocated so far, and the devices that it came from. */
  private readonly moved = new Int32Array(2 * LARGEST_SHIFT);
  private readonly cameFrom = new Int32Array(2 * LARGEST_SHIFT);
  private movedCount = 0;
  /** Elements of the present shift, and number of the last shift that each was part of. */
  private collected = 0;
  private readonly noted: Int32Array;
  private shifts = 0;
  /** Position of the first of two devices that changed places, -1 without any. */
  private exchanged = -1;

  constructor(state: AssignmentState, rng: Rng) {
    const { elements, nets } = state.problem;
    this.state = state;
    this.rng = rng;
    this.nets = nets;
    this.deviceOf = state.deviceOf;
    this.noted = new Int32Array(state.deviceOf.length);
    this.after = elements.successors;
    this.before = predecessorsOf(elements);
    this.position = lineOf(elements, state.deviceOf, state.deviceCount);
    this.line = new Int32Array(state.deviceCount);
    this.position.forEach((at, device) => {
      this.line[at] = device;
    });
  }

  make(): boolean {
    const { rng, deviceOf } = this;
    this.movedCount = 0;
    this.exchanged = -1;
    this.state.mark();
    const kind = rng.next();
    if (kind < PLACES) return this.exchangePlaces(rng.int(this.line.length - 1));
    const v = rng.int(deviceOf.length);
    const from = deviceOf[v];
    const to = this.targetFor(v);
    const most = 1 + Math.floor(LARGEST_SHIFT * rng.next() ** 3);
    if (!this.shift(v, to, most)) return false;
    if (kind < PLACES + SINGLE) return true;
    for (let draw = 0; draw < DRAWS; draw++) {
      const w = rng.int(deviceOf.length);
      if (w !== v && deviceOf[w] === to) return this.shift(w, from, most);
    }
    return false;
  }

  undo(): void {
    const { state, moved, cameFrom } = this;
    while (this.movedCount > 0) state.move(moved[--this.movedCount], cameFrom[this.movedCount]);
    if (this.exchanged !== -1) this.swap(this.exchanged);
    this.exchanged = -1;
    state.rewind();
  }

  /**
   * Relocates v and what must come along. False where these are more than `most`, and nothing has
   * moved, or where they do not fit.
   */
  private shift(v: number, to: number, most: number): boolean {
    const { state, deviceOf, moved, cameFrom } = this;
    const from = this.movedCount;
    if (!this.collect(v, to, Math.min(most, moved.length - from))) return false;
    while (this.movedCount < from + this.collected) {
      const next = moved[this.movedCount];
      if (!state.fits(next, to)) return false;
      cameFrom[this.movedCount++] = deviceOf[next];
      state.move(next, to);
    }
    return true;
  }

  /** Writes v and what must come along behind what has moved; false where they are too many. */
  private collect(v: number, to: number, most: number): boolean {
    const { position, deviceOf, moved, noted, movedCount } = this;
    const aim = position[to];
    const isOn = aim > position[deviceOf[v]];
    const follow = isOn ? this.after : this.before;
    const shift = ++this.shifts;
    noted[v] = shift;
    moved[movedCount] = v;
    this.collected = 1;
    for (let next = 0; next < this.collected; next++)
      for (const w of follow[moved[movedCount + next]]) {
        const at = position[deviceOf[w]];
        if (noted[w] === shift || (isOn ? at >= aim : at <= aim)) continue;
        if (this.collected === most) return false;
        noted[w] = shift;
        moved[movedCount + this.collected++] = w;
      }
    return true;
  }

  /** The devices at a position and the next one change places where no edge is between them. */
  private exchangePlaces(at: number): boolean {
    const [first, second] = [this.line[at], this.line[at + 1]];
    const { deviceOf, after } = this;
    for (let v = 0; v < deviceOf.length; v++) {
      if (deviceOf[v] !== first) continue;
      for (const w of after[v]) if (deviceOf[w] === second) return false;
    }
    this.exchanged = at;
    this.swap(at);
    return true;
  }

  private swap(at: number): void {
    const { line, position } = this;
    [line[at], line[at + 1]] = [line[at + 1], line[at]];
    position[line[at]] = at;
    position[line[at + 1]] = at + 1;
  }

  private targetFor(v: number): number {
    const { rng, line, position, deviceOf } = this;
    const near = deviceOf[randomNeighbour(this.nets, v, rng)];
    if (near !== deviceOf[v] && rng.next() < FOLLOWS) return near;
    const here = position[deviceOf[v]];
    const drawn = 1 + rng.int(Math.min(FURTHEST, line.length - 1));
    const away = here + (rng.next() < 0.5 ? -drawn : drawn);
    if (away >= 0 && away < line.length) return line[away];
    return line[here === 0 ? 1 : here - 1];
  }
}
