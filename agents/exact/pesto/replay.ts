/**
 * Turns a schedule of tasks into a plan that the simulator runs in the same order. Tasks are
 * ordered by their starts, the ops of a task topologically. Turns a simulated plan back into starts
 * of tasks.
 */
import { type Placement, placement } from "../../../env/model/plan/placement.ts";
import type { PassCounter } from "../../../env/sim/evaluator/budget.ts";
import type { MeteredEvaluator } from "../../../env/sim/evaluator/meter.ts";
import type { ListOrder } from "../../lists/list-order.ts";
import type { PestoProblem } from "./problem.ts";

export interface TaskSchedule {
  readonly unitDevice: Int32Array;
  readonly startsUs: Float64Array;
}

/** The plan that runs a schedule in its own order. One private pass. */
export function replay(problem: PestoProblem, schedule: TaskSchedule, passes: PassCounter): Placement {
  passes.pass();
  return replayPlan(problem, schedule);
}

/**
 * Three plans with the devices of the schedule: in its own order, first come, first served, and in
 * the order of a list schedule. Two private passes: the replay and the list schedule.
 */
export function replays(
  problem: PestoProblem,
  schedule: TaskSchedule,
  listOrder: ListOrder,
  passes: PassCounter,
): Placement[] {
  const plan = replay(problem, schedule, passes);
  const device = Int32Array.from(plan.device);
  return [plan, placement(plan.device), { ...plan, opPriority: listOrder.of(device) }];
}

/** Evaluates the plans until the budget ends; yields those that are better than all before. */
export function* betterOf(
  plans: readonly Placement[],
  evaluator: MeteredEvaluator,
): Generator<Placement, void> {
  for (const plan of plans) {
    if (evaluator.exhausted) return;
    const before = evaluator.best?.outcome.cost ?? Number.POSITIVE_INFINITY;
    if (evaluator.evaluate(plan).cost < before) yield plan;
  }
}

function replayPlan(problem: PestoProblem, { unitDevice, startsUs }: TaskSchedule): Placement {
  const { tasks, compiled } = problem;
  const { taskOf, unitOf } = tasks;
  const rank = tasksInOrder(problem, startsUs);
  const { topologicalOrder } = compiled.scenario.graph;
  const ops = Array.from(topologicalOrder).sort((a, b) => rank[taskOf[a]] - rank[taskOf[b]]);
  const opPriority = new Float64Array(ops.length);
  ops.forEach((v, position) => {
    opPriority[v] = position;
  });
  return { kind: "placement", device: taskOf.map((task) => unitDevice[unitOf[task]]), opPriority };
}

/**
 * Rank of each task. The next rank goes to the task that starts first among those whose producers
 * have ranks. So rounding errors of starts cannot break the order.
 */
function tasksInOrder({ tasks, successors }: PestoProblem, startsUs: Float64Array): Int32Array {
  const waits = new Int32Array(tasks.count);
  for (const next of successors) for (const task of next) waits[task]++;
  const rank = new Int32Array(tasks.count).fill(-1);
  for (let position = 0; position < tasks.count; position++) {
    let first = -1;
    for (let task = 0; task < tasks.count; task++)
      if (rank[task] === -1 && waits[task] === 0 && (first === -1 || startsUs[task] < startsUs[first]))
        first = task;
    rank[first] = position;
    for (const next of successors[first]) waits[next]--;
  }
  return rank;
}

/**
 * The schedule of a plan: each unit is on the device that does most of its work, and each task
 * starts with its first op.
 */
export function taskSchedule(
  { tasks, compiled, unitDevices }: PestoProblem,
  { device }: Placement,
  opStartUs: Float64Array,
): TaskSchedule {
  const { taskOf, unitOf, unitCount, count } = tasks;
  const { deviceCount, runUs } = compiled;
  const workUs = new Float64Array(unitCount * deviceCount);
  const startsUs = new Float64Array(count).fill(Number.POSITIVE_INFINITY);
  taskOf.forEach((task, v) => {
    workUs[unitOf[task] * deviceCount + device[v]] += runUs[v * deviceCount + device[v]] + Number.EPSILON;
    startsUs[task] = Math.min(startsUs[task], opStartUs[v]);
  });
  const unitDevice = Int32Array.from(unitDevices, (devices, unit) => {
    const share = workUs.subarray(unit * deviceCount, (unit + 1) * deviceCount);
    const most = share.reduce((best, us, d) => (us > share[best] ? d : best), 0);
    // The first unit may take only one of several interchangeable devices; `renamed` sees to that.
    return unit === 0 || devices.includes(most) ? most : devices[0];
  });
  return { unitDevice, startsUs };
}
