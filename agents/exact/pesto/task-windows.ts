/**
 * Pesto's program (program.ts) on graphs of 100 to 200 tasks, which is too large to be solved at
 * once: fix and optimize (Pochet and Wolsey, "Production Planning by Mixed Integer Programming",
 * 2006). A window frees the devices of a few units, the order of their tasks and of their
 * transfers; all else keeps device and order. The objective stays the makespan of all tasks.
 *
 * Windows lie along the critical path of the present solution, whose length no other window can
 * change. Each is a program of its own that starts from the present solution and must beat it by
 * `WORTH`. What it finds is timed by decode.ts, since the order of freed transfers is left open. A
 * window without a better solution is not tried again before the solution changes.
 *
 * Windows come from the random stream and solves end by simplex iterations, so the same seed gives
 * the same solutions.
 */
import type { Rng } from "../../../env/model/rng.ts";
import type { PassCounter } from "../../../env/sim/evaluator/budget.ts";
import { type MipLimits, type MipResult, STOPPED, solveMip } from "../../solver/highs.ts";
import { decode, type ExactSchedule } from "./decode.ts";
import type { PestoProblem } from "./problem.ts";
import { pestoProgram } from "./program.ts";
import { keysOf, ROUNDING } from "./solve.ts";

export interface TaskWindowLimits {
  readonly windows: number;
  /** Units that a window frees. */
  readonly units: number;
  /** Simplex iterations, nodes and seconds of one window. */
  readonly iterations: number;
  readonly nodes: number;
  readonly seconds: number;
  /** Asked between solves and a few times a second. */
  readonly stopped: () => boolean;
}

export interface TaskWindowsReport {
  solved: number;
  improved: number;
  timeLimited: boolean;
}

/** Places that a freed task may pass in the line of a device. */
const NEAR = 2;
/** The least improvement that a window must find, as a share. */
const WORTH = 1e-4;
/** After this many draws without a window that is left to try, there is none. */
const DRAWS = 50;

/** Yields solutions of the program, each shorter than the one before. */
export async function* improveTasks(
  problem: PestoProblem,
  first: ExactSchedule,
  passes: PassCounter,
  rng: Rng,
  limits: TaskWindowLimits,
): AsyncGenerator<ExactSchedule, TaskWindowsReport> {
  const report: TaskWindowsReport = { solved: 0, improved: 0, timeLimited: false };
  const neighbours = unitNeighbours(problem);
  const failed = new Set<string>();
  let present = first;
  while (report.solved < limits.windows && !limits.stopped()) {
    const free = nextWindow(problem, present, neighbours, rng, limits.units, failed);
    if (free === null) return report;
    const { end, found } = await solveWindow(problem, present, free, passes, limits);
    report.timeLimited ||= end === "time" || end === "stopped";
    report.solved++;
    if (found === null) {
      failed.add(nameOf(free));
      continue;
    }
    failed.clear();
    report.improved++;
    present = found;
    yield present;
  }
  return report;
}

async function solveWindow(
  problem: PestoProblem,
  present: ExactSchedule,
  free: ReadonlySet<number>,
  passes: PassCounter,
  { iterations, nodes, seconds, stopped }: TaskWindowLimits,
): Promise<{ readonly end: MipResult["end"]; readonly found: ExactSchedule | null }> {
  const frame = { ...present, isFree: (unit: number) => free.has(unit), near: NEAR };
  const program = pestoProgram(problem, { upperUs: present.makespanUs * (1 + ROUNDING), lowerUs: 0, frame });
  const limits: MipLimits = { iterations, nodes, seconds, relativeGap: WORTH };
  const start = program.startOf(present.unitDevice, present.startsUs);
  const solver = solveMip(program.program, { start, limits, stopped });
  let shortestUs = present.makespanUs * (1 - WORTH);
  let found: ExactSchedule | null = null;
  try {
    for (;;) {
      const { done, value } = await solver.next();
      if (done === true) return { end: value.end, found };
      const schedule = decode(problem, keysOf(program, value.columns), passes);
      if (schedule.makespanUs >= shortestUs) continue;
      found = schedule;
      shortestUs = schedule.makespanUs;
    }
  } finally {
    await solver.return(STOPPED);
  }
}

const nameOf = (free: ReadonlySet<number>): string => [...free].sort((a, b) => a - b).join();

/**
 * Units around a task of the critical path: those next to it in the graph or in time, critical ones
 * first. Null where all that were drawn have failed.
 */
function nextWindow(
  problem: PestoProblem,
  schedule: ExactSchedule,
  neighbours: readonly ReadonlySet<number>[],
  rng: Rng,
  size: number,
  failed: ReadonlySet<string>,
): ReadonlySet<number> | null {
  const path = criticalPath(problem, schedule);
  for (let draw = 0; draw < DRAWS; draw++) {
    const centre = path[rng.int(path.length)];
    const free =
      rng.next() < 0.5
        ? connectedUnits(problem, neighbours, centre, size, rng)
        : unitsAround(problem, schedule, schedule.startsUs[centre], size);
    if (!failed.has(nameOf(free))) return free;
  }
  return null;
}

/** The chain of waits that ends with the makespan, backwards. */
function criticalPath({ tasks, runUs, compiled }: PestoProblem, schedule: ExactSchedule): number[] {
  const { startsUs, unitDevice, waitsFor } = schedule;
  const endUs = (task: number) =>
    startsUs[task] + runUs[task * compiled.deviceCount + unitDevice[tasks.unitOf[task]]];
  const path: number[] = [];
  let last = 0;
  for (let task = 1; task < tasks.count; task++) if (endUs(task) > endUs(last)) last = task;
  for (let task = last; task !== -1; task = waitsFor[task]) path.push(task);
  return path;
}

function connectedUnits(
  { tasks }: PestoProblem,
  neighbours: readonly ReadonlySet<number>[],
  centre: number,
  size: number,
  rng: Rng,
): ReadonlySet<number> {
  const units = new Set([tasks.unitOf[centre]]);
  const open = [...neighbours[tasks.unitOf[centre]]];
  while (units.size < size && open.length > 0) {
    const [unit] = open.splice(rng.int(open.length), 1);
    if (units.has(unit)) continue;
    units.add(unit);
    open.push(...neighbours[unit]);
  }
  return units;
}

/** The units whose tasks start closest to a time. */
export function unitsAround(
  { tasks }: PestoProblem,
  { startsUs }: { readonly startsUs: Float64Array },
  us: number,
  size: number,
): ReadonlySet<number> {
  const byDistance = [...startsUs.keys()].sort(
    (a, b) => Math.abs(startsUs[a] - us) - Math.abs(startsUs[b] - us) || a - b,
  );
  const units = new Set<number>();
  for (const task of byDistance) {
    units.add(tasks.unitOf[task]);
    if (units.size === size) break;
  }
  return units;
}

/** Units whose tasks exchange data with a unit's. */
function unitNeighbours({ tasks, tensors }: PestoProblem): ReadonlySet<number>[] {
  const neighbours = Array.from({ length: tasks.unitCount }, () => new Set<number>());
  for (const { producer, consumers } of tensors)
    for (const consumer of consumers) {
      const [a, b] = [tasks.unitOf[producer], tasks.unitOf[consumer]];
      if (a === b) continue;
      neighbours[a].add(b);
      neighbours[b].add(a);
    }
  return neighbours;
}
