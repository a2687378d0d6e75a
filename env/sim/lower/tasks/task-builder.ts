/**
 * Builds the tasks of a lowered plan as the `Compiled` arrays that the engine runs. A task has one
 * device. Tasks wait for each other, for free or for a tensor. A tensor goes to its consumer's
 * device by the cluster's links.
 *
 * Times and bytes are not numbers here but references to entries of the plan's costs, with the
 * share of the batch that a task takes. So plans of one structure share the arrays (amounts.ts).
 *
 * Hot: a pipeline of 64 stages and 256 micro-batches has 33,000 tasks (test/bench/pipeline.ts).
 */
import type { Cluster } from "../../../model/cluster/cluster.ts";
import type { Scenario } from "../../../model/scenario.ts";
import type { Compiled } from "../../engine/compile.ts";
import { floatColumn, intColumn } from "./columns.ts";
import { clusterArrays, countTo, dependencyArrays, numbersWithin, routesTaken } from "./compiled-arrays.ts";

/** Times and bytes of tasks and tensors by reference; -1 for none. */
export interface References {
  /** Unit on a device, share of the batch. */
  readonly taskTime: Int32Array;
  readonly taskShare: Float64Array;
  /** Unit whose scratch memory the task needs. */
  readonly taskUnit: Int32Array;
  /** Stage whose weights a task's device holds from now on, and how many copies of them. */
  readonly taskWeights: Int32Array;
  readonly weightCopies: Float64Array;
  /** Entry of the table of bytes, and its share. */
  readonly slotAmount: Int32Array;
  readonly slotShare: Float64Array;
  /** 1 for tensors whose copies are not counted as memory. */
  readonly isMessage: Uint8Array;
}

/** Buffers: each lives from its task's start until the last of its tensors is used or sent. */
export interface Buffers {
  readonly task: Int32Array;
  readonly amount: Int32Array;
  readonly share: Float64Array;
  /** Tensors of buffer b: tensors[start[b] .. start[b + 1]). */
  readonly start: Int32Array;
  readonly tensors: Int32Array;
}

export interface TaskStructure {
  /** Times and bytes are zero until they are filled in. */
  readonly compiled: Compiled;
  /** Device of each task. */
  readonly device: Int32Array;
  readonly references: References;
  readonly buffers: Buffers;
}

export interface TaskBuilder {
  readonly taskCount: number;
  deviceOf(task: number): number;
  /** Returns the number of the task. */
  task(device: number, time: number, share: number): number;
  /** The task's unit, for its scratch memory. */
  scratch(task: number, unit: number): void;
  weights(task: number, stage: number, copies: number): void;
  /** A tensor that a task makes; returns its number, one more than that of the tensor before. */
  tensor(producer: number, amount: number, share: number): number;
  /** A tensor whose copies are not counted as memory: a message of a collective. */
  message(producer: number, amount: number, share: number): number;
  /** A buffer that a task makes, for tensors of its own. */
  buffer(producer: number, amount: number, share: number, tensors: readonly number[]): void;
  /** The consumer waits for the tensor, on its own device or after a transfer. */
  uses(consumer: number, tensor: number): void;
  /** One task starts after another, at no cost. */
  after(consumer: number, producer: number): void;
  /** The cluster may have more devices than the scenario's, for tasks that only send. */
  build(scenario: Scenario, cluster: Cluster): TaskStructure;
}

