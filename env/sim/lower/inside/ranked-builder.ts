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
import { intColumn } from "../tasks/columns.ts";
import { type TaskBuilder, taskBuilder } from "../tasks/task-builder.ts";

export interface RankedBuilder extends TaskBuilder {
  /** The task that each task on a rank is of, -1 for joins. */
  readonly taskOf: () => Int32Array;
}

/** Of a join. */
const NO_TASK = -1;

interface RankedTensor {
  readonly producer: number;
  readonly amount: number;
  readonly share: number;
  readonly isMessage: boolean;
  /** For each rank of the consumers, -1 for none yet: its tensor, and the rank that sends it. */
  readonly made: Int32Array;
  readonly senderOf: Int32Array;
}

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
  const countOf = (task: number): number => ranks[deviceOf.at(task) % deviceCount].length;
  const eachRank = (task: number, visit: (inner: number, rank: number) => void): void => {
    const count = countOf(task);
    for (let rank = 0; rank < count; rank++) visit(first.at(task) + rank, rank);
  };
  const tensors = createTensors(ranks);
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
      const { producer, amount, share, isMessage, made, senderOf } = tensors.at(number);
      const [senders, receivers] = [countOf(producer), countOf(consumer)];
      const add = isMessage ? inner.message : inner.tensor;
      eachRank(consumer, (task, rank) => {
        if (made[rank] === -1) {
          senderOf[rank] = Math.floor((rank * senders) / receivers);
          made[rank] = add(first.at(producer) + senderOf[rank], amount, share);
        }
        inner.uses(task, made[rank]);
      });
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
        const sent = tensors.sentBy(own);
        eachRank(producer, (task, rank) => inner.buffer(task, amount, share, sent[rank]));
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

function createTensors(ranks: readonly (readonly number[])[]) {
  const mostRanks = ranks.reduce((most, own) => Math.max(most, own.length), 1);
  const tensors: RankedTensor[] = [];
  return {
    at: (number: number): RankedTensor => tensors[number],
    add(producer: number, amount: number, share: number, isMessage: boolean): number {
      const made = new Int32Array(mostRanks).fill(-1);
      return (
        tensors.push({ producer, amount, share, isMessage, made, senderOf: new Int32Array(mostRanks) }) - 1
      );
    },
    /** Numbers of the tensors of a buffer by the rank that sends them. */
    sentBy(own: readonly number[]): number[][] {
      const sent = Array.from({ length: mostRanks }, (): number[] => []);
      for (const number of own) {
        const { made, senderOf } = tensors[number];
        for (let rank = 0; rank < mostRanks; rank++)
          if (made[rank] !== -1) sent[senderOf[rank]].push(made[rank]);
      }
      return sent;
    },
  };
}
