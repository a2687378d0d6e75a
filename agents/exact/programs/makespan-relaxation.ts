/**
 * A linear program whose optimum is at most the makespan of every plan. Like makespan-program.ts it
 * relaxes the event engine. It counts devices by type and gives each type a fraction of each unit,
 * so that its size does not grow with the devices. It uses heads and tails
 * (env/sim/bounds/makespan/chains.ts):
 *
 *   - a type's devices have machines x M of time for their work; their memories together hold the
 *     weights;
 *   - an op starts after its producers and, by type, no earlier than its head; it ends its tail
 *     before M;
 *   - between a producer and a consumer on different types is the fastest transfer between any two
 *     types;
 *   - in a window (r, q): take the ops of a type with heads of at least r and tails of at least q.
 *     Their time on the type is at most machines x (M - r - q).
 *
 * A window requires M >= r + q even if the type is unused. So there are only windows with r + q <=
 * a proven bound.
 *
 * The average over equal devices turns every plan into a point of this program. So its optimum is a
 * lower bound, and so is every dual bound.
 */

import { makespanUnits } from "../../../env/sim/bounds/makespan/bounds.ts";
import { type Chains, chainsOf } from "../../../env/sim/bounds/makespan/chains.ts";
import type { Units } from "../../../env/sim/bounds/units.ts";
import type { Compiled } from "../../../env/sim/engine/compile.ts";
import { type LinearProgram, type ProgramBuilder, programBuilder } from "../../solver/linear-program.ts";
import { apartColumns } from "./apart-columns.ts";

export interface Relaxation {
  readonly program: LinearProgram;
  /** How many us are 1 unit of the program's objective. */
  readonly unitUs: number;
}

/** The most values of heads, and of tails, at which windows begin and end. */
const WINDOW_EDGES = 8;
const ABSENT = -1;

interface Parts {
  readonly compiled: Compiled;
  readonly units: Units;
  readonly chains: Chains;
  readonly builder: ProgramBuilder;
  readonly makespan: number;
  /** Column of the share of each unit on each type, shape [unitCount x typeCount]. */
  readonly share: Int32Array;
  readonly start: readonly number[];
  readonly unitUs: number;
}

/**
 * `lowerUs` is a proven bound on the makespan, `upperUs` the value of a plan, or the ceiling. Null
 * if no plan fits.
 */
export function makespanRelaxation(
  compiled: Compiled,
  { lowerUs, upperUs }: { readonly lowerUs: number; readonly upperUs: number },
): Relaxation | null {
  const units = makespanUnits(compiled);
  const chains = chainsOf(compiled, units);
  const unitUs = Math.max(lowerUs, 1e-3) / 1000;
  const upper = (upperUs / unitUs) * (1 + 1e-9);
  const builder = programBuilder();
  const makespan = builder.real({ upper, cost: 1 });
  const share = shareColumns(builder, units, chains);
  if (share === null) return null;
  const start = Array.from({ length: compiled.opCount }, () => builder.real({ upper }));
  const parts: Parts = { compiled, units, chains, builder, makespan, share, start, unitUs };
  addShares(parts);
  addStarts(parts);
  addDependencies(parts);
  addWork(parts);
  addWindows(parts, lowerUs);
  return { program: builder.build(), unitUs };
}

/**
 * A column for each unit on each type that gives all its ops a head and a tail. Null if a unit can
 * be on no type.
 */
function shareColumns(
  builder: ProgramBuilder,
  { unitOf, unitUs, unitCount, typeCount, opCount }: Units,
  { startUs, runUs, tailUs }: Chains,
): Int32Array | null {
  const able = Uint8Array.from(unitUs, (us) => (us === Number.POSITIVE_INFINITY ? 0 : 1));
  for (let v = 0; v < opCount; v++)
    for (let type = 0; type < typeCount; type++) {
      const i = v * typeCount + type;
      if (startUs[i] + runUs[i] + tailUs[i] === Number.POSITIVE_INFINITY)
        able[unitOf[v] * typeCount + type] = 0;
    }
  for (let unit = 0; unit < unitCount; unit++)
    if (!able.subarray(unit * typeCount, (unit + 1) * typeCount).includes(1)) return null;
  return Int32Array.from(able, (isAble) => (isAble === 0 ? ABSENT : builder.real({ upper: 1 })));
}

/** The sum over types of weight(type) x the share of a unit, as terms of a row. */
function terms(
  { share, units: { typeCount } }: Parts,
  unit: number,
  weight: (type: number) => number,
): number[] {
  const row: number[] = [];
  for (let type = 0; type < typeCount; type++)
    if (share[unit * typeCount + type] !== ABSENT) row.push(share[unit * typeCount + type], weight(type));
  return row;
}

function addShares(parts: Parts): void {
  const { builder, units } = parts;
  for (let unit = 0; unit < units.unitCount; unit++)
    builder.equal(
      terms(parts, unit, () => 1),
      1,
    );
}

