/**
 * The event engine: it takes a placement and gives start times and makespan. There is one engine.
 * Published simulators differ from it by `Fidelity` and `Cluster`; docs/cost-model.md explains
 * every rule.
 *
 * Devices and links serve one task at a time, first come, first served. So the start of a task is
 * known when it joins a queue: now, or when its server comes free. Events remain for two things
 * only. When an op ends, its consumers are released and its transfers join their queues. When a
 * transfer arrives, it goes on to its next link or releases its consumers. Each server finishes its
 * tasks in order, so at most one event per device and per link is pending.
 *
 * Events at equal time happen in this order:
 *
 * 1. releases, by producer rank, then consumer rank;
 * 2. transfers that took no time, by link rank;
 * 3. ops that took no time, by device rank.
 *
 * That is the order in which links and devices look for work. Where a free device chooses among
 * ready ops (`dispatch: "ready"`), its look for work is an event of its own, at place 3.
 *
 * The loop itself is a WebAssembly kernel (kernel/assembly/engine.ts). It gives the same bytes on
 * every machine and is faster than JavaScript by the factor in docs/performance.md. Twin:
 * reference.ts; test/env/sim/engine/engine.test.ts compares the two.
 */
import { OrderDeadlock } from "../../model/errors.ts";
import { type Compiled, longestRoute } from "./compile.ts";
import { BATCH, refillMemory } from "./kernel/fill.ts";
import * as slots from "./kernel/layout.ts";
import type { KernelRoom } from "./kernel/memory.ts";
import { type Kernel, startKernel } from "./kernel/start.ts";
import { priorityRanks, successors } from "./priority-order.ts";
import { writeTransferOrder } from "./transfer-order.ts";

/** One transfer over one link, for timelines. */
export interface TransferRecord {
  /** The transfer's number: that of the first dependency, as declared, that it serves. */
  readonly transfer: number;
  readonly producer: number;
  readonly link: number;
  readonly from: number;
  /** Destination device, or -1 where one transfer serves all. */
  readonly to: number;
  readonly bytes: number;
  readonly startUs: number;
  /** When its last byte was sent. Until then the transfer holds the link, or its share of it. */
  readonly sentUs: number;
  /** Arrival at the end of the link; with cut-through routing, of the route. */
  readonly endUs: number;
}

export interface Engine {
  /** Start and end of each op in the last run, us. */
  readonly startUs: Float64Array;
  readonly endUs: Float64Array;
  /**
   * When each transfer of the last run had left its sender, and when it started on its last link,
   * us. A transfer has the number of the first dependency, as declared, that it serves.
   */
  readonly leftUs: Float64Array;
  readonly lastHopUs: Float64Array;
  /**
   * Runs a valid placement; returns the makespan in us. With priorities the ops of a device run in
   * ascending order of priority, op id breaking ties, each after the one before it. Throws
   * `OrderDeadlock` where that order waits for itself. Under `dispatch: "ready"` a free device
   * takes the ready op that comes first in that order.
   */
  run(device: Int32Array, opPriority?: Float64Array): number;
  /** Makespans of many valid placements, in order. The times above belong to the last one. */
  runBatch(devices: readonly Int32Array[]): Float64Array;
}

/** The times of a run that memory depends on. */
export type RunTimes = Pick<Engine, "startUs" | "endUs" | "leftUs" | "lastHopUs">;

/** An engine for scenarios that differ in times and bytes alone. */
export interface RefillableEngine extends Engine {
  /** Takes the times and bytes of `compiled`; all else is as it was. Pre: `runsAlike`. */
  refill(compiled: Compiled): void;
}

export interface LoggingEngine extends Engine {
  /** Every hop of the last run, in the order in which the hops joined their queues. */
  transfers(): TransferRecord[];
}

/** `room`: for an engine that is used no more when the next one is made there. */
export function createEngine(compiled: Compiled, room?: KernelRoom): Engine {
  const kernel = startKernel(compiled, {}, room);
  return engineOf(compiled, kernel);
}

export function createRefillableEngine(compiled: Compiled): RefillableEngine {
  const kernel = startKernel(compiled);
  return { ...engineOf(compiled, kernel), refill: (next) => refillMemory(kernel.memory, next) };
}

/** An engine that logs every hop, for timelines. Evaluations need no log. */
export function createLoggingEngine(compiled: Compiled): LoggingEngine {
  const { opCount, depStart, slotProducer, slotBytes, fidelity } = compiled;
  const kernel = startKernel(compiled, { hops: depStart[opCount] * longestRoute(compiled) });
  const { memory, exports } = kernel;
  const [hops, hopsUs] = [memory.ints(slots.HOP_LOG), memory.floats(slots.HOP_LOG_US)];
  const [slotOf, toOf] = [memory.ints(slots.TRANSFER_SLOT), memory.ints(slots.TRANSFER_TO)];
  const placed = memory.ints(slots.PLACEMENTS);
  const recordOf = (hop: number): TransferRecord => {
    const transfer = hops[2 * hop];
    const slot = slotOf[transfer];
    return {
      transfer,
      producer: slotProducer[slot],
      link: hops[2 * hop + 1],
      from: placed[slotProducer[slot]],
      to: fidelity.multicast === "free" ? -1 : toOf[transfer],
      bytes: slotBytes[slot],
      startUs: hopsUs[3 * hop],
      sentUs: hopsUs[3 * hop + 1],
      endUs: hopsUs[3 * hop + 2],
    };
  };
  return {
    ...engineOf(compiled, kernel),
    transfers: () => Array.from({ length: exports.loggedHops() }, (_, hop) => recordOf(hop)),
  };
}

function engineOf(compiled: Compiled, { memory, exports }: Kernel): Engine {
  const { opCount, fidelity } = compiled;
  const placed = memory.ints(slots.PLACEMENTS);
  const makespans = memory.floats(slots.MAKESPANS);
  const orderNext = memory.ints(slots.ORDER_NEXT);
  const transferOrder = {
    waits: memory.ints(slots.TRANSFER_WAITS),
    followers: memory.ints(slots.TRANSFER_FOLLOWERS),
  };
  return {
    startUs: memory.floats(slots.START_US),
    endUs: memory.floats(slots.END_US),
    leftUs: memory.floats(slots.TRANSFER_LEFT_US),
    lastHopUs: memory.floats(slots.TRANSFER_START_US),
    run(device, opPriority) {
      placed.set(device);
      if (opPriority === undefined) return exports.run(memory.address(slots.PLACEMENTS));
      if (fidelity.dispatch === "ready") {
        orderNext.set(priorityRanks(opPriority));
        return exports.runReady(memory.address(slots.PLACEMENTS));
      }
      orderNext.set(successors(device, opPriority));
      if (fidelity.transferOrder === "plan")
        writeTransferOrder(compiled, { device, opRank: priorityRanks(opPriority) }, transferOrder);
      const makespanUs = exports.runOrdered(memory.address(slots.PLACEMENTS));
      if (Number.isNaN(makespanUs))
        throw new OrderDeadlock(
          "The plan's opPriority puts an op before one whose output it waits for, so that no device can go on.",
        );
      return makespanUs;
    },
    runBatch(devices) {
      const results = new Float64Array(devices.length);
      for (let first = 0; first < devices.length; first += BATCH) {
        const count = Math.min(BATCH, devices.length - first);
        for (let i = 0; i < count; i++) placed.set(devices[first + i], i * opCount);
        exports.runBatch(memory.address(slots.PLACEMENTS), count, memory.address(slots.MAKESPANS));
        results.set(makespans.subarray(0, count), first);
      }
      return results;
    },
  };
}
