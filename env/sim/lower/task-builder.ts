/**
 * Builds the tasks of a lowered plan as the `Compiled` arrays that the engine runs. A task has one
 * device and one time. Tasks wait for each other, for free or for a tensor. A tensor goes to its
 * consumer's device by the cluster's links.
 *
 * Hot: a pipeline of 64 stages and 256 micro-batches has 33,000 tasks (test/bench/pipeline.ts).
 */
import type { Cluster } from "../../model/cluster/cluster.ts";
import type { Scenario } from "../../model/scenario.ts";
import { type Compiled, NO_SLOT } from "../engine/compile.ts";

export interface Task {
  readonly device: number;
  readonly us: number;
  readonly workspaceBytes?: number;
  /** Bytes that stay on the device during the whole run. */
  readonly residentBytes?: number;
}

export interface TaskBuilder {
  readonly taskCount: number;
  /** Returns the number of the task. */
  task(task: Task): number;
  /** A tensor that a task makes; returns its number. */
  tensor(producer: number, bytes: number): number;
  /** The consumer waits for the tensor, on its own device or after a transfer. */
  uses(consumer: number, tensor: number): void;
  /** One task starts after another, at no cost. */
  after(consumer: number, producer: number): void;
  build(): LoweredTasks;
}

export interface LoweredTasks {
  readonly compiled: Compiled;
  /** Device of each task. */
  readonly device: Int32Array;
}

/** The cluster may have more devices than the scenario's, for tasks that only send. */
export function taskBuilder(scenario: Scenario, cluster: Cluster): TaskBuilder {
  const device: number[] = [];
  const us: number[] = [];
  const workspace: number[] = [];
  const resident: number[] = [];
  const slotProducer: number[] = [];
  const slotBytes: number[] = [];
  const depProducer: number[] = [];
  const depConsumer: number[] = [];
  const depSlot: number[] = [];

  return {
    get taskCount() {
      return device.length;
    },
    task(task) {
      us.push(task.us);
      workspace.push(task.workspaceBytes ?? 0);
      resident.push(task.residentBytes ?? 0);
      return device.push(task.device) - 1;
    },
    tensor(producer, bytes) {
      slotProducer.push(producer);
      return slotBytes.push(bytes) - 1;
    },
    uses(consumer, tensor) {
      depProducer.push(slotProducer[tensor]);
      depConsumer.push(consumer);
      depSlot.push(tensor);
    },
    after(consumer, producer) {
      depProducer.push(producer);
      depConsumer.push(consumer);
      depSlot.push(NO_SLOT);
    },
    build() {
      const taskCount = device.length;
      const dependencies = { depProducer, depConsumer, depSlot };
      const outputBytes = new Float64Array(taskCount);
      slotProducer.forEach((producer, slot) => {
        outputBytes[producer] += slotBytes[slot];
      });
      const compiled: Compiled = {
        scenario: { ...scenario, cluster },
        fidelity: { ...scenario.fidelity, transferOrder: "first-come", pairOutputs: "all", tieBreak: "id" },
        opCount: taskCount,
        deviceCount: cluster.devices.length,
        linkCount: cluster.links.length,
        slotCount: slotProducer.length,
        runUs: Float64Array.from(us),
        runsAlike: true,
        ...dependencyArrays(taskCount, dependencies),
        slotProducer: Int32Array.from(slotProducer),
        slotLocal: numbersWithin(slotProducer, taskCount),
        slotBytes: Float64Array.from(slotBytes),
        opRank: countTo(taskCount),
        linkRank: countTo(cluster.links.length),
        deviceRank: countTo(cluster.devices.length),
        linkBytesPerUs: Float64Array.from(cluster.links, (link) => link.bytesPerUs),
        linkLatencyUs: Float64Array.from(cluster.links, (link) => link.latencyUs),
        ...routeArrays(cluster),
        outputBytes,
        residentBytes: Float64Array.from(resident),
        workspaceBytes: Float64Array.from(workspace),
      };
      return { compiled, device: Int32Array.from(device) };
    },
  };
}

