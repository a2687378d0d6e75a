/**
 * The tasks of a timeline, and what determined the start of each. A task is an op or a hop of a
 * transfer. It knows when its inputs arrived, and what it then waited for.
 *
 * A task starts at the later of two moments. One is when it is ready: its last input has arrived,
 * or for a root the step has started. The other is when the last of the devices and links that it
 * needs is free. Simulated times are exact doubles. So equality, without tolerance, tells which of
 * the two it was, and which task ended then.
 *
 * - A task that starts when it is ready was *enabled* by its last input. Among inputs that arrive
 *   together the first declared one counts, in order of producer.
 * - A task that starts later was *blocked* by the task that kept one of its resources until that
 *   moment. A resource has at most one such task.
 * - Where ops and transfers exclude each other, a task without duration can pass a wait on. It
 *   waits for a link, and every task that needs its device waits with it. Then the link's task
 *   counts.
 * - Where the plan orders the ops of a device, an op waits for the one before it, even one without
 *   duration. The same holds for transfers that keep the plan's order.
 *
 * To follow `enabledBy` and `blockedBy` leads back in time, or at one instant to an earlier op of
 * the graph. So the path ends.
 */

import type { Scenario } from "../../../model/scenario.ts";
import { type Compiled, compile } from "../../engine/compile.ts";
import { successors } from "../../engine/priority-order.ts";
import type { Timeline } from "../timeline.ts";
import { type Journey, journeysOf } from "./journeys.ts";

/** A device or a link that a task occupies. */
export interface Resource {
  readonly kind: "device" | "link";
  readonly index: number;
}

export interface Hold {
  readonly resource: Resource;
  /** When another task may use it, us. */
  readonly untilUs: number;
}

export interface Task {
  readonly kind: "op" | "transfer";
  /** The op, or the op whose output is sent. */
  readonly op: number;
  /** The journey that a transfer belongs to, -1 for an op. */
  readonly journey: number;
  /** The device of an op; the link of a transfer, the slowest where it crosses several at once. */
  readonly resource: Resource;
  readonly readyUs: number;
  readonly startUs: number;
  /** When the op has ended, or the last byte has left. */
  readonly doneUs: number;
  /** When its result is available: `doneUs`, plus the latency for a transfer. */
  readonly endUs: number;
  /** All that it occupies. Links that carry any number of transfers at once delay no other task. */
  readonly holds: readonly Hold[];
  /** The task that delivered its last input, null for a root. */
  readonly enabledBy: Task | null;
}

/** What is read of a run. */
export type StepTimes = Pick<
  Timeline,
  "makespanUs" | "opPriority" | "device" | "startUs" | "endUs" | "transfers"
>;

export interface Tasks {
  readonly compiled: Compiled;
  readonly timeline: StepTimes;
  /** The task of each op. */
  readonly ops: readonly Task[];
  readonly transfers: readonly Task[];
  readonly journeys: readonly Journey[];
  /**
   * The task that a task waited for after it was ready, and its hold. Null where it started at
   * once.
   */
  blockedBy(task: Task): Blocker | null;
}

export interface Blocker {
  readonly task: Task;
  readonly hold: Hold;
}

export const tasksOf = (scenario: Scenario, timeline: StepTimes): Tasks =>
  tasksIn(compile(scenario), timeline, scenario.graph.topologicalOrder);

/** The same of tasks that a plan was lowered to. `order`: producers before consumers. */
export function tasksIn(compiled: Compiled, timeline: StepTimes, order: ArrayLike<number>): Tasks {
  const journeys = journeysOf(compiled, timeline);
  const { ops, transfers } = inTopologicalOrder(compiled, timeline, { journeys, order });
  const blockerAt = blockersOf(compiled, [...ops, ...transfers]);
  const leader = leadersOf(compiled, timeline);
  const ahead = transfersAhead(compiled, timeline, journeys, transfers);
  return {
    compiled,
    timeline,
    ops,
    transfers,
    journeys,
    blockedBy(task) {
      if (task.startUs === task.readyUs) return null;
      const blocker =
        blockerAt(task) ?? leaderOf(task, ops[leader[task.op]]) ?? transferBefore(task, ahead(task));
      if (blocker === null)
        throw new Error(`Nothing kept op ${task.op} from ${task.readyUs} us until ${task.startUs} us.`);
      return blocker;
    },
  };
}

