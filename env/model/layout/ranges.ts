/**
 * Explicit ranges: parts of an axis that are not the equal ones. Each rank along the mesh axes that
 * divide it has a range, by its place among them. Ranges may have any lengths, and overlap where a
 * window needs rows of its neighbours.
 */
import { type Range, rangeOf } from "./layout.ts";
import { coordinatesOf, type MeshSizes, rankCount } from "./mesh.ts";

/** By place along the mesh axes that divide the axis, the major one first. */
export type Ranges = readonly Range[];

export const lengthOf = ({ from, to }: Range): number => Math.max(0, to - from);

/** The equal parts, rounded up, as layouts without ranges have them. */
export function evenRanges(length: number, axes: readonly number[], sizes: MeshSizes): Ranges {
  const counts = axes.map((axis) => sizes[axis]);
  const own = [...axes.keys()];
  return Array.from({ length: rankCount(counts) }, (_, place) =>
    rangeOf(length, own, counts, coordinatesOf(counts, place)),
  );
}

/** Each range in equal parts, rounded up. */
export const subdivided = (ranges: Ranges, count: number): Ranges =>
  ranges.flatMap((range) => {
    const part = Math.ceil(lengthOf(range) / count);
    return Array.from({ length: count }, (_, i) => {
      const from = Math.min(range.to, range.from + part * i);
      return { from, to: Math.min(range.to, from + part) };
    });
  });

/** Each `count` ranges in a row as one. Pre: they leave nothing out between them. */
export const merged = (ranges: Ranges, count: number): Ranges =>
  Array.from({ length: ranges.length / count }, (_, i) => {
    const own = ranges.slice(i * count, (i + 1) * count).filter((range) => lengthOf(range) > 0);
    if (own.length === 0) return ranges[i * count];
    return { from: Math.min(...own.map(({ from }) => from)), to: Math.max(...own.map(({ to }) => to)) };
  });

/** Parts in proportion, cut at the nearest whole index. */
export function ratioRanges(length: number, parts: readonly number[]): Ranges {
  const total = parts.reduce((sum, part) => sum + part, 0);
  let before = 0;
  let from = 0;
  return parts.map((part) => {
    before += part;
    const range = { from, to: Math.round((length * before) / total) };
    from = range.to;
    return range;
  });
}

/** The ranges of an axis that a dimension of another length cuts (graph/iteration.ts). */
export const scaled = (ranges: Ranges, size: number, length: number): Ranges =>
  size === length
    ? ranges
    : ranges.map(({ from, to }) => ({
        from: Math.floor((length * from) / size),
        to: Math.floor((length * to) / size),
      }));

/** With so many rows more at each border, as far as there are any. */
export const widened = (ranges: Ranges, rows: number, length: number): Ranges =>
  ranges.map((range) =>
    lengthOf(range) === 0
      ? range
      : { from: Math.max(0, range.from - rows), to: Math.min(length, range.to + rows) },
  );

/** Null where they are the equal parts, which need no list. */
export function unlessEven(
  ranges: Ranges,
  length: number,
  axes: readonly number[],
  sizes: MeshSizes,
): Ranges | null {
  const even = evenRanges(length, axes, sizes);
  const isEven = ranges.every(
    (range, place) =>
      (range.from === even[place].from && range.to === even[place].to) ||
      (lengthOf(range) === 0 && lengthOf(even[place]) === 0),
  );
  return isEven ? null : ranges;
}

/** Whether no index is in two of them, given that all are covered. */
export const isPartition = (ranges: Ranges, length: number): boolean =>
  ranges.reduce((sum, range) => sum + lengthOf(range), 0) === length;

/** Rows that one place gets of another. */
export interface Passed {
  readonly from: number;
  readonly to: number;
  readonly rows: number;
}

/** What places get so that each has its new range: from the nearest place that has it. */
export function passedRows(before: Ranges, after: Ranges): Passed[] {
  const passed: Passed[] = [];
  after.forEach((wanted, to) => {
    let missing = without([wanted], before[to]);
    const others = [...before.keys()]
      .filter((place) => place !== to)
      .sort((a, b) => Math.abs(a - to) - Math.abs(b - to) || a - b);
    for (const from of others) {
      const left = without(missing, before[from]);
      const rows = total(missing) - total(left);
      if (rows > 0) passed.push({ from, to, rows });
      missing = left;
    }
    if (total(missing) > 0) throw new Error("Some rows of the new ranges are nowhere.");
  });
  return passed;
}

const total = (ranges: Ranges): number => ranges.reduce((sum, range) => sum + lengthOf(range), 0);

/** What is left of ranges without another one. */
const without = (ranges: Ranges, taken: Range): Range[] =>
  ranges.flatMap((range) => {
    if (lengthOf(taken) === 0) return lengthOf(range) > 0 ? [range] : [];
    const left = { from: range.from, to: Math.min(range.to, taken.from) };
    const right = { from: Math.max(range.from, taken.to), to: range.to };
    return [left, right].filter((each) => lengthOf(each) > 0);
  });

/** Pre: axes that divide the axis. */
export const rangesOr = (
  ranges: Ranges | null | undefined,
  length: number,
  axes: readonly number[],
  sizes: MeshSizes,
): Ranges => ranges ?? evenRanges(length, axes, sizes);
