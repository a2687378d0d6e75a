/**
 * `RankedProposals`: proposals that a network has chosen. The operators of `createProposals` fill a
 * pool of changes. The network scores each by numbers that need no schedule (change-numbers.ts). A
 * softmax over the scores then draws from the pool, without replacement, until the placement
 * changes or enough were drawn. A share of the draws is blind: the operators alone.
 *
 * A change that was tried on the present placement is not proposed again.
 */
import { compile } from "../../../env/sim/engine/compile.ts";
import type { GuidedProposals, GuideParts } from "../groups/best-rounds.ts";
import type { ScheduleWatch } from "../groups/ordered-state.ts";
import type { Change, Operator } from "../groups/proposals.ts";
import { ChangeNumbers, NUMBER_COUNT } from "./change-numbers.ts";
import { ChangePast } from "./change-past.ts";
import { Timeline } from "./timeline.ts";

/** Scores changes by their numbers, higher for better ones. */
export interface ChangeScorer {
  score(numbers: Float32Array, rows: number, out: Float32Array): void;
}

export interface RankedOptions {
  /** Changes in a pool. */
  readonly pool: number;
  /** Draws from a pool before the next, where the placement stays. */
  readonly uses: number;
  /** Of the softmax over scores: larger is closer to blind. */
  readonly tau: number;
  /** Share of draws that the operators make alone. */
  readonly blind: number;
}

/** A pool as it was scored, for training; the arrays are used again. */
export interface ScoredPool {
  readonly changes: readonly Change[];
  /** The placement that they change. */
  readonly groupDevice: Int32Array;
  /** A row for each change. */
  readonly numbers: Float32Array;
  readonly temperature: number;
}

export interface RankedParts extends GuideParts {
  readonly scorer: ChangeScorer;
  /** Told every pool. */
  readonly onPool?: (pool: ScoredPool) => void;
}

/** Draws of the operators for each change of a pool, at most. */
const MOST_DRAWS = 4;

export class RankedProposals implements GuidedProposals {
  private readonly parts: RankedParts;
  private readonly timeline: Timeline;
  private readonly options: RankedOptions;
  private readonly past: ChangePast;
  private readonly numbersOf: ChangeNumbers;
  private readonly changes: Change[];
  private readonly drawnBy: Operator[] = [];
  private readonly numbers: Float32Array;
  private readonly scores: Float32Array;
  private readonly weights: Float64Array;
  /** Codes of changes that were proposed on the present placement. */
  private readonly tried = new Set<number>();
  private size = 0;
  private used = 0;
  /** The last change proposed. */
  private readonly last: Change = { groups: [], devices: [] };

  constructor(parts: RankedParts, options: RankedOptions) {
    const { choices } = parts;
    const timeline = new Timeline(compile(choices.scenario));
    this.parts = parts;
    this.timeline = timeline;
    this.options = options;
    this.past = new ChangePast(choices.groupCount, choices.deviceCount);
    this.numbersOf = new ChangeNumbers(choices, timeline, this.past);
    this.changes = Array.from({ length: options.pool }, () => ({ groups: [], devices: [] }));
    this.numbers = new Float32Array(options.pool * NUMBER_COUNT);
    this.scores = new Float32Array(options.pool);
    this.weights = new Float64Array(options.pool);
  }

  /** For the state: reads each schedule that the search takes up. */
  readonly watch: ScheduleWatch = (order, rank, device) => {
    this.past.moved(this.movedBy(device));
    this.timeline.read(order, rank, device);
    this.tried.clear();
    this.size = 0;
  };

  draw(groupDevice: Int32Array, change: Change): Operator | null {
    const operator = this.propose(groupDevice, change);
    this.last.groups.length = 0;
    this.last.devices.length = 0;
    if (operator === null) return null;
    this.last.groups.push(...change.groups);
    this.last.devices.push(...change.devices);
    this.tried.add(codeOf(change));
    return operator;
  }

  learn(operator: Operator, improved: number, relative: number): void {
    this.parts.operators.learn(operator, improved, relative);
    this.past.tried(this.last.groups, this.last.devices, relative);
  }

  /** Groups that a new placement has moved, by this or by any other part of the search. */
  private movedBy(device: Int32Array): number[] {
    const { groupCount, scenario } = this.parts.choices;
    const { memberStart, members } = scenario.grouping;
    const before = this.timeline.device;
    const moved: number[] = [];
    for (let group = 0; group < groupCount; group++) {
      const op = members[memberStart[group]];
      if (device[op] !== before[op]) moved.push(group);
    }
    return moved;
  }

  private propose(groupDevice: Int32Array, change: Change): Operator | null {
    const { operators, rng } = this.parts;
    const { blind, uses } = this.options;
    if (rng.next() < blind) return operators.draw(groupDevice, change);
    if (this.size === 0 || this.used >= uses) this.fill(groupDevice);
    const at = this.size === 0 ? -1 : this.pick();
    if (at === -1) {
      this.size = 0;
      return operators.draw(groupDevice, change);
    }
    this.used++;
    change.groups.splice(0, change.groups.length, ...this.changes[at].groups);
    change.devices.splice(0, change.devices.length, ...this.changes[at].devices);
    return this.drawnBy[at];
  }

  /** Fills the pool with changes that were not tried on this placement, and weighs them. */
  private fill(groupDevice: Int32Array): void {
    const { operators, scorer, temperature, onPool } = this.parts;
    const { pool, tau } = this.options;
    const share = temperature();
    const codes = new Set(this.tried);
    this.size = 0;
    this.used = 0;
    for (let i = 0; i < MOST_DRAWS * pool && this.size < pool; i++) {
      const change = this.changes[this.size];
      const operator = operators.draw(groupDevice, change);
      if (operator === null) continue;
      const code = codeOf(change);
      if (codes.has(code)) continue;
      codes.add(code);
      this.drawnBy[this.size] = operator;
      this.numbersOf.write(change.groups, change.devices, share, this.numbers, this.size * NUMBER_COUNT);
      this.size++;
    }
    scorer.score(this.numbers, this.size, this.scores);
    const { changes, numbers, size } = this;
    onPool?.({ changes: changes.slice(0, size), groupDevice, numbers, temperature: share });
    let most = Number.NEGATIVE_INFINITY;
    for (let i = 0; i < this.size; i++) most = Math.max(most, this.scores[i]);
    for (let i = 0; i < this.size; i++) this.weights[i] = Math.exp((this.scores[i] - most) / tau);
  }

  /** An entry of the pool by its weight, which is then 0; -1 where none is left. */
  private pick(): number {
    const { weights, size } = this;
    let sum = 0;
    for (let i = 0; i < size; i++) sum += weights[i];
    if (!(sum > 0)) return -1;
    let left = this.parts.rng.next() * sum;
    let at = -1;
    for (let i = 0; i < size && left >= 0; i++) {
      if (weights[i] === 0) continue;
      left -= weights[i];
      at = i;
    }
    weights[at] = 0;
    return at;
  }
}

/** A number that equal changes share; others share it with a chance of about 1 in 2^32. */
function codeOf({ groups, devices }: Change): number {
  let code = 0;
  // A sum, because the order of the moves means nothing.
  for (let i = 0; i < groups.length; i++) {
    let mixed = Math.imul(groups[i] * 4099 + devices[i] + 1, 0x9e3779b1);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x85ebca6b);
    code = (code + (mixed ^ (mixed >>> 13))) | 0;
  }
  return code;
}
