/**
 * What passes between the tasks of a lowered pipeline.
 *
 * - A stage sends when a phase ends: one parcel to each stage that uses something of it, the
 *   nearest first. A long skip is one transfer from its producer's stage to its consumer's.
 * - A parcel between replicas that split micro-batches is what both have of the micro-batch. A
 *   device gets it once, whatever its tasks that use it.
 * - Weights that another stage uses go there once in a round, and stay until its last use.
 * - Swapped tensors go to the host when the forward phase ends. They come back while the task
 *   before the first one that uses them runs.
 */

import type { Parcel } from "./costs/parcels.ts";
import { unitOf, WORK_ORDER, Work, type WorkCode } from "./costs/work.ts";
import { addFreeTask, type Lowering, SWAP, type TaskName, totalOf } from "./lowering.ts";
import { intColumn } from "./tasks/columns.ts";
import { roundLength } from "./updates/rounds.ts";

/** `hostOf` names the host, or throws a sentence on what it is wanted for. */
export function connectUnits(lowering: Lowering, hostOf: (what: string) => number): void {
  const made = createTensors(lowering);
  lowering.costs.parcels.forEach((parcel, number) => {
    const way = { lowering, parcel, number, users: usersOf(lowering, parcel), made };
    if (parcel.way === "direct") send(way);
    else if (parcel.way === "order") order(way);
    else if (parcel.way === "weights") sendWeights(way);
    else swap(way, hostOf("the swapped tensors"));
  });
  holdBuffers(lowering, made);
}

interface OneParcel {
  readonly lowering: Lowering;
  readonly parcel: Parcel;
  readonly number: number;
  /** Units that use it, in the order in which a micro-batch passes them. */
  readonly users: readonly number[];
  readonly made: Tensors;
}

const usersOf = ({ costs }: Lowering, { toStage, uses }: Parcel): number[] =>
  WORK_ORDER.filter((work) => (uses & (1 << work)) !== 0).map((work) =>
    unitOf(costs.stageCount, work, toStage),
  );

/** Tensors by the task that makes them and by their parcel. */
interface Tensors {
  add(task: number, parcel: number, tensor: number): void;
  /** Appends the tensors of a task in a parcel to a list. */
  of(task: number, parcel: number, list: number[]): void;
}

function createTensors({ builder }: Lowering): Tensors {
  const last = new Int32Array(builder.taskCount).fill(-1);
  const before = intColumn();
  const parcelOf = intColumn();
  const tensorOf = intColumn();
  return {
    add(task, parcel, tensor) {
      before.push(last[task]);
      parcelOf.push(parcel);
      last[task] = tensorOf.push(tensor);
    },
    of(task, parcel, list) {
      for (let at = last[task]; at !== -1; at = before.at(at))
        if (parcelOf.at(at) === parcel) list.push(tensorOf.at(at));
    },
  };
}

/** Calls with each task that makes the parcel. */
function eachSender({ lowering, parcel }: OneParcel, visit: (task: number) => void): void {
  const { parts, costs } = lowering;
  const tasks: number[] = [];
  for (let m = 0; m < totalOf(lowering); m++) {
    const unit = unitOf(costs.stageCount, makerOf(lowering, parcel.fromWork, m), parcel.fromStage);
    const count = parts.all(unit, m, tasks);
    for (let i = 0; i < count; i++) if (parts.microBatchOf(tasks[i]) === m) visit(tasks[i]);
  }
}

/** Where the schedule keeps a micro-batch, its forward phase makes what others compute again. */
const makerOf = ({ laid }: Lowering, work: WorkCode, microBatch: number): WorkCode =>
  work === Work.recompute && laid.schedule.keeps?.(microBatch) === true ? Work.forward : work;

function send(way: OneParcel): void {
  const { lowering, number, users, made } = way;
  const { parts, builder, plan, amounts } = lowering;
  const amount = amounts.parcel(number);
  /** What the sender has sent so far: device, micro-batches and tensor. */
  const devices: number[] = [];
  const ends: number[] = [];
  const tensors: number[] = [];
  const receivers: number[] = [];
  let sentCount = 0;
  const sentTo = (device: number, microBatch: number): number => {
    for (let i = 0; i < sentCount; i++) if (devices[i] === device && microBatch < ends[i]) return tensors[i];
    return -1;
  };
  eachSender(way, (from) => {
    const end = parts.endOf(from);
    sentCount = 0;
    for (const unit of users)
      for (let m = parts.microBatchOf(from); m < end; m++) {
        const count = parts.sharing(unit, m, from, receivers);
        for (let i = 0; i < count; i++) {
          const to = receivers[i];
          // Tasks of several micro-batches meet once.
          if (m !== parts.firstCommon(from, to)) continue;
          const overlap = parts.overlap(from, to);
          let tensor = sentTo(builder.deviceOf(to), m);
          if (tensor === -1) {
            const last = Math.min(end, parts.endOf(to));
            tensor = builder.tensor(from, amount, (overlap * (last - m)) / plan.microBatches);
            made.add(from, number, tensor);
            devices[sentCount] = builder.deviceOf(to);
            ends[sentCount] = last;
            tensors[sentCount++] = tensor;
          }
          builder.uses(to, tensor);
        }
      }
  });
}

