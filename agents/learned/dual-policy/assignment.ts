/**
 * A scenario as the dual policy sees it: tasks that are chosen and placed one after the other.
 *
 * A task is one op. Where ops move in groups, it may be a *part* of a group instead: its forward
 * ops, or those after them (problems/schedule/groups.ts). The first task of a group decides its
 * device.
 *
 * Features of a task are those of the published code: run time, bottom level, top level, transfers
 * into it and out of it. Columns are shifted and scaled to mean 0 and spread 1 over the
 * tasks. The graph is undirected, and an edge has the time of its transfer.
 */
import type { Scenario } from "../../../env/model/scenario.ts";
import type { PassCounter } from "../../../env/sim/evaluator/budget.ts";
import { choicesOf } from "../../problems/choices.ts";
import { groupProblem } from "../../problems/schedule/groups.ts";
import { positionsOf } from "../../problems/schedule/order.ts";
import { downwardRanks, type ScheduleProblem, upwardRanks } from "../../problems/schedule/problem.ts";
import { scheduleProblemOf } from "../../problems/schedule/scenario.ts";
import type { EdgeList } from "../../tensors/graph/neighbour-sum.ts";

/** What one step of an episode places. */
export type Unit = "groups" | "ops";

export const TASK_COLUMNS = 5;

export interface Assignment {
  readonly scenario: Scenario;
  /** The problem of the tasks, and that of the ops. They are the same where a task is an op. */
  readonly problem: ScheduleProblem;
  readonly ofOps: ScheduleProblem;
  /** Task of each op. */
  readonly taskOf: Int32Array;
  readonly taskCount: number;
  readonly deviceCount: number;
  /** Raw features in us, [tasks x TASK_COLUMNS], and the same scaled over the tasks. */
  readonly rawColumns: Float64Array;
  readonly columns: Float32Array;
  /** Longest path of work and mean transfers below each task, its own run time included, us. */
  readonly bottomUs: Float64Array;
  /** The next task on the longest path below and above each task, -1 at its end. */
  readonly below: Int32Array;
  readonly above: Int32Array;
  /** Position of each task in the topological order. */
  readonly position: Int32Array;
  /** Every pair of neighbours in both directions. A graph without edges has a loop instead. */
  readonly edges: EdgeList;
  /** Time of each edge's transfer, scaled over the edges. */
  readonly edgeColumn: Float32Array;
  /** Mean run time of a task, us: the unit of differences between times. */
  readonly unitUs: number;
}

export function assignmentOf(scenario: Scenario, unit: Unit, passes: PassCounter): Assignment {
  const ofOps = scheduleProblemOf(choicesOf(scenario, "all"), 0, passes);
  const groups = unit === "groups" ? groupProblem(ofOps) : null;
  const problem = groups?.problem ?? ofOps;
  const { tasks, deviceCount } = problem;
  const taskCount = tasks.opCount;
  const run = meanRuns(problem);
  const move = meanMoves(problem);
  const bottomUs = upwardRanks(problem, { withDelays: true });
  const topUs = downwardRanks(problem).map((us, task) => us + run[task]);
  const rawColumns = new Float64Array(taskCount * TASK_COLUMNS);
  for (let task = 0; task < taskCount; task++)
    rawColumns.set([run[task], bottomUs[task], topUs[task]], task * TASK_COLUMNS);
  for (let e = 0; e < tasks.edgeCount; e++) {
    rawColumns[tasks.edgeDestination[e] * TASK_COLUMNS + 3] += move[e];
    rawColumns[tasks.edgeSource[e] * TASK_COLUMNS + 4] += move[e];
  }
  return {
    scenario,
    problem,
    ofOps,
    taskOf: groups?.partOf ?? Int32Array.from({ length: taskCount }, (_, op) => op),
    taskCount,
    deviceCount,
    rawColumns,
    columns: scaledColumns(rawColumns, TASK_COLUMNS),
    bottomUs,
    ...longestPaths(problem, bottomUs, topUs, move),
    position: positionsOf(tasks),
    edges: bothWays(problem),
    edgeColumn: tasks.edgeCount === 0 ? new Float32Array(1) : scaledColumns(twice(move), 1),
    unitUs: Math.max(run.reduce((sum, us) => sum + us, 0) / taskCount, Number.MIN_VALUE),
  };
}

