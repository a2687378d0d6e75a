/**
 * Starts the simulator kernel for one compiled scenario: lays its memory out, fills the table, and
 * gives the kernel's functions. The memory holds all there is to know, so a copy of it starts an
 * equal kernel elsewhere (parallel.ts).
 */
import type { Fidelity } from "../../../model/fidelity/fidelity.ts";
import type { Compiled } from "../compile.ts";
import { engineWasm } from "./engine-wasm.ts";
import * as slots from "./layout.ts";
import { type KernelMemory, planKernelMemory } from "./memory.ts";
import { wasm } from "./webassembly.ts";

export interface KernelExports {
  init(): void;
  run(placed: number): number;
  runOrdered(placed: number): number;
  runReady(placed: number): number;
  record(placed: number): number;
  rerun(placed: number, movedCount: number, effectCount: number): number;
  runBatch(placed: number, count: number, out: number): void;
  loggedHops(): number;
}

export interface Kernel {
  readonly memory: KernelMemory;
  readonly exports: KernelExports;
}

/** Most placements that one call of the kernel simulates. */
export const BATCH = 16;
/** In the kernel's numbering. */
const multicastModes: readonly Fidelity["multicast"][] = ["free", "per-device", "per-consumer"];
const contentionModes: readonly Fidelity["contention"][] = ["none", "queue", "fair"];
/** Event sources that the kernel scans at once. */
const GROUP = 64;

export interface KernelRoom {
  /** Hops that may be logged; by default none are. */
  readonly hops?: number;
  /** Copies of the state that a recorded run may leave; by default no run can be recorded. */
  readonly snapshots?: number;
}

export function startKernel(compiled: Compiled, room: KernelRoom = {}): Kernel {
  const memory = fillMemory(compiled, room);
  const { exports } = new wasm.Instance(kernelModule(), { env: { memory: memory.memory } });
  const kernel = exports as KernelExports;
  kernel.init();
  return { memory, exports: kernel };
}

let compiledKernel: object | undefined;

export function kernelModule(): object {
  compiledKernel ??= new wasm.Module(Buffer.from(engineWasm, "base64"));
  return compiledKernel;
}

