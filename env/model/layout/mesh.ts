/**
 * `Mesh`: devices in a grid of named axes. A device of the mesh is a *rank*, numbered in row-major
 * order of its coordinates: the last axis varies fastest.
 */

export interface MeshAxis {
  readonly name: string;
  readonly size: number;
}

export interface Mesh {
  readonly axes: readonly MeshAxis[];
  /** Device of the cluster of each rank. */
  readonly devices: readonly number[];
}

/** Sizes of the axes: all that layouts need to know of a mesh. */
export type MeshSizes = readonly number[];

export const sizesOf = ({ axes }: Pick<Mesh, "axes">): MeshSizes => axes.map(({ size }) => size);

/** Ranks of a mesh. */
export const rankCount = (sizes: MeshSizes): number => sizes.reduce((count, size) => count * size, 1);

/** Ranks that differ in the coordinates of these axes alone: parts that they divide into. */
export const countAlong = (axes: readonly number[], sizes: MeshSizes): number =>
  axes.reduce((count, axis) => count * sizes[axis], 1);

export function coordinatesOf(sizes: MeshSizes, rank: number): number[] {
  const at = new Array<number>(sizes.length);
  let rest = rank;
  for (let axis = sizes.length - 1; axis >= 0; axis--) {
    at[axis] = rest % sizes[axis];
    rest = Math.floor(rest / sizes[axis]);
  }
  return at;
}

/** Place of a rank among those that differ in these axes alone, in row-major order. */
export const placeAlong = (
  axes: readonly number[],
  sizes: MeshSizes,
  coordinates: readonly number[],
): number => axes.reduce((place, axis) => place * sizes[axis] + coordinates[axis], 0);

/**
 * The groups of ranks that differ in the coordinates of the given axes alone. Members are in
 * row-major order of these axes as listed, groups in the order of their first rank.
 */
export function groupsAlong(sizes: MeshSizes, axes: readonly number[]): number[][] {
  const groups = new Map<string, number[]>();
  for (let rank = 0; rank < rankCount(sizes); rank++) {
    const at = coordinatesOf(sizes, rank);
    const key = at.filter((_, axis) => !axes.includes(axis)).join();
    const place = placeAlong(axes, sizes, at);
    const members = groups.get(key) ?? [];
    members[place] = rank;
    groups.set(key, members);
  }
  return [...groups.values()];
}
