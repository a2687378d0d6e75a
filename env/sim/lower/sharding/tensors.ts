/**
 * The values of a program under way: in which layouts each tensor is there so far, and the steps
 * that bring it into another. A tensor that several ops need in one layout is brought there once,
 * from the layout from which it costs least.
 */
import { elementsIn, type Layout, layoutKey, layoutOf, replicated } from "../../../model/layout/layout.ts";
import type { MeshSizes } from "../../../model/layout/mesh.ts";
import type { Resharder, Resharding } from "../../../model/layout/reshard.ts";
import { type HostCopy, type Instruction, type Purpose, rankBytes, type Value } from "./instructions.ts";

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
  /** The same for the value that is kept of a tensor. */
  aliasKept(key: string, of: string): void;
  /**
   * The number of the value that is kept: summed, and of those the one of which a rank holds least.
   * Without such a value it is that which the plan leaves the tensor as.
   */
  keptNumber(key: string): number;
  /** Copies a value to its hosts or back; what is made is the first value of another key. */
  copy(kind: HostCopy["kind"], from: number, key: string, purpose: Purpose): number;
  /** The number of the value that is made first. */
  numberOf(key: string): number;
  /** The value that is whole in one place; -1 where ranks hold the tensor. */
  alone(key: string): number;
  /** Brings a tensor into a layout and returns the value. */
  bring(key: string, wanted: Wanted): number;
}

interface Known {
  readonly values: Value[];
  readonly valuesOf: Map<string, number[]>;
  readonly resharder: Resharder;
  readonly emit: (instruction: Instruction) => void;
}

export function createTensors(
  resharder: Resharder,
  sizes: MeshSizes,
  emit: (instruction: Instruction) => void,
): Tensors {
  const known: Known = { values: [], valuesOf: new Map(), resharder, emit };
  const { values, valuesOf } = known;
  const settledAs = new Map<string, number>();
  const settledNumber = (key: string): number => settledAs.get(key) ?? valuesOf.get(key)![0];
  const keptNumber = (key: string): number => {
    const bytesOf = (value: number): number => rankBytes({ sizes, values }, value);
    const summed = valuesOf.get(key)!.filter((value) => values[value].layout.partial.length === 0);
    if (summed.length === 0) return settledNumber(key);
    return summed.reduce((best, value) => (bytesOf(value) < bytesOf(best) ? value : best));
  };
  return {
    values,
    add: (key, value) => add(known, key, value),
    has: (key) => valuesOf.has(key),
    alias: (key, of) => void valuesOf.set(key, [valuesOf.get(of)![0]]),
    aliasKept: (key, of) => void valuesOf.set(key, [keptNumber(of)]),
    keptNumber,
    copy(kind, from, key, purpose) {
      const { offloaded: _, ...value } = values[from];
      const to = add(known, key, { ...value, ...(kind === "store" && { offloaded: true as const }) });
      emit({ kind, from, to, purpose });
      return to;
    },
    numberOf: (key) => valuesOf.get(key)![0],
    first: (key) => values[valuesOf.get(key)![0]],
    settled: (key) => values[settledNumber(key)],
    settle(key, layout) {
      const { shape } = values[valuesOf.get(key)![0]];
      settledAs.set(key, bring(known, key, { shape, layout, purpose: "data" }));
    },
    alone(key) {
      const [first] = valuesOf.get(key)!;
      return values[first].onHost === true ? first : -1;
    },
    bring: (key, wanted) => bring(known, key, wanted),
  };
}

function add({ values, valuesOf }: Known, key: string, value: Value): number {
  const number = values.push(value) - 1;
  const others = valuesOf.get(key);
  if (others === undefined) valuesOf.set(key, [number]);
  else others.push(number);
  return number;
}

function bring(known: Known, key: string, wanted: Wanted): number {
  const { values, valuesOf } = known;
  const numbers = valuesOf.get(key)!;
  const goal = layoutKey(wanted.layout);
  const there = numbers.find((number) => {
    const { shape, layout, onHost } = values[number];
    return onHost !== true && sameShape(shape, wanted.shape) && layoutKey(layout) === goal;
  });
  if (there !== undefined) return there;
  const found = nearest(known, key, wanted);
  const isOnHost = values[numbers[0]].onHost === true;
  if (found !== null && (found.path.elements === 0 || !isOnHost))
    return follow(known, key, found, wanted.purpose);
  if (isOnHost) return feed(known, key, wanted);
  view(known, key, wanted);
  return bring(known, key, wanted);
}

interface Way {
  readonly from: number;
  readonly path: Resharding;
}

/** The value that the wanted one costs least to make from, the first of equal ones. */
function nearest({ values, valuesOf, resharder }: Known, key: string, { shape, layout }: Wanted): Way | null {
  let best: Way | null = null;
  for (const from of valuesOf.get(key)!) {
    const value = values[from];
    if (value.onHost === true || !sameShape(value.shape, shape)) continue;
    if (layout.partial.some((axis) => !value.layout.partial.includes(axis))) continue;
    const path = resharder.path(shape, value.layout, layout);
    if (best === null || path.elements < best.path.elements) best = { from, path };
  }
  return best;
}

function follow(known: Known, key: string, { from, path }: Way, purpose: Purpose): number {
  let at = from;
  for (const step of path.steps) {
    const to = add(known, key, { ...known.values[at], layout: step.to });
    known.emit({ kind: "move", step, from: at, to, purpose });
    at = to;
  }
  return at;
}

/** Every rank gets its part from where the whole is. */
function feed(known: Known, key: string, { shape, layout }: Wanted): number {
  const from = known.valuesOf.get(key)![0];
  const { onHost: _, ...value } = known.values[from];
  const to = add(known, key, { ...value, shape, layout });
  known.emit({ kind: "feed", from, to });
  return to;
}

/**
 * Reads the tensor in the wanted shape. Axes of the same length keep their parts; all else has to
 * be whole first.
 */
function view(known: Known, key: string, { shape, purpose }: Wanted): void {
  const base = known.values[known.valuesOf.get(key)![0]];
  const isAlike = base.shape.length === shape.length;
  const kept: Layout = isAlike
    ? layoutOf(
        base.layout.axes.map((own, t) => (base.shape[t] === shape[t] ? own : [])),
        [],
        base.layout.ranges?.map((own, t) => (base.shape[t] === shape[t] ? own : null)),
      )
    : replicated(base.shape);
  const from = bring(known, key, { shape: base.shape, layout: kept, purpose });
  const layout = isAlike ? kept : replicated(shape);
  const share = base.shape.length === 0 ? 1 : elementsIn(shape) / Math.max(1, elementsIn(base.shape));
  const to = add(known, key, { ...base, shape, layout, bytes: base.bytes * Math.min(1, share) });
  known.emit({ kind: "view", from, to });
}

const sameShape = (a: readonly number[], b: readonly number[]): boolean =>
  a.length === b.length && a.every((length, t) => length === b[t]);
