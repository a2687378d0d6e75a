/**
 * Two ways to follow a step back from its end to its beginning. Both cover the time from the start
 * of the step to the makespan with segments, without gap or overlap.
 *
 * - The *critical path* follows what determined each start: the last input, or the task that kept
 *   the device or link busy. Every segment is something that ran, or a fixed delay after it. So
 *   shortening any segment could shorten the step.
 * - The *last chain* follows inputs alone, so time in queues appears as waiting. It tells whether a
 *   chain of dependent ops, a device or a link limits a plan.
 *
 * Both begin with the op that ends last, the lowest number among several. Where the step ends with
 * the last event, both begin with the idle gap that ends last. A device's gap goes before a link's,
 * and lower numbers go first.
 */
import type { Hold, Resource, Task, Tasks } from "./tasks.ts";

export type SegmentKind = "compute" | "transfer" | "latency" | "gap" | "wait";

export interface Segment {
  readonly kind: SegmentKind;
  /** The device or link that computes, sends, rests or is waited for. */
  readonly resource: Resource;
  /** The task that runs, waits, or has just run. */
  readonly task: Task;
  readonly fromUs: number;
  readonly toUs: number;
}

/** From the start of the step to its end. */
export function criticalPath(tasks: Tasks): Segment[] {
  const segments: Segment[] = [];
  let step: Step | null = lastStep(tasks);
  while (step !== null) {
    segments.push(...backwardsThrough(step));
    const { task }: Step = step;
    const blocker = tasks.blockedBy(task);
    if (blocker !== null) step = { task: blocker.task, through: blocker.hold };
    else step = enabling(task);
  }
  return segments.reverse();
}

/** From the start of the step to its end. */
export function lastChain(tasks: Tasks): Segment[] {
  const segments: Segment[] = [];
  for (let step: Step | null = lastStep(tasks); step !== null; step = enabling(step.task)) {
    const { task }: Step = step;
    segments.push(...backwardsThrough(step));
    const blocker = tasks.blockedBy(task);
    if (blocker === null) continue;
    const { resource } = blocker.hold;
    segments.push({ kind: "wait", resource, task, fromUs: task.readyUs, toUs: task.startUs });
  }
  return segments.reverse();
}

/**
 * A task on the path, and the hold at whose end the path continues. Null where it continues with
 * what the task made.
 */
interface Step {
  readonly task: Task;
  readonly through: Hold | null;
}

const enabling = ({ enabledBy }: Task): Step | null =>
  enabledBy === null ? null : { task: enabledBy, through: null };

/**
 * The task itself, and before it the delay between its end and what followed, since time runs
 * backwards.
 */
function backwardsThrough({ task, through }: Step): Segment[] {
  const { kind, resource, startUs, doneUs, endUs } = task;
  const segments: Segment[] = [];
  if (through !== null && through.untilUs > doneUs)
    segments.push({ kind: "gap", resource: through.resource, task, fromUs: doneUs, toUs: through.untilUs });
  if (through === null && endUs > doneUs)
    segments.push({ kind: "latency", resource, task, fromUs: doneUs, toUs: endUs });
  segments.push({
    kind: kind === "op" ? "compute" : "transfer",
    resource,
    task,
    fromUs: startUs,
    toUs: doneUs,
  });
  return segments;
}

function lastStep({ ops, transfers, timeline: { makespanUs } }: Tasks): Step {
  const last = ops.find(({ endUs }) => endUs === makespanUs);
  if (last !== undefined) return { task: last, through: null };
  const endings = [...ops, ...transfers].flatMap((task) =>
    task.holds.filter(({ untilUs }) => untilUs === makespanUs).map((through) => ({ task, through })),
  );
  if (endings.length === 0) throw new Error(`Nothing ends at ${makespanUs} us, when the step does.`);
  return endings.reduce((first, next) =>
    rankOf(next.through.resource) < rankOf(first.through.resource) ? next : first,
  );
}

/** Devices before links, each by number. */
const rankOf = ({ kind, index }: Resource): number => (kind === "device" ? index : 2 ** 31 + index);
