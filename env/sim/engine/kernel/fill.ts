/**
 * Fills the kernel's memory for one compiled scenario. The memory holds the arrays that a run
 * reads, space for those that it writes, and the table of layout.ts that says where they are.
 */
import { deviceTypes } from "../../../model/cluster/device-types.ts";
import type { Fidelity } from "../../../model/fidelity/fidelity.ts";
import { type Compiled, longestRoute } from "../compile.ts";
import * as slots from "./layout.ts";
import { type KernelMemory, type KernelRoom, type MemoryPlan, planKernelMemory } from "./memory.ts";

/** Optional buffers of a kernel. */
export interface KernelBuffers {
  /** Hops that may be logged; by default none are. */
  readonly hops?: number;
  /** Copies of the state that a recorded run may leave; by default no run can be recorded. */
  readonly snapshots?: number;
}

/** Most placements that one call of the kernel simulates. */
export const BATCH = 16;
/** Modes in the kernel's numbering. */
const multicastModes: readonly Fidelity["multicast"][] = ["free", "per-device", "per-consumer"];
const contentionModes: readonly Fidelity["contention"][] = ["none", "queue", "fair"];
/** Event sources that the kernel scans at once. */
const GROUP = 64;

/** Entries of the table that are plain numbers, by position. */
type Numbers = Map<number, number>;

export function fillMemory(compiled: Compiled, buffers: KernelBuffers, room?: KernelRoom): KernelMemory {
  const sizes = sizesOf(compiled, buffers);
  const plan = planKernelMemory();
  const numbers: Numbers = new Map();
  planGraph(plan, numbers, compiled);
  planRun(plan, numbers, sizes);
  planNetworks(plan, numbers, compiled, sizes);
  planRecording(plan, numbers, compiled, sizes);
  plan.reserveInts(BATCH * sizes.opCount, slots.PLACEMENTS);
  plan.reserveFloats(BATCH, slots.MAKESPANS);
  setSwitches(numbers, compiled);
  const memory = plan.build(room);
  for (const [position, number] of numbers) memory.table[position] = number;
  const floats = new Float64Array(memory.memory.buffer, slots.FLOATS);
  floats[slots.OP_GAP_US] = compiled.fidelity.opGapUs;
  floats[slots.TRANSFER_GAP_US] = compiled.fidelity.transferGapUs;
  floats[slots.FIRST_US] = compiled.fidelity.startUs;
  return memory;
}

/** Writes other times and bytes over those of a memory. Pre: `runsAlike`, the rest as it was. */
export function refillMemory(memory: KernelMemory, compiled: Compiled): void {
  memory.floats(slots.RUN_US).set(compiled.runUs);
  memory.floats(slots.SLOT_US).set(slotTimes(compiled.slotBytes, speedsOf(compiled)));
  memory.floats(slots.SLOT_BYTES).set(compiled.slotBytes);
}

interface Sizes {
  readonly opCount: number;
  readonly deviceCount: number;
  readonly linkCount: number;
  readonly depCount: number;
  readonly sourceCount: number;
  readonly sentByCount: number;
  /** Links of the longest route, 0 where transfers are first come, first served. */
  readonly routeWidth: number;
  readonly shares: boolean;
  readonly readyDispatch: boolean;
  readonly hops: number;
  readonly snapshots: number;
}

function sizesOf(compiled: Compiled, { hops = 0, snapshots = 0 }: KernelBuffers): Sizes {
  const { opCount, deviceCount, linkCount, fidelity, slotLocal, depStart } = compiled;
  const shares = fidelity.contention === "fair";
  const readyDispatch = fidelity.dispatch === "ready";
  const mostSlots = slotLocal.reduce((most, local) => Math.max(most, local), 0) + 1;
  return {
    opCount,
    deviceCount,
    linkCount,
    depCount: depStart[opCount],
    // Beside devices and links: the end of a sharing transfer, then each device's look for work.
    sourceCount:
      deviceCount + linkCount + (shares || readyDispatch ? 1 : 0) + (readyDispatch ? deviceCount : 0),
    sentByCount: mostSlots * (fidelity.multicast === "free" ? 1 : deviceCount),
    routeWidth: fidelity.transferOrder === "plan" ? longestRoute(compiled) : 0,
    shares,
    readyDispatch,
    hops,
    snapshots,
  };
}

