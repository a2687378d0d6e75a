/**
 * The part that all integer programs for placement share. It has a binary column for each element
 * on each device, one device for each element, and an order among interchangeable devices. The
 * order keeps the solver from meeting the same plan under several names.
 *
 * The order: an element may use the j-th device of a type only if an element before it uses the
 * (j-1)-th. Each element v and device j has a column `used`. It is at most 1, and at most the
 * number of elements up to v on device j.
 */

import type { SplitProblem } from "../../problems/split/split-problem.ts";
import { type LinearProgram, negated, type ProgramBuilder } from "../../solver/linear-program.ts";

/** The column of an element on a device that cannot hold it. */
export const ABSENT = -1;

export interface PlacementColumns {
  /** column[d][v]: number of the binary column of element v on device d, or `ABSENT`. */
  readonly column: readonly Int32Array[];
  /** `weight` x the binary of element v on device d, as terms of a row; none if it is absent. */
  terms(v: number, d: number, weight: number): number[];
  /** The sum over all devices d of weight(d) x the binary of element v on d. */
  overDevices(v: number, weight: (d: number) => number): number[];
  /** The sum over all elements v of weight(v) x the binary of v on device d. */
  overElements(d: number, weight: (v: number) => number): number[];
  /** Device of each element at a solution of the program. */
  devicesOf(columns: Float64Array): Int32Array;
  /** The values of all binaries for a plan; the devices of a type are renamed to fit the order. */
  startOf(deviceOf: Int32Array): { readonly indices: Int32Array; readonly values: Float64Array };
}

export interface PlacementProgram extends PlacementColumns {
  readonly program: LinearProgram;
  /** How many us are 1 unit of the program's objective. */
  readonly unitUs: number;
}

export interface Scale {
  readonly unitUs: number;
  /**
   * Upper limit of the objective's column: the value of a known plan, plus a tolerance for
   * rounding.
   */
  readonly upper: number;
}

/**
 * Scales the value of a known plan to 1000 units, so that tolerances of 1e-9 stay meaningful.
 * Values below 1e-3 us are scaled like 1e-3 us.
 */
export function scaleBy(upperUs: number): Scale {
  const unitUs = Math.max(upperUs, 1e-3) / 1000;
  return { unitUs, upper: (upperUs / unitUs) * (1 + 1e-9) };
}

/**
 * An element that alone takes a device past `upperUs` is kept from it, and all elements are kept
 * from devices that are in no type.
 */
export function placementColumns(
  builder: ProgramBuilder,
  problem: SplitProblem,
  upperUs: number,
): PlacementColumns {
  const { elements, types } = problem;
  const column = binaries(builder, problem, upperUs);
  const terms = (v: number, d: number, weight: number) =>
    column[d][v] === ABSENT ? [] : [column[d][v], weight];
  const overDevices = (v: number, weight: (d: number) => number) =>
    column.flatMap((_, d) => terms(v, d, weight(d)));
  const overElements = (d: number, weight: (v: number) => number) =>
    Array.from(column[d].keys()).flatMap((v) => terms(v, d, weight(v)));

  for (let v = 0; v < elements.count; v++)
    builder.equal(
      overDevices(v, () => 1),
      1,
    );
  for (const { devices } of types)
    for (let j = 1; j < devices.length; j++)
      orderDevices(builder, column[devices[j - 1]], column[devices[j]]);

  return {
    column,
    terms,
    overDevices,
    overElements,
    devicesOf: (columns) =>
      Int32Array.from({ length: elements.count }, (_, v) =>
        column.findIndex((of) => of[v] !== ABSENT && columns[of[v]] > 0.5),
      ),
    startOf: (deviceOf) => startValues(column, renameByOrder(types, deviceOf)),
  };
}

/** The j-th device of a type can hold no element before the j-th. */
function binaries(
  builder: ProgramBuilder,
  { scenario, elements, types, timeUs, memoryBytes }: SplitProblem,
  upperUs: number,
): Int32Array[] {
  const column = scenario.cluster.devices.map(() => new Int32Array(elements.count).fill(ABSENT));
  types.forEach((type, t) => {
    type.devices.forEach((d, j) => {
      for (let v = j; v < elements.count; v++) {
        const us = timeUs[v * types.length + t];
        const fits = us <= upperUs * (1 + 1e-9) && memoryBytes[v] <= type.memoryBytes;
        if (fits) column[d][v] = builder.binary();
      }
    });
  });
  return column;
}

/** An element is on the second of two devices only if an element before it is on the first. */
function orderDevices(builder: ProgramBuilder, first: Int32Array, second: Int32Array): void {
  const terms = (column: number, weight: number) => (column === ABSENT ? [] : [column, weight]);
  let usedBefore: number[] = [];
  for (let v = 0; v < first.length; v++) {
    if (second[v] !== ABSENT) builder.atMost([second[v], 1, ...negated(usedBefore)], 0);
    const used = builder.real({ upper: 1 });
    builder.atMost([used, 1, ...negated(usedBefore), ...terms(first[v], -1)], 0);
    usedBefore = [used, 1];
  }
}

/** The value of each binary under a plan. */
function startValues(column: readonly Int32Array[], deviceOf: Int32Array) {
  const indices: number[] = [];
  const values: number[] = [];
  column.forEach((of, d) => {
    of.forEach((index, v) => {
      if (index === ABSENT) return;
      indices.push(index);
      values.push(deviceOf[v] === d ? 1 : 0);
    });
  });
  return { indices: Int32Array.from(indices), values: Float64Array.from(values) };
}

/** The plan with the devices of each type renamed by the order of their first elements. */
function renameByOrder(types: SplitProblem["types"], deviceOf: Int32Array): Int32Array {
  const newName = new Map<number, number>();
  const taken = types.map(() => 0);
  for (const d of deviceOf) {
    if (newName.has(d)) continue;
    const t = types.findIndex((type) => type.devices.includes(d));
    newName.set(d, types[t].devices[taken[t]++]);
  }
  return deviceOf.map((d) => newName.get(d)!);
}
