/**
 * What it costs to bring a tensor from one layout into another. The steps are those that a
 * sharding's lowering takes (env/model/layout/reshard.ts), each at a planner's price. A consumer
 * may see the tensor in another shape. Axes of equal length then keep their parts, all else is
 * whole first.
 */
import {
  elementsIn,
  type Layout,
  layoutKey,
  layoutOf,
  replicated,
} from "../../../../env/model/layout/layout.ts";
import type { MeshSizes } from "../../../../env/model/layout/mesh.ts";
import { createResharder, type Resharding, reshardingsFrom } from "../../../../env/model/layout/reshard.ts";
import type { StepCost } from "./mesh-times.ts";

/** A tensor as one op has it. */
export interface Held {
  readonly shape: readonly number[];
  readonly layout: Layout;
  /** Equal for equal layouts. */
  readonly key: string;
}

export const held = (shape: readonly number[], layout: Layout): Held => ({
  shape,
  layout,
  key: layoutKey(layout),
});

/**
 * A row for each layout that a tensor is in, a column for each that it is needed in. Those of a
 * side have one shape. `bytes` of the whole tensor.
 */
export type MoveTable = (from: readonly Held[], to: readonly Held[], bytes: number) => readonly number[][];

/** Keeps what it has found: repeated blocks have equal tables. */
export function moveTables(sizes: MeshSizes, stepCost: StepCost): MoveTable {
  const moveCost = moveCosts(sizes, stepCost);
  const known = new Map<string, number[][]>();
  return (from, to, bytes) => {
    const sides = [from, to].map((all) => `${all[0].shape.join("x")}:${all.map(({ key }) => key).join()}`);
    const key = [...sides, bytes].join("|");
    const before = known.get(key);
    if (before !== undefined) return before;
    const made = from.map((each) => to.map((goal) => moveCost(each, goal, bytes)));
    known.set(key, made);
    return made;
  };
}

/** From one layout: the search, and what it has found. */
interface Search {
  readonly find: (to: Layout) => Resharding;
  readonly found: Map<string, Resharding>;
}

function moveCosts(sizes: MeshSizes, stepCost: StepCost): (from: Held, to: Held, bytes: number) => number {
  const searches = new Map<string, Search>();
  const resharder = createResharder(sizes);
  const path = (from: Held, to: Held): Resharding => {
    const start = `${from.shape.join("x")}|${from.key}`;
    const search = searches.get(start) ?? {
      find: reshardingsFrom(from.shape, from.layout, sizes),
      found: new Map<string, Resharding>(),
    };
    searches.set(start, search);
    const isListed = from.layout.ranges !== undefined || to.layout.ranges !== undefined;
    const found =
      search.found.get(to.key) ??
      (isListed ? resharder.path(from.shape, from.layout, to.layout) : search.find(to.layout));
    search.found.set(to.key, found);
    return found;
  };
  const within = (from: Held, to: Held, bytes: number): number => {
    if (from.key === to.key) return 0;
    const perElement = bytes / Math.max(1, elementsIn(from.shape));
    return path(from, to).steps.reduce((sum, step) => sum + stepCost(step, from.shape, perElement), 0);
  };
  return (from, to, bytes) => {
    if (from.shape.join() === to.shape.join()) return within(from, to, bytes);
    const { axes } = from.layout;
    const isAlike = from.shape.length === to.shape.length;
    const kept: Layout = isAlike
      ? layoutOf(
          axes.map((own, t) => (from.shape[t] === to.shape[t] ? own : [])),
          [],
          from.layout.ranges?.map((own, t) => (from.shape[t] === to.shape[t] ? own : null)),
        )
      : replicated(from.shape);
    const seen = held(to.shape, isAlike ? kept : replicated(to.shape));
    return within(from, held(from.shape, kept), bytes) + within(seen, to, bytes);
  };
}
