/**
 * The cheapest sequence of steps from one layout to another, by the elements that a rank sends:
 * Dijkstra's algorithm over all layouts of the tensor. Gathering all and slicing is among the
 * sequences, so none is dearer. Of equal ones the one with fewer steps is taken. Then it is the one
 * whose steps run along fewer mesh axes, so a sum stays an all-reduce, then the one found first.
 */
import { type Layout, layoutKey, localElements } from "./layout.ts";
import type { MeshSizes } from "./mesh.ts";
import { sourcesOf } from "./permute.ts";
import { rangedSteps, subsetsOf, withAxes, without } from "./ranged-steps.ts";
import { type ReshardStep, sentElements } from "./steps.ts";

export interface Resharding {
  readonly steps: readonly ReshardStep[];
  /** Elements that a rank sends in all steps, padded. */
  readonly elements: number;
}

export interface Resharder {
  /**
   * Pre: `to` is a partial sum over axes over which `from` is one. Throws where nothing leads
   * there.
   */
  path(shape: readonly number[], from: Layout, to: Layout): Resharding;
}

/** Keeps what it has found, so many programs on meshes of the same sizes should share one. */
export function createResharder(sizes: MeshSizes): Resharder {
  const known = new Map<string, Resharding>();
  return {
    path(shape, from, to) {
      const key = `${shape.join("x")}|${layoutKey(from)}|${layoutKey(to)}`;
      const before = known.get(key);
      if (before !== undefined) return before;
      const found = cheapest(shape, from, to, sizes);
      known.set(key, found);
      return found;
    },
  };
}

/** What of two sequences the less is taken of, in turn. */
interface Way {
  readonly elements: number;
  /** Steps. */
  readonly count: number;
  /** Mesh axes along which they run, added up. */
  readonly axes: number;
}

const NOWHERE: Way = { elements: 0, count: 0, axes: 0 };

/** A layout on the way, and the step that led there. */
interface Reached extends Way {
  readonly layout: Layout;
  readonly step: ReshardStep | null;
  readonly before: Reached | null;
  isDone: boolean;
}

function cheapest(shape: readonly number[], from: Layout, to: Layout, sizes: MeshSizes): Resharding {
  const goal = layoutKey(to);
  const reached = new Map<string, Reached>();
  reached.set(layoutKey(from), {
    ...NOWHERE,
    layout: from,
    step: null,
    before: null,
    isDone: false,
  });
  for (;;) {
    const next = nearest(reached);
    if (layoutKey(next.layout) === goal) return { steps: stepsTo(next), elements: next.elements };
    next.isDone = true;
    for (const step of stepsFrom(shape, next.layout, to, sizes)) reach(reached, next, step, shape, sizes);
  }
}

function reach(
  reached: Map<string, Reached>,
  next: Reached,
  step: ReshardStep,
  shape: readonly number[],
  sizes: MeshSizes,
): void {
  const at = layoutKey(step.to);
  const way = wayOn(next, step, sentElements(step, shape, sizes));
  const known = reached.get(at);
  if (known !== undefined && !isLess(way, known)) return;
  if (known?.isDone !== true) reached.set(at, { ...way, layout: step.to, step, before: next, isDone: false });
}

/**
 * The same from one layout to many that are no partial sums: one search for all of them. Elements
 * are those of `path`; of sequences that send equally many it may take another.
 */
export function reshardingsFrom(
  shape: readonly number[],
  from: Layout,
  sizes: MeshSizes,
): (to: Layout) => Resharding {
  const reached = new Map<string, Reached>();
  const first = { ...NOWHERE, layout: from, step: null, before: null, isDone: false };
  reached.set(layoutKey(from), first);
  for (let left = 1; left > 0; left--) {
    const next = nearest(reached);
    const before = reached.size;
    next.isDone = true;
    for (const step of plainSteps(next.layout, { partial: [] }, sizes))
      reach(reached, next, step, shape, sizes);
    left += reached.size - before;
  }
  const complete = [...reached.values()]
    .filter(({ layout }) => layout.partial.length === 0)
    .map((each) => ({ each, local: localElements(shape, each.layout, sizes) }));
  return (to) => {
    let best = reached.get(layoutKey(to))!;
    const wanted = localElements(shape, to, sizes);
    for (const { each, local } of complete) {
      const step: ReshardStep = { kind: "permute", group: [...sizes.keys()], from: each.layout, to };
      const way = wayOn(each, step, local);
      if (local !== wanted || !isLess(way, best)) continue;
      if (sourcesOf(shape, each.layout, to, sizes) === null) continue;
      best = { ...way, layout: to, step, before: each, isDone: true };
    }
    return { steps: stepsTo(best), elements: best.elements };
  };
}