function fillMemory(compiled: Compiled, { hops = 0, snapshots = 0 }: KernelRoom): KernelMemory {
  const { opCount, deviceCount, linkCount, fidelity, slotProducer, slotLocal, depStart } = compiled;
  const depCount = depStart[opCount];
  const shares = fidelity.contention === "fair";
  const readyDispatch = fidelity.dispatch === "ready";
  // The end of a sharing transfer is one source, the next look of each device for work another.
  const sourceCount =
    deviceCount + linkCount + (shares || readyDispatch ? 1 : 0) + (readyDispatch ? deviceCount : 0);
  const groupCount = Math.ceil(sourceCount / GROUP);
  const roots = Int32Array.from(compiled.waitsFor.keys()).filter((v) => compiled.waitsFor[v] === 0);
  const devices = deviceTypes(compiled);
  const speeds = [...new Set(compiled.linkBytesPerUs)];
  const sentByCount =
    (slotLocal.reduce((most, local) => Math.max(most, local), 0) + 1) *
    (fidelity.multicast === "free" ? 1 : deviceCount);

  const turnWidth = fidelity.transferOrder === "plan" ? longestRoute(compiled) : 0;

  const plan = planKernelMemory();
  plan.ints(slots.DEP_START, depStart);
  plan.ints(slots.DEP, interleave([compiled.depConsumer, compiled.depSlot]));
  plan.ints(slots.RELEASE, interleave([compiled.releaseConsumer, compiled.releaseSlot]));
  plan.ints(slots.WAITS_FOR, compiled.waitsFor);
  plan.ints(slots.OP_ORDER, compiled.opRank);
  plan.ints(
    slots.LINK_ORDER,
    compiled.linkRank.map((rank) => opCount + rank),
  );
  plan.ints(
    slots.DEVICE_ORDER,
    compiled.deviceRank.map((rank) => opCount + linkCount + rank),
  );
  plan.floats(slots.RUN_US, interleave(devices.runUs));
  plan.ints(slots.RUN_COLUMN, devices.typeOf);
  plan.floats(
    slots.SLOT_US,
    interleave(speeds.map((speed) => compiled.slotBytes.map((bytes) => bytes / speed))),
  );
  plan.ints(slots.SLOT_LOCAL, slotLocal);
  plan.ints(slots.SLOT_PRODUCER, slotProducer);
  plan.ints(
    slots.LINK_SPEED,
    Array.from(compiled.linkBytesPerUs, (speed) => speeds.indexOf(speed)),
  );
  plan.floats(slots.LATENCY_US, compiled.linkLatencyUs);
  plan.ints(slots.ROUTE_START, compiled.routeStart);
  plan.ints(slots.ROUTE_LINK, compiled.routeLink);
  plan.ints(slots.ROOTS, roots);
  plan.roomForFloats(opCount, slots.START_US, slots.END_US);
  plan.roomForInts(paddedCount(opCount), slots.PENDING);
  // One block, which a recorded run copies as a whole: from DEVICE_FREE_US to GROUP_US.
  plan.roomForFloats(deviceCount, slots.DEVICE_FREE_US);
  plan.roomForFloats(linkCount, slots.LINK_FREE_US);
  plan.roomForInts(deviceCount, slots.RUNNING_HEAD, slots.RUNNING_TAIL);
  plan.roomForInts(linkCount, slots.FLYING_HEAD, slots.FLYING_TAIL);
  plan.roomForFloats(groupCount * GROUP, slots.EVENT_US);
  plan.roomForFloats(groupCount, slots.GROUP_US);
  plan.roomForInts(opCount, slots.OP_NEXT, slots.ORDER_NEXT, slots.MOVED);
  plan.roomForInts(depCount, slots.TRANSFER_NEXT, slots.TRANSFER_HOP, slots.TRANSFER_TO, slots.TRANSFER_SLOT);
  plan.roomForFloats(depCount, slots.TRANSFER_START_US, slots.TRANSFER_ARRIVE_US, slots.TRANSFER_LEFT_US);
  plan.roomForInts(sentByCount, slots.SENT_BY);
  plan.roomForInts(sourceCount, slots.TOGETHER, slots.DELIVERING);
  plan.roomForInts(readyDispatch ? deviceCount : 0, slots.READY_HEAD);
  plan.roomForInts(readyDispatch ? opCount : 0, slots.READY_CHILD);
  plan.roomForInts(turnWidth === 0 ? 0 : depCount, slots.TRANSFER_WAITS);
  plan.roomForInts(turnWidth * depCount, slots.TRANSFER_FOLLOWERS);
  plan.roomForInts(turnWidth * depCount + 1, slots.TRANSFER_STACK);
  plan.roomForInts(2 * hops, slots.HOP_LOG);
  plan.roomForFloats(3 * hops, slots.HOP_LOG_US);
  plan.floats(slots.SLOT_BYTES, compiled.slotBytes);
  plan.floats(slots.LINK_BYTES_PER_US, compiled.linkBytesPerUs);
  plan.roomForInts(shares ? depCount : 0, slots.FLOW);
  plan.roomForFloats(shares ? depCount : 0, slots.FLOW_BYTES, slots.FLOW_RATE);
  plan.roomForFloats(linkCount, slots.LINK_LEFT);
  plan.roomForInts(linkCount, slots.LINK_FLOWS);
  const stateBytes = plan.bytesBetween(slots.DEVICE_FREE_US, slots.OP_NEXT);
  const packedWidth = compiled.waitsFor.every((count) => count <= 255) ? 1 : 4;
  const snapshotBytes = stateBytes + packedWidth * paddedCount(opCount);
  const [recordedOps, recordedTransfers] = snapshots === 0 ? [0, 0] : [opCount, depCount];
  plan.roomForInts((snapshots * snapshotBytes) / Int32Array.BYTES_PER_ELEMENT, slots.SNAPSHOTS);
  plan.roomForFloats(snapshots, slots.SNAPSHOT_US, slots.SNAPSHOT_LATEST_US);
  plan.roomForFloats(recordedOps, slots.BASE_START_US, slots.BASE_END_US, slots.EFFECT_US);
  plan.roomForInts(recordedOps, slots.BASE_OP_NEXT, slots.MOVED_PENDING);
  plan.roomForInts(recordedOps + 1, slots.NEED_START);
  plan.roomForInts(recordedTransfers, slots.BASE_TRANSFER_NEXT);
  plan.roomForFloats(
    recordedTransfers,
    slots.BASE_TRANSFER_START_US,
    slots.BASE_TRANSFER_ARRIVE_US,
    slots.NEED_US,
  );
  plan.roomForInts(BATCH * opCount, slots.PLACEMENTS);
  plan.roomForFloats(BATCH, slots.MAKESPANS);
  const memory = plan.build();

  const { table } = memory;
  table[slots.OP_COUNT] = opCount;
  table[slots.DEVICE_COUNT] = deviceCount;
  table[slots.LINK_COUNT] = linkCount;
  table[slots.ROOT_COUNT] = roots.length;
  table[slots.MULTICAST] = multicastModes.indexOf(fidelity.multicast);
  table[slots.CUT_THROUGH] = fidelity.routing === "cut-through" ? 1 : 0;
  table[slots.CONTENTION] = contentionModes.indexOf(fidelity.contention);
  table[slots.BLOCKING] = fidelity.overlap ? 0 : 1;
  table[slots.GROUP_COUNT] = groupCount;
  table[slots.RUN_COLUMN_COUNT] = devices.runUs.length;
  table[slots.SPEED_COUNT] = speeds.length;
  table[slots.SAME_ORDER] = compiled.releaseConsumer.every(
    (consumer, i) => consumer === compiled.depConsumer[i],
  )
    ? 1
    : 0;
  table[slots.LAST_EVENT] = fidelity.makespan === "last-event" ? 1 : 0;
  table[slots.SENT_BY_COUNT] = sentByCount;
  if (hops === 0) table[slots.HOP_LOG] = 0;
  table[slots.READY_DISPATCH] = readyDispatch ? 1 : 0;
  table[slots.ROUTE_WIDTH] = turnWidth;
  table[slots.STATE_BYTES] = stateBytes;
  table[slots.SNAPSHOT_BYTES] = snapshotBytes;
  table[slots.PACKED_WIDTH] = packedWidth;
  table[slots.SNAPSHOT_CAPACITY] = snapshots;
  const floats = new Float64Array(memory.memory.buffer, slots.FLOATS);
  floats[slots.OP_GAP_US] = fidelity.opGapUs;
  floats[slots.TRANSFER_GAP_US] = fidelity.transferGapUs;
  floats[slots.FIRST_US] = fidelity.startUs;
  return memory;
}