export function taskBuilder(): TaskBuilder {
  const columns = createColumns();
  const { device, taskTime, taskShare, taskUnit, weights, slotProducer, slotAmount, slotShare } = columns;
  const { messages, depProducer, depConsumer, depSlot } = columns;
  const { bufferTask, bufferAmount, bufferShare, bufferStart, bufferTensors } = columns;
  const tensor = (producer: number, amount: number, share: number): number => {
    slotAmount.push(amount);
    slotShare.push(share);
    return slotProducer.push(producer);
  };
  return {
    get taskCount() {
      return device.length;
    },
    deviceOf: (task) => device.at(task),
    task(on, time, share) {
      taskTime.push(time);
      taskShare.push(share);
      taskUnit.push(-1);
      return device.push(on);
    },
    scratch: (task, unit) => taskUnit.set(task, unit),
    weights: (task, stage, copies) => void weights.push([task, stage, copies]),
    tensor,
    message(producer, amount, share) {
      const number = tensor(producer, amount, share);
      messages.push(number);
      return number;
    },
    buffer(producer, amount, share, tensors) {
      bufferTask.push(producer);
      bufferAmount.push(amount);
      bufferShare.push(share);
      for (const each of tensors) bufferTensors.push(each);
      bufferStart.push(bufferTensors.length);
    },
    uses(consumer, number) {
      depProducer.push(slotProducer.at(number));
      depConsumer.push(consumer);
      depSlot.push(number);
    },
    after(consumer, producer) {
      depProducer.push(producer);
      depConsumer.push(consumer);
      depSlot.push(NO_TENSOR);
    },
    build: (scenario, cluster) => structureOf(columns, scenario, cluster),
  };
}

/** As `NO_SLOT` of the engine. */
const NO_TENSOR = -1;

type Columns = ReturnType<typeof createColumns>;

function createColumns() {
  const bufferStart = intColumn();
  bufferStart.push(0);
  return {
    device: intColumn(),
    taskTime: intColumn(),
    taskShare: floatColumn(),
    taskUnit: intColumn(),
    weights: [] as [task: number, stage: number, copies: number][],
    slotProducer: intColumn(),
    slotAmount: intColumn(),
    slotShare: floatColumn(),
    messages: [] as number[],
    depProducer: intColumn(),
    depConsumer: intColumn(),
    depSlot: intColumn(),
    bufferTask: intColumn(),
    bufferAmount: intColumn(),
    bufferShare: floatColumn(),
    bufferStart,
    bufferTensors: intColumn(),
  };
}

function structureOf(columns: Columns, scenario: Scenario, cluster: Cluster): TaskStructure {
  const device = columns.device.done();
  const slotProducer = columns.slotProducer.done();
  const taskCount = device.length;
  const dependencies = {
    depProducer: columns.depProducer.done(),
    depConsumer: columns.depConsumer.done(),
    depSlot: columns.depSlot.done(),
  };
  const compiled: Compiled = {
    scenario: { ...scenario, cluster },
    fidelity: { ...scenario.fidelity, transferOrder: "first-come", pairOutputs: "all", tieBreak: "id" },
    opCount: taskCount,
    slotCount: slotProducer.length,
    runUs: new Float64Array(taskCount),
    runsAlike: true,
    ...dependencyArrays(taskCount, dependencies),
    slotProducer,
    slotLocal: numbersWithin(slotProducer, taskCount),
    slotBytes: new Float64Array(slotProducer.length),
    opRank: countTo(taskCount),
    outputBytes: new Float64Array(taskCount),
    residentBytes: new Float64Array(taskCount),
    workspaceBytes: new Float64Array(taskCount),
    ...clusterArrays(cluster),
    ...routesTaken(cluster, device, dependencies),
  };
  return {
    compiled,
    device,
    references: referencesOf(columns, taskCount),
    buffers: {
      task: columns.bufferTask.done(),
      amount: columns.bufferAmount.done(),
      share: columns.bufferShare.done(),
      start: columns.bufferStart.done(),
      tensors: columns.bufferTensors.done(),
    },
  };
}

function referencesOf(columns: Columns, taskCount: number): References {
  const taskWeights = new Int32Array(taskCount).fill(-1);
  const weightCopies = new Float64Array(taskCount);
  for (const [task, stage, copies] of columns.weights) {
    taskWeights[task] = stage;
    weightCopies[task] = copies;
  }
  const isMessage = new Uint8Array(columns.slotProducer.length);
  for (const number of columns.messages) isMessage[number] = 1;
  return {
    taskTime: columns.taskTime.done(),
    taskShare: columns.taskShare.done(),
    taskUnit: columns.taskUnit.done(),
    taskWeights,
    weightCopies,
    slotAmount: columns.slotAmount.done(),
    slotShare: columns.slotShare.done(),
    isMessage,
  };
}
