/**
 * Steps of a sharded program as tasks. All groups of a step run at once, and meet on the links that
 * they share. Slices and views take no time.
 */
import { elementsIn, localShape } from "../../../model/layout/layout.ts";
import { countAlong, groupsAlong } from "../../../model/layout/mesh.ts";
import { sourcesOf } from "../../../model/layout/permute.ts";
import { reductionGroups } from "../../../model/layout/reductions/hierarchy.ts";
import { commonElements } from "../../../model/layout/steps.ts";
import { reductionOver } from "../../../model/plan/sharding.ts";
import { groupCollective } from "../collectives/group.ts";
import { permute } from "../collectives/pairwise.ts";
import { programAllReduce } from "../collectives/program.ts";
import { wholeChunks } from "../collectives/steps.ts";
import { bytesOnRank, type Feed, type Move, rankBytes, type View } from "./instructions.ts";
import {
  addStep,
  keepUntilSent,
  ownBuffer,
  type ShardedLowering,
  shareBuffer,
  useBuffer,
  waitForValues,
} from "./lowering.ts";
import { goesInBlocks, lowerInBlocks } from "./special-runs/blocks.ts";
import { isUneven, lowerUneven } from "./special-runs/uneven.ts";

/** `waitsFor`: what a rank waits for beside its value, -1 for nothing. */
export function lowerMove(
  lowering: ShardedLowering,
  move: Move,
  waitsFor: readonly number[],
): readonly number[] {
  const { program, builder, moves, ready } = lowering;
  const { step, from, to, purpose, waits = [] } = move;
  if (step.kind === "slice") {
    lowerView(lowering, move);
    return [];
  }
  const { op, output } = program.values[from];
  const firstTask = builder.taskCount;
  const first = ready[from].map((task, rank) => {
    const start = addStep(lowering, rank, op);
    for (const before of [task, waitsFor[rank]]) if (before !== -1) builder.after(start, before);
    waitForValues(lowering, start, rank, waits);
    return start;
  });
  const bytes = amountOf(lowering, move);
  const last =
    step.kind === "permute" ? permuted(lowering, move, first, bytes) : inGroups(lowering, move, first, bytes);
  ready[to] = [...last];
  useBuffer(lowering, from, last);
  if (step.kind === "all-reduce") shareBuffer(lowering, from, to);
  else if (purpose === "new weights") lowering.bufferOf[to] = last.map(() => -1);
  else ownBuffer(lowering, to, first);
  const { kind, group } = step;
  const members = countAlong(group, program.sizes);
  const endTask = builder.taskCount;
  moves.push({ kind, purpose, op, output, value: from, group, members, bytes, firstTask, endTask });
  return first;
}

/**
 * Bytes that a rank has where it has most, before or after. Messages of equal parts are shares of
 * them.
 */
function amountOf(lowering: ShardedLowering, move: Move): number {
  const { program } = lowering;
  const { step, from, to } = move;
  if (isUneven(program, move)) return Math.max(rankBytes(program, from), rankBytes(program, to));
  const { shape, bytes } = program.values[from];
  const members = countAlong(step.group, program.sizes);
  if (step.kind === "all-gather") return members * rankBytes(program, from);
  if (step.kind === "reduce-scatter") return members * rankBytes(program, to);
  if (step.kind !== "all-to-all") return rankBytes(program, from);
  const whole = Math.max(1, elementsIn(shape));
  return (bytes * members * commonElements(step, shape, program.sizes)) / whole;
}

function inGroups(lowering: ShardedLowering, move: Move, first: readonly number[], bytes: number): number[] {
  const { program, plan, amounts, scenario } = lowering;
  const { step, from } = move;
  const last: number[] = [...first];
  const run = (group: readonly number[], amount: number, elements: number): void => {
    const done = collective(lowering, move, { group, amount, elements, last });
    group.forEach((rank, member) => {
      last[rank] = done[member];
    });
  };
  const uneven = isUneven(program, move);
  if (uneven && step.kind !== "all-reduce") return lowerUneven(lowering, move, first);
  if (goesInBlocks(lowering, step)) return lowerInBlocks(lowering, move, first);
  const { shape, layout, bytes: whole } = program.values[from];
  const amount = amounts.push(bytes) - 1;
  const reduction = step.kind === "all-reduce" ? reductionOver(plan, step.group) : undefined;
  const groups =
    reduction === undefined
      ? groupsAlong(program.sizes, step.group)
      : reductionGroups(scenario.cluster, plan.mesh, reduction.axes);
  const elements = elementsIn(localShape(shape, layout, program.sizes));
  for (const group of groups) {
    if (group.length === 1) continue;
    const own = uneven ? bytesOnRank(program, from, group[0]) : bytes;
    if (own === bytes) run(group, amount, elements);
    else if (own > 0) run(group, amounts.push(own) - 1, Math.round((elementsIn(shape) * own) / whole));
  }
  return last;
}

