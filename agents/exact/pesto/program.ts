/**
 * Pesto's integer program (Hafeez, Sun, Gandhi, Liu, Middleware 2021; rebuilt from a description of
 * its sets, not from the paper's text). It chooses devices of units, the order of tasks on each
 * device and of transfers on each link, and minimises the makespan M. Its columns:
 *
 *   x[u,d]    1 if unit u is on device d; the weights on a device fit
 *   y[i,j]    of two tasks without a path between them, i goes first if they share a device
 *   w[k,a,b]  1 if tensor k moves from a to b
 *   o[j,j']   of two transfers that may meet on a link, j goes first
 *
 * Transfers: w[k,a,b] >= x[producer,a] + x[consumer,b] - 1, and the sum of w[k,a,b] over a is at
 * least x[consumer,b] - x[producer,b].
 *
 * Times:
 *
 *   - a consumer on b starts after the last hop of the tensor's transfer to b has arrived;
 *   - hops follow each other;
 *   - the second of two tasks on a device starts when the first has ended;
 *   - the second of two transfers on a link starts when the first has been sent.
 *
 * Within a `Frame` most units keep their devices, and their tasks and transfers keep their order.
 * No choice is left among them. Freed tasks and transfers may be held close to their places.
 *
 * A row under a condition has a term of `big`, at least the upper limit of the makespan. The term
 * lifts the row if the condition does not hold.
 *
 * With one op per task, and links that queue or never wait, every run of the event engine satisfies
 * these rows. So the optimum is a lower bound there.
 */

import { type LinearProgram, programBuilder, weighted } from "../../solver/linear-program.ts";
import { scaleBy } from "../programs/placement-program.ts";
import { endTerms, type Frame, type Parts } from "./parts.ts";
import { type PestoProblem, transferKey } from "./problem.ts";
import { addTaskOrders } from "./task-orders.ts";
import { addTransfers } from "./transfers.ts";

export interface PestoProgram {
  readonly program: LinearProgram;
  /** How many us are 1 unit of the program's objective. */
  readonly unitUs: number;
  /** Device of each unit. */
  unitDevices(columns: Float64Array): Int32Array;
  /** Start of each task in us. */
  startsUs(columns: Float64Array): Float64Array;
  /** Start of each hop of each transfer in us, by `transferKey`. */
  hopStartUs(columns: Float64Array): ReadonlyMap<number, readonly number[]>;
  /** The values of the integer columns for a plan with these devices and starts. */
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
  const { jobs, choices: linkChoices } = addTransfers(parts, upper);
  const choices = [...addTaskOrders(parts), ...linkChoices];
  return {
    program: builder.build(),
    unitUs,
    unitDevices: (columns) =>
      Int32Array.from(x, (of) => [...of].find(([, column]) => columns[column] > 0.5)?.[0] ?? -1),
    startsUs: (columns) => Float64Array.from(start, (column) => columns[column] * unitUs),
    hopStartUs: (columns) =>
      new Map(
        jobs.map(({ tensor, to, hopStart }) => [
          transferKey(problem, tensor, to),
          hopStart.map((column) => columns[column] * unitUs),
        ]),
      ),
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
  for (const of of x) builder.equal(weighted(of.values(), 1), 1);
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
    builder.atMost([...endTerms(parts, task), makespan, -1], 0);
    for (const next of problem.successors[task])
      builder.atMost([...endTerms(parts, task), start[next], -1], 0);
  }
}