const wayOn = ({ elements, count, axes }: Way, { group }: ReshardStep, sent: number): Way => ({
  elements: elements + sent,
  count: count + 1,
  axes: axes + group.length,
});

function isLess(a: Way, b: Way): boolean {
  if (a.elements !== b.elements) return a.elements < b.elements;
  return a.count === b.count ? a.axes < b.axes : a.count < b.count;
}

function nearest(reached: ReadonlyMap<string, Reached>): Reached {
  let best: Reached | null = null;
  for (const each of reached.values()) if (!each.isDone && (best === null || isLess(each, best))) best = each;
  if (best === null) throw new Error("No sequence of steps leads from one layout to the other.");
  return best;
}

function stepsTo(last: Reached): ReshardStep[] {
  const steps: ReshardStep[] = [];
  for (let at: Reached | null = last; at?.step != null; at = at.before) steps.unshift(at.step);
  return steps;
}

/** All steps that a layout allows; a permutation only straight to the goal. */
function* stepsFrom(
  shape: readonly number[],
  from: Layout,
  goal: Layout,
  sizes: MeshSizes,
): Generator<ReshardStep> {
  if (from.ranges === undefined && goal.ranges === undefined) yield* plainSteps(from, goal, sizes);
  else yield* rangedSteps({ shape, from, goal, sizes });
  if (from.partial.length === 0 && goal.partial.length === 0 && canPermute(shape, from, goal, sizes))
    yield { kind: "permute", group: [...sizes.keys()], from, to: goal };
}

/** All but permutations; partial sums of the goal are kept. */
function* plainSteps(from: Layout, goal: Goal, sizes: MeshSizes): Generator<ReshardStep> {
  const { axes, partial } = from;
  const summed = partial.filter((axis) => !goal.partial.includes(axis));
  for (const group of subsetsOf(summed))
    yield { kind: "all-reduce", group, from, to: { axes, partial: without(partial, group) } };
  for (const [t, own] of axes.entries()) {
    for (const added of scattered(summed, own, goal.axes?.[t] ?? []))
      yield {
        kind: "reduce-scatter",
        group: ascending(added),
        from,
        to: { axes: withAxes(axes, t, added), partial: without(partial, added) },
      };
    for (const [axis] of sizes.entries())
      if (!partial.includes(axis) && !axes.some((used) => used.includes(axis)))
        yield { kind: "slice", group: [axis], from, to: { axes: withAxes(axes, t, [axis]), partial } };
    for (let kept = own.length - 1; kept >= 0; kept--) {
      const minor = own.slice(kept);
      const group = ascending(minor);
      const gathered = axes.map((other, i) => (i === t ? own.slice(0, kept) : other));
      yield { kind: "all-gather", group, from, to: { axes: gathered, partial } };
      for (const [other] of axes.entries())
        if (other !== t)
          yield { kind: "all-to-all", group, from, to: { axes: withAxes(gathered, other, minor), partial } };
    }
  }
}

/** The axes of a goal that is one of many are not known. */
type Goal = Pick<Layout, "partial"> & Partial<Pick<Layout, "axes">>;

/**
 * Mesh axes along which sums over them may be scattered, in the order in which they divide the
 * axis. Several are in ascending order, or as the goal has them.
 */
function scattered(summed: readonly number[], own: readonly number[], wanted: readonly number[]): number[][] {
  const ways = summed.map((axis) => [axis]);
  if (summed.length < 2) return ways;
  ways.push(...subsetsOf(summed).filter(({ length }) => length > 1));
  const rest = own.every((axis, i) => wanted[i] === axis) ? wanted.slice(own.length) : [];
  const end = rest.findIndex((axis) => !summed.includes(axis));
  const leading = end === -1 ? rest : rest.slice(0, end);
  if (leading.length > 1 && leading.join() !== ascending(leading).join()) ways.push([...leading]);
  return ways;
}

const ascending = (axes: readonly number[]): number[] => [...axes].sort((a, b) => a - b);

const canPermute = (shape: readonly number[], from: Layout, to: Layout, sizes: MeshSizes): boolean =>
  localElements(shape, from, sizes) === localElements(shape, to, sizes) &&
  sourcesOf(shape, from, to, sizes) !== null;