function addStarts(parts: Parts): void {
  const { builder, units, chains, makespan, start, unitUs } = parts;
  const { unitOf, typeCount } = units;
  for (let v = 0; v < start.length; v++) {
    const at = (type: number) => v * typeCount + type;
    const head = terms(parts, unitOf[v], (type) => -chains.startUs[at(type)] / unitUs);
    const rest = terms(
      parts,
      unitOf[v],
      (type) => (chains.runUs[at(type)] + chains.tailUs[at(type)]) / unitUs,
    );
    builder.atLeast([start[v], 1, ...head], 0);
    builder.atMost([start[v], 1, ...rest, makespan, -1], 0);
  }
}

function addDependencies(parts: Parts): void {
  const { builder, units, chains, start, share, unitUs } = parts;
  const { unitOf, typeCount } = units;
  const { producer, consumer } = chains.dependencies;
  const apart = apartColumns(builder, typeCount, (unit, type, weight) =>
    share[unit * typeCount + type] === ABSENT ? [] : [share[unit * typeCount + type], weight],
  );
  for (let i = 0; i < producer.length; i++) {
    const [u, v] = [producer[i], consumer[i]];
    const runs = terms(parts, unitOf[u], (type) => chains.runUs[u * typeCount + type] / unitUs);
    const row = [start[u], 1, start[v], -1, ...runs];
    const movesUs = unitOf[u] === unitOf[v] ? 0 : fastestBetweenTypesUs(parts, i);
    if (movesUs > 0) row.push(apart(unitOf[u], unitOf[v]), movesUs / unitUs);
    builder.atMost(row, 0);
  }
}

/**
 * The least time to move a dependency's data to a device of another type; 0 if no plan moves it.
 */
function fastestBetweenTypesUs({ units: { typeCount }, chains }: Parts, dependency: number): number {
  let fastest = Number.POSITIVE_INFINITY;
  for (let from = 0; from < typeCount; from++)
    for (let to = 0; to < typeCount; to++)
      if (from !== to) fastest = Math.min(fastest, chains.transferUs(dependency, from, to));
  return fastest === Number.POSITIVE_INFINITY ? 0 : fastest;
}

function addWork(parts: Parts): void {
  const { builder, units, compiled, makespan, unitUs } = parts;
  const { typeCount, unitCount, machines, typeBytes, unitBytes } = units;
  for (let type = 0; type < typeCount; type++) {
    const sum = (weight: (unit: number) => number): number[] =>
      Array.from({ length: unitCount }, (_, unit) =>
        terms(parts, unit, (other) => (other === type ? weight(unit) : 0)),
      ).flat();
    const work = sum((unit) => units.unitUs[unit * typeCount + type] / unitUs);
    builder.atMost(
      [...work, makespan, -machines[type]],
      (-machines[type] * compiled.fidelity.startUs) / unitUs,
    );
    if (typeBytes[type] === Number.POSITIVE_INFINITY) continue;
    builder.atMost(
      sum((unit) => unitBytes[unit] / typeBytes[type]),
      machines[type],
    );
  }
}

function addWindows(parts: Parts, lowerUs: number): void {
  const { builder, units, chains, makespan, share, unitUs } = parts;
  const { unitOf, typeCount, unitCount, machines } = units;
  for (let type = 0; type < typeCount; type++) {
    const ops = Array.from(unitOf.keys()).filter((v) => share[unitOf[v] * typeCount + type] !== ABSENT);
    const heads = evenly(ops.map((v) => chains.startUs[v * typeCount + type]));
    const tails = evenly(ops.map((v) => chains.tailUs[v * typeCount + type]));
    for (const r of heads)
      for (const q of tails) {
        if (r + q > lowerUs || r + q === 0) continue;
        const workUs = new Float64Array(unitCount);
        for (const v of ops) {
          const i = v * typeCount + type;
          if (chains.startUs[i] >= r && chains.tailUs[i] >= q) workUs[unitOf[v]] += chains.runUs[i];
        }
        const row = [makespan, -machines[type]];
        workUs.forEach((us, unit) => {
          if (us > 0) row.push(share[unit * typeCount + type], us / unitUs);
        });
        if (row.length > 2) builder.atMost(row, (-machines[type] * (r + q)) / unitUs);
      }
  }
}

/** At most `WINDOW_EDGES` of the distinct values, the first and the last among them. */
function evenly(values: readonly number[]): number[] {
  const distinct = [...new Set(values)].sort((a, b) => a - b);
  if (distinct.length <= WINDOW_EDGES) return distinct;
  return Array.from(
    { length: WINDOW_EDGES },
    (_, k) => distinct[Math.round((k * (distinct.length - 1)) / (WINDOW_EDGES - 1))],
  );
}
