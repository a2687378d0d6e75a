/** What a node costs, and the values that are known while costs are worked out. */
import { bytesOf, type Tensor } from "../tensors/tensor.ts";

export interface Cost {
  readonly outputs: readonly Tensor[];
  readonly flops: number;
  readonly bytesTouched: number;
  /** Bytes of weights inside the node's own graphs. */
  readonly innerParameterBytes: number;
  /** Some op type, of the node itself or inside it, has no rule. */
  readonly withoutRule?: boolean;
  /** The size of some input or result, of the node itself or inside it, is not known. */
  readonly withoutSize?: boolean;
}

export const free = (outputs: readonly Tensor[]): Cost => ({
  outputs,
  flops: 0,
  bytesTouched: 0,
  innerParameterBytes: 0,
});

/** Both, one after the other, with the outputs of the second. */
export const followed = (first: Cost, second: Cost): Cost => ({
  outputs: second.outputs,
  flops: first.flops + second.flops,
  bytesTouched: first.bytesTouched + second.bytesTouched,
  innerParameterBytes: first.innerParameterBytes + second.innerParameterBytes,
  withoutRule: first.withoutRule || second.withoutRule,
  withoutSize: first.withoutSize || second.withoutSize,
});

/** The same work `passes` times over the same weights. */
export const repeated = (cost: Cost, passes: number): Cost => ({
  ...cost,
  flops: cost.flops * passes,
  bytesTouched: cost.bytesTouched * passes,
});

export const UNKNOWN: Tensor = { element: "float32", shape: null };

export const bytesOfAll = (tensors: readonly (Tensor | null)[]): number =>
  tensors.reduce((total, tensor) => total + (tensor === null ? 0 : bytesOf(tensor)), 0);

/** Versions of operator sets by domain. */
export type Opsets = ReadonlyMap<string, number>;

/** Values by name, including those of the enclosing graphs, and the operator sets in use. */
export class Scope {
  readonly opsets: Opsets;
  readonly #tensors = new Map<string, Tensor>();
  readonly #outer: Scope | null;

  constructor(opsets: Opsets, outer: Scope | null = null) {
    this.opsets = opsets;
    this.#outer = outer;
  }

  inner(): Scope {
    return new Scope(this.opsets, this);
  }

  set(name: string, tensor: Tensor): void {
    this.#tensors.set(name, tensor);
  }

  find(name: string): Tensor | null {
    return this.#tensors.get(name) ?? this.#outer?.find(name) ?? null;
  }
}