/** What every run reads: dependencies, run times, tensors, links and routes. */
function planGraph(plan: MemoryPlan, numbers: Numbers, compiled: Compiled): void {
  const { opCount, linkCount, waitsFor, slotBytes } = compiled;
  const roots: number[] = [];
  for (let v = 0; v < opCount; v++) if (waitsFor[v] === 0) roots.push(v);
  const { typeOf, runColumns } = runColumnsOf(compiled);
  const speeds = speedsOf(compiled);
  const linkOrder = compiled.linkRank.map((rank) => opCount + rank);
  const deviceOrder = compiled.deviceRank.map((rank) => opCount + linkCount + rank);
  const linkSpeed = Array.from(compiled.linkBytesPerUs, (speed) => speeds.indexOf(speed));
  plan.ints(slots.DEP_START, compiled.depStart);
  plan.ints(slots.DEP, pairs(compiled.depConsumer, compiled.depSlot));
  plan.ints(slots.RELEASE, pairs(compiled.releaseConsumer, compiled.releaseSlot));
  plan.ints(slots.WAITS_FOR, waitsFor);
  plan.ints(slots.OP_ORDER, compiled.opRank);
  plan.ints(slots.LINK_ORDER, linkOrder);
  plan.ints(slots.DEVICE_ORDER, deviceOrder);
  plan.floats(slots.RUN_US, interleave(runColumns));
  plan.ints(slots.RUN_COLUMN, typeOf);
  plan.floats(slots.SLOT_US, slotTimes(slotBytes, speeds));
  plan.ints(slots.SLOT_LOCAL, compiled.slotLocal);
  plan.ints(slots.SLOT_PRODUCER, compiled.slotProducer);
  plan.ints(slots.LINK_SPEED, linkSpeed);
  plan.floats(slots.LATENCY_US, compiled.linkLatencyUs);
  plan.ints(slots.ROUTE_START, compiled.routeStart);
  plan.ints(slots.ROUTE_LINK, compiled.routeLink);
  plan.ints(slots.ROOTS, roots);
  numbers.set(slots.ROOT_COUNT, roots.length);
  numbers.set(slots.RUN_COLUMN_COUNT, runColumns.length);
  numbers.set(slots.SPEED_COUNT, speeds.length);
}

/** Run times by device type: devices on which every op takes the same time share a column. */
function runColumnsOf({ opCount, deviceCount, runUs, runsAlike }: Compiled) {
  if (runsAlike) return { typeOf: new Int32Array(deviceCount), runColumns: [runUs] };
  const { typeOf, first } = deviceTypes(deviceCount, [runUs]);
  const runColumns = first.map((d) =>
    Float64Array.from({ length: opCount }, (_, v) => runUs[v * deviceCount + d]),
  );
  return { typeOf, runColumns };
}

/**
 * What every run writes. The arrays from DEVICE_FREE_US to GROUP_US are one block, which a recorded
 * run copies as a whole.
 */
function planRun(plan: MemoryPlan, numbers: Numbers, sizes: Sizes): void {
  const { opCount, deviceCount, linkCount, depCount, sourceCount, sentByCount } = sizes;
  const groupCount = Math.ceil(sourceCount / GROUP);
  plan.reserveFloats(opCount, slots.START_US, slots.END_US);
  plan.reserveInts(paddedCount(opCount), slots.PENDING);
  plan.reserveFloats(deviceCount, slots.DEVICE_FREE_US);
  plan.reserveFloats(linkCount, slots.LINK_FREE_US);
  plan.reserveInts(deviceCount, slots.RUNNING_HEAD, slots.RUNNING_TAIL);
  plan.reserveInts(linkCount, slots.FLYING_HEAD, slots.FLYING_TAIL);
  plan.reserveFloats(groupCount * GROUP, slots.EVENT_US);
  plan.reserveFloats(groupCount, slots.GROUP_US);
  plan.reserveInts(opCount, slots.OP_NEXT, slots.ORDER_NEXT, slots.MOVED);
  plan.reserveInts(depCount, slots.TRANSFER_NEXT, slots.TRANSFER_HOP, slots.TRANSFER_TO, slots.TRANSFER_SLOT);
  plan.reserveFloats(depCount, slots.TRANSFER_START_US, slots.TRANSFER_ARRIVE_US, slots.TRANSFER_LEFT_US);
  plan.reserveInts(sentByCount, slots.SENT_BY);
  plan.reserveInts(sourceCount, slots.TOGETHER, slots.DELIVERING);
  numbers.set(slots.OP_COUNT, opCount);
  numbers.set(slots.DEVICE_COUNT, deviceCount);
  numbers.set(slots.LINK_COUNT, linkCount);
  numbers.set(slots.GROUP_COUNT, groupCount);
  numbers.set(slots.SENT_BY_COUNT, sentByCount);
  numbers.set(slots.STATE_BYTES, plan.bytesBetween(slots.DEVICE_FREE_US, slots.OP_NEXT));
}

