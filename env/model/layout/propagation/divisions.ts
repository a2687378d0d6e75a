/**
 * `Divisions`: which mesh axes divide each dimension of each forward op so far. Axes are only
 * added, so whatever adds them ends. A mesh axis divides at most one dimension of an op.
 */

import type { MeshSizes } from "../mesh.ts";
import type { OpSplit } from "../natural.ts";
import type { PropagationRules } from "./rules.ts";

export class Divisions {
  readonly rules: PropagationRules;
  readonly sizes: MeshSizes;
  /** Whether parts must be equal; else they are rounded up. */
  readonly isEven: boolean;
  /** Mesh axes of each dimension, the major one first. Lists are replaced, never changed. */
  private readonly lists: (readonly number[])[];
  private readonly parts: Float64Array;
  /** The dimension of each op that each mesh axis divides, -1 for none: shape [opCount x axes]. */
  private readonly dividedBy: Int32Array;
  /** Mesh axes that may not divide an op, as bits. */
  private readonly kept: Int32Array;
  /** Mesh axes that may not divide a dimension, as bits. */
  private readonly barred: Int32Array;

  constructor(rules: PropagationRules, sizes: MeshSizes, isEven: boolean) {
    const count = rules.opOf.length;
    this.rules = rules;
    this.sizes = sizes;
    this.isEven = isEven;
    this.lists = new Array<readonly number[]>(count).fill(NONE);
    this.parts = new Float64Array(count).fill(1);
    this.dividedBy = new Int32Array(rules.graph.opCount * sizes.length).fill(-1);
    this.kept = new Int32Array(rules.graph.opCount);
    this.barred = new Int32Array(count);
  }

  copy(): Divisions {
    const copy = new Divisions(this.rules, this.sizes, this.isEven);
    copy.take(this);
    return copy;
  }

  /** Becomes equal to other divisions of the same rules and mesh. */
  take({ lists, parts, dividedBy, kept, barred }: Divisions): void {
    for (let d = 0; d < lists.length; d++) this.lists[d] = lists[d];
    this.parts.set(parts);
    this.dividedBy.set(dividedBy);
    this.kept.set(kept);
    this.barred.set(barred);
  }

  axesOf(dimension: number): readonly number[] {
    return this.lists[dimension];
  }

  partsOf(dimension: number): number {
    return this.parts[dimension];
  }

  /** The number of the dimension of an op that a mesh axis divides, -1 for none. */
  dimensionBy(op: number, axis: number): number {
    return this.dividedBy[op * this.sizes.length + axis];
  }

  isKept(op: number, axis: number): boolean {
    return (this.kept[op] & (1 << axis)) !== 0;
  }

  /** No dimension is divided by the axis so far, and one may be. */
  isOpen(op: number, axis: number): boolean {
    return this.dimensionBy(op, axis) === -1 && !this.isKept(op, axis);
  }

  /** May the axis divide the dimension once more? */
  mayDivide(dimension: number, axis: number): boolean {
    const { opOf, sizeOf, mostParts, evenParts } = this.rules;
    if (!this.isOpen(opOf[dimension], axis) || this.isBarred(dimension, axis)) return false;
    const parts = this.parts[dimension] * this.sizes[axis];
    if (parts > mostParts[dimension]) return false;
    if (this.isEven && sizeOf[dimension] % parts !== 0) return false;
    return evenParts[dimension] % parts === 0;
  }

  /** Pre: `mayDivide`. */
  divide(dimension: number, axis: number): void {
    this.lists[dimension] = [...this.lists[dimension], axis];
    this.parts[dimension] *= this.sizes[axis];
    this.dividedBy[this.rules.opOf[dimension] * this.sizes.length + axis] = dimension;
  }

  /** Keeps the op whole along the axis. Pre: `isOpen`. */
  keep(op: number, axis: number): void {
    this.kept[op] |= 1 << axis;
  }

  /** Keeps the dimension whole along the axis; others of its op may still be divided. */
  bar(dimension: number, axis: number): void {
    this.barred[dimension] |= 1 << axis;
  }

  isBarred(dimension: number, axis: number): boolean {
    return (this.barred[dimension] & (1 << axis)) !== 0;
  }

  /** A text that is equal for equal divisions. */
  key(): string {
    let key = "";
    for (let d = 0; d < this.lists.length; d++)
      if (this.lists[d].length > 0) key += `${d}:${this.lists[d].join()};`;
    return key;
  }

  /** The split of each op of a plan: null for one that is not divided. */
  splits(): (OpSplit | null)[] {
    const { graph, dimensionStart } = this.rules;
    return Array.from({ length: graph.opCount }, (_, v) => {
      const split = this.lists.slice(dimensionStart[v], dimensionStart[v + 1]);
      return split.some((axes) => axes.length > 0) ? split.map((axes) => [...axes]) : null;
    });
  }
}

const NONE: readonly number[] = [];
