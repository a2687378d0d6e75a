/**
 * The linear program of m-SCT: which child of a task should follow it on its device (Hanen and
 * Munier, "An approximation algorithm for scheduling dependent tasks on m processors with small
 * communication delays", Discrete Applied Mathematics 2001; Jeon et al., Baechi, SoCC 2020). An
 * edge has x = 0 where the consumer is the favourite child, whose input then costs nothing.
 *
 *   minimise w where  start(i) + run(i) <= w
 *                     start(i) + run(i) + delay(i,j) x(i,j) <= start(j)
 *                     sum over j of (1 - x(i,j)) <= 1      at most one favourite child
 *                     sum over i of (1 - x(i,j)) <= 1      and at most one favourite parent
 *
 * with 0 <= x <= 1 and one x for each pair whose transfer takes time. Run times and delays are the
 * least of any device and pair of devices.
 *
 * With small communication no delay is longer than any run time. Then the optimum is at most the
 * makespan of every schedule without contention, on any number of devices. The reason is that a
 * second child on the device has to wait for the first one anyway. With larger delays it bounds
 * nothing.
 *
 * An edge is favoured where x < 1/2. So no task has two favourite children or parents, and none of
 * Baechi's conflicts arise.
 */
import type { ScheduleProblem } from "../problems/schedule/problem.ts";
import { solveToEnd } from "../solver/highs.ts";
import { type LinearProgram, programBuilder } from "../solver/linear-program.ts";

export interface FavouriteLimits {
  /** Simplex iterations. */
  readonly iterations: number;
  /** A guard: a program that it ends has no answer. */
  readonly seconds: number;
  /** Largest program tried, in coefficients. */
  readonly size: number;
}

export interface Favourites {
  /** The program's optimum, in us. */
  readonly optimumUs: number;
  /** Favourite child of each task, -1 for none. */
  readonly child: Int32Array;
}

interface Arc {
  readonly from: number;
  readonly to: number;
  readonly delayUs: number;
}

interface FavouriteProgram {
  readonly program: LinearProgram;
  /** Us for 1 unit of the program's objective. */
  readonly unitUs: number;
  /** The arcs whose transfer takes time, and the column of each. */
  readonly arcs: readonly Arc[];
  readonly column: readonly number[];
}

const THRESHOLD = 0.5;

/** Values of the columns of solved programs, by program; null where there is no answer. */
export type SolvedPrograms = Map<string, Float64Array | null>;

/**
 * Null where the program is too large or was not solved within its limits. Problems that differ in
 * memory alone have the same program, which `solved` keeps from being solved again.
 */
export async function favouriteChildren(
  problem: ScheduleProblem,
  { size, ...limits }: FavouriteLimits,
  solved: SolvedPrograms = new Map(),
): Promise<Favourites | null> {
  const { program, unitUs, arcs, column } = favouriteProgram(problem);
  if (program.rowColumn.length > size) return null;
  const key = JSON.stringify(program, (_, value) =>
    ArrayBuffer.isView(value) ? Array.from(value as Float64Array) : value,
  );
  let columns = solved.get(key);
  if (columns === undefined) {
    columns = await columnsOf(program, limits);
    solved.set(key, columns);
  }
  if (columns === null) return null;
  const child = new Int32Array(problem.tasks.opCount).fill(-1);
  arcs.forEach(({ from, to }, i) => {
    if (columns[column[i]] < THRESHOLD) child[from] = to;
  });
  return { optimumUs: columns[0] * unitUs, child };
}

async function columnsOf(
  program: LinearProgram,
  { iterations, seconds }: Omit<FavouriteLimits, "size">,
): Promise<Float64Array | null> {
  const limits = { iterations, seconds, nodes: 1, relativeGap: 0 };
  const { columns } = await solveToEnd(program, { limits });
  return columns ?? null;
}

function favouriteProgram(problem: ScheduleProblem): FavouriteProgram {
  const { opCount } = problem.tasks;
  const runUs = leastRunsUs(problem);
  const all = arcsOf(problem);
  const serialUs = [...runUs, ...all.map(({ delayUs }) => delayUs)].reduce((sum, us) => sum + us, 0);
  const unitUs = Math.max(serialUs, 1e-3) / 1000;
  const builder = programBuilder();
  const makespan = builder.real({ cost: 1 });
  const start = Array.from({ length: opCount }, () => builder.real());
  start.forEach((column, task) => {
    builder.atLeast([makespan, 1, column, -1], runUs[task] / unitUs);
  });
  const arcs = all.filter(({ delayUs }) => delayUs > 0);
  const column = arcs.map(() => builder.real({ upper: 1 }));
  for (const { from, to, delayUs } of all)
    if (delayUs === 0) builder.atLeast([start[to], 1, start[from], -1], runUs[from] / unitUs);
  arcs.forEach(({ from, to, delayUs }, i) => {
    const terms = [start[to], 1, start[from], -1, column[i], -delayUs / unitUs];
    builder.atLeast(terms, runUs[from] / unitUs);
  });
  for (const end of ["from", "to"] as const)
    for (const own of columnsByTask(arcs, column, end, opCount))
      if (own.length > 1)
        builder.atLeast(
          own.flatMap((x) => [x, 1]),
          own.length - 1,
        );
  return { program: builder.build(), unitUs, arcs, column };
}

function columnsByTask(
  arcs: readonly Arc[],
  column: readonly number[],
  end: "from" | "to",
  opCount: number,
): number[][] {
  const columns: number[][] = Array.from({ length: opCount }, () => []);
  arcs.forEach((arc, i) => {
    columns[arc[end]].push(column[i]);
  });
  return columns;
}

function leastRunsUs({ tasks, deviceCount, runUs }: ScheduleProblem): number[] {
  return Array.from({ length: tasks.opCount }, (_, task) =>
    Math.min(...runUs.subarray(task * deviceCount, (task + 1) * deviceCount)),
  );
}

/** One arc for each pair of tasks, with the longest of its edges' delays. */
function arcsOf({ tasks, deviceCount, edgeBytes, latencyUs, bytesPerUs }: ScheduleProblem): Arc[] {
  const pairs = Array.from(latencyUs.keys()).filter((pair) => pair % (deviceCount + 1) !== 0);
  const leastDelayUs = (bytes: number) =>
    bytes < 0 || pairs.length === 0
      ? 0
      : Math.min(...pairs.map((pair) => bytes / bytesPerUs[pair] + latencyUs[pair]));
  const arcs = new Map<string, Arc>();
  for (let e = 0; e < tasks.edgeCount; e++) {
    const [from, to] = [tasks.edgeSource[e], tasks.edgeDestination[e]];
    const delayUs = Math.max(leastDelayUs(edgeBytes[e]), arcs.get(`${from}>${to}`)?.delayUs ?? 0);
    arcs.set(`${from}>${to}`, { from, to, delayUs });
  }
  return [...arcs.values()];
}