/** The op that the plan's order puts before each op on its device; -1 where there is none. */
function leadersOf({ fidelity }: Compiled, { device, opPriority }: StepTimes): Int32Array {
  const leader = new Int32Array(device.length).fill(-1);
  if (opPriority === undefined || fidelity.dispatch === "ready") return leader;
  successors(device, opPriority).forEach((follower, v) => {
    if (follower !== -1) leader[follower] = v;
  });
  return leader;
}

/**
 * An op without duration holds nothing, but the op that the plan puts after it waits for its end.
 */
function leaderOf(task: Task, leader: Task | undefined): Blocker | null {
  if (task.kind !== "op" || leader?.endUs !== task.startUs) return null;
  return { task: leader, hold: leader.holds[0] };
}

/**
 * The transfers directly before each transfer on its links, where the plan's order says which those
 * are.
 */
function transfersAhead(
  { fidelity }: Compiled,
  timeline: StepTimes,
  journeys: readonly Journey[],
  transfers: readonly Task[],
): (task: Task) => readonly Task[] {
  if (fidelity.transferOrder !== "plan" || timeline.opPriority === undefined) return () => [];
  const positionOfHop = new Map(timeline.transfers.map((hop, position) => [hop, position]));
  const positionOf = ({ journey }: Task) => positionOfHop.get(journeys[journey].hops[0])!;
  const last = new Map<number, Task>();
  const ahead = new Map<Task, Task[]>();
  for (const task of [...transfers].sort((a, b) => positionOf(a) - positionOf(b))) {
    const before = linksOf(task).map((link) => last.get(link));
    ahead.set(
      task,
      before.filter((other) => other !== undefined),
    );
    for (const link of linksOf(task)) last.set(link, task);
  }
  return (task) => ahead.get(task) ?? [];
}

/**
 * A transfer without duration holds nothing, but the transfer that the plan puts after it waits for
 * it.
 */
function transferBefore(task: Task, ahead: readonly Task[]): Blocker | null {
  const before = ahead.find((other) => other.startUs === task.startUs);
  return before === undefined ? null : { task: before, hold: before.holds[0] };
}

/**
 * Finds what held any resource of a delayed task until its start, also through other tasks that had
 * to wait until then.
 */
function blockersOf({ fidelity }: Compiled, tasks: readonly Task[]): (task: Task) => Blocker | null {
  const excludes = ({ kind }: Resource) => kind === "device" || fidelity.contention === "queue";
  const holders = new Map<string, Blocker>();
  const passers = new Map<string, Task[]>();
  for (const task of tasks)
    for (const hold of task.holds) {
      if (!excludes(hold.resource)) continue;
      const moment = momentOf(hold.resource, hold.untilUs);
      if (hold.untilUs > task.startUs) holders.set(moment, { task, hold });
      else if (task.startUs > task.readyUs) passers.set(moment, [...(passers.get(moment) ?? []), task]);
    }
  return (delayed) => {
    const waiting = new Set([delayed]);
    for (const task of waiting)
      for (const { resource } of task.holds) {
        const moment = momentOf(resource, delayed.startUs);
        const holder = holders.get(moment);
        if (holder !== undefined) return holder;
        for (const passer of passers.get(moment) ?? []) waiting.add(passer);
      }
    return null;
  };
}

const momentOf = ({ kind, index }: Resource, us: number): string => `${kind} ${index} ${us}`;

