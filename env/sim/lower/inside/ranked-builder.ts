/**
 * A builder whose tasks stand for a task on each rank of a replica. A device that leads no others
 * has one rank, and its tasks are as they are.
 *
 * - A task begins when all ranks are done with the tasks that it comes after. Steps of collectives
 *   follow their own rank alone, so that equal ranks of replicas sum on their own.
 * - Each rank of a consumer gets a tensor from one rank of the producer, the equal one. Where the
 *   numbers of ranks differ, it is the one at the same place.
 * - Each rank has the task's buffers. A buffer lives until what its rank sends is sent.
 *
 * Where n ranks wait for m, those are n x m orders. With a join there are n + m: a task without
 * time waits for the m, and the n for it. The times are the same, as only phases wait so.
 */
import { floatColumn, intColumn } from "../tasks/columns.ts";
import { type TaskBuilder, taskBuilder } from "../tasks/task-builder.ts";

export interface RankedBuilder extends TaskBuilder {
  /** The task that each task on a rank is of, -1 for joins. */
  readonly taskOf: () => Int32Array;
}

/** Of a join. */
const NO_TASK = -1;

/** Fewer orders than these need no join. */
const FEW_RANKS = 2;

/**
 * `ranks`: of each device that leads, itself first. Senders are numbered after all devices.
 * `joinDevice`: where joins are; without it there are none.
 */
export function rankedBuilder(ranks: readonly (readonly number[])[], joinDevice?: number): RankedBuilder {
  const inner = taskBuilder();
  const deviceCount = ranks.length;
  const first = intColumn();
  const deviceOf = intColumn();
  const taskOf = intColumn();
  const buffers: [producer: number, amount: number, share: number, tensors: number[]][] = [];
  const countOn = Int32Array.from(ranks, ({ length }) => length);
  const countOf = (task: number): number => countOn[deviceOf.at(task) % deviceCount];
  const eachRank = (task: number, visit: (inner: number, rank: number) => void): void => {
    const count = countOf(task);
    for (let rank = 0; rank < count; rank++) visit(first.at(task) + rank, rank);
  };
  const tensors = createTensors(countOn.reduce((most, count) => Math.max(most, count), 1));
  const join = createJoins((device, producer) => {
    const made = inner.task(device, -1, 0);
    taskOf.push(NO_TASK);
    eachRank(producer, (before) => inner.after(made, before));
    return made;
  });

  return {
    get taskCount() {
      return first.length;
    },
    deviceOf: (task) => deviceOf.at(task),
    task(device, time, share) {
      first.push(inner.taskCount);
      const number = deviceOf.push(device);
      const firstSender = device < deviceCount ? 0 : deviceCount;
      for (const rank of ranks[device % deviceCount]) {
        inner.task(rank + firstSender, time, share);
        taskOf.push(number);
      }
      return number;
    },
    scratch: (task, unit) => eachRank(task, (own) => inner.scratch(own, unit)),
    weights: (task, stage, copies) => eachRank(task, (own) => inner.weights(own, stage, copies)),
    tensor: (producer, amount, share) => tensors.add(producer, amount, share, false),
    message: (producer, amount, share) => tensors.add(producer, amount, share, true),
    buffer: (producer, amount, share, own) => void buffers.push([producer, amount, share, [...own]]),
    uses(consumer, number) {
      const producer = tensors.producer.at(number);
      const [senders, receivers] = [countOf(producer), countOf(consumer)];
      const [firstSender, firstUser] = [first.at(producer), first.at(consumer)];
      for (let rank = 0; rank < receivers; rank++) {
        let made = tensors.made(number, rank);
        if (made === -1) {
          const sender = Math.floor((rank * senders) / receivers);
          made = tensors.make(inner, number, firstSender + sender);
          tensors.tell(number, rank, made, sender);
        }
        inner.uses(firstUser + rank, made);
      }
    },
    after(consumer, producer) {
      const [before, behind] = [countOf(producer), countOf(consumer)];
      const isOnSender = deviceOf.at(consumer) >= deviceCount;
      if (isOnSender && behind === before)
        eachRank(consumer, (task, rank) => inner.after(task, first.at(producer) + rank));
      else if (!isOnSender && joinDevice !== undefined && Math.min(before, behind) > FEW_RANKS) {
        const joined = join(joinDevice, producer);
        eachRank(consumer, (task) => inner.after(task, joined));
      } else eachRank(consumer, (task) => eachRank(producer, (own) => inner.after(task, own)));
    },
    build(scenario, cluster) {
      for (const [producer, amount, share, own] of buffers) {
        const sent: number[] = [];
        eachRank(producer, (task, rank) => {
          tensors.sentBy(rank, own, sent);
          inner.buffer(task, amount, share, sent);
        });
      }
      return inner.build(scenario, cluster);
    },
    taskOf: () => taskOf.done(),
  };
}

/** The join of all ranks of a task: made when it is first wanted. */
function createJoins(make: (device: number, producer: number) => number) {
  const known = new Map<number, number>();
  return (device: number, producer: number): number => {
    const join = known.get(producer) ?? make(device, producer);
    known.set(producer, join);
    return join;
  };
}

/** Tensors of the tasks, and for each rank of their consumers the one that it gets. */
function createTensors(mostRanks: number) {
  const producer = intColumn();
  const amount = intColumn();
  const share = floatColumn();
  const isMessage = intColumn();
  /** [tensor][rank]: its own tensor and the rank that sends it, -1 for none yet. */
  let made = new Int32Array(1024 * mostRanks).fill(-1);
  let senderOf = new Int32Array(1024 * mostRanks);
  return {
    producer,
    made: (number: number, rank: number): number => made[number * mostRanks + rank],
    tell(number: number, rank: number, own: number, sender: number): void {
      made[number * mostRanks + rank] = own;
      senderOf[number * mostRanks + rank] = sender;
    },
    make(inner: TaskBuilder, number: number, sender: number): number {
      const add = isMessage.at(number) === 1 ? inner.message : inner.tensor;
      return add(sender, amount.at(number), share.at(number));
    },
    add(task: number, bytes: number, ofBytes: number, message: boolean): number {
      amount.push(bytes);
      share.push(ofBytes);
      isMessage.push(message ? 1 : 0);
      if ((producer.length + 1) * mostRanks > made.length) {
        made = twiceAsLong(made, -1);
        senderOf = twiceAsLong(senderOf, 0);
      }
      return producer.push(task);
    },
    /** Writes the tensors of a buffer that a rank sends. */
    sentBy(rank: number, own: readonly number[], sent: number[]): void {
      sent.length = 0;
      for (const number of own)
        for (let at = number * mostRanks; at < (number + 1) * mostRanks; at++)
          if (made[at] !== -1 && senderOf[at] === rank) sent.push(made[at]);
    },
  };
}

function twiceAsLong(values: Int32Array, rest: number): Int32Array<ArrayBuffer> {
  const longer = new Int32Array(2 * values.length).fill(rest, values.length);
  longer.set(values);
  return longer;
}