interface GroupRun {
  readonly group: readonly number[];
  readonly amount: number;
  readonly elements: number;
  readonly last: readonly number[];
}

/** Returns the last task of each member. */
function collective(
  lowering: ShardedLowering,
  { step, from }: Move,
  { group, amount, elements, last }: GroupRun,
): readonly number[] {
  const { program, plan, builder, scenario } = lowering;
  const { op } = program.values[from];
  const reduction = step.kind === "all-reduce" ? reductionOver(plan, step.group) : undefined;
  const steps = {
    builder,
    amount,
    devices: group.map((rank) => plan.mesh.devices[rank]),
    step: (member: number) => addStep(lowering, group[member], op),
    last: group.map((rank) => last[rank]),
    ...(step.kind === "all-reduce" && { chunks: wholeChunks(elements, group.length) }),
  };
  return reduction === undefined
    ? groupCollective(step.kind, plan.collective ?? "ring", steps, scenario)
    : programAllReduce(steps, reduction, plan.collective === "tree");
}

function permuted(lowering: ShardedLowering, move: Move, first: readonly number[], bytes: number) {
  const { step, from } = move;
  const { program, amounts, builder } = lowering;
  const { op, shape } = program.values[from];
  const sources = sourcesOf(shape, step.from, step.to, program.sizes)!;
  const amount = amounts.push(bytes) - 1;
  const last = isUneven(program, move)
    ? permutedUnevenly(lowering, move, first, sources)
    : permute({ builder, amount, step: (rank) => addStep(lowering, rank, op), last: first }, sources);
  sources.forEach((source, rank) => {
    keepUntilSent(lowering, from, source, last[rank]);
  });
  return last;
}

/** Each rank gets as much as its own new part. */
function permutedUnevenly(
  lowering: ShardedLowering,
  { from, to }: Move,
  first: readonly number[],
  sources: readonly number[],
): number[] {
  const { program, builder, amounts } = lowering;
  return sources.map((source, rank) => {
    if (source === rank) return first[rank];
    const next = addStep(lowering, rank, program.values[from].op);
    builder.after(next, first[rank]);
    builder.uses(next, builder.message(first[source], amounts.push(bytesOnRank(program, to, rank)) - 1, 1));
    return next;
  });
}

export function lowerView(lowering: ShardedLowering, { from, to }: Pick<View, "from" | "to">): void {
  lowering.ready[to] = lowering.ready[from];
  shareBuffer(lowering, from, to);
}

/** Each rank gets its part of what the host has made. `host`: the task that made it, its buffer. */
export function lowerFeed(
  lowering: ShardedLowering,
  { from, to }: Feed,
  host: { task: number; buffer: number },
): void {
  const { program, plan, builder, amounts, buffers, moves, ready } = lowering;
  const { op, output } = program.values[from];
  const bytes = rankBytes(program, to);
  const { ranges } = program.values[to].layout;
  const amount = amounts.push(bytes) - 1;
  const firstTask = builder.taskCount;
  const got = plan.mesh.devices.map((device, rank) => {
    const task = addStep(lowering, rank, op);
    // A route from a device to itself has no link.
    if (device === builder.deviceOf(host.task)) builder.after(task, host.task);
    else {
      const own = ranges === undefined ? amount : amounts.push(bytesOnRank(program, to, rank)) - 1;
      builder.uses(task, builder.message(host.task, own, 1));
    }
    buffers.use(host.buffer, task);
    return task;
  });
  ready[to] = got;
  ownBuffer(lowering, to, got);
  const endTask = builder.taskCount;
  moves.push({
    kind: "feed",
    purpose: "data",
    op,
    output,
    value: from,
    group: [],
    members: 1,
    bytes,
    firstTask,
    endTask,
  });
}