/** Each op with its last input, then the hops of what it sends. */
function inTopologicalOrder(
  compiled: Compiled,
  timeline: StepTimes,
  { journeys, order }: { readonly journeys: readonly Journey[]; readonly order: ArrayLike<number> },
): { ops: Task[]; transfers: Task[] } {
  const { opCount, depStart, depConsumer } = compiled;
  const sent: number[][] = Array.from({ length: opCount }, () => []);
  journeys.forEach(({ producer }, j) => {
    sent[producer].push(j);
  });
  const lastInput: (Task | null)[] = new Array(opCount).fill(null);
  const ops: Task[] = new Array(opCount);
  const transfers: Task[] = [];
  const deliver = (task: Task, consumer: number): void => {
    const known = lastInput[consumer];
    if (known !== null && (known.endUs > task.endUs || (known.endUs === task.endUs && known.op <= task.op)))
      return;
    lastInput[consumer] = task;
  };
  for (const v of Array.from(order)) {
    const task = opTask(compiled, timeline, v, lastInput[v]);
    ops[v] = task;
    const away = new Set<number>();
    for (const j of sent[v]) {
      let previous = task;
      for (const hop of hopTasks(compiled, timeline, journeys[j], j)) {
        previous = { ...hop, readyUs: previous.endUs, enabledBy: previous };
        transfers.push(previous);
      }
      for (const consumer of journeys[j].consumers) {
        deliver(previous, consumer);
        away.add(consumer);
      }
    }
    for (let i = depStart[v]; i < depStart[v + 1]; i++)
      if (!away.has(depConsumer[i])) deliver(task, depConsumer[i]);
  }
  return { ops, transfers };
}

function opTask(compiled: Compiled, timeline: StepTimes, v: number, lastInput: Task | null): Task {
  const { fidelity, runUs, runsAlike, deviceCount } = compiled;
  const [startUs, endUs] = [timeline.startUs[v], timeline.endUs[v]];
  // A short run may be lost in the rounding of a late end; the gap behind it is not.
  const runs = runUs[runsAlike === true ? v : v * deviceCount + timeline.device[v]] > 0;
  const resource: Resource = { kind: "device", index: timeline.device[v] };
  return {
    kind: "op",
    op: v,
    journey: -1,
    resource,
    readyUs: lastInput?.endUs ?? fidelity.startUs,
    startUs,
    doneUs: endUs,
    endUs,
    holds: [{ resource, untilUs: runs ? endUs + fidelity.opGapUs : endUs }],
    enabledBy: lastInput,
  };
}

/** One task for each hop, or one for the whole journey where it crosses all its links at once. */
function hopTasks(
  compiled: Compiled,
  { device }: StepTimes,
  { producer, hops, consumers }: Journey,
  journey: number,
): Omit<Task, "readyUs" | "enabledBy">[] {
  const { fidelity, linkBytesPerUs } = compiled;
  const legs = fidelity.routing === "cut-through" ? [hops] : hops.map((hop) => [hop]);
  return legs.map((leg, i) => {
    const slowest = leg.reduce((a, b) => (linkBytesPerUs[b.link] < linkBytesPerUs[a.link] ? b : a));
    const { startUs, sentUs: doneUs, endUs } = slowest;
    const holds: Hold[] = [];
    for (const { link } of leg)
      holds.push({ resource: { kind: "link", index: link }, untilUs: doneUs + fidelity.transferGapUs });
    if (!fidelity.overlap && i === 0)
      holds.push({ resource: { kind: "device", index: device[producer] }, untilUs: doneUs });
    if (!fidelity.overlap && i === legs.length - 1)
      holds.push({ resource: { kind: "device", index: device[consumers[0]] }, untilUs: doneUs });
    return {
      kind: "transfer",
      op: producer,
      journey,
      resource: { kind: "link", index: slowest.link },
      startUs,
      doneUs,
      endUs,
      holds,
    };
  });
}

/** The links that a task occupies; none for an op. */
export const linksOf = ({ holds }: Task): number[] =>
  holds.filter(({ resource }) => resource.kind === "link").map(({ resource }) => resource.index);
