/**
 * Removals: which groups a large-neighbourhood search takes out of a placement to place them again.
 * Several operators draw; each is chosen by how often it has helped recently, as in adaptive
 * large-neighbourhood search (Ropke and Pisinger, Transportation Science 2006).
 *
 * - `scattered`: any groups;
 * - `connected`: a connected set;
 * - `urgent`: groups on long paths through the step;
 * - `device`: groups of one device, more often of one with much work;
 * - `window`: groups that start at about the same time.
 *
 * Only groups with a choice of devices are drawn.
 */
import type { Rng } from "../../../env/model/rng.ts";
import type { Choices } from "../../problems/choices.ts";
import { groupNeighbours } from "../../problems/group-neighbours.ts";
import { createRates } from "../groups/rates.ts";

export const removals = ["scattered", "connected", "urgent", "device", "window"] as const;
export type Removal = (typeof removals)[number];

/** What a removal looks at. */
export interface Present {
  readonly groupDevice: Int32Array;
  /** Length of the longest path through each group, and when the group starts; us. */
  readonly urgency: Float64Array;
  readonly firstUs: Float64Array;
}

export interface Removals {
  /** Draws an operator and `count` groups, or as many as there are. */
  draw(present: Present, count: number): { readonly removal: Removal; readonly groups: number[] };
  /** Says whether the operator's last removal led to an improvement. */
  learn(removal: Removal, improved: number): void;
}

/** Groups among which `urgent` takes the most urgent one. */
const TOURNAMENT = 3;

export function createRemovals(choices: Choices, rng: Rng, used: readonly Removal[] = removals): Removals {
  const draws = new RemovalDraws(choices, rng);
  const rates = createRates(used.length);
  return {
    draw(present, count) {
      const removal = used[rates.draw(rng)];
      return { removal, groups: draws[removal](present, Math.min(count, draws.movable.length)) };
    },
    learn: (removal, improved) => rates.learn(used.indexOf(removal), improved),
  };
}

/** One method for each operator. Pre: `count` is at most the number of movable groups. */
class RemovalDraws implements Record<Removal, (present: Present, count: number) => number[]> {
  /** Groups that have a choice of devices. */
  readonly movable: Int32Array;
  private readonly isMovable: Uint8Array;
  private readonly neighbours: readonly Int32Array[];
  private readonly rng: Rng;
  private readonly isTaken: Uint8Array;

  constructor({ legal, groupCount, scenario }: Choices, rng: Rng) {
    this.isMovable = Uint8Array.from(legal, (devices) => (devices.length > 1 ? 1 : 0));
    this.movable = Int32Array.from(legal.keys()).filter((g) => this.isMovable[g] === 1);
    this.neighbours = groupNeighbours(scenario);
    this.rng = rng;
    this.isTaken = new Uint8Array(groupCount);
  }

  scattered(_: Present, count: number): number[] {
    return this.someOf(this.movable, count);
  }

  connected(_: Present, count: number): number[] {
    const { isTaken, isMovable, neighbours, rng } = this;
    const found: number[] = [];
    const seen: number[] = [];
    while (found.length < count) {
      const first = this.anyMovable();
      if (isTaken[first] === 1) continue;
      isTaken[first] = 1;
      const open = [first];
      seen.push(first);
      while (open.length > 0 && found.length < count) {
        const at = rng.int(open.length);
        const group = open[at];
        open[at] = open[open.length - 1];
        open.pop();
        found.push(group);
        for (const other of neighbours[group]) {
          if (isTaken[other] === 1 || isMovable[other] === 0) continue;
          isTaken[other] = 1;
          seen.push(other);
          open.push(other);
        }
      }
    }
    for (const group of seen) isTaken[group] = 0;
    return found;
  }

  urgent({ urgency }: Present, count: number): number[] {
    const left = Array.from(this.movable);
    const found: number[] = [];
    while (found.length < count) {
      let at = this.rng.int(left.length);
      for (let i = 1; i < TOURNAMENT; i++) {
        const other = this.rng.int(left.length);
        if (urgency[left[other]] > urgency[left[at]]) at = other;
      }
      found.push(left[at]);
      left[at] = left[left.length - 1];
      left.pop();
    }
    return found;
  }

  /** The device of any group: drawn by how many groups it has. */
  device({ groupDevice }: Present, count: number): number[] {
    const device = groupDevice[this.anyMovable()];
    return this.someOf(
      this.movable.filter((group) => groupDevice[group] === device),
      count,
    );
  }

  window({ firstUs }: Present, count: number): number[] {
    const inOrder = Array.from(this.movable).sort((a, b) => firstUs[a] - firstUs[b]);
    const first = this.rng.int(inOrder.length - count + 1);
    return inOrder.slice(first, first + count);
  }

  private anyMovable(): number {
    return this.movable[this.rng.int(this.movable.length)];
  }

  /** Up to `count` different entries. */
  private someOf(groups: Int32Array, count: number): number[] {
    const left = Array.from(groups);
    for (let i = 0; i < Math.min(count, left.length); i++) {
      const j = i + this.rng.int(left.length - i);
      [left[i], left[j]] = [left[j], left[i]];
    }
    return left.slice(0, count);
  }
}
