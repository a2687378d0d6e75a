/**
 * The values of a program under way: in which layouts each tensor is there so far, and the steps
 * that bring it into another. A tensor that several ops need in one layout is brought there once,
 * from the layout from which it costs least.
 */
import { elementsIn, type Layout, layoutKey, replicated } from "../../../model/layout/layout.ts";
import type { Resharder, Resharding } from "../../../model/layout/reshard.ts";
import type { Instruction, Purpose, Value } from "./instructions.ts";

export interface Wanted {
  readonly shape: readonly number[];
  readonly layout: Layout;
  readonly purpose: Purpose;
}

export interface Tensors {
  readonly values: readonly Value[];
  /** A value that is there; the first of its key is the one that others come from. */
  add(key: string, value: Value): number;
  /** The value that is made first. Pre: there is one. */
  first(key: string): Value;
  /** The value that the plan leaves the tensor as: the first, or that of the last `settle`. */
  settled(key: string): Value;
  /** Brings a tensor into the layout that others should find it in. */
  settle(key: string, layout: Layout): void;
  has(key: string): boolean;
  /** Another key for the first value of a tensor, whose further values are apart. */
  alias(key: string, of: string): void;
  /** Brings a tensor into a layout and returns the value. */
  bring(key: string, wanted: Wanted): number;
}

export function createTensors(resharder: Resharder, emit: (instruction: Instruction) => void): Tensors {
  const values: Value[] = [];
  const valuesOf = new Map<string, number[]>();
  const settledAs = new Map<string, number>();

  const add = (key: string, value: Value): number => {
    const number = values.push(value) - 1;
    const known = valuesOf.get(key);
    if (known === undefined) valuesOf.set(key, [number]);
    else known.push(number);
    return number;
  };

  return {
    values,
    add,
    has: (key) => valuesOf.has(key),
    alias: (key, of) => void valuesOf.set(key, [valuesOf.get(of)![0]]),
    settled: (key) => values[settledAs.get(key) ?? valuesOf.get(key)![0]],
    settle(key, layout) {
      const { shape } = values[valuesOf.get(key)![0]];
      settledAs.set(key, bring(key, { shape, layout, purpose: "data" }));
    },
    first: (key) => values[valuesOf.get(key)![0]],
    bring,
  };

  function bring(key: string, wanted: Wanted): number {
    const known = valuesOf.get(key)!;
    const goal = layoutKey(wanted.layout);
    const isWanted = ({ shape, layout, onHost }: Value): boolean =>
      onHost !== true && sameShape(shape, wanted.shape) && layoutKey(layout) === goal;
    const there = known.find((number) => isWanted(values[number]));
    if (there !== undefined) return there;
    const found = nearest(key, wanted);
    if (found !== null && (found.path.elements === 0 || values[known[0]].onHost !== true))
      return follow(key, found.number, found.path, wanted.purpose);
    if (values[known[0]].onHost === true) return feed(key, known[0], wanted);
    view(key, wanted);
    return bring(key, wanted);
  }

  /** The value that the wanted one costs least to make from, the first of equal ones. */
  function nearest(key: string, { shape, layout }: Wanted): { number: number; path: Resharding } | null {
    let best: { number: number; path: Resharding } | null = null;
    for (const number of valuesOf.get(key)!) {
      const value = values[number];
      if (value.onHost === true || !sameShape(value.shape, shape)) continue;
      if (layout.partial.some((axis) => !value.layout.partial.includes(axis))) continue;
      const path = resharder.path(shape, value.layout, layout);
      if (best === null || path.elements < best.path.elements) best = { number, path };
    }
    return best;
  }

  function follow(key: string, from: number, { steps }: Resharding, purpose: Purpose): number {
    let at = from;
    for (const step of steps) {
      const to = add(key, { ...values[at], layout: step.to });
      emit({ kind: "move", step, from: at, to, purpose });
      at = to;
    }
    return at;
  }

  function feed(key: string, from: number, { shape, layout }: Wanted): number {
    const to = add(key, { ...without(values[from]), shape, layout });
    emit({ kind: "feed", from, to });
    return to;
  }

  /**
   * Reads the tensor in the wanted shape. Axes of the same length keep their parts; all else has to
   * be whole first.
   */
  function view(key: string, { shape, purpose }: Wanted): void {
    const base = values[valuesOf.get(key)![0]];
    const isAlike = base.shape.length === shape.length;
    const kept: Layout = isAlike
      ? { axes: base.layout.axes.map((own, t) => (base.shape[t] === shape[t] ? own : [])), partial: [] }
      : replicated(base.shape);
    const whole = bring(key, { shape: base.shape, layout: kept, purpose });
    const layout = isAlike ? kept : replicated(shape);
    const share = base.shape.length === 0 ? 1 : elementsIn(shape) / Math.max(1, elementsIn(base.shape));
    const to = add(key, { ...base, shape, layout, bytes: base.bytes * Math.min(1, share) });
    emit({ kind: "view", from: whole, to });
  }
}

const without = ({ onHost: _, ...value }: Value): Value => value;

const sameShape = (a: readonly number[], b: readonly number[]): boolean =>
  a.length === b.length && a.every((length, t) => length === b[t]);
