/**
 * The slow twin of layouts: ranks that hold numbers by their index in the whole tensor. A step lets
 * each rank see the numbers of its own group alone.
 */
import { blockOf, type Layout } from "../../../../env/model/layout/layout.ts";
import { coordinatesOf, groupsAlong, type MeshSizes, rankCount } from "../../../../env/model/layout/mesh.ts";
import { sourcesOf } from "../../../../env/model/layout/permute.ts";
import { type ReshardStep, sentElements } from "../../../../env/model/layout/steps.ts";

/** Numbers by flat index. */
export type Shard = ReadonlyMap<number, number>;
/** One for each rank. */
export type Shards = readonly Shard[];

/** Flat indices of what a rank holds. */
export function indicesOf(
  shape: readonly number[],
  layout: Layout,
  sizes: MeshSizes,
  rank: number,
): number[] {
  let indices = [0];
  for (const [t, { from, to }] of blockOf(shape, layout, sizes, rank).entries())
    indices = indices.flatMap((index) =>
      Array.from({ length: to - from }, (_, i) => index * shape[t] + from + i),
    );
  return indices;
}

/** A whole tensor in a layout; as a partial sum the first rank of each group holds all but ones. */
export function scatter(
  whole: readonly number[],
  shape: readonly number[],
  layout: Layout,
  sizes: MeshSizes,
): Shards {
  return Array.from({ length: rankCount(sizes) }, (_, rank) => {
    const at = coordinatesOf(sizes, rank);
    const count = layout.partial.reduce((product, axis) => product * sizes[axis], 1);
    const isFirst = layout.partial.every((axis) => at[axis] === 0);
    const part = (value: number): number => (isFirst ? value - (count - 1) : 1);
    return new Map(indicesOf(shape, layout, sizes, rank).map((index) => [index, part(whole[index])]));
  });
}

/** Runs one step. Throws where a rank needs what its group does not hold. */
export function stepped(
  shards: Shards,
  step: ReshardStep,
  shape: readonly number[],
  sizes: MeshSizes,
): Shards {
  const groups = step.kind === "slice" ? shards.map((_, rank) => [rank]) : groupsAlong(sizes, step.group);
  const sources = step.kind === "permute" ? sourcesOf(shape, step.from, step.to, sizes)! : null;
  const isSum = step.kind === "all-reduce" || step.kind === "reduce-scatter";
  const made: Shard[] = [];
  for (const group of groups)
    for (const rank of group) {
      const members = (sources === null ? group : [sources[rank]]).map((member) => shards[member]);
      made[rank] = new Map(
        indicesOf(shape, step.to, sizes, rank).map((index) => {
          const found = members.map((shard) => shard.get(index)).filter((value) => value !== undefined);
          if (found.length === 0 || (isSum && found.length < members.length))
            throw new Error(`${step.kind}: rank ${rank} needs element ${index}, which its group lacks.`);
          return [index, isSum ? found.reduce((sum, value) => sum + value, 0) : found[0]];
        }),
      );
    }
  return made;
}

/** The whole tensor again. Throws where two ranks disagree or an element is nowhere. */
export function gathered(
  shards: Shards,
  shape: readonly number[],
  layout: Layout,
  sizes: MeshSizes,
): number[] {
  const groups = groupsAlong(sizes, layout.partial);
  const sums = new Map<number, number>();
  for (const group of groups)
    for (const index of shards[group[0]].keys()) {
      const sum = group.reduce((total, rank) => total + shards[rank].get(index)!, 0);
      if (sums.has(index) && sums.get(index) !== sum) throw new Error(`Ranks disagree on element ${index}.`);
      sums.set(index, sum);
    }
  return Array.from({ length: shape.reduce((count, length) => count * length, 1) }, (_, index) => {
    const value = sums.get(index);
    if (value === undefined) throw new Error(`No rank holds element ${index}.`);
    return value;
  });
}

/** All layouts of a tensor on a mesh; of partial sums those over the given axes. */
export function allLayouts(axisCount: number, sizes: MeshSizes): Layout[] {
  let layouts: Layout[] = [{ axes: Array.from({ length: axisCount }, () => []), partial: [] }];
  for (const [axis] of sizes.entries())
    layouts = layouts.flatMap((layout) => [
      layout,
      { ...layout, partial: [...layout.partial, axis] },
      ...layout.axes.flatMap((own, t) =>
        Array.from({ length: own.length + 1 }, (_, at) => ({
          ...layout,
          axes: layout.axes.map((other, i) => (i === t ? own.toSpliced(at, 0, axis) : other)),
        })),
      ),
    ]);
  return layouts;
}

/** Elements that a rank sends to add up all partial sums at once and gather every axis. */
export function gatherThenSlice(
  shape: readonly number[],
  from: Layout,
  to: Layout,
  sizes: MeshSizes,
): number {
  const group = from.partial.filter((axis) => !to.partial.includes(axis));
  const summed = { ...from, partial: to.partial };
  let elements =
    group.length === 0 ? 0 : sentElements({ kind: "all-reduce", group, from, to: summed }, shape, sizes);
  let layout = summed;
  for (const [t] of shape.entries())
    while (layout.axes[t].length > 0) {
      const axis = layout.axes[t].at(-1)!;
      const next = { ...layout, axes: layout.axes.map((own, i) => (i === t ? own.slice(0, -1) : own)) };
      elements += sentElements({ kind: "all-gather", group: [axis], from: layout, to: next }, shape, sizes);
      layout = next;
    }
  return elements;
}
