/**
 * A replay memory with priorities (Schaul et al., Prioritized Experience Replay, ICLR 2016). It
 * holds the last transitions. Each is drawn in proportion to its priority to the power `alpha`, one
 * from each equal part of the sum. What that favours is corrected by weights, to the power `beta`.
 *
 * It is part of a run's state: saved and loaded, it goes on with the same bits.
 */
import type { Rng } from "../../../../env/model/rng.ts";
import { SumTree } from "./sum-tree.ts";

export interface Transition {
  readonly state: Uint8Array;
  readonly action: number;
  /** Discounted sum of the rewards up to `next`. */
  readonly reward: number;
  readonly next: Uint8Array;
  /** Legal actions in `next`. */
  readonly nextMask: Uint8Array;
  /** Factor on what comes after `next`; 0 where the episode ended. */
  readonly discount: number;
}

export interface MemorySize {
  readonly capacity: number;
  readonly stateBytes: number;
  readonly actions: number;
  /** 0 draws uniformly. */
  readonly alpha: number;
}

export interface Drawn {
  readonly indices: Int32Array;
  /** Largest 1. */
  readonly weights: Float32Array;
}

export interface SavedMemory {
  readonly count: number;
  readonly next: number;
  readonly largest: number;
  readonly columns: Readonly<Record<string, string>>;
}

/** So that a transition without error can still be drawn. */
const LEAST_ERROR = 1e-6;

export class ReplayMemory {
  private readonly size: MemorySize;
  private readonly tree: SumTree;
  private readonly states: Uint8Array;
  private readonly nexts: Uint8Array;
  private readonly masks: Uint8Array;
  private readonly actions: Uint8Array;
  private readonly rewards: Float64Array;
  private readonly discounts: Float64Array;
  /** Transitions held, and the place of the next one. */
  private held = 0;
  private place = 0;
  /** Largest priority so far: that of a new transition. */
  private largest = 1;

  constructor(size: MemorySize) {
    const { capacity, stateBytes, actions } = size;
    this.size = size;
    this.tree = new SumTree(capacity);
    this.states = new Uint8Array(capacity * stateBytes);
    this.nexts = new Uint8Array(capacity * stateBytes);
    this.masks = new Uint8Array(capacity * actions);
    this.actions = new Uint8Array(capacity);
    this.rewards = new Float64Array(capacity);
    this.discounts = new Float64Array(capacity);
  }

  get count(): number {
    return this.held;
  }

  /** In place of the oldest one where it is full. */
  add({ state, action, reward, next, nextMask, discount }: Transition): void {
    const { capacity, stateBytes, actions } = this.size;
    const i = this.place;
    this.states.set(state, i * stateBytes);
    this.nexts.set(next, i * stateBytes);
    this.masks.set(nextMask, i * actions);
    this.actions[i] = action;
    this.rewards[i] = reward;
    this.discounts[i] = discount;
    this.tree.set(i, this.largest);
    this.place = (i + 1) % capacity;
    this.held = Math.min(capacity, this.held + 1);
  }

  /** The transition as views; they hold until it is replaced. */
  at(i: number): Transition {
    const { stateBytes, actions } = this.size;
    return {
      state: this.states.subarray(i * stateBytes, (i + 1) * stateBytes),
      action: this.actions[i],
      reward: this.rewards[i],
      next: this.nexts.subarray(i * stateBytes, (i + 1) * stateBytes),
      nextMask: this.masks.subarray(i * actions, (i + 1) * actions),
      discount: this.discounts[i],
    };
  }

  /** One random number each. Pre: it is not empty. */
  draw(count: number, beta: number, rng: Rng): Drawn {
    const part = this.tree.total / count;
    const indices = Int32Array.from({ length: count }, (_, k) => this.tree.find((k + rng.next()) * part));
    const weights = Float32Array.from(indices, (i) => (this.held * this.shareOf(i)) ** -beta);
    const most = weights.reduce((a, b) => Math.max(a, b));
    return { indices, weights: weights.map((weight) => weight / most) };
  }

  /** Probability of a draw. */
  shareOf(i: number): number {
    return this.tree.at(i) / this.tree.total;
  }

  learned(indices: Int32Array, errors: ArrayLike<number>): void {
    indices.forEach((i, k) => {
      const priority = (Math.abs(errors[k]) + LEAST_ERROR) ** this.size.alpha;
      this.largest = Math.max(this.largest, priority);
      this.tree.set(i, priority);
    });
  }

  save(): SavedMemory {
    const { held, place, largest } = this;
    const priorities = Float64Array.from({ length: held }, (_, i) => this.tree.at(i));
    const columns = Object.fromEntries(
      this.columns().map(([name, column, width]) => [name, textOf(column.subarray(0, held * width))]),
    );
    return { count: held, next: place, largest, columns: { ...columns, priorities: textOf(priorities) } };
  }

  /** Pre: saved from a memory of the same size. */
  load({ count, next, largest, columns }: SavedMemory): void {
    for (const [name, column] of this.columns()) bytesOf(column).set(Buffer.from(columns[name], "base64"));
    const priorities = new Float64Array(count);
    bytesOf(priorities).set(Buffer.from(columns.priorities, "base64"));
    for (let i = 0; i < this.size.capacity; i++) this.tree.set(i, i < count ? priorities[i] : 0);
    this.held = count;
    this.place = next;
    this.largest = largest;
  }

  private columns(): readonly (readonly [string, Uint8Array | Float64Array, number])[] {
    const { stateBytes, actions } = this.size;
    return [
      ["states", this.states, stateBytes],
      ["nexts", this.nexts, stateBytes],
      ["masks", this.masks, actions],
      ["actions", this.actions, 1],
      ["rewards", this.rewards, 1],
      ["discounts", this.discounts, 1],
    ];
  }
}

const bytesOf = ({ buffer, byteOffset, byteLength }: Uint8Array | Float64Array): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength);

const textOf = (column: Uint8Array | Float64Array): string => Buffer.from(bytesOf(column)).toString("base64");
