/**
 * The part that all integer programs for placement share: a binary column for each element on each
 * device, one device for each element, and an order among interchangeable devices, so that the
 * solver does not meet the same plan under several names.
 *
 * The order: an element may use the j-th device of a type only where an element before it uses the
 * (j-1)-th. `used[v,j]` is at most 1 and at most the number of elements up to v on device j.
 */

import type { SplitProblem } from "../../problems/split-problem.ts";
import type { LinearProgram, ProgramBuilder } from "../../solver/linear-program.ts";

/** Where an element cannot lie on a device. */
export const ABSENT = -1;

export interface PlacementColumns {
  /** column[d][v]: number of the binary column of element v on device d, or `ABSENT`. */
  readonly column: readonly Int32Array[];
  /** `weight` x the binary of element v on device d as terms of a row: none where it is absent. */
  terms(v: number, d: number, weight: number): number[];
  /** Device of each element at a solution of the program. */
  devicesOf(columns: Float64Array): Int32Array;
  /** The binaries of a device for each element, with the devices of a type renamed by the order. */
  startOf(deviceOf: Int32Array): { readonly indices: Int32Array; readonly values: Float64Array };
}

export interface PlacementProgram extends PlacementColumns {
  readonly program: LinearProgram;
  /** Us for 1 unit of the program's objective. */
  readonly unitUs: number;
}

export interface Scale {
  readonly unitUs: number;
  /** Upper limit of the objective's column: the known plan's value, and room for rounding. */
  readonly upper: number;
}

/**
 * Makes the known plan's value 1000 units, so that tolerances of 1e-9 stay meaningful; no value is
 * too small to scale.
 */
export function scaleBy(upperUs: number): Scale {
  const unitUs = Math.max(upperUs, 1e-3) / 1000;
  return { unitUs, upper: (upperUs / unitUs) * (1 + 1e-9) };
}

/**
 * An element that alone takes a device past `upperUs` is kept from it, and all are kept from
 * devices that are in no type.
 */
export function placementColumns(
  builder: ProgramBuilder,
  { scenario, elements, types, timeUs, memoryBytes }: SplitProblem,
  upperUs: number,
): PlacementColumns {
  const n = elements.count;
  const column = scenario.cluster.devices.map(() => new Int32Array(n).fill(ABSENT));
  types.forEach((type, t) => {
    type.devices.forEach((d, j) => {
      column[d] = Int32Array.from({ length: n }, (_, v) => {
        const us = timeUs[v * types.length + t];
        const fits = us <= upperUs * (1 + 1e-9) && memoryBytes[v] <= type.memoryBytes;
        return fits && v >= j ? builder.binary() : ABSENT;
      });
    });
  });
  const terms = (v: number, d: number, weight: number) =>
    column[d][v] === ABSENT ? [] : [column[d][v], weight];
  for (let v = 0; v < n; v++)
    builder.equal(
      column.flatMap((_, d) => terms(v, d, 1)),
      1,
    );
  for (const { devices } of types)
    for (let j = 1; j < devices.length; j++) {
      let usedBefore: number[] = [];
      for (let v = 0; v < n; v++) {
        if (column[devices[j]][v] !== ABSENT)
          builder.atMost([column[devices[j]][v], 1, ...usedBefore.map(negateWeight)], 0);
        const used = builder.real({ upper: 1 });
        builder.atMost([used, 1, ...usedBefore.map(negateWeight), ...terms(v, devices[j - 1], -1)], 0);
        usedBefore = [used, 1];
      }
    }

  return {
    column,
    terms,
    devicesOf: (columns) =>
      Int32Array.from({ length: n }, (_, v) =>
        column.findIndex((of) => of[v] !== ABSENT && columns[of[v]] > 0.5),
      ),
    startOf(deviceOf) {
      const renamed = renameByOrder(types, deviceOf);
      const indices: number[] = [];
      const values: number[] = [];
      column.forEach((of, d) => {
        of.forEach((index, v) => {
          if (index === ABSENT) return;
          indices.push(index);
          values.push(renamed[v] === d ? 1 : 0);
        });
      });
      return { indices: Int32Array.from(indices), values: Float64Array.from(values) };
    },
  };
}

const negateWeight = (term: number, i: number) => (i % 2 === 1 ? -term : term);

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
