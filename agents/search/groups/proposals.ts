/**
 * Proposals: what a search may try next on a placement. Several operators propose; each is chosen
 * by how often it has helped recently.
 *
 * - `single`: a group to any other of its devices;
 * - `neighbour`: a group to the device of a group that it exchanges data with;
 * - `swap`: two groups exchange their devices;
 * - `block`: a run of consecutive groups, which are in topological order, to one device;
 * - `chain`: a connected set of groups that share a device to another device;
 * - `urgent`: the one of a few groups that is on the longest path through the step, to the device
 *   of a neighbour or any other.
 *
 * A proposal may change nothing; the search then draws again, at no cost. Where no group has a
 * choice there is nothing to draw.
 */
import type { Rng } from "../../../env/model/rng.ts";
import type { Choices } from "../../problems/choices.ts";
import { groupNeighbours } from "../../problems/group-neighbours.ts";
import { createRates } from "./rates.ts";

/** Groups and the device that each goes to; no group twice, none to the device that it has. */
export interface Change {
  readonly groups: number[];
  readonly devices: number[];
}

export const operators = ["single", "neighbour", "swap", "block", "chain", "urgent"] as const;
export type Operator = (typeof operators)[number];

export interface Proposals {
  /**
   * Draws an operator and fills `change` with what it proposes; the operator, or null where it
   * proposes nothing.
   */
  draw(groupDevice: Int32Array, change: Change): Operator | null;
  /**
   * Says whether the operator's last proposal was an improvement, and by which share of the cost
   * before it raised the cost.
   */
  learn(operator: Operator, improved: number, relative: number): void;
}

/** Length in us of the longest path through each group, which `urgent` uses. */
export type Urgency = Float64Array;

/** Longest run or connected set that is moved at once: up to this power of two. */
const LONGEST_POWER = 5;
/** Groups among which `urgent` chooses. */
const TOURNAMENT = 4;

export function createProposals(
  choices: Choices,
  urgency: Urgency,
  rng: Rng,
  used: readonly Operator[] = operators,
): Proposals {
  const draws = new OperatorDraws(choices, urgency, rng);
  const rates = createRates(used.length);
  return {
    draw(groupDevice, change) {
      change.groups.length = 0;
      change.devices.length = 0;
      const operator = used[rates.draw(rng)];
      draws[operator](change, groupDevice);
      return change.groups.length === 0 ? null : operator;
    },
    learn: (operator, improved) => rates.learn(used.indexOf(operator), improved),
  };
}

/** One method for each operator. `present` is the device of each group now. */
class OperatorDraws implements Record<Operator, (change: Change, present: Int32Array) => void> {
  private readonly legal: Choices["legal"];
  private readonly groupCount: number;
  private readonly neighbours: readonly Int32Array[];
  /** Groups that have a choice of devices. */
  private readonly movable: Int32Array;
  private readonly urgency: Urgency;
  private readonly rng: Rng;
  private readonly isTaken: Uint8Array;

  constructor({ legal, groupCount, scenario }: Choices, urgency: Urgency, rng: Rng) {
    this.legal = legal;
    this.groupCount = groupCount;
    this.neighbours = groupNeighbours(scenario);
    this.movable = Int32Array.from(legal.keys()).filter((g) => legal[g].length > 1);
    this.urgency = urgency;
    this.rng = rng;
    this.isTaken = new Uint8Array(groupCount);
  }

  single(change: Change, present: Int32Array): void {
    const group = this.anyOf(this.movable);
    this.move(change, present, group, this.anyOf(this.legal[group]));
  }

  neighbour(change: Change, present: Int32Array): void {
    this.moveToNeighbour(change, present, this.anyOf(this.movable));
  }

  swap(change: Change, present: Int32Array): void {
    const [a, b] = [this.anyOf(this.movable), this.anyOf(this.movable)];
    if (!this.mayGo(a, present[b]) || !this.mayGo(b, present[a])) return;
    this.move(change, present, a, present[b]);
    this.move(change, present, b, present[a]);
  }

  block(change: Change, present: Int32Array): void {
    const first = this.anyOf(this.movable);
    const device = this.anyOf(this.legal[first]);
    const end = Math.min(this.groupCount, first + this.length());
    for (let group = first; group < end; group++) this.move(change, present, group, device);
  }

  chain(change: Change, present: Int32Array): void {
    const first = this.anyOf(this.movable);
    const device = this.anyOf(this.legal[first]);
    if (device === present[first]) return;
    for (const group of this.connected(first, present, this.length()))
      this.move(change, present, group, device);
  }

  urgent(change: Change, present: Int32Array): void {
    const { urgency } = this;
    let group = this.anyOf(this.movable);
    for (let i = 1; i < TOURNAMENT; i++) {
      const other = this.anyOf(this.movable);
      if (urgency[other] > urgency[group]) group = other;
    }
    if (this.rng.next() < 0.5) this.moveToNeighbour(change, present, group);
    else this.move(change, present, group, this.anyOf(this.legal[group]));
  }

  private anyOf(list: ArrayLike<number>): number {
    return list[this.rng.int(list.length)];
  }

  private mayGo(group: number, device: number): boolean {
    return this.legal[group].includes(device);
  }

  private length(): number {
    return 2 + this.rng.int(2 ** (1 + this.rng.int(LONGEST_POWER)));
  }

  private move(change: Change, present: Int32Array, group: number, device: number): void {
    if (present[group] === device || !this.mayGo(group, device)) return;
    change.groups.push(group);
    change.devices.push(device);
  }

  private moveToNeighbour(change: Change, present: Int32Array, group: number): void {
    const neighbours = this.neighbours[group];
    if (neighbours.length > 0) this.move(change, present, group, present[this.anyOf(neighbours)]);
  }

  /** At most `count` groups of one device, each next to one before it, in a random order. */
  private connected(first: number, present: Int32Array, count: number): number[] {
    const { isTaken, neighbours, rng } = this;
    const found = [first];
    const open = [first];
    isTaken[first] = 1;
    while (open.length > 0 && found.length < count) {
      const at = rng.int(open.length);
      const group = open[at];
      open[at] = open[open.length - 1];
      open.pop();
      for (const other of neighbours[group]) {
        if (isTaken[other] === 1 || present[other] !== present[first] || found.length >= count) continue;
        isTaken[other] = 1;
        found.push(other);
        open.push(other);
      }
    }
    for (const group of found) isTaken[group] = 0;
    return found;
  }
}
