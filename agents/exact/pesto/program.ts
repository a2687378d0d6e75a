/**
 * Pesto's integer program (Hafeez, Sun, Gandhi, Liu, Middleware 2021; rebuilt from a description of
 * its sets, not from the paper's text): devices of units, the order of tasks on each device and of
 * transfers on each link, least makespan M.
 *
 *   x[u,d]       unit u lies on device d; the weights on a device fit
 *   y[i,j]       of two tasks without a path between them, i goes first if they share a device
 *   w[k,a,b]     tensor k moves from a to b: at least x[producer,a] + x[consumer,b] - 1; summed over a, x[consumer,b] - x[producer,b]
 *   o[j,j']      of two transfers that may meet on a link, j goes first
 *
 *   a consumer on b starts after the last hop of the tensor's transfer to b has arrived; hops follow each other; the second of two
 *   tasks on a device starts when the first has ended, and the second of two transfers on a link when the first has been sent.
 *
 * Within a `Frame` most units keep their devices, and what they run and send its order: no choice
 * is left among them.
 *
 * Where a condition does not apply, a term of BIG, the known upper limit of M, lifts it. With one
 * op for each task everything that the event engine does under a fidelity whose links queue or
 * never wait satisfies this, so that its optimum is a lower bound there.
 */

import { type LinearProgram, programBuilder } from "../../solver/linear-program.ts";
import { scaleBy } from "../programs/placement-program.ts";
import { type Choice, type Frame, gapAfter, isKept, merged, type Parts, runTerms } from "./parts.ts";
import type { PestoProblem } from "./problem.ts";
import { addTransfers } from "./transfers.ts";

export interface PestoProgram {
  readonly program: LinearProgram;
  readonly unitUs: number;
  unitDevices(columns: Float64Array): Int32Array;
  /** Start of each task in us. */
  startsUs(columns: Float64Array): Float64Array;
  /** The integer columns of a plan with these devices, whose tasks start then. */
  startOf(
    unitDevice: Int32Array,
    startsUs: Float64Array,
  ): { readonly indices: Int32Array; readonly values: Float64Array };
}

export function pestoProgram(
  problem: PestoProblem,
  { upperUs, lowerUs, frame }: { readonly upperUs: number; readonly lowerUs: number; readonly frame?: Frame },
): PestoProgram {
  const { fidelity } = problem.compiled;
  const { unitUs, upper } = scaleBy(upperUs);
  const builder = programBuilder();
  const makespan = builder.real({ lower: Math.min(lowerUs / unitUs, upper), upper, cost: 1 });
  const x = problem.unitDevices.map((devices, unit) => {
    const kept = frame === undefined || frame.isFree(unit) ? devices : [frame.unitDevice[unit]];
    return new Map(kept.map((d) => [d, builder.binary()]));
  });
  const lower = Math.min(fidelity.startUs / unitUs, upper);
  const start = Array.from({ length: problem.tasks.count }, () => builder.real({ lower, upper }));
  const big = upper + Math.max(fidelity.opGapUs, fidelity.transferGapUs) / unitUs;
  const parts: Parts = { frame, problem, builder, unitUs, big, makespan, x, start };
  addUnits(parts);
  addPrecedence(parts);
  const choices = [...addTaskOrders(parts), ...addTransfers(parts, upper)];
  return {
    program: builder.build(),
    unitUs,
    unitDevices: (columns) =>
      Int32Array.from(x, (of) => [...of].find(([, column]) => columns[column] > 0.5)?.[0] ?? -1),
    startsUs: (columns) => Float64Array.from(start, (column) => columns[column] * unitUs),
    startOf(unitDevice, startsUs) {
      const indices: number[] = [];
      const values: number[] = [];
      const set = (column: number, isSet: boolean) => {
        indices.push(column);
        values.push(isSet ? 1 : 0);
      };
      x.forEach((of, unit) => {
        for (const [d, column] of of) set(column, unitDevice[unit] === d);
      });
      for (const { column, isSet } of choices) set(column, isSet(startsUs));
      return { indices: Int32Array.from(indices), values: Float64Array.from(values) };
    },
  };
}

function addUnits({ problem, builder, makespan, x, unitUs }: Parts): void {
  const { runUs, unitBytes, limitBytes, tasks, compiled } = problem;
  for (const of of x)
    builder.equal(
      [...of.values()].flatMap((column) => [column, 1]),
      1,
    );
  limitBytes.forEach((limit, d) => {
    const work = new Float64Array(x.length);
    for (let task = 0; task < tasks.count; task++)
      work[tasks.unitOf[task]] += runUs[task * compiled.deviceCount + d];
    const here = x.flatMap((of, unit) => (of.has(d) ? [{ unit, column: of.get(d)! }] : []));
    builder.atMost(
      [makespan, -1, ...here.flatMap(({ unit, column }) => [column, work[unit] / unitUs])],
      -compiled.fidelity.startUs / unitUs,
    );
    if (limit === Number.POSITIVE_INFINITY) return;
    builder.atMost(
      here.flatMap(({ unit, column }) => [column, unitBytes[unit] / limit]),
      1,
    );
  });
}

function addPrecedence(parts: Parts): void {
  const { problem, builder, start, makespan } = parts;
  for (let task = 0; task < start.length; task++) {
    builder.atMost([start[task], 1, ...runTerms(parts, task), makespan, -1], 0);
    for (const next of problem.successors[task])
      builder.atMost([start[task], 1, ...runTerms(parts, task), start[next], -1], 0);
  }
}

/** Kept tasks of a device follow each other as they did. */
function addKeptOrders(parts: Parts): void {
  const { problem, builder, start, frame } = parts;
  if (frame === undefined) return;
  const { startsUs, unitDevice } = frame;
  const { unitOf } = problem.tasks;
  const kept = [...start.keys()]
    .filter((task) => isKept(parts, task))
    .sort((a, b) => startsUs[a] - startsUs[b] || a - b);
  const last = new Map<number, number>();
  for (const task of kept) {
    const d = unitDevice[unitOf[task]];
    const before = last.get(d);
    if (before !== undefined)
      builder.atMost(
        [start[before], 1, start[task], -1, ...runTerms(parts, before)],
        -gapAfter(parts, before, d),
      );
    last.set(d, task);
  }
}

function addTaskOrders(parts: Parts): Choice[] {
  const { problem, builder, start, x, big } = parts;
  const { tasks, reaches } = problem;
  const choices: Choice[] = [];
  addKeptOrders(parts);
  for (let i = 0; i < tasks.count; i++)
    for (let j = i + 1; j < tasks.count; j++) {
      if (isKept(parts, i) && isKept(parts, j)) continue;
      const [a, b] = [x[tasks.unitOf[i]], x[tasks.unitOf[j]]];
      const shared = [...a.keys()].filter((d) => b.has(d));
      if (reaches[i * tasks.count + j] === 1 || shared.length === 0) continue;
      const first = builder.binary();
      choices.push({ column: first, isSet: (startsUs) => startsUs[i] <= startsUs[j] });
      const isUnit = a === b;
      for (const d of isUnit ? [shared[0]] : shared) {
        const lifted = isUnit ? [] : [a.get(d)!, big, b.get(d)!, big];
        const apart = isUnit ? 0 : 2 * big;
        const order = (from: number, to: number, weight: number, limit: number) =>
          builder.atMost(
            merged([start[from], 1, start[to], -1, ...runTerms(parts, from), ...lifted, first, weight]),
            limit + apart - gapAfter(parts, from, d),
          );
        order(i, j, big, big);
        order(j, i, -big, 0);
      }
    }
  return choices;
}
