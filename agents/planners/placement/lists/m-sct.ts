/**
 * m-SCT (Jeon et al., "Baechi: fast device placement of machine learning graphs", SoCC 2020, after
 * Hanen and Munier, "An approximation algorithm for scheduling dependent tasks on m processors with
 * small communication delays", Discrete Applied Mathematics 2001), with memory limits and
 * co-location. It is m-ETF that keeps favourite children with their parents.
 *
 * A device whose last task has a favourite child is *awake* for it while the child is ready, fits
 * there and starts nowhere earlier. An awake device runs that child, or an *urgent* task: one that
 * could start there as late as anywhere. All else is as in m-ETF: the earliest start first, ties to
 * the favourite child, then to the lower task, then to the lower device. A linear program chooses
 * the favourite children (agents/lists/sct-relaxation.ts).
 */
import { z } from "zod";
import type { PlannerModule } from "../../../contract.ts";
import { createChannels } from "../../../lists/half-duplex-channels.ts";
import { listMethod, planByList } from "../../../lists/list-plan.ts";
import { equalDevices, LIST_SEARCH_SPACE, listOptions } from "../../../lists/list-planner.ts";
import { choicesOf } from "../../../problems/choices.ts";
import {
  type NoRoom,
  rooms,
  type Schedule,
  type ScheduleProblem,
} from "../../../problems/schedule-problem.ts";
import { mEtfSchedule } from "./m-etf.ts";

const options = z.strictObject({
  ...listOptions(equalDevices).shape,
  size: z
    .number()
    .int()
    .min(1)
    .default(20_000)
    .describe(
      "Largest linear program tried, in coefficients; a larger graph is scheduled by its groups alone.",
    ),
  iterations: z
    .number()
    .int()
    .min(1)
    .default(100_000)
    .describe("Most simplex iterations; a program that needs more has no answer."),
});

/** A guard, far above what a program of the default size takes. */
const LONGEST_SECONDS = 600;

export const mSct: PlannerModule<z.infer<typeof options>> = {
  kind: "planner",
  card: {
    id: "m-sct",
    name: "m-SCT",
    summary:
      "Like m-ETF, but keeps the favourite child of each op, found by a linear program, on its device.",
    searchSpace: LIST_SEARCH_SPACE,
    paper: "Jeon et al.: Baechi: fast device placement of machine learning graphs. SoCC 2020",
    limits:
      "As m-ETF. The solver is HiGHS, whose optimum may be another than a commercial solver's; devices found by groups are put in order by m-ETF.",
  },
  traits: { answers: "placement", objectives: "any", effort: "seconds", random: false },
  options,
  create: ({ pool, variants, ...limits }) => ({
    plan(scenario, evaluator) {
      const favoured = async (problem: ScheduleProblem) => {
        const { favouriteChildren } = await import("../../../lists/sct-relaxation.ts");
        const favourites = await favouriteChildren(problem, { ...limits, seconds: LONGEST_SECONDS });
        return favourites === null ? null : mSctSchedule(problem, favourites.child);
      };
      const method = { ...listMethod(mEtfSchedule), schedule: favoured, slowdowns: [] };
      return planByList(choicesOf(scenario, pool), evaluator, method, variants);
    },
  }),
};

/** `favouriteChild` of each task, -1 for none. */
export function mSctSchedule(problem: ScheduleProblem, favouriteChild: Int32Array): Schedule | NoRoom {
  const { tasks, deviceCount, runUs, setOf, setDevices } = problem;
  const device = new Int32Array(tasks.opCount).fill(-1);
  const startUs = new Float64Array(tasks.opCount);
  const endUs = new Float64Array(tasks.opCount);
  const freeUs = new Float64Array(deviceCount);
  const lastTask = new Int32Array(deviceCount).fill(-1);
  const order: number[] = [];
  const room = rooms(problem);
  const channels = createChannels(problem);
  const waiting = tasks.inStart.subarray(1).map((end, task) => end - tasks.inStart[task]);
  const ready: number[] = [];
  /** Start of each ready task on each device at present; `Infinity` where it cannot run. */
  const candidateUs = new Float64Array(tasks.opCount * deviceCount).fill(Number.POSITIVE_INFINITY);
  const announce = (task: number) => {
    channels.announce(task);
    ready.push(task);
  };
  const estimate = (task: number) => {
    for (const d of setDevices[setOf[task]])
      candidateUs[task * deviceCount + d] = room.accepts(task, d)
        ? Math.max(channels.readyUs(task, d), freeUs[d])
        : Number.POSITIVE_INFINITY;
  };
  const finiteStarts = (task: number) =>
    candidateUs
      .subarray(task * deviceCount, (task + 1) * deviceCount)
      .filter((us) => us !== Number.POSITIVE_INFINITY);
  const isReady = (task: number) => waiting[task] === 0 && device[task] === -1;
  /** The child that the device is awake for, -1 for none. */
  const awakeFor = (d: number): number => {
    const child = lastTask[d] === -1 ? -1 : favouriteChild[lastTask[d]];
    if (child === -1 || !isReady(child)) return -1;
    const us = candidateUs[child * deviceCount + d];
    return us !== Number.POSITIVE_INFINITY && finiteStarts(child).every((other) => us <= other) ? child : -1;
  };
  const isUrgent = (task: number, us: number) => finiteStarts(task).every((other) => other <= us);
  for (const task of tasks.topologicalOrder) if (waiting[task] === 0) announce(task);

  while (ready.length > 0) {
    ready.forEach(estimate);
    const child = Int32Array.from({ length: deviceCount }, (_, d) => awakeFor(d));
    let best = -1;
    let to = -1;
    let start = Number.POSITIVE_INFINITY;
    for (const task of ready)
      for (const d of setDevices[setOf[task]]) {
        const us = candidateUs[task * deviceCount + d];
        if (us > start || us === Number.POSITIVE_INFINITY) continue;
        if (child[d] !== -1 && child[d] !== task && !isUrgent(task, us)) continue;
        if (us === start && !goesBefore(child, task, d, best, to)) continue;
        best = task;
        to = d;
        start = us;
      }
    if (best === -1) return { taskWithoutRoom: ready[0] };
    ready.splice(ready.indexOf(best), 1);
    room.take(best, to);
    device[best] = to;
    startUs[best] = start;
    endUs[best] = start + runUs[best * deviceCount + to];
    channels.commit(best, to, endUs[best]);
    freeUs[to] = endUs[best];
    lastTask[to] = best;
    order.push(best);
    for (let j = tasks.outStart[best]; j < tasks.outStart[best + 1]; j++) {
      const next = tasks.edgeDestination[tasks.outEdge[j]];
      if (--waiting[next] === 0) announce(next);
    }
  }
  const makespanUs = endUs.reduce((last, us) => Math.max(last, us), 0);
  return { device, startUs, endUs, makespanUs, order: Int32Array.from(order) };
}

function goesBefore(child: Int32Array, task: number, d: number, other: number, on: number): boolean {
  const isChild = Number(child[d] === task) - Number(child[on] === other);
  if (isChild !== 0) return isChild > 0;
  return task < other || (task === other && d < on);
}
