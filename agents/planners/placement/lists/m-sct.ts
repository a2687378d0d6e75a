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
import { GrowingSchedule } from "../../../lists/growing-schedule.ts";
import { type Channels, createChannels } from "../../../lists/half-duplex-channels.ts";
import { listMethod, planByList } from "../../../lists/list-plan.ts";
import { baechiMethod, baechiOptions, LIST_SEARCH_SPACE, LIST_START } from "../../../lists/list-planner.ts";
import type { SolvedPrograms } from "../../../lists/sct-relaxation.ts";
import { choicesOf } from "../../../problems/choices.ts";
import type { NoCapacity, Schedule, ScheduleProblem } from "../../../problems/schedule/problem.ts";
import { mEtfSchedule } from "./m-etf.ts";

const options = z.strictObject({
  ...baechiOptions.shape,
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
    systems: ["baechi"],
    name: "m-SCT",
    summary:
      "Like m-ETF, but keeps the favourite child of each op, found by a linear program, on its device.",
    searchSpace: LIST_SEARCH_SPACE,
    paper: "Jeon et al.: Baechi: fast device placement of machine learning graphs. SoCC 2020",
    limits:
      "As m-ETF. The solver is HiGHS, which may find another optimum than a commercial solver. Ops whose devices come from a schedule of groups are ordered by m-ETF.",
  },
  traits: { answers: "placement", objectives: "any", effort: "seconds", random: false, asStart: LIST_START },
  options,
  create: ({ pool, variants, mode, ...limits }) => ({
    plan(scenario, evaluator) {
      const solved: SolvedPrograms = new Map();
      const favoured = async (problem: ScheduleProblem) => {
        const { favouriteChildren } = await import("../../../lists/sct-relaxation.ts");
        const favourites = await favouriteChildren(problem, { ...limits, seconds: LONGEST_SECONDS }, solved);
        return favourites === null ? null : mSctSchedule(problem, favourites.child);
      };
      const method = baechiMethod({ ...listMethod(mEtfSchedule), schedule: favoured, slowdowns: [] }, mode);
      return planByList(choicesOf(scenario, pool), evaluator, method, variants);
    },
  }),
};

/** `favouriteChild` of each task, -1 for none. */
export function mSctSchedule(problem: ScheduleProblem, favouriteChild: Int32Array): Schedule | NoCapacity {
  const { tasks, deviceCount } = problem;
  const channels = createChannels(problem);
  const schedule = new GrowingSchedule(problem);
  const starts = new ReadyStarts(problem, schedule, channels);
  const lastTask = new Int32Array(deviceCount).fill(-1);
  const ready: number[] = [];
  const announce = (task: number) => {
    channels.announce(task);
    ready.push(task);
  };
  /** The child that the device is awake for, -1 for none. */
  const awakeFor = (d: number): number => {
    const child = lastTask[d] === -1 ? -1 : favouriteChild[lastTask[d]];
    return child !== -1 && schedule.isReady(child) && starts.isEarliestOn(child, d) ? child : -1;
  };
  for (const task of tasks.topologicalOrder) if (schedule.isReady(task)) announce(task);

  while (ready.length > 0) {
    for (const task of ready) starts.find(task);
    const child = Int32Array.from({ length: deviceCount }, (_, d) => awakeFor(d));
    const next = starts.first(ready, child);
    if (next === null) return { taskWithoutCapacity: ready[0] };
    const { task, to, startUs } = next;
    ready.splice(ready.indexOf(task), 1);
    schedule.append(task, to, startUs);
    channels.commit(task, to, schedule.endUs[task]);
    lastTask[to] = task;
    schedule.release(task, announce);
  }
  return schedule.finish();
}

/** When each ready task could start on each device at present; `Infinity` where it cannot run. */
class ReadyStarts {
  private readonly problem: ScheduleProblem;
  private readonly schedule: GrowingSchedule;
  private readonly channels: Channels;
  private readonly candidateUs: Float64Array;

  constructor(problem: ScheduleProblem, schedule: GrowingSchedule, channels: Channels) {
    this.problem = problem;
    this.schedule = schedule;
    this.channels = channels;
    this.candidateUs = new Float64Array(problem.tasks.opCount * problem.deviceCount).fill(
      Number.POSITIVE_INFINITY,
    );
  }

  find(task: number): void {
    const { setDevices, setOf, deviceCount } = this.problem;
    const { freeUs, capacities } = this.schedule;
    for (const d of setDevices[setOf[task]])
      this.candidateUs[task * deviceCount + d] = capacities.accepts(task, d)
        ? Math.max(this.channels.readyUs(task, d), freeUs[d])
        : Number.POSITIVE_INFINITY;
  }

  isEarliestOn(task: number, d: number): boolean {
    const us = this.candidateUs[task * this.problem.deviceCount + d];
    return us !== Number.POSITIVE_INFINITY && this.finite(task).every((other) => us <= other);
  }

  /**
   * The earliest start of all ready tasks. A device that is awake for a child, `child[d]`, starts
   * that child or an urgent task. Null where no ready task can run.
   */
  first(ready: readonly number[], child: Int32Array): Start | null {
    const { setDevices, setOf, deviceCount } = this.problem;
    let best = -1;
    let to = -1;
    let startUs = Number.POSITIVE_INFINITY;
    for (const task of ready)
      for (const d of setDevices[setOf[task]]) {
        const us = this.candidateUs[task * deviceCount + d];
        if (us > startUs || us === Number.POSITIVE_INFINITY) continue;
        if (child[d] !== -1 && child[d] !== task && !this.isUrgent(task, us)) continue;
        if (us === startUs && !goesBefore(child, task, d, best, to)) continue;
        best = task;
        to = d;
        startUs = us;
      }
    return best === -1 ? null : { task: best, to, startUs };
  }

  private isUrgent(task: number, us: number): boolean {
    return this.finite(task).every((other) => other <= us);
  }

  private finite(task: number): Float64Array {
    const { deviceCount } = this.problem;
    return this.candidateUs
      .subarray(task * deviceCount, (task + 1) * deviceCount)
      .filter((us) => us !== Number.POSITIVE_INFINITY);
  }
}

interface Start {
  readonly task: number;
  readonly to: number;
  readonly startUs: number;
}

/** The order of equal starts: a favourite child first, then the lower task, the lower device. */
function goesBefore(child: Int32Array, task: number, d: number, other: number, on: number): boolean {
  const isChild = Number(child[d] === task) - Number(child[on] === other);
  if (isChild !== 0) return isChild > 0;
  return task < other || (task === other && d < on);
}
