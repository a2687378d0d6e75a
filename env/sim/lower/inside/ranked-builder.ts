/**
 * A builder whose tasks stand for a task on each rank of a replica. A device that leads no others
 * has one rank, and its tasks are as they are.
 *
 * - A task begins when all ranks are done with the tasks that it comes after. Steps of collectives
 *   follow their own rank alone, so that equal ranks of replicas sum on their own.
 * - Each rank of a consumer gets a tensor from one rank of the producer, the equal one. Where the
 *   numbers of ranks differ, it is the one at the same place.
 * - Each rank has the task's buffers. A buffer lives until what its rank sends is sent.
 */
import { intColumn } from "../tasks/columns.ts";
import { type TaskBuilder, taskBuilder } from "../tasks/task-builder.ts";

export interface RankedBuilder extends TaskBuilder {
  /** The task that each task on a rank is of. */
  readonly taskOf: () => Int32Array;
}

interface RankedTensor {
  readonly producer: number;
  readonly amount: number;
  readonly share: number;
  readonly isMessage: boolean;
  /** Tensor for each rank of the consumer, and the rank that sends it. */
  readonly made: Map<number, { readonly tensor: number; readonly sender: number }>;
}

/** `ranks`: of each device that leads, itself first. Senders are numbered after all devices. */
export function rankedBuilder(ranks: readonly (readonly number[])[]): RankedBuilder {
  const inner = taskBuilder();
  const deviceCount = ranks.length;
  const first = intColumn();
  const deviceOf = intColumn();
  const taskOf = intColumn();
  const tensors: RankedTensor[] = [];
  const buffers: [producer: number, amount: number, share: number, tensors: number[]][] = [];
  const countOf = (task: number): number => ranks[deviceOf.at(task) % deviceCount].length;
  const eachRank = (task: number, visit: (inner: number, rank: number) => void): void => {
    const count = countOf(task);
    for (let rank = 0; rank < count; rank++) visit(first.at(task) + rank, rank);
  };
  const tensor = (producer: number, amount: number, share: number, isMessage: boolean): number =>
    tensors.push({ producer, amount, share, isMessage, made: new Map() }) - 1;

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
    tensor: (producer, amount, share) => tensor(producer, amount, share, false),
    message: (producer, amount, share) => tensor(producer, amount, share, true),
    buffer: (producer, amount, share, own) => void buffers.push([producer, amount, share, [...own]]),
    uses(consumer, number) {
      const { producer, amount, share, isMessage, made } = tensors[number];
      const [senders, receivers] = [countOf(producer), countOf(consumer)];
      eachRank(consumer, (task, rank) => {
        const sender = Math.floor((rank * senders) / receivers);
        let sent = made.get(rank);
        if (sent === undefined) {
          const from = first.at(producer) + sender;
          const add = isMessage ? inner.message : inner.tensor;
          sent = { tensor: add(from, amount, share), sender };
          made.set(rank, sent);
        }
        inner.uses(task, sent.tensor);
      });
    },
    after(consumer, producer) {
      const isStep = deviceOf.at(consumer) >= deviceCount && countOf(consumer) === countOf(producer);
      eachRank(consumer, (task, rank) => {
        if (isStep) inner.after(task, first.at(producer) + rank);
        else eachRank(producer, (before) => inner.after(task, before));
      });
    },
    build(scenario, cluster) {
      for (const [producer, amount, share, own] of buffers)
        eachRank(producer, (task, rank) => {
          const sent = own.flatMap((number) =>
            [...tensors[number].made.values()].filter(({ sender }) => sender === rank),
          );
          inner.buffer(
            task,
            amount,
            share,
            sent.map(({ tensor }) => tensor),
          );
        });
      return inner.build(scenario, cluster);
    },
    taskOf: () => taskOf.done(),
  };
}