interface Dependencies {
  readonly depProducer: readonly number[];
  readonly depConsumer: readonly number[];
  readonly depSlot: readonly number[];
}

type DependencyArrays = Pick<
  Compiled,
  | "depStart"
  | "depConsumer"
  | "depSlot"
  | "releaseConsumer"
  | "releaseSlot"
  | "waitsFor"
  | "needStart"
  | "needProducer"
  | "needSlot"
>;

/** Dependencies in the order in which they were declared, by producer and by consumer. */
function dependencyArrays(taskCount: number, all: Dependencies): DependencyArrays {
  const count = all.depProducer.length;
  const depStart = startsOf(taskCount, all.depProducer, () => true);
  const depConsumer = new Int32Array(count);
  const depSlot = new Int32Array(count);
  const waitsFor = new Int32Array(taskCount);
  const next = depStart.slice();
  for (let i = 0; i < count; i++) {
    const at = next[all.depProducer[i]]++;
    depConsumer[at] = all.depConsumer[i];
    depSlot[at] = all.depSlot[i];
    waitsFor[all.depConsumer[i]]++;
  }
  const needStart = startsOf(taskCount, all.depConsumer, (i) => all.depSlot[i] !== NO_SLOT);
  const needProducer = new Int32Array(needStart[taskCount]);
  const needSlot = new Int32Array(needStart[taskCount]);
  const nextNeed = needStart.slice();
  for (let i = 0; i < count; i++) {
    if (all.depSlot[i] === NO_SLOT) continue;
    const at = nextNeed[all.depConsumer[i]]++;
    needProducer[at] = all.depProducer[i];
    needSlot[at] = all.depSlot[i];
  }
  const { releaseConsumer, releaseSlot } = byConsumer(depStart, depConsumer, depSlot);
  return {
    depStart,
    depConsumer,
    depSlot,
    releaseConsumer,
    releaseSlot,
    waitsFor,
    needStart,
    needProducer,
    needSlot,
  };
}

function startsOf(taskCount: number, keys: readonly number[], counts: (i: number) => boolean): Int32Array {
  const start = new Int32Array(taskCount + 1);
  for (let i = 0; i < keys.length; i++) if (counts(i)) start[keys[i] + 1]++;
  for (let v = 0; v < taskCount; v++) start[v + 1] += start[v];
  return start;
}

/** The dependencies of each producer by consumer; a producer has few, so insertion sorts them. */
function byConsumer(depStart: Int32Array, depConsumer: Int32Array, depSlot: Int32Array) {
  const releaseConsumer = depConsumer.slice();
  const releaseSlot = depSlot.slice();
  for (let v = 0; v + 1 < depStart.length; v++)
    for (let i = depStart[v] + 1; i < depStart[v + 1]; i++) {
      const [consumer, slot] = [releaseConsumer[i], releaseSlot[i]];
      let at = i;
      for (; at > depStart[v] && releaseConsumer[at - 1] > consumer; at--) {
        releaseConsumer[at] = releaseConsumer[at - 1];
        releaseSlot[at] = releaseSlot[at - 1];
      }
      releaseConsumer[at] = consumer;
      releaseSlot[at] = slot;
    }
  return { releaseConsumer, releaseSlot };
}

/** The number of each tensor among those of its producer. */
function numbersWithin(slotProducer: readonly number[], taskCount: number): Int32Array {
  const next = new Int32Array(taskCount);
  return Int32Array.from(slotProducer, (producer) => next[producer]++);
}

const countTo = (count: number): Int32Array => Int32Array.from({ length: count }, (_, i) => i);

function routeArrays({ devices, routes }: Cluster): Pick<Compiled, "routeStart" | "routeLink"> {
  const routeStart = new Int32Array(devices.length ** 2 + 1);
  const routeLink: number[] = [];
  routes.forEach((row, from) => {
    row.forEach((route, to) => {
      for (const link of route) routeLink.push(link);
      routeStart[from * devices.length + to + 1] = routeLink.length;
    });
  });
  return { routeStart, routeLink: Int32Array.from(routeLink) };
}