/** Ops are packed and unpacked 16 at a time. */
const paddedCount = (opCount: number): number => Math.ceil(opCount / 16) * 16;

/** Links of the longest route. */
export function longestRoute({ routeStart }: Compiled): number {
  let longest = 0;
  for (let pair = 0; pair + 1 < routeStart.length; pair++)
    longest = Math.max(longest, routeStart[pair + 1] - routeStart[pair]);
  return longest;
}

/**
 * Devices on which every op takes the same time share one column of run times, so that the columns
 * stay in cache.
 */
function deviceTypes({ runUs, opCount, deviceCount }: Compiled): {
  typeOf: Int32Array;
  runUs: Float64Array[];
} {
  const columns: Float64Array[] = [];
  const typeOf = Int32Array.from({ length: deviceCount }, (_, d) => {
    const column = Float64Array.from({ length: opCount }, (_, v) => runUs[v * deviceCount + d]);
    const known = columns.findIndex((other) => other.every((us, v) => us === column[v]));
    return known === -1 ? columns.push(column) - 1 : known;
  });
  return { typeOf, runUs: columns };
}

/** Row after row of what the columns hold at one index. */
function interleave<T extends Int32Array | Float64Array>(columns: readonly T[]): number[] {
  if (columns.length === 0) return [];
  return Array.from(columns[0], (_, i) => columns.map((column) => column[i])).flat();
}
