/** What the parts of a sharded lowering share: the tasks so far, and where each value is. */
import type { LinkCosts } from "../../../model/layout/alpha-beta.ts";
import type { StepKind } from "../../../model/layout/steps.ts";
import type { ShardingPlan } from "../../../model/plan/sharding.ts";
import type { Scenario } from "../../../model/scenario.ts";
import type { TaskBuilder } from "../tasks/task-builder.ts";
import type { BufferTable } from "./buffers.ts";
import { bytesOnRank, type Purpose, type ShardedProgram } from "./instructions.ts";

/** What sends: steps between layouts, feeds of the host, panels, copies to hosts and back. */
export type MoveKind = StepKind | "feed" | "broadcast" | "reduce" | "store" | "fetch";

/** A collective of all groups at once, and its tasks: from `firstTask` to before `endTask`. */
export interface LoweredMove {
  readonly kind: MoveKind;
  readonly purpose: Purpose;
  /** Op whose output or weight it moves. */
  readonly op: number;
  /** Output port, or `WEIGHTS`. */
  readonly output: number;
  /** The value that it moves, in the layout that it begins with. */
  readonly value: number;
  /** Mesh axes along which ranks form a group; none where the host sends. */
  readonly group: readonly number[];
  /** Ranks of a group. */
  readonly members: number;
  /** What a rank has where it has most, before or after. */
  readonly bytes: number;
  /** The first tasks begin it, one on each rank in order. */
  readonly firstTask: number;
  readonly endTask: number;
}

export interface ShardedLowering {
  readonly scenario: Scenario;
  readonly plan: ShardingPlan;
  readonly program: ShardedProgram;
  readonly builder: TaskBuilder;
  readonly buffers: BufferTable;
  /** Table of bytes that messages refer to. */
  readonly amounts: number[];
  readonly moves: LoweredMove[];
  /** Op of each task, and its rank: -1 for the host's. */
  readonly opOf: number[];
  readonly rankOf: number[];
  /** Tasks of ops that run again. */
  readonly againTasks: Set<number>;
  /** Task after which a rank has a value, -1 for at once; [value][rank]. */
  readonly ready: number[][];
  /** Buffer of a value on a rank, -1 for none; [value][rank]. */
  readonly bufferOf: number[][];
  /** Values whose memory is counted elsewhere. */
  readonly uncounted: ReadonlySet<number>;
  /** Of each rank where hosts hold anything, else -1. */
  readonly hosts: readonly number[];
  /** As `madeFirst` has it. */
  readonly firstOf: Int32Array;
  /** Tasks of updates on the hosts of ranks. */
  readonly hostRuns: { readonly task: number; readonly rank: number }[];
  /** Between the devices of the mesh. */
  readonly linkOf: LinkCosts;
  usesSenders: boolean;
}

/** Adds a task without work for a rank, on its sender where that can go on beside computing. */
export function addStep(lowering: ShardedLowering, rank: number, op: number): number {
  const { scenario, plan, builder, opOf, rankOf } = lowering;
  const device = plan.mesh.devices[rank];
  const aside = scenario.fidelity.overlap;
  if (aside) lowering.usesSenders = true;
  opOf.push(op);
  rankOf.push(rank);
  return builder.task(aside ? device + scenario.cluster.devices.length : device, -1, 0);
}

/** The same on the host of a rank. */
export function addHostStep(lowering: ShardedLowering, rank: number, op: number): number {
  const { scenario, hosts, builder, opOf, rankOf } = lowering;
  const aside = scenario.fidelity.overlap;
  if (aside) lowering.usesSenders = true;
  opOf.push(op);
  rankOf.push(rank);
  return builder.task(aside ? hosts[rank] + scenario.cluster.devices.length : hosts[rank], -1, 0);
}

/** Adds a task of a run's op for a rank, which does a share of the op's work. */
export type RunTask = (rank: number, share: number) => number;

export function addRunTask(
  lowering: ShardedLowering,
  op: number,
  rank: number,
  share: number,
  onHosts = false,
): number {
  const { scenario, plan, hosts, builder, opOf, rankOf } = lowering;
  const device = onHosts ? hosts[rank] : plan.mesh.devices[rank];
  opOf.push(op);
  // What a rank's host runs keeps no device of the mesh busy.
  rankOf.push(onHosts ? -1 : rank);
  return builder.task(device, op * scenario.cluster.devices.length + device, share);
}

/** A task of a rank waits until the rank has the values. */
export function waitForValues(
  { builder, ready }: ShardedLowering,
  task: number,
  rank: number,
  values: readonly number[],
): void {
  for (let i = 0; i < values.length; i++) {
    const before = ready[values[i]][rank];
    let first = 0;
    while (ready[values[first]][rank] !== before) first++;
    if (before !== -1 && first === i) builder.after(task, before);
  }
}

/** A value with the buffers of another: the same bytes, or a part of them. */
export function shareBuffer({ bufferOf }: ShardedLowering, from: number, to: number): void {
  bufferOf[to] = bufferOf[from];
}

/** A new buffer on each rank, from the start of its task on. */
export function ownBuffer(lowering: ShardedLowering, value: number, makers: readonly number[]): void {
  const { buffers, plan, program, bufferOf, uncounted, hosts } = lowering;
  const devices = program.values[value].offloaded === true ? hosts : plan.mesh.devices;
  bufferOf[value] = makers.map((maker, rank) =>
    uncounted.has(value) ? -1 : buffers.add(devices[rank], bytesOnRank(program, value, rank), maker),
  );
}

/** All ranks use a value until the end of their tasks. */
export function useBuffer(
  { buffers, bufferOf }: ShardedLowering,
  value: number,
  tasks: readonly number[],
): void {
  bufferOf[value].forEach((buffer, rank) => {
    buffers.use(buffer, tasks[rank]);
  });
}

/** A rank that gets nothing itself still has a value until the task that another got it by. */
export function keepUntilSent(
  { buffers, bufferOf }: ShardedLowering,
  value: number,
  sender: number,
  received: number,
): void {
  buffers.use(bufferOf[value][sender], received);
}