function order(way: OneParcel): void {
  const { parts, builder } = way.lowering;
  const receivers: number[] = [];
  eachSender(way, (from) => {
    for (const unit of way.users)
      for (let m = parts.microBatchOf(from); m < parts.endOf(from); m++) {
        const count = parts.sharing(unit, m, from, receivers);
        for (let i = 0; i < count; i++)
          if (m === parts.firstCommon(from, receivers[i])) builder.after(receivers[i], from);
      }
  });
}

function sendWeights({ lowering, parcel, number, users }: OneParcel): void {
  const { parts, builder, costs, amounts } = lowering;
  const amount = amounts.parcel(number);
  const length = roundLength(lowering, parcel.fromStage);
  const makers = unitOf(costs.stageCount, parcel.fromWork, parcel.fromStage);
  const tensorOn = new Map<number, number>();
  const receivers: number[] = [];
  const useWeights = (unit: number, microBatch: number, senders: readonly number[]): void => {
    const count = parts.all(unit, microBatch, receivers);
    for (let i = 0; i < count; i++) {
      const device = builder.deviceOf(receivers[i]);
      let tensor = tensorOn.get(device);
      if (tensor === undefined) {
        const sender = nearestSender(lowering, senders, device, tensorOn.size);
        tensor = builder.tensor(sender, amount, 1);
        tensorOn.set(device, tensor);
      }
      builder.uses(receivers[i], tensor);
    }
  };
  for (let first = 0; first < totalOf(lowering); first += length) {
    const senders: number[] = [];
    parts.all(makers, first, senders);
    tensorOn.clear();
    for (let m = first; m < Math.min(first + length, totalOf(lowering)); m++)
      for (const unit of users) useWeights(unit, m, senders);
  }
}

/** The replica on the same device, else each in turn. */
function nearestSender(
  { builder }: Lowering,
  senders: readonly number[],
  device: number,
  turn: number,
): number {
  return senders.find((task) => builder.deviceOf(task) === device) ?? senders[turn % senders.length];
}

function swap(way: OneParcel, host: number): void {
  const { lowering, number, users, made, parcel } = way;
  const { parts, builder, plan, amounts, taskBefore } = lowering;
  const amount = amounts.parcel(number);
  const receivers: number[] = [];
  const name = (task: number): TaskName => ({
    work: SWAP,
    stage: parcel.fromStage,
    replica: lowering.tasks.replica.at(task),
    microBatch: lowering.tasks.microBatch.at(task),
  });
  eachSender(way, (from) => {
    for (let m = parts.microBatchOf(from); m < parts.endOf(from); m++) {
      let fetched = -1;
      let tensor = -1;
      for (const unit of users) {
        const count = parts.sharing(unit, m, from, receivers);
        for (let i = 0; i < count; i++) {
          const to = receivers[i];
          const share = parts.overlap(from, to) / plan.microBatches;
          if (fetched === -1) {
            const out = builder.tensor(from, amount, share);
            made.add(from, number, out);
            fetched = park(out, to, share);
            tensor = builder.tensor(fetched, amount, share);
            builder.buffer(fetched, amount, share, [tensor]);
          }
          builder.uses(to, tensor);
        }
      }
    }
  });

  /**
   * Keeps a tensor in the host's memory for its first user; returns the task that sends it back.
   */
  function park(out: number, user: number, share: number): number {
    const parked = addFreeTask(lowering, name(user), host);
    const fetched = addFreeTask(lowering, name(user), host);
    builder.uses(parked, out);
    const waiting = builder.tensor(parked, amount, share);
    builder.buffer(parked, amount, share, [waiting]);
    builder.uses(fetched, waiting);
    const before = taskBefore.at(user);
    const ahead = before === -1 ? -1 : taskBefore.at(before);
    if (ahead !== -1) builder.after(fetched, ahead);
    return fetched;
  }
}

/** Outputs in the same parcels are one buffer of the task that makes them. */
function holdBuffers(lowering: Lowering, made: Tensors): void {
  const { costs, parts, builder, amounts, plan } = lowering;
  const tensors: number[] = [];
  costs.holds.forEach(({ fromStage, fromWork, parcels }, number) => {
    const hold = (work: WorkCode): void =>
      parts.eachTask(unitOf(costs.stageCount, work, fromStage), (task, share) => {
        if (work !== makerOf(lowering, fromWork, parts.microBatchOf(task))) return;
        tensors.length = 0;
        for (const parcel of parcels) made.of(task, parcel, tensors);
        builder.buffer(task, amounts.hold(number), share / plan.microBatches, tensors);
      });
    hold(fromWork);
    if (fromWork === Work.recompute) hold(Work.forward);
  });
}