/** Mean run time of each task over the devices that it may take, us. */
function meanRuns({ tasks, runUs, setOf, setDevices, deviceCount }: ScheduleProblem): Float64Array {
  return Float64Array.from({ length: tasks.opCount }, (_, task) => {
    const devices = setDevices[setOf[task]];
    return devices.reduce((sum, d) => sum + runUs[task * deviceCount + d], 0) / devices.length;
  });
}

/** Mean time of each edge's transfer over the pairs of different devices, us. */
function meanMoves({ tasks, deviceCount, edgeBytes, latencyUs, bytesPerUs }: ScheduleProblem): Float64Array {
  const pairs = deviceCount * (deviceCount - 1);
  let latency = 0;
  let usPerByte = 0;
  for (let pair = 0; pair < deviceCount * deviceCount; pair++) {
    if (Math.floor(pair / deviceCount) === pair % deviceCount) continue;
    latency += latencyUs[pair] / pairs;
    usPerByte += 1 / bytesPerUs[pair] / pairs;
  }
  return Float64Array.from({ length: tasks.edgeCount }, (_, e) =>
    edgeBytes[e] < 0 ? 0 : latency + edgeBytes[e] * usPerByte,
  );
}

function longestPaths(
  { tasks }: ScheduleProblem,
  bottomUs: Float64Array,
  topUs: Float64Array,
  move: Float64Array,
): Pick<Assignment, "below" | "above"> {
  const below = new Int32Array(tasks.opCount).fill(-1);
  const above = new Int32Array(tasks.opCount).fill(-1);
  const [belowUs, aboveUs] = [new Float64Array(tasks.opCount), new Float64Array(tasks.opCount)];
  for (let e = 0; e < tasks.edgeCount; e++) {
    const [from, to] = [tasks.edgeSource[e], tasks.edgeDestination[e]];
    const [down, up] = [move[e] + bottomUs[to], move[e] + topUs[from]];
    if (below[from] === -1 || down > belowUs[from]) [below[from], belowUs[from]] = [to, down];
    if (above[to] === -1 || up > aboveUs[to]) [above[to], aboveUs[to]] = [from, up];
  }
  return { below, above };
}

function bothWays({ tasks }: ScheduleProblem): EdgeList {
  const { edgeSource, edgeDestination, edgeCount } = tasks;
  if (edgeCount === 0) return { from: Int32Array.of(0), to: Int32Array.of(0) };
  const from = new Int32Array(2 * edgeCount);
  const to = new Int32Array(2 * edgeCount);
  from.set(edgeSource);
  from.set(edgeDestination, edgeCount);
  to.set(edgeDestination);
  to.set(edgeSource, edgeCount);
  return { from, to };
}

function twice(values: Float64Array): Float64Array {
  const both = new Float64Array(2 * values.length);
  both.set(values);
  both.set(values, values.length);
  return both;
}

/** Columns shifted and scaled to mean 0 and spread 1; a column without spread is 0. */
export function scaledColumns(raw: Float64Array, columns: number): Float32Array {
  const rows = raw.length / columns;
  const scaled = new Float32Array(raw.length);
  for (let c = 0; c < columns; c++) {
    let mean = 0;
    for (let row = 0; row < rows; row++) mean += raw[row * columns + c] / rows;
    let square = 0;
    for (let row = 0; row < rows; row++) square += (raw[row * columns + c] - mean) ** 2 / rows;
    const spread = Math.sqrt(square);
    if (spread <= LEAST_SPREAD * Math.abs(mean)) continue;
    for (let row = 0; row < rows; row++) scaled[row * columns + c] = (raw[row * columns + c] - mean) / spread;
  }
  return scaled;
}

/** A smaller one is rounding. */
export const LEAST_SPREAD = 1e-9;
