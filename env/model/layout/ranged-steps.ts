/**
 * The steps that a layout allows where it, or the one that is wanted, lists ranges. They are those
 * of equal parts (reshard.ts), each with the ranges that follow, and exchanges:
 *
 * - An axis that is divided once more has its ranges in equal parts. It has the wanted ones where
 *   the mesh axes are those that are wanted; sums are scattered only into parts without overlap.
 * - An axis that is gathered has each rank's ranges of a group as one.
 * - Gathers, scatters and moves to another axis are along one mesh axis at a time.
 * - An exchange gives an axis that stays on its mesh axes the wanted ranges, or equal parts.
 */
import { type Layout, layoutOf } from "./layout.ts";
import type { MeshSizes } from "./mesh.ts";
import { evenRanges, isPartition, merged, type Ranges, subdivided, unlessEven } from "./ranges.ts";
import type { ReshardStep } from "./steps.ts";

export const without = (axes: readonly number[], gone: readonly number[]): number[] =>
  axes.filter((axis) => !gone.includes(axis));

export const withAxes = (axes: Layout["axes"], t: number, more: readonly number[]): Layout["axes"] =>
  axes.map((own, i) => (i === t ? [...own, ...more] : own));

/** All but the empty one, larger ones first. */
export function subsetsOf(axes: readonly number[]): number[][] {
  const subsets: number[][] = [];
  for (let bits = 2 ** axes.length - 1; bits > 0; bits--)
    subsets.push(axes.filter((_, i) => (bits & (1 << i)) !== 0));
  return subsets;
}

interface Between {
  readonly shape: readonly number[];
  readonly from: Layout;
  readonly goal: Layout;
  readonly sizes: MeshSizes;
}

/** Pre: one of the layouts lists ranges. Permutations are left out. */
export function* rangedSteps(between: Between): Generator<ReshardStep> {
  const { from, goal, sizes } = between;
  const { axes, partial } = from;
  const summed = partial.filter((axis) => !goal.partial.includes(axis));
  for (const group of subsetsOf(summed))
    yield { kind: "all-reduce", group, from, to: { ...from, partial: without(partial, group) } };
  for (const t of axes.keys()) {
    for (const axis of summed)
      for (const to of divided(between, from, t, axis, false))
        yield {
          kind: "reduce-scatter",
          group: [axis],
          from,
          to: { ...to, partial: without(partial, [axis]) },
        };
    for (const axis of sizes.keys())
      if (!partial.includes(axis) && !axes.some((used) => used.includes(axis)))
        for (const to of divided(between, from, t, axis, true))
          yield { kind: "slice", group: [axis], from, to };
    yield* stepsOfDivided(between, t);
  }
}

/** Steps that an axis allows which is divided. */
function* stepsOfDivided(between: Between, t: number): Generator<ReshardStep> {
  const { shape, from, goal, sizes } = between;
  const own = from.axes[t];
  if (own.length === 0) return;
  const axis = own[own.length - 1];
  const gathered = gatheredOnce(between, t);
  yield { kind: "all-gather", group: [axis], from, to: gathered };
  for (const other of from.axes.keys())
    if (other !== t)
      for (const to of divided(between, gathered, other, axis, true))
        yield { kind: "all-to-all", group: [axis], from, to };
  const now = from.ranges?.[t] ?? null;
  const wanted = own.join() === goal.axes[t].join() ? (goal.ranges?.[t] ?? null) : null;
  for (const next of new Set([null, wanted])) {
    const [before, after] = [
      now ?? evenRanges(shape[t], own, sizes),
      next ?? evenRanges(shape[t], own, sizes),
    ];
    if (next !== now && JSON.stringify(before) !== JSON.stringify(after))
      yield { kind: "exchange", group: own, from, to: withRanges(from, t, next) };
  }
}

const withRanges = ({ axes, partial, ranges }: Layout, t: number, next: Ranges | null): Layout =>
  layoutOf(
    axes,
    partial,
    axes.map((_, i) => (i === t ? next : (ranges?.[i] ?? null))),
  );

/** The layout without the minor mesh axis of an axis. */
function gatheredOnce({ shape, from, sizes }: Between, t: number): Layout {
  const own = from.axes[t];
  const rest = own.slice(0, -1);
  const axes = from.axes.map((other, i) => (i === t ? rest : other));
  const ranges = from.ranges?.[t];
  const next =
    ranges && rest.length > 0
      ? unlessEven(merged(ranges, sizes[own[own.length - 1]]), shape[t], rest, sizes)
      : null;
  return withRanges({ ...from, axes }, t, next);
}

/** The layouts in which a mesh axis divides an axis once more. */
function divided(
  { shape, goal, sizes }: Between,
  layout: Layout,
  t: number,
  axis: number,
  mayOverlap: boolean,
): Layout[] {
  const axes = withAxes(layout.axes, t, [axis]);
  const before = layout.ranges?.[t] ?? null;
  const plain =
    before === null ? null : unlessEven(subdivided(before, sizes[axis]), shape[t], axes[t], sizes);
  const made = [withRanges({ ...layout, axes }, t, plain)];
  const wanted = goal.ranges?.[t] ?? null;
  const isWanted = wanted !== null && axes[t].join() === goal.axes[t].join() && before === null;
  // A part of the axis has the wanted rows only where the whole axis was there.
  const isWhole = layout.axes[t].length === 0;
  if (isWanted && isWhole && (mayOverlap || isPartition(wanted, shape[t])))
    made.push(withRanges({ ...layout, axes }, t, wanted));
  return made;
}
