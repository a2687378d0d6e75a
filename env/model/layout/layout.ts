/**
 * `Layout`: how a tensor lies on a mesh. Each of its axes may be divided by mesh axes. Over others
 * it may be a partial sum: the tensor is the sum of what the ranks along these hold. Over the rest
 * it is replicated. A mesh axis has one of these roles at most once.
 *
 * Several mesh axes on one tensor axis divide it one after the other, the major one first. Parts
 * are rounded up, so the last ones may be shorter or empty; costs count the full part (GSPMD,
 * arXiv 2105.04663: uneven dimensions are padded). Parts of an axis may also be ranges that are
 * listed (ranges.ts). Then costs count what each rank has.
 */
import { coordinatesOf, type MeshSizes, placeAlong } from "./mesh.ts";

export interface Layout {
  /** Mesh axes that divide each axis of the tensor, the major one first. */
  readonly axes: readonly (readonly number[])[];
  /** Mesh axes over which it is a partial sum, ascending. */
  readonly partial: readonly number[];
  /** The range of each rank, by its place, of axes in other parts than equal ones; else null. */
  readonly ranges?: readonly (readonly Range[] | null)[];
}

export const replicated = (shape: readonly number[]): Layout => ({ axes: shape.map(() => []), partial: [] });

/** Equal layouts have equal texts. */
export const layoutKey = ({ axes, partial, ranges }: Layout): string =>
  `${axes.map((own) => own.join(",")).join("/")}+${partial.join(",")}${ranges === undefined ? "" : rangesKey(ranges)}`;

const rangesKey = (ranges: NonNullable<Layout["ranges"]>): string =>
  ranges.map((own) => own?.map(({ from, to }) => `${from}-${to}`).join() ?? "").join("/");

/** A layout, without a list of ranges where all parts are equal ones. */
export const layoutOf = (
  axes: Layout["axes"],
  partial: readonly number[],
  ranges?: Layout["ranges"],
): Layout => (ranges?.some((own) => own !== null) ? { axes, partial, ranges } : { axes, partial });

/** Length of the part of an axis that a rank holds, rounded up. */
export const partLength = (length: number, axes: readonly number[], sizes: MeshSizes): number =>
  axes.reduce((rest, axis) => Math.ceil(rest / sizes[axis]), length);

/** Shape of what a rank holds, padded: of listed ranges the longest. */
export const localShape = (shape: readonly number[], layout: Layout, sizes: MeshSizes): number[] =>
  shape.map((length, t) => longestPart(length, layout, t, sizes));

function longestPart(length: number, { axes, ranges }: Layout, t: number, sizes: MeshSizes): number {
  const own = ranges?.[t];
  return own ? Math.max(...own.map(({ from, to }) => to - from)) : partLength(length, axes[t], sizes);
}

export const elementsIn = (shape: readonly number[]): number =>
  shape.reduce((count, length) => count * length, 1);

/** Elements that a rank holds, padded. */
export const localElements = (shape: readonly number[], layout: Layout, sizes: MeshSizes): number =>
  elementsIn(localShape(shape, layout, sizes));

/** The share of the whole tensor that a rank holds, padded. */
export function localShare(shape: readonly number[], layout: Layout, sizes: MeshSizes): number {
  return shape.reduce(
    (share, length, t) => (length === 0 ? share : (share * longestPart(length, layout, t, sizes)) / length),
    1,
  );
}

/** The share that one rank holds: of listed ranges its own, else padded. */
export function rankShare(shape: readonly number[], layout: Layout, sizes: MeshSizes, rank: number): number {
  const { axes, ranges } = layout;
  if (ranges === undefined) return localShare(shape, layout, sizes);
  const coordinates = coordinatesOf(sizes, rank);
  return shape.reduce((share, length, t) => {
    if (length === 0) return share;
    const own = ranges[t]?.[placeAlong(axes[t], sizes, coordinates)];
    return (share * (own ? own.to - own.from : partLength(length, axes[t], sizes))) / length;
  }, 1);
}

/** From which index to before which a rank holds an axis. */
export interface Range {
  readonly from: number;
  readonly to: number;
}

/** The range of an axis that a rank holds, without padding. */
export function rangeOf(
  length: number,
  axes: readonly number[],
  sizes: MeshSizes,
  coordinates: readonly number[],
): Range {
  let from = 0;
  let to = length;
  let part = length;
  for (const axis of axes) {
    // All ranks have parts of the same padded length; the last ones end where the whole does.
    part = Math.ceil(part / sizes[axis]);
    from = Math.min(to, from + part * coordinates[axis]);
    to = Math.min(to, from + part);
  }
  return { from, to };
}

/** The ranges of all axes of a tensor that a rank holds. */
export function blockOf(
  shape: readonly number[],
  { axes, ranges }: Layout,
  sizes: MeshSizes,
  rank: number,
): Range[] {
  const coordinates = coordinatesOf(sizes, rank);
  return shape.map(
    (length, t) =>
      ranges?.[t]?.[placeAlong(axes[t], sizes, coordinates)] ?? rangeOf(length, axes[t], sizes, coordinates),
  );
}