/** What only some fidelities need, and the log of hops. */
function planNetworks(plan: MemoryPlan, numbers: Numbers, compiled: Compiled, sizes: Sizes): void {
  const { opCount, deviceCount, linkCount, depCount, routeWidth, readyDispatch, hops } = sizes;
  const flowCount = sizes.shares ? depCount : 0;
  plan.reserveInts(readyDispatch ? deviceCount : 0, slots.READY_HEAD);
  plan.reserveInts(readyDispatch ? opCount : 0, slots.READY_CHILD);
  plan.reserveInts(routeWidth === 0 ? 0 : depCount, slots.TRANSFER_WAITS);
  plan.reserveInts(routeWidth * depCount, slots.TRANSFER_FOLLOWERS);
  plan.reserveInts(routeWidth * depCount + 1, slots.TRANSFER_STACK);
  plan.reserveInts(2 * hops, slots.HOP_LOG);
  plan.reserveFloats(3 * hops, slots.HOP_LOG_US);
  plan.floats(slots.SLOT_BYTES, compiled.slotBytes);
  plan.floats(slots.LINK_BYTES_PER_US, compiled.linkBytesPerUs);
  plan.reserveInts(flowCount, slots.FLOW);
  plan.reserveFloats(flowCount, slots.FLOW_BYTES, slots.FLOW_RATE);
  plan.reserveFloats(linkCount, slots.LINK_LEFT);
  plan.reserveInts(linkCount, slots.LINK_FLOWS);
  numbers.set(slots.ROUTE_WIDTH, routeWidth);
  if (hops === 0) numbers.set(slots.HOP_LOG, 0);
}

/** Copies of the state, and the recorded run as it ended. Pre: `planRun` has been called. */
function planRecording(plan: MemoryPlan, numbers: Numbers, { waitsFor }: Compiled, sizes: Sizes): void {
  const { snapshots } = sizes;
  const packedWidth = waitsFor.every((count) => count <= 255) ? 1 : 4;
  const snapshotBytes = numbers.get(slots.STATE_BYTES)! + packedWidth * paddedCount(sizes.opCount);
  const [opCount, transferCount] = snapshots === 0 ? [0, 0] : [sizes.opCount, sizes.depCount];
  plan.reserveInts((snapshots * snapshotBytes) / Int32Array.BYTES_PER_ELEMENT, slots.SNAPSHOTS);
  plan.reserveFloats(snapshots, slots.SNAPSHOT_US, slots.SNAPSHOT_LATEST_US);
  plan.reserveFloats(opCount, slots.BASE_START_US, slots.BASE_END_US, slots.EFFECT_US);
  plan.reserveInts(opCount, slots.BASE_OP_NEXT, slots.MOVED_PENDING);
  plan.reserveInts(opCount + 1, slots.NEED_START);
  plan.reserveInts(transferCount, slots.BASE_TRANSFER_NEXT);
  plan.reserveFloats(transferCount, slots.BASE_TRANSFER_START_US, slots.BASE_TRANSFER_ARRIVE_US);
  plan.reserveFloats(transferCount, slots.NEED_US);
  numbers.set(slots.SNAPSHOT_BYTES, snapshotBytes);
  numbers.set(slots.PACKED_WIDTH, packedWidth);
  numbers.set(slots.SNAPSHOT_CAPACITY, snapshots);
}

function setSwitches(numbers: Numbers, { fidelity, releaseConsumer, depConsumer }: Compiled): void {
  const keepsOrder = releaseConsumer.every((consumer, i) => consumer === depConsumer[i]);
  const set = (position: number, isOn: boolean) => numbers.set(position, isOn ? 1 : 0);
  numbers.set(slots.MULTICAST, multicastModes.indexOf(fidelity.multicast));
  numbers.set(slots.CONTENTION, contentionModes.indexOf(fidelity.contention));
  set(slots.CUT_THROUGH, fidelity.routing === "cut-through");
  set(slots.BLOCKING, !fidelity.overlap);
  set(slots.LAST_EVENT, fidelity.makespan === "last-event");
  set(slots.READY_DISPATCH, fidelity.dispatch === "ready");
  set(slots.SAME_ORDER, keepsOrder);
}

/** Ops are packed and unpacked 16 at a time. */
const paddedCount = (opCount: number): number => Math.ceil(opCount / 16) * 16;

/** Distinct speeds of links, the columns of slot times. */
const speedsOf = ({ linkBytesPerUs }: Compiled): number[] => [...new Set(linkBytesPerUs)];

/** Time of each slot at each speed, row by row. */
function slotTimes(slotBytes: Float64Array, speeds: readonly number[]): Float64Array {
  const times = new Float64Array(slotBytes.length * speeds.length);
  for (let k = 0; k < speeds.length; k++)
    for (let slot = 0, at = k; slot < slotBytes.length; slot++, at += speeds.length)
      times[at] = slotBytes[slot] / speeds[k];
  return times;
}

/** The entries of all columns, row by row. */
function interleave(columns: readonly Float64Array[]): Float64Array {
  if (columns.length === 1) return columns[0];
  const rows = new Float64Array(columns.reduce((sum, { length }) => sum + length, 0));
  columns.forEach((column, k) => {
    for (let i = 0, at = k; i < column.length; i++, at += columns.length) rows[at] = column[i];
  });
  return rows;
}

function pairs(first: Int32Array, second: Int32Array): Int32Array {
  const rows = new Int32Array(2 * first.length);
  for (let i = 0; i < first.length; i++) {
    rows[2 * i] = first[i];
    rows[2 * i + 1] = second[i];
  }
  return rows;
}
